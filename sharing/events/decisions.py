"""The facts of decisions to share. Most follow from the act that shares; these are those without one."""

from __future__ import annotations

from audit.fact import kind
from sharing.events.items import ACCESS_GRANTED, ITEM_PASSED_ON, ITEM_REOWNED, ITEM_SENT, ITEM_SHARED

# The subject of the first is the decision; that of the second the decision it is about.
SHARING_REFUSED = kind(
    "sharing.request-refused",
    "A request to share was refused",
    "agreement",
    "agreement_version",
    "kind",
    "party",
    "office",
    "asked_by",
    "asked_on",
    "by",
    "decision",
    "words",
)
DECISION_ANSWERED = kind(
    "sharing.decision-answered",
    "What the record of a decision to share still lacked was answered",
    "told",
    "holds",
    "words",
)
DECISIONS_TAKEN = kind(
    "sharing.decisions-taken", "The register of decisions to share was taken away as a file", "shown"
)
PROCESSING_TAKEN = kind("sharing.processing-taken", "The register of processing was taken away as a file", "agreement")
DECISION_KINDS = frozenset(
    each.name
    for each in (
        ITEM_SENT,
        ITEM_PASSED_ON,
        ITEM_SHARED,
        ITEM_REOWNED,
        ACCESS_GRANTED,
        SHARING_REFUSED,
        DECISION_ANSWERED,
    )
)
