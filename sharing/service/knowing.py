"""Who may know of a record kept to named people: naming more, ending that, barring somebody. Each act has a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from audit.fact import Kind
from foundation.actor import Actor
from foundation.errors import Reason
from identity.errors import PersonUnknown
from sharing.errors.agreements import NamingFaulty, NamingRefused, RecordNotFound
from sharing.events import agreements as events
from sharing.model.circle import BARRED, NAMED, Closing, Named
from sharing.model.coverage import Record
from sharing.rules.duties import circles as rules
from sharing.rules.duties.recording import MOST_WORDS
from sharing.service.recording import Recording, held_by

ACTS = {"name": events.RECORD_NAMED, "end": events.RECORD_NAMING_ENDED, "bar": events.RECORD_BARRED}
DETAIL = "Check the address."


class Knowing(Recording):
    """``record`` in these is the id of the record with which the circle began."""

    def change_known(self, record: str, person: str, act: str, *, reason: str, actor: Actor, now: datetime) -> None:
        """``act``: name (they may know from now on), end (no longer), bar (never, not even when others may).

        Raises RecordNotFound for whoever may not know of it, NamingRefused for whoever may not do this or where nobody
        who may would be left, NamingFaulty for a person who cannot be named, or without a reason.
        """
        root, closing = self._circle_of(record, actor)
        standing = self._circles.of(root.id)
        self._may_name(root, closing, actor, now)
        kind = self._checked(act, reason)
        before = {each.person: each.state for each in standing}
        if act == "name":
            self._may_be_named(root, closing, before, person, now)
        elif act == "end" and before.get(person) != NAMED:
            raise NamingFaulty("They are not named here.", fields={"person": ["Choose somebody who is named"]})
        elif act == "bar":
            self._is_somebody(person)
        if act != "name":
            self._somebody_stays(closing, standing, person, now)
        said = {
            "agreement": root.agreement,
            "person": person,
            "reason": self._words.seal(f"named/{root.id}", reason.strip()),
        }
        self._trail.record(kind, actor=actor, now=now, subject=root.id, what=said)

    def known(self, record: str, *, actor: Actor, now: datetime) -> tuple[Record, Closing, list[Named], bool]:
        """The record, why it is kept to few, everybody named or barred, and whether the asker may change that.

        Raises RecordNotFound.
        """
        root, closing = self._circle_of(record, actor)
        standing = self._circles.of(root.id)
        may = self._names(root, closing, actor, now)
        knows = any(each.person == actor.id and each.state == NAMED for each in standing)
        if not may and not knows:
            raise RecordNotFound(DETAIL, subject=root.id)
        return root, closing, standing, may

    def _circle_of(self, record: str, actor: Actor) -> tuple[Record, Closing]:
        found = self._known(record, actor)
        version = self._agreements.version(found.agreement, found.version) if found else None
        closing = version.closing(version.records[found.kind]) if version and found else None
        if found is None or found.circle != found.id or closing is None:
            raise RecordNotFound(DETAIL, subject=record if self._records.find(record) else "")
        return found, closing

    def _may_name(self, root: Record, closing: Closing, actor: Actor, now: datetime) -> None:
        verdict = self._decider.standing(actor, now=now)
        if verdict.allowed and self._names(root, closing, actor, now):
            return
        text = " ".join(verdict.why) or f"Who knows of it is said by those named who hold {', '.join(closing.makers)}."
        raise NamingRefused(text, reasons=[Reason("record-naming", text, closing.clauses[0])], subject=root.id)

    def _names(self, root: Record, closing: Closing, actor: Actor, now: datetime) -> bool:
        """Also once an embargo is over and everybody entitled knows of it: it stays with those who were named."""
        named = any(each.person == actor.id and each.state == NAMED for each in self._circles.of(root.id))
        return named and rules.can_name(closing, held_by(self._people, actor, now))

    def _checked(self, act: str, reason: str) -> Kind:
        if act not in ACTS:
            raise NamingFaulty("Say what is to be done.", fields={"act": ["Choose one of name, end, bar"]})
        if not 0 < len(reason.strip()) <= MOST_WORDS:
            raise NamingFaulty("Say why.", fields={"reason": [f"Say why, in {MOST_WORDS} characters or fewer"]})
        return ACTS[act]

    def _may_be_named(
        self, root: Record, closing: Closing, before: Mapping[str, str], person: str, now: datetime
    ) -> None:
        if not root.closed:
            raise NamingFaulty("Everybody entitled knows of it now.", fields={"person": ["Nobody is named any more"]})
        if before.get(person) == BARRED:
            raise NamingFaulty("They were barred from it.", fields={"person": ["Choose somebody who is not barred"]})
        wanted = {one for one, state in before.items() if state == NAMED} | {person}
        active = [held for one in sorted(wanted) if (held := self._holding(one, now)) is not None or one == person]
        if problem := rules.against_naming(closing, active):
            raise NamingFaulty(problem + ".", fields={"person": [problem]})

    def _is_somebody(self, person: str) -> None:
        try:
            self._people.person(person)
        except PersonUnknown:
            fields = {"person": ["Choose somebody from the list"]}
            raise NamingFaulty("There is no such account.", fields=fields) from None

    def _somebody_stays(self, closing: Closing, standing: list[Named], gone: str, now: datetime) -> None:
        left = (each.person for each in standing if each.state == NAMED and each.person != gone)
        if not any(rules.can_name(closing, self._holding(person, now)) for person in left):
            text = "Nobody would be left who can name others. Name somebody else first."
            raise NamingRefused(text, reasons=[Reason("record-last-named", text, closing.clauses[0])])
