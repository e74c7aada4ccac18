"""What is asked of many entries, or said of many things, together is what it is of each alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from audit_log import ASHA, NOW, OPENED, SENT, Log, record

from audit.checkpoint import Checkpoints
from audit.errors import EntryUnknown
from audit.fact import Fact
from audit.follow import facts_about, facts_about_all
from audit.receipts import receipt, receipts
from audit.trail import Act
from audit.verify import verify_receipt


def test_receipts_of_many_are_those_of_each_under_their_own_checkpoints(log: Log) -> None:
    entries = []
    for at in range(30):
        with log.engine.begin() as conn:
            entries.append(record(log.trail(conn, "web"), at, now=NOW + at * timedelta(seconds=1)).id)
        log.take_in()
        if at in (3, 20, 29):
            with log.engine.begin() as conn:
                Checkpoints(conn, log.keys).make(now=NOW + timedelta(minutes=at))
    with log.engine.begin() as conn:
        together = receipts(conn, log.keys, entries, now=NOW, fields=("subject",))
        alone = {each: receipt(conn, log.keys, each, now=NOW, fields=("subject",)) for each in entries}
        with pytest.raises(EntryUnknown):
            receipts(conn, log.keys, [entries[0], "no-such-entry"], now=NOW)
        assert receipts(conn, log.keys, [], now=NOW) == {}
    assert together == alone
    assert len({each["checkpoint"] for each in together.values()}) == 3
    assert all(verify_receipt(each, [log.keys.vkey]).ok for each in together.values())


class Hearing:
    """Hears of many together, and remembers how many each time."""

    name = "hearing"
    kinds = frozenset({SENT.name})

    def __init__(self) -> None:
        self.heard: list[list[str]] = []

    def follow(self, conn: sa.Connection, fact: Fact) -> None:
        self.follow_all(conn, [fact])

    def follow_all(self, _conn: sa.Connection, facts: list[Fact]) -> None:
        self.heard.append([fact.subject for fact in facts])


class OneByOne(Hearing):
    follow_all = None  # type: ignore[assignment]

    def follow(self, _conn: sa.Connection, fact: Fact) -> None:
        self.heard.append([fact.subject])


def test_what_one_act_does_with_many_things_is_an_entry_each_heard_together(log: Log) -> None:
    many, single = Hearing(), OneByOne()
    things = [f"thing-{at}" for at in range(3)]
    with log.engine.begin() as conn:
        trail = log.trail(conn, "web", [many, single])
        made = trail.record_all(SENT, [Act(each, {"step": 1}, why="so") for each in things], actor=ASHA, now=NOW)
        trail.record_all(OPENED, [Act(things[0], {})], actor=ASHA, now=NOW)
        assert trail.record_all(SENT, [], actor=ASHA, now=NOW) == []
    assert many.heard[0] == things
    assert [each for each in single.heard if each] == [[each] for each in things]
    log.take_in()
    with log.engine.begin() as conn:
        told = facts_about_all(conn, log.keys, things)
        assert {each: [fact.id for fact in told[each]][:1] for each in things} == {
            each: [entry.id] for each, entry in zip(things, made, strict=True)
        }
        assert told == {each: facts_about(conn, log.keys, each) for each in things}
        of_a_kind = facts_about_all(conn, log.keys, [*things, "unheard-of"], {OPENED.name})
    assert [len(of_a_kind[each]) for each in (*things, "unheard-of")] == [1, 0, 0, 0]
