"""What the log records about itself."""

from __future__ import annotations

from audit.fact import kind
from audit.leaf import CLOCK_SET

CLOCK_CORRECTED = kind(
    CLOCK_SET, "An operator corrected a clock that had run ahead; times start again from here", "ahead"
)
LOG_VERIFIED = kind("audit.log-verified", "The whole log was verified", "entries", "disclosed", "redacted", "faults")
ENTRY_REDACTED = kind("audit.entry-redacted", "The disclosure of one entry was erased", "entry")
LOG_VIEWED = kind(
    "audit.log-viewed", "The audit list was looked at", "item", "act", "outcome", "actor", "since", "until"
)
