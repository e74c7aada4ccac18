"""The reviewed table of who may do what at every address: read, written in one form, and shown as a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.api.section import PATH
from app.api.spec import operation_id
from tests.house import CAST
from tests.matrix.records import MORE
from tests.matrix.trying import HIDDEN, IN, NO, NOBODY, ROUTES, SIGN, WHO

TABLE = Path(__file__).with_name("table.txt")
PAGE = Path(__file__).parents[2] / "docs" / "security" / "access-matrix.md"
WHO_PAGE = Path(__file__).parents[2] / "app" / "api" / "recorded" / "who.json"
EVERYBODY, ANYBODY = "everybody", "anybody"
HEAD = """\
# Who may do what at every address, tried as each of the cast with records of others (docs/security/access-matrix.md).
# in: let in; what they sent is then decided on.  rest: what others who are signed in are told: no (403), hidden (404).
# Named with "no:" or "hidden:" are those told otherwise than the rest.  Nobody signed in is sent to sign in (401), but
# where "anybody" is let in.  Change a line only with its reason in the commit: it is policy, not a record of the code.
"""


@dataclass(frozen=True)
class Row:
    """One method of one address: what is owed to each of the cast and to nobody."""

    method: str
    rule: str
    told: Mapping[str, str]

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule}"

    def line(self) -> str:
        """As the table has it."""
        inside = [who for who in WHO if self.told[who] == IN]
        others = [self.told[who] for who in WHO if self.told[who] != IN]
        named = ANYBODY if self.told[NOBODY] == IN else EVERYBODY if not others else " ".join(inside) or "-"
        parts = [self.name, f"in: {named}"]
        if others and named != ANYBODY:
            rest = max((NO, HIDDEN), key=others.count)
            parts.append(f"rest: {rest}")
            unlike = NO if rest == HIDDEN else HIDDEN
            if unlike in others:
                parts.append(f"{unlike}: {' '.join(who for who in WHO if self.told[who] == unlike)}")
        return "  ".join(parts)


def read() -> list[Row]:
    """Every row of the table."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [_row(line) for line in lines if line and not line.startswith("#")]


def _row(line: str) -> Row:
    name, *parts = line.split("  ")
    said = dict(part.split(": ", 1) for part in parts)
    inside = WHO if said[IN] in (ANYBODY, EVERYBODY) else said[IN].split()
    told = dict.fromkeys(WHO, said.get("rest", NO))
    told |= {who: kind for kind in (NO, HIDDEN) for who in said.get(kind, "").split()}
    told |= {who: IN for who in inside if who != "-"}
    told[NOBODY] = IN if said[IN] == ANYBODY else SIGN
    method, _, rule = name.partition(" ")
    return Row(method, rule, told)


def addresses() -> Iterator[tuple[str, str]]:
    """(method, rule) of everything in the reviewed address map."""
    for line in ROUTES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            rule, methods, _ = line.split("  ")
            yield from ((method, rule) for method in methods.split(",") if method)


def written(rows: Iterable[Row]) -> str:
    """The whole table."""
    return HEAD + "".join(f"{row.line()}\n" for row in rows)


def page(rows: Iterable[Row]) -> str:
    """The table for people: each address with those let in, and what the others are told."""
    lines = [
        "# Who may reach what", "",
        "Every page and every operation of the API, tried as each of an invented cast and as nobody, with records that",
        "others own. Made from `tests/matrix/table.txt`, which is reviewed; `tests/matrix` tries some of the pairs in",
        "every run and all of them with `make matrix`. *In* means let in: the rooms then decide on what is sent.",
        "*403*: told that it is not for them, and why. *404*: told of nothing, as if it were not there. Whoever is not",
        "signed in is sent to sign in, but where it says *anybody*.", "",
        "Acts on pages also need the token of a form of that session: without it, or from elsewhere, each is",
        "refused (400).",
        "",
        "| Address | In | Everybody else | But |", "|---|---|---|---|",
    ]  # fmt: skip
    shown = {NO: "403", HIDDEN: "404"}
    for row in rows:
        _, *parts = row.line().split("  ")
        said = dict(part.split(": ", 1) for part in parts)
        but = [f"{shown[kind]}: {said[kind]}" for kind in (NO, HIDDEN) if kind in said]
        cells = (f"`{row.name}`".replace("|", "\\|"), said[IN], shown.get(said.get("rest", ""), ""), "; ".join(but))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def who(rows: Iterable[Row]) -> str:
    """What the reference of the API says of each operation: the roles let in, and what everybody else is told."""
    roles = {**{key: role for key, (_, role, _) in CAST.items()}, **{key: role for key, (_, role) in MORE.items()}}
    found = {}
    for row in rows:
        if not row.rule.startswith(f"{PATH}/"):
            continue
        said = dict(part.split(": ", 1) for part in row.line().split("  ")[1:])
        every = said[IN] if said[IN] in (ANYBODY, EVERYBODY) else ""
        inside = [] if every else [roles[key] for key in said[IN].split() if key != "-"]
        named = operation_id(row.method, re.sub(r"<(?:[^<>:]*:)?([a-z_]+)>", r"{\1}", row.rule))
        found[named] = {"all": every, "in": list(dict.fromkeys(inside)), "rest": said.get("rest", "")}
    return json.dumps(found, indent=1) + "\n"
