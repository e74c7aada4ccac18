"""What proves one entry, or many, against a checkpoint. Format: docs/formats/log.md."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from audit import leaf as form
from audit.checkpoint import Checkpoints, Note, stored_tree
from audit.errors import EntryUnknown, LogDamaged, NotYetInTree
from audit.follow import disclosures_of
from audit.keys import LogKeys
from audit.sequence import ids_waiting, take_in
from audit.tables import audit_disclosure, audit_entry, audit_leaf
from audit.verify import RECEIPT

_Placed = sa.Row[*tuple[Any, ...]]


def receipt(
    conn: Connection, keys: LogKeys, entry_id: str, *, now: datetime, fields: Sequence[str] = form.FIELDS
) -> dict[str, Any]:
    """The proof of one entry against the oldest checkpoint over it; one is made if there is none yet.

    ``fields`` are disclosed, as far as they are not erased. Encode it with ``leaf.canonical``. It must not leave the
    process before the transaction is committed. Raises EntryUnknown; NotYetInTree (PostgreSQL, for a moment after it
    was recorded, or for an entry of the same transaction); LogDamaged, and what ``Checkpoints.make`` raises.
    """
    return receipts(conn, keys, [entry_id], now=now, fields=fields)[entry_id]


def receipts(
    conn: Connection, keys: LogKeys, entry_ids: Collection[str], *, now: datetime, fields: Sequence[str] = form.FIELDS
) -> dict[str, dict[str, Any]]:
    """The same of each of many, by id: what their proofs share is read, checked and hashed once."""
    found: dict[str, dict[str, Any]] = {}
    waiting = sorted(placed(conn, entry_ids).items(), key=lambda each: each[1].seq)
    while waiting:
        # The oldest checkpoint over the first of them is that of every one it covers.
        note = Checkpoints(conn, keys).over(waiting[0][1].seq, now=now)
        size = note.checkpoint.size
        covered, waiting = (
            [each for each in waiting if each[1].seq < size],
            [each for each in waiting if each[1].seq >= size],
        )
        try:
            proofs = stored_tree(conn).inclusions([row.seq for _, row in covered], size)
        except LookupError:
            raise LogDamaged(_DAMAGED) from None
        for (entry_id, row), proof in zip(covered, proofs, strict=True):
            found[entry_id] = _receipt(keys, entry_id, row, proof, note, fields)
    return found


def _receipt(
    keys: LogKeys, entry_id: str, row: _Placed, proof: Sequence[bytes], note: Note, fields: Sequence[str]
) -> dict[str, Any]:
    raw = disclosures_of(keys, entry_id, row.period, row.sealed) or []
    return {
        "v": RECEIPT,
        "leaf": row.body.decode(),
        "seq": row.seq,
        "disclosed": [each for each in raw if each[1] in fields],
        "proof": [form.b64(step) for step in proof],
        "checkpoint": note.text,
    }


def placed(conn: Connection, entry_ids: Collection[str]) -> dict[str, _Placed]:
    """Entries in the tree; of two rows of one id, which somebody made, the first."""
    take_in(conn)
    rows = conn.execute(_THESE, {"ids": sorted(set(entry_ids))}).all()
    found = {row.entry_id: row for row in reversed(rows)}
    missing = set(entry_ids) - found.keys()
    if missing & (ids_waiting(conn) if missing else set()):
        detail = "The entry does not stand in the tree yet. Try again in a moment."
        raise NotYetInTree(detail)
    if missing:
        detail = "The log has no entry of that id."
        raise EntryUnknown(detail)
    return found


_DAMAGED = "Entries or checkpoints of the log are missing or altered. Verify it, and report it as an incident."
_THESE = (
    sa.select(
        audit_leaf.c.entry_id,
        audit_leaf.c.seq,
        audit_leaf.c.pos,
        audit_entry.c.body,
        audit_disclosure.c.period,
        audit_disclosure.c.sealed,
    )
    .join(audit_entry, audit_entry.c.pos == audit_leaf.c.pos)
    .outerjoin(audit_disclosure, audit_disclosure.c.pos == audit_leaf.c.pos)
    .where(audit_leaf.c.entry_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(audit_leaf.c.seq)
)
