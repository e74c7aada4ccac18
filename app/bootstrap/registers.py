"""Registers that an agreement may ask for as evidence: how many, of how many, as they stand now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from identity.queries.tallies import Tally, tally
from sharing.model.agreement import Agreement
from sharing.model.coverage import Standing

if TYPE_CHECKING:
    from app.bootstrap.policies import Policies


def _training(found: Tally) -> Standing:
    return Standing(found.trained, found.active, "active accounts with all the training they need in date")


def _vetting(found: Tally) -> Standing:
    return Standing(found.vetted, found.active, "active accounts with vetting in date")


REGISTERS: Mapping[str, Callable[[Tally], Standing]] = {"training": _training, "vetting": _vetting}


def standings(conn: sa.Connection, agreement: Agreement, rules: Policies, now: datetime) -> dict[str, Standing]:
    """What every register says that the agreement asks for."""
    named = {duty.evidence.register for duty in agreement.duties.values()} - {""}
    if not named:
        return {}
    found = tally(conn, roles=rules.roles, gates=rules.gates, now=now)
    return {name: REGISTERS[name](found) for name in sorted(named)}
