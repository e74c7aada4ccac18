"""Disposal: cases, holds, certificates."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, Count, Moment, Paging, Whole, words
from retention.model.case import STATES
from retention.model.hold import FOLLOWED, MANNERS, OCCASIONS


class DisposalsQuery(Paging):
    """`state` may be given several times, separated by commas."""

    state = fields.String(load_default="", validate=validate.Length(max=200))
    body = fields.String(load_default="", validate=validate.Length(max=40))
    class_ = fields.String(load_default="", data_key="class", validate=validate.Length(max=60))
    establishment = fields.String(load_default="", validate=validate.Length(max=40))
    held = fields.Boolean(load_default=None)
    beyond = fields.Boolean(load_default=None)
    due_by = fields.Date(load_default=None)
    text = fields.String(
        load_default="",
        validate=validate.Length(max=40),
        metadata={"description": "How the reference begins.", "example": "ABC-2026"},
    )


class Case(Schema):
    """The disposal of one item: which rule, which dates, how far. `held` overlays every state."""

    reference = fields.String()
    item = fields.String(metadata=ID)
    version = fields.Integer()
    state = fields.String(validate=validate.OneOf(STATES))
    held = fields.Boolean()
    originator = fields.String()
    kind = fields.String()
    agreement = fields.String()
    agreement_version = fields.Integer()
    establishment = fields.String()
    marking = fields.String()
    retention_class = fields.String()
    schedule_version = fields.Integer(allow_none=True)
    verified = fields.Boolean()
    action = fields.String()
    trigger_kind = fields.String()
    trigger_on = fields.Date()
    outcome = fields.String()
    also = fields.String(metadata={"description": "Body and class of the other body's material it holds."})
    also_version = fields.Integer(allow_none=True)
    beyond = fields.Boolean(metadata={"description": "Kept for 20 years or more, or would be (PRA 1958 s.3(4))."})
    period_months = fields.Integer(allow_none=True)
    period_authority = fields.String()
    due_on = fields.Date(allow_none=True)
    return_state = fields.String()
    served_at = fields.AwareDateTime(format="iso", allow_none=True)
    served_files = fields.Integer(allow_none=True)
    served_bytes = fields.Integer(allow_none=True)
    served_sha256 = fields.String(metadata={"description": "Of the manifest of the package its source was given last."})
    received = fields.String(metadata={"description": "How its source has it: `package`, `held`, or empty."})
    proposal = fields.String()
    proposed_until = fields.Date(allow_none=True)
    reviewer = fields.String(metadata={"description": "Id of the person."})
    reviewed_at = fields.AwareDateTime(format="iso", allow_none=True)
    approver = fields.String(metadata={"description": "Id of the person."})
    approved_at = fields.AwareDateTime(format="iso", allow_none=True)
    destroy_on = fields.Date(allow_none=True)
    erased_at = fields.AwareDateTime(format="iso", allow_none=True)
    parts = fields.Integer(allow_none=True)
    size = fields.Integer(allow_none=True)
    failures = fields.Integer()
    certificate = fields.String(metadata={"description": "Its number, once destroyed."})


class Downloaded(Schema):
    """How often files of the item were downloaded, by how many people: what they keep is a copy to be registered."""

    times = fields.Integer()
    people = fields.Integer()


class Cases(Schema):
    """`count` is of the whole list where it is filtered by body and state alone, else null.

    `states`: of the body; 1,000 where there are as many or more.
    """

    items = fields.List(fields.Nested(Case))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count, allow_none=True)
    states = fields.Dict(keys=fields.String(), values=fields.Integer())


class ScopeShown(Schema):
    """What a hold names; all of it must fit an item. `persons`: how many tokens it names people by."""

    items = fields.List(fields.String(metadata=ID))
    persons = fields.Integer()
    establishments = fields.List(fields.String())
    classes = fields.List(fields.String())
    bodies = fields.List(fields.String())
    since = fields.Date(allow_none=True)
    until = fields.Date(allow_none=True)


class Hold(Schema):
    """`kind` words: people say of each item whether `words` fit. `people` is shown to those who keep the hold."""

    id = fields.String(metadata=ID)
    party = fields.String()
    kind = fields.String(validate=validate.OneOf(["scope", "words"]))
    occasion = fields.String(validate=validate.OneOf([*OCCASIONS, *FOLLOWED]))
    scope = fields.Nested(ScopeShown)
    words = fields.String()
    people = fields.String()
    owner = fields.String(metadata=ID)
    issuer = fields.String()
    reason = fields.String()
    placed_by = fields.String(metadata=ID)
    placed_at = fields.AwareDateTime(format="iso")
    review_on = fields.Date()
    settled_at = fields.AwareDateTime(format="iso", allow_none=True)
    lifted_at = fields.AwareDateTime(format="iso", allow_none=True)
    lifted_by = fields.String()
    lift_reason = fields.String()


class ItemsHold(Hold):
    """A hold as it concerns one item."""

    manner = fields.String(validate=validate.OneOf(MANNERS))


class Recomputed(Schema):
    """One time the date was found anew, with what it was before."""

    at = fields.AwareDateTime(format="iso")
    cause = fields.String(validate=validate.OneOf(["schedule", "trigger"]))
    version_before = fields.Integer(allow_none=True)
    version_after = fields.Integer(allow_none=True)
    due_before = fields.Date(allow_none=True)
    due_after = fields.Date(allow_none=True)


class CaseSeen(Case):
    """A case with names, the reason of its review, and its holds."""

    reviewer_name = fields.String()
    approver_name = fields.String()
    review_reason = fields.String()
    recomputed = fields.List(fields.Nested(Recomputed))
    holds = fields.List(fields.Nested(ItemsHold))
    downloaded = fields.Nested(Downloaded)


class CaseMade(Schema):
    """What a step leaves: the version for the next If-Match."""

    reference = fields.String()
    state = fields.String()
    version = fields.Integer()
    due_on = fields.String(allow_none=True, metadata={"format": "date"})
    destroy_on = fields.String(allow_none=True, metadata={"format": "date"})


class PeriodBody(Schema):
    months = Whole(required=True)
    authority = words()


class ReturnAnswerBody(Schema):
    """`cannot`: both agree that it cannot be returned."""

    answer = fields.String(required=True, validate=validate.OneOf(["accepted", "declined", "cannot"]))
    reason = words()


class ReturnedBody(Schema):
    """`package`: from what `return-package` gave; `held`: it had the item already."""

    manner = fields.String(load_default="package", validate=validate.OneOf(["package", "held"]))


class LiftBody(Schema):
    reason = words()


class ReviewBody(Schema):
    proposal = fields.String(
        required=True, validate=validate.OneOf(["destroy", "extend", "return", "transfer", "keep"])
    )
    reason = words()
    until = fields.Date(load_default=None, allow_none=True)


class ApproveBody(Schema):
    """`approve` false sends the review back; then a reason is needed."""

    approve = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = words(required=False)


class Swept(Schema):
    """Counts of one run; `failed` stay where they are and are tried again by the next."""

    due = fields.Integer()
    begun = fields.Integer()
    destroyed = fields.Integer()
    certified = fields.Integer()
    failed = fields.Integer()


class CertificatesQuery(Paging):
    """`since` is in it, `until` is not. `text` begins a reference."""

    body = fields.String(load_default="", validate=validate.Length(max=40))
    class_ = fields.String(load_default="", data_key="class", validate=validate.Length(max=60))
    since = Moment(load_default=None)
    until = Moment(load_default=None)
    text = fields.String(
        load_default="",
        validate=validate.Length(max=40),
        metadata={"description": "How the reference begins.", "example": "ABC-2026"},
    )


class CertificateRow(Schema):
    number = fields.String()
    item = fields.String(metadata=ID)
    originator = fields.String()
    issued_at = fields.AwareDateTime(format="iso")
    retention_class = fields.String()
    establishment = fields.String()
    erased_at = fields.AwareDateTime(format="iso", allow_none=True)
    size = fields.Integer(allow_none=True)


class Certificates(Schema):
    items = fields.List(fields.Nested(CertificateRow))
    next = fields.String(allow_none=True)
