"""The page of measurements says what was measured and nothing else, and how every target of the designs stands."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench import draw, results
from bench.__main__ import BENCHES
from bench.charts import Bar, Group, Scale, chart
from bench.results import Figure, Run
from bench.targets import TARGETS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
SVG = "{http://www.w3.org/2000/svg}"


def invented(value: float = 1.0) -> draw.Runs:
    """Every figure a target names, and what the charts are made of; for a test, and kept nowhere."""
    runs = {name: Run(name, {"date": "no day"}) for name in BENCHES}
    for each in TARGETS:
        if each.run:
            runs[each.run].figures.append(Figure(each.figure, value, "x", value / 2, value * 2, 5, each.aim))
    runs["pages"].figures.append(Figure("page, inbox, p95", 21.0, "ms", target="< 50"))
    runs["transfer"].figures.append(Figure("upload, page", 150.0, "MB/s"))
    runs["load"].figures.append(Figure("load, SQLite: list, p99", 80.0, "ms"))
    for run, what, unit in (
        ("peers", "append, file chain, 8 clients", "events/s"), ("proofs", "verify, ours", "events/s"),
        ("peers", "seal 4 GiB, age", "MiB/s"), ("proofs", "inclusion proof at 1,000 entries, ours", "us"),
    ):  # fmt: skip
        runs[run].figures.append(Figure(what, 900.0, unit, 800.0, 1000.0, 5))
    runs["peers"].tables["What shows of tampering"] = [["what", "ours"], ["flip one bit", "detected"]]
    return runs


def test_page_and_charts_are_those_of_the_results() -> None:
    assert draw.differing(draw.wanted()) == [], "run python -m bench.draw"


def test_the_page_has_a_place_for_every_section_and_no_other() -> None:
    assert sorted(re.findall(r"<!-- figures: ([a-z-]+) -->", PAGE)) == sorted(draw.SECTIONS)
    assert PAGE.count("<!-- end -->") == len(draw.SECTIONS)


def test_no_figure_stands_on_the_page_outside_its_sections() -> None:
    by_hand = draw.MARKED.sub("", PAGE)
    assert re.findall(r"\d[\d.,]* (?:ms|MB/s|MiB/s|events/s|µs|us)\b(?<!20 ms)", by_hand) == []


@pytest.mark.parametrize("number", [f"T{n}" for n in range(1, 10)])
def test_every_target_of_the_vault_has_a_row(number: str) -> None:
    assert any(each.part == "vault" and each.text.startswith(f"{number}:") for each in TARGETS)


@pytest.mark.parametrize(
    ("words", "aims"),
    [
        ("append on SQLite", [">= 0.80"] * 2),
        ("append on PostgreSQL", [">= 0.85", ">= 0.85", ">= 0.70", ">= 0.80"]),
        ("in the tree within", ["<= 300"] * 3),
        ("single durable append", [">= 3"]),
        ("inclusion proof at 1,000,000", [">= 10"]),
        ("whole log of 1,000,000", ["<= 2"]),
        ("memory of a verification", ["<= 64"]),
        ("acknowledged entries lost", ["= 0"]),
        ("time of a page that reads one item", ["<= 15"]),
    ],
)
def test_every_target_of_the_log_has_a_row(words: str, aims: list[str]) -> None:
    assert [each.aim for each in TARGETS if each.part == "log" and each.text.startswith(words)] == aims


def test_every_target_stands_on_the_page_with_how_it_stands() -> None:
    block = draw.targets(draw.read_all(), set())
    for each in TARGETS:
        row = next(line for line in block.splitlines() if f"| {each.text} | {draw.asked(each.aim)} |" in line)
        assert re.search(r"\| (met|\*\*short by .+\*\*|not measured yet|held by .+) \|$", row), row


def test_what_a_target_names_is_there() -> None:
    kept = draw.read_all()
    for each in TARGETS:
        assert bool(each.held) != bool(each.run)
        assert not each.held or (ROOT / each.held).is_file()
        assert not each.run or each.run in BENCHES
        if each.run in kept:
            assert kept[each.run].get(each.figure), f"bench/results/{each.run}.json has no “{each.figure}”"


def test_a_missed_target_is_said_to_be_short_and_by_how_much() -> None:
    runs = invented()
    target = next(each for each in TARGETS if each.figure == "T1 memory, sealing")
    found = runs["vault"].get(target.figure)
    assert found
    assert draw.verdict(runs, target)[1] == "met"
    runs["vault"].figures[0] = replace(found, value=0.36)
    assert draw.verdict(runs, target) == ("**0.36** (0.50 to 2)", "**short by 20%**")
    assert "where ≥ 0.45 is asked, **short by 20%**" in draw.short(runs, set())


def test_what_was_not_measured_is_said_not_to_be() -> None:
    page = draw.drawn({}, PAGE)
    assert list(page) == ["benchmarks.md"]
    assert all(
        draw.NOT_YET in page["benchmarks.md"].split(f"<!-- figures: {name} -->")[1][:60] for name in ("load", "log")
    )
    assert draw.short({}, set()).startswith(f"- {len(TARGETS) - 1} of {len(TARGETS)} targets")


def test_every_chart_is_drawn_from_its_figures_and_says_them_in_words() -> None:
    files = draw.drawn(invented(), PAGE)
    pictures = {name: text for name, text in files.items() if name.endswith(".svg")}
    assert {Path(name).stem for name in pictures} == set(draw.CHARTS)
    for name, text in pictures.items():
        root = ET.fromstring(text)
        assert root.findtext(f"{SVG}title") == draw.TITLES[Path(name).stem]
        assert root.findtext(f"{SVG}desc"), name
        assert "prefers-color-scheme: dark" in text
        assert f"]({name})" in files["benchmarks.md"]
    other = draw.drawn(invented(1.25), PAGE)
    assert other["benchmarks/vault.svg"] != files["benchmarks/vault.svg"]


def test_bars_whiskers_and_target_stand_where_their_values_are() -> None:
    bars = (Bar("a", 10.0, 8.0, 12.0, 16.0), Bar("b", 4.0))
    root = ET.fromstring(chart("Title", "ms", [Group("one", bars)]))
    scale = Scale([10.0, 12.0, 16.0, 4.0], log=False)
    widths = [float(each.get("width", 0)) for each in root.iter(f"{SVG}rect") if each.get("height") == "14"]
    assert widths == [pytest.approx(scale.at(value) - scale.at(0), abs=0.1) for value in (10, 4)]
    (aim,) = (each for each in root.iter(f"{SVG}line") if each.get("class") == "aim")
    assert float(aim.get("x1", 0)) == pytest.approx(scale.at(16), abs=0.1)
    assert max(scale.ticks) >= 16


@pytest.mark.parametrize(
    ("target", "value", "met", "short"),
    [
        (">= 0.80", 0.8, True, 0.0), (">= 0.80", 0.6, False, 0.25), ("<= 4", 5.0, False, 0.25), ("= 0", 0.0, True, 0.0),
        ("= 0", 3.0, False, 3.0), ("< 50", 50.0, False, 0.0), (">= 50,000 (20 us each)", 40_000.0, False, 0.2),
        ("", 1.0, None, 0.0),
    ],
)  # fmt: skip
def test_a_target_is_met_or_missed(target: str, value: float, met: bool | None, short: float) -> None:
    figure = Figure("x", value, target=target)
    assert figure.met is met
    assert figure.short == pytest.approx(short)


def test_a_run_is_kept_as_it_was_said_and_only_when_it_ended_well(tmp_path: Path) -> None:
    script = (
        "from bench import results; import sys; results.say('x', [3, 1, 2], 'ms', target='<= 4', durable='no');"
        "results.table('t', [['a'], ['b']]); sys.argv[1] == 'bad' and 1 / 0"
    )
    for how in ("good", "bad"):
        env = {"BENCH_SAVE": str(tmp_path / f"{how}.json"), "PATH": "/usr/bin:/bin"}
        subprocess.run([sys.executable, "-c", script, how], cwd=ROOT, env=env, capture_output=True)
    kept = results.read_all(tmp_path)
    assert list(kept) == ["good"]
    assert kept["good"].figures == [Figure("x", 2.0, "ms", 1.5, 2.5, 3, "<= 4", "no")]
    assert kept["good"].tables == {"t": [["a"], ["b"]]}
    assert "load before" in kept["good"].conditions


def test_figures_of_a_quick_run_are_not_kept() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--save"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "not kept" in done.stderr


def test_every_measurement_has_its_module() -> None:
    assert all(importlib.util.find_spec(f"bench.{each.module}") for each in BENCHES.values())
