"""The facts of breaking the glass (M06)."""

from __future__ import annotations

from audit.fact import kind
from sharing.events.items import BOUND

GLASS_BROKEN = kind(
    "sharing.glass-broken",
    "Somebody reached an item outside their need to know, because safety demanded it",
    "override",
    "reference",
    "danger",
    "until",
    "by",
    "party",
    "originator",
    "office",
    "words",
    BOUND,
)
# The subject is the override.
OVERRIDE_REVIEWED = kind(
    "sharing.override-reviewed",
    "A second person reviewed a breaking of the glass",
    "reference",
    "finding",
    "by",
    "words",
)
OVERRIDE_KINDS = frozenset(each.name for each in (GLASS_BROKEN, OVERRIDE_REVIEWED))
