"""The pages of batches: those of a body, and one with what it would do. Who may look is decided before asking here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa

from retention.errors import BatchNotFound, CertificateNotFound
from retention.model.batch import ENDS, WITHIN, Batch, BatchCertificate, BatchState, Member, Place
from retention.model.case import Case, Proposal
from retention.ports import Words
from retention.rules import composed
from retention.store.batch_certificates import certificate_of
from retention.store.batches import IN_BATCH, BatchRows, batch_of, member_of
from retention.store.cases import HELD, case_of
from retention.tables.batches import disposal_batch, disposal_batch_certificate, disposal_batch_item
from retention.tables.cases import disposal_case

MOST = 100  # batches a page


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch, and how many of its items are in which place."""

    batch: Batch
    items: Mapping[Place, int]

    @property
    def within(self) -> int:
        return sum(self.items.get(place, 0) for place in WITHIN)


@dataclass(frozen=True, slots=True)
class BatchItem:
    """An item of a batch with its case as it stands now."""

    member: Member
    case: Case

    @property
    def bare(self) -> bool:
        """Whether a proposal is wanting: none was made, or its case moved on since."""
        place = self.member.place
        return place == "taken" or (place == "proposed" and self.case.state != "reviewed")

    @property
    def changed(self) -> bool:
        """Whether its approval would be left out, or refused by itself: something happened to it since its review."""
        proposed = self.member.place == "proposed"
        case = self.case
        return proposed and (case.held or case.state != "reviewed" or case.version != case.reviewed_version)


@dataclass(frozen=True, slots=True)
class BatchSeen:
    """One batch whole. ``stamp`` names what is in it and what was proposed: what was seen is what is approved."""

    batch: Batch
    items: tuple[BatchItem, ...]

    @property
    def stamp(self) -> int:
        within = [each for each in self.items if each.member.place in WITHIN]
        return composed.stamp(
            self.batch.state, [(each.case.item, each.member.place, each.case.reviewed_version) for each in within]
        )

    @property
    def proposed(self) -> Mapping[Proposal, int]:
        """How many items each proposal would move, those that would be left out not counted."""
        would = [each for each in self.items if each.member.place == "proposed" and not each.changed]
        return Counter(each.case.proposal for each in would)

    @property
    def ending(self) -> int:
        """How many of its items must still be destroyed and certified before it can be."""
        within = [each for each in self.items if each.member.place == "approved" and each.member.proposal in ENDS]
        return sum(each.case.state != "destroyed" for each in within)

    @property
    def proposers(self) -> frozenset[str]:
        """Whoever proposed any of it, or put it forward: none of them approves it."""
        found = {each.case.reviewer for each in self.items if each.member.place == "proposed"}
        return frozenset((found | {self.batch.submitted_by}) - {""})


@dataclass(frozen=True, slots=True)
class Waiting:
    """Due items of one class and establishment that no batch has taken; ``held`` of them a hold stands on."""

    retention_class: str
    establishment: str
    number: int
    held: int


class BatchList:
    """Reads on one connection."""

    def __init__(self, conn: sa.Connection, words: Words) -> None:
        self._conn = conn
        self._words = words

    def of_person(self, person: str) -> list[tuple[str, str]]:
        """(id, state) of those this account put together that are not decided yet; any reviewer goes on with them."""
        column = disposal_batch.c
        theirs = (column.opened_by == person, column.state.in_(("open", "submitted")))
        query = sa.select(column.id, column.state).where(*theirs).order_by(column.id)
        return [(row.id, row.state) for row in self._conn.execute(query)]

    def batches(
        self, *, party: str = "", states: Collection[BatchState] = (), before: str = "", size: int = MOST
    ) -> Sequence[BatchRow]:
        """The newest first; ``before`` is the id of the last one of the page before."""
        column = disposal_batch.c
        query = sa.select(disposal_batch).order_by(column.id.desc()).limit(max(1, min(size, MOST)))
        if party:
            query = query.where(column.party == party)
        if states:
            query = query.where(column.state.in_(sorted(states)))
        if before:
            query = query.where(column.id < before)
        found = [batch_of(row, self._words) for row in self._conn.execute(query).mappings()]
        counted = self._counted([each.id for each in found])
        return [BatchRow(each, counted.get(each.id, {})) for each in found]

    def batch(self, batch: str) -> BatchSeen:
        """One, with every item that ever was in it, by reference. Raises BatchNotFound."""
        row = self._conn.execute(sa.select(disposal_batch).where(disposal_batch.c.id == batch)).mappings().first()
        if row is None:
            raise BatchNotFound("Check the number of the batch.")
        said = disposal_batch_item
        query = sa.select(said).where(said.c.batch == batch)
        members = {each["item"]: member_of(each, self._words) for each in self._conn.execute(query).mappings()}
        cases = (
            sa.select(disposal_case, HELD.label("held"))
            .join(said, said.c.item == disposal_case.c.item)
            .where(said.c.batch == batch)
            .order_by(disposal_case.c.reference)
        )
        items = [case_of(each, self._words) for each in self._conn.execute(cases).mappings()]
        return BatchSeen(batch_of(row, self._words), tuple(BatchItem(members[each.item], each) for each in items))

    def certificate(self, batch: str) -> BatchCertificate:
        """A batch's certificate, proven; ``text`` encoded as UTF-8 is the file. Raises CertificateNotFound."""
        mine = disposal_batch_certificate.c
        query = sa.select(disposal_batch_certificate).where(mine.batch == batch, mine.text != "")
        row = self._conn.execute(query).mappings().first()
        if row is None:
            raise CertificateNotFound("It is issued when everything of the batch that was to be destroyed is.")
        return certificate_of(row)

    def of_item(self, item: str) -> Batch | None:
        """The batch under way that an item belongs to."""
        return BatchRows(self._conn, self._words).holding(item)

    def waiting(self, party: str) -> Sequence[Waiting]:
        """What a body's next batches might take, by class and establishment."""
        column = disposal_case.c
        group = (column.retention_class, column.establishment)
        held = sa.func.sum(sa.case((HELD, 1), else_=0))
        query = (
            sa.select(*group, sa.func.count(), held)
            .where(column.state == "due", column.originator == party, sa.not_(IN_BATCH))
            .group_by(*group)
            .order_by(*group)
        )
        return [Waiting(str(a), str(b), int(number), int(on)) for a, b, number, on in self._conn.execute(query)]

    def _counted(self, batches: Sequence[str]) -> dict[str, dict[Place, int]]:
        said = disposal_batch_item.c
        query = sa.select(said.batch, said.place, sa.func.count()).where(said.batch.in_(batches))
        found: dict[str, dict[Place, int]] = {}
        for batch, place, number in self._conn.execute(query.group_by(said.batch, said.place)):
            found.setdefault(batch, {})[cast(Place, place)] = int(number)
        return found


def batch_certificates_of(
    conn: sa.Connection, begins: datetime, over: datetime, *, body: str = ""
) -> Iterator[BatchCertificate]:
    """Proven ones issued from ``begins`` to before ``over``, by number; one after the other."""
    column = disposal_batch_certificate.c
    query = sa.select(disposal_batch_certificate).where(
        column.text != "", column.issued_at >= begins, column.issued_at < over
    )
    if body:
        query = query.where(column.party == body)
    rows = conn.execution_options(yield_per=100).execute(query.order_by(column.number))
    for row in rows.mappings():
        yield certificate_of(row)


def unproven_batches_of(conn: sa.Connection, begins: datetime, over: datetime) -> list[str]:
    """Batches whose certificate was issued then and is not proven yet."""
    column = disposal_batch_certificate.c
    query = sa.select(column.batch).where(column.text == "", column.issued_at >= begins, column.issued_at < over)
    return list(conn.scalars(query.order_by(column.number)))
