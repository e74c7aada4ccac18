"""Stopping it from getting worse, and letting go again by a second person; asking people to delete what they took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from audit.fact import Kind
from foundation.actor import Actor
from foundation.ident import new_id
from incidents import events
from incidents.errors import AlreadyDone, MeasureUnknown, ReportFaulty, SecondPerson
from incidents.model.incident import ASKED, MEASURES, OFF, ON, Incident, Measure
from incidents.rules import standing
from incidents.service.correcting import Correcting

ANSWERS = {
    "deleted": "I have deleted or handed back every copy I had",
    "none": "I never had a copy",
    "cannot": "I cannot: it is explained below",
}


class Stopping(Correcting):
    """Contain, release, ask."""

    def contain(self, *, number: str, act: str, target: str, actor: Actor, now: datetime) -> Incident:
        """Stop something at once. ``target``: an item by its id, or a person by their account.

        Raises NotYours, IncidentUnknown, MeasureUnknown, AlreadyDone, and what the rooms refuse.
        """
        found = self._mine(number, actor)
        standing.must_be_open(found)
        if act not in MEASURES:
            raise MeasureUnknown(f"Choose one of: {', '.join(MEASURES)}.", subject=found.id)
        if any(each.act == act and each.target == target and each.state != OFF for each in found.told.measures):
            raise AlreadyDone("It is stopped already. Nothing was changed.", subject=found.id)
        called = self._containing.apply(act, target, incident=found.number, actor=actor, now=now)
        self._contained(found, act, target, called, actor, now)
        return self._after(found)

    def note_contained(
        self, *, number: str, act: str, target: str, called: str, actor: Actor, now: datetime
    ) -> Incident:
        """Note what was stopped by the very act that opened the incident, as a recall does; once."""
        found = self._find(number)
        if any((each.act, each.target) == (act, target) and each.state != OFF for each in found.told.measures):
            return found
        self._contained(found, act, target, called, actor, now)
        return self._after(found)

    def ask_release(self, *, number: str, measure: str, reason: str, actor: Actor, now: datetime) -> Incident:
        """Ask to let go again what was stopped. A second person decides. Raises as ``contain``, DataInWords."""
        found = self._mine(number, actor)
        wanted = _measure(found, measure, ON)
        return self._reasoned(events.RELEASE_ASKED, found, wanted, reason, actor, now)

    def release(self, *, number: str, measure: str, actor: Actor, now: datetime) -> Incident:
        """Let go again what was stopped. Not by whoever asked for it, nor by whoever set the incident off.

        Raises as ``contain``, SecondPerson.
        """
        found = self._mine(number, actor)
        standing.must_not_have_set_off(found, actor.id)
        wanted = self._second(found, measure, actor)
        self._containing.release(wanted.act, wanted.target, incident=found.number, actor=actor, now=now)
        self._say(events.RELEASED, found, actor=actor, now=now, measure=wanted.id, by=actor.id)
        return self._after(found)

    def keep(self, *, number: str, measure: str, reason: str, actor: Actor, now: datetime) -> Incident:
        """Do not let it go: it stays stopped. Raises as ``release``, DataInWords."""
        found = self._mine(number, actor)
        wanted = self._second(found, measure, actor)
        return self._reasoned(events.RELEASE_REFUSED, found, wanted, reason, actor, now)

    def ask_deletion(
        self, *, number: str, item: str, reference: str, people: Sequence[str], actor: Actor, now: datetime
    ) -> Incident:
        """Ask people to say whether they deleted what they took of an item. Whoever was asked before, was."""
        found = self._find(number)
        new = sorted(set(people) - {each.person for each in found.told.asked if each.item == item})
        if not new:
            return found
        self._say(
            events.DELETION_ASKED,
            found,
            actor=actor,
            now=now,
            item=item,
            reference=reference,
            people=list(new),
            by=actor.id,
        )
        return self._after(found)

    def answer_deletion(
        self, *, number: str, item: str, answer: str, note: str = "", actor: Actor, now: datetime
    ) -> Incident:
        """Say whether one has deleted what one took. Only whoever was asked; who could not yet may say so again.

        Raises MeasureUnknown for whoever was not asked, ReportFaulty, DataInWords, AlreadyDone.
        """
        found = self._find(number)
        asked = next((each for each in found.told.asked if each.person == actor.id and each.item == item), None)
        if asked is None:
            raise MeasureUnknown("You were not asked about that.", subject=found.id)
        if asked.answer not in ("", "cannot"):
            raise AlreadyDone("You have said so already. Nothing was changed.", subject=found.id)
        if answer not in ANSWERS:
            raise ReportFaulty("Choose an answer.", fields={"answer": ["Choose an answer"]}, subject=found.id)
        entry = str(new_id(now))
        needed = ("note",) if answer == "cannot" else ()
        words = self._written(found, entry, {"note": note}, needed=needed)
        self._say(
            events.DELETION_ANSWERED,
            found,
            actor=actor,
            now=now,
            item=item,
            answer=answer,
            by=actor.id,
            words=words,
            entry=entry,
        )
        return self._after(found)

    def _contained(self, found: Incident, act: str, target: str, called: str, actor: Actor, now: datetime) -> None:
        self._say(
            events.CONTAINED,
            found,
            actor=actor,
            now=now,
            measure=str(new_id(now)),
            act=act,
            target=target,
            called=called,
            by=actor.id,
        )

    def _reasoned(
        self, kind: Kind, found: Incident, wanted: Measure, reason: str, actor: Actor, now: datetime
    ) -> Incident:
        """Say it of a measure, with the reason, which is sealed."""
        entry = str(new_id(now))
        words = self._written(found, entry, {"note": reason}, needed=("note",))
        self._say(kind, found, actor=actor, now=now, measure=wanted.id, by=actor.id, words=words, entry=entry)
        return self._after(found)

    def _second(self, found: Incident, measure: str, actor: Actor) -> Measure:
        wanted = _measure(found, measure, ASKED)
        if wanted.asked_by == actor.id:
            raise SecondPerson("You asked for it. Another security lead must agree.", subject=found.id)
        return wanted


def _measure(found: Incident, measure: str, state: str) -> Measure:
    wanted = next((each for each in found.told.measures if each.id == measure), None)
    if wanted is None:
        raise MeasureUnknown("Choose something that was stopped for this incident.", subject=found.id)
    if wanted.state != state:
        raise AlreadyDone("It is not as you saw it. Look again.", subject=found.id)
    return wanted
