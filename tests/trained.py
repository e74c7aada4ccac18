"""Somebody who has passed whatever there is to pass, as the machine's console records it."""

from __future__ import annotations

from datetime import datetime

from foundation.actor import Actor
from foundation.calendar import london_date
from identity.policy.gates import Gates
from identity.service.identity import Identity

SAID = {"provider": "Invented course", "evidence": "CERT-1"}


def train(desk: Identity, gates: Gates, person_id: str, *, until: datetime, actor: Actor, now: datetime) -> None:
    """Every module, good until (excluded), and the handling requirements accepted."""
    for module in gates.modules:
        record(desk, person_id, module, until=until, actor=actor, now=now)
    accept(desk, gates, person_id, now=now)


def accept(desk: Identity, gates: Gates, person_id: str, *, now: datetime) -> None:
    """They accept the handling requirements asked for now, themselves."""
    asked = gates.requirements.in_force(now)
    if asked is not None:
        themself = Actor(id=person_id, name="", party="", principal=0)
        desk.accept_handling(version=asked.number, digest=asked.digest, actor=themself, now=now)


def record(
    desk: Identity, person_id: str, module: str = "handling", *, until: datetime, actor: Actor, now: datetime
) -> None:
    """One module, good until (excluded)."""
    desk.record_training(
        person_id=person_id, module=module, on=london_date(now), until=until, actor=actor, now=now, **SAID
    )
