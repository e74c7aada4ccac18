"""All policies of a folder, read once, checked against each other, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import audit.keeping
import audit.policy
import classification.policy
import incidents.policy
import retention.policy.files
import vault.continuity
from app.bootstrap.registers import REGISTERS
from app.bootstrap.stood_on import stood_on
from audit.fact import kinds
from classification.model import Scheme
from foundation.policy import Faults, digest
from identity.model import Party, Role
from identity.policy.access import AccessPolicy, load_access
from identity.policy.parties import load_parties, load_roles
from incidents.model import Rules
from retention.model.schedule import Schedules
from sharing.model.agreement import Agreements
from sharing.policy.files import load_agreements
from sharing.policy.places import Known


@dataclass(frozen=True, slots=True)
class Policies:
    """Every rule in force. ``digest`` is over all files: each entry of the log says it was made under it."""

    parties: Mapping[str, Party]
    roles: Mapping[str, Role]
    scheme: Scheme
    agreements: Agreements
    schedules: Schedules
    incidents: Rules
    access: AccessPolicy
    cosigning: audit.policy.Cosigning
    sequencing: audit.policy.Sequencing
    keeping: audit.keeping.Keeping
    continuity: vault.continuity.Continuity
    digest: str


def load(root: Path) -> Policies:
    """Read the folder. Raises PolicyFaulty naming file and key of every fault."""
    faults = Faults()
    parties = load_parties(root, faults)
    roles = load_roles(root, parties, faults)
    scheme = classification.policy.load(root, faults, organisations={p.short: p.id for p in parties.values()})
    schedules = retention.policy.files.load(root, parties.keys(), faults)
    rules = incidents.policy.load(root, faults)
    access = load_access(root, faults)
    there = Known(parties, roles, kinds(), REGISTERS, access.rules if access else None)
    agreements = load_agreements(root, parties, faults, there)
    cosigning = audit.policy.load(root, faults)
    sequencing = audit.policy.load_sequencing(root, faults)
    keeping = audit.keeping.load(root, faults)
    audit.keeping.against(keeping, kinds(), stood_on(schedules, agreements), faults)
    continuity = vault.continuity.load(root, faults)
    _cross(agreements, schedules, faults)
    needed = sorted(set(agreements.retention_classes()))
    parties_needing = {party: frozenset(code for one, code in needed if one == party) for party, _ in needed}
    schedules = replace(schedules, needed=parties_needing)
    faults.raise_any()
    if access is None:  # load_access answers None only beside a fault, which has raised above
        msg = "access policies missing without a fault"
        raise RuntimeError(msg)
    found = digest(root, "**/*")
    return Policies(
        parties, roles, scheme, agreements, schedules, rules, access, cosigning, sequencing, keeping, continuity, found
    )


def _cross(agreements: Agreements, schedules: Schedules, faults: Faults) -> None:
    """What one room's policy says of another's: every class an agreement names stands in its originator's schedule."""
    for party, code in sorted(set(agreements.retention_classes())):
        schedule = schedules.parties.get(party)
        if schedule and not all(code in version.classes for version in schedule.versions):
            faults.add(f"retention/{party}.toml", "class.code", f"has no “{code}”, which an agreement relies on")
