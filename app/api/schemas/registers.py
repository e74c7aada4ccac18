"""Registers of an agreement."""

from __future__ import annotations

from marshmallow import Schema, fields

from app.api.schemas.agreements import AgreementRecord, Time
from app.api.schemas.shapes import Count


class AgreementRegister(Schema):
    """A register with the numbers of the duties it shows, and how those stand: dates alone."""

    id = fields.String()
    name = fields.String()
    what = fields.String()
    records = fields.List(fields.String())
    stale = fields.Nested(Time, allow_none=True)
    clauses = fields.List(fields.String())
    duties = fields.List(fields.String())
    last = fields.Date(allow_none=True)
    next_due = fields.Date(allow_none=True)
    overdue_since = fields.Date(allow_none=True)


class AgreementRegisters(Schema):
    items = fields.List(fields.Nested(AgreementRegister))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class RegisterEntry(Schema):
    """An entry with what became of it, newest first. `stale`: it was confirmed too long ago."""

    record = fields.Nested(AgreementRecord)
    steps = fields.List(fields.Nested(AgreementRecord))
    stale = fields.Boolean()


class RegisterSeen(Schema):
    """`making`: the kinds of record the asker makes; `more`: there are older entries than these."""

    register = fields.Nested(AgreementRegister)
    entries = fields.List(fields.Nested(RegisterEntry))
    making = fields.List(fields.String())
    more = fields.Boolean()
