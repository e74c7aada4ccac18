"""What can be refused from the person alone. If anything stands here there is no list, no count and no search at all.

The same rules stand in policies/access; a test holds the two together (law P3), as it does for the duties.
"""

from __future__ import annotations

from datetime import datetime

from foundation.actor import Actor

ACTIVE, VETTED, TRAINED, INFORMED = "PER-01-active", "PER-02-vetted", "PER-03-trained", "PER-05-informed"
BARRED = {
    "account-admin": "SOD-01-admin-no-content",
    "compliance-officer": "SOD-02-compliance-no-content",
    "auditor": "SOD-03-auditor-no-content",
    "operator": "SOD-04-operator-no-content",
}

# Every rule this gate answers for: the forbids on `see` that read nothing of the item.
GATE_IMPLEMENTS = frozenset({ACTIVE, VETTED, TRAINED, INFORMED, *BARRED.values()})


def person_gate(actor: Actor, now: datetime) -> tuple[str, ...]:
    """Ids of the rules that keep this person from every item whatsoever; empty when they may be shown a list."""
    trained = () if now < actor.handling_until else (TRAINED,)
    informed = () if now < actor.informed_until else (INFORMED,)
    barred = (rule for duty, rule in BARRED.items() if duty in actor.duties)
    return (*_account(actor, now), *trained, *informed, *barred)


def standing_gate(actor: Actor, now: datetime) -> tuple[str, ...]:
    """Ids of the rules their account, vetting or training fails, whatever they ask for: those who check or run the
    service reach no item, need no training in handling any, and may say what they did all the same."""
    needless = not BARRED.keys().isdisjoint(actor.duties)
    return (*_account(actor, now), *(() if needless or now < actor.handling_until else (TRAINED,)))


def _account(actor: Actor, now: datetime) -> tuple[str, ...]:
    standing = ((actor.standing == "active", ACTIVE), (now < actor.vetted_until, VETTED))
    return tuple(rule for holds, rule in standing if not holds)
