"""Cases and holds: rows to nouns and back. The only writer of their tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa

from retention.model.case import HOLDABLE, Case, State
from retention.model.hold import BINDING, Catch, Hold, HoldKind, Manner, Occasion, Scope
from retention.ports import Words
from retention.tables.cases import disposal_case
from retention.tables.endings import disposal_copy
from retention.tables.holds import disposal_hold, disposal_hold_item

STANDS: sa.ColumnElement[bool] = sa.and_(
    disposal_hold_item.c.manner.in_(sorted(BINDING)), disposal_hold.c.lifted_at.is_(None)
)
HELD: sa.ColumnElement[bool] = sa.exists().where(
    disposal_hold_item.c.item == disposal_case.c.item, disposal_hold.c.id == disposal_hold_item.c.hold, STANDS
)
COPIED: sa.ColumnElement[bool] = sa.exists().where(
    disposal_copy.c.item == disposal_case.c.item, disposal_copy.c.fate == "open"
)
# (after how many failures, how long it waits): what went wrong is tried again ever less often, and shown all the time.
PATIENCE = ((10, timedelta(days=1)), (3, timedelta(hours=1)))
# Sorts after every due date.
NEVER = date(9999, 12, 31)
_COLUMNS = tuple(each.name for each in fields(Case) if each.name != "held")
# What people wrote: kept sealed.
_CASE_WORDS = ("period_authority", "review_reason")
_HOLD_WORDS = ("words", "people", "issuer", "reason", "lift_reason")


class Cases:
    """Rows of retention on one connection."""

    def __init__(self, conn: sa.Connection, words: Words) -> None:
        self._conn = conn
        self._words = words

    def find(self, item: str) -> Case | None:
        """The case of an item, with whether it is held now."""
        return self.all([item]).get(item)

    def all(self, items: Collection[str]) -> dict[str, Case]:
        """The same of many items, those that have one, by item."""
        rows = self._conn.execute(_CASES, {"items": sorted(set(items))}).mappings() if items else ()
        return {case.item: case for case in (case_of(row, self._words) for row in rows)}

    def add(self, case: Case) -> bool:
        """Insert the case; False (and nothing changed) where the item has one: its first trigger stands."""
        if self._conn.execute(_KNOWN, {"item": case.item}).scalar_one():
            return False
        self._conn.execute(_ADD_CASE, self._values(case))
        return True

    def save(self, case: Case, *, seen: int) -> bool:
        """Write the case where its version is still ``seen``; False where somebody was there first."""
        return self.save_all([(case, seen)])

    def save_all(self, moved: Sequence[tuple[Case, int]]) -> bool:
        """The same of many, each beside its ``seen``; False where one was not written, and the others may be."""
        rows = [{**self._values(case), "_item": case.item, "_seen": seen} for case, seen in moved]
        return not rows or self._conn.execute(_SAVE_CASE, rows).rowcount == len(rows)

    def unlogged(self, limit: int) -> Sequence[Case]:
        """Cases whose start stands in no entry of retention's own yet."""
        return self._many(disposal_case.c.clock_logged.is_(False), limit)

    def ended(self, today: date, limit: int) -> Sequence[Case]:
        """Running cases whose due date has come, soonest first."""
        return self._many(sa.and_(disposal_case.c.state == "running", disposal_case.c.sort_on <= today), limit)

    def items(self, state: str, limit: int, *, now: datetime, cooled: date | None = None) -> list[str]:
        """Items in a state whose next step is owed; with ``cooled``, those not held that have cooled off by then.

        What failed before waits its time, and what an open copy holds back is not named.
        """
        query = sa.select(disposal_case.c.item).where(disposal_case.c.state == state, _patient(now))
        if state == "erased":
            query = query.where(sa.not_(COPIED))
        if cooled is not None:
            query = query.where(disposal_case.c.destroy_on <= cooled, sa.not_(HELD))
        return list(self._conn.execute(query.order_by(disposal_case.c.sort_on).limit(limit)).scalars())

    def named(self, references: Collection[str]) -> dict[str, str]:
        """The items of these references, those that have a case."""
        column = disposal_case.c
        query = sa.select(column.reference, column.item).where(column.reference.in_(sorted(references)))
        return {str(reference): str(item) for reference, item in self._conn.execute(query)}

    def overtaken(self, limit: int) -> list[str]:
        """Items whose destruction is approved although a hold stands: their approval is still to be taken back."""
        query = sa.select(disposal_case.c.item).where(disposal_case.c.state == "cooling-off", HELD)
        return list(self._conn.execute(query.order_by(disposal_case.c.item).limit(limit)).scalars())

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


_WITH_HELD = sa.select(disposal_case, HELD.label("held"))
_THESE: sa.BindParameter[str] = sa.bindparam("items", expanding=True)
# Built once: destroying ten thousand items, putting them together anew took longer than running them.
_CASES = _WITH_HELD.where(disposal_case.c.item.in_(_THESE))
_KNOWN = sa.select(sa.exists().where(disposal_case.c.item == sa.bindparam("item")))
_ADD_CASE = disposal_case.insert()
_SAVE_CASE = disposal_case.update().where(
    disposal_case.c.item == sa.bindparam("_item"), disposal_case.c.version == sa.bindparam("_seen")
)

_HOLD = fields(Hold)


@dataclass(frozen=True, slots=True)
class Standing:
    """A hold in force as it concerns one item; ``manner`` is None where nothing was recorded of the two."""

    hold: str
    kind: HoldKind
    scope: str  # canonical JSON
    manner: Manner | None


class Holdings:
    """Rows of holds and of what they were found to catch, on one connection."""

    def __init__(self, conn: sa.Connection, words: Words) -> None:
        self._conn = conn
        self._words = words

    def add(self, hold: Hold) -> None:
        """Insert a hold unless it stands already (a rebuild)."""
        if self.find(hold.id) is None:
            values = {each.name: getattr(hold, each.name) for each in _HOLD}
            sealed = {name: self._words.seal(_about(hold.id, name), values[name]) for name in _HOLD_WORDS}
            self._conn.execute(disposal_hold.insert().values({**values, **sealed}))

    def find(self, hold: str) -> Hold | None:
        """One hold, in force or lifted."""
        row = self._conn.execute(sa.select(disposal_hold).where(disposal_hold.c.id == hold)).mappings().one_or_none()
        return hold_of(row, self._words) if row else None

    def change(self, hold: str, **values: Any) -> None:
        """Set columns of a hold in force: one lifted before keeps its first answer."""
        given = {name: self._words.seal(_about(hold, name), value) if name in _HOLD_WORDS else value
                 for name, value in values.items()}  # fmt: skip
        self._conn.execute(
            disposal_hold.update().where(disposal_hold.c.id == hold, disposal_hold.c.lifted_at.is_(None)).values(given)
        )

    def enter(self, catch: Catch) -> None:
        """What was last said of a hold and an item."""
        column = disposal_hold_item.c
        self._conn.execute(disposal_hold_item.delete().where(column.hold == catch.hold, column.item == catch.item))
        values = {each.name: getattr(catch, each.name) for each in fields(Catch)}
        self._conn.execute(disposal_hold_item.insert().values(values))

    def standing(self, items: Collection[str]) -> dict[str, list[Standing]]:
        """Every hold in force, as it concerns each of the items. Opens no words: asked for each thing destroyed."""
        holds = self._conn.execute(_IN_FORCE).all()
        said: dict[tuple[str, str], Manner] = {}
        if holds:
            found = self._conn.execute(_SAID, {"items": sorted(set(items))})
            said = {(row.hold, row.item): row.manner for row in found}
        return {item: [Standing(*hold, said.get((hold.id, item))) for hold in holds] for item in items}

    def of_issuer(self, issuer: str, scope: str) -> list[str]:
        """The holds in force of this issuer with exactly this scope."""
        return [each.id for each in self._issued(issuer, disposal_hold.c.scope == scope)]

    def followed(self, issuer: str, occasion: Occasion) -> list[Hold]:
        """The holds in force of this issuer for this occasion."""
        return self._issued(issuer, disposal_hold.c.occasion == occasion)

    def _issued(self, issuer: str, where: sa.ColumnElement[bool]) -> list[Hold]:
        column = disposal_hold.c
        query = sa.select(disposal_hold).where(where, column.lifted_at.is_(None)).order_by(column.id)
        found = [hold_of(row, self._words) for row in self._conn.execute(query).mappings()]
        return [each for each in found if each.issuer == issuer]

    def unsettled(self) -> list[Hold]:
        """Holds in force that are not yet entered on everything they catch."""
        column = disposal_hold.c
        query = sa.select(disposal_hold).where(column.lifted_at.is_(None), column.settled_at.is_(None))
        return [hold_of(row, self._words) for row in self._conn.execute(query.order_by(column.id)).mappings()]

    def missed(
        self, hold: str, scope: Scope, about: Collection[int], limit: int, states: Collection[State] = HOLDABLE
    ) -> Sequence[Case]:
        """Cases the scope catches of which nothing was recorded, those whose destruction is nearest first.

        ``about``: numbers of the items about the people the scope names.
        """
        known = sa.exists().where(disposal_hold_item.c.hold == hold, disposal_hold_item.c.item == disposal_case.c.item)
        query = (
            sa.select(disposal_case, HELD.label("held"))
            .where(caught(scope, about), disposal_case.c.state.in_(sorted(states)), sa.not_(known))
            .order_by(disposal_case.c.state != "cooling-off", disposal_case.c.sort_on, disposal_case.c.item)
            .limit(limit)
        )
        return [case_of(row, self._words) for row in self._conn.execute(query).mappings()]

    def tally(self, scope: Scope, about: Collection[int]) -> Sequence[tuple[str, str, str, int]]:
        """How many cases the scope catches now, and how many it comes too late for: class, body, state, number."""
        column = disposal_case.c
        group = (column.retention_class, column.originator, column.state)
        query = sa.select(*group, sa.func.count()).where(caught(scope, about), column.state.in_(_STILL_THERE))
        found = self._conn.execute(query.group_by(*group).order_by(*group))
        return [(str(code), str(body), str(state), int(number)) for code, body, state, number in found]

    def caught(
        self, scope: Scope, about: Collection[int], *, limit: int, after: str = "", states: Collection[str] = ()
    ) -> Sequence[Case]:
        """Those cases by their item, ``limit`` after the item ``after``."""
        query = (
            sa.select(disposal_case, HELD.label("held"))
            .where(
                caught(scope, about),
                disposal_case.c.state.in_(sorted(states) or _STILL_THERE),
                disposal_case.c.item > after,
            )
            .order_by(disposal_case.c.item)
            .limit(limit)
        )
        return [case_of(row, self._words) for row in self._conn.execute(query).mappings()]


_IN_FORCE = (
    sa.select(disposal_hold.c.id, disposal_hold.c.kind, disposal_hold.c.scope)
    .where(disposal_hold.c.lifted_at.is_(None))
    .order_by(disposal_hold.c.id)
)
_SAID = sa.select(disposal_hold_item.c.hold, disposal_hold_item.c.item, disposal_hold_item.c.manner).where(
    disposal_hold_item.c.item.in_(_THESE)
)
_STILL_THERE = [*sorted(HOLDABLE), "destroying"]


def caught(scope: Scope, about: Collection[int]) -> sa.ColumnElement[bool]:
    """What ``rules.scope.catches`` says, of cases; ``about`` numbers the items about the people it names."""
    if not scope:
        return sa.false()
    column = disposal_case.c
    named = (
        (column.item, scope.items),
        (column.establishment, scope.establishments),
        (column.retention_class, scope.classes),
        (column.originator, scope.bodies),
    )
    found: list[sa.ColumnElement[bool]] = [each.in_(sorted(values)) for each, values in named if values]
    if scope.persons:
        found.append(column.item_id.in_(sorted(about)))
    if scope.since is not None:
        found.append(column.trigger_on >= scope.since)
    if scope.until is not None:
        found.append(column.trigger_on <= scope.until)
    return sa.and_(*found)


def _patient(now: datetime) -> sa.ColumnElement[bool]:
    """Whether it may be tried now."""
    column = disposal_case.c
    waits = [sa.and_(column.failures > most, column.failed_at > now - time) for most, time in PATIENCE]
    return sa.or_(column.failed_at.is_(None), sa.not_(sa.or_(*waits)))


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
