"""What is said with an act on an item."""

from __future__ import annotations

from marshmallow import Schema, fields

from app.api.schemas.shapes import SHORT, Instant, ident, words


class PassOnBody(Schema):
    office = ident()
    note = words(required=False)


class CloseBody(Schema):
    note = words()


class WithdrawBody(Schema):
    reason = words()


class ShareBody(Schema):
    """A person or a group, and the purpose it is shared for."""

    person = ident(required=False)
    group = ident(required=False)
    purpose = fields.String(load_default="", validate=SHORT)


class RecuseBody(Schema):
    person = ident()
    reason = words()


class GrantBody(Schema):
    person = ident()
    until = Instant(required=True)
    reason = words()
