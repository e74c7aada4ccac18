"""Foresight: what falls due, what is owed, what a year came to."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, Paging
from retention.model.foresight import ACTS, WHYS
from retention.rules.foresight import MOST_MONTHS


class ForecastQuery(Schema):
    months = fields.Integer(load_default=12, validate=validate.Range(1, MOST_MONTHS))
    body = fields.String(load_default="", validate=validate.Length(max=40))
    class_ = fields.String(load_default="", data_key="class", validate=validate.Length(max=60))


class ForecastLine(Schema):
    """`months`: how many fall due in each of the forecast's months; `held`: of all these, those on hold."""

    body = fields.String()
    retention_class = fields.String()
    months = fields.List(fields.Integer())
    held = fields.Integer()
    total = fields.Integer()


class Forecast(Schema):
    """`months`: the first day of each. `undated`: without a period, never due until a person confirms one."""

    months = fields.List(fields.Date())
    lines = fields.List(fields.Nested(ForecastLine))
    totals = fields.List(fields.Integer())
    overdue = fields.Integer()
    later = fields.Integer()
    undated = fields.Integer()


class WaitingQuery(Schema):
    body = fields.String(load_default="", validate=validate.Length(max=40))
    class_ = fields.String(load_default="", data_key="class", validate=validate.Length(max=60))


class OwedCount(Schema):
    """`band`: the place in `bands`, by days since it fell due; without a period, since its clock started."""

    why = fields.String(validate=validate.OneOf(WHYS))
    band = fields.Integer()
    body = fields.String()
    retention_class = fields.String()
    number = fields.Integer()


class OverdueHold(Schema):
    """A hold in force whose day to be looked at again has come."""

    id = fields.String(metadata=ID)
    party = fields.String()
    occasion = fields.String()
    owner = fields.String(metadata=ID)
    review_on = fields.Date()
    stands_on = fields.Integer()


class OverdueCounts(Schema):
    """Everything due and not disposed of, counted; and the holds to be looked at again."""

    bands = fields.List(fields.String())
    waiting = fields.List(fields.Nested(OwedCount))
    holds = fields.List(fields.Nested(OverdueHold))


class OwedQuery(Paging):
    """Without `why`, or with another than `unverified`, those with a date."""

    why = fields.String(load_default=None, validate=validate.OneOf(WHYS))
    body = fields.String(load_default="", validate=validate.Length(max=40))
    class_ = fields.String(load_default="", data_key="class", validate=validate.Length(max=60))


class OwedItem(Schema):
    """One item due and not disposed of; `days` since `since`."""

    reference = fields.String()
    item = fields.String(metadata=ID)
    originator = fields.String()
    retention_class = fields.String()
    state = fields.String()
    why = fields.String(validate=validate.OneOf(WHYS))
    since = fields.Date()
    days = fields.Integer()


class OwedItems(Schema):
    items = fields.List(fields.Nested(OwedItem))
    next = fields.String(allow_none=True)


class YearQuery(Schema):
    """Both days are included."""

    since = fields.Date(required=True)
    until = fields.Date(required=True)
    body = fields.String(load_default="", validate=validate.Length(max=40))


class DisposalCount(Schema):
    """Items of a class under one act; an item counts once under each."""

    body = fields.String()
    retention_class = fields.String()
    act = fields.String(validate=validate.OneOf(ACTS))
    number = fields.Integer()


class DisposalYear(Schema):
    since = fields.Date()
    until = fields.Date()
    counted = fields.List(fields.Nested(DisposalCount))


class OverdueAt(Schema):
    """`steps` of items past their day that this office owes."""

    office = fields.Integer()
    name = fields.String()
    steps = fields.Integer()


class Overview(Schema):
    """`months`: the first day of each; every list below has a number for each. `took`: by the time from sending to
    closing (`week`, `four-weeks`, `longer`, `open`).
    """

    months = fields.List(fields.Date())
    sent = fields.Dict(keys=fields.String(), values=fields.List(fields.Integer()))
    took = fields.Dict(keys=fields.String(), values=fields.List(fields.Integer()))
    disposed = fields.Dict(keys=fields.String(), values=fields.List(fields.Integer()))
    overdue = fields.List(fields.Nested(OverdueAt))
