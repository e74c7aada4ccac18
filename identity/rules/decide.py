"""The only door to a decision: who may do what with which item, and who may do which duty. Cedar answers; this asks.

An answer is Allow only if Cedar says so and nothing erred on the way: a forbid that errs is skipped by Cedar, and what
is then called Allow is no permission.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import cedarpy

from foundation.actor import Actor
from foundation.policy import Fault, PolicyFaulty
from identity.model import ItemFacts, Verdict
from identity.policy.access import FOLDER, AccessPolicy, Rule
from identity.rules import entities as build
from identity.rules.canaries import CANARIES, DUTY_CANARIES, NOW
from identity.rules.gate import person_gate, standing_gate

ITEM_ACTIONS = frozenset(
    "see open download share pass-on acknowledge answer close withdraw recuse grant break-glass".split()  # noqa: SIM905
)
# What a duty acts on: an account, the records of an originating body, or the service itself.
DUTY_ACTIONS: Mapping[str, str] = {
    "manage-account": "Account",
    "attest-access": "Account",
    "review-disposal": "Disposal",
    "approve-disposal": "Disposal",
    "place-hold": "Disposal",
    "lift-hold": "Disposal",
    "propose-redaction": "Disposal",
    "approve-redaction": "Disposal",
    "write-media": "Disposal",
    "approve-media": "Disposal",
    "keep-media-register": "Disposal",
    "receive-return": "Disposal",
    "handle-request": "Disposal",
    "check-disclosure": "Disposal",
    "consent-transfer": "Disposal",
    "review-override": "Disposal",
    "view-accounts": "House",
    "view-people": "House",
    "view-audit-log": "House",
    "export-audit-log": "House",
    "view-disposal-log": "House",
    "view-incidents": "House",
    "manage-incidents": "House",
    "view-requests": "House",
    "view-overview": "House",
    "operate": "House",
}
# Rules that stand while training lacks, and the right whose modules (policies/people) take them away.
GATED: Mapping[str, str] = {
    "PER-03-trained": "handling",
    "PER-06-disposal-trained": "disposal-review",
    "PER-07-media-trained": "removable-media",
}
UNDECIDED = "undecided"
_STRICTER = ("self", "holders", "nobody")

NO_RULE = "No rule permits this to you. Ask whoever holds the duty; an administrator appoints."


class Decider:
    """Decides by one frozen set of rules. Safe to share between threads; built once at start.

    ``policy`` is the digest of the rules, ``rules`` their words for the pages that explain.
    """

    def __init__(self, policy: AccessPolicy, where: Mapping[str, str] | None = None) -> None:
        """``where`` is added to what a rule says of its refusal: where to do what is missing.

        Asks known questions first. Raises PolicyFaulty, naming each, if any is answered otherwise than known.
        """
        self._where = dict(where or {})
        self._source = policy
        self.policy = policy.digest
        self.rules: Mapping[str, Rule] = policy.rules
        faults = [Fault(FOLDER, name, problem) for name, problem in self._wrong_canaries()]
        if faults:
            raise PolicyFaulty(faults)

    def decide(self, actor: Actor, action: str, facts: ItemFacts, *, now: datetime, purpose: str = "") -> Verdict:
        """Whether ``actor`` may do this to the item as it stands. ``purpose`` is owed for open, download and share."""
        return self.decide_many(actor, action, (facts,), now=now, purpose=purpose)[0]

    def decide_many(
        self, actor: Actor, action: str, facts: Sequence[ItemFacts], *, now: datetime, purpose: str = ""
    ) -> list[Verdict]:
        """The verdicts in the order of ``facts``, from one call: what a page of a list is checked with."""
        results = self._ask(self._source.policies, actor, action, facts, now, purpose)
        return [self._verdict(result, "holders") for result in results]

    def decide_duty(
        self, actor: Actor, action: str, *, now: datetime, owner: str = "", body: str = "", other: str = ""
    ) -> Verdict:
        """Whether ``actor`` may do a duty that reaches no item.

        ``owner``: id of the person whose account it is. ``body``: party whose records they are. ``other``: id of the
        person who took the step before (the reviewer, at approval). Raises RuntimeError for an action not known.
        """
        kind = _known(action, DUTY_ACTIONS)
        resource = {
            "Account": lambda: build.account(owner, body),
            "Disposal": lambda: build.disposal(body, other),
            "House": build.house,
        }[DUTY_ACTIONS[kind]]()
        (result,) = self._evaluate(self._source.policies, actor, action, [resource], now, "")
        return self._verdict(result, "self")

    def holds_basis(self, actor: Actor, facts: ItemFacts, *, now: datetime) -> bool:
        """Whether any permit would let them see it if no bar stood: without one they may not learn that it exists."""
        return bool(self._bases(actor, "see", facts, now, ""))

    def told(self, actor: Actor, facts: ItemFacts, verdict: Verdict, *, now: datetime) -> bool:
        """Whether a refusal may say why (403); if not, it must look as if nothing were there (404).

        Ask ``gate`` first, before looking for the item: what it says is true of the person and of no item.
        """
        # Asked in any case: the time the answer takes must not tell one 404 from another.
        held = self.holds_basis(actor, facts, now=now)
        return held and verdict.tell != "nobody"

    def gate(self, actor: Actor, *, now: datetime) -> Verdict:
        """What stands against this person whatever they ask for among items; allowed when nothing does."""
        return self._worded(not (failed := person_gate(actor, now)), failed, "self")

    def standing(self, actor: Actor, *, now: datetime) -> Verdict:
        """What stands against this person even where no item is asked for: account, vetting, training."""
        return self._worded(not (failed := standing_gate(actor, now)), failed, "self")

    def explain(self, actor: Actor, action: str, facts: ItemFacts, *, now: datetime, purpose: str = "") -> Verdict:
        """The verdict with ``bases``: why they may, or what they hold although a bar stands.

        Show it to the person only when it is allowed or ``told`` is true.
        """
        verdict = self.decide(actor, action, facts, now=now, purpose=purpose)
        return replace(verdict, bases=self._bases(actor, action, facts, now, purpose))

    def _bases(self, actor: Actor, action: str, facts: ItemFacts, now: datetime, purpose: str) -> tuple[str, ...]:
        (result,) = self._ask(self._source.permits, actor, action, (facts,), now, purpose)
        if result is None or not result.allowed or result.diagnostics.errors:
            return ()
        return tuple(sorted(result.diagnostics.reasons))

    def _ask(
        self,
        policies: cedarpy.PolicySet,
        actor: Actor,
        action: str,
        facts: Sequence[ItemFacts],
        now: datetime,
        purpose: str,
    ) -> list[cedarpy.AuthzResult | None]:
        _known(action, ITEM_ACTIONS)
        return self._evaluate(policies, actor, action, [build.item(fact) for fact in facts], now, purpose)

    def _evaluate(
        self,
        policies: cedarpy.PolicySet,
        actor: Actor,
        action: str,
        resources: Sequence[build.Entity],
        now: datetime,
        purpose: str,
    ) -> list[cedarpy.AuthzResult | None]:
        """One result a resource; None for all where the schema refuses a fact: nothing is decided on such."""
        schema = self._source.schema
        try:
            known = build.entities(schema, (build.person(actor), *{r["uid"]["id"]: r for r in resources}.values()))
        except ValueError:
            return [None] * len(resources)
        asked = {
            "principal": build.uid("Person", actor.principal),
            "action": build.uid("Action", action),
            "context": build.context(now, purpose),
        }
        requests = [{**asked, "resource": resource["uid"]} for resource in resources]
        return list(cedarpy.is_authorized_batch(requests, policies, known, schema))

    def _verdict(self, result: cedarpy.AuthzResult | None, unpermitted: str) -> Verdict:
        if result is None or result.diagnostics.errors or result.decision is cedarpy.Decision.NoDecision:
            why = ("It could not be decided, so it is refused. Tell whoever runs the service.",)
            return Verdict(False, (UNDECIDED,), why, "nobody", self.policy)
        return self._worded(result.decision is cedarpy.Decision.Allow, result.diagnostics.reasons, unpermitted)

    def _worded(self, allowed: bool, reasons: Iterable[str], unpermitted: str) -> Verdict:
        ids = tuple(sorted(reasons))
        why = tuple(self._said(rule) for rule in ids) or (() if allowed else (NO_RULE,))
        tell = max((self.rules[rule].tell for rule in ids), key=_STRICTER.index, default=unpermitted)
        return Verdict(allowed, ids, why, tell, self.policy)

    def _said(self, rule: str) -> str:
        return " ".join(filter(None, (self.rules[rule].why, self._where.get(rule))))

    def _wrong_canaries(self) -> Iterable[tuple[str, str]]:
        for canary in CANARIES:
            verdict = self.decide(canary.actor, canary.action, canary.facts, now=NOW, purpose=canary.purpose)
            if fault := canary.fault(verdict):
                yield canary.name, fault
        for duty in DUTY_CANARIES:
            given = self.decide_duty(
                duty.actor, duty.action, now=NOW, owner=duty.owner, body=duty.body, other=duty.other
            )
            if fault := duty.fault(given):
                yield duty.name, fault


def _known(action: str, actions: Iterable[str]) -> str:
    if action not in actions:
        msg = f"no rule speaks of the action {action!r} here"
        raise RuntimeError(msg)
    return action
