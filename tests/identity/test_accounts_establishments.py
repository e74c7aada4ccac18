"""Reading and importing lists of establishments: all or nothing, and the same list twice changes nothing."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from accounts_world import ADMIN, World
from hypothesis import given
from hypothesis import strategies as st

from identity.errors import EstablishmentsFaulty
from identity.model import Establishment
from identity.rules.establishments import KNOWN, MOST_BYTES, MOST_ROWS, NEEDED, parse, read
from identity.store.offices import Imported

BAD = sorted((Path(__file__).parent / "bad" / "establishments").glob("*.csv"))
ONE = Establishment("ABI", "Northmoor (HMP)", "", "PRISON", True, "Northmoor", "England", "invented for tests")


def as_csv(rows: list[Establishment], columns: tuple[str, ...] = NEEDED) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        cells = {name: getattr(row, name) for name in NEEDED if name != "active_in_register"}
        writer.writerow({**cells, "active_in_register": "true" if row.active else "false"})
    return out.getvalue()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def bring(world: World, rows: list[Establishment]) -> Imported:
    with world.work() as identity:
        return identity.import_establishments(rows=rows, actor=ADMIN, now=world.now)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_list_names_its_line(path: Path) -> None:
    with pytest.raises(EstablishmentsFaulty) as refused:
        read(path.read_bytes())
    line, _, problem = path.with_suffix(".txt").read_text(encoding="utf-8").strip().partition(": ")
    assert any(fault.startswith(problem) for fault in refused.value.fields[line]), refused.value.fields


def test_every_fault_of_a_list_is_told_at_once() -> None:
    rows = [replace(ONE, key=key) for key in ("ABI", "abc", "ABI", "CDI")]
    with pytest.raises(EstablishmentsFaulty) as refused:
        parse(as_csv(rows).replace("CDI,Northmoor (HMP)", "CDI,"))
    assert set(refused.value.fields) == {"line 3", "line 4", "line 5"}
    assert "3 faults" in refused.value.detail


def test_a_list_too_long_is_refused_before_it_is_read() -> None:
    with pytest.raises(EstablishmentsFaulty):
        read(b"x" * (MOST_BYTES + 1))
    rows = [replace(ONE, key=f"K{number}") for number in range(MOST_ROWS + 1)]
    with pytest.raises(EstablishmentsFaulty) as refused:
        parse(as_csv(rows))
    assert set(refused.value.fields) == {f"line {MOST_ROWS + 2}"}


def test_a_file_with_a_byte_order_mark_blank_lines_and_every_column_is_read() -> None:
    text = as_csv([ONE], KNOWN) + "\r\n"
    assert read(text.encode("utf-8-sig")) == (ONE,)


def test_where_the_register_does_not_say_the_place_can_be_chosen() -> None:
    assert parse(as_csv([ONE]).replace("true", ""))[0].active


WORD = st.text(st.characters(categories=["L", "N", "P"], include_characters=',"; '), min_size=1, max_size=30)
ROWS = st.lists(
    st.builds(
        Establishment,
        key=st.from_regex(r"[A-Z0-9]{1,10}(-[A-Z0-9]{1,5})?", fullmatch=True),
        name=WORD.filter(str.strip),
        name_welsh=WORD | st.just(""),
        kind=st.sampled_from(["PRISON", "IRC", "STHF"]),
        active=st.booleans(),
        town=WORD | st.just(""),
        country=WORD | st.just(""),
        source=WORD.filter(str.strip),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row.key,
)


@given(ROWS)
def test_what_is_read_written_and_read_again_is_the_same(rows: list[Establishment]) -> None:
    once = parse(as_csv(rows))
    assert [row.key for row in once] == [row.key for row in rows]
    assert parse(as_csv(list(once))) == once


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    for whole in (text, as_csv([ONE]) + text):
        with suppress(EstablishmentsFaulty):
            assert parse(whole)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(EstablishmentsFaulty):
        read(data)


def test_an_import_counts_new_changed_and_same_and_twice_changes_nothing(world: World) -> None:
    other = replace(ONE, key="CDI", name="Southmere (HMP)")
    assert bring(world, [ONE, other]) == Imported(new=2, changed=0, same=0)
    assert bring(world, [ONE, other]) == Imported(new=0, changed=0, same=2)
    assert bring(world, [replace(ONE, active=False)]) == Imported(new=0, changed=1, same=0)
    with world.reading() as people:
        assert [one.key for one in people.establishments()] == ["CDI"]
        assert [one.key for one in people.establishments(active=False)] == ["ABI"]
        assert [one.key for one in people.establishments(active=None)] == ["ABI", "CDI"]
        assert people.establishment("CDI") == other
    assert world.acts() == ["establishments-imported"] * 3
