"""The ways Cedar's Python binding answers Allow where a rule should have stood, tried on our rules: none is left.

Each test takes away one of the belts (schema at the engine, schema at the entities, a second entity, an attribute) and
asks what must be refused. Our text alone refuses it, and so does the way we ask.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cedarpy
import pytest

from foundation.actor import Actor
from foundation.policy import Faults, PolicyFaulty
from identity.model import ItemFacts
from identity.policy.access import AccessPolicy, load_access
from identity.rules import entities as build
from identity.rules.decide import UNDECIDED, Decider

ROOT = Path(__file__).parents[2] / "policies"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ACTOR = Actor(id="p1", name="", party="one", principal=1, hmg=True)
ITEM = ItemFacts(id=7, sender=9, recipients=frozenset({1}))
BARRED = {
    "quarantined": (ACTOR, replace(ITEM, quarantined=True)),
    "gone": (ACTOR, replace(ITEM, state="destroyed")),
    "barred by name": (ACTOR, replace(ITEM, recused=frozenset({1}))),
    "HMG only": (replace(ACTOR, hmg=False), replace(ITEM, hmg_only=True)),
    "other organisation": (ACTOR, replace(ITEM, org_only=True)),
    "embargoed": (ACTOR, replace(ITEM, embargo_until=datetime(2027, 1, 1, tzinfo=UTC))),
    "administrator": (replace(ACTOR, duties=frozenset({"account-admin"})), ITEM),
    "untrained": (replace(ACTOR, handling_until=NOW), ITEM),
    "suspended": (replace(ACTOR, standing="suspended"), ITEM),
}


@pytest.fixture(scope="module")
def policy() -> AccessPolicy:
    faults = Faults()
    loaded = load_access(ROOT, faults)
    faults.raise_any()
    assert loaded is not None
    return loaded


def _request(actor: Actor, facts: ItemFacts) -> dict[str, Any]:
    return {
        "principal": build.uid("Person", actor.principal),
        "action": build.uid("Action", "open"),
        "resource": build.uid("Item", facts.id),
        "context": build.context(NOW, "a trap"),
    }


def _text(actor: Actor, facts: ItemFacts) -> str:
    return json.dumps([build.person(actor), build.item(facts)])


@pytest.mark.parametrize("why", BARRED)
def test_without_any_schema_the_text_alone_refuses(why: str, policy: AccessPolicy) -> None:
    actor, facts = BARRED[why]
    answer = cedarpy.is_authorized(_request(actor, facts), policy.policies, _text(actor, facts))
    assert (answer.allowed, answer.diagnostics.errors) == (False, [])


@pytest.mark.parametrize("why", BARRED)
def test_entities_without_schema_asked_with_it_are_refused(why: str, policy: AccessPolicy) -> None:
    actor, facts = BARRED[why]
    bare = cedarpy.Entities.from_json_str(_text(actor, facts))
    answer = cedarpy.is_authorized(_request(actor, facts), policy.policies, bare, policy.schema)
    assert (answer.allowed, answer.diagnostics.errors) == (False, [])


def test_the_same_request_without_the_bar_is_allowed(policy: AccessPolicy) -> None:
    answer = cedarpy.is_authorized(_request(ACTOR, ITEM), policy.policies, _text(ACTOR, ITEM))
    assert answer.allowed


def test_no_other_entity_is_ever_needed(policy: AccessPolicy) -> None:
    """The third trap is a bar that reads through an entity nobody passed: person and item are all there is."""
    for actor, facts in BARRED.values():
        known = build.entities(policy.schema, [build.person(actor), build.item(facts)])
        answer = cedarpy.is_authorized(_request(actor, facts), policy.policies, known, policy.schema)
        assert (answer.allowed, answer.diagnostics.errors) == (False, [])


@pytest.mark.parametrize("lost", ["quarantined", "state", "recused", "hmgOnly", "orgOnly", "recipients"])
def test_an_item_that_lost_an_attribute_cannot_be_built(lost: str, policy: AccessPolicy) -> None:
    entity = build.item(ITEM)
    del entity["attrs"][lost]
    with pytest.raises(ValueError, match="does not conform to the schema"):
        build.entities(policy.schema, [build.person(ACTOR), entity])


@pytest.mark.parametrize(
    ("actor", "facts"),
    [
        (replace(ACTOR, standing="actve"), ITEM),
        (replace(ACTOR, duties=frozenset({"breach-leed"})), ITEM),
        (ACTOR, replace(ITEM, state="opened")),
    ],
)
def test_a_word_of_no_list_is_refused_and_said_to_be_undecided(
    actor: Actor, facts: ItemFacts, policy: AccessPolicy
) -> None:
    verdict = Decider(policy).decide(actor, "see", facts, now=NOW)
    assert (verdict.allowed, verdict.rules, verdict.tell) == (False, (UNDECIDED,), "nobody")
    assert not Decider(policy).holds_basis(actor, facts, now=NOW)


def test_a_bar_that_errs_does_not_make_an_allow(policy: AccessPolicy) -> None:
    """Cedar skips an erring forbid and says Allow with errors beside it; that is no permission here."""
    erring = """
        @id("X-1") permit (principal, action, resource);
        @id("X-2") forbid (principal, action, resource) when { resource.nothing };
    """
    answer = cedarpy.is_authorized(_request(ACTOR, ITEM), erring, _text(ACTOR, ITEM))
    assert answer.allowed
    assert answer.diagnostics.errors
    assert Decider(policy)._verdict(answer, "self").rules == (UNDECIDED,)


def test_a_quotation_mark_in_an_id_changes_no_question(policy: AccessPolicy) -> None:
    actor = replace(ACTOR, id='p1" || true //', party='one" || true')
    assert not Decider(policy).decide(actor, "see", replace(ITEM, org_only=True), now=NOW).allowed


@pytest.mark.parametrize("rule", ["INC-01-quarantine", "NTK-10-recused", "SOD-01-admin-no-content", "NTK-04-route"])
def test_an_engine_that_loses_a_rule_does_not_start(rule: str, policy: AccessPolicy) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "access").glob("*.cedar")))
    parsed = json.loads(cedarpy.policies_to_json_str(text))
    by_id = {body["annotations"]["id"]: body for body in parsed["staticPolicies"].values()}
    del by_id[rule]
    lossy = cedarpy.PolicySet.from_json_str(json.dumps({**parsed, "staticPolicies": by_id}))
    with pytest.raises(PolicyFaulty, match=rule):
        Decider(replace(policy, policies=lossy))
