"""Holds: what is asked of them, and what they stand on."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.disposals import Case, Hold
from app.api.schemas.shapes import ID, Count, Paging, Reason, ident
from app.api.schemas.shapes import words as said
from retention.model.hold import MANNERS, OCCASIONS


class HoldSeen(Hold):
    """A hold, with how many items it was entered on by manner, and how many of those another hold stands on too."""

    entered = fields.Dict(keys=fields.String(), values=fields.Integer())
    stands_on = fields.Integer()
    also_held = fields.Integer()


class HoldsQuery(Schema):
    in_force = fields.Boolean(load_default=None)
    review_by = fields.Date(load_default=None)
    party = fields.String(load_default="", validate=validate.Length(max=40))
    occasion = fields.String(load_default="", validate=validate.Length(max=20))


class HoldRow(Hold):
    entered = fields.Dict(keys=fields.String(), values=fields.Integer())
    stands_on = fields.Integer()


class Holds(Schema):
    items = fields.List(fields.Nested(HoldRow))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class HoldBody(Schema):
    reason = said()
    issuer = said(required=False)
    review_on = fields.Date(load_default=None)


class PersonNamed(Schema):
    type = fields.String(required=True, validate=validate.Length(max=40))
    value = said(most=200)


class ScopeBody(Schema):
    """All that is named must fit; of several values of one, any. `since`, `until`: dates the clock started, both in."""

    references = fields.List(fields.String(validate=validate.Length(max=40)), load_default=list)
    people = fields.List(fields.Nested(PersonNamed), load_default=list)
    establishments = fields.List(fields.String(validate=validate.Length(max=40)), load_default=list)
    classes = fields.List(fields.String(validate=validate.Length(max=60)), load_default=list)
    bodies = fields.List(fields.String(validate=validate.Length(max=40)), load_default=list)
    since = fields.Date(load_default=None, allow_none=True)
    until = fields.Date(load_default=None, allow_none=True)


class WideHoldBody(Schema):
    """With `words`, the scope only suggests: what it names is held until somebody says whether they fit."""

    scope = fields.Nested(ScopeBody, required=True)
    words = said(required=False)
    occasion = fields.String(load_default="other", validate=validate.OneOf(OCCASIONS))
    issuer = said()
    reason = said()
    review_on = fields.Date(load_default=None, allow_none=True)


class Counted(Schema):
    retention_class = fields.String(data_key="class")
    body = fields.String()
    state = fields.String()
    number = fields.Integer()


class Previewed(Schema):
    """`cooling_off` are approved for destruction: the hold takes that back. `late` cannot be caught any more."""

    total = fields.Integer()
    cooling_off = fields.Integer(attribute="cooling")
    counts = fields.List(fields.Nested(Counted))
    items = fields.List(fields.Nested(Case), attribute="rows")
    late = fields.List(fields.Nested(Case))


class RenewBody(Schema):
    review_on = fields.Date(required=True)
    reason = said()


class OwnerBody(Schema):
    owner = ident()
    reason = said()


class DecideBody(Schema):
    """Whether the words of a hold fit these items."""

    references = fields.List(
        fields.String(validate=validate.Length(max=40)), required=True, validate=validate.Length(1, 100)
    )
    fits = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = said()


class DecidedOn(Schema):
    reference = fields.String()
    done = fields.Boolean()
    reasons = fields.List(fields.Nested(Reason))


class AllDecided(Schema):
    items = fields.List(fields.Nested(DecidedOn))


class HeldQuery(Paging):
    manner = fields.String(load_default=None, validate=validate.OneOf(MANNERS))


class HeldItem(Schema):
    case = fields.Nested(Case)
    manner = fields.String(validate=validate.OneOf(MANNERS))
    by = fields.String()
    at = fields.AwareDateTime(format="iso")


class HeldItems(Schema):
    items = fields.List(fields.Nested(HeldItem))
    next = fields.String(allow_none=True)


class HoldMade(Schema):
    """What an act leaves. `settled` false: it binds all it catches, and the next runs enter it on the rest."""

    id = fields.String(metadata=ID)
    kind = fields.String()
    review_on = fields.String(metadata={"format": "date"})
    settled = fields.Boolean()
    lifted = fields.Boolean()
    stands_on = fields.Integer()
    also_held = fields.Integer(metadata={"description": "Of these, those that another hold in force stands on too."})
