"""What an account's standing allows next, and which appointments fit whom.

invited ──▶ active ◀──▶ suspended ──▶ left (for good: an account is never used again)
   ▲          │            (an active person may be invited anew; everybody may leave)
   └──────────┘
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from foundation.errors import Reason
from identity.model import PRIVILEGED, Appointment, Office, Person, Role, Window

MOVES: Mapping[str, frozenset[str]] = {
    "invited": frozenset({"invited", "active", "left"}),
    "active": frozenset({"invited", "suspended", "left"}),
    "suspended": frozenset({"active", "left"}),
    "left": frozenset(),
}


def may_move(standing: str, to: str) -> bool:
    """Whether an account of this standing may come to stand so. Unknown standings may not."""
    return to in MOVES.get(standing, frozenset())


def in_force(window: Window, now: datetime) -> bool:
    """From ``since`` (included) until ``until`` (excluded)."""
    return window.since <= now < window.until


def overlap(one: Window, other: Window) -> bool:
    """Whether there is an instant in both."""
    return max(one.since, other.since) < min(one.until, other.until)


def misfits(person: Person, role: Role, office: Office, window: Window) -> tuple[Reason, ...]:
    """Every reason why this person cannot be appointed so; empty when they can."""
    found = (
        (person.standing == "left", "left", "They have left; an account is never used again"),
        (role.party != person.party, "party", "The role belongs to the other party"),
        (office.party != role.party, "office-party", "The office belongs to the other party"),
        (office.kind != role.office, "office-kind", "The role is not one of this office"),
        (not office.active, "office-closed", "The office is closed"),
        (window.until <= window.since, "window", "The appointment ends before it begins"),
    )
    return tuple(Reason(f"identity.appointment-{slug}", text) for wrong, slug, text in found if wrong)


def clashes(
    role: Role, office_id: str, window: Window, held: Sequence[Appointment], roles: Mapping[str, Role]
) -> tuple[Reason, ...]:
    """Every reason why the appointment cannot stand beside those held at the same time.

    Privileged use goes under a separate account (MoJ security guidance, technical controls policy).
    """
    beside = [one for one in held if overlap(one.window, window)]
    reasons = []
    if any((one.role, one.office_id) == (role.id, office_id) for one in beside):
        reasons.append(Reason("identity.appointment-held", "They hold this role in this office at that time"))
    if any(_privileged(role) != _privileged(roles.get(one.role)) for one in beside):
        reasons.append(
            Reason(
                "identity.privileged-apart",
                "Running the service and any other work need two accounts. Invite them again with another address",
                "moj-security-guidance privileged use under a separate account",
            )
        )
    return tuple(reasons)


def duties_of(held: Sequence[Appointment], roles: Mapping[str, Role]) -> frozenset[str]:
    """The duties of these appointments together. A role no longer in the policies gives none."""
    return frozenset(duty for one in held if one.role in roles for duty in roles[one.role].duties)


def needs_privileged(duties: Collection[str]) -> bool:
    """Whether the holder needs the longer password."""
    return not PRIVILEGED.isdisjoint(duties)


def _privileged(role: Role | None) -> bool:
    return role is not None and needs_privileged(role.duties)
