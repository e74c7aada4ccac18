"""Followers see each fact once, in the transaction of its act, and again the same from entry zero."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from audit_log import ASHA, NOW, OPENED, SENT, Log, record

from audit.bundle import redact
from audit.errors import LogDamaged
from audit.fact import Fact
from audit.follow import catch_up, replay
from audit.tables import audit_cursor, audit_entry
from foundation.errors import Conflict
from tests import databases


class Ledger:
    """Remembers what it saw, in the database and in order."""

    name = "ledger"
    kinds = frozenset({SENT.name})

    def __init__(self) -> None:
        self.seen: list[Fact] = []

    def follow(self, conn: sa.Connection, fact: Fact) -> None:
        row = {"id": fact.id, "what": str(fact.what)}
        conn.execute(sa.text("insert into ledger (id, what) values (:id, :what)"), row)
        self.seen.append(fact)


class Objector:
    name = "objector"
    kinds = frozenset({OPENED.name})

    def follow(self, conn: sa.Connection, fact: Fact) -> None:
        detail = "No."
        raise Conflict(detail)


@pytest.fixture
def ledger(log: Log) -> Ledger:
    with log.engine.begin() as conn:
        serial = "serial" if conn.dialect.name == "postgresql" else "integer"
        conn.exec_driver_sql(f"create table ledger (seen {serial} primary key, id text unique, what text)")
    return Ledger()


def rows(conn: sa.Connection) -> list:
    return list(conn.exec_driver_sql("select id, what from ledger order by seen"))


def write(log: Log, follower: Ledger, count: int = 20) -> None:
    for at in range(count):
        with log.engine.begin() as conn:
            record(log.trail(conn, "web" if at % 4 else "jobs", [follower]), at, now=NOW + at * timedelta(seconds=1))
    log.take_in()


def test_a_follower_sees_its_kinds_only_and_as_they_were_said(log: Log, ledger: Ledger) -> None:
    write(log, ledger, 3)
    assert [fact.what["step"] for fact in ledger.seen] == [1, 2]
    fact = ledger.seen[0]
    assert (fact.kind, fact.outcome, fact.subject, fact.marking) == (SENT.name, "allowed", "item-1", "OS")
    assert fact.who["name"] == ASHA.name
    assert fact.at == NOW + timedelta(seconds=1)
    assert fact.what == {"reference": "HMIP-2026-00001", "to": ["imb", "hmip"], "step": 1}


def test_a_replay_from_entry_zero_gives_the_same(log: Log, ledger: Ledger) -> None:
    write(log, ledger)
    again = Ledger()
    with log.engine.begin() as conn:
        before = rows(conn)
        conn.exec_driver_sql("delete from ledger")
        assert replay(conn, log.keys, again) == len(before) == 13
        assert rows(conn) == before
    assert again.seen == ledger.seen


def test_a_follower_that_came_late_catches_up_and_sees_nothing_twice(log: Log, ledger: Ledger) -> None:
    log.write(10)
    with log.engine.begin() as conn:
        assert catch_up(conn, log.keys, ledger) == 6
        assert catch_up(conn, log.keys, ledger) == 0
    with log.engine.begin() as conn:
        record(log.trail(conn, followers=[ledger]), 10, now=NOW + timedelta(minutes=1))
    with log.engine.begin() as conn:
        assert catch_up(conn, log.keys, ledger) == 0
        assert len(rows(conn)) == 7


def test_an_act_moves_no_cursor_that_others_would_wait_for(log: Log, ledger: Ledger) -> None:
    with log.engine.begin() as conn:
        record(log.trail(conn, followers=[ledger]), 1)
        assert conn.scalar(sa.select(audit_cursor.c.seq)) is None
        assert len(rows(conn)) == 1


def test_what_a_follower_objects_to_does_not_happen(log: Log) -> None:
    with pytest.raises(Conflict), log.engine.begin() as conn:
        record(log.trail(conn, followers=[Objector()]), 0)
    with log.engine.begin() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(audit_entry)) == 0


def test_a_replay_passes_over_what_was_redacted_and_stops_at_what_was_altered(log: Log, ledger: Ledger) -> None:
    write(log, ledger)
    with log.engine.begin() as conn:
        redact(conn, ledger.seen[3].id, now=NOW)
        conn.exec_driver_sql("delete from ledger")
        assert replay(conn, log.keys, ledger) == 12
        databases.run(conn, "update audit_disclosure set sealed = zeroblob(80) where sealed is not null")
        with pytest.raises(LogDamaged):
            replay(conn, log.keys, ledger)


def test_a_replay_stops_at_a_gap(log: Log, ledger: Ledger) -> None:
    write(log, ledger)
    with log.engine.begin() as conn:
        databases.unguarded(conn)
        conn.exec_driver_sql("delete from audit_leaf where seq = 7")
        conn.exec_driver_sql("delete from ledger")
        with pytest.raises(LogDamaged):
            replay(conn, log.keys, ledger)


def test_a_long_log_is_replayed_whole(log: Log, ledger: Ledger) -> None:
    with log.engine.begin() as conn:
        trail = log.trail(conn)
        for at in range(1203):
            record(trail, at)
    log.take_in()
    with log.engine.begin() as conn:
        assert replay(conn, log.keys, ledger) == 802
