"""A hold placed while a run is under way: two threads, a real database, no lock but the database's own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from retention_world import OTHER, REVIEWER, WORDS, World
from sqlalchemy.exc import DBAPIError

from app.bootstrap.contention import is_contention
from audit.errors import LogUnavailable
from audit.trail import Trail
from foundation.actor import SERVICE, Actor
from foundation.errors import Denied, Unavailable
from retention.model.hold import Scope
from retention.queries.holds import HoldList
from retention.service.holds import Terms
from retention.service.preview import Asked
from tests.taken_in import take_in

ROUNDS = 3


class Crowded(World):
    """Each thread writes the log under a name of its own."""

    def trail(self, conn: sa.Connection) -> Trail:
        name = f"test-{threading.current_thread().name.rpartition('_')[2].lower()}"
        return Trail(conn, keys=self.keys, writer=name, policies="0" * 64, followers=[self.clocks])

    def until_done(self, act: Callable[[Any], Any]) -> Any:
        """One unit of work, again where the database refused it for somebody else's sake, as the service does."""
        while True:
            try:
                with self.work() as retention:
                    return act(retention)
            except (DBAPIError, LogUnavailable) as error:
                if not is_contention(error):
                    raise


@pytest.fixture
def crowded() -> Iterator[Crowded]:
    made = Crowded()
    yield made
    made.close()


def scopes(crowded: Crowded) -> dict[str, Callable[[Any], Scope]]:
    return {
        "class": lambda _: Scope(classes=frozenset({"letters"})),
        "person": lambda retention: retention.understand(
            Asked(people=[("name", "Joan")]), actor=REVIEWER, now=crowded.now
        ),
        "place": lambda _: Scope(establishments=frozenset({"XXI"})),
    }


@pytest.mark.parametrize("kind", ["class", "person", "place"])
@pytest.mark.parametrize("actor", [REVIEWER, OTHER])
def test_either_the_hold_is_first_and_the_item_stays_or_it_is_told_that_it_came_too_late(
    crowded: Crowded, kind: str, actor: Actor
) -> None:
    for _ in range(ROUNDS):
        item = crowded.until_approved(about="Joan")
        crowded.pass_time(14)
        take_in(crowded.engine)
        start = threading.Barrier(2)

        def hold(start: threading.Barrier = start) -> str:
            start.wait()
            return str(crowded.until_done(
                lambda r: r.place(scopes(crowded)[kind](r), Terms("x", "x"), actor=actor, now=crowded.now)
            ).id)  # fmt: skip

        def destroy(item: str = item, start: threading.Barrier = start) -> bool:
            start.wait()
            try:
                for step in ("begin_destruction", "carry_out"):
                    crowded.until_done(lambda r, step=step: getattr(r, step)(item, actor=SERVICE, now=crowded.now))
            except (Denied, Unavailable):
                return False
            return True

        with ThreadPoolExecutor(2) as threads:
            placed, gone = threads.submit(hold), threads.submit(destroy)
            placed_id, destroyed = placed.result(60), gone.result(60)
        case = crowded.look(item)
        with crowded.engine.begin() as conn:
            rows, _ = HoldList(conn, WORDS).items(placed_id, size=100)
        manner = {each.case.item: each.manner for each in rows}.get(item)
        there = UUID(item) in crowded.shelf.live, UUID(item) in crowded.shelf.content
        if destroyed:
            assert manner in ("late", None), "a held item was destroyed"
            assert there == (False, False)
        else:
            assert (case.state, case.held, manner, there) == ("due", True, "caught", (True, True))
            assert UUID(item) not in crowded.shelf.disabled
        with crowded.work() as retention:
            retention.lift_hold(placed_id, reason="x", actor=actor, now=crowded.now)


def test_an_item_that_closes_while_a_hold_is_placed_is_held_by_the_next_sweep(crowded: Crowded) -> None:
    for _ in range(ROUNDS):
        start = threading.Barrier(2)

        def hold(start: threading.Barrier = start) -> None:
            start.wait()
            crowded.until_done(lambda r: r.place(Scope(bodies=frozenset({"alpha"})), Terms("x", "x"), actor=REVIEWER,
                                                 now=crowded.now))  # fmt: skip

        def close(start: threading.Barrier = start) -> str:
            start.wait()
            while True:
                try:
                    return crowded.item()
                except (DBAPIError, LogUnavailable) as error:
                    if not is_contention(error):
                        raise

        with ThreadPoolExecutor(2) as threads:
            placing, closing = threads.submit(hold), threads.submit(close)
            placing.result(60)
            item = closing.result(60)
        crowded.sweep()
        assert crowded.look(item).held


@pytest.mark.parametrize("point", ["key", "content", "tombstone"])
def test_a_destruction_that_broke_off_is_finished_although_a_hold_came_in_between(crowded: Crowded, point: str) -> None:
    """The key may be gone already: nothing is half-destroyed for ever, and the hold says that it came too late."""
    item = crowded.until_approved()
    crowded.pass_time(14)
    crowded.do("begin_destruction", item)
    crowded.shelf.break_after = point
    with pytest.raises(Unavailable):
        crowded.do("carry_out", item)
    with crowded.work() as retention:
        hold = retention.place(Scope(bodies=frozenset({"alpha"})), Terms("x", "x"), actor=REVIEWER, now=crowded.now)
    for step in ("carry_out", "certify", "certify"):
        take_in(crowded.engine)
        crowded.do(step, item)
    assert crowded.look(item).state == "destroyed"
    with crowded.engine.begin() as conn:
        assert dict(HoldList(conn, WORDS).hold(hold.id).items) == {"late": 1}


@pytest.mark.parametrize("write", range(1, 7))
def test_a_placing_that_breaks_off_at_any_write_places_nothing(crowded: Crowded, write: int) -> None:
    """And repeated it places all: nothing of it lies outside the transaction but the key, which stays disabled."""
    item = crowded.until_approved(about="Joan")
    count = 0

    def place() -> str:
        with crowded.work() as retention:
            scope = retention.understand(Asked(people=[("name", "Joan")]), actor=REVIEWER, now=crowded.now)
            return str(retention.place(scope, Terms("x", "x"), actor=REVIEWER, now=crowded.now).id)

    def broken(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal count
        count += statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
        if count == write:
            count += 1000
            msg = "The database went away."
            raise Unavailable(msg)

    sa.event.listen(crowded.engine, "before_cursor_execute", broken)
    with pytest.raises(Unavailable):
        place()
    sa.event.remove(crowded.engine, "before_cursor_execute", broken)
    with crowded.engine.begin() as conn:
        assert HoldList(conn, WORDS).holds() == []
    assert (crowded.look(item).state, crowded.look(item).held) == ("cooling-off", False)
    place()
    assert (crowded.look(item).state, crowded.look(item).held) == ("due", True)
    assert UUID(item) not in crowded.shelf.disabled
