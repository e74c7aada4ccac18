"""What waits for an office is exactly what is owed, whatever was done in which order, and is found by an index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import product
from random import Random
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.errors import ServiceError
from identity.model import ItemFacts
from sharing.store import items
from sharing.store.access import load_facts
from sharing.tables.items import item, item_step, item_step_office
from tests import databases
from tests.laws import worlds
from tests.sharing.world import World

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OFFICES = (201, 202, 203)
ENDS = {"close": "closed", "withdraw": "withdrawn", "destroy": "destroyed"}
MOVES = st.lists(
    st.tuples(
        st.sampled_from(("send", "take", "take", "reopen", *ENDS)),
        st.integers(0, 3),
        st.lists(st.sampled_from(OFFICES), min_size=1, unique=True),
    ),
    max_size=25,
)


@pytest.fixture(scope="module")
def rows() -> Iterator[sa.Connection]:
    with databases.memory().connect() as conn:
        yield conn


def slowly(conn: sa.Connection) -> set[tuple[int, int, int]]:
    """(office, item, number) of every step that is owed, by what the rows of items and of steps say."""
    step, may = item_step.c, item_step_office.c
    rows = conn.execute(
        sa.select(may.office, step.item_id, step.number)
        .join(item, sa.and_(item.c.id == step.item_id, item.c.step == step.number))
        .join(item_step_office, sa.and_(may.item_id == step.item_id, may.number == step.number))
        .where(item.c.state == "open", step.done_at.is_(None))
    )
    return {(row.office, row.item_id, row.number) for row in rows}


def owed(conn: sa.Connection) -> set[tuple[int, int, int]]:
    may = item_step_office.c
    return {tuple(row) for row in conn.execute(sa.select(may.office, may.item_id, may.number).where(may.owed))}


def move(conn: sa.Connection, what: str, which: int, offices: list[int]) -> None:
    """One change of a row, as the services make it; nothing where it cannot be made."""
    if what == "send":
        given = worlds.item_row(ItemFacts(id=1, sender=1)).items()
        values = {name: value for name, value in given if name not in ("id", "version")}
        number = conn.execute(sa.select(sa.func.count()).select_from(item)).scalar_one()
        made = items.add(conn, {**values, "uuid": f"u{number}", "reference": f"r{number}", "state": "open"})
        items.reach(conn, made, items.Owed(1, "acknowledge", tuple(offices), None))
        return
    rows = conn.execute(sa.select(item).order_by(item.c.id)).all()
    if not rows:
        return
    row = rows[which % len(rows)]
    if what == "take" and row.state == "open":
        assert items.take(conn, row.id, row.step, 1, NOW)
        assert items.change(conn, row.id, row.version, {"step": row.step + 1})
        items.reach(conn, row.id, items.Owed(row.step + 1, "close", tuple(offices), None))
    elif what == "reopen" and row.state == "closed":
        items.untake(conn, row.id, row.step, None)
        assert items.change(conn, row.id, row.version, {"state": "open"})
    elif what in ENDS:
        assert items.change_all(conn, [(row.id, row.version)], {"state": ENDS[what]})


@given(moves=MOVES)
@settings(max_examples=60, deadline=None)
def test_a_step_is_owed_exactly_as_long_as_its_item_is_open_and_nobody_took_it(
    rows: sa.Connection, moves: list[Any]
) -> None:
    for table in (item_step_office, item_step, item):
        rows.execute(table.delete())
    for what, which, offices in moves:
        move(rows, what, which, offices)
        assert owed(rows) == slowly(rows), what
    rows.rollback()


ACTS = ("send", "acknowledge", "pass_on", "close", "reopen", "withdraw", "tombstone")
CAST = ("sana", "nia", "bola", "mora", "cora", "ivo")


def test_what_waits_for_everybody_is_what_their_offices_owe_after_any_acts(house: World) -> None:
    chance = Random(5)
    sent = [house.send("sana").reference, house.send("cora", "correspondence").reference]
    done: set[str] = set()
    for what in chance.sample(ACTS * 5, len(ACTS) * 5):
        tries = list(product(CAST, sent))
        if any(may(house, who, what, reference, sent) for who, reference in chance.sample(tries, len(tries))):
            done.add(what)
        with house.engine.connect() as conn:
            assert owed(conn) == slowly(conn), what
    assert done == set(ACTS)
    shown = {who: waiting(house, who) for who in CAST}
    assert shown == {who: expected(house, who) for who in shown}
    assert any(shown.values())


def may(house: World, who: str, what: str, reference: str, sent: list[str]) -> bool:
    """Do it, to one of those sent or to a new one. What may not be done now is refused, and nothing changes."""
    with suppress(ServiceError, RuntimeError):
        if what == "send":
            sent.append(house.send(who, "intelligence" if who == "sana" else "correspondence").reference)
        elif what == "tombstone":
            with house.engine.connect() as conn:
                row = items.by_reference(conn, reference)
            assert row is not None
            if row.state != "destroyed":  # it would be done again, and change nothing
                house.act(who, what, items=[UUID(row.uuid)])
        else:
            more = {"acknowledge": (), "pass_on": (house.office("Leeds Board"),)}.get(what, ("Because.",))
            house.act(who, what, reference, *more)
        return True
    return False


def waiting(house: World, who: str) -> list[str]:
    return [row.reference for row in house.act_items(who, "waiting").rows]  # type: ignore[attr-defined]


def expected(house: World, who: str) -> list[str]:
    """By every item there is, each decided."""
    actor = house.actor(who)
    with house.engine.connect() as conn:
        mine = sorted({found for office, found, _number in slowly(conn) if office in actor.offices})
        facts = load_facts(conn, mine, house.now)
        rows = {row.id: row for row in conn.execute(sa.select(item))}
        due = {(row.item_id, row.number): row.due_on for row in conn.execute(sa.select(item_step))}
    seen = house.decider.decide_many(actor, "see", facts, now=house.now) if facts else []
    kept = [(due[i, rows[i].step], i) for i, verdict in zip(mine, seen, strict=True) if verdict.allowed]
    return [rows[i].reference for _, i in sorted(kept, key=lambda each: (each[0] is None, each[0] or 0, each[1]))]


def test_what_is_owed_is_found_by_the_index_of_what_is_owed(house: World) -> None:
    house.send("cora", "correspondence")
    said: list[str] = []
    with house.engine.connect() as conn:
        if databases.on_postgresql():
            conn.exec_driver_sql("set local enable_seqscan = off")

        @sa.event.listens_for(conn, "before_cursor_execute")
        def explain(_conn: Any, cursor: Any, statement: str, given: Any, *_: Any) -> None:
            if "FROM item JOIN item_step" in statement:
                word = "EXPLAIN " if databases.on_postgresql() else "EXPLAIN QUERY PLAN "
                cursor.execute(word + statement, given)
                said.append(" ".join(str(row) for row in cursor.fetchall()))

        actor = house.actor("seth")
        made = house.making(conn)
        assert len(made.items.waiting(actor=actor, now=house.now).rows) == 1
    assert len(said) == 1
    assert "ix_item_step_office_owed" in said[0]
    assert "SCAN item" not in said[0]
