"""Those who follow the log. What they conclude is committed with what they saw, and can be rebuilt from entry zero."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Protocol, runtime_checkable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from audit import leaf as form
from audit.errors import KeyDestroyed, LogDamaged
from audit.fact import Fact
from audit.keys import LogKeys
from audit.sequence import all_in, waiting_rows
from audit.tables import audit_cursor, audit_disclosure, audit_entry, audit_index, audit_leaf
from foundation.orm import from_ms

_STEP = 500


class Follower(Protocol):
    """Follows facts of some kinds. ``name`` is its own for ever; ``follow`` writes through the given connection only.

    The same fact twice never happens; a fact made from the log again equals the one first seen.
    """

    name: str
    kinds: frozenset[str]

    def follow(self, conn: Connection, fact: Fact) -> None:
        """Conclude what follows from one fact. What it raises undoes the act itself."""


@runtime_checkable
class FollowerOfMany(Follower, Protocol):
    """One that is quicker when it hears of many facts together."""

    def follow_all(self, conn: Connection, facts: Sequence[Fact]) -> None:
        """As ``follow`` would of one after another."""


def replay(conn: Connection, keys: LogKeys, follower: Follower) -> int:
    """Show the follower every fact of its kinds from entry zero, in tree order. Returns how many it saw.

    The follower's own rows are its own to empty before. Redacted entries are passed over. Nobody else may write
    meanwhile (SQLite sees to it). Raises LogDamaged; NotYetInTree (PostgreSQL).
    """
    conn.execute(sa.delete(audit_cursor).where(audit_cursor.c.follower == follower.name))
    return catch_up(conn, keys, follower)


def catch_up(conn: Connection, keys: LogKeys, follower: Follower) -> int:
    """Show a follower that the log did not begin with all that was before it: once, and before it is wired in.

    From then on it sees each fact as it is recorded, so that a second time there is nothing to show. The cursor says
    that it was shown, and is written here alone: moved at each act, it would be a row that everybody waits for.
    """
    if conn.scalar(sa.select(audit_cursor.c.seq).where(audit_cursor.c.follower == follower.name)) is not None:
        return 0
    all_in(conn)
    seen, stop = 0, 0
    for seq, fact in facts(conn, keys):
        stop = seq + 1
        if fact is not None and fact.kind in follower.kinds:
            follower.follow(conn, fact)
            seen += 1
    conn.execute(sa.insert(audit_cursor).values(follower=follower.name, seq=stop))
    return seen


def facts(conn: Connection, keys: LogKeys, start: int = 0) -> Iterator[tuple[int, Fact | None]]:
    """Every fact in tree order from ``start``; None where the entry is redacted. Raises LogDamaged."""
    for expected, row in enumerate(stored(conn, start), start):
        if row.seq != expected or row.body is None:
            raise LogDamaged(_damaged(f"number {expected}"))
        yield row.seq, fact_of(keys, row.body, row.period, row.sealed)


def facts_about(conn: Connection, keys: LogKeys, item: str) -> list[Fact]:
    """Every fact whose subject is ``item``, in tree order, those not in the tree yet last. Redacted ones are left out.

    By the index, which whoever edits the database can shorten: what is found was recorded, what is not found may have
    been. Raises LogDamaged.
    """
    return facts_about_all(conn, keys, [item])[item]


def facts_about_all(
    conn: Connection, keys: LogKeys, items: Collection[str], kinds: Collection[str] | None = None
) -> dict[str, list[Fact]]:
    """The same of each of many. With ``kinds`` only those of these kinds: nothing else is opened."""
    found: dict[str, list[Fact]] = {item: [] for item in items}
    late = (row for row in waiting_rows(conn) if row.item in found)
    for row in chain(conn.execute(_ABOUT, {"items": list(found)}), late):
        fact = fact_of(keys, row.body or b"", row.period, row.sealed, kinds)
        if fact is not None and fact.subject == row.item:
            found[row.item].append(fact)
    return found


_ABOUT = (
    sa.select(audit_index.c.item, audit_entry.c.body, audit_disclosure.c.period, audit_disclosure.c.sealed)
    .select_from(audit_index)
    .join(audit_leaf, audit_leaf.c.seq == audit_index.c.seq)
    .join(audit_entry, audit_entry.c.pos == audit_leaf.c.pos)
    .join(audit_disclosure, audit_disclosure.c.pos == audit_leaf.c.pos)
    .where(audit_index.c.item.in_(sa.bindparam("items", expanding=True)))
    .order_by(audit_index.c.seq)
)


def stored(conn: Connection, start: int = 0, stop: int | None = None) -> Iterator[sa.Row[*tuple[Any, ...]]]:
    """Stored entries in tree order, ``stop`` excluded: seq, entry_id, leaf (hash), body, and columns of the disclosure.

    Flat memory at any size. What is missing is null or absent: the caller minds the numbers.
    """
    last = sa.func.coalesce(sa.bindparam("stop", type_=sa.BigInteger), audit_leaf.c.seq + 1)
    while True:
        rows = conn.execute(_PAGE.where(audit_leaf.c.seq < last), {"start": start, "stop": stop, "step": _STEP}).all()
        yield from rows
        if len(rows) < _STEP:
            return
        start = rows[-1].seq + 1


_PAGE = (
    sa.select(
        audit_leaf.c.seq,
        audit_leaf.c.entry_id,
        audit_leaf.c.leaf,
        audit_entry.c.body,
        audit_disclosure.c.period,
        audit_disclosure.c.sealed,
        audit_disclosure.c.item,
        audit_disclosure.c.actor,
        audit_disclosure.c.erased_at,
    )
    .outerjoin(audit_entry, audit_entry.c.pos == audit_leaf.c.pos)
    .outerjoin(audit_disclosure, audit_disclosure.c.pos == audit_leaf.c.pos)
    .where(audit_leaf.c.seq >= sa.bindparam("start"))
    .order_by(audit_leaf.c.seq)
    .limit(sa.bindparam("step"))
)


def opened(keys: LogKeys, entry_id: str, period: str | None, sealed: bytes | None) -> bytes | None:
    """The disclosures as they were sealed; None if erased, or their month's key destroyed. Raises LogDamaged."""
    if sealed is None or period is None:
        return None
    try:
        return keys.open(period, bytes.fromhex(entry_id.replace("-", "")), sealed)
    except KeyDestroyed:
        return None


def disclosures_of(keys: LogKeys, entry_id: str, period: str | None, sealed: bytes | None) -> list[Any] | None:
    """The disclosures as they stand in JSON; None if erased, or their month's key destroyed. Raises LogDamaged."""
    plain = opened(keys, entry_id, period, sealed)
    if plain is None:
        return None
    try:
        raw = form.parse(plain)
    except form.Malformed:
        raise LogDamaged(_damaged(entry_id)) from None
    if not isinstance(raw, list):
        raise LogDamaged(_damaged(entry_id))
    return raw


def values_of(keys: LogKeys, leaf: form.Leaf, period: str | None, sealed: bytes | None) -> Mapping[str, str] | None:
    """The four disclosed values, each checked against its commitment; None if redacted. Raises LogDamaged."""
    plain = opened(keys, leaf.id, period, sealed)
    if plain is None:
        return None
    try:
        found = form.match(leaf, form.disclosures(plain))
    except form.Malformed:
        raise LogDamaged(_damaged(leaf.id)) from None
    if len(found) != len(form.FIELDS):
        raise LogDamaged(_damaged(leaf.id))
    return found


def fact_of(
    keys: LogKeys, body: bytes, period: str | None, sealed: bytes | None, kinds: Collection[str] | None = None
) -> Fact | None:
    """The fact of a stored entry; None if redacted, or of none of the kinds. Raises LogDamaged."""
    try:
        leaf = form.read(body)
    except form.Malformed:
        raise LogDamaged(_damaged("")) from None
    if kinds is not None and leaf.act not in kinds:
        return None
    values = values_of(keys, leaf, period, sealed)
    return None if values is None else make_fact(leaf, values)


def make_fact(leaf: form.Leaf, values: Mapping[str, str]) -> Fact:
    """The fact of a leaf and its disclosed values: the same whether just recorded or read back."""
    return Fact(
        kind=leaf.act,
        id=leaf.id,
        at=from_ms(leaf.t // 1000),
        outcome=leaf.out,
        who=json.loads(values["who"]),
        subject=values["subject"],
        what=json.loads(values["what"]),
        why=values["why"],
        marking=leaf.cls,
        rules=leaf.rules,
    )


def _damaged(entry_id: str) -> str:
    return f"Entry {entry_id or 'of unknown id'} of the log does not agree with its disclosure. Verify the log."
