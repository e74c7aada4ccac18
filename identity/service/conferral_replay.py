"""Conferrals as the log has them, held against the rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from audit.fact import Fact
from audit.replica import differing
from identity.events import CONFERRAL_KINDS, CONFERRAL_PROPOSED
from identity.power_tables import conferral

_PLAIN = ("sort", "role", "place", "file", "words")
_TIMES = ("since", "until", "stands_until")


class ConferralReplay:
    """Told every fact in order, then asked: each row is rebuilt from its facts and must be the row that is there."""

    def __init__(self) -> None:
        self.kinds = CONFERRAL_KINDS
        self._rows: dict[str, dict[str, Any]] = {}

    def close(self) -> None:
        """Forget it."""
        self._rows.clear()

    def follow(self, fact: Fact) -> None:
        """One fact."""
        if fact.outcome != "allowed":
            return
        at, who = _text(fact.at), str(fact.who["id"])
        if fact.kind == CONFERRAL_PROPOSED.name:
            told = {name: fact.what[name] for name in (*_PLAIN, *_TIMES)}
            told |= {"person_id": fact.what["person"], "proposed_by": who, "proposed": at}
            self._rows[fact.subject] = {**told, "decision": "", "decided_by": "", "decided": "", "made": ""}
        else:
            decided = {"decision": fact.what["decision"], "decided_by": who, "decided": at, "made": fact.what["made"]}
            self._rows.setdefault(fact.subject, {}).update(decided)
        self._rows[fact.subject]["bound"] = fact.what["seal"]

    def differences(self, conn: Connection) -> Iterator[str]:
        """What in the rows does not follow from the facts, in words; nothing when all does."""
        found = {f"conferral {row['id']}": _row(row) for row in conn.execute(sa.select(conferral)).mappings()}
        follows = {f"conferral {id_}": row for id_, row in self._rows.items()}
        yield from differing(follows, found)


def _row(row: sa.RowMapping) -> dict[str, Any]:
    found = {name: row[name] for name in (*_PLAIN, "person_id", "proposed_by", "decision", "decided_by", "made")}
    found |= {name: _text(row[name]) for name in (*_TIMES, "proposed", "decided")}
    return {**found, "bound": row["bound"].hex()}


def _text(at: Any) -> str:
    return at.isoformat(timespec="milliseconds") if at else ""
