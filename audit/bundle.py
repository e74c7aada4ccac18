"""What leaves the house: the whole log as a bundle, one entry as a receipt. Formats: docs/formats/log.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from audit import leaf as form
from audit.checkpoint import Checkpoints, Note, stored_tree
from audit.container import FILES, Writer
from audit.errors import EntryUnknown, LogDamaged, NothingSigned
from audit.follow import disclosures_of, stored
from audit.keys import LogKeys
from audit.tables import audit_checkpoint, audit_disclosure, audit_entry, audit_index, audit_leaf
from audit.verify import BUNDLE, RECEIPT
from foundation.orm import to_ms


@dataclass(slots=True)
class Exported:
    """What a bundle holds."""

    checkpoint: Note
    entries: int = 0
    disclosed: int = 0
    redacted: int = 0


def export(conn: Connection, keys: LogKeys, path: Path, *, now: datetime) -> Exported:
    """The log up to its newest checkpoint, to a new directory, or to a new zip if the name ends in ".zip".

    The disclosures leave their seals: keep the result like the log itself. Reads only, in flat memory, so no other
    writer waits; call ``Checkpoints.current`` in a transaction of its own before. Raises NothingSigned, AlreadyThere,
    TooLarge, LogDamaged; OSError if it cannot be written. Nothing half done stays.
    """
    latest = Checkpoints(conn, keys).latest()
    if latest is None:
        detail = "Make a checkpoint first: what is exported must be signed."
        raise NothingSigned(detail)
    done, size = Exported(latest), latest.checkpoint.size
    with Writer(path) as writer:
        writer.write("checkpoint", [latest.text.encode()])
        writer.write("checkpoints.jsonl", _checkpoints(conn, latest.checkpoint.number))
        writer.write("disclosures.jsonl", _disclosures(conn, keys, size, done))
        writer.write("keys", [f"{each.text}\n".encode() for each in keys.trusted])
        writer.write("leaves.jsonl", _leaves(conn, size))
        writer.write("manifest", [keys.sign(_manifest(done, writer, now)).encode()])
    return done


def receipt(
    conn: Connection, keys: LogKeys, entry_id: str, *, now: datetime, fields: Sequence[str] = form.FIELDS
) -> dict[str, Any]:
    """The proof of one entry against the oldest checkpoint over it; one is made if there is none yet.

    ``fields`` are disclosed, as far as they are not erased. Encode it with ``leaf.canonical``. It must not leave the
    process before the transaction is committed. Raises EntryUnknown, LogDamaged, and what ``Checkpoints.make`` raises.
    """
    row = conn.execute(_ONE, {"id": entry_id}).first()
    if row is None:
        detail = "The log has no entry of that id."
        raise EntryUnknown(detail)
    raw = disclosures_of(keys, entry_id, row.period, row.sealed) or []
    note = Checkpoints(conn, keys).over(row.seq, now=now)
    try:
        proof = stored_tree(conn).inclusion(row.seq, note.checkpoint.size)
    except LookupError:
        raise LogDamaged(_DAMAGED) from None
    return {
        "v": RECEIPT,
        "leaf": row.body.decode(),
        "seq": row.seq,
        "disclosed": [each for each in raw if each[1] in fields],
        "proof": [form.b64(step) for step in proof],
        "checkpoint": note.text,
    }


def redact(conn: Connection, entry_id: str, *, now: datetime) -> bool:
    """Erase what one entry disclosed, and its item and actor from the index. Every proof stays valid.

    Returns False if it was erased before. The caller records who did it and why. Raises EntryUnknown.
    """
    if conn.execute(_ONE, {"id": entry_id}).first() is None:
        detail = "The log has no entry of that id."
        raise EntryUnknown(detail)
    erased = conn.execute(
        sa.update(audit_disclosure)
        .where(audit_disclosure.c.entry_id == entry_id, audit_disclosure.c.sealed.is_not(None))
        .values(sealed=None, erased_at=to_ms(now))
    )
    conn.execute(sa.update(audit_index).where(audit_index.c.seq == _seq(entry_id)).values(item=None, actor=None))
    return erased.rowcount == 1


def _seq(entry_id: str) -> sa.ScalarSelect[int]:
    return sa.select(audit_leaf.c.seq).where(audit_leaf.c.entry_id == entry_id).scalar_subquery()


def _checkpoints(conn: Connection, last: int) -> Iterator[bytes]:
    start, step = 0, 500
    table = audit_checkpoint.c
    while start < last:
        page = sa.select(table.number, table.note).where(table.number > start, table.number <= last)
        rows = conn.execute(page.order_by(table.number).limit(step)).all()
        if not rows:
            raise LogDamaged(_DAMAGED)
        yield from (form.canonical(row.note) + b"\n" for row in rows)
        start = rows[-1].number


def _disclosures(conn: Connection, keys: LogKeys, size: int, done: Exported) -> Iterator[bytes]:
    for row in stored(conn, 0, size):
        raw = disclosures_of(keys, row.entry_id, row.period, row.sealed)
        done.redacted += raw is None
        done.disclosed += raw is not None
        yield form.canonical({"id": row.entry_id, "disclosed": raw}) + b"\n"


def _leaves(conn: Connection, size: int) -> Iterator[bytes]:
    expected = 0
    for row in stored(conn, 0, size):
        if row.seq != expected or row.body is None:
            break
        yield row.body + b"\n"
        expected += 1
    if expected != size:
        raise LogDamaged(_DAMAGED)


def _manifest(done: Exported, writer: Writer, now: datetime) -> str:
    checkpoint = done.checkpoint.checkpoint
    done.entries = checkpoint.size
    lines = [
        BUNDLE,
        f"origin {checkpoint.origin}",
        f"made {to_ms(now)}",
        f"entries {done.entries}",
        f"disclosed {done.disclosed}",
        f"redacted {done.redacted}",
        f"checkpoints {checkpoint.number}",
        *(f"file {writer.summed[name][0]} {writer.summed[name][1]} {name}" for name in FILES[:-1]),
    ]
    return "".join(f"{line}\n" for line in lines)


_DAMAGED = "Entries or checkpoints of the log are missing or altered. Verify it, and report it as an incident."

_ONE = (
    sa.select(audit_leaf.c.seq, audit_entry.c.body, audit_disclosure.c.period, audit_disclosure.c.sealed)
    .join(audit_entry, audit_entry.c.id == audit_leaf.c.entry_id)
    .outerjoin(audit_disclosure, audit_disclosure.c.entry_id == audit_leaf.c.entry_id)
    .where(audit_leaf.c.entry_id == sa.bindparam("id"))
)
