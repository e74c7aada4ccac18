"""The only writer of access facts, and what is read back from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from foundation.actor import Actor
from identity.model import Grant, ItemFacts, Window
from sharing.queries import visible
from sharing.store import access
from sharing.tables.items import item, item_access
from tests.laws.worlds import NOW, engine, item_row

MS, HOUR = timedelta(milliseconds=1), timedelta(hours=1)
SENDER, CHAIR, MEMBER, GROUP, OFFICE, BOARD = 1, 2, 3, 101, 201, 202


@pytest.fixture
def conn() -> Iterator[sa.Connection]:
    with engine().connect() as connection:
        for i in (1, 2):
            connection.execute(item.insert().values(item_row(ItemFacts(id=i, sender=SENDER))))
        access.name_on_item(
            connection,
            item_id=1,
            sender=SENDER,
            offices=(OFFICE,),
            recipients=(CHAIR, SENDER),
            groups=(GROUP,),
            now=NOW,
        )
        yield connection


def _facts(conn: sa.Connection, now=NOW) -> ItemFacts:  # type: ignore[no-untyped-def]
    (facts,) = access.load_facts(conn, [1], now)
    return facts


def _listed(conn: sa.Connection, person: int, now=NOW, **offices: frozenset[int]) -> list[int]:  # type: ignore[no-untyped-def]
    actor = Actor(id="", name="", party="one", principal=person, **offices)
    return [row.id for row in visible.page(conn, actor, now).rows]


def test_an_item_is_named_with_all_its_bases(conn: sa.Connection) -> None:
    assert _facts(conn) == ItemFacts(
        id=1,
        sender=SENDER,
        recipients=frozenset({SENDER, CHAIR}),
        groups=frozenset({GROUP}),
        offices=frozenset({OFFICE}),
    )
    assert _listed(conn, SENDER) == _listed(conn, CHAIR) == [1]
    assert _listed(conn, MEMBER, offices=frozenset({OFFICE})) == _listed(conn, MEMBER, groups=frozenset({GROUP})) == [1]
    assert _listed(conn, MEMBER) == []


def test_passing_on_adds_an_office_and_takes_none_away(conn: sa.Connection) -> None:
    access.give(conn, item_id=1, principal=BOARD, basis=access.ROUTE, by=CHAIR, since=NOW + HOUR)
    assert _facts(conn).offices == {OFFICE}
    assert _facts(conn, NOW + HOUR).offices == {OFFICE, BOARD}


def test_revoking_ends_a_basis_at_once_and_keeps_its_row(conn: sa.Connection) -> None:
    assert access.revoke(conn, item_id=1, principal=CHAIR, basis=access.RECIPIENT, now=NOW + HOUR)
    assert _facts(conn, NOW + HOUR - MS).recipients == {SENDER, CHAIR}
    assert _facts(conn, NOW + HOUR).recipients == {SENDER}
    assert _listed(conn, CHAIR, NOW + HOUR) == []
    rows = conn.execute(sa.select(item_access).where(item_access.c.principal == CHAIR)).all()
    assert [(row.valid_from, row.valid_until) for row in rows] == [(NOW, NOW + HOUR)]


def test_revoking_what_is_not_held_says_so(conn: sa.Connection) -> None:
    assert not access.revoke(conn, item_id=1, principal=MEMBER, basis=access.RECIPIENT, now=NOW)
    access.revoke(conn, item_id=1, principal=CHAIR, basis=access.RECIPIENT, now=NOW)
    assert not access.revoke(conn, item_id=1, principal=CHAIR, basis=access.RECIPIENT, now=NOW + HOUR)


def test_the_senders_basis_is_never_revoked(conn: sa.Connection) -> None:
    with pytest.raises(RuntimeError, match="withdrawn"):
        access.revoke(conn, item_id=1, principal=SENDER, basis=access.SENDER, now=NOW)


def test_a_basis_given_again_has_the_new_window(conn: sa.Connection) -> None:
    for until in (NOW + HOUR, NOW + 3 * HOUR):
        access.give(conn, item_id=1, principal=MEMBER, basis=access.GRANT, by=SENDER, since=until - HOUR, until=until)
    assert _facts(conn).grants == (Grant(MEMBER, "grant", Window(NOW + 2 * HOUR, NOW + 3 * HOUR)),)


def test_a_grant_and_a_broken_glass_of_one_person_stand_side_by_side(conn: sa.Connection) -> None:
    for basis in access.TIMED:
        access.give(conn, item_id=1, principal=MEMBER, basis=basis, by=SENDER, since=NOW, until=NOW + HOUR)
    assert [grant.basis for grant in _facts(conn).grants] == ["break-glass", "grant"]
    assert _listed(conn, MEMBER, NOW + HOUR - MS) == [1]
    assert _listed(conn, MEMBER, NOW + HOUR) == []


@pytest.mark.parametrize(
    "wrong",
    [{"basis": "friend"}, {"principal": 0}, {"principal": -1}, {"until": NOW}, {"until": NOW - MS}],
)
def test_a_fact_that_could_mislead_is_not_written(wrong: dict[str, object], conn: sa.Connection) -> None:
    right: dict[str, object] = {"item_id": 1, "principal": MEMBER, "basis": "grant", "by": SENDER, "since": NOW}
    with pytest.raises(RuntimeError, match="no such access fact"):
        access.give(conn, **{**right, **wrong})  # type: ignore[arg-type]
    assert MEMBER not in {row.principal for row in conn.execute(sa.select(item_access))}


def test_recusal_bars_whatever_is_held_and_is_recorded_once(conn: sa.Connection) -> None:
    assert access.recuse(conn, item_id=1, principal=CHAIR, by=SENDER, now=NOW)
    assert not access.recuse(conn, item_id=1, principal=CHAIR, by=MEMBER, now=NOW + HOUR)
    assert _facts(conn).recused == {CHAIR}
    assert _listed(conn, CHAIR, offices=frozenset({OFFICE})) == []
    assert _listed(conn, SENDER) == [1]


def test_facts_come_in_the_order_asked_without_those_that_are_not(conn: sa.Connection) -> None:
    assert [facts.id for facts in access.load_facts(conn, [2, 99, 1], NOW)] == [2, 1]
    assert access.load_facts(conn, [], NOW) == []


def test_nothing_else_writes_access_facts() -> None:
    """The one writer is what keeps lists and decisions reading the same thing."""
    root = Path(__file__).parents[2]
    writes = re.compile(
        r"(insert|update|delete)\(\s*(\w+\.)?item_(access|recusal)\b|item_(access|recusal)\.(insert|update|delete)\("
    )
    rooms = ("app", "sharing", "retention", "incidents", "identity", "vault", "classification", "audit", "foundation")
    writers = {
        path.relative_to(root).as_posix()
        for room in rooms
        for path in (root / room).rglob("*.py")
        if writes.search(path.read_text(encoding="utf-8"))
    }
    assert writers == {"sharing/store/access.py"}
