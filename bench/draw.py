"""Tables and charts of docs/benchmarks.md from what was measured: bench/results/*.json.

    python -m bench.draw [--check]

What stands between the markers of the page is written here and nowhere else; a test holds page, charts and results to
each other. What was not measured is said not to be.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench.charts import Bar, Group, chart, number
from bench.results import FOLDER, TARGET, Figure, Run, in_words, read_all
from bench.targets import TARGETS, Target, many

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE, PICTURES = "benchmarks.md", "benchmarks"
MARKED = re.compile(r"(<!-- figures: ([a-z-]+) -->\n).*?(<!-- end -->)", re.S)
NOT_YET = "*Not measured in this version yet.*"
Runs = dict[str, Run]
PARTS = {
    "vault": "The vault",
    "log": "The log",
    "load": "Under load",
    "agreement": "The agreement",
    "doors": "The doors",
    "disposal": "Disposal",
    "continuity": "Continuity",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.draw")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if something would change")
    if parser.parse_args().check:
        changed = differing(wanted())
        print("\n".join(changed))
        return int(bool(changed))
    write()
    return 0


def wanted() -> dict[str, str]:
    """By the results there are."""
    return drawn(read_all(FOLDER), (DOCS / PAGE).read_text(encoding="utf-8"))


def write() -> None:
    """Bring page and pictures up to date."""
    files = wanted()
    (DOCS / PICTURES).mkdir(exist_ok=True)
    for name in differing(files):
        if name in files:
            (DOCS / name).write_text(files[name], encoding="utf-8")
        else:
            (DOCS / name).unlink()
        print(f"docs/{name}")


def drawn(runs: Runs, page: str) -> dict[str, str]:
    """Every file under docs/ as it must be: the page, and the pictures there are figures for."""
    pictures = {f"{PICTURES}/{name}.svg": picture for name, picture in charts(runs)}

    def fill(found: re.Match[str]) -> str:
        return f"{found[1]}{SECTIONS[found[2]](runs, set(pictures))}\n{found[3]}"

    return {PAGE: MARKED.sub(fill, page), **pictures}


def differing(files: dict[str, str]) -> list[str]:
    """Those that are missing, others, or too many."""
    there = {f"{PICTURES}/{path.name}" for path in (DOCS / PICTURES).glob("*.svg")}
    differ = {
        name for name, text in files.items() if not (DOCS / name).exists() or (DOCS / name).read_text("utf-8") != text
    }
    return sorted(differ | (there - files.keys()))


# --- tables -------------------------------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns after the first to the right where they hold figures."""
    figures = [all(re.match(r"[*−-]*[0-9]|–", row[at]) for row in rows) for at in range(len(head))]
    line = "|" + "|".join("---:" if at and right else "---" for at, right in enumerate(figures)) + "|"
    return "\n".join(["| " + " | ".join(head) + " |", line, *("| " + " | ".join(row) + " |" for row in rows)])


def shown(figure: Figure | None, *, unit: bool = False) -> str:
    """The value with its quartiles; a missed target in bold."""
    if figure is None:
        return "–"
    value = number(figure.value) + (f" {figure.unit}" if unit and figure.unit else "")
    value = f"**{value}**" if figure.met is False else value
    if figure.low is None or figure.high is None or figure.low == figure.high:
        return value
    return f"{value} ({number(figure.low)} to {number(figure.high)})"


def answered(runs: Runs, target: Target) -> Figure | None:
    """The figure, judged by the target of the design and none other."""
    run = runs.get(target.run)
    found = run.get(target.figure) if run else None
    if found is None:
        return None
    return Figure(found.what, found.value, found.unit, found.low, found.high, found.n, target.aim)


def verdict(runs: Runs, target: Target) -> tuple[str, str]:
    """What was found, and how it stands to the target."""
    if target.held:
        return "–", f"held by [{target.held}](../{target.held})"
    found = answered(runs, target)
    if found is None:
        return "–", "not measured yet"
    if found.met:
        return shown(found), "met"
    limit = float(TARGET.match(target.aim)[2].replace(",", ""))  # type: ignore[index]
    by = f"{found.short:.0%}" if limit else number(found.value)
    return shown(found), f"**short by {by}**"


def asked(aim: str) -> str:
    return aim.replace(">=", "≥").replace("<=", "≤").replace("= ", "").strip()


def targets(runs: Runs, _pictures: set[str]) -> str:
    blocks = []
    for part, name in PARTS.items():
        rows = [[each.text, asked(each.aim), *verdict(runs, each)] for each in TARGETS if each.part == part]
        blocks.append(f"**{name}**\n\n{table(('', 'target', 'measured', ''), rows)}")
    return "\n\n".join(blocks)


def short(runs: Runs, _pictures: set[str]) -> str:
    """Every target missed, and every one not measured, in a sentence each."""
    lines = []
    for each in TARGETS:
        found, word = verdict(runs, each)
        if "short" in word:
            lines.append(f"- {PARTS[each.part]}, {each.text}: {found} where {asked(each.aim)} is asked, {word}.")
    missing = sum(verdict(runs, each)[1] == "not measured yet" for each in TARGETS)
    if missing:
        lines.append(f"- {missing} of {len(TARGETS)} targets are not measured in this version yet.")
    return "\n".join(lines) or "Nothing: every target is met."


def conditions(runs: Runs, _pictures: set[str]) -> str:
    if not runs:
        return NOT_YET
    return table(("measurement", "conditions"), [[f"`{name}`", in_words(run.conditions)] for name, run in runs.items()])


def listed(name: str, starting: tuple[str, ...] = ("",)) -> Callable[[Runs, set[str]], str]:
    """All figures of a run whose names begin so, one to a row."""

    def rows(runs: Runs, _pictures: set[str]) -> str:
        run = runs.get(name)
        found = [each for each in run.figures if each.what.startswith(starting)] if run else []
        if not found:
            return NOT_YET
        told = any(each.durable for each in found)
        cells = [
            [each.what, shown(each, unit=True), asked(each.target) or "–", *([each.durable or "–"] if told else [])]
            for each in found
        ]
        return table(("", "figure", "target", *(("safe when acknowledged",) if told else ())), cells)

    return rows


def words(name: str, title: str) -> Callable[[Runs, set[str]], str]:
    """A table of words a run kept."""

    def rows(runs: Runs, _pictures: set[str]) -> str:
        kept = runs[name].tables.get(title) if name in runs else None
        return table(kept[0], kept[1:]) if kept else NOT_YET

    return rows


def with_pictures(
    names: Sequence[str], then: Callable[[Runs, set[str]], str] | None = None
) -> Callable[[Runs, set[str]], str]:
    """The charts of these names, as far as there are figures, above the table."""

    def block(runs: Runs, pictures: set[str]) -> str:
        parts = [f"![{TITLES[name]}]({PICTURES}/{name}.svg)" for name in names if f"{PICTURES}/{name}.svg" in pictures]
        return "\n\n".join([*parts, *([then(runs, pictures)] if then else [])]) or NOT_YET

    return block


SECTIONS: dict[str, Callable[[Runs, set[str]], str]] = {
    "conditions": conditions,
    "targets": targets,
    "short": short,
    "vault": with_pictures(("vault",), listed("vault")),
    "rewrap": listed("rewrap"),
    "rewrap-postgresql": listed("rewrap-postgresql"),
    "cloud": listed("cloud"),
    "append": with_pictures(("append", "append-ratio"), listed("peers", ("append", "in the tree"))),
    "log": listed("audit"),
    "detection": words("peers", "What shows of tampering"),
    "verify": with_pictures(("verify",), listed("proofs", ("verify",))),
    "proofs": with_pictures(("proofs",), listed("proofs", ("inclusion", "consistency", "proof"))),
    "encryption": with_pictures(("encryption",), listed("peers", ("seal", "open"))),
    "tampered": words("peers", "A sealed file tampered with"),
    "load": with_pictures(("load",), listed("load")),
    "transfer": with_pictures(("transfer",), listed("transfer")),
    "pages": with_pictures(("pages",), listed("pages")),
    "access": listed("access"),
    "agreement": listed("agreement"),
    "doors": listed("doors"),
    "disposal": listed("disposal"),
    "backup": listed("backup"),
    "drills": listed("drills"),
    "fixity": listed("fixity"),
    "affected": listed("affected"),
}


# --- charts -------------------------------------------------------------------------------------------------------

TITLES = {
    "append": "Durable appends: events a second",
    "append-ratio": "Our append, of the bare insert of the same bytes",
    "verify": "Whole logs verified: events a second",
    "proofs": "An inclusion proof made: microseconds",
    "encryption": "Files sealed and opened: MiB a second",
    "vault": "The vault, of what each is compared with",
    "load": "Many people at once: what 99 of 100 waited at most",
    "transfer": "A large file in and out: MB a second",
    "pages": "Pages: what 95 of 100 take at most",
}


def charts(runs: Runs) -> Iterator[tuple[str, str]]:
    """Name and picture, of those there are figures for."""
    for name, (run, unit, groups, log) in CHARTS.items():
        found = [group for group in groups(runs[run]) if group.bars] if run in runs else []
        if found:
            yield name, chart(TITLES[name], unit, found, log=log)


def bar(run: Run, series: str, what: str) -> Iterator[Bar]:
    """None where it was not measured."""
    found = run.get(what)
    if found is not None:
        aimed = TARGET.match(found.target)
        aim = float(aimed[2].replace(",", "")) if aimed else None
        yield Bar(series, found.value, found.low, found.high, aim)


def grouped(run: Run, label: str, pairs: Sequence[tuple[str, str]]) -> Group:
    """Pairs of series and figure."""
    return Group(label, tuple(each for series, what in pairs for each in bar(run, series, what)))


CLIENTS = (1, 4, 8, 16, 32, 64)
SYSTEMS = (
    "ours, PostgreSQL",
    "bare insert, PostgreSQL",
    "ours, SQLite",
    "bare insert, SQLite",
    "file chain",
    "pymerkle, SQLite",
)


def _appends(run: Run) -> Iterator[Group]:
    for each in CLIENTS:
        yield grouped(run, many(each), [(system, f"append, {system}, {many(each)}") for system in SYSTEMS])


def _ratios(run: Run) -> Iterator[Group]:
    for database in ("PostgreSQL", "SQLite"):
        for each in CLIENTS:
            what = f"append, {database}, {many(each)}, of the bare insert"
            yield grouped(run, f"{database}, {many(each)}", [("ours", what)])


def _verified(run: Run) -> Iterator[Group]:
    for each in run.starting("verify, "):
        if each.unit == "events/s":
            yield grouped(run, each.what.removeprefix("verify, "), [("", each.what)])


def _proofs(run: Run) -> Iterator[Group]:
    for size in (f"{10**power:,}" for power in range(3, 9)):
        start = f"inclusion proof at {size} entries"
        yield grouped(run, f"{size} entries", [(side, f"{start}, {side}") for side in ("ours", "pymerkle")])


def _encryption(run: Run) -> Iterator[Group]:
    for size in ("512 MiB", "4 GiB"):
        for way in ("seal", "open"):
            sides = ("ours", "AES-256-GCM", "age", "pyrage", "GnuPG")
            yield grouped(run, f"{size}, {way}", [(side, f"{way} {size}, {side}") for side in sides])


def _vault(run: Run) -> Iterator[Group]:
    for each in run.figures:
        if each.target and not each.what.endswith((", us", ", MiB")):
            yield grouped(run, each.what if len(each.what) < 40 else f"{each.what[:38]}…", [("", each.what)])


def _load(run: Run) -> Iterator[Group]:
    for kind in ("list", "open", "download", "draft", "upload", "send", "search", "audit page"):
        yield grouped(run, kind, [(name, f"load, {name}: {kind}, p99") for name in ("PostgreSQL", "SQLite")])


def _transfer(run: Run) -> Iterator[Group]:
    for each in run.figures:
        if each.unit == "MB/s":
            yield grouped(run, each.what, [("", each.what)])


def _pages(run: Run) -> Iterator[Group]:
    for each in run.starting("page, "):
        if each.what.endswith(", p95"):
            yield grouped(run, each.what.removeprefix("page, ").removesuffix(", p95"), [("", each.what)])


CHARTS: dict[str, tuple[str, str, Callable[[Run], Iterator[Group]], bool]] = {
    "append": ("peers", "events a second", _appends, True),
    "append-ratio": ("peers", "of the bare insert", _ratios, False),
    "verify": ("proofs", "events a second", _verified, True),
    "proofs": ("proofs", "microseconds", _proofs, True),
    "encryption": ("peers", "MiB a second", _encryption, False),
    "vault": ("vault", "ratio", _vault, False),
    "load": ("load", "milliseconds", _load, True),
    "transfer": ("transfer", "MB a second", _transfer, False),
    "pages": ("pages", "milliseconds", _pages, False),
}


if __name__ == "__main__":
    sys.exit(main())
