"""Rows of media and paper, both the same way: a noun's fields are its columns, its words sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, Generic, TypeVar, cast

import sqlalchemy as sa

from custody.model import Export, Paper, Reminder, chosen_of
from custody.ports import Words
from custody.tables import custody_export, custody_paper, custody_reminder

T = TypeVar("T", Export, Paper)


class Rows(Generic[T]):
    """Of one table, on one connection."""

    table: sa.Table
    noun: type[T]
    sealed: tuple[str, ...]

    def __init__(self, conn: sa.Connection, words: Words) -> None:
        self._conn = conn
        self._words = words

    def find(self, id_: str) -> T | None:
        """One."""
        return next(iter(self.where(self.table.c.id == id_)), None)

    def where(self, *conditions: sa.ColumnElement[bool], most: int | None = None) -> list[T]:
        """Those the conditions fit, oldest first."""
        query = sa.select(self.table).where(*conditions).order_by(self.table.c.id).limit(most)
        return [self._read(row) for row in self._conn.execute(query).mappings()]

    def add(self, noun: T) -> None:
        """One that is not there yet; one that is stays as it is (a rebuild)."""
        known = sa.select(sa.exists().where(self.table.c.id == noun.id))
        if not self._conn.execute(known).scalar_one():
            self._conn.execute(self.table.insert().values(self._kept(noun)))

    def change(self, id_: str, step: int, **changed: Any) -> bool:
        """Change one as it stood at ``step``, and count it up. False where it has moved on (a rebuild, or a race)."""
        found = self.find(id_)
        if found is None or found.version != step:
            return False
        after = replace(found, version=step + 1, **changed)
        here = (self.table.c.id == id_, self.table.c.version == step)
        return self._conn.execute(self.table.update().where(*here).values(self._kept(after))).rowcount == 1

    def _kept(self, noun: T) -> dict[str, Any]:
        values = {each.name: getattr(noun, each.name) for each in fields(noun)}
        for name in self.sealed:
            values[name] = self._words.seal(self._about(noun.id, name), values[name])
        return self._coded(values)

    def _read(self, row: sa.RowMapping) -> T:
        values = self._decoded(cast(dict[str, Any], dict(row)))
        for name in self.sealed:
            values[name] = self._words.open(self._about(values["id"], name), values[name])
        return self.noun(**values)

    def _about(self, id_: str, name: str) -> str:
        return f"{self.table.name}/{id_}/{name}"

    def _coded(self, values: dict[str, Any]) -> dict[str, Any]:
        return values

    def _decoded(self, values: dict[str, Any]) -> dict[str, Any]:
        return values


class Exports(Rows[Export]):
    """Media."""

    table = custody_export
    noun = Export
    sealed = ("why", "least", "to", "decision", "loss", "witness", "evidence")

    def by_number(self, number: str) -> Export | None:
        """One, by the number on it."""
        return next(iter(self.where(custody_export.c.number == number)), None)

    def next_number(self, year: int) -> str:
        """MED-2026-0001: harmless on a label."""
        head = f"MED-{year}-"
        query = sa.select(sa.func.max(custody_export.c.number)).where(custody_export.c.number.like(f"{head}%"))
        last = self._conn.execute(query).scalar_one()
        return f"{head}{int(last.rpartition('-')[2]) + 1 if last else 1:04d}"

    def out_with(self, serial: str, states: Sequence[str]) -> str:
        """The number of the medium of that serial that is asked for or out; nothing where none is."""
        column = custody_export.c
        query = sa.select(column.number).where(column.serial == serial, column.state.in_(sorted(states)))
        return self._conn.execute(query.limit(1)).scalar_one_or_none() or ""

    def _coded(self, values: dict[str, Any]) -> dict[str, Any]:
        return values | {"chosen": "\n".join(each.line for each in values["chosen"])}

    def _decoded(self, values: dict[str, Any]) -> dict[str, Any]:
        return values | {"chosen": tuple(chosen_of(line) for line in values["chosen"].splitlines())}


class Papers(Rows[Paper]):
    """Copies on paper."""

    table = custody_paper
    noun = Paper
    sealed = ("place", "loss", "witness", "evidence")


class Reminders:
    """What was said, and when."""

    def __init__(self, conn: sa.Connection) -> None:
        self._conn = conn

    def add(self, said: Reminder) -> None:
        """Once."""
        if not self.was(said.thing, said.stage, said.since):
            self._conn.execute(custody_reminder.insert().values({n: getattr(said, n) for n in said.__slots__}))

    def was(self, thing: str, stage: str, since: Any) -> bool:
        """Whether it was said before."""
        column = custody_reminder.c
        here = sa.exists().where(column.thing == thing, column.stage == stage, column.since == since)
        return bool(self._conn.execute(sa.select(here)).scalar_one())

    def all(self) -> list[Reminder]:
        """Every one, for a comparison with the log."""
        return [Reminder(**row) for row in self._conn.execute(sa.select(custody_reminder)).mappings()]
