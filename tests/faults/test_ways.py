"""How units of work go about it on PostgreSQL: what only looks meets nobody, who waits a turn does not begin again."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from app.bootstrap.contention import Contended
from app.bootstrap.engines import reading
from app.bootstrap.events import STARTED
from app.bootstrap.places import Places
from app.bootstrap.schema import metadata
from app.bootstrap.ways import Way, going, way
from app.bootstrap.work import Work
from bench.live import Client
from foundation.actor import SERVICE
from tests.faults.conftest import Scene, Things
from tests.faults.test_two_at_once import serving, together
from tests.ready import furnished
from tests.served import app_over

counter = metadata.tables["reference_counter"]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    state = tmp_path_factory.mktemp("ways") / "state"
    house, people = furnished(state)
    yield Scene(house, people, app_over(house), Things(), Things())
    house.engine.dispose()


@pytest.fixture
def refused(scene: Scene) -> Iterator[list[BaseException]]:
    """What the database refused while this test ran."""
    found: list[BaseException] = []

    def note(context: sa.engine.ExceptionContext) -> None:
        found.append(context.original_exception)

    sa.event.listen(scene.house.engine, "handle_error", note)
    yield found
    sa.event.remove(scene.house.engine, "handle_error", note)


def beside(act: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=act)
    thread.start()
    return thread


@pytest.mark.database("postgresql")
def test_two_who_send_in_one_moment_have_both_sent_and_neither_began_again(
    scene: Scene, refused: list[BaseException]
) -> None:
    drafts = [scene.start_draft() for _ in range(6)]
    with serving(scene) as port:
        scene.clock.later(minutes=1)
        client = Client(port).sign_in_to_api(scene.people["staff"], scene.house.now())
        refused.clear()
        said = together(*((client, lambda c, d=draft: c.api("POST", f"/drafts/{d}/send")) for draft in drafts))
    assert [answer.status for answer in said] == [201] * 6, [answer.text for answer in said]
    assert refused == []


@pytest.mark.database("postgresql")
def test_who_waits_a_turn_sees_what_the_one_before_left(scene: Scene, refused: list[BaseException]) -> None:
    """It has its moment of the database after the wait, not before: else it would lose."""
    with scene.house.work() as work:
        work.conn.execute(sa.insert(counter).values(originator="turn", year=1, last=0))
    inside = threading.Event()

    def add() -> None:
        with going(Way.TURN), scene.house.work() as work:
            inside.set()
            last = work.conn.execute(sa.select(counter.c.last).filter_by(originator="turn")).scalar_one()
            other_waits(scene, work)
            work.conn.execute(sa.update(counter).filter_by(originator="turn").values(last=last + 1))

    first = beside(add)
    assert inside.wait(10)
    second = beside(add)
    first.join(30)
    second.join(30)
    with scene.house.work() as work:
        assert work.conn.execute(sa.select(counter.c.last).filter_by(originator="turn")).scalar_one() == 2
    assert refused == []


def other_waits(scene: Scene, work: Work) -> None:
    """Go on when the other stands in the queue, or there is none left to come."""
    asked = "select count(*) from pg_locks where not granted and relation = 'reference_counter'::regclass"
    for _ in range(100):
        with scene.house.engine.connect() as conn:
            waits = conn.execution_options(isolation_level="READ COMMITTED").exec_driver_sql(asked).scalar_one()
        last = work.conn.execute(sa.select(counter.c.last).filter_by(originator="turn")).scalar_one()
        if waits or last:
            return
        threading.Event().wait(0.05)


@pytest.mark.database("postgresql")
def test_a_look_makes_nobody_who_acts_begin_again_and_is_entered(scene: Scene, refused: list[BaseException]) -> None:
    """A reads what B writes and B what C wrote, C first: with A an act the database would refuse one of them."""
    who = scene.actor("officer")
    with scene.house.work() as work:
        for name in ("b", "c"):
            work.conn.execute(sa.insert(counter).values(originator=f"look-{name}", year=1, last=0))
    before = scene.count("audit_entry", "true")

    def last(work: Work, name: str) -> int:
        found = work.conn.execute(sa.select(counter.c.last).filter_by(originator=f"look-{name}"))
        return int(found.scalar_one())

    with ExitStack() as stack:
        acting = stack.enter_context(scene.house.work())
        assert last(acting, "c") == 0
        with scene.house.work() as other:
            other.conn.execute(sa.update(counter).filter_by(originator="look-c").values(last=1))
        with going(Way.LOOK), scene.house.work(who) as work:
            assert (last(work, "b"), last(work, "c")) == (0, 1)
            work.items.page(actor=who, now=work.now, size=5)
        acting.conn.execute(sa.update(counter).filter_by(originator="look-b").values(last=1))
    assert refused == []
    assert scene.count("audit_entry", "true") == before + 1


@pytest.mark.database("postgresql")
def test_a_look_changes_nothing(scene: Scene) -> None:
    with pytest.raises(Contended), going(Way.LOOK), scene.house.work() as work:
        work.conn.execute(sa.insert(counter).values(originator="never", year=1, last=0))
    with scene.house.work() as work:
        assert work.conn.execute(sa.select(counter).filter_by(originator="never")).all() == []


@pytest.mark.database("postgresql")
def test_what_turns_out_to_change_something_is_begun_again_as_an_act(scene: Scene) -> None:
    went = []

    def act(work: Work) -> None:
        went.append(way())
        work.conn.execute(sa.insert(counter).values(originator="after-all", year=1, last=0))

    with going(Way.LOOK):
        scene.house.do(act)
    assert went == [Way.LOOK, Way.ACT]


@pytest.mark.database("postgresql")
def test_who_lost_once_goes_alone_and_the_others_wait_for_it(scene: Scene) -> None:
    with scene.house.work() as work:
        work.conn.execute(sa.insert(counter).values(originator="alone", year=1, last=0))
    order: list[str] = []
    alone = threading.Event()

    def late() -> None:
        alone.wait(10)
        with scene.house.work():
            order.append("another act")

    waiting = beside(late)
    with going(Way.ALONE), scene.house.work() as work:
        alone.set()
        waiting.join(0.5)
        with going(Way.LOOK):
            looked = beside(lambda: order.append(look(scene)))
            looked.join(10)
        order.append("over")
        assert work.conn.in_transaction()
    waiting.join(10)
    assert order == ["a look", "over", "another act"]


def look(scene: Scene) -> str:
    with going(Way.LOOK), scene.house.work() as work:
        work.conn.execute(sa.select(counter)).all()
    return "a look"


@pytest.mark.database("postgresql")
def test_who_would_go_alone_does_not_wait_for_one_who_acts_for_long(scene: Scene) -> None:
    done: list[str] = []

    def alone() -> None:
        with going(Way.ALONE), scene.house.work() as work:
            work.conn.execute(sa.insert(counter).values(originator="beside", year=1, last=0))
        done.append("done")

    with scene.house.work():
        thread = beside(alone)
        thread.join(20)
        assert done == ["done"]


@pytest.mark.database("postgresql")
@pytest.mark.parametrize("chosen", list(Way))
def test_a_unit_that_enters_one_fact_makes_four_journeys_to_the_server(scene: Scene, chosen: Way) -> None:
    """Its beginning, which agreements are in force, its entry, its end: at each it waits, while others meet it."""

    def enter() -> None:
        with going(chosen), scene.house.work() as work:
            work.trail.record(STARTED, actor=SERVICE, now=work.now, what={"version": "1", "demonstration": False})

    assert journeys(scene, enter) == 4


def journeys(scene: Scene, act: Callable[[], None]) -> int:
    """How often the server said that it was ready for more, on the connection that is used next."""
    with tempfile.TemporaryFile("w+") as told:
        with scene.house.engine.connect() as conn:
            raw: Any = conn.connection.driver_connection
        for _ in range(8):
            act()  # until its statements are prepared
        raw.pgconn.trace(told.fileno())
        act()
        raw.pgconn.untrace()
        told.seek(0)
        return sum("ReadyForQuery" in line for line in told)


@pytest.mark.database("postgresql")
def test_what_a_connection_has_prepared_outlives_whoever_only_reads(scene: Scene) -> None:
    """At a ROLLBACK the driver forgets all of it, and every page reads so: each statement would be planned anew."""
    prepared = sa.text("select count(*) from pg_prepared_statements where statement like '%reference_counter%'")
    with scene.house.engine.connect() as conn:
        for _ in range(8):
            conn.execute(sa.select(counter.c.last))
        assert conn.execute(prepared).scalar_one() == 1
        conn.commit()
    with reading(scene.house.engine) as conn:
        conn.execute(sa.select(counter.c.last))
    with scene.house.work() as work:
        work.conn.execute(sa.select(counter.c.last))
    with scene.house.engine.connect() as conn:  # the last that was given back
        assert conn.execute(prepared).scalar_one() == 1
        conn.commit()


# --- places ----------------------------------------------------------------------------------------------------


def test_no_more_units_than_there_are_places_go_on_at_once_and_one_within_another_needs_none() -> None:
    places = Places(1, longest=60)
    first = places.take()
    assert first
    inner = places.take()
    assert not inner
    went: list[bool] = []
    other = beside(lambda: went.append(places.take()))
    other.join(0.2)
    assert went == []
    places.give_back(taken=inner)
    places.give_back(taken=first)
    other.join(10)
    assert went == [True]


def test_whoever_has_waited_long_enough_begins_anyway() -> None:
    places = Places(1, longest=0.01)
    assert places.take()
    went: list[bool] = []
    beside(lambda: went.append(places.take())).join(10)
    assert went == [False]


def test_units_that_fail_give_their_place_back(scene: Scene) -> None:
    places = Places(1)
    house = replace(scene.house, places=places)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), house.work():
            raise ZeroDivisionError
    assert places.take()
