"""Decisions to share, refusals, and the register of processing."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, SHORT, Count, ident
from sharing.model.decision import ACTS, COVER, FULL, TOLD
from sharing.model.processing import HOLDS
from sharing.rules.deciding import MOST_LINE, MOST_WORDS


class StatedThen(Schema):
    """What the policies said on the day. Empty `words`: nobody had stated it."""

    heading = fields.String()
    words = fields.String()
    source = fields.String()
    verified = fields.Boolean()


class SharingDecision(Schema):
    """One decision. `sight`: all of it, or its cover; `words` is null where they cannot be read."""

    id = fields.String(metadata=ID)
    act = fields.String(validate=validate.OneOf(ACTS))
    agreement = fields.String()
    version = fields.Integer()
    route = fields.String()
    kind = fields.String()
    reference = fields.String()
    party = fields.String()
    office = fields.String(metadata=ID)
    by = fields.String(metadata=ID)
    to_parties = fields.List(fields.String())
    to = fields.List(fields.String())
    on = fields.Date()
    at = fields.AwareDateTime(format="iso")
    persons = fields.Integer()
    purpose = fields.String()
    told = fields.String()
    holds = fields.List(fields.String(validate=validate.OneOf(HOLDS)))
    holds_said = fields.Boolean()
    stated = fields.List(fields.Nested(StatedThen))
    missing = fields.List(fields.String())
    sight = fields.String(validate=validate.OneOf([FULL, COVER]))
    words = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)


class SharingDecisions(Schema):
    items = fields.List(fields.Nested(SharingDecision))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count, allow_none=True)


class DecisionMade(Schema):
    """Where it stands now is at its address."""

    id = fields.String(metadata=ID)


class DecisionQuery(Schema):
    act = fields.String(load_default="", validate=validate.OneOf(["", *ACTS]))
    kind = fields.String(load_default="", validate=SHORT)
    party = fields.String(load_default="", validate=SHORT)
    missing = fields.Boolean(load_default=False)
    since = fields.Date(load_default=None, allow_none=True)
    until = fields.Date(load_default=None, allow_none=True, metadata={"description": "Included."})
    cursor = fields.String(load_default="", validate=validate.Length(max=64))


class DecisionAnswer(Schema):
    """`holds`: what the item holds; left out, what is presumed of its kind stays."""

    told = fields.String(required=True, validate=validate.OneOf(list(TOLD)))
    why = fields.String(load_default="", validate=validate.Length(max=MOST_WORDS))
    holds = fields.List(fields.String(validate=validate.OneOf(HOLDS)), load_default=None, allow_none=True)


class RefusalBody(Schema):
    """A request that is refused. `asked_by` is a party of the agreement, or `outside`."""

    agreement = fields.String(required=True, validate=SHORT)
    office = ident()
    kind = fields.String(load_default="", validate=SHORT)
    asked_by = fields.String(required=True, validate=SHORT)
    who = fields.String(required=True, validate=validate.Length(max=MOST_LINE))
    asked_on = fields.Date(required=True)
    what = fields.String(required=True, validate=validate.Length(max=MOST_WORDS))
    why = fields.String(required=True, validate=validate.Length(max=MOST_WORDS))


class StatementSaid(Schema):
    words = fields.String()
    source = fields.String()
    verified = fields.Boolean()


class ProcessingLine(Schema):
    """One heading of article 30(1). Nothing in `said`: nobody has stated it."""

    heading = fields.String()
    said = fields.List(fields.Nested(StatementSaid))


class ProcessingEntry(Schema):
    party = fields.String()
    activity = fields.String()
    lines = fields.List(fields.Nested(ProcessingLine))
    missing = fields.List(fields.String())
    unverified = fields.List(fields.String())


class ProcessingRegister(Schema):
    items = fields.List(fields.Nested(ProcessingEntry))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)
