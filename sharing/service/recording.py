"""Making records that an agreement asks for: by whom, with which values, and known to whom."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from audit.fact import Value
from foundation.actor import Actor
from foundation.calendar import london_date
from foundation.errors import Reason
from foundation.ident import new_id
from identity.errors import PersonUnknown
from identity.queries.people import People
from sharing.errors.agreements import RecordFaulty, RecordNotFound, RecordRefused, RecordTooEarly
from sharing.events import agreements as events
from sharing.events.items import ACCESS_REFUSED
from sharing.model.agreement import Agreement, Agreements
from sharing.model.circle import Closing
from sharing.model.coverage import Record
from sharing.model.duty import RECORD_MADE
from sharing.model.record import RecordKind
from sharing.rules.duties import circles as rules
from sharing.rules.duties import recording
from sharing.rules.duties.matching import event_of
from sharing.rules.duties.recording import Held, Made
from sharing.service import circles
from sharing.service.about import About, Parent
from sharing.store.records import about, happened


class Recording(About):
    """On one connection and trail, which a ``Duties`` follows. Never commits."""

    def record(
        self,
        agreement: str,
        kind: str,
        *,
        given: Mapping[str, str],
        named: Sequence[str] = (),
        actor: Actor,
        now: datetime,
    ) -> Record:
        """Make a record of this kind, with these values by field; dates as 2026-03-27.

        ``named``: accounts that may know of it beside whoever makes it, where the agreement keeps it to named people.
        Raises RecordNotFound for a kind no agreement in force has, RecordFaulty with every fault by field,
        RecordRefused for whoever does not make these.
        """
        version, found = kind_in_force(self._agreements, agreement, kind, london_date(now))
        held = held_by(self._people, actor, now)
        closing = version.closing(found)
        self._must(found, recording.against_making(found, held), actor, now, quiet=closing is not None)
        made, faults = recording.read(found, given, london_date(now))
        parent = self._parent(version, found, made, faults, actor)
        self._check_item(version, found, made, parent.establishment, faults, actor, now)
        quiet = closing is not None or (parent.record is not None and parent.record.closed)
        closing = rules.own(closing, parent.record)
        people = self._to_name(closing, [actor.id, *named] if closing else named, faults, now)
        if faults:
            raise RecordFaulty("Correct what is named and send it again.", fields=faults)
        place = parent.establishment
        self._must(found, recording.against_making(found, held, place), actor, now, quiet=quiet)
        self._must(found, recording.against_choices(found, made.coded, held, place), actor, now, quiet=quiet)
        self._in_order(version, found, made, parent, actor)
        id_ = str(new_id(now))
        what = self._what(version, found, id_, made, parent, actor)
        circle = id_ if closing else self._circle_of_parent(version, id_, what, parent.record, now)
        if circle:
            self._in_circle(id_, circle, what, people, actor, now)
        else:
            self._trail.record(events.RECORD_MADE, actor=actor, now=now, subject=id_, what=what, rules=found.clauses)
        return self._after(id_)

    def _after(self, id_: str) -> Record:
        found = self._records.find(id_, words=True)
        if found is None:
            msg = "the records do not follow this trail"
            raise RuntimeError(msg)
        return found

    def _in_order(self, version: Agreement, kind: RecordKind, made: Made, parent: Parent, actor: Actor) -> None:
        """Raises RecordTooEarly where something else must have been recorded before, of the same day at the latest."""
        knows = self._circles.knows(actor.id)
        missing = []
        for each in recording.asked_first(kind, made.coded):
            thread = parent.record.id if parent.record and each.about == "same" else ""
            where = parent.establishment if each.about == "establishment" else None
            days = happened(self._conn, version.id, each.event, where, thread=thread, knows=knows)
            if not any(on <= made.on for on in days):
                missing.append(Reason("record-first", each.words, each.clauses[0]))
        if missing:
            raise RecordTooEarly(" ".join(f"{each.text}." for each in missing), reasons=missing)

    def _what(
        self, version: Agreement, kind: RecordKind, id_: str, made: Made, parent: Parent, actor: Actor
    ) -> dict[str, Value]:
        return {
            "agreement": version.id,
            "agreement_version": version.version,
            "record": kind.id,
            "on": made.on.isoformat(),
            "establishment": parent.establishment,
            "thread": parent.record.id if parent.record else id_,
            "values": [f"{key}={value}" for key, value in sorted(made.coded.items())],
            "words": self._words.seal(about(id_), json.dumps(dict(made.words), sort_keys=True)) if made.words else "",
            "by": actor.id,
            "party": actor.party,
        }

    def _circle_of_parent(
        self, version: Agreement, id_: str, what: Mapping[str, Value], parent: Record | None, now: datetime
    ) -> str:
        """The circle it belongs to; empty where anybody may know of it. What ends the embargo is said openly."""
        if parent is None or not parent.closed:
            return ""
        root = self._records.find(parent.circle)
        begun = self._agreements.version(root.agreement, root.version) if root else version
        of = begun.closing(begun.records[root.kind]) if root else None
        event = event_of(RECORD_MADE, id_, now, id_, what)
        if root and of and circles.ends(of, root, event, version.id):
            return ""
        return parent.circle

    def _in_circle(
        self, id_: str, circle: str, what: Mapping[str, Value], people: Sequence[str], actor: Actor, now: datetime
    ) -> None:
        """Nothing of what it is stands in the log in clear, not even by the clauses that ask for it."""
        said: dict[str, Value] = {
            **{name: what[name] for name in ("agreement", "agreement_version", "by", "party")},
            "circle": circle,
            "named": list(people),
            "sealed": circles.seal(self._words, id_, what),
        }
        self._trail.record(events.NAMED_RECORD_MADE, actor=actor, now=now, subject=id_, what=said)

    def _to_name(
        self, closing: Closing | None, named: Sequence[str], faults: dict[str, list[str]], now: datetime
    ) -> list[str]:
        """Whoever is named, once each; what stands against them goes to the field ``named``."""
        wanted = list(dict.fromkeys(named))
        if closing is None:
            if wanted:
                faults["named"] = ["Anybody entitled may know of this record: nobody is named for it"]
            return []
        found = {person: self._holding(person, now) for person in wanted}
        if problem := rules.against_naming(closing, found.values()):
            faults["named"] = [problem]
        return wanted

    def _holding(self, person: str, now: datetime) -> tuple[Held, ...] | None:
        """What somebody holds now; None of nobody, and of an account that is not active."""
        try:
            found = self._people.actor(person, now=now)
        except PersonUnknown:
            return None
        return held_by(self._people, found, now) if found.standing == "active" else None

    def _must(self, kind: RecordKind, against: tuple[Reason, ...], actor: Actor, now: datetime, *, quiet: bool) -> None:
        """``quiet``: the log is not to say what kind it would have been, since that would tell what is kept to few."""
        verdict = self._decider.standing(actor, now=now)
        if verdict.allowed and not against:
            return
        reasons = recording.reasons(verdict.why, verdict.rules, against)
        raise RecordRefused(
            reasons[0].text,
            reasons=reasons,
            fact=ACCESS_REFUSED,
            what={"act": "record-named" if quiet else f"record-{kind.id}", "reference": ""},
        )


def kind_in_force(agreements: Agreements, agreement: str, kind: str, today: date) -> tuple[Agreement, RecordKind]:
    """A kind of record of the version in force. Raises RecordNotFound."""
    version = agreements.current(agreement, today)
    found = version.records.get(kind) if version else None
    if version is None or found is None:
        raise RecordNotFound("Choose one of the records that the agreement asks for.")
    return version, found


def held_by(people: People, actor: Actor, now: datetime) -> tuple[Held, ...]:
    """The offices of this person, and what they are appointed as in each."""
    roles: dict[str, set[str]] = {}
    for each in people.appointments(actor.id, now=now):
        roles.setdefault(each.office_id, set()).add(each.role)
    offices: Iterable[int] = sorted(actor.offices)
    found = [people.office(number) for number in offices]
    return tuple(
        Held(office, frozenset(roles.get(office.id, ())), everywhere=people.acts_everywhere(office)) for office in found
    )
