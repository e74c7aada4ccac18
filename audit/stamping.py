"""Time-stamps kept beside the checkpoints they are over. The authority is asked by whoever is allowed a connection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from audit.checkpoint import Note
from audit.errors import StampRefused
from audit.leaf import Malformed
from audit.tables import audit_checkpoint, audit_timestamp
from audit.timestamp import MOST_TOKEN, Request, verify
from foundation.orm import to_ms


def stamped(conn: Connection, number: int) -> bool:
    """Is that checkpoint stamped?"""
    return conn.scalar(_ONE, {"number": number}) is not None


def keep(conn: Connection, note: Note, reply: bytes, request: Request, authorities: Sequence[bytes]) -> None:
    """Keep an authority's reply, once it is found good for this checkpoint and this request. Raises StampRefused."""
    try:
        if len(reply) > MOST_TOKEN:
            raise Malformed(_BAD)
        at = verify(reply, note.checkpoint.text, authorities, nonce=request.nonce)
    except Malformed:
        raise StampRefused(_BAD) from None
    row = {"number": note.checkpoint.number, "digest": sha256(reply).hexdigest(), "at": to_ms(at), "token": reply}
    conn.execute(sa.insert(audit_timestamp), row)


def stamps(conn: Connection, size: int, number: int) -> Iterator[tuple[int, bytes]]:
    """Number and token of those over checkpoints of at least that size, up to that number, in order. Flat memory."""
    table, place = audit_timestamp.c, (0, "")
    page = (
        sa.select(table.number, table.digest, table.token)
        .join(audit_checkpoint, audit_checkpoint.c.number == table.number)
        .where(audit_checkpoint.c.size >= size, table.number <= number)
        .order_by(table.number, table.digest)
        .limit(_STEP)
    )
    while True:
        later = sa.or_(table.number > place[0], sa.and_(table.number == place[0], table.digest > place[1]))
        rows = conn.execute(page.where(later)).all()
        for row in rows:
            yield row.number, row.token
        if len(rows) < _STEP:
            return
        place = rows[-1].number, rows[-1].digest


@dataclass(frozen=True, slots=True)
class Examined:
    """What became of the stamps that are kept. ``faults`` names each that is not good."""

    good: int
    unchecked: int
    faults: tuple[str, ...]


def examine(conn: Connection, authorities: Sequence[bytes]) -> Examined:
    """Every stored stamp against the stored text of its checkpoint. Without a certificate none can be checked.

    Whether it stands where it was put is checked in any case: its digest, and that there is such a checkpoint.
    """
    good, unchecked, faults = 0, 0, []
    for number, digest, at, token, note in _kept(conn):
        name = f"time-stamp {digest[:16]} of checkpoint {number}"
        if note is None:
            faults.append(f"{name}: there is no such checkpoint")
        elif sha256(token).hexdigest() != digest:
            faults.append(f"{name}: is not the reply that was kept")
        elif not authorities:
            unchecked += 1
        elif _moment(token, note, authorities) != at:
            faults.append(f"{name}: is not good, or of another moment than its row says")
        else:
            good += 1
    return Examined(good, unchecked, tuple(faults))


def _moment(token: bytes, note: str, authorities: Sequence[bytes]) -> int | None:
    text, _, _ = note.partition("\n\n")
    try:
        return to_ms(verify(token, f"{text}\n", authorities))
    except Malformed:
        return None


def _kept(conn: Connection) -> Iterator[sa.Row[*tuple[Any, ...]]]:
    """All of them, with the note each is over; that is null where it is gone."""
    table, place = audit_timestamp.c, (-1, "")
    page = (
        sa.select(table.number, table.digest, table.at, table.token, audit_checkpoint.c.note)
        .outerjoin(audit_checkpoint, audit_checkpoint.c.number == table.number)
        .order_by(table.number, table.digest)
        .limit(_STEP)
    )
    while True:
        later = sa.or_(table.number > place[0], sa.and_(table.number == place[0], table.digest > place[1]))
        rows = conn.execute(page.where(later)).all()
        yield from rows
        if len(rows) < _STEP:
            return
        place = rows[-1].number, rows[-1].digest


_STEP = 100
_ONE = sa.select(audit_timestamp.c.number).where(audit_timestamp.c.number == sa.bindparam("number")).limit(1)
_BAD = (
    "The time-stamping authority’s reply is not a good time-stamp of this checkpoint, so it was not kept. See whether "
    "CUSTODES_TSA_CERTIFICATE holds its root certificate."
)
