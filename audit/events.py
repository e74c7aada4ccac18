"""What the log records about itself."""

from __future__ import annotations

from audit.fact import kind
from audit.leaf import CLOCK_SET

CLOCK_CORRECTED = kind(
    CLOCK_SET, "An operator corrected a clock that had run ahead; times start again from here", "ahead"
)
LOG_VERIFIED = kind("audit.log-verified", "The whole log was verified", "entries", "disclosed", "redacted", "faults")
LOG_FAULTY = kind("audit.log-faulty", "The log, or what follows from it, does not verify", "faults", "codes")
ENTRY_REDACTED = kind("audit.entry-redacted", "The disclosure of one entry was erased", "entry")
ENTRIES_REDACTED = kind(
    "audit.entries-redacted", "The disclosures of entries past their age were erased", "proposal", "code", "entries"
)
REDACTION_PROPOSED = kind(
    "audit.redaction-proposed", "A person proposed to erase disclosures past their age", "by", "code", "before",
    "entries",
)  # fmt: skip
REDACTION_APPROVED = kind("audit.redaction-approved", "A second person approved the erasure", "by", "proposal")
REDACTION_REJECTED = kind("audit.redaction-rejected", "A second person rejected the erasure", "by", "proposal")
REDACTION_DONE = kind("audit.redaction-done", "The erasure was carried out", "proposal", "entries", "kept")
MONTH_ENDED = kind("audit.month-ended", "The key of a month’s disclosures is destroyed: none is left under it", "month")
LOG_VIEWED = kind(
    "audit.log-viewed", "The audit list was looked at", "item", "act", "outcome", "actor", "since", "until"
)
SEQUENCING_LATE = kind("audit.sequencing-late", "Entries wait too long for their place in the tree", "waiting")
SEQUENCING_CAUGHT_UP = kind("audit.sequencing-caught-up", "Entries come into the tree in time again", "waiting")
COSIGNED = kind("audit.cosigned", "A witness cosigned a checkpoint", "witness", "number", "size")
COSIGNATURE_LATE = kind(
    "audit.cosignature-late", "A witness has not cosigned in time: nobody vouches for the log", "witness", "number"
)
COSIGNATURE_IN_TIME = kind("audit.cosignature-in-time", "A witness that was late cosigns again", "witness", "number")
WITNESS_TRUSTED = kind("audit.witness-trusted", "A witness is trusted from now on", "witness", "body")
WITNESS_ENDED = kind("audit.witness-ended", "A witness is no longer trusted", "witness")
KEY_ROTATED = kind("audit.key-rotated", "The log’s signing key was changed", "old", "new")
KEY_RETIRED = kind("audit.key-retired", "The private half of a former signing key was destroyed", "old")
STAMP_FAILED = kind("audit.stamp-failed", "No time-stamp was had for a checkpoint", "number", "cause")
ANCHOR_FAILED = kind("audit.anchor-failed", "A checkpoint could not be anchored", "number", "cause")
