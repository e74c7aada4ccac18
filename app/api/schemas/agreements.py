"""Agreements: duties with their homes and states, what is owed, records."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, Count
from sharing.model.coverage import STATES
from sharing.model.duty import HOMES, SOURCES, UNITS
from sharing.model.record import TYPES
from sharing.model.tasks import STEP_STATES
from sharing.rules.duties.recording import MOST_WORDS


class Agreement(Schema):
    """One version in force. `unmet`: duties the service does not meet yet."""

    id = fields.String()
    version = fields.Integer()
    title = fields.String()
    parties = fields.List(fields.String())
    in_force = fields.Date()
    duties = fields.Integer()
    overdue = fields.Integer()
    unmet = fields.Integer()


class Agreements(Schema):
    items = fields.List(fields.Nested(Agreement))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class Time(Schema):
    """A length of time. A local interpretation says what the agreement itself says."""

    unit = fields.String(validate=validate.OneOf(UNITS))
    number = fields.Integer()
    source = fields.String(validate=validate.OneOf(SOURCES))
    words = fields.String()


class Register(Schema):
    """What a register says now: so many of so many."""

    count = fields.Integer()
    of = fields.Integer()
    words = fields.String()


class DutyLine(Schema):
    """One duty and how it stands. Places are party, party/office or party/office/role."""

    number = fields.String()
    id = fields.String()
    section = fields.String()
    what = fields.String()
    who = fields.List(fields.String())
    to = fields.List(fields.String())
    clauses = fields.List(fields.String())
    home = fields.String(validate=validate.OneOf(HOMES))
    because = fields.String()
    missing = fields.String()
    enforced_by = fields.List(fields.String())
    tests = fields.List(fields.String())
    due = fields.Nested(Time, allow_none=True)
    state = fields.String(validate=validate.OneOf(STATES))
    open = fields.Integer()
    overdue = fields.Integer()
    next_due = fields.Date(allow_none=True)
    overdue_since = fields.Date(allow_none=True)
    last_evidence = fields.Date(allow_none=True)
    evidence_entry = fields.String(metadata={"description": "Id of the entry of the log, or empty."})
    register = fields.Nested(Register, allow_none=True)


class AgreementQuery(Schema):
    home = fields.String(load_default="", validate=validate.OneOf(["", *HOMES]))
    state = fields.String(load_default="", validate=validate.OneOf(["", *STATES]))


class AgreementSeen(Schema):
    """Every duty, in the order of the agreement."""

    agreement = fields.Nested(Agreement)
    duties = fields.List(fields.Nested(DutyLine))


class Occurrence(Schema):
    """One time that a duty is, or was, owed. `source` is the item or record it began with; `thread` what that names."""

    id = fields.String(metadata=ID)
    version = fields.Integer()
    source = fields.String()
    thread = fields.String()
    establishment = fields.String()
    who = fields.List(fields.String())
    opened_on = fields.Date()
    due_on = fields.Date(allow_none=True)
    due_at = fields.AwareDateTime(format="iso", allow_none=True)
    state = fields.String(validate=validate.OneOf(["open", "met", "lapsed"]))
    ended_on = fields.Date(allow_none=True)
    evidence = fields.String()
    escalated = fields.Integer()


class AgreementRecord(Schema):
    """A record. `values` are its codes, dates and numbers; `words` is there for those who may read them."""

    id = fields.String(metadata=ID)
    agreement = fields.String()
    kind = fields.String()
    on = fields.Date()
    establishment = fields.String()
    thread = fields.String()
    values = fields.Dict(keys=fields.String(), values=fields.String())
    words = fields.Dict(keys=fields.String(), values=fields.String())
    party = fields.String()
    made_by = fields.String(metadata=ID)
    made_at = fields.AwareDateTime(format="iso")
    entry = fields.String(metadata=ID)
    circle = fields.String(metadata={"description": "The record whose named people know of it, or knew; or empty."})
    closed = fields.Boolean(metadata={"description": "Whether those named alone know of it."})


class TaskStep(Schema):
    """A step: a record of `record`, with these `values`, that names the matter. `done`: the records that did it."""

    id = fields.String()
    title = fields.String()
    part = fields.String()
    record = fields.String()
    values = fields.Dict(keys=fields.String(), values=fields.String())
    clauses = fields.List(fields.String())
    state = fields.String(validate=validate.OneOf(STEP_STATES))
    mine = fields.Boolean(metadata={"description": "Whether the asker may do it now."})
    waits = fields.List(fields.String(), metadata={"description": "What must be recorded before, in words."})
    due_on = fields.Date(allow_none=True)
    done = fields.List(fields.String(metadata=ID))


class Matter(Schema):
    """A matter by the record it began with. `ended`: the record after which nothing more is done of it, or empty."""

    record = fields.Nested(AgreementRecord)
    list = fields.String()
    ended = fields.String()
    steps = fields.List(fields.Nested(TaskStep))


class Matters(Schema):
    items = fields.List(fields.Nested(Matter))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class NamedPerson(Schema):
    """How a person stands to a record kept to named people."""

    person = fields.String(metadata=ID)
    state = fields.String(validate=validate.OneOf(["named", "ended", "barred"]))
    at = fields.AwareDateTime(format="iso")
    by = fields.String()


class KnownTo(Schema):
    """`closed`: named people alone know of it. `places` may be named, of those who do not make such records `most`."""

    closed = fields.Boolean()
    places = fields.List(fields.String())
    most = fields.Integer(metadata={"description": "0: no number is given."})
    may = fields.Boolean(metadata={"description": "Whether the asker says who knows of it."})
    people = fields.List(fields.Nested(NamedPerson))


class KnownToBody(Schema):
    person = fields.String(required=True, validate=validate.Length(max=60), metadata=ID)
    act = fields.String(required=True, validate=validate.OneOf(["name", "end", "bar"]))
    reason = fields.String(required=True, validate=validate.Length(min=1, max=MOST_WORDS))


class DutySeen(Schema):
    """One duty with what of it concerns the asker. `hidden`: so many more times it is owed, to others."""

    duty = fields.Nested(DutyLine)
    occurrences = fields.List(fields.Nested(Occurrence))
    hidden = fields.Integer()
    records = fields.List(fields.Nested(AgreementRecord))


class FieldChoice(Schema):
    """`by`: those who alone may choose it; empty: everybody who makes the record."""

    id = fields.String()
    words = fields.String()
    by = fields.List(fields.String(), metadata={"description": "The places that may choose it; empty: all."})


class RecordFirst(Schema):
    """What must be recorded before: a record `about` the same thing, where the fields of this one say `when`."""

    record = fields.Function(lambda each: each["event"]["where"]["record"], metadata={"type": "string"})
    about = fields.String()
    when = fields.Dict(keys=fields.String(), values=fields.String())
    words = fields.String()
    clauses = fields.List(fields.String())


class RecordField(Schema):
    """A field. `of` names the kinds of record, or the places, that may be chosen; `happened` says when it was."""

    id = fields.String()
    label = fields.String()
    type = fields.String(validate=validate.OneOf(TYPES))
    hint = fields.String()
    needed = fields.Boolean()
    happened = fields.Boolean()
    choices = fields.List(fields.Nested(FieldChoice))
    least = fields.Integer()
    of = fields.List(fields.String())
    when = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "It is asked where these fields say this."},
    )
    short = fields.String()


class RecordKind(Schema):
    """A kind of record that the agreement asks for, with its fields. `may`: whether the asker makes these."""

    id = fields.String()
    name = fields.String()
    by = fields.List(fields.String())
    seen_by = fields.List(fields.String())
    named = fields.List(
        fields.String(), metadata={"description": "Whose people may be named; empty: it is not kept to named people."}
    )
    one_for = fields.String(
        metadata={"description": "The field of which, for each value, the newest record stands; or empty."}
    )
    clauses = fields.List(fields.String())
    fields_ = fields.List(fields.Nested(RecordField), attribute="fields", data_key="fields")
    first = fields.List(fields.Nested(RecordFirst))
    may = fields.Boolean()


class RecordKinds(Schema):
    items = fields.List(fields.Nested(RecordKind))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class RecordBody(Schema):
    """`values` by field, as the kind has them (`/agreements/{agreement}/record-kinds`); dates as 2026-03-27."""

    values = fields.Dict(
        keys=fields.String(validate=validate.Length(max=60)),
        values=fields.String(validate=validate.Length(max=MOST_WORDS)),
        required=True,
    )
    named = fields.List(
        fields.String(validate=validate.Length(max=60)),
        load_default=[],
        validate=validate.Length(max=200),
        metadata={"description": "Accounts that may know of it, where it is kept to named people."},
    )
