"""The facts sharing records. Retention and the audit page rely on these names and fields; fields hold no content."""

from __future__ import annotations

from audit.fact import kind

# What binds the item's row and the facts of its need to know, as the act left them (docs/adr/0020): hexadecimal. The
# newest such entry of an item says what must be found.
BOUND = "bound"
# What the record of a decision to share is made from, beside what the fact says anyway (docs/adr/0034):
# “key=value”, and the words, sealed under the item’s own key, so that they end with it.
DECIDED = ("decision", "words")

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
FILE_ATTACHED = kind(
    "sharing.file-attached",
    "A sealed file was attached to a draft",
    "part",
    "size",
    "scanned",  # a malware scanner was asked, and found nothing
    "searched",  # its text could be read and was searched for markings; `found` are those of them, each once
    "found",
)
MARKING_EXPLAINED = kind(
    "sharing.marking-explained", "An author said why a file says more than its item is marked", "part"
)
MALWARE_REFUSED = kind(
    "sharing.malware-refused", "A file that a scanner knows as malware was refused; nothing was kept", "signature"
)
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
    *DECIDED,
    BOUND,
)
ITEM_REOWNED = kind(
    "sharing.item-reowned",
    "What somebody was named for went to a colleague of the same office",
    "reference",
    "before",
    "after",
    *DECIDED,
    BOUND,
)
SIGHT_ENDED = kind(
    "sharing.sight-ended",
    "Sight of an item for a time was ended for somebody who leaves",
    "reference",
    "before",
    BOUND,
)
RECIPIENT_ENDED = kind(
    "sharing.recipient-ended",
    "Whoever sent an item named nobody in place of a recipient who is gone",
    "reference",
    "before",
    BOUND,
)
DRAFT_REOWNED = kind("sharing.draft-reowned", "A draft went to a colleague of the same office", "before", "after")
ITEM_OPENED = kind("sharing.item-opened", "A person read an item", "reference", "purpose")
FILE_DOWNLOADED = kind("sharing.file-downloaded", "A person was served a file", "reference", "purpose", "part", "size")
FILE_VIEWED = kind(
    "sharing.file-viewed", "A person was shown a file, or a page of it", "reference", "purpose", "part", "page"
)
PAGE_VIEWED = kind(
    "sharing.page-viewed",
    "A person went on to a page of a file they were shown shortly before",
    *("reference", "purpose", "part", "page"),
)
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
    *DECIDED,
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
    "sharing.item-shared",
    "One more person or group was named on it",
    "reference",
    "principal",
    "basis",
    *DECIDED,
    BOUND,
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
    *DECIDED,
    BOUND,
)
ITEM_RECALLED = kind(
    "sharing.item-recalled",
    "The office that sent an item took it back from everybody: it reached somebody it was not meant for",
    "reference",
    "office",
    "ended",
    "drafts",
    BOUND,
)
WRONGLY_RECEIVED = kind(
    "sharing.wrongly-received", "A person said that an item they can see was not meant for them", "reference"
)
ITEM_HELD_BACK = kind(
    "sharing.item-held-back", "An item was held back from everybody for an incident", "reference", "incident", BOUND
)
ITEM_SET_FREE = kind(
    "sharing.item-set-free", "An item is held back for an incident no longer", "reference", "incident", BOUND
)
GRANTS_ENDED = kind(
    "sharing.grants-ended",
    "Sight of an item for a time was ended for an incident",
    "reference",
    "incident",
    "ended",
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
