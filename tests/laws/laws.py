"""The laws that bind lists to decisions, as one function each, so that worlds, crossings and mistakes share them.

P0  the rows of an item lose nothing of its facts
P1  all pages of every list and search, walked by their cursors, equal filtering every item by Cedar, order and all
P2  counts equal the length of P1, capped or not
P3  where the gate on the person fails, Cedar refuses every item, and the lists are empty without a query
P4  what can be opened or downloaded can be seen
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType

import sqlalchemy as sa

from foundation.actor import Actor
from identity.model import ItemFacts
from identity.rules.decide import Decider
from identity.rules.gate import person_gate
from sharing.queries import visible
from sharing.queries.visible import EVERYTHING, Filters
from tests.laws.worlds import EVERY, FILTERS, NOW, ODD, matches


def seen(decider: Decider, actor: Actor, items: Sequence[ItemFacts], action: str = "see") -> list[ItemFacts]:
    """Every item Cedar allows, newest first: what a list must equal."""
    verdicts = decider.decide_many(actor, action, items, now=NOW, purpose="a law")
    allowed = [facts for facts, verdict in zip(items, verdicts, strict=True) if verdict.allowed]
    return sorted(allowed, key=lambda facts: -facts.id)


def walk(size: int, page: Callable[[int | None], visible.Page]) -> list[int]:
    """The ids of every page in turn, each full but the last.

    A cursor that does not fall would go round for ever, so it ends the walk.
    """
    found: list[int] = []
    cursor: int | None = None
    while True:
        got = page(cursor)
        found += [row.id for row in got.rows]
        assert len(got.rows) <= size, "P1: a page runs over"
        assert got.next is None or len(got.rows) == size, "P1: a page before the last is not full"
        if got.next is None or (cursor is not None and got.next >= cursor):
            return found
        cursor = got.next


def lists_equal_decisions(
    conn: sa.Connection,
    actor: Actor,
    expected: Sequence[ItemFacts],
    *,
    sizes: Sequence[int] = (2, 50),
    filters: Sequence[Filters] = FILTERS,
    sql: ModuleType = visible,
) -> None:
    """P1 and P2, of the plain list, of these filters and of searches by one and by two values."""
    for size in sizes:
        got = walk(size, lambda cursor, size=size: sql.page(conn, actor, NOW, cursor=cursor, size=size))  # type: ignore[misc]
        assert got == [facts.id for facts in expected], ("P1 page", size, actor)
    size = max(sizes)
    for wanted in filters:
        narrowed = [facts.id for facts in expected if matches(actor, facts, wanted)]
        got = walk(
            size,
            lambda cursor, wanted=wanted: sql.page(  # type: ignore[misc]
                conn, actor, NOW, cursor=cursor, size=size, filters=wanted
            ),
        )
        assert got == narrowed, ("P1 filter", wanted, actor)
        found = sql.search(conn, actor, NOW, (ODD,), size=10**6, filters=wanted)
        assert [row.id for row in found.rows] == [i for i in narrowed if i % 2], ("P1 search, filter", wanted, actor)
    for terms in ((ODD,), (EVERY, ODD), (ODD, b"C" * 16), ()):
        carried = [f.id for f in expected if terms and (ODD not in terms or f.id % 2) and b"C" * 16 not in terms]
        got = walk(
            size,
            lambda cursor, terms=terms: sql.search(  # type: ignore[misc]
                conn, actor, NOW, terms, cursor=cursor, size=size
            ),
        )
        assert got == carried, ("P1 search", terms, actor)
    few = min(sizes)
    got = walk(few, lambda cursor: sql.search(conn, actor, NOW, (EVERY,), cursor=cursor, size=few))
    assert got == [facts.id for facts in expected], ("P1 search", few, actor)
    counts_equal(conn, actor, expected, sql)


def counts_equal(conn: sa.Connection, actor: Actor, expected: Sequence[ItemFacts], sql: ModuleType) -> None:
    """P2: each sort of count with the cap above it and below."""
    for cap, wanted in ((3, EVERYTHING), (10**6, FILTERS[0])):
        narrowed = [facts for facts in expected if matches(actor, facts, wanted)]
        counted = sql.count_capped(conn, actor, NOW, filters=wanted, cap=cap)
        assert counted == min(cap + 1, len(narrowed)), ("P2", wanted, cap, actor)
        odd = sum(facts.id % 2 for facts in narrowed)
        counted = sql.count_capped(conn, actor, NOW, filters=wanted, terms=(ODD,), cap=cap)
        assert counted == min(cap + 1, odd), ("P2 search", wanted, cap, actor)


def gate_means_nothing(conn: sa.Connection, actor: Actor, expected: Sequence[ItemFacts]) -> None:
    """P3. A closed connection proves that no query is made."""
    if person_gate(actor, NOW):
        assert not expected, ("P3", actor)
        closed = conn.engine.connect()
        closed.close()
        assert visible.page(closed, actor, NOW).rows == ()
        assert visible.search(closed, actor, NOW, (EVERY,)).rows == ()
        assert visible.count_capped(closed, actor, NOW) == 0


def opening_implies_seeing(
    decider: Decider, actor: Actor, items: Sequence[ItemFacts], expected: Sequence[ItemFacts]
) -> None:
    """P4."""
    listed = {facts.id for facts in expected}
    for action in ("open", "download"):
        assert {facts.id for facts in seen(decider, actor, items, action)} <= listed, ("P4", action, actor)
