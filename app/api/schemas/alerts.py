"""Alerts of serious concern, and whom an office calls."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.agreements import Time
from app.api.schemas.shapes import ID, Count
from sharing.model.alert import MOST_WORDS
from sharing.rules.alerts import MARKINGS

_CODE = validate.Length(max=120)


class Urgency(Schema):
    id = fields.String()
    words = fields.String()
    acknowledge = fields.Nested(Time)


class AlertKind(Schema):
    """A kind of alert. `to`: whom it may be raised to; `up`: who is told besides when nobody acknowledges it."""

    id = fields.String()
    name = fields.String()
    by = fields.List(fields.String())
    to = fields.List(fields.String())
    up = fields.List(fields.String())
    about = fields.List(fields.String())
    urgencies = fields.List(fields.Nested(Urgency))
    clauses = fields.List(fields.String())
    may = fields.Boolean()


class AlertKinds(Schema):
    items = fields.List(fields.Nested(AlertKind))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class Turn(Schema):
    """On whom it stands: `people` are account ids; at the stage everybody it stands on `offices`."""

    stage = fields.String()
    cause = fields.String()
    people = fields.List(fields.String(metadata=ID))
    offices = fields.List(fields.Integer())


class AlertCall(Schema):
    """How it stands with one office. `office` 0: none stands at the place. `due_at`: when it goes on."""

    number = fields.Integer()
    office = fields.Integer()
    place = fields.String()
    turn = fields.Nested(Turn)
    since = fields.AwareDateTime(format="iso")
    due_at = fields.AwareDateTime(format="iso", allow_none=True)
    acknowledged_by = fields.String()
    acknowledged_at = fields.AwareDateTime(format="iso", allow_none=True)
    late = fields.Boolean()


class AlertStep(Schema):
    number = fields.Integer()
    act = fields.String()
    by = fields.String()
    at = fields.AwareDateTime(format="iso")
    call = fields.Integer()
    stage = fields.String()
    cause = fields.String()
    people = fields.List(fields.String(metadata=ID))
    words = fields.String()


class Alert(Schema):
    """An alert. `words` and `steps` stand in the answer of one alert alone."""

    id = fields.String(metadata=ID)
    agreement = fields.String()
    version = fields.Integer()
    kind = fields.String()
    urgency = fields.String()
    establishment = fields.String()
    marking = fields.String()
    item = fields.String()
    record = fields.String()
    words = fields.String()
    party = fields.String()
    office = fields.Integer()
    raised_by = fields.String(metadata=ID)
    raised_at = fields.AwareDateTime(format="iso")
    ended_at = fields.AwareDateTime(format="iso", allow_none=True)
    calls = fields.List(fields.Nested(AlertCall))
    steps = fields.List(fields.Nested(AlertStep))


class Alerts(Schema):
    items = fields.List(fields.Nested(Alert))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class AlertBody(Schema):
    """`to` are places of the kind's; `item` a reference and `record` an id, either of which the asker may see."""

    urgency = fields.String(required=True, validate=_CODE)
    establishment = fields.String(required=True, validate=_CODE)
    marking = fields.String(required=True, validate=validate.OneOf(MARKINGS))
    gist = fields.String(required=True, validate=validate.Length(max=MOST_WORDS))
    to = fields.List(fields.String(validate=_CODE), required=True, validate=validate.Length(min=1, max=20))
    item = fields.String(load_default="", validate=validate.Length(max=40))
    record = fields.String(load_default="", validate=validate.Length(max=40))


class AlertNoteBody(Schema):
    """`ends`: nothing more is to be done."""

    words = fields.String(required=True, validate=validate.Length(max=MOST_WORDS))
    ends = fields.Boolean(load_default=False)


class OrderBody(Schema):
    """Account ids; either may be empty."""

    first = fields.String(required=True, validate=validate.Length(max=40))
    deputy = fields.String(load_default="", validate=validate.Length(max=40))


class Order(Schema):
    office = fields.Integer()
    first = fields.String()
    deputy = fields.String()
    set_by = fields.String()
    set_at = fields.AwareDateTime(format="iso", allow_none=True)
