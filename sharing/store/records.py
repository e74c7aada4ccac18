"""Rows of records. Codes and dates stand in clear, what people wrote is sealed. Written here alone, as facts tell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from sharing.model.coverage import Record
from sharing.model.duty import Pattern
from sharing.ports import Words
from sharing.tables import agreement_record as table

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

    def of_kind(self, agreement: str, kind: str, *, limit: int = 200) -> list[Record]:
        """Those of a kind, newest first, without their words."""
        query = sa.select(table).where(_C.agreement == agreement, _C.kind == kind)
        rows = self._conn.execute(query.order_by(_C.on.desc(), _C.id.desc()).limit(limit)).mappings()
        return [self._record(row, words=False) for row in rows]

    def _record(self, row: sa.RowMapping, *, words: bool) -> Record:
        found = dict(row)
        sealed, coded = found.pop("words"), found.pop("coded")
        opened = json.loads(self._words.open(about(row["id"]), sealed)) if words and sealed else {}
        return Record(**found, values=json.loads(coded), words=opened)


def happened(conn: sa.Connection, agreement: str, pattern: Pattern, establishment: str | None) -> list[date]:
    """The days of the records a pattern fits, newest first; of one establishment where it is given."""
    wanted = [_C.agreement == agreement, _C.kind == pattern.record]
    if establishment is not None:
        wanted.append(_C.establishment == establishment)
    rows = conn.execute(sa.select(_C.on, _C.coded).where(*wanted).order_by(_C.on.desc())).all()
    asked = {key: value for key, value in pattern.where.items() if key != "record"}
    return [row.on for row in rows if asked.items() <= json.loads(row.coded).items()]


def rows_of(conn: sa.Connection) -> list[tuple[str, tuple[Any, ...]]]:
    """Every row by its key: what a rebuild is held against."""
    return [(f"record {row.id}", tuple(row)) for row in conn.execute(sa.select(table).order_by(_C.id))]
