"""Cases, holds and certificates: rows to nouns and back. The only writer of retention's tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, cast

import sqlalchemy as sa

from retention.model import Case, Certificate, Hold
from retention.ports import Words
from retention.tables import disposal_case, disposal_certificate, disposal_hold

HELD: sa.ColumnElement[bool] = sa.exists().where(
    disposal_hold.c.item == disposal_case.c.item, disposal_hold.c.lifted_at.is_(None)
)
# Sorts after every due date.
NEVER = date(9999, 12, 31)
_COLUMNS = tuple(each.name for each in fields(Case) if each.name != "held")
# What people wrote: kept sealed.
_CASE_WORDS = ("period_authority", "review_reason")
_HOLD_WORDS = ("issuer", "reason", "lift_reason")


class Cases:
    """Rows of retention on one connection."""

    def __init__(self, conn: sa.Connection, words: Words) -> None:
        self._conn = conn
        self._words = words

    def find(self, item: str) -> Case | None:
        """The case of an item, with whether it is held now."""
        query = sa.select(disposal_case, HELD.label("held")).where(disposal_case.c.item == item)
        row = self._conn.execute(query).mappings().one_or_none()
        return case_of(row, self._words) if row else None

    def add(self, case: Case) -> bool:
        """Insert the case; False (and nothing changed) where the item has one: its first trigger stands."""
        known = sa.select(sa.exists().where(disposal_case.c.item == case.item))
        if self._conn.execute(known).scalar_one():
            return False
        self._conn.execute(disposal_case.insert().values(self._values(case)))
        return True

    def save(self, case: Case, *, seen: int) -> bool:
        """Write the case where its version is still ``seen``; False where somebody was there first."""
        done = self._conn.execute(
            disposal_case.update()
            .where(disposal_case.c.item == case.item, disposal_case.c.version == seen)
            .values(self._values(case))
        )
        return done.rowcount == 1

    def unlogged(self, limit: int) -> Sequence[Case]:
        """Cases whose start stands in no entry of retention's own yet."""
        return self._many(disposal_case.c.clock_logged.is_(False), limit)

    def ended(self, today: date, limit: int) -> Sequence[Case]:
        """Running cases whose due date has come, soonest first."""
        return self._many(sa.and_(disposal_case.c.state == "running", disposal_case.c.sort_on <= today), limit)

    def items(self, state: str, limit: int, *, cooled: date | None = None) -> list[str]:
        """Items in a state; with ``cooled``, those not held whose cooling-off is over on that date."""
        query = sa.select(disposal_case.c.item).where(disposal_case.c.state == state)
        if cooled is not None:
            query = query.where(disposal_case.c.destroy_on <= cooled, sa.not_(HELD))
        return list(self._conn.execute(query.order_by(disposal_case.c.sort_on).limit(limit)).scalars())

    def add_hold(self, hold: Hold) -> None:
        """Insert a hold unless it stands already (a rebuild)."""
        if self.hold(hold.id) is None:
            values = {each.name: getattr(hold, each.name) for each in _HOLD}
            sealed = {name: self._words.seal(_about(hold.id, name), values[name]) for name in _HOLD_WORDS}
            self._conn.execute(disposal_hold.insert().values({**values, **sealed}))

    def lift(self, hold: str, *, by: str, at: datetime, reason: str) -> None:
        """Mark a hold lifted; one lifted before keeps its first answer."""
        self._conn.execute(
            disposal_hold.update()
            .where(disposal_hold.c.id == hold, disposal_hold.c.lifted_at.is_(None))
            .values(lifted_at=at, lifted_by=by, lift_reason=self._words.seal(_about(hold, "lift_reason"), reason))
        )

    def hold(self, hold: str) -> Hold | None:
        """One hold, in force or lifted."""
        row = self._conn.execute(sa.select(disposal_hold).where(disposal_hold.c.id == hold)).mappings().one_or_none()
        return hold_of(row, self._words) if row else None

    def add_certificate(self, certificate: Certificate) -> None:
        """Keep what was issued."""
        values = {each.name: getattr(certificate, each.name) for each in fields(Certificate)}
        self._conn.execute(disposal_certificate.insert().values(values))

    def certificate(self, item: str) -> Certificate | None:
        """An item's, proven or not."""
        query = sa.select(disposal_certificate).where(disposal_certificate.c.item == item)
        row = self._conn.execute(query).mappings().one_or_none()
        return Certificate(**cast(dict[str, Any], dict(row))) if row else None

    def prove(self, item: str, text: str) -> None:
        """Keep the file of a certificate."""
        self._conn.execute(disposal_certificate.update().where(disposal_certificate.c.item == item).values(text=text))

    def unproven(self, limit: int) -> list[str]:
        """Items whose certificate was issued and is not proven yet."""
        query = sa.select(disposal_certificate.c.item).where(disposal_certificate.c.text == "")
        return list(self._conn.execute(query.order_by(disposal_certificate.c.item).limit(limit)).scalars())

    def _many(self, condition: sa.ColumnElement[bool], limit: int) -> Sequence[Case]:
        query = (
            sa.select(disposal_case, HELD.label("held"))
            .where(condition)
            .order_by(disposal_case.c.sort_on, disposal_case.c.item)
            .limit(limit)
        )
        return [case_of(row, self._words) for row in self._conn.execute(query).mappings()]

    def _values(self, case: Case) -> dict[str, Any]:
        values = {**{name: getattr(case, name) for name in _COLUMNS}, "sort_on": case.due_on or NEVER}
        return {**values, **{name: self._words.seal(_about(case.item, name), values[name]) for name in _CASE_WORDS}}


_HOLD = fields(Hold)


def case_of(row: sa.RowMapping, words: Words) -> Case:
    """A row of the case table, with its ``held``, as the noun."""
    values = _opened(row, words, "item", _CASE_WORDS)
    del values["sort_on"]
    values["held"] = bool(values["held"])
    return Case(**values)


def hold_of(row: sa.RowMapping, words: Words) -> Hold:
    """A row of the hold table as the noun."""
    return Hold(**_opened(row, words, "id", _HOLD_WORDS))


def _opened(row: sa.RowMapping, words: Words, key: str, names: tuple[str, ...]) -> dict[str, Any]:
    values = cast(dict[str, Any], dict(row))
    return {**values, **{name: words.open(_about(values[key], name), values[name]) for name in names}}


def _about(owner: str, name: str) -> str:
    return f"disposal/{owner}/{name}"
