"""Rows of decisions to share, and not to. Written here alone, as facts tell; the words in them stay sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from sharing.model.decision import FULL, DecisionTo, Stated
from sharing.tables.decisions import sharing_decision as table

_C = table.c
_PLAIN = (
    "id", "act", "agreement", "version", "route", "kind", "item", "reference", "party", "office", "by", "on", "at",
    "persons", "purpose", "told", "holds_said",
)  # fmt: skip


class DecisionRows:
    """On one connection."""

    def __init__(self, conn: sa.Connection) -> None:
        self._conn = conn

    def add(self, found: DecisionTo, words: str) -> None:
        """Insert it unless it stands already. ``words`` as sealed."""
        if self._conn.execute(sa.select(sa.exists().where(_C.id == found.id))).scalar():
            return
        values: dict[str, Any] = {name: getattr(found, name) for name in _PLAIN}
        values |= {
            "to_parties": f",{','.join(found.to_parties)}," if found.to_parties else "",
            "to": ",".join(map(str, found.to)),
            "holds": ",".join(found.holds),
            "stated": json.dumps([asdict(each) for each in found.stated]),
            "words": words,
            "answer": "",
        }
        self._conn.execute(table.insert().values(values))

    def answer(self, id_: str, told: str, holds: str, words: str) -> None:
        """What was still to be said."""
        values = {"told": told, "holds": holds, "holds_said": True, "answer": words}
        self._conn.execute(sa.update(table).where(_C.id == id_).values(values))

    def find(self, id_: str) -> DecisionTo | None:
        """One, without its words."""
        row = self._conn.execute(sa.select(table).where(_C.id == id_)).mappings().first()
        return None if row is None else read(row)

    def of_item(self, item: str, act: str) -> str:
        """The id of the newest decision of that act on an item; empty where there is none."""
        query = sa.select(_C.id).where(_C.item == item, _C.act == act).order_by(_C.at.desc(), _C.id.desc()).limit(1)
        return self._conn.execute(query).scalar() or ""

    def sealed(self, id_: str) -> Mapping[str, str]:
        """The sealed words of one, by the column they stand in."""
        row = self._conn.execute(sa.select(_C.words, _C.answer).where(_C.id == id_)).mappings().one()
        return dict(row)


def read(row: sa.RowMapping, sight: str = FULL) -> DecisionTo:
    """One row as a value, its words unopened."""
    return DecisionTo(
        **{name: row[name] for name in _PLAIN},
        to_parties=tuple(filter(None, row["to_parties"].split(","))),
        to=tuple(int(each) for each in row["to"].split(",") if each),
        holds=tuple(filter(None, row["holds"].split(","))),
        stated=tuple(Stated(**each) for each in json.loads(row["stated"])),
        sight=sight,
    )
