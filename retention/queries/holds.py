"""The pages of holds: those in force, those to be looked at again, those lifted; and what each stands on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

import sqlalchemy as sa

from retention.errors import HoldNotFound
from retention.model.case import Case
from retention.model.hold import BINDING, FOLLOWED, Hold, Manner
from retention.ports import Words
from retention.store.cases import HELD, case_of, hold_of
from retention.tables.cases import disposal_case
from retention.tables.holds import disposal_hold, disposal_hold_item

MOST = 100  # rows a page


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold, and how many items it was entered on, by manner."""

    hold: Hold
    items: Mapping[Manner, int]

    @property
    def stands_on(self) -> int:
        return sum(self.items.get(manner, 0) for manner in BINDING)


@dataclass(frozen=True, slots=True)
class HeldItem:
    """A case a hold was entered on: how, by whom, since when."""

    case: Case
    manner: Manner
    by: str
    at: datetime


class HoldList:
    """Reads on one connection. Who may look is decided before asking here.

    ``viewer``: the body of whoever looks. That somebody asked one body about themselves is not the other's to know: it
    sees that an item is held, and not by what. Without one everything is shown.
    """

    def __init__(self, conn: sa.Connection, words: Words, viewer: str = "") -> None:
        self._conn = conn
        self._words = words
        column = disposal_hold.c
        own = sa.or_(column.occasion.not_in(FOLLOWED), column.party == viewer)
        self._shown: sa.ColumnElement[bool] = own if viewer else sa.true()

    def holds(
        self, *, in_force: bool | None = None, review_by: date | None = None, party: str = "", occasion: str = ""
    ) -> Sequence[HoldRow]:
        """Those to be looked at soonest first: in force or lifted, to be looked at by a date, of a body, for what."""
        column = disposal_hold.c
        query = sa.select(disposal_hold).where(self._shown).order_by(column.review_on, column.id)
        if in_force is not None:
            query = query.where(column.lifted_at.is_(None) if in_force else column.lifted_at.is_not(None))
        if review_by is not None:
            query = query.where(column.review_on <= review_by)
        named = (("party", party), ("occasion", occasion))
        query = query.where(*(column[name] == value for name, value in named if value))
        found = [hold_of(row, self._words) for row in self._conn.execute(query).mappings()]
        counted = self._counted([each.id for each in found])
        return [HoldRow(each, counted.get(each.id, {})) for each in found]

    def of_person(self, person: str) -> list[tuple[str, date]]:
        """(id, to be looked at on) of those in force that this account placed or owns; nothing of what they are for."""
        column = disposal_hold.c
        theirs = sa.or_(column.placed_by == person, column.owner == person)
        query = sa.select(column.id, column.review_on).where(theirs, column.lifted_at.is_(None)).order_by(column.id)
        return [(row.id, row.review_on) for row in self._conn.execute(query)]

    def hold(self, hold: str) -> HoldRow:
        """One, lifted or not. Raises HoldNotFound."""
        query = sa.select(disposal_hold).where(disposal_hold.c.id == hold, self._shown)
        row = self._conn.execute(query).mappings().one_or_none()
        if row is None:
            raise HoldNotFound("Check the number of the hold.")
        return HoldRow(hold_of(row, self._words), self._counted([hold]).get(hold, {}))

    def items(
        self, hold: str, *, manner: Manner | None = None, after: str = "", size: int = 50
    ) -> tuple[Sequence[HeldItem], str]:
        """What it was entered on, by item; and the ``after`` of the next page, "" at the end."""
        size, said = max(1, min(size, MOST)), disposal_hold_item.c
        query = (
            sa.select(disposal_case, HELD.label("held"), said.manner, said.by, said.at)
            .join(disposal_hold_item, said.item == disposal_case.c.item)
            .where(said.hold == hold, said.item > after)
            .order_by(said.item)
            .limit(size + 1)
        )
        if manner is not None:
            query = query.where(said.manner == manner)
        rows = [
            HeldItem(self._case(row), row["manner"], row["by"], row["at"])
            for row in self._conn.execute(query).mappings()
        ]
        return rows[:size], rows[size - 1].case.item if len(rows) > size else ""

    def references(self, items: Collection[str]) -> dict[str, str]:
        """What items are called."""
        column = disposal_case.c
        query = sa.select(column.item, column.reference).where(column.item.in_(sorted(items)))
        return {str(item): str(reference) for item, reference in self._conn.execute(query)}

    def of_item(self, item: str) -> Sequence[tuple[Hold, Manner]]:
        """Every hold that was entered on an item, and how."""
        query = (
            sa.select(disposal_hold, disposal_hold_item.c.manner)
            .join(disposal_hold_item, disposal_hold_item.c.hold == disposal_hold.c.id)
            .where(disposal_hold_item.c.item == item, self._shown)
            .order_by(disposal_hold.c.review_on, disposal_hold.c.id)
        )
        return [
            (hold_of(_only(row, disposal_hold), self._words), cast(Manner, row["manner"]))
            for row in self._conn.execute(query).mappings()
        ]

    def still_held(self, hold: str) -> int:
        """Of what a hold was entered on, how many another in force stands on too."""
        mine, theirs, other = disposal_hold_item.c, disposal_hold_item.alias(), disposal_hold.alias()
        also = sa.exists().where(
            theirs.c.item == mine.item,
            theirs.c.hold != hold,
            theirs.c.manner.in_(sorted(BINDING)),
            other.c.id == theirs.c.hold,
            other.c.lifted_at.is_(None),
        )
        query = sa.select(sa.func.count()).select_from(disposal_hold_item)
        found = self._conn.execute(query.where(mine.hold == hold, mine.manner.in_(sorted(BINDING)), also))
        return int(found.scalar_one())

    def _case(self, row: sa.RowMapping) -> Case:
        values = _only(row, disposal_case)
        return case_of(cast(sa.RowMapping, {**values, "held": row["held"]}), self._words)

    def _counted(self, holds: Sequence[str]) -> dict[str, dict[Manner, int]]:
        said = disposal_hold_item.c
        query = sa.select(said.hold, said.manner, sa.func.count()).where(said.hold.in_(holds))
        found: dict[str, dict[Manner, int]] = {}
        for hold, manner, number in self._conn.execute(query.group_by(said.hold, said.manner)):
            found.setdefault(hold, {})[manner] = int(number)
        return found


def _only(row: sa.RowMapping, table: sa.Table) -> sa.RowMapping:
    return cast(sa.RowMapping, {each.name: row[each.name] for each in table.columns})
