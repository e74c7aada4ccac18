"""Batches, returns of many, and the disposal day."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.disposals import Case
from app.api.schemas.holds import DecidedOn
from app.api.schemas.shapes import ID, Paging, words
from retention.model.batch import BATCH_STATES, MOST, PLACES
from retention.model.reminder import STAGES
from retention.service.decisions import PROPOSALS

_REFERENCE = fields.String(validate=validate.Length(max=40))


class BatchesQuery(Paging):
    party = fields.String(load_default="", validate=validate.Length(max=40))
    state = fields.String(load_default=None, validate=validate.OneOf(BATCH_STATES))


class Batch(Schema):
    """`items`: how many are in which place. `number` counts those of the body."""

    id = fields.String(metadata=ID)
    party = fields.String()
    number = fields.Integer()
    state = fields.String(validate=validate.OneOf(BATCH_STATES))
    retention_class = fields.String()
    establishment = fields.String()
    due_by = fields.Date(allow_none=True)
    opened_by = fields.String(metadata=ID)
    opened_at = fields.AwareDateTime(format="iso")
    submitted_by = fields.String()
    submitted_at = fields.AwareDateTime(format="iso", allow_none=True)
    decided_by = fields.String()
    decided_at = fields.AwareDateTime(format="iso", allow_none=True)
    certificate = fields.String(metadata={"description": "Its number, once issued; the file is at `certificate`."})
    closing = fields.String(metadata={"description": "Why it was given up or sent back, in somebody's words."})
    items = fields.Dict(keys=fields.String(validate=validate.OneOf(PLACES)), values=fields.Integer())


class Batches(Schema):
    items = fields.List(fields.Nested(Batch))
    next = fields.String(allow_none=True)


class BatchItem(Schema):
    """`changed`: held or changed since its review, so that an approval leaves it out. `reason`: why it is out."""

    case = fields.Nested(Case)
    place = fields.String(validate=validate.OneOf(PLACES))
    changed = fields.Boolean()
    reason = fields.String()
    review_reason = fields.String()


class BatchSeen(Batch):
    """`would`: how many items each proposal moves if it is approved as it stands, those `changed` left out."""

    would = fields.Dict(keys=fields.String(validate=validate.OneOf(PROPOSALS)), values=fields.Integer())
    proposers = fields.List(fields.String(metadata=ID))
    members = fields.List(fields.Nested(BatchItem))


class BatchBody(Schema):
    """A class or an establishment must be named. Items of the asker's own body are taken, soonest due first."""

    class_ = fields.String(load_default="", data_key="class", validate=validate.Length(max=60))
    establishment = fields.String(load_default="", validate=validate.Length(max=40))
    due_by = fields.Date(load_default=None, allow_none=True)


class BatchOpened(Schema):
    """`left`: what fits and a hold stands on. `more`: further items fit; they wait for the next batch."""

    id = fields.String(metadata=ID)
    number = fields.Integer()
    state = fields.String()
    taken = fields.Integer()
    left = fields.List(fields.Nested(DecidedOn))
    more = fields.Boolean()


class ProposalBody(Schema):
    """The same for all of `references`. `hold` is placed at once, for `issuer`, and takes them out of the batch."""

    references = fields.List(_REFERENCE, required=True, validate=validate.Length(1, MOST))
    proposal = fields.String(required=True, validate=validate.OneOf([*PROPOSALS, "hold"]))
    reason = words()
    until = fields.Date(load_default=None, allow_none=True)
    issuer = words(required=False)
    review_on = fields.Date(load_default=None, allow_none=True)


class BatchLeft(Schema):
    """What an act leaves, with an answer for each item it was about."""

    id = fields.String(metadata=ID)
    state = fields.String(validate=validate.OneOf(BATCH_STATES))
    items = fields.List(fields.Nested(DecidedOn))


class SendBackBody(Schema):
    """Without `references`, all of it."""

    references = fields.List(_REFERENCE, load_default=None, allow_none=True, validate=validate.Length(1, MOST))
    reason = words()


class BatchCloseBody(Schema):
    reason = words()


class OffersBody(Schema):
    references = fields.List(_REFERENCE, required=True, validate=validate.Length(1, MOST))


class AnswersBody(OffersBody):
    """`cannot`: both agree that it cannot be returned."""

    answer = fields.String(required=True, validate=validate.OneOf(["accepted", "declined", "cannot"]))
    reason = words()


class StageCounted(Schema):
    """`late`: longer than the reminder of the stage allows. `since`: the due date of the oldest."""

    number = fields.Integer()
    late = fields.Integer()
    since = fields.Date(allow_none=True)


class ReminderShown(Schema):
    """`reference` is empty for a hold; `since`: when the stage was come to, or, of a cooling-off, ends."""

    subject = fields.String(metadata=ID)
    reference = fields.String()
    stage = fields.String(validate=validate.OneOf(STAGES))
    since = fields.Date()
    at = fields.AwareDateTime(format="iso")


class DayFailure(Schema):
    reference = fields.String()
    state = fields.String()
    failures = fields.Integer()
    failed_at = fields.AwareDateTime(format="iso")
    cause = fields.String()


class DisposalDay(Schema):
    """What waits for the asker's body, by stage; batches under way; holds to look at again; what went wrong."""

    party = fields.String()
    failing = fields.Integer()
    failures = fields.List(fields.Nested(DayFailure))
    stages = fields.Dict(keys=fields.String(), values=fields.Nested(StageCounted))
    holds = fields.Nested(StageCounted)
    batches = fields.List(fields.Nested(Batch))
    reminders = fields.List(fields.Nested(ReminderShown))
