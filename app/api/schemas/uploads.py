"""Uploads that go on where they broke off, on the wire."""

from __future__ import annotations

from marshmallow import Schema, fields

from app.api.schemas.shapes import ID


class Upload(Schema):
    """How far one is. `part`: the file of the draft that it became; null until it is whole and was looked at."""

    id = fields.String(attribute="uuid", metadata=ID)
    name = fields.String()
    media_type = fields.String()
    size = fields.Integer(metadata={"description": "Bytes of the whole."})
    arrived = fields.Integer(metadata={"description": "Bytes that are here, for good: where it goes on."})
    part = fields.Integer(allow_none=True)
    begun = fields.AwareDateTime(format="iso")
    expires = fields.AwareDateTime(format="iso")


class Uploads(Schema):
    items = fields.List(fields.Nested(Upload))
