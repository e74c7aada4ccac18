"""Facts the door itself records: a refusal after the rollback, and the life of the service."""

from __future__ import annotations

from audit.fact import kind

REFUSED = kind("app.refused", "an act was refused; nothing was changed", "code")
RECORDS_VIEWED = kind("app.records-viewed", "records that belong to a duty were looked at", "duty")
STARTED = kind("app.started", "the service started under these policies", "version", "demonstration")
POLICIES_CHANGED = kind("app.policies-changed", "the service started under other policies than before", "before")
CLOCK_MOVED = kind("app.clock-moved", "the demonstration's clock was moved on", "to")
LEDGER_REPLAYED = kind(
    "app.ledger-replayed", "what a restored backup had brought back was destroyed again", "lines", "keys", "items"
)
LEDGER_REBUILT = kind("app.ledger-rebuilt", "the disposal ledger was made whole from the database", "items")
PACK_MADE = kind(
    "app.pack-made", "the certificates and the log of a period were taken away", "first", "end", "body", "certificates",
    "batches", "sha256",
)  # fmt: skip
BACKUP_MADE = kind(
    "app.backup-made", "rows and content were backed up", "backup", "sha256", "entries", "objects", "lacking"
)
KEYS_BACKED_UP = kind("app.keys-backed-up", "the database of wrapped keys was backed up", "backup", "sha256")
RESTORED = kind(
    "app.restored", "the service was restored from a backup; what came after is not here", "backup", "sha256", "keys",
    "entries", "lacking", "without_key", "shorter",
)  # fmt: skip
_DRILLED = ("backup", "sha256", "keys", "seconds", "age_seconds", "entries_after", "opened", "faults")
DRILL_PASSED = kind("app.drill-passed", "a backup was restored to a scratch place, and everything held", *_DRILLED)
DRILL_FAILED = kind("app.drill-failed", "a backup was restored to a scratch place, and not everything held", *_DRILLED)
EXPORTED = kind("app.log-exported", "the audit log was exported", "first", "end", "recipient")
