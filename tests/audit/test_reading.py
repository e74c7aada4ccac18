"""The list of the log: newest first, page by page, by any filter, opened for those who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from audit_log import ASHA, NOW, OPENED, SENT, Log, record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.bundle import redact
from audit.checkpoint import Checkpoints
from audit.events import CLOCK_CORRECTED, LOG_VERIFIED
from audit.examine import verify_database
from audit.reading import Row, entry, page, state
from foundation.actor import SERVICE
from tests import databases

SECOND = timedelta(seconds=1)


@pytest.fixture
def filled(log: Log) -> Log:
    """Forty entries, a second apart but a little out of order, as many writers make them."""
    with log.engine.begin() as conn:
        for at in range(40):
            record(log.trail(conn), at, now=NOW + (at + (at * 17 % 5)) * SECOND)
    log.take_in()
    return log


def every(log: Log, n: int = 7, **sought: object) -> list[Row]:
    rows, cursor = [], None
    with log.engine.begin() as conn:
        while True:
            found = page(conn, log.keys, cursor, n, **sought)  # type: ignore[arg-type]
            rows += found.rows
            cursor = found.cursor
            if cursor is None:
                return rows


def test_pages_follow_each_other_without_gap_or_repeat(filled: Log) -> None:
    for n in (1, 7, 39, 40, 41):
        assert [row.seq for row in every(filled, n)] == list(range(39, -1, -1))


def test_a_row_says_everything_there_is_to_say(filled: Log) -> None:
    row = next(row for row in every(filled) if row.seq == 13)
    assert (row.act, row.meaning, row.outcome, row.marking) == (SENT.name, SENT.meaning, "refused", "OS")
    assert (row.state, row.who["name"], row.subject, row.why) == (
        "disclosed",
        "Asha Véres",
        "item-3",
        "Follow-up of a visit",
    )
    assert (row.what["step"], row.rules, row.writer) == (13, ("need-to-know",), "web")
    with filled.engine.begin() as conn:
        assert entry(conn, filled.keys, row.id) == row
        assert entry(conn, filled.keys, "nothing") is None


FILTERS = {
    "item": st.sampled_from([None, "item-0", "item-4", "item-9"]),
    "act": st.sampled_from([None, SENT.name, OPENED.name, "test.never"]),
    "outcome": st.sampled_from([None, "allowed", "refused"]),
    "actor": st.sampled_from([None, ASHA.id, "somebody"]),
    "since": st.none() | st.integers(-100, 150).map(lambda at: NOW + at * SECOND),
    "until": st.none() | st.integers(-100, 150).map(lambda at: NOW + at * SECOND),
}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries(FILTERS))
def test_filters_find_what_they_say_and_all_of_it(filled: Log, sought: dict) -> None:
    def fits(row: Row) -> bool:
        return (
            (sought["item"] in (None, row.subject))
            and (sought["act"] in (None, row.act))
            and (sought["outcome"] in (None, row.outcome))
            and (sought["actor"] in (None, row.who["id"]))
            and (sought["since"] is None or row.at >= sought["since"])
            and (sought["until"] is None or row.at < sought["until"])
        )

    assert every(filled, **sought) == [row for row in every(filled, 50) if fits(row)]


def test_times_are_right_also_where_a_clock_ran_ahead(log: Log) -> None:
    with log.engine.begin() as conn:
        record(log.trail(conn), 0, now=NOW + timedelta(days=900))
        log.trail(conn).record(CLOCK_CORRECTED, actor=SERVICE, now=NOW, what={"ahead": 900 * 86400})
    log.write(5, start=10)
    assert [row.seq for row in every(log, until=NOW + timedelta(days=1))] == [6, 5, 4, 3, 2, 1]
    assert [row.seq for row in every(log, since=NOW + timedelta(days=1))] == [0]


def test_a_redacted_entry_is_listed_as_such_and_found_by_nobodys_name(filled: Log) -> None:
    [row] = [row for row in every(filled) if row.seq == 12]
    with filled.engine.begin() as conn:
        redact(conn, row.id, now=NOW)
    [gone] = [row for row in every(filled) if row.seq == 12]
    assert (gone.state, gone.who, gone.subject, gone.what, gone.why) == ("redacted", {}, "", {}, "")
    assert (gone.act, gone.outcome, gone.at) == (row.act, row.outcome, row.at)
    assert 12 not in {row.seq for row in every(filled, item=row.subject)} | {
        row.seq for row in every(filled, actor=ASHA.id)
    }


def test_a_damaged_entry_does_not_hide_the_others(filled: Log) -> None:
    with filled.engine.begin() as conn:
        databases.run(
            conn,
            "update audit_disclosure set sealed = zeroblob(90) where pos = (select pos from audit_leaf where seq = 20)",
        )
    rows = every(filled)
    assert [row.seq for row in rows if row.state == "damaged"] == [20]
    assert len(rows) == 40


def test_the_state_tells_size_checkpoint_and_the_last_verification(filled: Log) -> None:
    with filled.engine.begin() as conn:
        assert state(conn, filled.keys).checkpoint is None
        note = Checkpoints(conn, filled.keys).make(now=NOW)
        report = verify_database(conn, filled.keys)
        filled.trail(conn).record(
            LOG_VERIFIED,
            actor=SERVICE,
            now=NOW + timedelta(minutes=1),
            what={
                "entries": report.entries,
                "disclosed": report.disclosed,
                "redacted": 0,
                "faults": len(report.faults),
            },
        )
        waits = state(conn, filled.keys)
        assert (waits.size, waits.waiting, waits.since) == (40, 1, NOW + timedelta(minutes=1))
    filled.take_in()
    with filled.engine.begin() as conn:
        found = state(conn, filled.keys)
    assert (found.waiting, found.since) == (0, None)
    assert (found.size, found.unsigned, found.sound, found.checkpoint) == (41, 1, True, note)
    assert found.verified is not None
    assert (found.verified.at, found.verified.entries, found.verified.faults) == (NOW + timedelta(minutes=1), 40, 0)
