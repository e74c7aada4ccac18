"""What a record is about: the record, the establishment and the item it names, as far as the asker may know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from audit.trail import Trail
from foundation.actor import Actor
from identity.errors import EstablishmentUnknown, OfficeUnknown
from identity.queries.people import People
from identity.rules.decide import Decider
from sharing.model.agreement import Agreement, Agreements, place_of
from sharing.model.coverage import Record
from sharing.model.record import Field, RecordKind
from sharing.ports import Words
from sharing.rules.duties.recording import Made
from sharing.store import access, items
from sharing.store.circles import CircleRows
from sharing.store.duties import DutyRows
from sharing.store.records import RecordRows


@dataclass(frozen=True, slots=True)
class Parent:
    """The record that one names, if any, and the establishment it is about."""

    record: Record | None
    establishment: str


class About:
    """On one connection and trail, which a ``Duties`` follows. Never commits."""

    def __init__(
        self,
        conn: sa.Connection,
        trail: Trail,
        *,
        agreements: Agreements,
        decider: Decider,
        people: People,
        words: Words,
    ) -> None:
        self._conn = conn
        self._trail = trail
        self._agreements = agreements
        self._decider = decider
        self._people = people
        self._words = words
        self._duties = DutyRows(conn)
        self._records = RecordRows(conn, words)
        self._circles = CircleRows(conn)

    def _parent(
        self, version: Agreement, kind: RecordKind, made: Made, faults: dict[str, list[str]], actor: Actor
    ) -> Parent:
        """What a record is about: the record it names, where it names one, and that one's establishment."""
        parent, establishment = None, ""
        for field in kind.fields:
            value = made.coded.get(field.id, "")
            if not value:
                continue
            if problem := self._nobodys(field, value):
                faults[field.id] = [problem]
            if field.type == "establishment":
                establishment = value
            elif field.type == "record":
                parent = self._known(value, actor)
                if parent is None or parent.agreement != version.id or parent.kind not in field.of:
                    faults[field.id] = ["Choose one of the list"]
        if parent is not None:
            establishment = establishment or parent.establishment
        return Parent(parent, establishment)

    def _check_item(
        self,
        version: Agreement,
        kind: RecordKind,
        made: Made,
        establishment: str,
        faults: dict[str, list[str]],
        actor: Actor,
        now: datetime,
    ) -> None:
        """An item that a record names went by such a route, about the same place, and is the asker's to know of."""
        for field in kind.fields:
            reference = made.coded.get(field.id, "") if field.type == "item" else ""
            if reference and not self._is_item(reference, version, field, establishment, actor, now):
                faults[field.id] = ["Enter the reference of an item that went this way, about the same establishment"]

    def _is_item(
        self, reference: str, version: Agreement, field: Field, establishment: str, actor: Actor, now: datetime
    ) -> bool:
        row = items.by_reference(self._conn, reference)
        if row is None or row.agreement != version.id or row.route not in field.of:
            return False
        (facts,) = access.load_facts(self._conn, [row.id], now)
        seen = self._decider.decide(actor, "see", facts, now=now).allowed
        return seen and (not establishment or row.establishment == establishment)

    def _known(self, id_: str, actor: Actor) -> Record | None:
        """A record that this person may know of."""
        found = self._records.find(id_)
        knows = self._circles.knows(actor.id)
        return found if found is not None and knows.of(found.circle, closed=found.closed) else None

    def _nobodys(self, field: Field, value: str) -> str:
        """What is wrong with an establishment or office that there is not."""
        if field.type == "establishment" and not self._is_establishment(value):
            return "Choose an establishment from the list"
        if field.type == "office" and not self._is_office(value, field.of):
            return "Choose an office from the list"
        return ""

    def _is_office(self, id_: str, places: Sequence[str]) -> bool:
        try:
            found = self._people.office_by_id(id_)
        except OfficeUnknown:
            return False
        return found.active and place_of(found) in places

    def _is_establishment(self, key: str) -> bool:
        """One that is open. What began while it was goes on by naming that, not by naming the establishment."""
        try:
            return self._people.establishment(key).active
        except EstablishmentUnknown:
            return False
