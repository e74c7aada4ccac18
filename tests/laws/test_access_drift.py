"""P6, drift: a rule that reads the item must be said in SQL too. Cedar itself tells which rules those are.

Everything about the person and the time is known, the item is not: what Cedar then leaves open is what the lists must
implement, and what it decides is what the gate must. Partial evaluation is experimental, so it is met here alone.
"""

from __future__ import annotations

import cedarpy
import pytest

from foundation.actor import Actor
from identity.rules import entities as build
from identity.rules.gate import GATE_IMPLEMENTS, person_gate
from sharing.queries.visible import SQL_IMPLEMENTS
from tests.laws.crossing import crossed_people
from tests.laws.worlds import NOW, policy

LONE = Actor(id="p1", name="", party="one", principal=1)
PEOPLE = [LONE, *crossed_people(full=False)]


def _seeing_something(actor: Actor) -> cedarpy.PartialDiagnostics:
    rules = policy()
    asked = {
        "principal": f'Person::"{actor.principal}"',
        "action": 'Action::"see"',
        "context": build.context(NOW, ""),
    }
    known = build.entities(rules.schema, [build.person(actor)])
    return cedarpy.is_authorized_partial(asked, rules.policies, known, rules.schema).diagnostics


def test_what_hangs_on_the_item_is_what_the_lists_implement() -> None:
    open_rules = {rule for actor in PEOPLE for rule in _seeing_something(actor).nontrivial_residuals}
    assert open_rules == SQL_IMPLEMENTS


@pytest.mark.parametrize("actor", PEOPLE, ids=range(len(PEOPLE)))
def test_what_hangs_on_the_person_alone_is_what_the_gate_says(actor: Actor) -> None:
    assert set(_seeing_something(actor).must_be_determining) == set(person_gate(actor, NOW))


def test_the_people_tried_meet_every_rule_of_the_gate() -> None:
    assert {rule for actor in PEOPLE for rule in person_gate(actor, NOW)} == GATE_IMPLEMENTS
