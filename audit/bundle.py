"""What leaves the house: the whole log, or a range of it, as a bundle. Format: docs/formats/log.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from audit import leaf as form
from audit import manifest, ranges
from audit.checkpoint import Checkpoints, Note, cosignatures, stored_tree
from audit.container import Writer
from audit.errors import LogDamaged, NothingSigned, RangeUnusable
from audit.follow import disclosures_of, stored
from audit.keys import LogKeys
from audit.receipts import placed
from audit.sealing import Recipient, seal
from audit.stamping import stamps
from audit.tables import audit_checkpoint, audit_disclosure, audit_index
from audit.zipping import Made, zipped
from foundation.orm import to_ms


@dataclass(slots=True)
class Exported:
    """What a bundle holds: ``entries`` from ``first`` of a log of ``size``."""

    checkpoint: Note
    first: int
    end: int
    size: int
    entries: int = 0
    disclosed: int = 0
    redacted: int = 0
    checkpoints: int = 0
    timestamps: int = 0


def export(
    conn: Connection,
    keys: LogKeys,
    path: Path,
    *,
    now: datetime,
    verifier: bytes,
    first: int = 0,
    end: int | None = None,
) -> Exported:
    """The log up to its newest checkpoint, to a new directory, or to a new zip if the name ends in ".zip".

    ``first`` and ``end`` (excluded): only those entries, proven to stand in it. ``verifier``: the text of the
    stand-alone verifier, to lie beside. The disclosures leave their seals: keep the result like the log itself. Reads
    only, in flat memory, so no other writer waits; call ``Checkpoints.current`` in a transaction of its own before.
    Raises NothingSigned, RangeUnusable, AlreadyThere, TooLarge, LogDamaged; OSError if it cannot be written. Nothing
    half done stays.
    """
    done = _asked(conn, keys, first, end)
    with Writer(path) as writer:
        for name, made in _members(conn, keys, done, verifier, lambda: _manifest(done, keys, writer.summed, now)):
            writer.write(name, made())
    return done


def export_sealed(
    conn: Connection,
    keys: LogKeys,
    path: Path,
    recipient: Recipient,
    *,
    now: datetime,
    verifier: bytes,
    first: int = 0,
    end: int | None = None,
) -> Exported:
    """The same as one zip in one file that the recipient alone can open (age). None of it is ever in clear on a disk.

    What is stored is read twice, in flat memory. Raises as ``export`` does.
    """
    done = _asked(conn, keys, first, end)
    summed: dict[str, tuple[int, str]] = {}
    members = _members(conn, keys, done, verifier, lambda: _manifest(done, keys, summed, now))
    seal(path, zipped(members, summed), recipient)
    return done


def _members(
    conn: Connection, keys: LogKeys, done: Exported, verifier: bytes, manifest_of: Callable[[], str]
) -> list[tuple[str, Made]]:
    """The files of a bundle in their order. Each can be made again; the manifest only once the others were."""
    try:
        told = ranges.proven(stored_tree(conn), done.first, done.end, done.size)
    except LookupError:
        raise LogDamaged(_DAMAGED) from None
    return [
        ("checkpoint", lambda: [done.checkpoint.text.encode()]),
        ("checkpoints.jsonl", lambda: _checkpoints(conn, done)),
        ("disclosures.jsonl", lambda: _disclosures(conn, keys, done)),
        ("keys", lambda: [keys.published.encode()]),
        ("leaves.jsonl", lambda: _leaves(conn, done)),
        ("range", lambda: [told.encode()]),
        ("timestamps.jsonl", lambda: _timestamps(conn, done)),
        ("verify.py", lambda: [verifier]),
        ("manifest", lambda: [manifest_of().encode()]),
    ]


def _asked(conn: Connection, keys: LogKeys, first: int, end: int | None) -> Exported:
    """The range, checked against the newest checkpoint. Raises NothingSigned, RangeUnusable."""
    latest = Checkpoints(conn, keys).latest()
    if latest is None:
        detail = "Make a checkpoint first: what is exported must be signed."
        raise NothingSigned(detail)
    size = latest.checkpoint.size
    stop = size if end is None else end
    if not 0 <= first <= stop <= size or (first == stop and (first or end is not None)):
        detail = f"There are no entries in that range. The newest checkpoint signs entries 0 to {size - 1}."
        raise RangeUnusable(detail)
    return Exported(latest, first, stop, size)


def day_of(conn: Connection, day: date, *, after: bool) -> int:
    """The number of the first entry of a day, UTC, or ``after``: behind its last. Raises RangeUnusable."""
    start = to_ms(datetime(day.year, day.month, day.day, tzinfo=UTC))
    at, seq = audit_index.c.at, audit_index.c.seq
    if after:
        found = conn.scalar(sa.select(sa.func.max(seq) + 1).where(at < start + 86_400_000))
    else:
        found = conn.scalar(sa.select(sa.func.min(seq)).where(at >= start))
    if found is None:
        detail = "The log has no entry there."
        raise RangeUnusable(detail)
    return int(found)


def around(conn: Connection, begins: datetime, over: datetime) -> tuple[int, int | None]:
    """Where the range of that time begins and ends (None: with the log), with one entry more on either side.

    By those two an outsider sees that nothing of the time was left out.
    """
    at, seq = audit_index.c.at, audit_index.c.seq
    before = conn.scalar(sa.select(sa.func.max(seq)).where(at < to_ms(begins)))
    after = conn.scalar(sa.select(sa.func.min(seq)).where(at >= to_ms(over)))
    return int(before or 0), None if after is None else int(after) + 1


def redact(conn: Connection, entry_id: str, *, now: datetime) -> bool:
    """Erase what one entry disclosed, and its item and actor from the index. Every proof stays valid.

    Returns False if it was erased before. The caller records who did it and why. Raises EntryUnknown, NotYetInTree.
    """
    row = placed(conn, [entry_id])[entry_id]
    erased = conn.execute(
        sa.update(audit_disclosure)
        .where(audit_disclosure.c.pos == row.pos, audit_disclosure.c.sealed.is_not(None))
        .values(sealed=None, item=None, actor=None, erased_at=to_ms(now))
    )
    conn.execute(sa.update(audit_index).where(audit_index.c.seq == row.seq).values(item=None, actor=None))
    return erased.rowcount == 1


def _checkpoints(conn: Connection, done: Exported) -> Iterator[bytes]:
    start, step, last = 0, 500, done.checkpoint.checkpoint.number
    done.checkpoints = 0
    table = audit_checkpoint.c
    least = done.first + 1 if done.first else 0
    while start < last:
        page = sa.select(table.number, table.note).where(
            table.number > start, table.number <= last, table.size >= least
        )
        rows = conn.execute(page.order_by(table.number).limit(step)).all()
        if not rows:
            raise LogDamaged(_DAMAGED)
        done.checkpoints += len(rows)
        yield from (form.canonical(row.note + cosignatures(conn, row.number)) + b"\n" for row in rows)
        start = rows[-1].number


def _timestamps(conn: Connection, done: Exported) -> Iterator[bytes]:
    least = done.first + 1 if done.first else 0
    done.timestamps = 0
    for number, token in stamps(conn, least, done.checkpoint.checkpoint.number):
        done.timestamps += 1
        yield form.canonical({"number": number, "token": form.b64(token)}) + b"\n"


def _disclosures(conn: Connection, keys: LogKeys, done: Exported) -> Iterator[bytes]:
    done.redacted = done.disclosed = 0
    for row in stored(conn, done.first, done.end):
        raw = disclosures_of(keys, row.entry_id, row.period, row.sealed)
        done.redacted += raw is None
        done.disclosed += raw is not None
        yield form.canonical({"id": row.entry_id, "disclosed": raw}) + b"\n"


def _leaves(conn: Connection, done: Exported) -> Iterator[bytes]:
    expected = done.first
    for row in stored(conn, done.first, done.end):
        if row.seq != expected or row.body is None:
            break
        yield row.body + b"\n"
        expected += 1
    if expected != done.end:
        raise LogDamaged(_DAMAGED)
    done.entries = expected - done.first


def _manifest(done: Exported, keys: LogKeys, summed: Mapping[str, tuple[int, str]], now: datetime) -> str:
    signer = keys.signer(done.checkpoint.text)
    told = {
        "origin": keys.origin,
        "made": signer.time(to_ms(now)),
        "entries": done.entries,
        "disclosed": done.disclosed,
        "redacted": done.redacted,
        "checkpoints": done.checkpoints,
        "timestamps": done.timestamps,
    }
    return signer.sign(manifest.text(told, summed))


_DAMAGED = "Entries or checkpoints of the log are missing or altered. Verify it, and report it as an incident."
