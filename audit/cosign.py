"""Cosignatures of this log: taken from the witnesses it trusts, kept, missed when they are late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from audit.checkpoint import Checkpoints, Note
from audit.errors import (
    CheckpointUnknown,
    CosignatureBehind,
    CosignatureUnusable,
    LogDamaged,
    NoteInvalid,
    WitnessUnknown,
)
from audit.events import COSIGNATURE_IN_TIME, COSIGNATURE_LATE, COSIGNED
from audit.fact import Value
from audit.keys import LogKeys
from audit.note import MOST_SIGNATURES, Checkpoint, Signed, VerifierKey, open_checkpoint, signatures
from audit.policy import Cosigning
from audit.sequence import ids_waiting
from audit.tables import audit_checkpoint, audit_cosignature, audit_index, audit_late, audit_leaf
from audit.trail import Trail
from audit.witnesses import Witness
from foundation.actor import Actor
from foundation.orm import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class Standing:
    """How one witness stands. ``number``, ``size``, ``at``: its newest cosignature, None where there is none yet.

    ``due``: by when it must have cosigned what it has not; None where nothing waits for it.
    """

    name: str
    id: str
    party: str
    number: int | None
    size: int | None
    at: datetime | None
    due: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A witness's line that may be kept, or (``kept``) is. ``note``: this log's own, as it stands."""

    note: Note
    witness: Witness
    signed: Signed
    kept: bool


class Cosignatures:
    """Through one connection, which only ``take`` and ``watch`` write to."""

    def __init__(self, conn: Connection, keys: LogKeys, rules: Cosigning) -> None:
        self._conn, self._keys, self._rules = conn, keys, rules
        self.changed = False  # did this unit of work take one?

    def check(self, note: str, *, now: datetime) -> Candidate:
        """Could ``take`` take it? Writes nothing, so that a stranger can cause no entry.

        Raises NoteInvalid, CheckpointUnknown, WitnessUnknown, CosignatureUnusable, CosignatureBehind, WitnessesFaulty.
        """
        trusted = {each.key: each for each in self._keys.witnesses.trusted()}
        said = open_checkpoint(note, self._keys.trusted)
        lines = [each for each in signatures(note, (*self._keys.trusted, *trusted))[1] if each.key in trusted]
        ours = Checkpoints(self._conn, self._keys).numbered(said.number)
        if ours is None or ours.checkpoint.text != said.text:
            detail = "This log made no checkpoint of that number with that text. If its key signed it, report it."
            raise CheckpointUnknown(detail)
        if not lines:
            detail = "The note has no line of a witness that this service trusts. Its operator lists them."
            raise WitnessUnknown(detail)
        signed = lines[0]
        if len(lines) > 1 or (signed.time or 0) * 1000 > to_ms(now + self._rules.ahead):
            detail = "Send one line of one witness, whose clock is right: its time lies ahead, or there are several."
            raise CosignatureUnusable(detail)
        return Candidate(ours, trusted[signed.key], signed, self._kept(ours, trusted[signed.key]))

    def take(self, note: str, trail: Trail, *, actor: Actor, now: datetime) -> Note:
        """Keep a witness's line over a checkpoint of this log, and record it. Twice the same is once.

        Returns the note as it stands now; it must not leave the process before the transaction is committed. Raises
        what ``check`` raises.
        """
        found = self.check(note, now=now)
        number, size = found.note.checkpoint.number, found.note.checkpoint.size
        if found.kept:
            return found.note
        what: dict[str, Value] = {"witness": found.witness.id, "number": number, "size": size}
        entry = trail.record(COSIGNED, actor=actor, now=now, what=what)
        row = {"number": number, "witness": found.witness.id, "line": found.signed.line, "entry_id": entry.id}
        self._conn.execute(sa.insert(audit_cosignature), {**row, "time": found.signed.time})
        self.changed = True
        self.watch(trail, actor=actor, now=now)
        return Checkpoints(self._conn, self._keys).numbered(number) or found.note

    def standing(self, *, now: datetime) -> tuple[Standing, ...]:
        """How every trusted witness stands. Raises WitnessesFaulty, LogDamaged."""
        return tuple(self._stands(each, now) for each in self._keys.witnesses.trusted())

    def watch(self, trail: Trail, *, actor: Actor, now: datetime) -> tuple[Standing, ...]:
        """Record, once each, which witnesses have become late and which are well again. Returns those late."""
        known = set(self._conn.execute(sa.select(audit_late.c.witness)).scalars())
        standing = self.standing(now=now)
        late = tuple(each for each in standing if each.late)
        for each in late:
            if each.id not in known:
                owed = (each.number or 0) + 1
                self._conn.execute(sa.insert(audit_late), {"witness": each.id, "number": owed, "at": to_ms(now)})
                trail.record(COSIGNATURE_LATE, actor=actor, now=now, what={"witness": each.id, "number": owed})
        for each in standing:
            if each.id in known and not each.late:
                what = {"witness": each.id, "number": each.number}
                trail.record(COSIGNATURE_IN_TIME, actor=actor, now=now, what=what)
        over = known - {each.id for each in late}  # those that ended, too
        if over:
            self._conn.execute(sa.delete(audit_late).where(audit_late.c.witness.in_(over)))
        return late

    def _kept(self, note: Note, witness: Witness) -> bool:
        """Is a line of that witness kept for it? Raises CosignatureBehind if none can be any more."""
        number = note.checkpoint.number
        numbers = sa.select(audit_cosignature.c.number).where(audit_cosignature.c.witness == witness.id)
        if self._conn.scalar(numbers.where(audit_cosignature.c.number == number)) is not None:
            return True
        later = self._conn.scalar(numbers.where(audit_cosignature.c.number > number).limit(1))
        if later is not None or note.text.count("\n— ") >= MOST_SIGNATURES - 1:
            detail = "That witness has cosigned a later checkpoint already, or this one holds all the lines it can."
            raise CosignatureBehind(detail)
        return False

    def _opened(self, note: str) -> Checkpoint:
        try:
            return open_checkpoint(note, self._keys.trusted)
        except NoteInvalid:
            detail = "A checkpoint of the log was altered. Verify the log, and report it as an incident."
            raise LogDamaged(detail) from None

    def _stands(self, witness: Witness, now: datetime) -> Standing:
        row = self._conn.execute(_NEWEST, {"witness": witness.id}).first()
        owed = self._conn.scalar(_OWED, {"number": row.number if row else 0})
        due = None
        if owed is not None:
            made = self._opened(owed).time
            due = from_ms(max(made, witness.since)) + self._rules.within
        return Standing(
            name=witness.key.name,
            id=witness.id,
            party=witness.party,
            number=row.number if row else None,
            size=row.size if row else None,
            at=from_ms(row.time * 1000) if row else None,
            due=due,
            late=due is not None and now > due,
        )


def faults(conn: Connection, keys: LogKeys) -> Iterator[str]:
    """What is wrong with the stored cosignatures: each line verified over its checkpoint, each recorded in an entry."""
    known = {each.id: each.key for each in keys.witnesses.known()}
    waiting = _waiting(conn)
    for row in conn.execute(_ALL).yield_per(500):
        place = f"checkpoint {row.number}: the cosignature of {row.witness}"
        key = known.get(row.witness)
        if row.note is None:
            yield f"{place} stands over no checkpoint"
        elif key is None:
            yield f"{place} is of no witness this service ever trusted"
        elif not _good(row, key):
            yield f"{place} does not verify"
        if row.entry is None and row.entry_id not in waiting:
            yield f"{place} is recorded in no entry"
    for number in conn.execute(_LOST).scalars():
        yield f"entry {number}: the cosignature it records is missing"


def _waiting(conn: Connection) -> set[str]:
    try:
        return ids_waiting(conn)
    except LogDamaged:
        return set()  # the head is, which is a fault by itself


def _good(row: sa.Row[*tuple[Any, ...]], key: VerifierKey) -> bool:
    try:
        signed = signatures(f"{row.note}{row.line}\n", (key,))[1]
    except NoteInvalid:
        return False
    return len(signed) == 1 and (signed[0].line, signed[0].time) == (row.line, row.time)


_NEWEST = (
    sa.select(audit_cosignature.c.number, audit_cosignature.c.time, audit_checkpoint.c.size)
    .join(audit_checkpoint, audit_checkpoint.c.number == audit_cosignature.c.number)
    .where(audit_cosignature.c.witness == sa.bindparam("witness"))
    .order_by(audit_cosignature.c.number.desc())
    .limit(1)
)
_OWED = (
    sa.select(audit_checkpoint.c.note)
    .where(audit_checkpoint.c.number > sa.bindparam("number"))
    .order_by(audit_checkpoint.c.number)
    .limit(1)
)
_ALL = (
    sa.select(
        audit_cosignature.c.number,
        audit_cosignature.c.witness,
        audit_cosignature.c.line,
        audit_cosignature.c.time,
        audit_checkpoint.c.note,
        audit_cosignature.c.entry_id,
        audit_leaf.c.seq.label("entry"),
    )
    .outerjoin(audit_checkpoint, audit_checkpoint.c.number == audit_cosignature.c.number)
    .outerjoin(audit_leaf, audit_leaf.c.entry_id == audit_cosignature.c.entry_id)
    .order_by(audit_cosignature.c.number, audit_cosignature.c.witness)
)
_LOST = (
    sa.select(audit_index.c.seq)
    .outerjoin(audit_cosignature, audit_cosignature.c.entry_id == audit_index.c.entry_id)
    .where(audit_index.c.act == COSIGNED.name, audit_index.c.outcome == "allowed")
    .where(audit_cosignature.c.number.is_(None))
    .order_by(audit_index.c.seq)
)
