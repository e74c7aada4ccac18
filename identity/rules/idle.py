"""Whether an office can act today, and what keeps those appointed to it from it: in general, and of nobody by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from foundation.actor import Actor
from foundation.phrases import Phrase
from identity.model import Office, Role
from identity.rules.gate import INFORMED, TRAINED, VETTED, person_gate
from identity.rules.training import reaches_items

APPOINTED, TRAINING, VETTING, OTHERWISE = "appointed", "training", "vetting", "otherwise"
_LACKS = {TRAINED: TRAINING, VETTED: VETTING}
WORDS: Mapping[str, str] = {
    APPOINTED: Phrase("nobody is appointed to it"),
    TRAINING: Phrase("training in handling is lacking or out of date"),
    VETTING: Phrase("vetting is lacking or out of date"),
    OTHERWISE: Phrase("what else they do, or how their account stands, keeps them from items"),
}


def lacks(actor: Actor, now: datetime) -> frozenset[str]:
    """What keeps this holder of an office from acting for it today; nothing when they can.

    Handling requirements still to be accepted keep nobody: they are led to them and go on.
    """
    return frozenset(_LACKS.get(rule, OTHERWISE) for rule in person_gate(actor, now) if rule != INFORMED)


def reason(found: Iterable[Collection[str]]) -> tuple[str, ...]:
    """Why nobody of these can act, by what each lacks, in a fixed order; empty as soon as one lacks nothing."""
    seen: set[str] = set()
    anybody = False
    for one in found:
        if not one:
            return ()
        anybody, seen = True, seen | set(one)
    return tuple(each for each in WORDS if each in seen) if anybody else (APPOINTED,)


def has_items(office: Office, roles: Mapping[str, Role]) -> bool:
    """Whether anybody appointed to an office of this kind is let near an item at all."""
    return any(
        (role.party, role.office) == (office.party, office.kind) and reaches_items(role.duties)
        for role in roles.values()
    )
