"""Notifications, the outbox, partner systems."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID
from app.bootstrap.outbox_views import STATES
from outbox.model.rules import HOWS

_HOW = {"description": "How often they hear of what is not urgent."}


class Topic(Schema):
    """Something people are told of. What is `urgent` is told at once, whatever they chose."""

    code = fields.String()
    name = fields.String()
    urgent = fields.Boolean()


class Notifications(Schema):
    """`reached`: whether the last message got through, as far as is known."""

    how = fields.String(validate=validate.OneOf(HOWS), metadata=_HOW)
    address = fields.String()
    reached = fields.Boolean()
    topics = fields.List(fields.Nested(Topic))


class PreferenceBody(Schema):
    """One of three; anything else is refused by name."""

    how = fields.String(required=True, validate=validate.OneOf(HOWS), metadata=_HOW)


class OutboxQuery(Schema):
    """Without a state: what waits, and what could not be delivered."""

    state = fields.String(load_default="", validate=validate.OneOf(["", *STATES]))


class OutboxMessage(Schema):
    """One message; nothing says of what, or how much, it tells. `whom` is a name for their own administrators alone."""

    id = fields.String(metadata=ID)
    sort = fields.String(validate=validate.OneOf(["person", "system", "party"]))
    whom = fields.String()
    state = fields.String(validate=validate.OneOf(STATES))
    cause = fields.String(metadata={"description": "Code of the last failure; empty where there was none."})
    attempts = fields.Integer()
    made_at = fields.AwareDateTime(format="iso")
    next_at = fields.AwareDateTime(format="iso", allow_none=True)
    ended_at = fields.AwareDateTime(format="iso", allow_none=True)


class OutboxMessages(Schema):
    """Newest first, at most 200."""

    items = fields.List(fields.Nested(OutboxMessage))


class SystemBody(Schema):
    """Where the partner system listens: https, and not inside a private network."""

    url = fields.String(required=True, validate=validate.Length(min=1, max=500))


class System(Schema):
    """A partner system of one's own body. `failing_since`: since when nothing gets through."""

    id = fields.String(metadata=ID)
    url = fields.String()
    state = fields.String(validate=validate.OneOf(["active", "disabled"]))
    made_at = fields.AwareDateTime(format="iso")
    failing_since = fields.AwareDateTime(format="iso", allow_none=True)
    before_until = fields.AwareDateTime(
        format="iso", allow_none=True, metadata={"description": "Until when the secret before is valid as well."}
    )


class SystemWithSecret(System):
    """The one answer that has the secret: it is not shown again."""

    secret = fields.String(metadata={"example": "whsec_…"})


class Systems(Schema):
    """Oldest first."""

    items = fields.List(fields.Nested(System))
