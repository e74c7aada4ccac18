"""What somebody who leaves was named for goes to a colleague of the same office: nothing waits for who is not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from audit.fact import Kind
from foundation.actor import Actor
from foundation.errors import Reason
from identity.model import Person
from sharing.errors.items import ReowningRefused, WhoUnknown
from sharing.events import items as events
from sharing.rules.acts import HANDLING
from sharing.service.decided import Decided
from sharing.service.found import Found
from sharing.store import access, items, matters

INSTEAD = "Named in place of a colleague of the same office who leaves."
MOVE, END, STAYS, SENDER = "move", "end", "stays", "sender"


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that waits for one person, without its title: who settles it may not know what it is.

    ``then``: what the administrator does with it. Move it, end it, leave it where it stays, or, of an item marked
    RECIPIENTS ONLY, nothing: its sender is asked who else is to have it. ``name`` of a group or an office.
    """

    kind: str
    id: str
    state: str
    then: str = MOVE
    name: str = ""


class Reowning(Decided):
    """Acts of whoever manages the leaver's account. They see references and no content."""

    def open_matters(self, person_id: str, *, actor: Actor, now: datetime) -> list[Matter]:
        """What this person is named for, began and did not send, or was granted sight of for a time.

        Raises ReowningRefused, PersonUnknown.
        """
        person = self._leaver(person_id, actor, now)
        named = [
            Matter("named", row.reference, row.state, SENDER if row.recipients_only else MOVE)
            for row in matters.named(self._conn, person.principal, now)
        ]
        drafts = [Matter("draft", row.uuid, "draft") for row in matters.drafts(self._conn, person.principal)]
        grants = [
            Matter("grant", row.reference, row.state, END) for row in matters.granted(self._conn, person.principal, now)
        ]
        return [*named, *drafts, *grants]

    def end_sight(self, person_id: str, *, matter: Sequence[str] | None = None, actor: Actor, now: datetime) -> int:
        """End what they were granted sight of for a time (all, where None); how many. Raises as ``open_matters``."""
        person = self._leaver(person_id, actor, now)
        ended = [
            row
            for row in matters.granted(self._conn, person.principal, now)
            if matter is None or row.reference in matter
        ]
        for row in ended:
            self._end_sight(self._there(row.reference, now), person, actor, now)
        return len(ended)

    def successors(self, person_id: str, *, actor: Actor, now: datetime) -> list[Person]:
        """Active colleagues who hold an office that this person holds or held. Raises as above."""
        return self._colleagues_of(self._leaver(person_id, actor, now), now)

    def _colleagues_of(self, person: Person, now: datetime) -> list[Person]:
        theirs = {each.office_id for each in self._people.appointments(person.id)}
        return [
            each
            for each in self._people.people(party=person.party, standing="active")
            if each.id != person.id
            and theirs & {held.office_id for held in self._people.appointments(each.id, now=now)}
        ]

    def reown(
        self, person_id: str, to: str, *, matter: Sequence[str] | None = None, actor: Actor, now: datetime
    ) -> int:
        """Move these matters (all, where None) to ``to``; how many. The leaver then holds none of them.

        What is marked RECIPIENTS ONLY is left out of all, and refused where it is asked for: its
        sender is asked. Raises ReowningRefused for that, WhoUnknown for somebody who is no
        colleague, or whom a rule keeps from one of them: then none is moved.
        """
        person = self._leaver(person_id, actor, now)
        if to not in {each.id for each in self.successors(person_id, actor=actor, now=now)}:
            raise WhoUnknown("Choose a colleague of the same office.", fields={"to": ["Choose one of the list"]})
        after = self._people.actor(to, now=now)
        moved = 0
        for row in matters.named(self._conn, person.principal, now):
            if row.reference in (matter or ()) or (matter is None and not row.recipients_only):
                self._move_item(row, person, after, actor, now)
                moved += 1
        for row in matters.drafts(self._conn, person.principal):
            if matter is None or row.uuid in matter:
                self._move_draft(row, person, after, actor, now)
                moved += 1
        return moved

    def _leaver(self, person_id: str, actor: Actor, now: datetime) -> Person:
        person = self._people.person(person_id)
        verdict = self._decider.decide_duty(actor, "manage-account", now=now, owner=person.id, body=person.party)
        if not verdict.allowed:
            reasons = [Reason(rule, why) for rule, why in zip(verdict.rules, verdict.why, strict=False)]
            raise ReowningRefused(" ".join(verdict.why), reasons=reasons, subject=person.id)
        return person

    def _move_item(self, row: sa.Row[Any], person: Person, after: Actor, actor: Actor, now: datetime) -> None:
        found = self._there(row.reference, now)
        if found.facts.recipients_only:
            text = f"{row.reference} is RECIPIENTS ONLY: only its sender gives it to somebody else, and is asked."
            raise ReowningRefused(text, reasons=[Reason("recipients-only", text, HANDLING)], subject=found.row.uuid)
        self._put_in_place(found, person, after, actor, now)

    def _put_in_place(self, found: Found, person: Person, after: Actor, actor: Actor, now: datetime) -> None:
        """Name ``after`` for what ``person`` was named for, where no rule keeps it from them. Raises WhoUnknown."""
        full = found.row
        facts = replace(found.facts, recipients=(found.facts.recipients - {person.principal}) | {after.principal})
        verdict = self._decider.decide(after, "see", facts, now=now)
        if not verdict.allowed:
            fault = f"{after.name} may not hold {full.reference}. Choose somebody else for it"
            raise WhoUnknown(f"{fault}.", fields={"to": [fault]}, subject=full.uuid)
        self._write(found, {})
        given = {"item_id": full.id, "basis": access.RECIPIENT}
        access.give(self._conn, **given, principal=after.principal, by=actor.principal, since=now)
        access.revoke(self._conn, **given, principal=person.principal, now=now)
        self._tell(found, "shared", actor=actor, now=now, office=after.principal)
        office = next((each for each in items.offices(self._conn, full.id) if each in after.offices), 0)
        decided = self._decided_again(found, [after.principal], {after.party}, INSTEAD, actor, now, office=office)
        self._record(
            events.ITEM_REOWNED,
            actor=actor,
            now=now,
            subject=full.uuid,
            marking=full.marking_code,
            reference=full.reference,
            before=person.principal,
            after=after.principal,
            **decided,
            bound=self._bound.seal(full.id),
        )

    def _there(self, reference: str, now: datetime) -> Found:
        full = items.by_reference(self._conn, reference)
        if full is None:
            msg = "an item that was just listed is not there"
            raise RuntimeError(msg)
        return self._found(full, now)

    def _end_sight(self, found: Found, person: Person, actor: Actor, now: datetime) -> None:
        self._write(found, {})
        for basis in access.TIMED:
            access.revoke(self._conn, item_id=found.row.id, principal=person.principal, basis=basis, now=now)
        self._say_ended(events.SIGHT_ENDED, found, person, actor, now)

    def _say_ended(self, kind: Kind, found: Found, person: Person, actor: Actor, now: datetime) -> None:
        self._record(
            kind,
            actor=actor,
            now=now,
            subject=found.row.uuid,
            marking=found.row.marking_code,
            reference=found.row.reference,
            before=person.principal,
            bound=self._bound.seal(found.row.id),
        )

    def _move_draft(self, row: sa.Row[Any], person: Person, after: Actor, actor: Actor, now: datetime) -> None:
        if row.office not in after.offices or not self._decider.gate(after, now=now).allowed:
            fault = f"{after.name} may not send for the office of this draft, or lacks what they need today"
            raise WhoUnknown(f"{fault}.", fields={"to": [fault]})
        self._may_see_answered(row, after, now)
        matters.take_over(self._conn, row.uuid, after.principal)
        self._record(
            events.DRAFT_REOWNED,
            actor=actor,
            now=now,
            subject=row.uuid,
            before=person.principal,
            after=after.principal,
        )

    def _may_see_answered(self, row: sa.Row[Any], after: Actor, now: datetime) -> None:
        """An answer tells of what it answers: whoever may not see the one is not given the other."""
        if row.reply_to is None:
            return
        (facts,) = self._bound.facts([row.reply_to], now)
        if not self._decider.decide(after, "see", facts, now=now).allowed:
            fault = f"{after.name} may not see what this draft answers. Choose somebody else for it"
            raise WhoUnknown(f"{fault}.", fields={"to": [fault]}, subject=row.uuid)
