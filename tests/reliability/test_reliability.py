"""Faults at the writes of what people and jobs do: some of each here, all of them with ``make faults``."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests import databases
from tests.reliability import page
from tests.reliability.acts import ACTS, Act
from tests.reliability.breaking import AWAY, CLOCK, DISK, Fault
from tests.reliability.rows import POSTGRESQL, SQLITE, declared, kept, spread
from tests.reliability.services import SERVICES, cloudy
from tests.reliability.trying import Trying
from tests.reliability.world import World, made_in


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    assert shutil.which("strace"), "strace is not there: run tools/need-strace"
    return made_in(tmp_path_factory.mktemp("reliability"))


def holds(world: World, act: Act, faults: tuple[Fault, ...], most: int = 1) -> None:
    trying = Trying(world, act)
    for fault in faults:
        for strike in spread(fault.strikes(trying), most, act, fault):
            tried = trying.at(strike)
            assert tried.struck, f"{fault.name} at {strike.where} did not happen"
            assert tried.found.faults == (), f"{fault.name} at {strike.where}: {tried}"


CLOUDY = ("begin a draft", "attach a file", "destroy")


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("number", range(len(ACTS)), ids=[act.name for act in ACTS])
def test_whatever_the_disk_does_an_act_is_done_or_not_and_nobody_is_told_a_lie(world: World, number: int) -> None:
    holds(world, ACTS[number], (DISK[number % len(DISK)],))


@pytest.mark.parametrize("number", range(0, len(ACTS), 3), ids=[act.name for act in ACTS[::3]])
def test_a_database_that_goes_away_in_an_act_and_comes_back_has_it_whole_or_not_at_all(
    world: World, number: int
) -> None:
    holds(world, ACTS[number], (AWAY[0],))


@pytest.mark.parametrize("act", [act for act in ACTS if act.name in ("begin a draft", "destroy")], ids=lambda a: a.name)
def test_a_key_store_that_goes_away_alone_or_with_the_database_costs_nothing(world: World, act: Act) -> None:
    holds(world, act, AWAY[1:])


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("number", range(len(CLOCK)), ids=[fault.name for fault in CLOCK])
def test_a_step_of_the_clock_is_refused_or_harmless(world: World, number: int) -> None:
    holds(world, [act for act in ACTS if act.door in CLOCK[number].doors][-1 - number % 3], (CLOCK[number],))


@pytest.mark.once("moto is the same beside either database")
def test_a_store_or_key_service_that_hangs_or_goes_away_is_given_up_on_in_time(tmp_path: Path) -> None:
    begin, attach, destroy = (next(act for act in ACTS if act.name == name) for name in CLOUDY)
    hangs = {fault.name: fault for fault in SERVICES}
    with cloudy(tmp_path) as world:
        holds(world, begin, (hangs["key service hangs"],))
        holds(world, attach, (hangs["store hangs"], hangs["store slow"]))
        holds(world, destroy, (hangs["store hangs"],))


def test_the_page_says_what_the_tests_found() -> None:
    assert page.PAGE.read_text("utf-8") == page.page(), "run python -m tests.reliability.page"


def test_every_row_was_tried_and_nothing_was_amiss() -> None:
    rows = {row.name: row for row in kept()}
    assert set(rows) == {(act.name, fault.name, database) for act, fault, database in declared()}
    assert {row.name: row.wrong for row in rows.values() if row.wrong} == {}
    assert [row.name for row in rows.values() if row.places and not row.tried] == []


@pytest.mark.database("sqlite")
def test_the_table_is_of_the_acts_as_they_are(world: World) -> None:
    """An act that came to write much more, or in another way, has to be tried anew."""
    rows = {row.name: row for row in kept()}
    for act in (ACTS[1], ACTS[-1]):
        here = len(DISK[0].strikes(Trying(world, act)))
        there = rows[act.name, DISK[0].name, SQLITE].places
        assert abs(here - there) <= there / 4, f"{act.name} writes {here} times and not {there}: run make faults"
    assert databases.HERE.kind != POSTGRESQL
