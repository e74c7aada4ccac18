"""The log's own retention."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, words


class LogClass(Schema):
    """Acts whose disclosures end by age. `entries` are older than `before`; `kept` of them stay; `overdue` should
    have ended."""

    code = fields.String()
    description = fields.String()
    acts = fields.List(fields.String())
    least_months = fields.Integer()
    most_months = fields.Integer()
    verified = fields.Boolean()
    source = fields.String()
    before = fields.AwareDateTime(format="iso")
    entries = fields.Integer()
    kept = fields.Integer()
    overdue = fields.Integer()


class LogErasure(Schema):
    """One erasure: proposed by one, decided by another, carried out. `redacted` and `kept`: once it is done."""

    id = fields.String(metadata=ID)
    code = fields.String()
    before = fields.AwareDateTime(format="iso")
    entries = fields.Integer()
    by = fields.String(metadata=ID)
    at = fields.AwareDateTime(format="iso")
    reason = fields.String()
    state = fields.String(validate=validate.OneOf(["proposed", "approved", "rejected", "done"]))
    decided_by = fields.String()
    decided_at = fields.AwareDateTime(format="iso", allow_none=True)
    redacted = fields.Integer()
    kept = fields.Integer()


class LogRetention(Schema):
    """`record`: what is said of everything in no class; it does not end by age."""

    classes = fields.List(fields.Nested(LogClass))
    record = fields.String()
    erasures = fields.List(fields.Nested(LogErasure))


class ErasureBody(Schema):
    code = fields.String(required=True, validate=validate.Length(max=60))
    reason = words(most=400)


class ErasureMade(Schema):
    id = fields.String(metadata=ID)


class ErasureRejectBody(Schema):
    reason = words(most=400)


class ErasureDecided(Schema):
    id = fields.String(metadata=ID)
    state = fields.String()
