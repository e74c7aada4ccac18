"""An entry stands in the transaction of its act or the act does not stand."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from audit_log import ASHA, AUDIT_TABLES, NOW, OPENED, SENT, Log, record

from audit import leaf as form
from audit.chain import Chain
from audit.errors import ClockWentBack, LogUnavailable, TextUnusable
from audit.events import CLOCK_CORRECTED
from audit.examine import verify_database
from audit.keys import LogKeys
from audit.merkle import Tree, leaf_hash
from audit.tables import TRIGGERS, audit_entry, audit_head
from audit.trail import Trail
from foundation.errors import Unavailable
from tests import databases


def sound(log: Log, entries: int) -> None:
    log.take_in()
    with log.engine.begin() as conn:
        report = verify_database(conn, log.keys)
    assert report.faults == ()
    assert report.entries == entries


def test_an_entry_is_what_it_says_and_names_nobody(log: Log) -> None:
    entry = log.write(2)[1]
    leaf = form.read(entry.leaf)
    assert (leaf.act, leaf.out, leaf.cls, leaf.w, leaf.n) == (SENT.name, "allowed", "OS", "web", 1)
    assert leaf.id == entry.id
    assert leaf.t == int((NOW + timedelta(seconds=1)).timestamp()) * 1_000_000
    for secret in (b"Asha", b"item-1", b"HMIP", b"visit", ASHA.id.encode()):
        assert secret not in entry.leaf
    sound(log, 2)


def test_nothing_of_a_disclosure_stands_in_clear_in_the_database(log: Log, tmp_path: Path) -> None:
    log.write(3)
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("log.db*"))
    for secret in ("Asha Véres".encode(), b"HMIP-2026", b"Follow-up of a visit"):
        assert secret not in stored


def test_each_writer_has_its_own_chain(log: Log) -> None:
    ours = [log.write(1, start=at, writer=writer)[0] for at, writer in enumerate(["web", "jobs", "web", "cli", "jobs"])]
    leaves = [form.read(entry.leaf) for entry in ours]
    assert [(leaf.w, leaf.n) for leaf in leaves] == [("web", 0), ("jobs", 0), ("web", 1), ("cli", 0), ("jobs", 1)]
    assert leaves[2].prev == leaf_hash(ours[0].leaf)
    assert leaves[4].prev == leaf_hash(ours[1].leaf)
    assert {leaves[0].prev, leaves[1].prev, leaves[3].prev} == {form.START}
    sound(log, 5)


def test_a_rollback_leaves_the_chain_whole(log: Log) -> None:
    log.write(3)
    for _ in range(2):
        with log.engine.connect() as conn, conn.begin() as work:
            trail = log.trail(conn)
            made = [form.read(record(trail, at, now=NOW + timedelta(minutes=1)).leaf) for at in (3, 4)]
            assert [leaf.n for leaf in made] == [3, 4]
            work.rollback()
    assert form.read(log.write(1, start=9)[0].leaf).n == 3
    sound(log, 4)


def test_a_savepoint_rolled_back_leaves_the_chain_whole(log: Log) -> None:
    with log.engine.begin() as conn:
        trail = log.trail(conn)
        record(trail, 0)
        with conn.begin_nested() as inner:
            record(trail, 1)
            inner.rollback()
        assert form.read(record(trail, 2).leaf).n == 1
    sound(log, 2)


def test_the_entry_goes_with_the_act_and_the_act_with_the_entry(log: Log) -> None:
    with log.engine.begin() as conn:
        conn.exec_driver_sql("create table deed (id integer primary key)")

    def act() -> None:
        with log.engine.begin() as conn:
            conn.exec_driver_sql("insert into deed values (1)")
            record(log.trail(conn), 0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    with log.engine.begin() as conn:
        assert conn.exec_driver_sql("select count(*) from deed").scalar() == 0
        assert conn.scalar(sa.select(sa.func.count()).select_from(audit_entry)) == 0


@pytest.mark.database("sqlite")
def test_many_threads_lose_nothing_and_skip_nothing(log: Log) -> None:
    gate, failed = threading.Barrier(6), []

    def write(number: int) -> None:
        gate.wait()
        try:
            for at in range(20):
                with log.engine.begin() as conn:
                    trail = log.trail(conn, "web" if number % 2 else f"jobs-{number}")
                    record(trail, at)
                    record(trail, at + 1)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failed == []
    sound(log, 240)


@pytest.mark.database("postgresql")
def test_writers_each_under_a_name_of_its_own_never_get_in_each_others_way(log: Log) -> None:
    gate, failed = threading.Barrier(6), []

    def write(number: int) -> None:
        chain: str | Chain = Chain(f"jobs-{number}")
        gate.wait()
        try:
            for at in range(20):
                with log.engine.begin() as conn:
                    trail = log.trail(conn, chain)
                    record(trail, at)
                    record(trail, at + 1)
                chain = trail.chain
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failed == [], "nothing is read or written that another also writes"
    sound(log, 240)


def full(conn: sa.Connection) -> None:
    pages = conn.exec_driver_sql("pragma page_count").scalar()
    conn.exec_driver_sql(f"pragma max_page_count = {pages}")


@pytest.mark.database("sqlite")
def test_on_a_full_disk_the_act_is_refused_and_undone(log: Log) -> None:
    log.write(5)
    done: list[int] = []

    def act() -> None:
        for at in range(1000):
            with log.engine.begin() as conn:
                full(conn)
                record(log.trail(conn), at, now=NOW + timedelta(minutes=1))
            done.append(at)

    with pytest.raises(LogUnavailable) as refused:
        act()
    assert refused.value.code == "audit.unavailable"
    assert isinstance(refused.value, Unavailable)
    with log.engine.begin() as conn:
        conn.exec_driver_sql("pragma max_page_count = 1000000")
    sound(log, 5 + len(done))
    log.write(1, start=100)
    sound(log, 6 + len(done))


@pytest.mark.database("sqlite")
def test_a_read_only_connection_refuses_the_act(log: Log) -> None:
    log.write(2)
    with log.engine.connect() as conn:
        conn.exec_driver_sql("pragma query_only = on")
        with pytest.raises(LogUnavailable):
            record(log.trail(conn), 2, now=NOW + timedelta(minutes=1))
        conn.rollback()
        conn.connection.driver_connection.execute("pragma query_only = off")  # type: ignore[union-attr]
    sound(log, 2)


@pytest.mark.database("sqlite")
def test_a_read_only_file_refuses_the_act(log: Log, tmp_path: Path) -> None:
    log.write(2)
    engine = sa.create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(f"file:{tmp_path}/log.db?mode=ro", uri=True), poolclass=sa.NullPool
    )
    with engine.connect() as conn, pytest.raises(LogUnavailable):
        record(log.trail(conn), 2, now=NOW + timedelta(minutes=1))
    sound(log, 2)


@pytest.mark.database("sqlite")
def test_a_locked_database_refuses_the_act(log: Log, tmp_path: Path) -> None:
    log.write(1)
    impatient = sa.create_engine(f"sqlite:///{tmp_path}/log.db", connect_args={"timeout": 0.01})
    with log.engine.begin() as holder:
        record(log.trail(holder), 1, now=NOW + timedelta(seconds=2))
        with impatient.connect() as conn, pytest.raises(LogUnavailable):
            record(log.trail(conn), 2, now=NOW + timedelta(seconds=3))
    impatient.dispose()
    sound(log, 2)


@pytest.mark.database("postgresql")
def test_without_room_for_its_entry_the_act_is_refused_and_undone(log: Log) -> None:
    log.write(5)
    with log.engine.begin() as conn:
        databases.without_room(conn, "audit_entry")
    with pytest.raises(LogUnavailable) as refused, log.engine.begin() as conn:
        record(log.trail(conn), 6, now=NOW + timedelta(minutes=1))
    assert refused.value.code == "audit.unavailable"
    with log.engine.begin() as conn:
        databases.with_room(conn, "audit_entry")
    log.write(1, start=100)
    sound(log, 6)


@pytest.mark.database("postgresql")
def test_a_read_only_transaction_refuses_the_act(log: Log) -> None:
    log.write(2)
    with log.engine.connect() as conn:
        conn.exec_driver_sql("SET TRANSACTION READ ONLY")
        with pytest.raises(LogUnavailable):
            record(log.trail(conn), 2, now=NOW + timedelta(minutes=1))
    sound(log, 2)


@pytest.mark.database("postgresql")
def test_a_connection_that_is_cut_refuses_the_act(log: Log) -> None:
    log.write(2)
    with log.engine.connect() as conn:
        record(log.trail(conn), 2, now=NOW + timedelta(minutes=1))
        databases.HERE.server.let_go(str(log.engine.url.database))
        with pytest.raises(LogUnavailable):
            record(log.trail(conn), 3, now=NOW + timedelta(minutes=1))
    sound(log, 2)


@pytest.mark.database("postgresql")
def test_a_table_somebody_holds_refuses_the_act_and_waits_no_longer_than_it_may(log: Log) -> None:
    log.write(1)
    with log.engine.begin() as holder:
        holder.exec_driver_sql("lock table audit_entry in exclusive mode")
        with log.engine.connect() as conn:
            conn.exec_driver_sql("set local lock_timeout = 50")
            with pytest.raises(LogUnavailable):
                record(log.trail(conn), 2, now=NOW + timedelta(seconds=3))
    sound(log, 1)


def test_missing_tables_refuse_the_act(log: Log, tmp_path: Path) -> None:
    engine = databases.engine_of(databases.empty(tmp_path, "empty.db"))
    with engine.connect() as conn, pytest.raises(LogUnavailable):
        record(log.trail(conn), 0)
    engine.dispose()


def test_without_its_key_the_act_is_refused(log: Log, tmp_path: Path) -> None:
    log.keys.destroy("2026-11")
    with pytest.raises(Unavailable), log.engine.begin() as conn:
        record(log.trail(conn), 0)
    sound(log, 0)


def test_a_clock_that_went_back_stops_the_log_until_it_is_set_right(log: Log) -> None:
    log.write(1)
    with pytest.raises(ClockWentBack), log.engine.begin() as conn:
        record(log.trail(conn), 1, now=NOW - timedelta(milliseconds=60_001))
    with log.engine.begin() as conn:
        record(log.trail(conn), 1, now=NOW - timedelta(seconds=60))
    with pytest.raises(ClockWentBack), log.engine.begin() as conn:
        record(log.trail(conn), 2, now=NOW - timedelta(milliseconds=60_001))
    sound(log, 2)


def test_a_clock_that_ran_ahead_is_corrected_on_the_record(log: Log) -> None:
    with log.engine.begin() as conn:
        record(log.trail(conn), 0, now=NOW + timedelta(days=4000))
    with log.engine.begin() as conn:
        log.trail(conn).record(CLOCK_CORRECTED, actor=ASHA, now=NOW, what={"ahead": 4000 * 86400}, why="Battery")
    log.write(2, start=1)
    with log.engine.begin() as conn:
        report = verify_database(conn, log.keys)
    assert report.ok
    assert report.clock_sets == 1


@pytest.mark.parametrize(
    "what",
    [{"name": "Asha"}, {"reference": 1.5}, {"reference": b"x"}, {"to": ["a", 1]}, {"to": {"a": 1}}, {"step": 2**60}],
)
def test_an_undeclared_field_or_a_value_of_another_type_is_a_programming_error(log: Log, what: dict) -> None:
    with log.engine.begin() as conn, pytest.raises(RuntimeError, match="cannot carry"):
        log.trail(conn).record(SENT, actor=ASHA, now=NOW, what=what)
    sound(log, 0)


@pytest.mark.parametrize(
    "over",
    [
        {"subject": "Asha Véres"},
        {"subject": "x" * 81},
        {"subject": "a\n"},
        {"marking": "OFFICIAL SENSITIVE"},
        {"outcome": "perhaps"},
        {"rules": ("told Asha so",)},
        {"rules": ("",)},
        {"rules": "need-to-know"},
        {"actor": replace(ASHA, id="")},
    ],
)
def test_sentences_where_codes_belong_are_a_programming_error(log: Log, over: dict) -> None:
    with log.engine.begin() as conn, pytest.raises(RuntimeError):
        log.trail(conn).record(OPENED, **{"actor": ASHA, "now": NOW, **over})
    sound(log, 0)


@pytest.mark.parametrize("why", ["\ud800", "x" * 65_537])
def test_a_reason_that_cannot_be_kept_is_the_askers_to_change(log: Log, why: str) -> None:
    with log.engine.begin() as conn, pytest.raises(TextUnusable):
        log.trail(conn).record(OPENED, actor=ASHA, now=NOW, why=why)
    sound(log, 0)


def test_a_naive_time_is_a_programming_error(log: Log) -> None:
    with log.engine.begin() as conn, pytest.raises(ValueError, match="zone"):
        record(log.trail(conn), 0, now=NOW.replace(tzinfo=None))


@pytest.mark.parametrize("writer", ["", "Web", "a b", "x" * 65])
def test_a_writer_needs_a_name(log: Log, writer: str) -> None:
    with log.engine.begin() as conn, pytest.raises(RuntimeError):
        Trail(conn, keys=log.keys, writer=writer, policies="p")


def on_sqlite(statement: str) -> Any:
    return pytest.param(statement, marks=pytest.mark.database("sqlite"))


def on_postgresql(statement: str) -> Any:
    return pytest.param(statement, marks=pytest.mark.database("postgresql"))


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_entry set body = x'00'",
        "delete from audit_entry",
        on_sqlite("insert or replace into audit_entry (pos, body) select pos, x'00' from audit_entry"),
        "update audit_leaf set seq = seq + 1",
        "delete from audit_leaf where seq = 2",
        on_sqlite("replace into audit_leaf select seq, pos, entry_id, x'00' from audit_leaf"),
        on_postgresql(
            "insert into audit_entry (pos, body) select pos, x'00' from audit_entry "
            "on conflict (pos) do update set body = excluded.body"
        ),
        on_postgresql("truncate audit_leaf"),
        "update audit_checkpoint set note = ''",
        "delete from audit_checkpoint",
    ],
)
def test_the_database_itself_refuses_to_alter_the_log(log: Log, statement: str) -> None:
    from audit.checkpoint import Checkpoints

    log.write(3)
    with log.engine.begin() as conn:
        Checkpoints(conn, log.keys).make(now=NOW)
    with log.engine.connect() as conn, pytest.raises(sa.exc.DBAPIError, match="append-only"):
        databases.run(conn, statement)
    sound(log, 3)


def test_triggers_of_both_databases_guard_the_same_tables() -> None:
    for table in ("audit_entry", "audit_leaf", "audit_checkpoint"):
        for dialect in ("sqlite", "postgresql"):
            text = " ".join(each for each in TRIGGERS[dialect] if f" on {table} " in each)
            assert "before update" in text
            assert "delete" in text
    assert any("truncate" in each for each in TRIGGERS["postgresql"])


def test_tables_compile_for_postgresql_too() -> None:
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateTable

    for table in AUDIT_TABLES:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgresql.dialect()))


def test_the_newest_entry_of_a_replayed_head_fits_a_tree_made_anew(log: Log) -> None:
    entries = log.write(20)
    hashes = [leaf_hash(entry.leaf) for entry in entries]
    with log.engine.begin() as conn:
        row = conn.execute(sa.select(audit_head)).one()
    from audit.merkle import Frontier

    assert Frontier.unpack(row.size, row.frontier).root() == Tree(lambda _level, a, b: hashes[a:b]).root(20)


def test_keys_made_elsewhere_open_nothing_here(log: Log, tmp_path: Path) -> None:
    log.write(2)
    other = LogKeys.create(tmp_path / "other", "custodes.test/log")
    with log.engine.begin() as conn:
        report = verify_database(conn, other)
    assert any("disclosure-2026-11.key" in fault for fault in report.faults)


def test_what_stands_in_who_is_fixed(log: Log) -> None:
    from audit.follow import facts

    log.write(1)
    with log.engine.begin() as conn:
        [(_, fact)] = facts(conn, log.keys)
    assert fact is not None
    assert json.dumps(fact.who, sort_keys=True, ensure_ascii=False) == (
        f'{{"id": "{ASHA.id}", "name": "Asha Véres", "party": "imb", "principal": 7, "request": "r-1"}}'
    )
