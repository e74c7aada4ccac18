"""Breaking the glass."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, SHORT, Count
from sharing.model.override import FINDINGS
from sharing.service.base import MOST_WORDS

_WORDS = validate.Length(max=MOST_WORDS)


class OverrideSeen(Schema):
    """One time. `words` is null where they cannot be read, and in a list."""

    id = fields.String(metadata=ID)
    reference = fields.String()
    by = fields.String(metadata=ID)
    party = fields.String()
    originator = fields.String()
    danger = fields.String()
    at = fields.AwareDateTime(format="iso")
    until = fields.AwareDateTime(format="iso")
    finding = fields.String()
    reviewed_by = fields.String()
    reviewed_at = fields.AwareDateTime(format="iso", allow_none=True)
    words = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)


class OverridesSeen(Schema):
    items = fields.List(fields.Nested(OverrideSeen))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class OverrideBody(Schema):
    """`danger`: as `policies/safety.toml` names it."""

    reference = fields.String(required=True, validate=SHORT)
    danger = fields.String(required=True, validate=SHORT)
    why = fields.String(required=True, validate=_WORDS)


class OverrideReviewBody(Schema):
    finding = fields.String(required=True, validate=validate.OneOf(list(FINDINGS)))
    why = fields.String(required=True, validate=_WORDS)
