"""When an appointment is attested again, and by whom: never by the person who holds it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from foundation.calendar import add_months, london_date
from identity.model import Appointment, Office, Role
from identity.policy.reviews import Reviews

OVERDUE, DUE, LATER = "overdue", "due", "later"


@dataclass(frozen=True, slots=True)
class Line:
    """One appointment as it is attested. ``attesters``: account ids of those who may now; ``role``: what they hold."""

    held: Appointment
    office: Office
    due: date
    state: str
    role: str
    attesters: frozenset[str]


def line(
    reviews: Reviews,
    held: Appointment,
    office: Office,
    holders: Mapping[str, Collection[tuple[str, str]]],
    roles: Mapping[str, Role],
    now: datetime,
) -> Line:
    """``holders``: by role, (account id, office id) of the active people who hold it now. Source: M64b."""
    due = add_months(london_date(held.attested or held.window.since), reviews.months)
    today = london_date(now)
    state = OVERDUE if due < today else DUE if due <= today + timedelta(days=reviews.warn) else LATER
    for name in reviews.by.get((office.party, office.kind), ()):
        here = name in roles and roles[name].office == office.kind
        able = {who for who, at in holders.get(name, ()) if who != held.person_id and (not here or at == office.id)}
        if able:
            return Line(held, office, due, state, name, frozenset(able))
    return Line(held, office, due, state, "", frozenset())
