"""What incidents records. Codes, ids and dates are plain; what people wrote is sealed in ``words``.

The subject of each is the incident, whose id is given when it is opened.
"""

from __future__ import annotations

from audit.fact import kind

INCIDENT_OPENED = kind(
    "incidents.incident-opened", "An incident was opened",
    "number", "kind", "rule", "key", "source", "aware_at", "by", "party", "parties", "certainty", "impacts", "about",
    "items", "references", "people", "media", "known", "grade", "reasons", "owed", "marking", "words",
)  # fmt: skip
INCIDENT_JOINED = kind(
    "incidents.fact-joined", "A further fact belongs to an open incident", "number", "source", "source_kind"
)
INCIDENT_ASSESSED = kind(
    "incidents.incident-assessed", "An incident was assessed, and graded anew",
    "number", "by", "known", "impacts", "parties", "grade", "reasons", "words", "entry",
)  # fmt: skip
AWARENESS_CORRECTED = kind(
    "incidents.awareness-corrected", "When somebody became aware of it was corrected, and its clocks with it",
    "number", "before", "after", "owed", "by", "words", "entry",
)  # fmt: skip
DUTY_DONE = kind(
    "incidents.duty-done", "Something owed for an incident was done, or decided",
    "number", "duty", "stage", "decision", "sent_at", "channel", "late", "by", "words", "entry",
)  # fmt: skip
RECEIPT_NOTED = kind(
    "incidents.receipt-noted", "Somebody has what was sent for an incident", "number", "notice", "by", "words", "entry"
)
ACTION_ADDED = kind(
    "incidents.action-added", "Somebody is to do something about an incident",
    "number", "action", "owner", "due_on", "by", "words",
)  # fmt: skip
ACTION_DONE = kind("incidents.action-done", "It was done", "number", "action", "by", "words", "entry")
NOTE_ADDED = kind(
    "incidents.note-added", "A lesson, or a note, was written on an incident", "number", "sort", "by", "words", "entry"
)
CONTAINED = kind(
    "incidents.contained", "Something was stopped for an incident",
    "number", "measure", "act", "target", "called", "by",
)  # fmt: skip
RELEASE_ASKED = kind(
    "incidents.release-asked", "A person asked to let go again what was stopped",
    "number", "measure", "by", "words", "entry",
)  # fmt: skip
RELEASED = kind("incidents.released", "A second person let go again what was stopped", "number", "measure", "by")
RELEASE_REFUSED = kind(
    "incidents.release-refused", "A second person said that it stays stopped",
    "number", "measure", "by", "words", "entry",
)  # fmt: skip
DELETION_ASKED = kind(
    "incidents.deletion-asked", "People were asked to say that they deleted what they took",
    "number", "item", "reference", "people", "by",
)  # fmt: skip
DELETION_ANSWERED = kind(
    "incidents.deletion-answered", "Somebody said whether they deleted what they took",
    "number", "item", "answer", "by", "words", "entry",
)  # fmt: skip
REMINDED = kind("incidents.reminded", "Those who lead were reminded, once for each stage", "number", "duty", "minutes")
CLOSURE_PROPOSED = kind(
    "incidents.closure-proposed", "A person proposed to close an incident", "number", "outcome", "by", "words", "entry"
)
CLOSURE_REFUSED = kind(
    "incidents.closure-refused", "A second person sent the closing back", "number", "by", "words", "entry"
)
INCIDENT_CLOSED = kind("incidents.incident-closed", "An incident was closed", "number", "outcome", "by")

OWN_KINDS = frozenset(
    each.name
    for each in (
        INCIDENT_OPENED, INCIDENT_JOINED, INCIDENT_ASSESSED, AWARENESS_CORRECTED, DUTY_DONE, RECEIPT_NOTED,
        ACTION_ADDED, ACTION_DONE, NOTE_ADDED, CONTAINED, RELEASE_ASKED, RELEASED, RELEASE_REFUSED, DELETION_ASKED,
        DELETION_ANSWERED, REMINDED, CLOSURE_PROPOSED, CLOSURE_REFUSED, INCIDENT_CLOSED,
    )
)  # fmt: skip
