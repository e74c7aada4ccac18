"""Reading the decision tables of policies/access/tests: people, items and cases as a compliance officer writes them."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from foundation.actor import Actor
from identity.model import Grant, ItemFacts, Window

TABLES = Path(__file__).parents[2] / "policies" / "access" / "tests"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
HANDLING = {"recipients-only": "recipients_only", "org-only": "org_only", "hmg-only": "hmg_only"}
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1), "ms": timedelta(milliseconds=1)}

ITEM_TABLES = ("10-need-to-know", "20-handling", "30-person", "40-incident", "50-separation")


@dataclass(frozen=True)
class Case:
    """One row: who asks what, and what the answer and its rules must be."""

    table: str
    case: str
    person: str
    action: str
    allowed: bool
    rules: frozenset[str]
    item: str = ""
    purpose: str = ""
    owner: str = ""
    body: str = ""
    reviewer: str = ""


def rows(name: str) -> list[dict[str, str]]:
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


def _when(text: str) -> datetime:
    match = re.fullmatch(r"([+-])(\d+)(ms|[dhm])", text)
    assert match, f"“{text}” is no time like +1d or -1ms"
    return NOW + int(match[1] + match[2]) * _UNITS[match[3]]


def _numbers() -> dict[str, int]:
    """A number for each person, and above them for each group and office any row names."""
    people, items = rows("people"), rows("items")
    named = {name for row in people for name in (row["groups"] + " " + row["offices"]).split()}
    named |= {name for row in items for name in (row["groups"] + " " + row["offices"]).split()}
    return {name: at for at, name in enumerate([*(row["person"] for row in people), *sorted(named)], start=1)}


NUMBERS = _numbers()


def _all(text: str) -> frozenset[int]:
    return frozenset(NUMBERS[name] for name in text.split())


def people() -> dict[str, Actor]:
    return {
        row["person"]: Actor(
            id=row["person"],
            name="",
            party=row["party"],
            principal=NUMBERS[row["person"]],
            groups=_all(row["groups"]),
            offices=_all(row["offices"]),
            duties=frozenset(row["duties"].split()),
            hmg=row["hmg"] == "yes",
            standing=row["standing"],
            vetted_until=_when(row["vetted"]),
            handling_until=_when(row["handling"]),
            disposal_until=_when(row["disposal"]),
            media_until=_when(row["media"]),
            informed_until=_when(row["informed"]),
            abroad=row["abroad"] == "yes",
            cleared=frozenset(row["cleared"].split()),
        )
        for row in rows("people")
    }


def items() -> dict[str, ItemFacts]:
    return {row["item"]: _item(at, row) for at, row in enumerate(rows("items"), start=1)}


def _item(number: int, row: dict[str, str]) -> ItemFacts:
    grants = (grant.split(":") for grant in row["grants"].split())
    return ItemFacts(
        id=number,
        sender=NUMBERS[row["sender"]],
        recipients=_all(row["recipients"]),
        groups=_all(row["groups"]),
        offices=_all(row["offices"]),
        grants=tuple(
            Grant(NUMBERS[person], basis, Window(_when(since), _when(until))) for basis, person, since, until in grants
        ),
        recused=_all(row["recused"]),
        owners=frozenset(row["owners"].split()),
        released_to=frozenset(row["released to"].split()),
        embargo_until=_when(row["embargo until"]) if row["embargo until"] else None,
        embargo_lead=NUMBERS[row["embargo lead"]] if row["embargo lead"] else None,
        quarantined=row["quarantined"] == "yes",
        state=row["state"],
        **{HANDLING[name]: True for name in row["handling"].split()},
    )


def cases(*tables: str) -> list[Case]:
    return [_case(table, row) for table in tables for row in rows(table)]


def _case(table: str, row: dict[str, str]) -> Case:
    assert row["expected"] in ("allow", "deny"), row
    told = {key: row[key] for key in ("case", "person", "action")}
    asked = {key: row[key] for key in ("item", "purpose", "owner", "body", "reviewer") if key in row}
    return Case(table=table, allowed=row["expected"] == "allow", rules=frozenset(row["rules"].split()), **told, **asked)
