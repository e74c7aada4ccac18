"""Which rule a fact fits, and what an incident of it would be about. Pure."""

from __future__ import annotations

from audit.fact import Fact
from incidents.model.rules import Detector

FIELD = "field:"
EACH = "each"


def fits(rule: Detector, fact: Fact) -> bool:
    """Whether one fact alone is what the rule is about. Rules that count are for the walk through the log."""
    return (
        rule.count == 0
        and fact.kind in rule.facts
        and rule.outcome in ("", fact.outcome)
        and all(str(fact.what.get(name, "")) in values for name, values in rule.where.items())
    )


def key(rule: Detector, fact: Fact) -> str:
    """What one open incident of the rule is about; facts with the same join it."""
    if rule.per == "subject":
        return fact.subject
    if rule.per == "actor":
        return str(fact.who.get("id", ""))
    if rule.per == EACH:
        return fact.id
    return str(fact.what.get(rule.per.removeprefix(FIELD), ""))[:80] if rule.per.startswith(FIELD) else ""
