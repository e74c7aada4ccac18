"""What may run on one database alone is read rightly from the code: whoever can ask which it is, is seen to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tests.house
from tests import databases, stores
from tests.databases import memory
from tests.house import Live
from tests.reach import Reach, left_out


def direct(tmp_path: Path) -> str:
    return databases.new(tmp_path)


def by_its_name() -> object:
    return memory()


def through_another(tmp_path: Path) -> str:
    return direct(tmp_path)


def in_a_lambda() -> Callable[[], object]:
    return lambda: [stores.on_s3() for _ in range(2)]


def through_a_class(tmp_path: Path) -> Live:
    return Live.create(tmp_path)


def through_a_dotted_name(tmp_path: Path) -> object:
    return tests.house.environ_of(tmp_path)


def on_the_way() -> object:
    from tests.stores import keyring

    return keyring


@cache
def remembered() -> object:
    return memory()


def through_what_is_remembered() -> object:
    return remembered()


def closed_over(asks: Callable[[], object]) -> Callable[[], object]:
    def inner() -> object:
        return asks()

    return inner


@given(st.booleans())
def with_examples(_: bool) -> None:
    by_its_name()


class Base:
    def asks(self) -> str:
        return stores.HERE.kind


@dataclass
class Heir(Base):
    name: str


THING = Heir("a value of a class that asks")


def through_a_value() -> object:
    return THING


def by_name(request: pytest.FixtureRequest) -> object:
    return request.getfixturevalue("live")


def names_the_module_alone() -> object:
    return tests.house.POLICIES / tests.house.PASSWORD


def only_computes() -> str:
    return str(Path("stores")).replace("s", "databases")


SEEING: list[Any] = [
    direct, by_its_name, through_another, in_a_lambda, through_a_class, through_a_dotted_name, on_the_way, remembered,
    through_what_is_remembered, closed_over(by_its_name), with_examples, Base, Heir, THING, through_a_value, by_name,
    partial(print, direct), {"one": [direct]}, Heir("b").asks, databases, stores.HERE,
]  # fmt: skip
BLIND: list[Any] = [names_the_module_alone, only_computes, closed_over(only_computes), Path, [1, "stores"], None]


@pytest.mark.parametrize("start", SEEING, ids=lambda one: getattr(one, "__name__", type(one).__name__))
def test_whoever_can_ask_is_seen_to(start: object) -> None:
    assert Reach().of(start)


def test_who_cannot_is_not_taken_for_one_who_can() -> None:
    assert [one for one in BLIND if Reach().of(one)] == []


def test_what_was_found_once_is_found_again_in_any_order() -> None:
    reach = Reach()
    assert [reach.of(one) for one in (*BLIND, *SEEING, *BLIND)] == [
        *(False for _ in BLIND), *(True for _ in SEEING), *(False for _ in BLIND),
    ]  # fmt: skip


def test_one_taken_for_blind_that_asks_all_the_same_fails_and_says_why() -> None:
    reach = Reach()
    with reach.held("test_x"), pytest.raises(AssertionError, match="test_x was found to see no database"):
        reach.asked()
    reach.asked()


def test_everything_that_stands_on_a_house_is_seen_to_ask(request: pytest.FixtureRequest) -> None:
    """Of the tests of this run: those with a fixture that gives a house or a scene in one."""
    reach = Reach()
    found = [item for item in request.session.items if item.get_closest_marker("database") is None]
    standing = [item for item in found if {"live", "scene"} & set(item.fixturenames)]
    assert [item.nodeid for item in standing if not reach.sees(item)] == []


@pytest.mark.parametrize("about", [[], ["sqlite"], ["postgresql"], ["sqlite", "postgresql"]])
@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize("sees", [False, True])
@pytest.mark.parametrize("folder", [False, True])
def test_no_test_is_left_out_of_every_run(about: list[str], once: bool, sees: bool, folder: bool) -> None:
    given = {"about": about, "folder": folder, "once": once, "sees": sees}
    runs = [left_out("sqlite", s3=False, **given), left_out("postgresql", s3=True, **given)]
    assert "" in runs
    if not about:
        assert runs[0] == "", "what is about no database alone runs on SQLite and files, always"
        assert (runs[1] == "") == (sees and not once and not folder)
