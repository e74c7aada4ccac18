"""What is said with an act on an item."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, SHORT, Count, Instant, ident, words


class PassOnBody(Schema):
    office = ident()
    note = words(required=False)


class CloseBody(Schema):
    """`outcome`: one of those the agreement lists for the kind of item, where it does."""

    note = words()
    outcome = fields.String(load_default="", validate=validate.Length(max=60))


class ReopenBody(Schema):
    reason = words()


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


class InsteadBody(Schema):
    """`before`: the recipient who is gone. `to`: a colleague of theirs; left out, nobody is named instead."""

    before = ident()
    to = ident(required=False)


class InsteadOf(Schema):
    id = fields.String(metadata=ID)
    name = fields.String()


class Unreachable(Schema):
    """A RECIPIENTS ONLY item of the asker's sending, a recipient who is gone, and who may be named instead."""

    reference = fields.String()
    person = fields.String(metadata=ID)
    name = fields.String()
    colleagues = fields.List(fields.Nested(InsteadOf))


class UnreachableItems(Schema):
    items = fields.List(fields.Nested(Unreachable))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class GrantBody(Schema):
    person = ident()
    until = Instant(required=True)
    reason = words()
