"""What the door to decisions promises besides its verdicts: reasons, silence, explanation, and the canaries."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from foundation.actor import NOBODY, SERVICE, Actor
from foundation.policy import Faults, PolicyFaulty
from identity.model import ItemFacts
from identity.policy.access import AccessPolicy, load_access
from identity.rules import decide
from identity.rules.canaries import CANARIES, DUTY_CANARIES
from identity.rules.decide import Decider
from identity.rules.gate import person_gate
from tests.identity.access_cases import NOW, TABLES, items, people

PEOPLE, ITEMS = people(), items()


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


def _told(decider: Decider, person: str, item: str, action: str = "see") -> bool:
    actor, facts = PEOPLE[person], ITEMS[item]
    return decider.told(actor, facts, decider.decide(actor, action, facts, now=NOW), now=NOW)


def test_a_verdict_carries_the_sentences_of_its_rules_and_the_digest(decider: Decider, policy: AccessPolicy) -> None:
    verdict = decider.decide(PEOPLE["member"], "see", ITEMS["quarantined"], now=NOW)
    assert verdict.why == ("It is held back while an incident is looked into.",)
    assert verdict.policy == policy.digest == decider.policy


def test_who_holds_a_basis_is_told_why_not(decider: Decider) -> None:
    assert _told(decider, "member", "quarantined")
    assert _told(decider, "member", "withdrawn")
    assert _told(decider, "member", "letter", "pass-on")


@pytest.mark.parametrize(
    ("person", "item"),
    [
        ("group-member", "letter"),
        ("group-member", "quarantined"),
        ("member", "granted-until-now"),
        ("second-inspector", "embargoed"),
        ("member", "one-party-only"),
        ("member", "hmg-only"),
        ("member", "complaint"),
        ("chair", "complaint-about-chair"),
    ],
)
def test_without_a_basis_or_where_nobody_may_be_told_nothing_is_there(person: str, item: str, decider: Decider) -> None:
    assert not decider.decide(PEOPLE[person], "see", ITEMS[item], now=NOW).allowed
    assert not _told(decider, person, item)


def test_one_bar_that_nobody_is_told_of_silences_the_others(decider: Decider) -> None:
    facts = replace(ITEMS["embargoed"], quarantined=True)
    actor = PEOPLE["second-inspector"]
    verdict = decider.decide(actor, "see", facts, now=NOW)
    assert set(verdict.rules) == {"HND-13-embargo", "INC-01-quarantine"}
    assert verdict.tell == "nobody"
    assert not decider.told(actor, facts, verdict, now=NOW)


def test_the_gate_says_what_is_wrong_with_the_person_and_nothing_of_any_item(decider: Decider) -> None:
    gate = decider.gate(PEOPLE["training-ended"], now=NOW)
    assert (gate.allowed, gate.rules, gate.tell) == (False, ("PER-03-trained",), "self")
    assert gate.why == (decider.rules["PER-03-trained"].why,)
    assert decider.gate(PEOPLE["member"], now=NOW).allowed


def test_every_rule_of_the_gate_may_be_told_to_the_person(policy: AccessPolicy) -> None:
    for actor in (*PEOPLE.values(), NOBODY):
        assert {policy.rules[rule].tell for rule in person_gate(actor, NOW)} <= {"self"}


def test_explaining_gives_the_bases_also_where_a_bar_stands(decider: Decider) -> None:
    why = decider.explain(PEOPLE["inspector"], "see", ITEMS["letter"], now=NOW)
    assert (why.allowed, why.bases) == (True, ("NTK-03-sender", "NTK-04-route"))
    why_not = decider.explain(PEOPLE["member"], "open", ITEMS["quarantined"], now=NOW, purpose="follow-up")
    assert (why_not.allowed, why_not.rules, why_not.bases) == (False, ("INC-01-quarantine",), ("NTK-01-recipient",))


def test_neither_the_service_nor_a_visitor_reaches_anything(decider: Decider) -> None:
    for actor in (SERVICE, NOBODY):
        for facts in ITEMS.values():
            assert not decider.decide(actor, "open", facts, now=NOW, purpose="any").allowed
        for action in decide.DUTY_ACTIONS:
            assert not decider.decide_duty(actor, action, now=NOW, body=actor.party).allowed


def test_many_are_decided_as_each_alone_and_in_their_order(decider: Decider) -> None:
    for actor in PEOPLE.values():
        facts = [*ITEMS.values(), ITEMS["letter"]]
        each = [decider.decide(actor, "see", fact, now=NOW) for fact in facts]
        assert decider.decide_many(actor, "see", facts, now=NOW) == each
    assert decider.decide_many(PEOPLE["member"], "see", [], now=NOW) == []


def test_an_action_no_rule_speaks_of_is_a_mistake_of_the_caller(decider: Decider) -> None:
    with pytest.raises(RuntimeError, match="'peek'"):
        decider.decide(PEOPLE["member"], "peek", ITEMS["letter"], now=NOW)
    with pytest.raises(RuntimeError, match="'see'"):
        decider.decide_duty(PEOPLE["member"], "see", now=NOW)


def test_the_canaries_know_a_dozen_denials_and_some_permits() -> None:
    every = (*CANARIES, *DUTY_CANARIES)
    assert sum(not canary.allowed for canary in every) >= 12
    assert sum(canary.allowed for canary in every) >= 3
    assert len({canary.name for canary in every}) == len(every)


@pytest.mark.parametrize("name", [canary.name for canary in CANARIES])
def test_one_canary_answered_otherwise_keeps_the_service_from_starting(
    name: str, policy: AccessPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned = [replace(c, allowed=not c.allowed) if c.name == name else c for c in CANARIES]
    monkeypatch.setattr(decide, "CANARIES", turned)
    with pytest.raises(PolicyFaulty, match="known question") as refused:
        Decider(policy)
    assert len(refused.value.faults) == 1


def test_rules_that_allow_everything_do_not_start(tmp_path: Path) -> None:
    """Faultless by every check of the text, and still refused: the known denials are asked."""
    shutil.copytree(TABLES.parent, tmp_path / "access")
    with (tmp_path / "access" / "60-more.cedar").open("w", encoding="utf-8") as file:
        file.write('@id("X-01") @why("w") @tell("self") @source("M01")\npermit (principal, action, resource);\n')
    with (tmp_path / "access" / "REGISTER.csv").open("a", encoding="utf-8") as file:
        file.write("X-01,Everybody may do everything.,M01,nobody,not yet\n")
    faults = Faults()
    loaded = load_access(tmp_path, faults)
    faults.raise_any()
    assert loaded is not None
    with pytest.raises(PolicyFaulty, match="a stranger opens"):
        Decider(loaded)


def test_facts_of_an_item_nobody_named_are_refused_to_everybody(decider: Decider) -> None:
    facts = ItemFacts(id=1, sender=10**9)
    lone: list[Actor] = list(PEOPLE.values())
    assert not any(decider.decide(actor, "see", facts, now=NOW).allowed for actor in lone)
