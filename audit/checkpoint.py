"""Checkpoints of this log: made, chained, kept. Nothing is signed that contradicts what was signed before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from audit.errors import ClockWentBack, LogDamaged, LogUnavailable, NoteInvalid
from audit.events import CLOCK_CORRECTED
from audit.keys import LogKeys
from audit.leaf import SLACK, START
from audit.merkle import Frontier, Tree
from audit.note import Checkpoint, open_checkpoint
from audit.tables import audit_checkpoint, audit_head, audit_index, audit_leaf, audit_node
from foundation.orm import to_ms


@dataclass(frozen=True, slots=True)
class Note:
    """A checkpoint as signed (``text``, to publish) and as read."""

    text: str
    checkpoint: Checkpoint


def stored_tree(conn: Connection) -> Tree:
    """The tree over the stored hashes."""

    def read(level: int, start: int, stop: int) -> list[bytes]:
        if level == 0:
            rows = conn.execute(_LEAVES, {"start": start, "stop": stop})
        else:
            rows = conn.execute(_NODES, {"level": level, "start": start, "stop": stop})
        return list(rows.scalars())

    return Tree(read)


def head(conn: Connection) -> Frontier:
    """The tree's frontier as the writers keep it. Raises LogDamaged."""
    row = conn.execute(sa.select(audit_head.c.size, audit_head.c.frontier)).first()
    try:
        return Frontier() if row is None else Frontier.unpack(row.size, row.frontier)
    except ValueError:
        raise LogDamaged(_DAMAGED) from None


class Checkpoints:
    """The log's checkpoints, through one connection."""

    def __init__(self, conn: Connection, keys: LogKeys) -> None:
        self._conn, self._keys = conn, keys

    def latest(self) -> Note | None:
        """The newest one. Raises LogDamaged if this log's key did not sign it."""
        return self._open(sa.select(audit_checkpoint.c.note).order_by(audit_checkpoint.c.number.desc()).limit(1))

    def first_over(self, seq: int) -> Note | None:
        """The oldest one whose tree holds the entry. Raises LogDamaged."""
        return self._open(
            sa.select(audit_checkpoint.c.note)
            .where(audit_checkpoint.c.size > seq)
            .order_by(audit_checkpoint.c.size, audit_checkpoint.c.number)
            .limit(1)
        )

    def make(self, *, now: datetime) -> Note:
        """Sign the tree as it is, and keep it. Also when nothing came since: that, too, is worth knowing.

        Raises LogDamaged if the stored tree does not agree with its head or with the newest checkpoint; ClockWentBack;
        LogUnavailable if it cannot be kept. The note must not leave the process before the transaction is committed.
        """
        tree, last = head(self._conn), self.latest()
        agree(self._conn, tree, last)
        before = last.checkpoint if last else None
        if before and to_ms(now) < before.time - SLACK // 1000 and not self._clock_set_since(before.size):
            detail = "The clock is behind the newest checkpoint, so none is signed. Set the clock right."
            raise ClockWentBack(detail)
        made = Checkpoint(
            origin=self._keys.origin,
            size=tree.size,
            root=tree.root(),
            number=before.number + 1 if before else 1,
            time=to_ms(now),
            previous=before.digest if before else START,
        )
        note = Note(self._keys.sign(made.text), made)
        row = {"number": made.number, "size": made.size, "note": note.text}
        try:
            self._conn.execute(sa.insert(audit_checkpoint), row)
        except sa.exc.DBAPIError as error:
            detail = "The checkpoint could not be kept, so none was given out. Try again later; tell the operator."
            raise LogUnavailable(detail) from error
        return note

    def over(self, seq: int, *, now: datetime) -> Note:
        """The oldest checkpoint over an entry; a new one if there is none yet."""
        return self.first_over(seq) or self.make(now=now)

    def current(self, *, now: datetime) -> Note:
        """The newest one if nothing came since, else a new one: before an export."""
        last = self.latest()
        return last if last and last.checkpoint.size == head(self._conn).size else self.make(now=now)

    def _open(self, select: sa.Select[str]) -> Note | None:
        text = self._conn.scalar(select)
        try:
            return None if text is None else Note(text, open_checkpoint(text, self._keys.trusted))
        except NoteInvalid:
            raise LogDamaged(_DAMAGED) from None

    def _clock_set_since(self, size: int) -> bool:
        found = sa.select(audit_index.c.seq).where(audit_index.c.act == CLOCK_CORRECTED.name, audit_index.c.seq >= size)
        return self._conn.scalar(found.limit(1)) is not None


def agree(conn: Connection, tree: Frontier, last: Note | None) -> None:
    """Do stored hashes, head and newest checkpoint tell one story? Cheap at any size. Raises LogDamaged if not."""
    stored = stored_tree(conn)
    try:
        same = stored.frontier(tree.size).hashes == tree.hashes
        kept = last is None or (
            last.checkpoint.size <= tree.size and stored.root(last.checkpoint.size) == last.checkpoint.root
        )
    except LookupError:
        same = kept = False
    beyond = conn.scalar(sa.select(sa.func.max(audit_leaf.c.seq)))
    if not (same and kept) or beyond != (tree.size - 1 if tree.size else None):
        raise LogDamaged(_DAMAGED)


_DAMAGED = "The log does not agree with itself or with its newest checkpoint. Verify it, and report it as an incident."

_LEAVES = (
    sa.select(audit_leaf.c.leaf)
    .where(audit_leaf.c.seq >= sa.bindparam("start"), audit_leaf.c.seq < sa.bindparam("stop"))
    .order_by(audit_leaf.c.seq)
)
_NODES = (
    sa.select(audit_node.c.hash)
    .where(
        audit_node.c.level == sa.bindparam("level"),
        audit_node.c.idx >= sa.bindparam("start"),
        audit_node.c.idx < sa.bindparam("stop"),
    )
    .order_by(audit_node.c.idx)
)
