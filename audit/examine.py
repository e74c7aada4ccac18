"""The service verifying its own log, straight from the database: the same examiner, and every stored copy besides."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from audit import leaf as form
from audit.check import Faults, LogCheck, Report
from audit.cosign import faults as cosignature_faults
from audit.errors import LogDamaged
from audit.follow import opened, stored
from audit.keys import LogKeys
from audit.merkle import leaf_hash
from audit.note import Checkpoint, VerifierKey
from audit.sequence import waiting_rows
from audit.stamping import examine as stamped
from audit.tables import (
    audit_checkpoint,
    audit_disclosure,
    audit_entry,
    audit_head,
    audit_index,
    audit_leaf,
    audit_node,
    audit_writer,
)
from foundation.errors import Unavailable

Told = Callable[[form.Leaf, Mapping[str, str], bool], None]


def verify_database(
    conn: Connection, keys: LogKeys, told: Told | None = None, authorities: Sequence[bytes] = ()
) -> Report:
    """The whole log: entries, disclosures, checkpoints, stored hashes, index, writers, head. One pass, flat memory.

    ``told`` is called with each entry that can be read, in order: its leaf, what it discloses (empty if redacted or at
    fault), and whether its disclosure was erased. ``authorities``: certificates (DER) that time-stamps must lead to;
    without one stamps are counted as not checked.

    Entries not in the tree yet are examined too (form, chains, disclosures) but not counted. Reads only. Never raises
    for what it finds: every fault is in the report.
    """
    return _Examination(conn, keys, told or (lambda *_: None)).run(authorities)


class _Examination:
    def __init__(self, conn: Connection, keys: LogKeys, told: Told) -> None:
        self._conn, self._keys, self._told = conn, keys, told
        self._faults = Faults()
        self._check = LogCheck(self._faults)
        self._trust = keys.trust
        self._signers: tuple[VerifierKey, ...] = ()  # of the checkpoint that is due
        self._nodes = 0
        self._number = 0
        self._indexed = 0
        self._rows: dict[int, sa.Row[*tuple[Any, ...]]] = {}
        self._waiting = 0

    def run(self, authorities: Sequence[bytes]) -> Report:
        due = self._next()
        for row in stored(self._conn):
            while due is not None and due.size <= self._check.tree.size:
                self._check.checkpoint(due, self._signers)
                due = self._next()
            if row.seq != self._check.tree.size:
                self._faults.add(f"entry {self._check.tree.size}: is missing")
                break
            self._entry(row)
        while due is not None:
            self._check.checkpoint(due, self._signers)
            due = self._next()
        self._behind()
        self._stored()
        for fault in cosignature_faults(self._conn, self._keys):
            self._faults.add(fault)
        stamps = stamped(self._conn, authorities)
        for fault in stamps.faults:
            self._faults.add(fault, "timestamp")
        self._check.finish()
        return self._check.report(origin=self._keys.origin, stamped=stamps.good, unstamped=stamps.unchecked)

    def _next(self) -> Checkpoint | None:
        """The next checkpoint that can be read."""
        table = audit_checkpoint.c
        while True:
            page = sa.select(table.number, table.size, table.note).where(table.number > self._number)
            row = self._conn.execute(page.order_by(table.number).limit(1)).first()
            if row is None:
                return None
            self._number = row.number
            try:
                signed = self._trust.open(row.note)
            except form.Malformed as error:
                self._faults.add(f"checkpoint {row.number}: {error}")
                continue
            found, self._signers = signed.checkpoint, signed.signers
            if (found.number, found.size) != (row.number, row.size):
                self._faults.add(f"checkpoint {row.number}: is stored as another")
            return found

    def _entry(self, row: sa.Row[*tuple[Any, ...]]) -> None:
        seq, body = row.seq, row.body
        if body is None:
            self._faults.add(f"entry {seq}: is missing")
            body = b""
        found = self._check.entry(body, self._disclosed(row))
        if self._check.hashed != row.leaf:
            self._faults.add(f"entry {seq}: is not what its stored hash was made of")
        for level, idx, node in self._check.nodes:
            self._nodes += 1
            if self._node(level, idx) != node:
                self._faults.add(f"stored node {level}/{idx}: is wrong or missing")
        if found:
            if found[0].id != row.entry_id:
                self._faults.add(f"entry {seq}: is stored under another id")
            self._index(row, *found)
            self._told(*found, row.erased_at is not None)

    def _node(self, level: int, idx: int) -> bytes | None:
        return self._conn.scalar(
            sa.select(audit_node.c.hash).where(audit_node.c.level == level, audit_node.c.idx == idx)
        )

    def _disclosed(self, row: sa.Row[*tuple[Any, ...]]) -> Sequence[form.Disclosure] | None:
        if row.period is None or (row.sealed is None and row.erased_at is None):
            self._faults.add(f"entry {row.seq}: its disclosure is missing and was not erased")
            return None
        try:
            plain = opened(self._keys, row.entry_id, row.period, row.sealed)
            return None if plain is None else form.disclosures(plain)
        except (LogDamaged, Unavailable, ValueError) as error:
            self._faults.add(f"entry {row.seq}: {error}")
            return None

    def _index(self, entry: sa.Row[*tuple[Any, ...]], leaf: form.Leaf, values: Mapping[str, str]) -> None:
        seq = entry.seq
        if seq >= self._indexed:
            self._indexed = seq + _STEP
            rows = self._conn.execute(_INDEX, {"start": seq, "stop": self._indexed}).all()
            self._rows = {row[0]: row for row in rows}
        row = self._rows.get(seq)
        expected: tuple[Any, ...] = (leaf.id, leaf.act, leaf.out, leaf.t // 1000)
        if row is None or row[1:5] != expected:
            self._faults.add(f"entry {seq}: its index row is wrong or missing")
        elif values and not (_names(row, values) and row[5:] == (entry.item, entry.actor)):
            self._faults.add(f"entry {seq}: its index row names another item or person")
        elif entry.erased_at is not None and {row.item, row.actor, entry.item, entry.actor} != {None}:
            self._faults.add(f"entry {seq}: was redacted, but a row still names item or person")

    def _behind(self) -> None:
        """What is not in the tree yet: only the writers' chains guard it, so a row dropped there must show here."""
        chains = dict(self._check.writers)
        try:
            for row in waiting_rows(self._conn):
                self._waiting += 1
                self._waits(row, chains)
        except LogDamaged as error:
            self._faults.add(f"entries not yet in the tree: {error}")

    def _waits(self, row: sa.Row[*tuple[Any, ...]], chains: dict[str, tuple[int, bytes]]) -> None:
        try:
            leaf = form.read(row.body)
            n, prev = chains.get(leaf.w, (0, form.START))
            chains[leaf.w] = (leaf.n + 1, leaf_hash(row.body))
            if (leaf.n, leaf.prev) != (n, prev):
                self._faults.add(f"entry {leaf.id}, not yet in the tree: {_GAP} at number {n}")
            plain = opened(self._keys, leaf.id, row.period, row.sealed)
            if row.sealed is None:
                self._faults.add(f"entry {leaf.id}, not yet in the tree: its disclosure is missing")
            elif plain is not None:
                self._told(leaf, form.match(leaf, form.disclosures(plain)), False)
        except (form.Malformed, LogDamaged, Unavailable) as error:
            self._faults.add(f"an entry not yet in the tree: {error}")

    def _stored(self) -> None:
        """Head, writers, and rows that stand beside the tree."""
        size = self._check.tree.size
        head = self._conn.execute(sa.select(audit_head.c.size, audit_head.c.frontier, audit_head.c.time)).first()
        found = (size, self._check.tree.pack(), self._check.newest)
        if (tuple(head) if head else (0, b"", 0)) != found:
            self._faults.add("the head does not agree with the entries")
        for row in self._conn.execute(sa.select(audit_writer)):
            if self._check.writers.pop(row.writer, None) != (row.n, row.prev):
                self._faults.add(f"writer {row.writer}: does not agree with its entries")
        for writer in self._check.writers:
            self._faults.add(f"writer {writer}: is missing")
        counts = (
            (audit_entry, size + self._waiting),
            (audit_leaf, size),
            (audit_index, size),
            (audit_disclosure, size + self._waiting),
            (audit_node, self._nodes),
        )
        for table, number in counts:
            there = self._conn.scalar(sa.select(sa.func.count()).select_from(table))
            if there != number:
                self._faults.add(f"{table.name}: has {there} rows where {number} belong")


def _names(row: sa.Row[*tuple[Any, ...]], values: Mapping[str, str]) -> bool:
    """Does an index row name the item and person of its entry? ``who`` is canonical by now and begins with its id."""
    item, actor = row[5:]
    if not isinstance(actor, str) or item != (values.get("subject") or None):
        return False
    return values.get("who", "").startswith(f'{{"id":{_quoted(actor)},')


_quoted = json.JSONEncoder(ensure_ascii=False).encode


_GAP = "does not continue its writer’s chain"
_STEP = 500
_INDEX = sa.select(
    audit_index.c.seq,
    audit_index.c.entry_id,
    audit_index.c.act,
    audit_index.c.outcome,
    audit_index.c.at,
    audit_index.c.item,
    audit_index.c.actor,
).where(audit_index.c.seq >= sa.bindparam("start"), audit_index.c.seq < sa.bindparam("stop"))
