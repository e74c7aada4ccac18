"""The service's own verification finds whatever was altered behind its back, in any table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from audit_log import NOW, Log, record

from audit.bundle import redact
from audit.checkpoint import Checkpoints
from audit.errors import ClockWentBack, LogDamaged
from audit.events import CLOCK_CORRECTED
from audit.examine import verify_database
from audit.reading import state
from foundation.actor import SERVICE
from tests import databases


@pytest.fixture
def filled(log: Log) -> Log:
    with log.engine.begin() as conn:
        trail, jobs = log.trail(conn), log.trail(conn, "jobs")
        entries = [record(jobs if at % 50 == 3 else trail, at) for at in range(300)]
    log.take_in()
    with log.engine.begin() as conn:
        Checkpoints(conn, log.keys).make(now=NOW)
        entries += [record(log.trail(conn), at) for at in range(10)]
    log.take_in()
    with log.engine.begin() as conn:
        redact(conn, entries[8].id, now=NOW)
        Checkpoints(conn, log.keys).make(now=NOW)
        entries += [record(log.trail(conn), at) for at in range(2)]
    log.take_in()
    with log.engine.begin() as conn:
        databases.unguarded(conn)
    return log


def test_a_log_left_alone_is_sound(filled: Log) -> None:
    with filled.engine.begin() as conn:
        report = verify_database(conn, filled.keys)
        assert report.faults == ()
        assert (report.entries, report.disclosed, report.redacted, report.checkpoints) == (312, 311, 1, 2)
        assert report.unsigned == 2
        assert state(conn, filled.keys).sound


def test_an_empty_log_is_sound(log: Log) -> None:
    with log.engine.begin() as conn:
        assert verify_database(conn, log.keys).faults == ()
        assert state(conn, log.keys).sound


FIFTH = "(select pos from audit_leaf where seq = 5)"
LAST = "(select pos from audit_leaf where seq = 311)"

OTHERS = f"(select sealed from audit_disclosure where pos = {LAST})"


def untyped(statement: str) -> Any:
    """SQLite puts a value of any type into any column; PostgreSQL refuses it itself."""
    return pytest.param(statement, marks=pytest.mark.database("sqlite"))


@pytest.mark.parametrize(
    "statement",
    [
        f"update audit_entry set body = x'7b7d' where pos = {FIFTH}",
        untyped(f"update audit_entry set body = cast(replace(body, 'OS', 'O') as blob) where pos = {FIFTH}"),
        untyped(f"update audit_entry set body = cast(body as text) where pos = {FIFTH}"),
        f"delete from audit_entry where pos = {FIFTH}",
        f"delete from audit_entry where pos = {LAST}",
        "insert into audit_entry (pos, body) values (999, x'00')",
        "delete from audit_leaf where seq = 5",
        "delete from audit_leaf where seq = 311",
        "delete from audit_leaf",
        "update audit_leaf set leaf = zeroblob(32) where seq = 5",
        "update audit_leaf set seq = -1 - seq where seq in (5, 6)",
        f"delete from audit_disclosure where pos = {FIFTH}",
        f"update audit_disclosure set sealed = zeroblob(99) where pos = {FIFTH}",
        untyped(f"update audit_disclosure set sealed = 7 where pos = {FIFTH}"),
        f"update audit_disclosure set sealed = {OTHERS} where pos = {FIFTH}",
        f"update audit_disclosure set period = '2026-12' where pos = {FIFTH}",
        "update audit_index set item = 'another' where seq = 5",
        "update audit_index set actor = 'another' where seq = 5",
        "update audit_index set actor = 'known again' where seq = 8",
        "update audit_index set act = 'test.other' where seq = 5",
        "update audit_index set outcome = 'refused' where seq = 5",
        "update audit_index set at = at + 1 where seq = 5",
        "delete from audit_index where seq = 5",
        "delete from audit_node",
        "update audit_node set hash = zeroblob(32)",
        "insert into audit_node values (8, 1, zeroblob(32))",
        "update audit_head set size = size - 1",
        "update audit_head set frontier = zeroblob(length(frontier))",
        "update audit_head set time = 0",
        untyped("update audit_head set frontier = 'x'"),
        untyped("update audit_head set size = 'x'"),
        "update audit_checkpoint set note = 5",
        untyped("update audit_checkpoint set size = 'x'"),
        untyped("update audit_checkpoint set note = x'ff'"),
        untyped("update audit_writer set n = 'x'"),
        untyped("update audit_index set at = 'x', act = x'ff', item = 5 where seq = 5"),
        f"update audit_disclosure set period = '../../x' where pos = {FIFTH}",
        f"update audit_disclosure set period = 5 where pos = {FIFTH}",
        "delete from audit_head",
        "update audit_writer set n = n + 1 where writer = 'jobs'",
        "update audit_writer set prev = zeroblob(32) where writer = 'jobs'",
        "delete from audit_writer where writer = 'jobs'",
        "insert into audit_writer values ('ghost', 1, zeroblob(32))",
        "delete from audit_checkpoint where number = 1",
        "update audit_checkpoint set size = 301 where number = 1",
        "update audit_checkpoint set note = (select note from audit_checkpoint where number = 2) where number = 1",
        "update audit_checkpoint set note = replace(note, '300', '299') where number = 1",
        "update audit_checkpoint set note = 'hello' where number = 2",
    ],
)
def test_whatever_was_altered_is_found(filled: Log, statement: str) -> None:
    with filled.engine.begin() as conn:
        assert databases.run(conn, statement).rowcount
        assert not verify_database(conn, filled.keys).ok


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_leaf set leaf = zeroblob(32) where seq = 299",
        "update audit_leaf set leaf = zeroblob(32) where seq = 311",
        "delete from audit_leaf where seq = 311",
        "insert into audit_leaf values (312, 999, 'x', zeroblob(32))",
        "update audit_node set hash = zeroblob(32)",
        "delete from audit_node",
        "update audit_head set frontier = zeroblob(length(frontier))",
        "update audit_head set size = 5, frontier = zeroblob(64)",
        "update audit_head set size = 5",
        "update audit_checkpoint set note = replace(note, '310', '309') where number = 2",
    ],
)
def test_nothing_is_signed_over_a_damaged_log(filled: Log, statement: str) -> None:
    with filled.engine.begin() as conn:
        databases.run(conn, statement)
        assert not state(conn, filled.keys).sound
        with pytest.raises(LogDamaged):
            Checkpoints(conn, filled.keys).make(now=NOW)


def test_checkpoints_are_numbered_chained_and_made_even_when_nothing_came(filled: Log) -> None:
    with filled.engine.begin() as conn:
        notes = Checkpoints(conn, filled.keys)
        second = notes.latest()
        assert second is not None
        third = notes.make(now=NOW + timedelta(hours=1)).checkpoint
        fourth = notes.make(now=NOW + timedelta(hours=2)).checkpoint
        assert (third.number, fourth.number, third.size, fourth.size) == (3, 4, 312, 312)
        assert third.previous == second.checkpoint.digest
        assert fourth.previous == third.digest
        assert notes.current(now=NOW + timedelta(hours=3)).checkpoint == fourth
        assert notes.over(311, now=NOW).checkpoint == third
        assert notes.over(0, now=NOW).checkpoint.number == 1
        assert verify_database(conn, filled.keys).ok


def test_no_checkpoint_is_dated_back_unless_the_clock_was_corrected(filled: Log) -> None:
    with filled.engine.begin() as conn:
        notes = Checkpoints(conn, filled.keys)
        notes.make(now=NOW + timedelta(days=1))
        with pytest.raises(ClockWentBack):
            notes.make(now=NOW)
        filled.trail(conn).record(CLOCK_CORRECTED, actor=SERVICE, now=NOW, what={"ahead": 86400})
    filled.take_in()
    with filled.engine.begin() as conn:
        Checkpoints(conn, filled.keys).make(now=NOW)
        assert verify_database(conn, filled.keys).ok


def test_a_month_whose_key_was_destroyed_counts_as_redacted(filled: Log) -> None:
    filled.keys.destroy("2026-11")
    with filled.engine.begin() as conn:
        report = verify_database(conn, filled.keys)
    assert report.faults == ()
    assert (report.disclosed, report.redacted) == (0, 312)


def test_a_hundred_faults_are_told_and_the_rest_counted(filled: Log) -> None:
    with filled.engine.begin() as conn:
        conn.exec_driver_sql("update audit_index set at = 0")
        faults = verify_database(conn, filled.keys).faults
    assert len(faults) == 101
    assert faults[-1] == "and 212 more"
