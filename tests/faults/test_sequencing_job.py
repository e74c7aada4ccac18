"""The loop behind every act: it takes in, says when it cannot, and writers' names are never used twice at once."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.bootstrap import house as houses
from app.bootstrap import sequencing
from app.bootstrap.clock import DemonstrationClock
from app.bootstrap.events import STARTED
from app.bootstrap.house import House
from app.bootstrap.writers import ONLY, Writers
from app.jobs.sequencer import Sequencer
from audit import statements
from audit.chain import Chain
from audit.errors import LogUnavailable
from audit.events import SEQUENCING_CAUGHT_UP, SEQUENCING_LATE
from audit.examine import verify_database
from audit.tables import audit_entry, audit_index
from foundation.actor import SERVICE
from identity.store.hasher import Hasher
from tests.house import settings_of
from tests.reliability.trying import in_a_fork


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    settings = settings_of(tmp_path / "state")
    houses.init(settings)
    made = houses.build(settings, hasher=Hasher(passes=1, memory_kib=64, lanes=1))
    sequencing.settle(made)
    yield made
    made.engine.dispose()
    made.keystore.dispose()


def act(house: House) -> None:
    with house.work() as work:
        what = {"version": "0", "demonstration": True}
        work.trail.record(STARTED, actor=SERVICE, now=work.now, what=what)


def act_and_fail(house: House) -> None:
    with house.work() as work:
        work.trail.record(STARTED, actor=SERVICE, now=work.now, what={"version": "0", "demonstration": True})
        raise ZeroDivisionError


def acts(house: House) -> list[str]:
    with house.engine.connect() as conn:
        return list(conn.scalars(sa.select(audit_index.c.act).order_by(audit_index.c.seq)))


def test_the_loop_takes_in_what_is_recorded(house: House) -> None:
    loop = Sequencer(house).start()
    try:
        for _ in range(3):
            act(house)
        until = time.monotonic() + 20
        while sequencing.behind(house).entries and time.monotonic() < until:
            time.sleep(0.02)
    finally:
        loop.stop()
    assert acts(house)[-3:] == [STARTED.name] * 3


def test_what_waits_too_long_is_recorded_once_and_so_is_its_end(house: House, caplog: pytest.LogCaptureFixture) -> None:
    loop, clock = Sequencer(house), house.clock
    assert isinstance(clock, DemonstrationClock)
    act(house)
    assert not loop.watch()
    clock.move_to(house.now() + house.policies.sequencing.within * 2)
    with caplog.at_level(logging.ERROR, "custodes.sequencer"):
        assert loop.watch()
        assert loop.watch()
    assert "wait for their place" in caplog.text
    sequencing.settle(house)
    assert not loop.watch()
    sequencing.settle(house)
    told = [each for each in acts(house) if each.startswith("audit.sequencing")]
    assert told == [SEQUENCING_LATE.name, SEQUENCING_CAUGHT_UP.name]


def test_a_name_is_used_by_one_unit_at_a_time_and_goes_on_where_it_was() -> None:
    writers = Writers(alone=False)
    first, second = writers.take(), writers.take()
    assert isinstance(first, Chain)
    assert isinstance(second, Chain)
    assert first.name != second.name
    writers.bring_back(Chain(first.name, 7, b"p" * 32))
    assert writers.take() == Chain(first.name, 7, b"p" * 32)
    third = writers.take()
    assert isinstance(third, Chain)
    assert third.name not in (first.name, second.name)
    assert Writers(alone=True).take() == ONLY
    fresh = Writers(alone=False).take()
    assert isinstance(fresh, Chain)
    assert fresh.name != first.name, "another process, or this one started again"


def test_a_process_that_is_forked_takes_no_name_of_the_one_it_came_from() -> None:
    """What the first wrote since is not known to it: under the same name it would write the same number again."""
    writers = Writers(alone=False)
    first = writers.take()
    assert isinstance(first, Chain)
    writers.bring_back(first)
    taken = in_a_fork(lambda: [writers.take(), writers.take()])
    assert all(isinstance(each, Chain) for each in taken)
    names = {each.name.partition("/")[0] for each in taken if isinstance(each, Chain)}
    assert len(names) == 1
    assert names.isdisjoint({first.name.partition("/")[0]})
    assert writers.take() == first


def test_units_one_in_another_and_rolled_back_leave_whole_chains(house: House) -> None:
    for _ in range(2):
        act(house)
        with pytest.raises(ZeroDivisionError):
            act_and_fail(house)
    act(house)
    sequencing.settle(house)
    with house.engine.connect() as conn:
        assert verify_database(conn, house.keys.log).faults == ()


class Breaking:
    """A driver's connection that fails at one of its statements."""

    def __init__(self, raw: sqlite3.Connection, left: list[int]) -> None:
        self.raw, self.left = raw, left

    def execute(self, *given: Any) -> sqlite3.Cursor:
        self.left[0] -= 1
        if self.left[0] < 0:
            raise sqlite3.OperationalError("disk I/O error")
        return self.raw.execute(*given)


@pytest.mark.database("sqlite")
def test_an_append_broken_off_at_any_of_its_statements_leaves_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    act(house)
    real, broken = statements.driver, 0

    def count() -> int:
        with house.engine.connect() as conn:
            return conn.scalar(sa.select(sa.func.count()).select_from(audit_entry)) or 0

    before = count()
    while True:
        left = [broken]
        monkeypatch.setattr(statements, "driver", lambda conn, left=left: Breaking(real(conn), left))
        try:
            act(house)
            break
        except LogUnavailable:
            monkeypatch.setattr(statements, "driver", real)
            assert count() == before
            broken += 1
    monkeypatch.setattr(statements, "driver", real)
    assert broken == 3, "one look, two rows"
    assert count() == before + 1
    sequencing.settle(house)
    with house.engine.connect() as conn:
        assert verify_database(conn, house.keys.log).faults == ()
