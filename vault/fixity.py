"""Fixity: what is stored compared with what was stored, and with the rows that know of it. No key is needed.

Where the check stands and what is wrong now are rows; that something is wrong, and that it is over, are facts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from audit.fact import Kind, Value
from audit.trail import Trail
from foundation.actor import Actor
from foundation.orm import to_ms
from vault import events
from vault.backend import Backend
from vault.backup.content import Part, measured
from vault.errors import PartGone, Tampered
from vault.sweep import GRACE, begun
from vault.tables import vault_fixity, vault_fixity_fault, vault_part

MISSING, SIZE, CHANGED, UNKNOWN = "missing", "size", "changed", "unknown"
SHARDS = 256
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Fault:
    """One object that is not as it should be, and since when that is known."""

    object: str
    fault: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Round:
    """How far the check is. ``ended``: the round is over, and rests. ``last_…``: the last one that was finished."""

    began: datetime
    position: str
    objects: int
    bytes: int
    ended: datetime | None
    last_began: datetime | None
    last_ended: datetime | None
    last_objects: int
    last_bytes: int


def fault_of(backend: Backend, part: Part, seen: Callable[[int], None] = lambda _: None) -> str:
    """What is wrong with a stored object; "" for nothing. ``seen`` is told of each piece read."""
    try:
        with closing(backend.open(part.name)) as source:
            if source.size != part.size:
                return SIZE
            return "" if measured(source, seen=seen)[1] == part.sha256 else CHANGED
    except PartGone:
        return MISSING
    except Tampered:  # it changed while it was read
        return CHANGED


def parts_after(conn: sa.Connection, position: str, most: int) -> list[Part]:
    """The next objects of the folder the position lies in, by name."""
    column = vault_part.c
    query = sa.select(column.object, column.stored_size, column.stored_sha256)
    query = query.where(column.state == "live", column.object > position, column.object < after(position))
    rows = conn.execute(query.order_by(column.object).limit(most))
    return [Part(name, size, bytes(digest).hex()) for name, size, digest in rows]


def after(position: str) -> str:
    """What stands behind every name of that folder."""
    return f"{position[:2]}0"


def strangers(conn: sa.Connection, stored: Collection[str], position: str, now: datetime) -> set[str]:
    """Of what is stored in that folder, that which no row knows, unless it may still be on its way."""
    column = vault_part.c
    rows = sa.select(column.object).where(column.object > position[:2], column.object < after(position))
    unknown = set(stored) - set(conn.execute(rows).scalars())
    young = to_ms(now - GRACE)
    return {name for name in unknown if _begun(name) < young}


def _begun(name: str) -> int:
    with suppress(ValueError, IndexError):
        return begun(name)
    return 0


def named(conn: sa.Connection, names: Collection[str]) -> set[str]:
    """Those that rows call live."""
    column = vault_part.c
    rows = sa.select(column.object).where(column.object.in_(names), column.state == "live")
    return set(conn.execute(rows).scalars())


class Fixity:
    """One unit of work's door to where the check stands."""

    def __init__(self, conn: sa.Connection, trail: Trail | None = None) -> None:
        """Without ``trail`` only to look."""
        self._conn, self._trail = conn, trail

    def standing(self) -> Round | None:
        """None before the first round."""
        names = [column.name for column in vault_fixity.c if column.name != "id"]
        row = self._conn.execute(sa.select(*(vault_fixity.c[name] for name in names))).first()
        return Round(*row) if row else None

    def faults(self) -> list[Fault]:
        """All there are now, by name."""
        column = vault_fixity_fault.c
        rows = self._conn.execute(sa.select(column.object, column.fault, column.since).order_by(column.object))
        return [Fault(*row) for row in rows]

    def begin(self, *, now: datetime) -> None:
        """A new round. What the last finished one came to is kept."""
        fresh: dict[str, Any] = {"began": now, "position": "00", "objects": 0, "bytes": 0, "ended": None}
        if self.standing() is None:
            rest = {"last_began": None, "last_ended": None, "last_objects": 0, "last_bytes": 0}
            self._conn.execute(sa.insert(vault_fixity).values(id=1, **fresh, **rest))
        else:
            self._conn.execute(sa.update(vault_fixity).values(**fresh))

    def took(
        self,
        position: str,
        *,
        objects: int = 0,
        size: int = 0,
        found: Mapping[str, str],
        over: Collection[str],
        actor: Actor,
        now: datetime,
    ) -> None:
        """So many were read up to there. ``found``: what is wrong, by object; ``over``: what is so no longer."""
        known = {each.object: each.fault for each in self.faults()}
        for name in sorted(set(over) & known.keys()):
            self._conn.execute(sa.delete(vault_fixity_fault).where(vault_fixity_fault.c.object == name))
            self._record(events.FIXITY_CLEARED, name, known[name], actor, now)
        for name, fault in sorted((name[:_LONGEST], fault) for name, fault in found.items()):
            if known.get(name) == fault:
                continue
            self._conn.execute(sa.delete(vault_fixity_fault).where(vault_fixity_fault.c.object == name))
            entry = self._record(events.FIXITY_FAULT, name, fault, actor, now)
            values = {"object": name, "fault": fault, "since": now, "entry_id": entry}
            self._conn.execute(sa.insert(vault_fixity_fault).values(**values))
        column = vault_fixity.c
        moved = {"position": position, "objects": column.objects + objects, "bytes": column.bytes + size}
        self._conn.execute(sa.update(vault_fixity).values(**moved))

    def end(self, *, actor: Actor, now: datetime) -> None:
        """Every object was looked at."""
        here = self.standing()
        if here is None or self._trail is None or here.ended is not None:
            return
        said = {"last_began": here.began, "last_ended": now, "last_objects": here.objects, "last_bytes": here.bytes}
        self._conn.execute(sa.update(vault_fixity).values(ended=now, **said))
        what: dict[str, Value] = {
            "began": here.began.isoformat(timespec="milliseconds"),
            "objects": here.objects,
            "bytes": here.bytes,
            "faults": len(self.faults()),
        }
        self._trail.record(events.FIXITY_ROUND, actor=actor, now=now, what=what)

    def _record(self, kind: Kind, name: str, fault: str, actor: Actor, now: datetime) -> str:
        if self._trail is None:
            msg = "whoever only looks records nothing"
            raise RuntimeError(msg)
        what: dict[str, Value] = {"object": name, "fault": fault}
        return self._trail.record(kind, actor=actor, now=now, subject=_item(name), what=what).id


def _item(name: str) -> str:
    with suppress(ValueError, IndexError):
        return str(UUID(name.split("/")[1]))
    return ""
