"""Rows of records. Codes and dates stand in clear, what people wrote is sealed. Written here alone, as facts tell."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from sharing.model.circle import NOTHING_NAMED, Knows
from sharing.model.coverage import Record
from sharing.model.duty import Pattern
from sharing.ports import Words
from sharing.tables.agreements import agreement_record as table

_C = table.c


def about(record: str) -> str:
    """What the words of a record are sealed to."""
    return f"record/{record}"


class RecordRows:
    """On one connection."""

    def __init__(self, conn: sa.Connection, words: Words) -> None:
        self._conn = conn
        self._words = words

    def add(self, *, id: str, coded: Mapping[str, str], words: str, **values: Any) -> None:  # noqa: A002
        """Insert it unless it stands already. ``words`` as sealed."""
        if not self._conn.execute(sa.select(sa.exists().where(_C.id == id))).scalar():
            text = json.dumps(dict(coded), sort_keys=True)
            self._conn.execute(table.insert().values(id=id, coded=text, words=words, **values))

    def find(self, id_: str, *, words: bool = False) -> Record | None:
        """One record; its words are opened only where ``words`` says so."""
        row = self._conn.execute(sa.select(table).where(_C.id == id_)).mappings().first()
        return None if row is None else self._record(row, words=words)

    def of_kind(
        self, agreement: str, kind: str, *, knows: Knows = NOTHING_NAMED, limit: int = 200, words: bool = False
    ) -> list[Record]:
        """Those of a kind that somebody may know of, newest first; their words are opened only where it says so."""
        query = sa.select(table).where(_C.agreement == agreement, _C.kind == kind, known_of(_C, knows))
        rows = self._conn.execute(query.order_by(_C.on.desc(), _C.id.desc()).limit(limit)).mappings()
        return [self._record(row, words=words) for row in rows]

    def about(self, thread: str, *, knows: Knows = NOTHING_NAMED) -> list[Record]:
        """Those that name this record and that somebody may know of, in the order they were made, without words."""
        query = sa.select(table).where(_C.thread == thread, _C.id != thread, known_of(_C, knows))
        return [self._record(row, words=False) for row in self._conn.execute(query.order_by(_C.id)).mappings()]

    def circle(self, circle: str) -> list[Record]:
        """All of a circle, in the order they were made, without words."""
        rows = self._conn.execute(sa.select(table).where(_C.circle == circle).order_by(_C.id)).mappings()
        return [self._record(row, words=False) for row in rows]

    def closed(self, agreement: str, version: int, kinds: Collection[str]) -> list[Record]:
        """The records of these kinds with which a circle began that is still closed."""
        wanted = (_C.agreement == agreement, _C.version == version, _C.kind.in_(sorted(kinds)))
        query = sa.select(table).where(_C.closed, _C.circle == _C.id, *wanted).order_by(_C.id)
        return [self._record(row, words=False) for row in self._conn.execute(query).mappings()]

    def open_up(self, circle: str) -> None:
        """A circle is closed no longer."""
        self._conn.execute(table.update().where(_C.circle == circle).values(closed=False))

    def _record(self, row: sa.RowMapping, *, words: bool) -> Record:
        found = dict(row)
        sealed, coded = found.pop("words"), found.pop("coded")
        opened = json.loads(self._words.open(about(row["id"]), sealed)) if words and sealed else {}
        return Record(**found, values=json.loads(coded), words=opened)


def known_of(columns: Any, knows: Knows) -> sa.ColumnElement[bool]:
    """Of rows with a circle: those that somebody may know of, as ``Knows.of`` has it."""
    open_to_them = sa.or_(columns.closed.is_(False), columns.circle.in_(sorted(knows.known)))
    return sa.and_(columns.circle.not_in(sorted(knows.barred)), open_to_them) if knows.barred else open_to_them


def happened(
    conn: sa.Connection,
    agreement: str,
    pattern: Pattern,
    establishment: str | None = None,
    *,
    thread: str = "",
    knows: Knows = NOTHING_NAMED,
) -> list[date]:
    """The days of the records a pattern fits, newest first; of one establishment, or about one record, where given.

    Of what named people alone may know only for those: it would else show in what a way, or a form, refuses.
    """
    wanted = [_C.agreement == agreement, _C.kind == pattern.record, known_of(_C, knows)]
    if thread:
        wanted.append(sa.or_(_C.thread == thread, _C.id == thread))
    if establishment is not None:
        wanted.append(_C.establishment == establishment)
    rows = conn.execute(sa.select(_C.on, _C.coded).where(*wanted).order_by(_C.on.desc())).all()
    asked = {key: value for key, value in pattern.where.items() if key != "record"}
    return [row.on for row in rows if asked.items() <= json.loads(row.coded).items()]


def rows_of(conn: sa.Connection) -> list[tuple[str, tuple[Any, ...]]]:
    """Every row by its key: what a rebuild is held against."""
    return [(f"record {row.id}", tuple(row)) for row in conn.execute(sa.select(table).order_by(_C.id))]
