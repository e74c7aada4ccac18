"""Lists as callers meet them: filters, cursors, the tripwire, and nothing at all for who fails the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from foundation.actor import NOBODY, SERVICE, Actor
from foundation.errors import Unavailable
from identity.model import ItemFacts
from identity.rules.decide import Decider
from sharing.errors.items import AccessDisagrees
from sharing.queries import visible
from sharing.tables.items import item
from tests import databases
from tests.laws.worlds import EVERY, FILTERS, NOW, ODD, decider, engine, fill, matches

ME = Actor(id="p1", name="", party="one", principal=1, offices=frozenset({201}))
ITEMS = [ItemFacts(id=i, sender=1 + i % 3, recipients=frozenset({1}), offices=frozenset({201})) for i in range(1, 31)]


@pytest.fixture(scope="module")
def judge() -> Decider:
    return decider()


@pytest.fixture
def conn() -> Iterator[sa.Connection]:
    with engine().connect() as connection:
        fill(connection, ITEMS)
        yield connection


def _ids(page: visible.Page) -> list[int]:
    return [row.id for row in page.rows]


def test_a_page_is_the_newest_and_says_where_the_next_starts(conn: sa.Connection) -> None:
    first = visible.page(conn, ME, NOW, size=20)
    assert (_ids(first), first.next) == (list(range(30, 10, -1)), 11)
    second = visible.page(conn, ME, NOW, size=20, cursor=first.next)
    assert (_ids(second), second.next) == (list(range(10, 0, -1)), None)


def test_a_page_that_ends_exactly_offers_no_empty_one_after(conn: sa.Connection) -> None:
    assert visible.page(conn, ME, NOW, size=30).next is None
    assert visible.page(conn, ME, NOW, size=29).next == 2


@pytest.mark.parametrize("cursor", [0, 1, -5])
def test_a_cursor_before_the_first_finds_nothing_and_does_not_start_over(cursor: int, conn: sa.Connection) -> None:
    assert visible.page(conn, ME, NOW, cursor=cursor).rows == ()
    assert visible.search(conn, ME, NOW, (EVERY,), cursor=cursor).rows == ()


def test_rows_carry_what_a_list_shows(conn: sa.Connection) -> None:
    row = visible.page(conn, ME, NOW, size=1).rows[0]
    assert (row.reference, row.marking, row.kind) == ("ONE-2026-00030", "OFFICIAL", "alpha")


@pytest.mark.parametrize("wanted", FILTERS, ids=range(len(FILTERS)))
def test_a_filter_narrows_pages_counts_and_searches_alike(wanted: visible.Filters, conn: sa.Connection) -> None:
    kept = [facts.id for facts in ITEMS[::-1] if matches(ME, facts, wanted)]
    assert _ids(visible.page(conn, ME, NOW, filters=wanted)) == kept
    assert visible.count_capped(conn, ME, NOW, filters=wanted) == len(kept)
    odd = [i for i in kept if i % 2]
    assert _ids(visible.search(conn, ME, NOW, (ODD,), filters=wanted)) == odd
    assert visible.count_capped(conn, ME, NOW, filters=wanted, terms=(ODD,)) == len(odd)


def test_a_count_stops_just_above_its_cap(conn: sa.Connection) -> None:
    assert visible.count_capped(conn, ME, NOW, cap=30) == 30
    assert visible.count_capped(conn, ME, NOW, cap=29) == 30
    assert visible.count_capped(conn, ME, NOW, cap=5) == 6


def test_a_search_wants_every_value_and_an_unknown_one_finds_nothing(conn: sa.Connection) -> None:
    assert _ids(visible.search(conn, ME, NOW, (EVERY, ODD))) == [i for i in range(30, 0, -1) if i % 2]
    assert visible.search(conn, ME, NOW, (EVERY, b"?" * 16)).rows == ()
    assert visible.search(conn, ME, NOW, ()).rows == ()


@pytest.mark.parametrize("actor", [NOBODY, SERVICE, replace(ME, standing="suspended"), replace(ME, handling_until=NOW)])
def test_who_fails_the_gate_or_holds_nothing_gets_nothing(actor: Actor, conn: sa.Connection, judge: Decider) -> None:
    assert visible.checked_page(conn, judge, actor, NOW).rows == ()
    assert visible.checked_page(conn, judge, actor, NOW, terms=(EVERY,)).rows == ()
    assert visible.count_capped(conn, actor, NOW) == 0


def test_a_checked_page_is_the_page(conn: sa.Connection, judge: Decider) -> None:
    assert visible.checked_page(conn, judge, ME, NOW, size=7) == visible.page(conn, ME, NOW, size=7)
    found = visible.checked_page(conn, judge, ME, NOW, terms=(ODD,), cursor=20, size=3)
    assert _ids(found) == [19, 17, 15]


@pytest.mark.parametrize("terms", [(), (EVERY,)])
def test_a_row_the_rules_refuse_withholds_the_whole_page(
    terms: tuple[bytes, ...], conn: sa.Connection, judge: Decider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list made wrong on purpose: it forgets quarantine, and one of thirty items is held back."""
    conn.execute(sa.update(item).where(item.c.id == 17).values(quarantined=True))
    right = visible._gates
    monkeypatch.setattr(visible, "_gates", lambda actor, now: right(actor, now)[1:])
    assert 17 in _ids(visible.page(conn, ME, NOW))
    with pytest.raises(AccessDisagrees) as refused:
        visible.checked_page(conn, judge, ME, NOW, terms=terms)
    assert isinstance(refused.value, Unavailable)
    assert refused.value.code == "sharing.access-disagrees"
    assert refused.value.rules == ("INC-01-quarantine",)
    assert refused.value.subject == "00000000-0000-7000-8000-000000000017"
    assert "17" not in refused.value.detail


def test_a_person_of_many_offices_and_groups_gets_one_page(conn: sa.Connection) -> None:
    busy = replace(ME, groups=frozenset(range(1000, 1060)), offices=frozenset(range(200, 260)))
    assert _ids(visible.page(conn, busy, NOW, size=30)) == list(range(30, 0, -1))


def test_lists_walk_indexes_and_scan_no_table(conn: sa.Connection) -> None:
    """A scan of item or of item_access would cost whoever may see least the most."""
    for ask, driven_by in (
        (
            lambda: visible.page(conn, ME, NOW),
            {
                "sqlite": "item_access USING PRIMARY KEY (principal=? AND item_id<?)",
                "postgresql": "pk_item_access",
            },
        ),
        (
            lambda: visible.search(conn, ME, NOW, (ODD,)),
            {
                "sqlite": "item_subject USING PRIMARY KEY (bidx=? AND item_id<?)",
                "postgresql": "pk_item_subject",
            },
        ),
    ):
        plan = _plan(conn, ask)
        assert [step for step in plan if step.startswith("SCAN item") or "Seq Scan" in step] == []
        assert [step for step in plan if driven_by[databases.HERE.kind] in step], plan


def _plan(conn: sa.Connection, ask: Callable[[], visible.Page]) -> list[str]:
    """How the database goes about the one statement that ``ask`` makes."""
    made: list[tuple[str, tuple[object, ...]]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: tuple[object, ...], *_: object) -> None:
        made.append((statement, parameters))

    sa.event.listen(conn, "before_cursor_execute", note)
    ask()
    sa.event.remove(conn, "before_cursor_execute", note)
    ((statement, parameters),) = made
    if databases.on_postgresql():
        return list(conn.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
    return [step.detail for step in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
