"""The facts sharing records. Retention and the audit page rely on these names and fields; fields hold no content."""

from __future__ import annotations

from audit.fact import kind

# What binds the item's row and the facts of its need to know, as the act left them (docs/adr/0020): hexadecimal. The
# newest such entry of an item says what must be found.
BOUND = "bound"

DRAFT_STARTED = kind(
    "sharing.draft-started",
    "A person began to write an item",
    "agreement",
    "agreement_version",
    "route",
    "kind",
    "office",
    "reply_to",
)
DRAFT_OPENED = kind("sharing.draft-opened", "The author read a draft", "version")
DRAFT_REVISED = kind("sharing.draft-revised", "The author changed a draft", "changed", "version")
DRAFT_DISCARDED = kind("sharing.draft-discarded", "The author threw a draft away; its key was destroyed", "files")
FILE_ATTACHED = kind("sharing.file-attached", "A sealed file was attached to a draft", "part", "size")
FILE_REMOVED = kind("sharing.file-removed", "A file was taken off a draft", "part")
ITEM_SENT = kind(
    "sharing.item-sent",
    "An item was sent by a route of the agreement",
    "reference",
    "item_id",
    "originator",
    "agreement",
    "agreement_version",
    "route",
    "kind",
    "office",
    "offices",
    "recipients",
    "groups",
    "establishment",
    "retention_class",
    "files",
    "reply_to",
    BOUND,
)
ITEM_OPENED = kind("sharing.item-opened", "A person read an item", "reference", "purpose")
FILE_DOWNLOADED = kind("sharing.file-downloaded", "A person was served a file", "reference", "purpose", "part", "size")
ITEM_ACKNOWLEDGED = kind(
    "sharing.item-acknowledged", "An office says it has an item", "reference", "office", "step", BOUND
)
ITEM_PASSED_ON = kind(
    "sharing.item-passed-on",
    "An item reached the next office of its route",
    "reference",
    "office",
    "to_office",
    "establishment",
    "step",
    BOUND,
)
ITEM_ANSWERED = kind(
    "sharing.item-answered",
    "The answer to an item was sent",
    "reference",
    "office",
    "step",
    "answer",
    "answer_id",
    BOUND,
)
_ENDED = (
    "reference",
    "item_id",
    "originator",
    "retention_class",
    "agreement",
    "agreement_version",
    "closed_on",
    "kind",
    "establishment",
    "office",
    "outcome",  # one of those the agreement lists for the kind, or empty
    "also",  # party/class of the other body's material it holds: an answer holds what it answers
    BOUND,
)
ITEM_CLOSED = kind("sharing.item-closed", "Nothing more is owed on an item; its retention begins", *_ENDED)
ITEM_WITHDRAWN = kind("sharing.item-withdrawn", "The sender took an item back; its retention begins", *_ENDED)
ITEM_REOPENED = kind(
    "sharing.item-reopened",
    "A closed item is worked on again; its retention stops until it is closed again",
    "reference",
    "office",
    BOUND,
)
ITEM_SHARED = kind(
    "sharing.item-shared", "One more person or group was named on it", "reference", "principal", "basis", BOUND
)
PERSON_RECUSED = kind(
    "sharing.person-recused", "A person was barred from an item by name", "reference", "principal", BOUND
)
ACCESS_GRANTED = kind(
    "sharing.access-granted",
    "A person was granted sight of an item for a time",
    "reference",
    "principal",
    "until",
    BOUND,
)
SPILL_REFUSED = kind(
    "sharing.spill-refused", "A marking above OFFICIAL was typed; nothing of it was kept", "claimed", "at"
)
PEOPLE_SEARCHED = kind(
    "sharing.people-searched", "A person searched for a data subject", "identifier_type", "purpose", "shown"
)
ITEMS_LISTED = kind("sharing.items-listed", "A person was shown a list of items", "list", "shown")
ACCESS_REFUSED = kind("sharing.access-refused", "An act on an item was refused", "act", "reference")
ITEM_EMPTIED = kind("sharing.item-emptied", "Of a destroyed item a row without words is left", "reference", BOUND)
FACTS_ALTERED = kind("sharing.facts-altered", "What says who may see an item was edited behind the service")
LIST_WITHHELD = kind("sharing.list-withheld", "A list and the access rules disagreed; nothing was shown", "list")
# What an agreement asks to be recorded. `values` are "field=code"; what people wrote stands sealed in `words`.
RECORD_MADE = kind(
    "sharing.record-made",
    "Somebody made a record that an agreement asks for",
    "agreement",
    "agreement_version",
    "record",
    "on",
    "establishment",
    "thread",
    "values",
    "words",
    "by",
    "party",
)
# The subject of these is the occurrence; `source` is the item or record that began it, `thread` what that is about.
DUTY_OPENED = kind(
    "sharing.duty-opened",
    "Something an agreement obliges to is owed",
    "agreement",
    "agreement_version",
    "duty",
    "number",
    "source",
    "thread",
    "establishment",
    "opened_on",
    "due_on",
    "clocked",  # true: time brought it, and this fact is its beginning
)
DUTY_MET = kind(
    "sharing.duty-met",
    "Something an agreement obliges to was done",
    "agreement", "duty", "number", "evidence", "on", "late",
)  # fmt: skip
DUTY_LAPSED = kind(
    "sharing.duty-lapsed", "What was owed is owed no longer", "agreement", "duty", "number", "evidence", "on"
)
DUTY_OVERDUE = kind(
    "sharing.duty-overdue", "Something an agreement obliges to is late", "agreement", "duty", "number", "due_on"
)
DUTY_ESCALATED = kind(
    "sharing.duty-escalated", "What is late went up", "agreement", "duty", "number", "level", "to"
)  # fmt: skip
DUTY_KINDS = frozenset(
    each.name for each in (RECORD_MADE, DUTY_OPENED, DUTY_MET, DUTY_LAPSED, DUTY_OVERDUE, DUTY_ESCALATED)
)
COVERAGE_TAKEN = kind("sharing.coverage-taken", "How an agreement is kept was taken away as a file", "agreement")
