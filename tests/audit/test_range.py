"""Any part of a log verifies by itself, redacted or not, and none can pass for another."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from audit_log import NOW, Log, record
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.bundle import day_of, export, redact
from audit.checkpoint import Checkpoints
from audit.errors import RangeUnusable
from audit.leaf import Malformed, canonical
from audit.merkle import Frontier, Tree, leaf_hash
from audit.ranges import Range, read, widths
from audit.receipts import receipt
from audit.tables import audit_disclosure, audit_index, audit_leaf
from audit.verify import verify_bundle, verify_receipt


class Hashes:
    """A tree of made-up leaves, every level at hand."""

    def __init__(self, size: int) -> None:
        self.leaves = [leaf_hash(b"%d" % at) for at in range(size)]
        self.nodes: dict[tuple[int, int], bytes] = {}
        tree = Frontier()
        for leaf in self.leaves:
            for level, index, hashed in tree.append(leaf):
                self.nodes[level, index] = hashed
        self.tree = Tree(self.read)
        self.root = tree.root()

    def read(self, level: int, start: int, stop: int) -> list[bytes]:
        if level == 0:
            return self.leaves[start:stop]
        return [self.nodes[level, at] for at in range(start, stop)]


def made(hashes: Hashes, first: int, end: int) -> Range:
    from audit.ranges import proven

    return proven(hashes.tree, first, end, len(hashes.leaves))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_range_of_any_tree_leads_to_its_root_and_no_other_leaves_do(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 600))
    first = data.draw(st.integers(0, size))
    end = data.draw(st.integers(first, size))
    hashes = Hashes(size)
    told = read(made(hashes, first, end).encode())
    tree = told.begin()
    for leaf in hashes.leaves[first:end]:
        tree.append(leaf)
    assert tree.root() == hashes.tree.root(end)
    assert told.close(tree).root() == hashes.root
    if end > first:
        other = told.begin()
        for leaf in [leaf_hash(b"x"), *hashes.leaves[first + 1 : end]]:
            other.append(leaf)
        assert told.close(other).root() != hashes.root


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_the_widths_cover_all_and_each_is_aligned(start: int, length: int) -> None:
    at = start
    for width in widths(start, start + length):
        assert width & (width - 1) == 0
        assert at % width == 0
        at += width
    assert at == start + length
    assert len(widths(start, start + length)) <= 2 * (start + length).bit_length()


@given(
    st.binary(max_size=200)
    | st.dictionaries(
        st.sampled_from(["from", "to", "size", "left", "right"]),
        st.none() | st.integers() | st.lists(st.text(max_size=4), max_size=3),
    ).map(lambda value: canonical(value) + b"\n")
)
def test_no_range_file_whatever_breaks_the_reader(data: bytes) -> None:
    try:
        found = read(data)
    except Malformed:
        return
    assert found.encode() == data


COUNT = 40


@pytest.fixture
def filled(log: Log) -> Log:
    for at in range(COUNT):
        with log.engine.begin() as conn:
            record(log.trail(conn, "jobs" if at % 3 == 1 else "web"), at, now=NOW + timedelta(hours=at))
        if at in (0, 9, 20, 39):
            log.take_in()
            with log.engine.begin() as conn:
                Checkpoints(conn, log.keys).make(now=NOW + timedelta(hours=at))
    return log


def ids(log: Log) -> list[str]:
    with log.engine.connect() as conn:
        return [row[0] for row in conn.exec_driver_sql("select entry_id from audit_leaf order by seq")]


def part(log: Log, name: str, first: int, end: int | None) -> Path:
    with log.engine.begin() as conn:
        export(conn, log.keys, log.folder / name, now=NOW + timedelta(days=3), verifier=b"#\n", first=first, end=end)
    return log.folder / name


@pytest.mark.parametrize(
    ("first", "end"), [(0, 40), (0, 1), (39, 40), (1, 40), (7, 23), (10, 21), (16, 32), (20, None)]
)
def test_a_range_of_a_real_log_verifies(filled: Log, first: int, end: int | None) -> None:
    report = verify_bundle(part(filled, "out.zip", first, end), [filled.keys.vkey])
    assert report.faults == ()
    assert (report.first, report.end, report.size) == (first, 40 if end is None else end, 40)
    assert report.entries == report.end - first
    assert report.inside == (0 if first == 0 else min(2, report.entries) if first > 1 else 1)


@pytest.mark.parametrize(("first", "end"), [(40, None), (41, 41), (5, 5), (6, 5), (0, 0), (0, 41)])
def test_a_range_of_nothing_is_refused(filled: Log, first: int, end: int | None) -> None:
    with pytest.raises(RangeUnusable):
        part(filled, "out", first, end)
    assert not (filled.folder / "out").exists()


def test_redacted_entries_and_a_destroyed_month_leave_every_range_proven(filled: Log) -> None:
    known = ids(filled)
    with filled.engine.begin() as conn:
        early = receipt(conn, filled.keys, known[12], now=NOW)
        for at in (8, 12, 30):
            assert redact(conn, known[at], now=NOW)
        late = receipt(conn, filled.keys, known[12], now=NOW)
    report = verify_bundle(part(filled, "some", 7, 23), [filled.keys.vkey])
    assert (report.faults, report.disclosed, report.redacted) == ((), 14, 2)
    assert verify_receipt(early, [filled.keys.vkey]).disclosed == 1
    assert verify_receipt(late, [filled.keys.vkey]).redacted == 1
    filled.keys.destroy("2026-11")
    for name, first, end in (("part", 7, 23), ("whole", 0, None)):
        report = verify_bundle(part(filled, name, first, end), [filled.keys.vkey])
        assert (report.faults, report.disclosed) == ((), 0)
        assert report.redacted == report.entries


def test_redaction_clears_all_that_was_derived(filled: Log) -> None:
    known = ids(filled)
    with filled.engine.begin() as conn:
        redact(conn, known[12], now=NOW)
    with filled.engine.connect() as conn:
        place = conn.execute(sa.select(audit_leaf).where(audit_leaf.c.entry_id == known[12])).one()
        index = conn.execute(sa.select(audit_index).where(audit_index.c.seq == place.seq)).one()
        disclosure = conn.execute(sa.select(audit_disclosure).where(audit_disclosure.c.pos == place.pos)).one()
    assert (index.item, index.actor) == (None, None)
    assert (disclosure.item, disclosure.actor, disclosure.sealed) == (None, None, None)


def test_days_lead_to_entries(filled: Log) -> None:
    with filled.engine.connect() as conn:
        assert day_of(conn, date(2026, 11, 20), after=False) == 0
        assert day_of(conn, date(2026, 11, 20), after=True) == 15
        assert day_of(conn, date(2026, 11, 21), after=False) == 15
        assert day_of(conn, date(2026, 12, 31), after=True) == COUNT
        for day, after in ((date(2026, 12, 1), False), (date(2026, 11, 19), True)):
            with pytest.raises(RangeUnusable):
                day_of(conn, day, after=after)


def test_two_ranges_of_one_log_meet(filled: Log) -> None:
    low, high = part(filled, "low", 0, 17), part(filled, "high", 17, None)
    lines = [(each / "leaves.jsonl").read_bytes() for each in (low, high, part(filled, "all", 0, None))]
    assert lines[0] + lines[1] == lines[2]
    notes = [json.loads((each / "range").read_text())["size"] for each in (low, high)]
    assert notes == [40, 40]
