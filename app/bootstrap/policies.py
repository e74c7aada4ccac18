"""All policies of a folder, read once, checked against each other, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import audit.keeping
import audit.policy
import classification.policy
import custody.policy
import incidents.policy.files
import outbox.policy.files
import retention.policy.files
import vault.continuity
from app.bootstrap.registers import REGISTERS
from app.bootstrap.stood_on import stood_on
from audit.fact import kinds
from classification.model import Scheme
from custody.model import Rules as CustodyRules
from foundation.policy import Faults, digest
from identity.model import Party, Role
from identity.policy.access import AccessPolicy, load_access
from identity.policy.adequacy import Adequacy, load_adequacy
from identity.policy.gates import Gates, load_gates
from identity.policy.parties import load_parties, load_roles
from incidents.model.rules import Rules
from incidents.policy import detection
from outbox.model.rules import Rules as OutboxRules
from retention.model.schedule import Schedules
from sharing.events.items import ITEM_RECALLED, WRONGLY_RECEIVED
from sharing.model.agreement import Agreements
from sharing.model.processing import Processing
from sharing.model.rights import Rights
from sharing.policy.files import load_agreements
from sharing.policy.places import Known
from sharing.policy.processing import load_processing
from sharing.policy.rights import load_rights
from sharing.policy.safety import Safety, load_safety


@dataclass(frozen=True, slots=True)
class Policies:
    """Every rule in force. ``digest`` is over all files: each entry of the log says it was made under it."""

    parties: Mapping[str, Party]
    roles: Mapping[str, Role]
    scheme: Scheme
    agreements: Agreements
    processing: Mapping[str, Processing]
    schedules: Schedules
    incidents: Rules
    custody: CustodyRules
    notifications: OutboxRules
    access: AccessPolicy
    gates: Gates
    rights: Rights
    adequacy: Adequacy
    safety: Safety
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
    gates, adequacy, safety = load_gates(root, roles, faults), load_adequacy(root, faults), load_safety(root, faults)
    scheme = classification.policy.load(root, faults, organisations={p.short: p.id for p in parties.values()})
    schedules = retention.policy.files.load(root, parties.keys(), faults)
    rules = incidents.policy.files.load(root, faults, kinds())
    _recalled(rules, faults)
    copies, told = custody.policy.load(root, faults), outbox.policy.files.load(root, faults, kinds(), noticed(rules))
    access = load_access(root, faults)
    rights = load_rights(root, faults)
    named = Known(parties, roles, kinds(), REGISTERS, access.rules if access else None)
    agreements = load_agreements(root, parties, faults, named)
    processing = load_processing(root, agreements, faults)
    cosigning = audit.policy.load(root, faults)
    sequencing = audit.policy.load_sequencing(root, faults)
    keeping = audit.keeping.load(root, faults)
    audit.keeping.against(keeping, kinds(), stood_on(schedules, agreements), faults)
    continuity = vault.continuity.load(root, faults)
    cross(agreements, schedules, faults)
    schedules = replace(schedules, needed=_needed(agreements))
    faults.raise_any()
    if access is None:  # load_access answers None only beside a fault, which has raised above
        msg = "access policies missing without a fault"
        raise RuntimeError(msg)
    whole = (parties, roles, scheme, agreements, processing, schedules, rules, copies, told)
    kept = (adequacy, safety, cosigning, sequencing, keeping, continuity)
    return Policies(*whole, access, gates, rights, *kept, digest(root, "**/*"))


def noticed(rules: Rules) -> frozenset[str]:
    """Duties of incidents that have a text ready to send."""
    return frozenset(duty.code for kind in rules.kinds.values() for duty in kind.duties if duty.notice)


def _recalled(rules: Rules, faults: Faults) -> None:
    """A recall and its incident are one act: without the rule that opens it nothing could be taken back."""
    for fact in (ITEM_RECALLED.name, WRONGLY_RECEIVED.name):
        if not any(fact in rule.facts and rule.per == "subject" and not rule.count for rule in rules.detectors):
            faults.add(detection.FILE, "rule.fact", f"no rule opens an incident of “{fact}”, with per = “subject”")


def there(policies: Policies) -> Known:
    """What an agreement may name beside its own file."""
    return Known(policies.parties, policies.roles, kinds(), REGISTERS, policies.access.rules)


def cross(agreements: Agreements, schedules: Schedules, faults: Faults) -> None:
    """What one room's policy says of another's: every class an agreement names stands in its originator's schedule."""
    for party, code in sorted(set(agreements.retention_classes())):
        schedule = schedules.parties.get(party)
        if schedule and not all(code in version.classes for version in schedule.versions):
            faults.add(f"retention/{party}.toml", "class.code", f"has no “{code}”, which an agreement relies on")


def _needed(agreements: Agreements) -> dict[str, frozenset[str]]:
    """The classes each body's schedule must have."""
    needed = sorted(set(agreements.retention_classes()))
    return {party: frozenset(code for one, code in needed if one == party) for party, _ in needed}
