"""Tokens as the log has them, held against the rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from audit.fact import Fact
from audit.replica import differing
from identity.events import TOKEN_ISSUED, TOKEN_KINDS
from identity.tables import api_token

_PARTS = ("person", "appointment", "reads_only", "until", "words")
_C = api_token.c


class TokenReplay:
    """Told every fact in order, then asked. When a token was used last is no fact."""

    def __init__(self) -> None:
        self.kinds = TOKEN_KINDS
        self._rows: dict[str, tuple[object, ...]] = {}
        self._revoked: set[str] = set()
        self._seals: dict[str, str] = {}

    def close(self) -> None:
        """Forget it."""
        self._rows.clear()
        self._revoked.clear()
        self._seals.clear()

    def follow(self, fact: Fact) -> None:
        """One fact."""
        if fact.outcome != "allowed":
            return
        self._seals[fact.subject] = str(fact.what["seal"])
        if fact.kind == TOKEN_ISSUED.name:
            self._rows[fact.subject] = tuple(fact.what[name] for name in _PARTS)
        else:
            self._revoked.add(fact.subject)

    def differences(self, conn: Connection) -> Iterator[str]:
        """What in the rows does not follow from the facts, in words; nothing when all does."""
        found = {f"token {row.id}": _row(row) for row in conn.execute(sa.select(*_COLUMNS))}
        yield from differing({f"token {id_}": self._told(id_) for id_ in self._seals}, found)

    def _told(self, id_: str) -> tuple[object, ...]:
        return (self._seals[id_], id_ in self._revoked, *self._rows.get(id_, ()))


_COLUMNS = (_C.id, _C.bound, _C.revoked, _C.person_id, _C.appointment, _C.reads_only, _C.until, _C.words)


def _row(row: Any) -> tuple[object, ...]:
    parts = (row.person_id, row.appointment, row.reads_only, row.until.isoformat(timespec="milliseconds"), row.words)
    return (row.bound.hex(), row.revoked is not None, *parts)
