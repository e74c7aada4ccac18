"""What gives an account power: proposed by one administrator, confirmed by another."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, words


class ConferralMade(Schema):
    """It waits under `id` until `stands_until`; nothing changed yet. `id` is null where one was enough: it is done."""

    id = fields.String(metadata=ID, allow_none=True)
    stands_until = fields.AwareDateTime(format="iso", allow_none=True)


class ConferralsQuery(Schema):
    """`account`, `file`: only what is for this account, or was brought in with this file."""

    account = fields.String(load_default="", validate=validate.Length(max=36))
    file = fields.String(load_default="", validate=validate.Length(max=36))


class Conferral(Schema):
    """`sort`: `appointment` (`role` in the office `place`), `vetting`, or `group` (a place in the group `place`).

    `since`: null for from when it is confirmed. `effect`: what they could then see and do. `confirmers`: ids of the
    administrators who could confirm it now.
    """

    id = fields.String(metadata=ID)
    person = fields.String(metadata=ID)
    sort = fields.String()
    role = fields.String()
    place = fields.String()
    since = fields.AwareDateTime(format="iso", allow_none=True)
    until = fields.AwareDateTime(format="iso")
    file = fields.String()
    proposed_by = fields.String(metadata=ID)
    proposed = fields.AwareDateTime(format="iso")
    stands_until = fields.AwareDateTime(format="iso")
    words = fields.String()
    effect = fields.List(fields.String())
    confirmers = fields.List(fields.String(metadata=ID))


class ConferralCheck(Schema):
    code = fields.String()
    text = fields.String()


class Conferrals(Schema):
    """`checks`: how whoever confirms may know the person; one of the codes is asked for."""

    conferrals = fields.List(fields.Nested(Conferral))
    checks = fields.List(fields.Nested(ConferralCheck))


class ConferralBody(Schema):
    """`checked`: how it is known that the person is there and the account theirs, a code of `checks`."""

    checked = fields.String(required=True, validate=validate.Length(max=40), metadata={"example": "known-number"})
    reason = words(required=False, most=400)


class Conferred(Schema):
    """The appointment that came of it; empty where it is none."""

    appointment = fields.String(metadata=ID)
