"""Tokens of programs."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, Count, Moment


class TokenBody(Schema):
    """`appointment` binds it to one of one's own; without it, it reaches all one holds. `until` is excluded."""

    name = fields.String(required=True, validate=validate.Length(max=400), metadata={"example": "Nightly import"})
    until = Moment(required=True)
    appointment = fields.String(load_default="", validate=validate.Length(max=36))
    reads_only = fields.Boolean(load_default=True, truthy={True}, falsy={False})


class ApiToken(Schema):
    """`good`: opens what its person may, now. `used`: to the minute; null when it never was."""

    id = fields.String(metadata=ID)
    name = fields.String()
    appointment = fields.String()
    reads_only = fields.Boolean()
    created = fields.AwareDateTime(format="iso")
    until = fields.AwareDateTime(format="iso")
    revoked = fields.AwareDateTime(format="iso", allow_none=True)
    used = fields.AwareDateTime(format="iso", allow_none=True)
    good = fields.Boolean()


class ApiTokens(Schema):
    items = fields.List(fields.Nested(ApiToken))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class TokenMade(ApiToken):
    """`token` is shown here once; the service keeps its digest alone."""

    token = fields.String()
