"""What a page can do, the API can do: by address, from a reviewed table; by act, from the code of both doors."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ACTS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
TABLE, ROUTES = (Path(__file__).with_name(name) for name in ("page_acts.txt", "routes.txt"))
# Methods of services that pages call and the API does not, and why it needs none.
PAGES_ALONE = {
    "ask_provider": "the provider asks people in their browser who they are; a program acts with a token",
    "ask_to_link": "the same",
    "addressing": "it offers the choices of a form; GET /ways gives them all",
    "codes_shut": "the page says until when no code is looked at; the API answers 429 with Retry-After",
    "proof_asked": "the page shows a field by it; the API says by field that a code is lacking",
    "check_scope": "it checks a form half filled in; POST /holds checks the whole",
    "may_own": "it offers the choices of a form; POST /holds/<hold>/owner says who may",
    "previewed": "a page gives every case as a file; POST /holds/preview tells how many and the first of them",
    "successors": "it offers the choices of a form; GET /people finds them by name",
    "sweep": "POST /disposals/sweep goes through app/bootstrap/sweeps",
    "wants_code": "the page of an invitation shows a field by it; the API says by field what is lacking",
    "take": "no page calls it: there the word stands for taking a part of a request",
}


def _rows(path: Path) -> Iterator[list[str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("  ")


@cache
def _table() -> dict[str, str]:
    return {row[0]: row[1] for row in _rows(TABLE)}


def _operations() -> set[str]:
    found = set()
    for address, methods, _ in _rows(ROUTES):
        if address.startswith("/api/v1"):
            found |= {f"{method} {address.removeprefix('/api/v1')}" for method in methods.split(",")}
    return found


def _named() -> set[str]:
    return {each for said in _table().values() if not said.startswith("none: ") for each in said.split(", ")}


def test_every_act_of_a_page_has_its_operation_or_a_reason() -> None:
    pages = {
        row[0] for row in _rows(ROUTES) if not row[0].startswith("/api/") and not ACTS.isdisjoint(row[1].split(","))
    }
    assert sorted(pages - _table().keys()) == []
    assert sorted(_table().keys() - pages) == []


def test_the_operations_named_exist() -> None:
    assert sorted(_named() - _operations()) == []
    short = [page for page, said in _table().items() if said.startswith("none: ") and len(said) < 40]
    assert short == []


@cache
def _service_acts() -> dict[str, str]:
    """Public methods of services that take who acts and when: by name, with their file."""
    found = {}
    for path in ROOT.glob("*/service/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if {"actor", "now"} <= {each.arg for each in node.args.kwonlyargs}:
                found[node.name] = str(path.relative_to(ROOT))
    return found


def _said(folder: str) -> set[str]:
    """Every name, and every word in quotes, in the code of a door."""
    found: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.Name):
                found.add(node.id)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_every_act_of_a_service_that_pages_use_the_api_uses() -> None:
    acts, pages, api = _service_acts(), _said("app/web"), _said("app/api")
    assert len(acts) > 150, "the acts are found"
    missing = {name for name in acts if name in pages and name not in api}
    assert sorted(missing - PAGES_ALONE.keys()) == []
    assert sorted(PAGES_ALONE.keys() - missing) == [], "a reason for what the API does after all"
