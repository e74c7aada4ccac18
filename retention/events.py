"""Facts retention records. Every change of a case is one of these; the follower turns them into rows.

``by`` is an account id; ``step`` the version of the case the fact was recorded upon, so that a rebuild knows what a
case has seen. Words people wrote stand in *why*, never in *what*.
"""

from __future__ import annotations

from audit.fact import kind

CLOCK_STARTED = kind(
    "retention.clock-started",
    "the retention clock of an item was started by a fact",
    "step", "reference", "originator", "retention_class", "schedule_version", "schedule_digest", "trigger",
    "trigger_on", "period_months", "due_on", "state", "outcome", "also", "also_version",
)  # fmt: skip
PERIOD_CONFIRMED = kind(
    "retention.period-confirmed",
    "a person set the period of an item whose class has none, citing its authority",
    "step", "reference", "by", "months", "due_on", "due_before",
)  # fmt: skip
CLOCK_RECOMPUTED = kind(
    "retention.clock-recomputed", "the date of an item was found anew",
    "step", "reference", "cause", "version_before", "version_after", "schedule_digest", "also_version", "action",
    "verified", "trigger_kind", "trigger", "trigger_on", "period_months", "period_by", "due_before", "due_after",
    "least_on", "longest_on", "state",
)  # fmt: skip
_VERSION = ("party", "number", "effective_from", "applies", "sha256", "by")
SCHEDULE_PROPOSED = kind(
    "retention.schedule-proposed", "a version of a retention schedule was proposed", "base", *_VERSION
)
SCHEDULE_APPROVED = kind(
    "retention.schedule-approved", "a second person approved a version of a retention schedule", *_VERSION
)
SCHEDULE_REJECTED = kind(
    "retention.schedule-rejected", "a second person rejected a version of a retention schedule", *_VERSION
)
ITEM_DUE = kind("retention.item-due", "the retention period of an item ended", "step", "reference", "due_on", "action")
RETURN_OFFERED = kind(
    "retention.return-offered", "an item was offered back to its source", "step", "reference", "by", "to"
)
RETURN_ANSWERED = kind(
    "retention.return-answered", "the source answered an offer of return", "step", "reference", "by", "answer"
)
RETURN_SERVED = kind(
    "retention.return-served", "an item was given back to its source as one package of its files",
    "step", "reference", "by", "files", "bytes", "sha256",
)  # fmt: skip
ITEM_RETURNED = kind(
    "retention.item-returned", "the source confirmed that it has the item back",
    "step", "reference", "by", "manner", "files", "bytes", "sha256",
)  # fmt: skip
HOLD_PLACED = kind(
    "retention.hold-placed", "a hold was placed: nothing it catches may be destroyed until it is lifted",
    "hold", "party", "hold_kind", "occasion", "scope", "words", "people", "owner", "by", "issuer", "review_on",
)  # fmt: skip
HOLD_SETTLED = kind("retention.hold-settled", "a hold was entered on everything it catches that there was", "hold")
HOLD_RENEWED = kind("retention.hold-renewed", "a hold was looked at again and stays", "hold", "by", "review_on")
HOLD_OWNER_CHANGED = kind("retention.hold-owner-changed", "a hold was given another owner", "hold", "by", "owner")
HOLD_LIFTED = kind("retention.hold-lifted", "a hold was lifted", "hold", "by")
HOLD_PREVIEWED = kind(
    "retention.hold-previewed", "a person was shown what a hold would catch", "names", "found", "party"
)
HOLD_CAUGHT = kind("retention.hold-caught", "a hold stands on an item", "step", "reference", "hold", "manner", "by")
HOLD_PASSED_OVER = kind(
    "retention.hold-passed-over", "a person said that the words of a hold do not fit an item",
    "step", "reference", "hold", "by",
)  # fmt: skip
DISPOSAL_REVIEWED = kind(
    "retention.disposal-reviewed",
    "a person proposed what to do with a due item",
    "step",
    "reference",
    "by",
    "proposal",
    "until",
    "batch",
)
DISPOSAL_APPROVED = kind(
    "retention.disposal-approved",
    "a second person approved the proposal",
    "step",
    "reference",
    "by",
    "proposal",
    "destroy_on",
    "batch",
)
REVIEW_REFUSED = kind(
    "retention.review-refused", "a second person sent the review back", "step", "reference", "by", "batch"
)
REVIEW_WITHDRAWN = kind(
    "retention.review-withdrawn", "a review was taken back before anybody decided on it",
    "step", "reference", "by", "batch",
)  # fmt: skip
APPROVAL_WITHDRAWN = kind(
    "retention.approval-withdrawn",
    "the disposal was stopped before destruction began",
    "step",
    "reference",
    "by",
    "cause",
)
TRANSFER_PACKAGED = kind(
    "retention.transfer-packaged", "an item was packaged for the archive",
    "step", "reference", "by", "recipient", "files", "bytes", "sha256", "closure", "closure_years",
)  # fmt: skip
TRANSFER_RECEIVED = kind(
    "retention.transfer-received", "a second person recorded the archive’s receipt of an item",
    "step", "reference", "by", "archive_reference", "received_on", "sha256", "destroy_on",
)  # fmt: skip
DESTRUCTION_BEGUN = kind(
    "retention.destruction-begun", "destruction has begun and will be finished", "step", "reference"
)
DESTRUCTION_FAILED = kind(
    "retention.destruction-failed", "a destruction did not complete", "step", "reference", "cause"
)
ITEM_DESTROYED = kind(
    "retention.item-destroyed", "key and content of an item are gone and their absence was verified",
    "step", "reference", "key_entry", "content_entry", "parts", "size",
)  # fmt: skip
DESTRUCTION_REPLAYED = kind(
    "retention.destruction-replayed", "an item that a restored backup had brought back was destroyed again",
    "step", "reference", "state", "destroyed_at", "key_entry", "content_entry", "parts", "size",
)  # fmt: skip
CERTIFICATE_ISSUED = kind(
    "retention.certificate-issued", "a certificate of destruction was issued", "step", "reference", "number", "sha256"
)
COPY_REGISTERED = kind(
    "retention.copy-registered", "a copy of an item on paper or media was registered",
    "reference", "copy", "copy_kind", "party", "holder", "place", "made_on", "by",
)  # fmt: skip
COPY_ACCOUNTED = kind(
    "retention.copy-accounted", "a copy of an item on paper or media was accounted for",
    "reference", "copy", "fate", "method", "witness", "on", "by",
)  # fmt: skip
BATCH_OPENED = kind(
    "retention.batch-opened", "due items of one body were taken into a batch, to be reviewed together",
    "party", "number", "retention_class", "establishment", "due_by", "taken", "left", "by",
)  # fmt: skip
BATCH_TAKEN = kind("retention.batch-taken", "a due item was taken into a batch", "batch", "reference", "by")
BATCH_LEFT_OUT = kind(
    "retention.batch-left-out", "an item was left out of a batch, or of its approval, for reasons",
    "batch", "reference", "at", "rules", "by",
)  # fmt: skip
BATCH_SUBMITTED = kind(
    "retention.batch-submitted", "a batch was put before those who approve", "batch", "proposed", "left", "by"
)
BATCH_APPROVED = kind("retention.batch-approved", "a batch was approved", "batch", "approved", "left", "by")
BATCH_CERTIFIED = kind(
    "retention.batch-certified", "the certificate of a batch was issued", "batch", "number", "sha256"
)
BATCH_CLOSED = kind("retention.batch-closed", "a batch was given up, or sent back whole", "batch", "by")
REMINDED = kind(
    "retention.reminded", "those whose turn it is were reminded, once for each stage",
    "stage", "since", "party", "reference",
)  # fmt: skip

# Recorded by the room that keeps media and paper, so known by name alone; of the same fields as those two.
COPY_HELD_ELSEWHERE = frozenset({"custody.copy-taken", "custody.paper-registered"})
COPY_ENDED_ELSEWHERE = frozenset({"custody.copy-ended", "custody.paper-ended"})

# The kinds that change a case, by name.
CASE_KINDS = frozenset(
    each.name
    for each in (
        CLOCK_STARTED, CLOCK_RECOMPUTED, PERIOD_CONFIRMED, ITEM_DUE, RETURN_OFFERED, RETURN_ANSWERED, RETURN_SERVED,
        ITEM_RETURNED, HOLD_CAUGHT, HOLD_PASSED_OVER, DISPOSAL_REVIEWED, DISPOSAL_APPROVED, REVIEW_REFUSED,
        REVIEW_WITHDRAWN, APPROVAL_WITHDRAWN, DESTRUCTION_BEGUN, DESTRUCTION_FAILED, ITEM_DESTROYED,
        DESTRUCTION_REPLAYED, CERTIFICATE_ISSUED, TRANSFER_PACKAGED, TRANSFER_RECEIVED,
    )
)  # fmt: skip
# Those that change a hold; their subject is the hold.
HOLD_KINDS = frozenset(each.name for each in (HOLD_PLACED, HOLD_SETTLED, HOLD_RENEWED, HOLD_OWNER_CHANGED, HOLD_LIFTED))
# Those about schedules: the fact's subject is the id of the version.
SCHEDULE_KINDS = frozenset(each.name for each in (SCHEDULE_PROPOSED, SCHEDULE_APPROVED, SCHEDULE_REJECTED))
# Those about copies; their subject is the item.
COPY_KINDS = (
    frozenset(each.name for each in (COPY_REGISTERED, COPY_ACCOUNTED)) | COPY_HELD_ELSEWHERE | COPY_ENDED_ELSEWHERE
)
# Those that change a batch; their subject is the batch.
BATCH_KINDS = frozenset(
    each.name for each in (BATCH_OPENED, BATCH_SUBMITTED, BATCH_APPROVED, BATCH_CLOSED, BATCH_CERTIFIED)
)
# Those that say where an item stands in a batch; their subject is the item, whose case does not change.
MEMBER_KINDS = frozenset(each.name for each in (BATCH_TAKEN, BATCH_LEFT_OUT))
TOGETHER_KINDS = BATCH_KINDS | MEMBER_KINDS | {REMINDED.name}
OWN_KINDS = CASE_KINDS | HOLD_KINDS | SCHEDULE_KINDS | TOGETHER_KINDS | COPY_KINDS
