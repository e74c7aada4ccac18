"""The facts of requests people make about the data held on them. The subject is the request.

``words`` is what people wrote, sealed; ``note`` names it. ``party`` is the body that acted.
"""

from __future__ import annotations

from audit.fact import kind

_SAID = ("reference", "party", "note", "words")

REQUEST_RECEIVED = kind(
    "sharing.request-received", "Somebody asked about the data held on them",
    *_SAID, "right", "received_on", "channel", "identity",
)  # fmt: skip
REQUEST_PAUSED = kind("sharing.request-paused", "A request's clock stands still", *_SAID, "about", "on")
REQUEST_RESUMED = kind("sharing.request-resumed", "A request's clock goes on", *_SAID, "about", "on")
REQUEST_EXTENDED = kind("sharing.request-extended", "A request was given more time", *_SAID, "on")
ALIAS_ADDED = kind(
    "sharing.alias-added", "A name or number of the person was added", *_SAID, "alias", "identifier_type", "token"
)
ALIAS_REMOVED = kind("sharing.alias-removed", "A name or number was taken away again", *_SAID, "alias")
REQUESTS_JOINED = kind("sharing.requests-joined", "Two requests are about one person", *_SAID, "other")
REQUESTS_PARTED = kind("sharing.requests-parted", "Two requests are not about one person after all", *_SAID, "other")
PERSON_FOUND = kind(
    "sharing.person-found", "Everything a body originated about a person was looked for",
    *_SAID, "searched_for", "items", "drafts", "elsewhere",
)  # fmt: skip
MATCH_EXCLUDED = kind("sharing.match-excluded", "An item found is about somebody else", *_SAID, "item")
MATCH_RESTORED = kind("sharing.match-restored", "An item is about the person after all", *_SAID, "item")
REQUEST_REFERRED = kind("sharing.request-referred", "The other body was asked to answer its part", *_SAID, "to")
REFERRAL_TAKEN = kind("sharing.referral-taken", "A body took its part of a request", *_SAID)
REFERRAL_DECLINED = kind("sharing.referral-declined", "A body did not take a part of a request", *_SAID)
MATCH_DECIDED = kind(
    "sharing.match-decided", "What becomes of one item was decided",
    *_SAID, "item", "outcome", "ground", "third_party", "restricts",
)  # fmt: skip
DISCLOSURE_CHECKED = kind("sharing.disclosure-checked", "A second person agreed to a disclosure", *_SAID, "item")
DISCLOSURE_SENT_BACK = kind("sharing.disclosure-sent-back", "A second person did not agree", *_SAID, "item")
RESTRICTION_LIFTED = kind("sharing.restriction-lifted", "An item may be used again", *_SAID, "item")
DISCLOSED = kind(
    "sharing.disclosed", "Something was given to whoever asked", *_SAID, "disclosure", "on", "channel", "digest",
    "items",
)  # fmt: skip
RECIPIENTS_TOLD = kind(
    "sharing.recipients-told", "Those who received an item were told what became of it",
    *_SAID, "item", "offices", "about",
)  # fmt: skip
RECIPIENT_KNOWS = kind("sharing.recipient-knows", "An office says that it knows", *_SAID, "item", "office")
PART_ANSWERED = kind("sharing.part-answered", "A body answered its part of a request", *_SAID, "on", "ground", "digest")
REQUEST_WITHDRAWN = kind("sharing.request-withdrawn", "Whoever asked took it back", *_SAID, "on")
REQUEST_LATE = kind(
    "sharing.request-late", "A request's time is running out, or over", "reference", "told", "due_on", "late",
)  # fmt: skip
REQUESTS_TAKEN = kind("sharing.requests-taken", "The list of requests was taken away as a file", "party", "rows")
REQUEST_VIEWED = kind("sharing.request-viewed", "A request was looked at", "reference")

REQUEST_KINDS = frozenset(
    each.name
    for each in (
        REQUEST_RECEIVED,
        REQUEST_PAUSED,
        REQUEST_RESUMED,
        REQUEST_EXTENDED,
        ALIAS_ADDED,
        ALIAS_REMOVED,
        REQUESTS_JOINED,
        REQUESTS_PARTED,
        PERSON_FOUND,
        MATCH_EXCLUDED,
        MATCH_RESTORED,
        REQUEST_REFERRED,
        REFERRAL_TAKEN,
        REFERRAL_DECLINED,
        MATCH_DECIDED,
        DISCLOSURE_CHECKED,
        DISCLOSURE_SENT_BACK,
        RESTRICTION_LIFTED,
        DISCLOSED,
        RECIPIENTS_TOLD,
        RECIPIENT_KNOWS,
        PART_ANSWERED,
        REQUEST_WITHDRAWN,
        REQUEST_LATE,
    )
)
