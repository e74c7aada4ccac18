"""Whatever is recorded comes into the tree once, in one order for ever, and nothing is passed over."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from audit_log import ASHA, NOW, OPENED, Log, record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import leaf as form
from audit import sequence
from audit.bundle import redact
from audit.chain import Chain
from audit.checkpoint import stored_tree
from audit.errors import ClockWentBack, EntryUnknown, LogDamaged, NotYetInTree
from audit.examine import verify_database
from audit.merkle import Frontier, extends, includes, leaf_hash
from audit.receipts import receipt
from audit.sequence import integrate, over, started, waiting
from audit.tables import audit_disclosure, audit_entry, audit_head, audit_index, audit_leaf, audit_writer
from tests.databases import on_postgresql

LATER = NOW + timedelta(minutes=1)


@contextlib.contextmanager
def own(log: Log) -> Iterator[sa.Connection]:
    """The sequencer's transaction; rolled back unless committed."""
    with log.engine.connect() as conn:
        options = {"isolation_level": "READ COMMITTED"} if on_postgresql() else {}
        with conn.execution_options(**options) as chosen:
            chosen.begin()
            yield chosen


def step(log: Log, most: int | None = None, batch: int = 1000) -> int:
    with own(log) as conn:
        done = integrate(conn, most, batch=batch)
        conn.commit()
        return done


def commit(log: Log, count: int, *, start: int = 0, writer: str | Chain = "web") -> list[bytes]:
    """Entries, one transaction each, not taken in."""
    made = []
    for at in range(start, start + count):
        with log.engine.begin() as conn:
            made.append(record(log.trail(conn, writer), at, now=NOW + timedelta(seconds=at)).leaf)
    return made


def faults(log: Log) -> tuple[str, ...]:
    with log.engine.connect() as conn:
        return verify_database(conn, log.keys).faults


def leaves(log: Log) -> list[bytes]:
    with log.engine.connect() as conn:
        return list(conn.scalars(sa.select(audit_leaf.c.leaf).order_by(audit_leaf.c.seq)))


def head(log: Log) -> Frontier:
    with log.engine.connect() as conn:
        row = conn.execute(sa.select(audit_head)).one()
        return Frontier.unpack(row.size, row.frontier)


def count(log: Log, table: sa.Table) -> int:
    with log.engine.connect() as conn:
        return conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_an_act_writes_its_entry_and_its_disclosure_and_nothing_else(log: Log) -> None:
    log.write(3)
    before = {table: count(log, table) for table in (audit_leaf, audit_index, audit_writer, audit_head)}
    commit(log, 4, start=3)
    assert {table: count(log, table) for table in before} == before
    assert (count(log, audit_entry), count(log, audit_disclosure)) == (7, 7)
    with log.engine.connect() as conn:
        assert waiting(conn).entries == 4
        assert waiting(conn).since == NOW + timedelta(seconds=3)
    assert step(log) == 4
    assert faults(log) == ()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 5)), min_size=1, max_size=8))
def test_whatever_the_batches_every_tree_is_the_beginning_of_the_next(
    new_log: Callable[[], Log], plan: list[tuple[int, int, int]]
) -> None:
    log, trees = new_log(), [Frontier()]
    recorded: list[bytes] = []
    for written, most, batch in plan:
        recorded += commit(log, written, start=len(recorded), writer=("web", "jobs")[written % 2])
        step(log, most, batch)
        trees.append(head(log) if leaves(log) else Frontier())
    while step(log, 7, 3):
        trees.append(head(log))
    assert leaves(log) == [leaf_hash(each) for each in recorded]
    with log.engine.connect() as conn:
        tree = stored_tree(conn)
        newest = trees[-1]
        for old, new in pairwise(trees):
            assert extends(old.size, new.size, tree.consistency(old.size, new.size), old.root(), new.root())
        for seq, body in enumerate(recorded):
            proof = tree.inclusion(seq, newest.size)
            assert includes(leaf_hash(body), seq, newest.size, proof, newest.root())
    assert faults(log) == ()


class Breaking:
    """``sa.Connection.execute`` so many times, and then no more."""

    def __init__(self, places: int) -> None:
        self.left, self.real = places, sa.Connection.execute

    def __get__(self, conn: sa.Connection, _owner: type) -> Callable[..., object]:
        def execute(*given: object, **more: object) -> object:
            self.left -= 1
            if self.left < 0:
                msg = "broken off"
                raise RuntimeError(msg)
            return self.real(conn, *given, **more)  # type: ignore[arg-type]

        return execute


def test_a_batch_broken_off_anywhere_leaves_nothing_and_is_done_again(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.write(5)
    commit(log, 9, start=5)
    real, places, done = sa.Connection.execute, 0, None
    while done is None:
        monkeypatch.setattr(sa.Connection, "execute", Breaking(places))
        try:
            done = step(log, batch=4)
        except RuntimeError:
            monkeypatch.setattr(sa.Connection, "execute", real)
            assert len(leaves(log)) == 5
            assert faults(log) == ()
            places += 1
    monkeypatch.setattr(sa.Connection, "execute", real)
    assert done == 9
    assert places > 6
    assert faults(log) == ()


def test_two_sequencers_at_once_take_in_each_entry_once(log: Log) -> None:
    recorded = commit(log, 60)
    gate, failed = threading.Barrier(4), []

    def take() -> None:
        gate.wait()
        try:
            for _ in range(40):
                step(log, 3, 2)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=take) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failed == []
    step(log)
    assert leaves(log) == [leaf_hash(each) for each in recorded]
    assert faults(log) == ()


def test_a_head_that_somebody_moved_in_between_is_not_moved_over(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(log, 3)
    step(log, 1)
    real = sequence._add

    def meddling(made: sequence._Batch, tree: Frontier, time: int, row: sa.Row) -> int:
        conn.execute(sa.update(audit_head).values(last_pos=audit_head.c.last_pos + 7))
        return real(made, tree, time, row)

    monkeypatch.setattr(sequence, "_add", meddling)
    with own(log) as conn, pytest.raises(sequence.LogUnavailable):
        integrate(conn)
    monkeypatch.undo()
    step(log)
    assert faults(log) == ()


def test_a_row_dropped_before_it_came_into_the_tree_leaves_a_gap_that_shows(log: Log) -> None:
    log.write(2)
    commit(log, 5, start=2)
    with log.engine.begin() as conn:
        trigger = "audit_entry_no_change on audit_entry" if on_postgresql() else "audit_entry_no_delete"
        conn.exec_driver_sql(f"drop trigger {trigger}")
        pos = conn.scalars(sa.select(audit_entry.c.pos).order_by(audit_entry.c.pos)).all()[4]
        conn.execute(sa.delete(audit_entry).where(audit_entry.c.pos == pos))
        conn.execute(sa.delete(audit_disclosure).where(audit_disclosure.c.pos == pos))
    assert any("does not continue its writer’s chain" in each for each in faults(log)), "while it waits"
    step(log)
    assert any("does not continue its writer’s chain" in each for each in faults(log)), "and for ever after"


def test_a_waiting_row_that_was_altered_is_taken_in_as_it_is_and_found(log: Log) -> None:
    log.write(2)
    commit(log, 3, start=2)
    with log.engine.begin() as conn:
        for trigger in ["audit_entry_no_change on audit_entry"] if on_postgresql() else ["audit_entry_no_update"]:
            conn.exec_driver_sql(f"drop trigger {trigger}")
        conn.execute(sa.update(audit_entry).where(audit_entry.c.pos == _newest(conn)).values(body=b"{}"))
    assert faults(log)
    step(log)
    assert faults(log)
    commit(log, 2, start=5)
    step(log)
    assert len(leaves(log)) == 7


def _newest(conn: sa.Connection) -> int:
    return conn.scalar(sa.select(sa.func.max(audit_entry.c.pos))) or 0


def test_an_entry_is_redacted_in_every_row_that_names_somebody(log: Log) -> None:
    made = log.write(3)
    with log.engine.begin() as conn:
        assert redact(conn, made[1].id, now=LATER)
        rows = conn.execute(sa.select(audit_disclosure.c.item, audit_disclosure.c.actor)).all()
        assert sum((row.item, row.actor) == (None, None) for row in rows) == 1
    assert faults(log) == ()


def test_the_clock_is_held_to_the_tree_and_to_what_waits(log: Log) -> None:
    with log.engine.begin() as conn:
        record(log.trail(conn), 0, now=NOW)
    with log.engine.begin() as conn:
        record(log.trail(conn), 1, now=NOW - timedelta(seconds=50))
    log.take_in()
    with pytest.raises(ClockWentBack), log.engine.begin() as conn:
        record(log.trail(conn), 2, now=NOW - timedelta(seconds=61))
    assert faults(log) == ()


@pytest.mark.database("sqlite")
def test_the_greatest_time_counts_also_while_everything_waits(log: Log) -> None:
    commit(log, 1)
    with log.engine.begin() as conn:
        record(log.trail(conn), 1, now=NOW - timedelta(seconds=50))
    with pytest.raises(ClockWentBack), log.engine.begin() as conn:
        record(log.trail(conn), 2, now=NOW - timedelta(seconds=61))


@pytest.mark.database("sqlite")
def test_an_append_takes_in_what_waits_when_nobody_else_does(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.chain.MOST_WAITING", 20)
    most = 0
    for at in range(90):
        commit(log, 1, start=at)
        with log.engine.connect() as conn:
            most = max(most, waiting(conn).entries)
    assert most <= 22
    assert faults(log) == ()


@pytest.mark.database("sqlite")
def test_a_damaged_head_stops_the_log_before_much_is_waiting(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.chain.MOST_WAITING", 5)
    log.write(2)
    with log.engine.begin() as conn:
        conn.exec_driver_sql("update audit_head set frontier = 'x'")
    with pytest.raises(LogDamaged):
        commit(log, 9, start=2)
    assert count(log, audit_entry) <= 9


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("change", ["size = 1, frontier = zeroblob(32)", "time = 'x'", "size = 'x'", "last_pos = 0"])
def test_nothing_is_taken_in_over_a_damaged_head(log: Log, change: str) -> None:
    log.write(3)
    commit(log, 1, start=3)
    with log.engine.begin() as conn:
        conn.exec_driver_sql(f"update audit_head set {change}")
    with pytest.raises((LogDamaged, sequence.LogUnavailable)):
        step(log)
    assert len(leaves(log)) == 3


@pytest.mark.database("sqlite")
def test_a_transaction_can_prove_what_it_recorded_itself(log: Log) -> None:
    with log.engine.begin() as conn:
        made = record(log.trail(conn), 0)
        assert receipt(conn, log.keys, made.id, now=LATER)["seq"] == 0


@pytest.mark.database("postgresql")
def test_a_transaction_cannot_prove_what_nobody_else_sees_yet(log: Log) -> None:
    with log.engine.begin() as conn:
        made = record(log.trail(conn), 0)
        with pytest.raises(NotYetInTree) as refused:
            receipt(conn, log.keys, made.id, now=LATER)
        with pytest.raises(EntryUnknown):
            receipt(conn, log.keys, "0190d6c2-0000-7000-8000-000000000009", now=LATER)
    assert refused.value.retry_after == 1
    log.take_in()
    with log.engine.begin() as conn:
        assert receipt(conn, log.keys, made.id, now=LATER)["seq"] == 0


@pytest.mark.database("postgresql")
def test_a_late_commit_is_never_passed_over(log: Log) -> None:
    with log.engine.connect() as slow:
        slow.begin()
        first = record(log.trail(slow, Chain("slow")), 0).leaf
        rest = commit(log, 20, start=1, writer="fast")
        with own(log) as conn:
            before = started(conn)
        assert step(log) == 0, "somebody may still commit before them"
        with own(log) as conn:
            assert waiting(conn).entries == 20
            assert not over(conn, before)
        slow.commit()
    assert step(log) == 21
    with own(log) as conn:
        assert over(conn, before)
    assert leaves(log) == [leaf_hash(each) for each in (first, *rest)]
    assert faults(log) == ()


@pytest.mark.database("postgresql")
def test_a_server_whose_counter_lies_behind_the_log_is_told_apart_from_a_log_at_rest(log: Log) -> None:
    log.write(2)
    with log.engine.begin() as conn:
        conn.execute(sa.update(audit_head).values(last_xid=2**50))
    with pytest.raises(LogDamaged, match="pg_resetwal"):
        step(log)


@pytest.mark.database("postgresql")
def test_a_late_rollback_holds_nothing_up_for_ever(log: Log) -> None:
    with log.engine.connect() as slow:
        slow.begin()
        record(log.trail(slow, Chain("slow")), 0)
        rest = commit(log, 5, start=1, writer="fast")
        slow.rollback()
    assert step(log) == 5
    assert leaves(log) == [leaf_hash(each) for each in rest]
    assert faults(log) == ()


@pytest.mark.database("postgresql")
def test_a_chain_goes_on_in_memory_and_stands_or_falls_with_its_transaction(log: Log) -> None:
    chain = Chain("w/1")
    with log.engine.begin() as conn:
        trail = log.trail(conn, chain)
        made = [form.read(record(trail, at).leaf) for at in range(2)]
        with pytest.raises(RuntimeError, match="savepoint"), conn.begin_nested():
            record(trail, 2)
        after = trail.chain
    assert [each.n for each in made] == [0, 1]
    assert isinstance(after, Chain)
    assert after.n == 2
    with log.engine.connect() as conn:
        conn.begin()
        record(log.trail(conn, after), 3)
        conn.rollback()
    with log.engine.begin() as conn:
        assert form.read(record(log.trail(conn, after), 4).leaf).n == 2
    log.take_in()
    assert faults(log) == ()


def test_a_long_backlog_is_taken_in_without_holding_it(log: Log) -> None:
    import tracemalloc

    with log.engine.begin() as conn:
        trail = log.trail(conn)
        for at in range(400):
            record(trail, at)
    step(log)
    peaks = []
    for size in (1000, 6000):
        with log.engine.begin() as conn:
            trail = log.trail(conn, "many")
            for at in range(size):
                trail.record(OPENED, actor=ASHA, now=LATER, subject="item-1", what={"version": at})
        tracemalloc.start()
        with own(log) as conn:
            integrate(conn, batch=200)
            peaks.append(tracemalloc.get_traced_memory()[1])
            conn.commit()
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0] + 200_000
