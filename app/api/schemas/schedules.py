"""Retention schedules: versions, what they change, what they would do."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, Count, words
from retention.policy.files import ACTIONS, APPLIES, MOST_WORDS, STARTS
from retention.rules.schedule_csv import MOST_BYTES


class RetentionOutcome(Schema):
    outcome = fields.String()
    months = fields.Integer()


class RetentionClass(Schema):
    """One class. `period_months` is null where no source gives a period, or the class is kept."""

    code = fields.String()
    description = fields.String()
    triggers = fields.List(fields.String())
    starts = fields.String(validate=validate.OneOf(STARTS))
    period_months = fields.Integer(allow_none=True)
    outcomes = fields.List(fields.Nested(RetentionOutcome))
    action = fields.String(validate=validate.OneOf(ACTIONS))
    authority = fields.String()
    clauses = fields.List(fields.String())
    verified = fields.Boolean()


class ScheduleSeen(Schema):
    """The version of one body in force today."""

    body = fields.String()
    number = fields.Integer()
    effective_from = fields.Date()
    applies = fields.String(validate=validate.OneOf(APPLIES))
    authority = fields.String()
    classes = fields.List(fields.Nested(RetentionClass))


class Schedules(Schema):
    items = fields.List(fields.Nested(ScheduleSeen))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class TableQuery(Schema):
    version = fields.Integer(load_default=None, validate=validate.Range(min=1, max=1_000_000))


class ProposeBody(Schema):
    """`table` is the CSV text with every class (docs/formats/schedule.md)."""

    table = fields.String(required=True, validate=validate.Length(max=MOST_BYTES))
    authority = fields.String(required=True, validate=validate.Length(max=MOST_WORDS))
    effective_from = fields.Date(required=True)
    applies = fields.String(load_default="live", validate=validate.OneOf(APPLIES))
    reason = words()


class RejectBody(Schema):
    reason = words()


class ProposedVersion(Schema):
    """One version proposed here; `sha256` is of its canonical text, and stands in the log."""

    id = fields.String(metadata=ID)
    party = fields.String()
    number = fields.Integer()
    effective_from = fields.String(metadata={"format": "date"})
    applies = fields.String(validate=validate.OneOf(APPLIES))
    base = fields.Integer()
    sha256 = fields.String()
    state = fields.String(validate=validate.OneOf(["proposed", "approved", "rejected"]))
    reason = fields.String()
    proposed_by = fields.String(metadata=ID)
    proposed_at = fields.String(metadata={"format": "date-time"})
    decided_by = fields.String(metadata={"description": "Id of the person, or empty."})
    decided_at = fields.String(allow_none=True, metadata={"format": "date-time"})
    decision = fields.String()


class ProposedVersions(Schema):
    items = fields.List(fields.Nested(ProposedVersion))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class ScheduleChange(Schema):
    """One difference; `code` is empty for what is of the whole version."""

    code = fields.String()
    what = fields.String()
    before = fields.String()
    after = fields.String()


class DryRunCounts(Schema):
    """Live items of one class by what would become of their due date; `held` and the rest are among them."""

    retention_class = fields.String()
    cases = fields.Integer()
    earlier = fields.Integer()
    later = fields.Integer()
    first = fields.Integer()
    removed = fields.Integer()
    same = fields.Integer()
    held = fields.Integer()
    sent_back = fields.Integer()
    beyond = fields.Integer()


class DryRun(Schema):
    on = fields.Date()
    classes = fields.List(fields.Nested(DryRunCounts))
    total = fields.Nested(DryRunCounts)


class VersionSeen(ProposedVersion):
    """With what it changes and, while it is undecided, what it would do."""

    authority = fields.String()
    classes = fields.List(fields.Nested(RetentionClass))
    changes = fields.List(fields.Nested(ScheduleChange))
    dry_run = fields.Nested(DryRun, allow_none=True)
