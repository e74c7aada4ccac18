"""Random histories of items, holds of every scope, lifts, decisions, clock moves, sweeps and crashes: nothing that a
hold catches is destroyed, and after a sweep every list says what is held.

The oracle knows what happened and nothing of how the service keeps it: it evaluates each scope plainly, from facts.
That it can fail is shown below: each mutant is one safeguard taken away, and the same histories find it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from retention_world import APPROVER, OTHER, REVIEWER, World, empty, opened

from audit.follow import replay
from foundation.actor import SERVICE
from foundation.calendar import london_date
from foundation.errors import ServiceError
from retention.model.case import HOLDABLE, Case
from retention.model.hold import BINDING, Scope
from retention.rules import scope as rules
from retention.service.catching import Catching
from retention.service.holds import Terms
from retention.service.preview import Asked
from retention.store.cases import Holdings
from tests.taken_in import take_in

NAMES, PLACES = ("Joan", "Bob"), ("XXI", "XSB")
SOME = {"max_size": 1}


@dataclass
class Known:
    """An item, as the test made it."""

    body: str
    of: str
    place: str
    day: date
    names: set[str]


@dataclass
class Held:
    """A hold, as the test placed it. ``at``: the count of acts, for what came before what."""

    at: int
    names: frozenset[str]
    places: frozenset[str]
    classes: frozenset[str]
    bodies: frozenset[str]
    items: frozenset[str]
    since: date | None
    until: date | None
    words: bool
    fits: dict[str, bool] = field(default_factory=dict)
    lifted: bool = False

    def catches(self, item: str, known: Known) -> bool:
        if item in self.fits:
            return self.fits[item]
        named = [
            (self.names, known.names), (self.places, {known.place}), (self.classes, {known.of}),
            (self.bodies, {known.body}), (self.items, {item}),
        ]  # fmt: skip
        if not any(wanted for wanted, _ in named) and self.since is None and self.until is None:
            return False
        if any(wanted and not wanted & has for wanted, has in named):
            return False
        return (self.since is None or self.since <= known.day) and (self.until is None or known.day <= self.until)


class HeldHistories(RuleBasedStateMachine):
    items = Bundle("items")
    holds = Bundle("holds")

    @initialize()
    def begin(self) -> None:
        self.world = World()
        self.known: dict[str, Known] = {}
        self.held: dict[str, Held] = {}
        self.begun: dict[str, int] = {}
        self.grown: set[str] = set()
        self.count = 0

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.close()

    def attempt(self, step: str, item: str, actor: Any = SERVICE, **given: Any) -> Any:
        try:
            return self.world.do(step, item, actor, **given)
        except ServiceError:
            return None

    def is_held(self, item: str, *, before: int = 10**9) -> bool:
        """The oracle."""
        known = self.known[item]
        return any(not hold.lifted and hold.at < before and hold.catches(item, known) for hold in self.held.values())

    # --- what happens

    @rule(target=items, of=st.sampled_from(["letters", "notes"]), place=st.sampled_from(PLACES),
          name=st.sampled_from(["", *NAMES]), body=st.sampled_from(["alpha", "alpha", "beta"]))  # fmt: skip
    def ends(self, of: str, place: str, name: str, body: str) -> str:
        day = london_date(self.world.now)
        item = self.world.item(of=of, place=place, about=name, body=body)
        self.known[item] = Known(body, of, place, day, {name} - {""})
        return item

    @rule(item=items)
    def comes_near_its_end(self, item: str) -> None:
        """As far as it goes: a hold stops it somewhere on the way."""
        body = self.known[item].body
        mine = REVIEWER if body == "alpha" else OTHER
        if self.world.look(item).due_on is None:
            self.attempt("confirm_period", item, mine, months=1, authority="Sample")
        self.pass_time(31)
        self.sweep()
        self.attempt("offer_return", item, OTHER if body == "alpha" else REVIEWER)
        self.attempt("answer_return", item, mine, answer="declined", reason="x")
        self.approved(item)

    @rule(item=items)
    def approved(self, item: str) -> None:
        self.attempt("review", item, REVIEWER, proposal="destroy", reason="x")
        held, state = self.is_held(item), self.world.look(item).state
        if self.attempt("approve", item, APPROVER) is not None:
            assert state == "reviewed"
            assert not held, "a held item was approved for destruction"

    @rule(days=st.integers(1, 20))
    def pass_time(self, days: int) -> None:
        self.world.pass_time(days)

    @rule(item=items, name=st.sampled_from(NAMES))
    def somebody_more_is_known_to_be_in_it(self, item: str, name: str) -> None:
        """Whatever was entered on items before does not know it; only the scope, asked again, does."""
        case = self.world.look(item)
        if case.state in HOLDABLE:
            self.world.index.put(case.item_id, name)
            self.known[item].names.add(name)
            self.grown.add(item)

    @rule(target=holds, item=items, name=st.sampled_from(NAMES), actor=st.sampled_from([REVIEWER, OTHER]))
    def found_in_it_at_the_last_moment(self, item: str, name: str, actor: Any) -> Any:
        """The hold is entered on all there is; then an item turns out to be about whom it names. No sweep between."""
        self.comes_near_its_end(item)
        self.pass_time(14)
        none: frozenset[str] = frozenset()
        hold = self.placed(Held(self.tick(), frozenset({name}), none, none, none, none, None, None, False), actor)
        self.somebody_more_is_known_to_be_in_it(item, name)
        for step in ("begin_destruction", "carry_out"):
            self.watched(step, item)
        return hold

    @rule(
        target=holds,
        actor=st.sampled_from([REVIEWER, OTHER]),
        names=st.frozensets(st.sampled_from(NAMES), **SOME),
        places=st.frozensets(st.sampled_from(PLACES), **SOME),
        classes=st.frozensets(st.sampled_from(["letters", "notes"]), **SOME),
        bodies=st.frozensets(st.sampled_from(["alpha", "beta"]), **SOME),
        days=st.sampled_from([None, (0, 0), (0, 0), (-31, 31), (-40, 9), (1, 20)]),  # from today, and how many
        words=st.sampled_from([False, False, True]),
    )
    def hold(self, actor: Any, names: Any, places: Any, classes: Any, bodies: Any, days: Any, words: bool) -> Any:
        since = until = None
        if days:
            today = london_date(self.world.now).toordinal()
            since, until = date.fromordinal(today + days[0]), date.fromordinal(today + days[0] + days[1])
        return self.placed(Held(self.tick(), names, places, classes, bodies, frozenset(), since, until, words), actor)

    @rule(target=holds, item=items, actor=st.sampled_from([REVIEWER, OTHER]))
    def hold_one(self, item: str, actor: Any) -> Any:
        none: frozenset[str] = frozenset()
        return self.placed(Held(self.tick(), none, none, none, none, frozenset({item}), None, None, False), actor)

    def placed(self, held: Held, actor: Any) -> Any:
        try:
            with self.world.work() as retention:
                scope = retention.understand(Asked(
                    people=[("name", name) for name in held.names], establishments=[*held.places],
                    classes=[*held.classes], bodies=[*held.bodies], since=held.since, until=held.until,
                ), actor=actor, now=self.world.now)  # fmt: skip
                scope = replace(scope, items=held.items)
                terms = Terms("x", "x", words="Something." if held.words else "")
                hold = retention.place(scope, terms, actor=actor, now=self.world.now)
        except ServiceError:
            return multiple()
        self.held[hold.id] = held
        return hold.id

    @rule(hold=holds, item=items, fits=st.booleans(), actor=st.sampled_from([REVIEWER, OTHER]))
    def decide(self, hold: str, item: str, fits: bool, actor: Any) -> None:
        try:
            with self.world.work() as retention:
                (done,) = retention.decide_items(hold, [item], fits=fits, reason="x", actor=actor, now=self.world.now)
        except ServiceError:
            return
        if not done.reasons:
            assert self.held[hold].words, "what a scope catches was let go one by one"
            self.held[hold].fits[item] = fits

    @rule(hold=holds, actor=st.sampled_from([REVIEWER, OTHER]))
    def lift(self, hold: str, actor: Any) -> None:
        try:
            with self.world.work() as retention:
                retention.lift_hold(hold, reason="x", actor=actor, now=self.world.now)
            self.held[hold].lifted = True
        except ServiceError:
            pass

    # --- what the clock does

    @rule()
    def sweep(self) -> None:
        self.swept()

    def swept(self) -> Any:
        """As often as it takes; then every list says what is held."""
        while (swept := self.world.sweep()).more:
            pass
        for item in self.known:
            case = self.world.look(item)
            if self.is_held(item) and case.state in HOLDABLE and item not in self.grown:
                assert case.held, "held, and no list says so"
            if case.state in HOLDABLE and case.held:
                assert self.is_held(item), "shown as held, and nothing holds it"
        return swept

    @rule(step=st.sampled_from(["begin_destruction", "carry_out", "certify"]), item=items,
          crash=st.sampled_from(["", "", "key", "content", "tombstone"]))  # fmt: skip
    def step_out_of_turn(self, step: str, item: str, crash: str) -> None:
        self.world.shelf.break_after = crash if step == "carry_out" else ""
        self.watched(step, item)
        self.world.shelf.break_after = ""

    @rule(item=items, in_between=st.booleans())
    def run(self, item: str, in_between: bool) -> None:
        swept = self.swept()
        if in_between:
            self.hold_one(item, REVIEWER)
        for step, named in (
            ("begin_destruction", swept.begin),
            ("carry_out", (*swept.carry_out, *swept.begin)),
            ("certify", swept.certify),
        ):
            for each in named:
                self.watched(step, each)

    def watched(self, step: str, item: str) -> None:
        held, before = self.is_held(item), self.world.look(item).state
        had = item_there(self.world, item)
        self.attempt(step, item)
        if before != "destroying" and self.world.look(item).state == "destroying":
            assert not held, "the destruction of a held item was begun"
            self.begun[item] = self.tick()
        if item_there(self.world, item) != had:
            assert item in self.begun, "destroyed without having been begun"
            assert not self.is_held(item, before=self.begun[item]), "a held item was destroyed"

    def tick(self) -> int:
        self.count += 1
        return self.count

    # --- what must always be so

    @invariant()
    def nothing_held_is_gone(self) -> None:
        for item in getattr(self, "known", {}):
            if item not in self.begun:
                assert item_there(self.world, item) == (True, True), "gone, and nobody began it"
            if self.is_held(item, before=self.begun.get(item, 10**9)):
                assert item_there(self.world, item) == (True, True), "a held item is gone"

    @rule()
    def rebuild(self) -> None:
        take_in(self.world.engine)
        with self.world.engine.begin() as conn:
            before = opened(conn)
            empty(conn)
            replay(conn, self.world.keys, self.world.clocks)
            assert opened(conn) == before


def item_there(world: World, item: str) -> tuple[bool, bool]:
    return UUID(item) in world.shelf.live, UUID(item) in world.shelf.content


@pytest.fixture(autouse=True)
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each unit of work enters a hold on one item only, so that much is bound by its scope alone."""
    monkeypatch.setitem(Catching._settle.__kwdefaults__, "batch", 1)


HOW = settings(deadline=None, stateful_step_count=25, suppress_health_check=list(HealthCheck))


def test_no_path_destroys_a_held_item() -> None:
    shrunk = set(Phase) - {Phase.explain}
    run_state_machine_as_test(HeldHistories, settings=settings(HOW, max_examples=40, phases=shrunk))


# --- mutants: one safeguard less, and the same histories find it


def blind_to_scopes(self: Catching, cases: Sequence[Case]) -> list[Case]:
    return list(cases)


def nothing_later(self: Catching, items: Any, **_: Any) -> Counter[str]:
    return Counter()


def nothing_settled(self: Catching, hold: Any, **_: Any) -> int:
    return 0


def any_will_do(scope: Scope, facts: Any) -> bool:
    parts = {"items": {facts.item}, "establishments": {facts.establishment}, "classes": {facts.retention_class},
             "bodies": {facts.originator}, "persons": facts.persons}  # fmt: skip
    return any(getattr(scope, name) & has for name, has in parts.items())


def a_day_short(scope: Scope, facts: Any) -> bool:
    return CATCHES(scope, facts) and (scope.until is None or facts.trigger_on < scope.until)


def nobody(scope: Scope, facts: Any) -> bool:
    return CATCHES(scope, replace(facts, persons=frozenset()))


def lifts_them_all(self: Holdings, hold: str, **values: Any) -> None:
    from retention.tables.holds import disposal_hold

    if "lifted_at" in values:
        for each in self._conn.execute(disposal_hold.select()).all():
            CHANGE(self, each.id, **values)
    else:
        CHANGE(self, hold, **values)


def passed_over_binds_not_at_all(manner: Any, *, caught: bool) -> bool:
    return manner in BINDING if manner != "suggested" else False


CATCHES, CHANGE = rules.catches, Holdings.change
MUTANTS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "the scopes are not asked again when something is to be destroyed": (Catching, "_all_as_held", blind_to_scopes),
    "what arrives later is not entered": (Catching, "_caught", nothing_later),
    "what is there is not entered": (Catching, "_settle", nothing_settled),
    "any part of a scope will do": (rules, "catches", any_will_do),
    "a period ends a day early": (rules, "catches", a_day_short),
    "nobody is found in an item": (rules, "catches", nobody),
    "lifting one hold lifts them all": (Holdings, "change", lifts_them_all),
    "scopes never bind by themselves, and suggestions not at all": (rules, "binds", passed_over_binds_not_at_all),
}


@pytest.mark.once("what is taken away is not the database's; the property itself runs on both")
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_safeguard_taken_away_is_found(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, less = MUTANTS[mutant]
    monkeypatch.setattr(where, name, less)
    quick = settings(HOW, max_examples=600, derandomize=True, database=None, phases=[Phase.generate])
    with pytest.raises(AssertionError):
        run_state_machine_as_test(HeldHistories, settings=quick)
