"""Writes docs/security/asvs.md from docs/security/asvs.csv: python -m tools.asvs.

The table is the source: each requirement of levels 1 and 2 of OWASP's ASVS 5.0.0 in words of ours, how it stands, by
what, and which tests show it. `tests/structure/test_asvs.py` holds that each is there once, and each test it names.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE, PAGE = ROOT / "docs" / "security" / "asvs.csv", ROOT / "docs" / "security" / "asvs.md"
IDS = ROOT / "tests" / "structure" / "asvs_ids.txt"
MET, PART, NOT, APART = "met", "in part", "not met", "does not apply"
STATES = (MET, PART, NOT, APART)
CHAPTERS = {
    "1": "Encoding and sanitisation", "2": "Validation and business logic", "3": "Web front end",
    "4": "API and web service", "5": "Files", "6": "Authentication", "7": "Sessions", "8": "Authorisation",
    "9": "Self-contained tokens",
    "10": "OAuth and OpenID Connect", "11": "Cryptography", "12": "Communication", "13": "Configuration",
    "14": "Data protection", "15": "Code and architecture", "16": "Logging and errors", "17": "WebRTC",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One requirement. ``tests``: "tests/web/test_x.py::test_y" each."""

    id: str
    state: str
    asks: str
    how: str
    tests: tuple[str, ...]


def levels() -> dict[str, str]:
    """The level of each requirement, by its id."""
    text = IDS.read_text(encoding="utf-8").splitlines()
    return {line.split()[0]: line.split()[1] for line in text if line and not line.startswith("#")}


def read() -> list[Line]:
    """Every line of the table, in its order."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [Line(row["id"], row["state"], row["asks"], row["how"], tuple(row["tests"].split())) for row in rows]


def page(lines: list[Line]) -> str:
    """The whole page: what is open first, then all by chapter."""
    counted, known = Counter(each.state for each in lines), levels()
    said = ", ".join(f"{counted[state]} {state}" for state in STATES)
    found = [
        "# OWASP ASVS, levels 1 and 2", "",
        "Every requirement of levels 1 and 2 of the Application Security Verification Standard 5.0.0, how Custodes",
        "stands to it, and which tests show it. Made from `asvs.csv` by `python -m tools.asvs`; a test holds that",
        "every requirement stands here once and that every test named exists. Who may reach what:",
        "[access-review.md](access-review.md).", "",
        f"{len(lines)} requirements: {said}.", "",
        "## Not met, or in part", "",
        *_table([each for each in lines if each.state in (NOT, PART)], known),
    ]  # fmt: skip
    for number, name in CHAPTERS.items():
        chapter = [each for each in lines if each.id.partition(".")[0] == number]
        found += ["", f"## V{number} {name}", "", *_table(chapter, known)]
    found += [
        "",
        "Ids are those of the OWASP Application Security Verification Standard 5.0.0, © The OWASP Foundation, licensed",
        "under [CC BY-SA 4.0](https://creativecommons.org/licenses/by-sa/4.0/); its requirements are told here in",
        "other words, and this page is shared under the same licence. What counts is",
        "[the standard](https://github.com/OWASP/ASVS).",
    ]
    return "\n".join(found) + "\n"


def _table(lines: list[Line], known: dict[str, str]) -> list[str]:
    head = ["| | Level | Asked | State | How, and what shows it |", "|---|---|---|---|---|"]
    return [
        *head,
        *(f"| V{each.id} | {known[each.id]} | {each.asks} | {each.state} | {_how(each)} |" for each in lines),
    ]


def _how(line: Line) -> str:
    shown = "<br>".join(f"`{test.removeprefix('tests/').replace('.py::test_', ': ')}`" for test in line.tests)
    return f"{line.how}<br>{shown}" if shown else line.how


if __name__ == "__main__":
    PAGE.write_text(page(read()), encoding="utf-8")
