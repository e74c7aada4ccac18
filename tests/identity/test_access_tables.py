"""The decision tables of policies/access/tests, each row decided by Cedar and by the oracle."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.policy import Faults
from identity.policy.access import AccessPolicy, load_access
from identity.rules.decide import DUTY_ACTIONS, ITEM_ACTIONS, Decider
from tests import oracle
from tests.identity.access_cases import ITEM_TABLES, NOW, TABLES, Case, cases, items, people

ABOUT_ITEMS = cases(*ITEM_TABLES)
ABOUT_DUTIES = cases("60-duties")


def _name(case: Case) -> str:
    return f"{case.table}: {case.person} {case.action}: {case.case}"


@pytest.fixture(scope="module")
def policy() -> AccessPolicy:
    faults = Faults()
    loaded = load_access(TABLES.parents[1], faults)
    faults.raise_any()
    assert loaded is not None
    return loaded


@pytest.fixture(scope="module")
def decider(policy: AccessPolicy) -> Decider:
    return Decider(policy)


@pytest.mark.parametrize("case", ABOUT_ITEMS, ids=_name)
def test_an_item_case_is_decided_as_written(case: Case, decider: Decider) -> None:
    actor, facts = people()[case.person], items()[case.item]
    verdict = decider.decide(actor, case.action, facts, now=NOW, purpose=case.purpose)
    assert (verdict.allowed, set(verdict.rules)) == (case.allowed, case.rules)
    assert oracle.decide(actor, case.action, facts, NOW, case.purpose) == (case.allowed, case.rules)


@pytest.mark.parametrize("case", ABOUT_DUTIES, ids=_name)
def test_a_duty_case_is_decided_as_written(case: Case, decider: Decider) -> None:
    actor = people()[case.person]
    asked = {"owner": case.owner, "body": case.body, "other": case.reviewer}
    verdict = decider.decide_duty(actor, case.action, now=NOW, **asked)
    assert (verdict.allowed, set(verdict.rules)) == (case.allowed, case.rules)
    assert oracle.decide_duty(actor, case.action, NOW, **asked) == (case.allowed, case.rules)


def test_every_duty_is_decided_for_everybody_as_the_oracle_says(decider: Decider) -> None:
    for actor in people().values():
        for action in DUTY_ACTIONS:
            for other in ("", actor.id, "somebody-else"):
                for body in ("hmip", "imb"):
                    asked = {"owner": other, "body": body, "other": other}
                    verdict = decider.decide_duty(actor, action, now=NOW, **asked)
                    expected = oracle.decide_duty(actor, action, NOW, **asked)
                    assert (verdict.allowed, set(verdict.rules)) == expected, (actor.id, action, asked)


def test_every_rule_has_a_case_where_it_decides_and_one_where_it_does_not(policy: AccessPolicy) -> None:
    told: dict[str, set[bool]] = {rule: set() for rule in policy.rules}
    for case in (*ABOUT_ITEMS, *ABOUT_DUTIES):
        for rule, text in policy.rules.items():
            if rule in case.rules:
                told[rule].add(True)
            elif _could_speak(policy, rule, case) and (text.effect == "forbid" or not case.allowed):
                told[rule].add(False)
    assert {rule for rule, both in told.items() if both != {True, False}} == set()


def _could_speak(policy: AccessPolicy, rule: str, case: Case) -> bool:
    """Whether the rule lists the action of the case, so that its silence there says something."""
    text = (TABLES.parent / Path(policy.rules[rule].file).name).read_text(encoding="utf-8")
    scope = text.split(f'@id("{rule}")')[1].split(";\n")[0]
    return f'Action::"{case.action}"' in scope or "action, resource" in scope


def test_every_action_stands_in_a_case_and_the_schema_knows_no_other() -> None:
    assert {case.action for case in ABOUT_ITEMS} == ITEM_ACTIONS == oracle.ITEM_ACTIONS
    assert {case.action for case in ABOUT_DUTIES} == set(DUTY_ACTIONS)


def test_the_register_and_the_tables_are_the_only_other_files() -> None:
    known = {"people", "items", "60-duties", *ITEM_TABLES}
    assert {path.stem for path in TABLES.iterdir()} == known
