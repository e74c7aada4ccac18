"""Reporting an incident, which anybody may, and assessing it, which the leads do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from audit.fact import Value
from foundation.actor import Actor
from foundation.ident import new_id
from incidents import events
from incidents.errors import ReportFaulty
from incidents.model.incident import IMPACTS, Incident
from incidents.model.rules import Field, Kind
from incidents.ports import Thing
from incidents.rules import standing
from incidents.rules.grading import graded
from incidents.rules.wording import faults as faults_of
from incidents.rules.wording import holds
from incidents.service.desk import KNOWN, SUSPECTED, Desk, Opening, pairs
from incidents.store.assembled import sealed

MOST = 20  # references, people or media named in one report
_MEDIA = re.compile(r"[A-Za-z0-9][A-Za-z0-9/._-]{1,39}")
_REFERENCE = re.compile(r"[A-Z0-9]{2,10}-\d{4}-\d{1,7}")
MOST_NUMBER = 100_000_000


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody says happened. ``references``, ``people`` (e-mail addresses) and ``media`` are names of things."""

    kind: str
    happened: str
    aware_at: datetime | None
    certainty: str = SUSPECTED
    impacts: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)


class Reporting(Desk):
    """Report, assess."""

    def report(self, given: Report, *, actor: Actor, now: datetime) -> Incident:
        """Open an incident for what somebody saw. The clocks run from when they became aware, not from now.

        Raises ReportFaulty, DataInWords: each fault at its field.
        """
        faults: dict[str, list[str]] = {}
        kind = self._kind(given.kind, faults)
        if given.certainty not in (SUSPECTED, KNOWN):
            faults["certainty"] = ["Say whether it is suspected or known"]
        if given.aware_at is None or given.aware_at > now:
            faults["aware_at"] = ["Say when you became aware of it: a moment that has passed"]
        self._impacts(given.impacts, faults)
        known = self._known(given.known, faults, only=True)
        things, people = self._things_named(given, faults), self._accounts(given, faults)
        media = self._media(given, faults)
        words = {"happened": given.happened}
        faults |= faults_of(words, needed=("happened",))
        if faults or kind is None or given.aware_at is None:
            raise ReportFaulty("Correct what is named and send it again.", fields=faults)
        opening = Opening(
            kind.code,
            given.aware_at,
            certainty=given.certainty,
            impacts=given.impacts,
            about=things[0].item if len(things) == 1 else "",
            things=things,
            people=people,
            media=media,
            known=known,
            words=words,
        )
        return self._open(opening, actor=actor, now=now)

    def assess(
        self,
        *,
        number: str,
        known: Mapping[str, str],
        impacts: tuple[str, ...] | None = None,
        words: Mapping[str, str] | None = None,
        actor: Actor,
        now: datetime,
    ) -> Incident:
        """Say what is known now; grade it anew. What is not given stays as it was.

        Raises NotYours, IncidentUnknown, AlreadyDone, ReportFaulty, DataInWords.
        """
        found = self._mine(number, actor)
        standing.must_be_open(found)
        texts = {name: text for name, text in (words or {}).items() if text.strip()}
        said = {**found.known, **self._assessed(known, texts, impacts or ())}
        grade = graded(said, self._rules.grades)
        entry, written = str(new_id(now)), {**found.words, **texts}
        parties = self._concerned(said, self._things.known(found.items), found.party) | set(found.parties)
        what: dict[str, Value] = {
            "by": actor.id,
            "known": pairs(said),
            "impacts": list(found.impacts if impacts is None else impacts),
            "parties": sorted(parties),
            "grade": grade.grade,
            "reasons": grade.rules,
            "words": sealed(self._words, found.id, entry, written) if texts else "",
            "entry": entry if texts else "",
        }
        self._say(events.INCIDENT_ASSESSED, found, actor=actor, now=now, **what)
        return self._tell_others(self._after(found), actor=actor, now=now)

    def _assessed(self, known: Mapping[str, str], texts: Mapping[str, str], impacts: Sequence[str]) -> dict[str, str]:
        """What was said, checked. Raises ReportFaulty, DataInWords."""
        faults: dict[str, list[str]] = {}
        said = self._known(known, faults, only=False)
        self._impacts(impacts, faults)
        for name in texts:
            if name not in self._rules.fields or self._rules.fields[name].type != "text":
                faults[name] = ["Nothing of that name is asked"]
        if faults:
            raise ReportFaulty("Correct what is named and send it again.", fields=faults)
        self._check(texts)
        return said

    def _impacts(self, given: Sequence[str], faults: dict[str, list[str]]) -> None:
        """Codes alone: they stand in the log as they are, and in what is sent."""
        if not set(given) <= set(IMPACTS):
            faults["impacts"] = ["Choose from the list"]

    def _kind(self, code: str, faults: dict[str, list[str]]) -> Kind | None:
        kind = self._rules.kinds.get(code)
        if kind is None or not kind.reportable:
            faults["kind"] = ["Choose what happened from the list"]
            return None
        return kind

    def _known(self, given: Mapping[str, str], faults: dict[str, list[str]], *, only: bool) -> dict[str, str]:
        """Values by field, each one that is asked. ``only``: on the short page."""
        found: dict[str, str] = {}
        for name, value in given.items():
            asked = self._rules.fields.get(name)
            if asked is None or asked.type == "text" or (only and not asked.at_report):
                faults[name] = ["Nothing of that name is asked"]
            elif value:
                found[name] = value
                if not _holds(asked, value):
                    faults[name] = ["Choose from the list" if asked.choices else "Give a whole number"]
        return found

    def _things_named(self, given: Report, faults: dict[str, list[str]]) -> list[Thing]:
        """References of which there is no item are passed over: who may not see an item must not learn that it is."""
        named = tuple(dict.fromkeys(each.strip().upper() for each in given.references if each.strip()))
        if len(named) > MOST or not all(_REFERENCE.fullmatch(each) for each in named):
            faults["references"] = [f"Give at most {MOST} references, like ABC-2026-00012"]
            return []
        found = {each.reference: each for each in self._things.named(named)}
        return [found[each] for each in named if each in found]

    def _accounts(self, given: Report, faults: dict[str, list[str]]) -> list[str]:
        named = tuple(dict.fromkeys(each.strip() for each in given.people if each.strip()))
        found = [self._leads.account(each) for each in named[:MOST]]
        if len(named) > MOST or not all(found):
            faults["people"] = ["Give e-mail addresses of people who have an account here"]
        return [each for each in found if each]

    def _media(self, given: Report, faults: dict[str, list[str]]) -> list[str]:
        named = tuple(dict.fromkeys(each.strip() for each in given.media if each.strip()))
        if len(named) > MOST or not all(_MEDIA.fullmatch(each) for each in named):
            faults["media"] = ["Give the numbers on the media or the copies, without spaces in them"]
        elif any(holds(each) for each in named):
            faults["media"] = ["Give the numbers on the media alone, nobody's own number"]
        return list(named)


def _holds(asked: Field, value: str) -> bool:
    if asked.type == "choice":
        return value in asked.choices
    if asked.type == "choices":
        return all(each in asked.choices for each in value.split(","))
    return value.isascii() and value.isdigit() and int(value[:10]) <= MOST_NUMBER and len(value) <= 9
