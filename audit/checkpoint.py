"""Checkpoints of this log: made, chained, kept. Nothing is signed that contradicts what was signed before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from audit.errors import ClockWentBack, LogDamaged, LogUnavailable, SizesUnusable
from audit.events import CLOCK_CORRECTED
from audit.keys import LogKeys
from audit.leaf import SLACK, START, Malformed
from audit.merkle import Frontier, Tree
from audit.note import Checkpoint
from audit.sequence import take_in
from audit.signing import Signer
from audit.tables import audit_checkpoint, audit_cosignature, audit_head, audit_index, audit_leaf, audit_node
from foundation.orm import to_ms


@dataclass(frozen=True, slots=True)
class Note:
    """A checkpoint as signed (``text``, to publish, with the cosignatures there are) and as read."""

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
        self.changed = False  # did this unit of work make one?

    def latest(self) -> Note | None:
        """The newest one. Raises LogDamaged if this log's key did not sign it."""
        return self._open(_NOTE.order_by(audit_checkpoint.c.number.desc()).limit(1))

    def numbered(self, number: int) -> Note | None:
        """The one of that number. Raises LogDamaged."""
        return self._open(_NOTE.where(audit_checkpoint.c.number == number))

    def consistency(self, old: int, size: int) -> list[bytes]:
        """Proof that the tree of ``old`` entries begins that of ``size``, neither beyond what is published.

        Raises SizesUnusable, LogDamaged.
        """
        last = self.latest()
        if last is None or not 0 <= old <= size <= last.checkpoint.size:
            detail = "Give two sizes, “from” not above “to”, and neither above the size of the newest checkpoint."
            raise SizesUnusable(detail)
        try:
            return stored_tree(self._conn).consistency(old, size)
        except LookupError:
            raise LogDamaged(_DAMAGED) from None

    def first_over(self, seq: int) -> Note | None:
        """The oldest one whose tree holds the entry. Raises LogDamaged."""
        return self._open(
            _NOTE.where(audit_checkpoint.c.size > seq)
            .order_by(audit_checkpoint.c.size, audit_checkpoint.c.number)
            .limit(1)
        )

    def make(self, *, now: datetime, by: Signer | None = None) -> Note:
        """Sign the tree as it is (on SQLite with all that was recorded), and keep it. Also when nothing came since.

        Raises LogDamaged if the stored tree does not agree with its head or with the newest checkpoint; ClockWentBack;
        LogUnavailable if it cannot be kept; KeysMissing if the key was changed elsewhere. ``by``: the key that follows,
        which signs beside the one in force and takes its place. The note must not leave the process before the
        transaction is committed.
        """
        take_in(self._conn)
        tree, last = head(self._conn), self.latest()
        agree(self._conn, tree, last)
        before = last.checkpoint if last else None
        if before and to_ms(now) < before.time - SLACK // 1000 and not self._clock_set_since(before.size):
            detail = (
                "The clock is behind the newest checkpoint, so none is signed. Set the clock right; if it had run "
                "ahead before, “custodes audit correct-clock” records that first."
            )
            raise ClockWentBack(detail)
        signer = self._keys.signer(last.text if last else None)
        earliest = before.time if before and signer is self._keys.signing.state.following else 0
        made = Checkpoint(
            origin=self._keys.origin,
            size=tree.size,
            root=tree.root(),
            number=before.number + 1 if before else 1,
            time=max(signer.time(to_ms(now)), earliest),
            previous=before.digest if before else START,
        )
        note = Note(signer.sign(made.text) + (_line(by, made.text) if by else ""), made)
        row = {"number": made.number, "size": made.size, "note": note.text}
        try:
            self._conn.execute(sa.insert(audit_checkpoint), row)
        except sa.exc.DBAPIError as error:
            detail = "The checkpoint could not be kept, so none was given out. Try again later; tell the operator."
            raise LogUnavailable(detail) from error
        self.changed = True
        return note

    def over(self, seq: int, *, now: datetime) -> Note:
        """The oldest checkpoint over an entry; a new one if there is none yet."""
        return self.first_over(seq) or self.make(now=now)

    def current(self, *, now: datetime) -> Note:
        """The newest one if nothing came since, else a new one: before an export."""
        take_in(self._conn)
        last = self.latest()
        return last if last and last.checkpoint.size == head(self._conn).size else self.make(now=now)

    def _open(self, select: sa.Select[int, str]) -> Note | None:
        row = self._conn.execute(select).first()
        try:
            if row is None:
                return None
            found = self._keys.trust.open(row.note).checkpoint
            return Note(row.note + cosignatures(self._conn, row.number), found)
        except Malformed:
            raise LogDamaged(_DAMAGED) from None

    def _clock_set_since(self, size: int) -> bool:
        found = sa.select(audit_index.c.seq).where(audit_index.c.act == CLOCK_CORRECTED.name, audit_index.c.seq >= size)
        return self._conn.scalar(found.limit(1)) is not None


def _line(by: Signer, text: str) -> str:
    return by.sign(text).removeprefix(f"{text}\n")


def cosignatures(conn: Connection, number: int) -> str:
    """The lines witnesses added to one checkpoint: what follows its note as the log signed it."""
    return "".join(f"{line}\n" for line in conn.execute(_COSIGNED, {"number": number}).scalars())


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

_NOTE = sa.select(audit_checkpoint.c.number, audit_checkpoint.c.note)
_COSIGNED = (
    sa.select(audit_cosignature.c.line)
    .where(audit_cosignature.c.number == sa.bindparam("number"))
    .order_by(audit_cosignature.c.time, audit_cosignature.c.witness)
)
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
