"""Copies on paper and media, and destructions that went wrong."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, words
from retention.model.copy import KINDS, METHODS

FATES = ("destroyed", "returned")


class Copy(Schema):
    """`holder`, `place`, `witness`, `evidence` are as people wrote them, and empty for any other body than `party`."""

    id = fields.String(metadata=ID)
    item = fields.String(metadata=ID)
    kind = fields.String(validate=validate.OneOf(sorted(KINDS)))
    party = fields.String()
    holder = fields.String()
    place = fields.String()
    made_on = fields.Date()
    registered_by = fields.String(metadata=ID)
    registered_at = fields.AwareDateTime(format="iso")
    fate = fields.String(validate=validate.OneOf(["open", *FATES]))
    method = fields.String()
    witness = fields.String()
    evidence = fields.String()
    on = fields.Date(allow_none=True)
    accounted_by = fields.String()
    accounted_at = fields.AwareDateTime(format="iso", allow_none=True)


class Copies(Schema):
    items = fields.List(fields.Nested(Copy))


class CopyBody(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(sorted(KINDS)))
    holder = words()
    place = words()
    made_on = fields.Date(required=True)


class AccountBody(Schema):
    """`method` where it was destroyed: one that fits the kind of copy. `evidence`: what shows it."""

    fate = fields.String(required=True, validate=validate.OneOf(FATES))
    method = fields.String(load_default="", validate=validate.OneOf(["", *METHODS]))
    on = fields.Date(required=True)
    witness = words()
    evidence = words()


class CopyMade(Schema):
    id = fields.String(metadata=ID)
    fate = fields.String()


class Failure(Schema):
    """`cause` is the code of an error; it is tried again, ever less often."""

    reference = fields.String()
    item = fields.String(metadata=ID)
    originator = fields.String()
    state = fields.String()
    failures = fields.Integer()
    failed_at = fields.AwareDateTime(format="iso")
    cause = fields.String()


class Failures(Schema):
    items = fields.List(fields.Nested(Failure))
    failing = fields.Integer()
    held_open = fields.Integer(metadata={"description": "Erased items whose certificate waits for a copy."})


class PackQuery(Schema):
    """Days in London, both in it."""

    first = fields.Date(required=True)
    end = fields.Date(required=True)
    body = fields.String(load_default="", validate=validate.Length(max=40))
