"""What incidents records, and the facts it follows. What people wrote about it stands in *why*, sealed, never here."""

from __future__ import annotations

from audit.fact import kind

# Recorded by another room, so known by name alone.
SPILL_REFUSED = "sharing.spill-refused"

DUTY_DONE = kind("incidents.duty-done", "Something owed for an incident was done", "number", "duty", "by")
INCIDENT_CLOSED = kind("incidents.incident-closed", "An incident was closed", "number", "outcome", "by")
