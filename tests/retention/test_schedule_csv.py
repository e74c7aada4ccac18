"""A schedule as a table: what is written is read back, and of what is faulty nothing is taken."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from retention.errors import ScheduleFaulty
from retention.model.schedule import RetentionClass, Version
from retention.policy import text as schedule_text
from retention.policy.files import ACTIONS, ENDINGS, TRIGGERS, against
from retention.rules import schedule_csv

HEAD = ",".join(schedule_csv.COLUMNS)
GOOD = "letters,Sample letters.,sharing.item-closed; sharing.item-withdrawn,first,12,,destroy,Sample 1,M71a,yes"
# No control, no half of a pair, nothing unassigned or invisible: those are refused.
WORDS = st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(" '=+-@;,\""), min_size=1, max_size=40)
CODES = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?", fullmatch=True)


@st.composite
def classes(draw: st.DrawFn) -> RetentionClass:
    verified = draw(st.booleans())
    months = draw(st.integers(1, 1200)) if verified else None
    outcomes = draw(st.dictionaries(CODES, st.integers(1, 1200), max_size=3)) if verified else {}
    found = RetentionClass(
        code=draw(CODES),
        description=schedule_csv.tidy(draw(WORDS)),
        triggers=tuple(draw(st.permutations([*ENDINGS, *draw(st.sets(st.sampled_from(TRIGGERS[:4])))]))),
        months=months,
        action=draw(st.sampled_from(ACTIONS)),
        authority=schedule_csv.tidy(draw(WORDS)),
        clauses=tuple(draw(st.lists(st.sampled_from(["M71a", "P09", "gscp24 para 42d"]), min_size=1, unique=True))),
        verified=verified,
        starts=draw(st.sampled_from(["first", "latest"])),
        outcomes=tuple(sorted(outcomes.items())),
    )
    assume(not list(against(found)))
    return found


SCHEDULES = st.lists(classes(), min_size=1, max_size=5, unique_by=lambda each: each.code)


@given(SCHEDULES)
def test_what_is_exported_is_imported_as_it_was(found: list[RetentionClass]) -> None:
    assert schedule_csv.read(schedule_csv.write(found).encode()) == tuple(found)


@given(SCHEDULES)
def test_no_cell_of_an_export_begins_like_a_formula(found: list[RetentionClass]) -> None:
    for row in csv.reader(io.StringIO(schedule_csv.write(found), newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


@given(SCHEDULES, st.integers(1, 999), st.dates(), st.sampled_from(["new", "live"]))
def test_the_canonical_text_says_everything_and_is_one(
    found: list[RetentionClass], number: int, day: date, applies: str
) -> None:
    version = Version(number, day, "Sample", {each.code: each for each in found}, applies)  # type: ignore[arg-type]
    text = schedule_text.text("alpha", version)
    party, back = schedule_text.read(text)
    assert party == "alpha"
    assert (back.number, back.effective_from, back.applies, dict(back.classes)) == (
        number,
        day,
        applies,
        version.classes,
    )
    assert schedule_text.text(party, back) == text
    assert back.digest == schedule_text.digest(text)


@given(SCHEDULES)
def test_a_text_with_anything_added_or_in_another_order_is_no_schedule(found: list[RetentionClass]) -> None:
    text = schedule_text.text("alpha", Version(1, date(2026, 1, 1), "x", {each.code: each for each in found}))
    for other in (
        f" {text}",
        text.replace('"applies"', '"zz":1,"applies"'),
        text.replace(":", ": ", 1),
        "{}",
        "[]",
        "x",
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - any of them
            schedule_text.read(other)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_mark_at_the_front_and_either_line_end_are_taken(mark: bytes, ends: str) -> None:
    (found,) = schedule_csv.read(mark + ends.join([HEAD, GOOD, ""]).encode())
    assert (found.code, found.months, found.verified) == ("letters", 12, True)


def _with(column: str, value: str) -> bytes:
    cells = next(csv.reader([GOOD]))
    cells[schedule_csv.COLUMNS.index(column)] = value
    out = io.StringIO()
    csv.writer(out).writerows([schedule_csv.COLUMNS, cells])
    return out.getvalue().encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    ("data", "where", "said"),
    [
        (f"{HEAD}\n{GOOD}\n".encode("utf-16"), "line 1", "not UTF-8"),
        (f"{HEAD}\n{GOOD.replace('Sample', 'Sämple')}\n".encode("latin-1"), "line 2", "not UTF-8"),
        (f"{HEAD}\n{GOOD}\n{GOOD}\n".encode(), "line 3, class", "stands on line 2 already"),
        (_with("triggers", f"sharing.item-eaten; {'; '.join(ENDINGS)}"), "line 2, triggers", "is no fact"),
        (_with("triggers", "sharing.item-closed"), "line 2, triggers", "lacks “sharing.item-withdrawn”"),
        (_with("period_months", "-5"), "line 2, period_months", "whole number"),
        (_with("period_months", "0"), "line 2, period_months", "missing"),
        (_with("period_months", "1201"), "line 2, period_months", "at most 1200"),
        (_with("period_months", "٣"), "line 2, period_months", "whole number"),
        (_with("period_months", "1e3"), "line 2, period_months", "whole number"),
        (_with("period_months", ""), "line 2, period_months", "missing"),
        (_with("verified", "maybe"), "line 2, verified", "“yes” or “no”"),
        (_with("verified", "no"), "line 2, verified", "no period may stand here"),
        (_with("action", "burn"), "line 2, action", "must be one of"),
        (_with("starts", "last"), "line 2, starts", "“first” or “latest”"),
        (_with("outcomes", "upheld"), "line 2, outcomes", "whole number"),
        (_with("outcomes", "upheld=3; upheld=4"), "line 2, outcomes", "twice"),
        (_with("clauses", "because"), "line 2, clauses", "no obligation number"),
        (_with("class", "Letters"), "line 2, class", "lower-case"),
        (_with("authority", ""), "line 2, authority", "empty"),
        (_with("authority", "a\u202eb"), "line 2, authority", "cannot be seen"),
        (_with("authority", "a\x00b"), "line 2", ""),
        (_with("description", "x" * 100_000), "line 2, description", "longer than"),
        (_with("description", "x" * 200_000), "line 2", "cannot be read as CSV"),
        (_with("description", "x" * (1 << 20)), "file", "is over 512 KiB"),
        (HEAD.replace(",verified", "").encode() + b"\n", "line 1", "column “verified” is missing"),
        (HEAD.replace("class,description", "description,class").encode() + b"\n", "line 1", "in this order"),
        (f"{HEAD},more\n{GOOD},x\n".encode(), "line 1", "column “more” is not known"),
        (f"{HEAD}\n{GOOD},extra\n".encode(), "line 2", "11 cells where there are 10"),
        (f'{HEAD}\n"{GOOD}\n'.encode(), "line 2", "cannot be read as CSV"),
        (f"{HEAD}\n".encode(), "file", "holds no class"),
        (b"", "line 1", "column “class” is missing"),
        (b"\x00" * 500, "line 1", ""),
        ("\n".join([HEAD, *(f"c{n}{GOOD[7:]}" for n in range(501))]).encode(), "line 502", "past the 500"),
    ],
)  # fmt: skip
def test_each_fault_names_line_and_column_and_nothing_is_taken(data: bytes, where: str, said: str) -> None:
    with pytest.raises(ScheduleFaulty) as refused:
        schedule_csv.read(data)
    assert any(place.startswith(where) and any(said in each for each in found)
               for place, found in refused.value.fields.items()), refused.value.fields  # fmt: skip


def test_every_fault_of_a_file_is_told_at_once() -> None:
    bad = GOOD.replace(",12,", ",-1,").replace("letters", "other")
    with pytest.raises(ScheduleFaulty) as refused:
        schedule_csv.read(f"{HEAD}\n{GOOD}\n{bad}\n{GOOD}\n".encode())
    assert {"line 3, period_months", "line 4, class"} <= set(refused.value.fields)


@given(st.binary(max_size=400) | st.text(max_size=300).map(lambda text: f"{HEAD}\n{text}".encode("utf-8", "ignore")))
def test_whatever_is_sent_is_read_or_refused(data: bytes) -> None:
    with suppress(ScheduleFaulty):
        assert schedule_csv.read(data)


VECTORS = Path(__file__).parents[1] / "vectors/schedule"


@pytest.mark.parametrize("path", sorted(VECTORS.glob("table/*/*")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_tables_written_from_the_page_alone_are_taken_or_refused(path: Path) -> None:
    if path.parent.name == "good":
        found = schedule_csv.read(path.read_bytes())
        assert schedule_csv.read(schedule_csv.write(found).encode()) == found
    else:
        with pytest.raises(ScheduleFaulty):
            schedule_csv.read(path.read_bytes())


@pytest.mark.parametrize("path", sorted(VECTORS.glob("text/*/*")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_texts_written_from_the_page_alone_are_taken_or_refused(path: Path) -> None:
    kept = path.read_text("utf-8")
    if path.parent.name == "good":
        assert schedule_text.text(*schedule_text.read(kept)) == kept
    else:
        with pytest.raises(ValueError):  # noqa: PT011 - any of them
            schedule_text.read(kept)
