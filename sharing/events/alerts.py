"""The facts of alerts. Ids, codes and instants; what people wrote stands sealed in `words`.

`sharing.alert-called` says each time who an alert stands on: whoever sends messages follows it, and needs no other.
"""

from __future__ import annotations

from audit.fact import kind

ALERT_RAISED = kind(
    "sharing.alert-raised",
    "Somebody raised an alert of serious concern",
    "agreement",
    "agreement_version",
    "alert",
    "urgency",
    "establishment",
    "item",  # reference of one it is about, or empty
    "record",  # id of one it is about, or empty
    "office",  # that raised it
    "words",
    "by",
    "party",
)
# The subject of these is the alert; `call` counts the offices it was raised to.
ALERT_CALLED = kind(
    "sharing.alert-called",
    "An alert came to stand on somebody",
    "agreement",
    "alert",
    "urgency",
    "establishment",
    "call",
    "place",
    "office",  # 0: no office stands at the place
    "stage",  # first | deputy | everybody
    "cause",  # raised | late | handed-on | nobody
    "people",  # account ids; none at the stage everybody
    "offices",  # at the stage everybody: those it stands on
    "due_at",  # when it goes on; empty: no further
    "by",
)
ALERT_OPENED = kind("sharing.alert-opened", "Somebody read an alert", "alert", "by")
ALERT_ACKNOWLEDGED = kind(
    "sharing.alert-acknowledged",
    "A person says that an alert has reached them",
    "agreement",
    "alert",
    "establishment",
    "call",
    "office",
    "late",
    "by",
)
ALERT_NOTED = kind(
    "sharing.alert-noted", "Somebody said what was done about an alert", "agreement", "alert", "words", "ends", "by"
)
ORDER_SET = kind(
    "sharing.order-of-call-set",
    "It was said whom an office calls first, and who is the deputy",
    "office",
    "first",
    "deputy",
    "by",
)
ALERT_KINDS = frozenset(
    each.name for each in (ALERT_RAISED, ALERT_CALLED, ALERT_OPENED, ALERT_ACKNOWLEDGED, ALERT_NOTED, ORDER_SET)
)
