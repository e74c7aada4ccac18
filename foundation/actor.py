"""Who acts. Built once at the door of a request and passed down; no room looks a person up a second time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the service itself) with the standing they have at this instant.

    ``principal``, ``groups`` and ``offices`` are numbers from one space (``identity.tables.principal``): access facts
    name them, so membership in force now is all a list needs. ``name`` goes into sealed disclosures only. Until when
    they hold what training gates: ``handling_until`` items, ``disposal_until`` review, ``media_until`` media; and
    until when they have accepted the handling requirements: ``informed_until``.
    ``attests``: holds a role that attests others' access, so that it is in their menu; no decision asks it.
    ``abroad``: works where another body's information may not go, but that of the bodies in ``cleared``.
    """

    id: str
    name: str
    party: str
    principal: int
    groups: frozenset[int] = frozenset()
    offices: frozenset[int] = frozenset()
    duties: frozenset[str] = frozenset()
    hmg: bool = False
    attests: bool = False
    abroad: bool = False
    cleared: frozenset[str] = frozenset()
    standing: str = "active"
    vetted_until: datetime = FOREVER
    handling_until: datetime = FOREVER
    disposal_until: datetime = FOREVER
    media_until: datetime = FOREVER
    informed_until: datetime = FOREVER
    request_id: str = ""

    @property
    def principals(self) -> tuple[int, ...]:
        """Every number this person answers to, own first: the arms of a list query."""
        return (self.principal, *sorted(self.groups), *sorted(self.offices))


# The service acting by the clock (jobs, sweepers). It holds no duty and so reaches no content through `decide`.
SERVICE = Actor(id="service", name="Custodes", party="", principal=0)

# A visitor who has not signed in: every decision about them is a refusal.
NOBODY = Actor(
    id="nobody",
    name="",
    party="",
    principal=-1,
    standing="unknown",
    vetted_until=BEGINNING,
    handling_until=BEGINNING,
    disposal_until=BEGINNING,
    media_until=BEGINNING,
    informed_until=BEGINNING,
)
