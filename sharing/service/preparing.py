"""A draft made ready: everything that sending it is decided from, and what still stands against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from classification.model import Handling, Marking
from classification.rules.search import Found
from foundation.actor import Actor
from foundation.calendar import london_date
from foundation.errors import Reason
from identity.model import Group, Office, Person
from sharing.events import items as events
from sharing.model.agreement import ORIGIN, Agreement, Route
from sharing.model.inspected import WORDS
from sharing.model.item import Content, Decision, DraftOpened, Named
from sharing.model.terms import Condition
from sharing.rules.duties.dates import after
from sharing.rules.gates import gates
from sharing.rules.sending import Sending, may_send, parties_of
from sharing.service.drafting import GROUP, RECIPIENT
from sharing.service.explaining import Explaining, reasons
from sharing.store import drafts, items
from sharing.store.records import happened


@dataclass(frozen=True, slots=True)
class Ready:
    """A draft with everything that sending it is decided from."""

    row: sa.Row[Any]
    agreement: Agreement
    route: Route
    marking: Marking
    handling: Handling
    sent: Sending
    content: Content
    files: int
    asked: Mapping[int, tuple[Found, ...]]  # by part, what says more than the draft is marked
    named: Mapping[int, str]  # those files

    @property
    def reached(self) -> tuple[Office, ...]:
        """The offices it comes to, the sending one first, then the addressees."""
        chosen = () if self.sent.chosen is None else (self.sent.chosen,)
        found = {office.principal: office for office in (self.sent.office, *chosen, *self.sent.holders)}
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Holder:
    """A person in an office that a draft would reach."""

    person: Person
    office: Office


@dataclass(frozen=True, slots=True)
class Addressing:
    """Whom a draft goes to. ``fixed`` are the offices it comes to without choosing, ``open_to`` those to choose one of.

    ``people`` are those to be named as recipients or lead: they hold an office it comes to, the chosen one included.
    """

    establishment: bool
    fixed: tuple[Office, ...]
    open_to: tuple[Office, ...]
    people: tuple[Holder, ...]
    groups: tuple[Group, ...]
    clauses: tuple[str, ...]


class Preparing(Explaining):
    """Look at a draft, with what still stands against sending it."""

    def addressing(self, draft: UUID, *, actor: Actor, now: datetime) -> Addressing:
        """What there is to choose from in addressing the author’s own draft. Raises DraftNotFound."""
        ready = self._ready(self._draft(draft, actor, now), actor, now)
        sent, route = ready.sent, ready.route
        places = [place.partition("/") for place in route.to if place != ORIGIN]
        open_to = [
            office
            for party, _, kind in places
            if not self._single(party, kind)
            for office in self._people.offices(party=party, kind=kind)
        ]
        reached = [*sent.holders, *([sent.chosen] if sent.chosen else [])]
        held = [
            Holder(person, office) for office in reached for person in self._people.holders(office.principal, now=now)
        ]
        parties = parties_of(route, sent.office, sent.origin)
        return Addressing(
            # An answer is about the establishment of what it answers.
            establishment=route.establishment and sent.origin is None,
            fixed=tuple(sent.holders),
            open_to=tuple(open_to),
            people=tuple({holder.person.principal: holder for holder in reversed(held)}.values())[::-1],
            groups=tuple(group for group in self._people.groups() if group.party in parties),
            clauses=route.clauses,
        )

    def draft(self, draft: UUID, *, actor: Actor, now: datetime) -> DraftOpened:
        """The author’s own draft, with every reason why it may not be sent yet. Raises DraftNotFound."""
        ready = self._ready(self._draft(draft, actor, now), actor, now)
        row = ready.row
        self._record(
            events.DRAFT_OPENED, actor=actor, now=now, subject=row.uuid, marking=ready.marking.code, version=row.version
        )
        answered = items.by_id(self._conn, row.reply_to).reference if row.reply_to else ""
        return DraftOpened(
            uuid=draft,
            version=row.version,
            agreement=row.agreement,
            route=row.route,
            route_title=ready.route.title,
            kind=row.kind,
            kind_name=ready.agreement.kinds[row.kind].name,
            office=row.office,
            office_name=ready.sent.office.name,
            marking=row.marking,
            establishment=row.establishment,
            to_office=row.to_office,
            reply_to=answered,
            embargo_lead=row.embargo_lead,
            recipients=tuple(named.principal for named in ready.sent.recipients),
            groups=tuple(named.principal for named in ready.sent.groups),
            title=ready.content.title,
            text=ready.content.text,
            sharing_purpose=ready.content.sharing_purpose,
            told=row.told,
            subjects=ready.content.subjects,
            files=self._files(draft, actor, now),
            updated=row.updated,
            ready=Decision((*incomplete(ready), *may_send(ready.sent).reasons)),
            asked=ready.asked,
            explained=self._explained(draft, actor, now),
        )

    def _ready(self, row: sa.Row[Any], actor: Actor, now: datetime) -> Ready:
        answered = self._what_it_answers(row)
        agreement = self._agreement(row.agreement, now, answered)
        route = self._route(agreement, row.kind, row.route, self._office(row.office), None)
        marking = self._marking(row.marking)
        handled = gates(marking, self._scheme)
        uuid = UUID(row.uuid)
        origin = self._office(answered.sender_office) if answered is not None else None
        sent = Sending(
            agreement=agreement,
            route=route,
            kind=row.kind,
            office=self._office(row.office),
            actor_offices=actor.offices,
            marking_code=marking.code,
            handling=handled,
            establishment=row.establishment,
            holders=self._holders(route, origin),
            chosen=self._office(row.to_office) if row.to_office else None,
            origin=origin,
            recipients=self._recipients(uuid, now),
            groups=self._groups(uuid),
            lead=self._person_named(row.embargo_lead, now) if row.embargo_lead else None,
            parties={party.id: party.hmg for party in self._parties.values()},
            now=now,
            owners=self._owners(row, self._office(row.office)),
            unmet=self._unmet(agreement, route, row.establishment, now),
        )
        content = self._sealed(uuid, actor, now).content()
        found = self._asked_for(uuid, content, marking)
        named = self._sealed(uuid, actor, now).files(part for part in found if part != WORDS)
        names = {part: name for part, (name, _) in named.items()}
        files = len(drafts.files(self._conn, uuid))
        return Ready(row, agreement, route, marking, handled, sent, content, files, found, names)

    def _owners(self, row: sa.Row[Any], office: Office) -> frozenset[str]:
        """Whose information it holds: an answer holds what it answers, and what that answered."""
        answered = items.by_id(self._conn, row.reply_to).owners if row.reply_to else ""
        return frozenset({office.party, *filter(None, answered.split(","))})

    def _holders(self, route: Route, origin: Office | None) -> tuple[Office, ...]:
        """The offices a route leads to without anybody choosing."""
        found: list[Office] = []
        for place in route.holders:
            if place == ORIGIN:
                found += [origin] if origin else []
                continue
            party, _, kind = place.partition("/")
            if self._single(party, kind):
                found += self._people.offices(party=party, kind=kind)
        return tuple(found)

    def _unmet(self, agreement: Agreement, route: Route, establishment: str | None, now: datetime) -> list[Condition]:
        """The conditions of a route of which nothing is recorded, or nothing recent enough."""
        today = london_date(now)
        return [
            each
            for each in route.conditions
            if not any(
                each.within is None or after(on, each.within) >= today
                for on in happened(self._conn, agreement.id, each.event, establishment if each.same else None)
            )
        ]

    def _single(self, party: str, kind: str) -> bool:
        found = self._parties[party].office_kind(kind) if party in self._parties else None
        return found is not None and found.single

    def _recipients(self, uuid: UUID, now: datetime) -> tuple[Named, ...]:
        people = (self._person_named(number, now) for number in drafts.named(self._conn, uuid, RECIPIENT))
        return tuple(person for person in people if person is not None)

    def _person_named(self, number: int, now: datetime) -> Named | None:
        """A person with the offices they hold now; None for nobody."""
        person = self._people.by_principal(number)
        if person is None:
            return None
        actor = self._people.actor(person.id, now=now)
        return Named(person.principal, person.party, actor.offices, actor.cleared if actor.abroad else None)

    def _groups(self, uuid: UUID) -> tuple[Named, ...]:
        groups = (self._group(number) for number in drafts.named(self._conn, uuid, GROUP))
        return tuple(Named(group.principal, group.party) for group in groups if group is not None)


def incomplete(ready: Ready) -> tuple[Reason, ...]:
    """What is still to be filled in; ``rule`` is the field. What it is for is part of the sharing decision (M47)."""
    content = ready.content
    missing = (
        (not content.title, "title", "Give it a title.", ""),
        (not content.text and not ready.files, "text", "Write something, or attach a file.", ""),
        (not content.sharing_purpose, "sharing_purpose", "Say why it is shared.", "M47"),
    )
    return (
        *(Reason(field, text, clause) for wrong, field, text, clause in missing if wrong),
        *reasons(ready.asked, ready.named),
    )
