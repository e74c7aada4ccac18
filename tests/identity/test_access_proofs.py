"""Proofs over every request there could be, not only the sampled: the rules as Cedar parses them, put to a solver.

Memberships and set tests are free symbols, one for each text, so what is proved never to happen never happens.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cedarpy
import pytest
import z3

from identity.rules.decide import ITEM_ACTIONS
from tests.oracle import NEEDS_PURPOSE, NEVER_CONTENT, ONWARD

ACCESS = Path(__file__).parents[2] / "policies" / "access"
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in sorted(ACCESS.glob("*.cedar")))

Entity = z3.DeclareSort("Entity")
PERSON = z3.Const("principal", Entity)
_SORTS: dict[str, Callable[[str], Any]] = {
    "principal.standing": lambda name: z3.Const(name, Entity),
    "principal.party": lambda name: z3.Const(name, Entity),
    "principal.account": z3.String,
    "principal.hmg": z3.Bool,
    "principal.abroad": z3.Bool,
    "principal.vettedUntil": z3.Int,
    "principal.handlingUntil": z3.Int,
    "principal.disposalUntil": z3.Int,
    "principal.mediaUntil": z3.Int,
    "principal.informedUntil": z3.Int,
    "resource.sender": lambda name: z3.Const(name, Entity),
    "resource.embargoLead": lambda name: z3.Const(name, Entity),
    "resource.state": lambda name: z3.Const(name, Entity),
    "resource.body": lambda name: z3.Const(name, Entity),
    "resource.owner": z3.String,
    "resource.reviewer": z3.String,
    "resource.embargoUntil": z3.Int,
    "resource.recipientsOnly": z3.Bool,
    "resource.orgOnly": z3.Bool,
    "resource.hmgOnly": z3.Bool,
    "resource.quarantined": z3.Bool,
    "context.now": z3.Int,
    "context.purpose": z3.String,
}
_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "&&": z3.And,
    "||": z3.Or,
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
}


def named(kind: str, name: str) -> Any:
    """A value of a closed list ("open", "active"), as one constant of its own."""
    return z3.Const(f"{kind}::{name}", Entity)


# Values of a closed list differ from each other, which the solver must be told.
DISTINCT = [
    z3.Distinct(*(named("State", state) for state in ("open", "closed", "withdrawn", "destroyed"))),
    z3.Distinct(*(named("Standing", standing) for standing in ("invited", "active", "suspended", "left", "unknown"))),
]


def atom(text: str) -> Any:
    """A fact about this person and item that is free: one symbol for each text."""
    return z3.Bool(text)


def _path(node: Mapping[str, Any]) -> str | None:
    if "Var" in node:
        return str(node["Var"])
    if "." in node and (left := _path(node["."]["left"])):
        return f"{left}.{node['.']['attr']}"
    return None


def _said(node: Mapping[str, Any]) -> str:
    return _path(node) or json.dumps(node, sort_keys=True)


def _expression(node: Mapping[str, Any]) -> Any:
    ((kind, body),) = node.items()
    if kind in _BINARY:
        return _BINARY[kind](_expression(body["left"]), _expression(body["right"]))
    if kind == "!":
        return z3.Not(_expression(body["arg"]))
    if kind == "has":
        return atom(f"has {_said(body['left'])}.{body['attr']}")
    if kind in ("contains", "containsAll", "in", "hasTag"):
        return atom(f"{_said(body['left'])} {kind} {_said(body['right'])}")
    return _value(kind, body, node)


def _value(kind: str, body: Any, node: Mapping[str, Any]) -> Any:
    if kind == "Value" and isinstance(body, dict):
        return named(body["__entity"]["type"], body["__entity"]["id"])
    if kind == "Value":
        return z3.StringVal(body)
    if kind == "Var":
        assert body == "principal"
        return PERSON
    assert kind == ".", f"a node not known: {kind}"
    path = _path(node)
    if path is None:  # getTag(…).grant.since
        return z3.Int(f"{body['left']['.']['attr']}.{body['attr']}")
    return _SORTS[path](path)


def _speaks(rule: Mapping[str, Any], action: str) -> bool:
    scope = rule["action"]
    if scope["op"] == "All":
        return True
    listed = [scope["entity"]] if "entity" in scope else scope["entities"]
    return any(entry["id"] == action for entry in listed)


def _formula(rule: Mapping[str, Any]) -> Any:
    parts = [_scope(rule["principal"])]
    for condition in rule["conditions"]:
        body = _expression(condition["body"])
        parts.append(body if condition["kind"] == "when" else z3.Not(body))
    return z3.And(*parts)


def _scope(principal: Mapping[str, Any]) -> Any:
    return z3.BoolVal(True) if principal["op"] == "All" else duty(principal["entity"]["id"])


def duty(name: str) -> Any:
    return atom(f"principal in Duty::{name}")


def rules_of(text: str) -> dict[str, Mapping[str, Any]]:
    parsed = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"]
    return {rule["annotations"]["id"]: rule for rule in parsed.values()}


def allow(action: str, rules: Mapping[str, Mapping[str, Any]], without: str = "") -> Any:
    """What must hold for this action to be allowed."""
    speaking = {name: rule for name, rule in rules.items() if name != without and _speaks(rule, action)}
    permits = [_formula(rule) for rule in speaking.values() if rule["effect"] == "permit"]
    forbids = [_formula(rule) for rule in speaking.values() if rule["effect"] == "forbid"]
    return z3.And(z3.Or(*permits), *(z3.Not(forbid) for forbid in forbids))


def possible(*claims: Any) -> bool:
    """Whether some request makes all of these true. An answer of “unknown” is a failure of the proof."""
    solver = z3.Solver()
    solver.add(*DISTINCT, *claims)
    answer = solver.check()
    assert answer in (z3.sat, z3.unsat)
    return bool(answer == z3.sat)


RULES = rules_of(TEXT)
SENDER = z3.Const("resource.sender", Entity) == PERSON
NAMED = atom("resource.recipients contains principal")
GROUPED = atom("principal in resource.groups")
ROUTED = atom("principal in resource.offices")
TAGGED = atom("resource hasTag principal.key")
NOW = z3.Int("context.now")
EMBARGOED = z3.And(atom("has resource.embargoUntil"), z3.Int("resource.embargoUntil") > NOW)
LEAD = z3.And(atom("has resource.embargoLead"), z3.Const("resource.embargoLead", Entity) == PERSON)
LASTING = z3.Or(SENDER, NAMED, GROUPED, ROUTED)
STATE = z3.Const("resource.state", Entity)

NEVER: dict[str, tuple[frozenset[str], Any]] = {
    "anything with a quarantined item": (ITEM_ACTIONS, z3.Bool("resource.quarantined")),
    "anything with an item withdrawn": (ITEM_ACTIONS, named("State", "withdrawn") == STATE),
    "anything with an item destroyed": (ITEM_ACTIONS, named("State", "destroyed") == STATE),
    "anything by a person barred by name": (ITEM_ACTIONS, atom("resource.recused contains principal")),
    "anything by an account not active": (
        ITEM_ACTIONS,
        z3.Const("principal.standing", Entity) != named("Standing", "active"),
    ),
    "anything with vetting lapsed": (ITEM_ACTIONS, z3.Int("principal.vettedUntil") <= NOW),
    "anything with training in handling lapsed": (ITEM_ACTIONS, z3.Int("principal.handlingUntil") <= NOW),
    "anything with the handling requirements not accepted": (ITEM_ACTIONS, z3.Int("principal.informedUntil") <= NOW),
    "a disposal with training in it lapsed": (
        frozenset({"review-disposal", "approve-disposal"}),
        z3.Int("principal.disposalUntil") <= NOW,
    ),
    "content without a purpose": (frozenset(NEEDS_PURPOSE), z3.String("context.purpose") == ""),
    "an embargoed item but by sender and lead": (ITEM_ACTIONS, z3.And(EMBARGOED, z3.Not(SENDER), z3.Not(LEAD))),
    "an HMG only item outside HMG": (
        ITEM_ACTIONS,
        z3.And(z3.Bool("resource.hmgOnly"), z3.Not(z3.Bool("principal.hmg"))),
    ),
    "an item of named organisations outside them": (
        ITEM_ACTIONS,
        z3.And(z3.Bool("resource.orgOnly"), z3.Not(atom("resource.releasedTo contains principal.party"))),
    ),
    "anything abroad without the leave of each owner": (
        ITEM_ACTIONS,
        z3.And(z3.Bool("principal.abroad"), z3.Not(atom("principal.cleared containsAll resource.owners"))),
    ),
    "a recipients only item going on": (frozenset(ONWARD), z3.Bool("resource.recipientsOnly")),
    "anything without a basis": (ITEM_ACTIONS - {"break-glass"}, z3.Not(z3.Or(LASTING, TAGGED))),
    "reading by a grant that ended": (
        frozenset({"see", "open"}),
        z3.And(z3.Not(LASTING), z3.Int("grant.until") <= NOW, z3.Int("breakGlass.until") <= NOW),
    ),
    "a copy by a grant alone": (ITEM_ACTIONS - {"see", "open", "break-glass"}, z3.Not(LASTING)),
    "breaking the glass without the duty": (frozenset({"break-glass"}), z3.Not(duty("safety-override"))),
    "passing on without the duty": (frozenset({"pass-on"}), z3.Not(duty("router"))),
    "withdrawing but by the sender": (frozenset({"withdraw"}), z3.Not(SENDER)),
    "passing on for an office not on the route": (frozenset({"pass-on"}), z3.Not(ROUTED)),
    "acting on an item by those who are not on it": (
        frozenset({"acknowledge", "answer", "close"}),
        z3.Not(z3.Or(SENDER, NAMED, ROUTED)),
    ),
    **{f"anything by {name}": (ITEM_ACTIONS, duty(name)) for name in NEVER_CONTENT},
    "managing one's own account": (
        frozenset({"manage-account"}),
        z3.String("resource.owner") == z3.String("principal.account"),
    ),
    "approving one's own review": (
        frozenset({"approve-disposal"}),
        z3.String("resource.reviewer") == z3.String("principal.account"),
    ),
    "disposing of another body's records": (
        frozenset({"review-disposal", "approve-disposal", "place-hold", "lift-hold", "receive-return"}),
        z3.Const("resource.body", Entity) != z3.Const("principal.party", Entity),
    ),
}


@pytest.mark.parametrize("claim", NEVER)
def test_it_never_happens(claim: str) -> None:
    actions, condition = NEVER[claim]
    assert {action for action in actions if possible(allow(action, RULES), condition)} == set()


@pytest.mark.parametrize("action", sorted(ITEM_ACTIONS))
def test_it_can_be_done_at_all(action: str) -> None:
    assert possible(allow(action, RULES))


@pytest.mark.parametrize("action", ["open", "download"])
def test_what_opens_is_listed(action: str) -> None:
    assert not possible(allow(action, RULES), z3.Not(allow("see", RULES)))


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_alone_changes_some_outcome(rule: str) -> None:
    scope = RULES[rule]["action"]
    listed = [scope["entity"]] if "entity" in scope else scope.get("entities", [{"id": "see"}])
    actions = [entry["id"] for entry in listed]
    assert any(possible(allow(action, RULES) != allow(action, RULES, without=rule)) for action in actions)


def test_a_loosened_embargo_is_found_with_an_example() -> None:
    strict = "unless {\n  resource.sender == principal ||"
    assert TEXT.count(strict) == 1
    loose = rules_of(TEXT.replace(strict, strict + "\n  principal in resource.groups ||"))
    assert possible(allow("open", loose), z3.Not(allow("open", RULES)))
    assert not possible(allow("open", RULES), z3.Not(allow("open", loose)))
