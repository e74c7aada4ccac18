"""The tour of ``make screenshots``: every page of the address map, and who of the cast goes there.

``tools/tour.txt`` has a line for each address that is asked for by GET: who sees it, or why no picture of it is taken.
A test holds the list against the address map, so that a new page is not forgotten.
"""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LIST = Path(__file__).with_name("tour.txt")
ALIKE = 16  # pages of one address that are looked at for what they lead to
# Why an address has no picture: what is no page, and pages that the demonstration has nothing for yet.
NOT_TAKEN = {
    "file": "a file to keep or a word for machines",
    "onward": "it leads on to another page",
    "state": "it is there when somebody has done something first; the demonstration begins without it",
}
_HOLE = re.compile(r"<(?:(\w+)(?:\(([^)]*)\))?:)?\w+>")
_KINDS = {"int": r"\d+", "uuid": r"[0-9a-f-]{36}", "path": r".+"}
_LINK = re.compile(r'href="(/[^"#]*)')


@dataclass(frozen=True, slots=True)
class Line:
    """One address: who goes there, or "" and why nobody does."""

    rule: str
    who: str
    why: str = ""


@cache
def lines() -> list[Line]:
    """The list as it lies there."""
    told = [each.split("  ") for each in LIST.read_text(encoding="utf-8").splitlines() if not each.startswith("#")]
    return [Line(rule, "", who[1:]) if who.startswith("-") else Line(rule, who) for rule, who in told]


def rule_of(path: str) -> str:
    """The address's line; "" where there is none. What is written out goes before what has a name in it."""
    return next((rule for rule, form in _forms() if form.fullmatch(path)), "")


@cache
def _forms() -> list[tuple[str, re.Pattern[str]]]:
    rules = sorted((each.rule for each in lines()), key=lambda rule: (rule.count("<"), "<any" not in rule, -len(rule)))
    return [(rule, re.compile(_pattern(rule))) for rule in rules]


def _pattern(rule: str) -> str:
    made, at = "", 0
    for hole in _HOLE.finditer(rule):
        kind, choices = hole[1], hole[2] or ""
        made += re.escape(rule[at : hole.start()])
        chosen = [re.escape(each.strip().strip('"')) for each in choices.split(",")]
        made += f"(?:{'|'.join(chosen)})" if kind == "any" else _KINDS.get(kind or "", "[^/]+")
        at = hole.end()
    return made + re.escape(rule[at:])


def walk(asked: Callable[[str], str], wanted: set[str]) -> Iterator[tuple[str, str]]:
    """(address of the list, address) of each wanted page, by the links from the home page on; ``wanted`` empties.

    ``asked``: the page at an address, "" where it is none.
    """
    begin = [rule for rule in sorted(wanted) if "<" not in rule]
    todo, seen, alike = deque(["/", *begin]), set[str](), Counter[str]()
    pages = {each.rule for each in lines() if each.who}
    while todo and wanted:
        address = todo.popleft()
        rule = rule_of(address.partition("?")[0])
        if address in seen or rule not in pages or alike[rule] >= ALIKE:
            continue
        seen.add(address)
        alike[rule] += 1
        page = asked(address)
        if page and rule in wanted:
            wanted.remove(rule)
            yield rule, address
        if page:
            todo += [html.unescape(each) for each in _LINK.findall(page)]
            todo += [address.partition("?")[0] + rest for rest in _below(rule, wanted)]


def _below(rule: str, wanted: set[str]) -> list[str]:
    """What is added to an address of ``rule`` to come to pages no link leads to from here: a form does, or a choice."""
    ends = [each.removeprefix(rule) for each in sorted(wanted) if rule != "/" and each.startswith(f"{rule}/")]
    return [each for each in ends if "<" not in each]
