"""What a hold catches: said once in Python, once in SQL, and here once more as plainly as can be."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from retention_world import WORDS, World

from retention.model.case import HOLDABLE
from retention.model.hold import ItemFacts, Scope
from retention.rules import scope as rules
from retention.store.cases import Holdings

NAMES = ("Joan", "Ann", "Bob")
DAYS = [date(2026, 1, 30) + timedelta(days=each) for each in range(4)]
PEOPLE = st.frozensets(st.sampled_from(NAMES), max_size=2)
SCOPES = st.builds(
    Scope,
    items=st.frozensets(st.sampled_from(["one", "two", "three"]), max_size=2),
    persons=PEOPLE,
    establishments=st.frozensets(st.sampled_from(["XXI", "XSB"]), max_size=2),
    classes=st.frozensets(st.sampled_from(["letters", "notes"]), max_size=2),
    bodies=st.frozensets(st.sampled_from(["alpha", "beta"]), max_size=2),
    since=st.none() | st.sampled_from(DAYS),
    until=st.none() | st.sampled_from(DAYS),
)
FACTS = st.builds(
    ItemFacts,
    item=st.sampled_from(["one", "two", "three", "four"]),
    originator=st.sampled_from(["alpha", "beta"]),
    retention_class=st.sampled_from(["letters", "notes"]),
    establishment=st.sampled_from(["XXI", "XSB", ""]),
    trigger_on=st.sampled_from(DAYS),
    persons=PEOPLE,
)


def plainly(scope: Scope, facts: ItemFacts) -> bool:
    """The oracle: one thing after another."""
    said = []
    if scope.items:
        said.append(any(each == facts.item for each in scope.items))
    if scope.persons:
        said.append(any(each == other for each in scope.persons for other in facts.persons))
    if scope.establishments:
        said.append(any(each == facts.establishment for each in scope.establishments))
    if scope.classes:
        said.append(any(each == facts.retention_class for each in scope.classes))
    if scope.bodies:
        said.append(any(each == facts.originator for each in scope.bodies))
    if scope.since:
        said.append(not facts.trigger_on < scope.since)
    if scope.until:
        said.append(not facts.trigger_on > scope.until)
    return bool(said) and False not in said


@given(SCOPES, FACTS)
def test_all_that_is_named_must_fit_and_any_value_of_it_will_do(scope: Scope, facts: ItemFacts) -> None:
    assert rules.catches(scope, facts) == plainly(scope, facts)


@given(SCOPES)
def test_a_scope_is_read_as_it_was_written(scope: Scope) -> None:
    assert rules.read(rules.write(scope)) == scope


@pytest.mark.parametrize(
    "text",
    ['{"classes":["letters"],"colour":["red"]}', "[]", '{"classes": ["letters"]}', '{"until":"2026-02-30"}', "",
     '{"classes":["b","a"]}', '{"classes":[]}'],
)  # fmt: skip
def test_a_scope_half_understood_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json, dates and our own: each is one
        rules.read(text)


def test_what_names_nothing_catches_nothing() -> None:
    facts = ItemFacts("one", "alpha", "letters", "XXI", date(2026, 1, 31))
    assert not rules.catches(Scope(), facts)


@pytest.mark.parametrize(("manner", "caught", "held"), [
    (None, True, True), (None, False, False), ("caught", False, True), ("applied", False, True),
    ("suggested", False, True), ("passed-over", True, False), ("late", True, False),
])  # fmt: skip
def test_what_was_recorded_of_a_hold_and_an_item_goes_before_the_scope(manner: Any, caught: bool, held: bool) -> None:
    assert rules.binds(manner, caught=caught) is held


@given(scopes=st.lists(SCOPES, min_size=1, max_size=8))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_finds_what_the_rule_catches(world: World, scopes: list[Scope]) -> None:
    if not world.count:
        for body, of, place, about in (("alpha", "letters", "XXI", "Joan"), ("alpha", "notes", "XSB", "Ann"),
                                       ("beta", "letters", "XXI", ""), ("alpha", "letters", "", "Bob"),
                                       ("beta", "notes", "XSB", "Joan")):  # fmt: skip
            world.item(body=body, of=of, place=place, about=about)
            world.pass_time(1)
    with world.engine.begin() as conn:
        holdings = Holdings(conn, WORDS)
        everything = holdings.caught(Scope(bodies=frozenset({"alpha", "beta"})), (), limit=10)
        assert len(everything) == 5
        items = dict(zip(("one", "two", "three"), (case.item for case in everything), strict=False))
        for wanted in scopes:
            scope = Scope(
                frozenset(items[each] for each in wanted.items),
                frozenset(world.index.token("name", each) for each in wanted.persons),
                wanted.establishments, wanted.classes, wanted.bodies, wanted.since, wanted.until,
            )  # fmt: skip
            about = world.index.about(scope.persons)
            found = {case.item for case in holdings.caught(scope, about, limit=10)}
            missed = {case.item for case in holdings.missed("no hold", scope, about, 10)}
            tokens = world.index.tokens([case.item_id for case in everything])
            facts = {case.item: rules.facts_of(case, tokens.get(case.item_id, frozenset())) for case in everything}
            assert found == missed == {item for item, each in facts.items() if plainly(scope, each)}
            assert sum(number for *_, number in holdings.tally(scope, about)) == len(found)
            assert all(case.state in HOLDABLE for case in everything)
