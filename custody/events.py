"""Facts custody records. Every row of the register follows from them.

``by`` is an account id; ``step`` the version of the row the fact was recorded upon. Words people wrote stand in *why*,
or sealed in the fields that the module says: never in clear. The subject is the medium, or of paper and of each copy
the item. Retention follows the facts that register and end a copy, by name.
"""

from __future__ import annotations

from typing import Final

from audit.fact import kind

_COPY = ("copy", "copy_kind", "reference", "party", "holder", "place", "made_on", "by")
_END = ("reference", "copy", "fate", "method", "witness", "on", "by")

EXPORT_ASKED = kind(
    "custody.export-asked", "a person asked to put something of items on a removable medium",
    "number", "party", "office", "medium", "serial", "holder", "items", "purpose", "least", "to", "outside", "back_on",
    "by",
)  # fmt: skip
EXPORT_DECIDED = kind(
    "custody.export-decided", "a second person approved or refused a removable medium", "step", "decision", "by"
)
EXPORT_WITHDRAWN = kind(
    "custody.export-withdrawn", "a request for a removable medium was taken back", "step", "by"
)  # fmt: skip
EXPORT_BEGUN = kind(
    "custody.export-begun", "a container for a removable medium was begun to be written", "step", "attempt", "by"
)
EXPORT_WRITTEN = kind(
    "custody.export-written", "a container for a removable medium was sent whole",
    "step", "attempt", "size", "sha256", "by",
)  # fmt: skip
EXPORT_VERIFIED = kind(
    "custody.export-verified", "a container was read back and is the one that was written: it is exported",
    "step", "attempt", "size", "sha256", "by",
)  # fmt: skip
READ_BACK_REFUSED = kind(
    "custody.read-back-refused", "what was read back from a medium is not what was written",
    "attempt", "size", "sha256",
)  # fmt: skip
EXPORT_LOST = kind("custody.export-lost", "a removable medium was said to be lost", "step", "by")
EXPORT_ENDED = kind(
    "custody.export-ended", "a removable medium was returned or destroyed",
    "step", "fate", "method", "witness", "on", "by",
)  # fmt: skip
COPY_TAKEN = kind(
    "custody.copy-taken", "a copy of an item is on a removable medium", "medium", *_COPY
)  # fmt: skip
COPY_ENDED = kind("custody.copy-ended", "a copy of an item on a removable medium is no more there", *_END)

PAPER_REGISTERED = kind(
    "custody.paper-registered", "a copy of an item on paper was registered, printed or come so",
    "office", "keeper", "purpose", *_COPY,
)  # fmt: skip
PAPER_CONFIRMED = kind(
    "custody.paper-confirmed", "its holder confirmed that a copy on paper is locked away", "step", "copy", "on", "by"
)
PAPER_SENT = kind(
    "custody.paper-sent", "a copy on paper was handed over to be moved", "step", "copy", "to", "way", "due_on", "by"
)
PAPER_RECEIVED = kind(
    "custody.paper-received", "a copy on paper was received and locked away",
    "step", "copy", "place", "on", "by",
)  # fmt: skip
PAPER_MISSING = kind("custody.paper-missing", "a copy on paper was said to be missing", "step", "copy", "by")
PAPER_FOUND = kind(
    "custody.paper-found", "a copy on paper that was missing was found", "step", "copy", "place", "on", "by"
)
PAPER_ENDED = kind(
    "custody.paper-ended", "a copy on paper was destroyed or returned to its source", "step", *_END
)  # fmt: skip
REMINDED = kind(
    "custody.reminded", "what is due of a medium or of paper was said, once for each stage", "stage", "since"
)
REFUSED = kind("custody.refused", "something asked about a medium or paper was refused", "act")
REGISTER_VIEWED = kind("custody.register-viewed", "the register of media and paper was looked at", "media", "papers")

EXPORT_KINDS: Final = frozenset(
    each.name
    for each in (
        EXPORT_ASKED, EXPORT_DECIDED, EXPORT_WITHDRAWN, EXPORT_BEGUN, EXPORT_WRITTEN, EXPORT_VERIFIED, EXPORT_LOST,
        EXPORT_ENDED,
    )
)  # fmt: skip
PAPER_KINDS: Final = frozenset(
    each.name
    for each in (
        PAPER_REGISTERED, PAPER_CONFIRMED, PAPER_SENT, PAPER_RECEIVED, PAPER_MISSING, PAPER_FOUND, PAPER_ENDED,
    )
)  # fmt: skip
OWN_KINDS: Final = EXPORT_KINDS | PAPER_KINDS | {REMINDED.name}


def about(thing: str, name: str) -> str:
    """What words about a medium are sealed to in the log."""
    return f"custody/{thing}/{name}"


def copy_about(copy: str, name: str) -> str:
    """What words about a copy are sealed to in the log: the same that retention opens them by."""
    return f"copy/{copy}/{name}"
