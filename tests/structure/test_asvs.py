"""docs/security/asvs.md: every requirement of levels 1 and 2 once, and every test it names there."""

from __future__ import annotations

from pathlib import Path

from tools import asvs

ROOT = Path(__file__).parents[2]


def test_every_requirement_of_the_levels_stands_once_in_its_order() -> None:
    assert [each.id for each in asvs.read()] == list(asvs.levels())
    assert len(asvs.levels()) == 253


def test_every_test_that_is_named_is_there() -> None:
    lost = []
    for each in asvs.read():
        for named in each.tests:
            path, _, name = named.partition("::")
            file = ROOT / path
            if not name.startswith("test_") or not file.is_file() or f"def {name}(" not in file.read_text("utf-8"):
                lost.append((each.id, named))
    assert lost == []


def test_what_is_met_is_shown_by_a_test_and_what_is_not_says_why() -> None:
    for each in asvs.read():
        assert each.state in asvs.STATES, each.id
        assert each.asks, each.id
        assert each.how, each.id
        assert bool(each.tests) or each.state in (asvs.NOT, asvs.APART), each.id
        assert not (each.tests and each.state == asvs.APART), each.id


def test_the_page_is_made_from_the_table() -> None:
    assert asvs.PAGE.read_text(encoding="utf-8") == asvs.page(asvs.read()), "python -m tools.asvs"
