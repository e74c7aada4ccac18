"""What is watched over: the log, incidents, accounts, the demonstration."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, Count, Instant, Moment, Paging, TrainingState, ident, words


class EntriesQuery(Paging):
    """`item` and `actor` are ids; `since` is included, `until` is not."""

    item = fields.String(load_default="", validate=validate.Length(max=64))
    actor = fields.String(load_default="", validate=validate.Length(max=64))
    act = fields.String(load_default="", validate=validate.Length(max=80))
    outcome = fields.String(load_default="", validate=validate.OneOf(["", "allowed", "refused"]))
    since = Moment(load_default=None)
    until = Moment(load_default=None)


class Entry(Schema):
    """One entry, opened. `state`: disclosed, redacted, or damaged; the latter two are blank."""

    seq = fields.Integer()
    id = fields.String(metadata=ID)
    at = fields.AwareDateTime(format="iso")
    act = fields.String()
    meaning = fields.String()
    outcome = fields.String()
    marking = fields.String()
    rules = fields.List(fields.String())
    state = fields.String()
    who = fields.Dict()
    subject = fields.String()
    what = fields.Dict()
    why = fields.String()


class Entries(Schema):
    items = fields.List(fields.Nested(Entry))
    next = fields.String(allow_none=True)


class Verified(Schema):
    at = fields.AwareDateTime(format="iso")
    entries = fields.Integer()
    faults = fields.Integer()


class Cosigner(Schema):
    """A witness this log trusts. `due`: by when it must have cosigned what it has not; null where nothing waits."""

    name = fields.String()
    id = fields.String(metadata={"description": "Name and id of its key."})
    party = fields.String()
    number = fields.Integer(allow_none=True, metadata={"description": "Newest checkpoint it cosigned."})
    size = fields.Integer(allow_none=True)
    at = fields.AwareDateTime(allow_none=True, format="iso")
    due = fields.AwareDateTime(allow_none=True, format="iso")
    late = fields.Boolean()


class BundleQuery(Schema):
    """A range of the log, both ends optional: `from` an entry's number or a day (UTC) that it begins with, `to` the
    number of the entry before which it ends, or the last day in it."""

    first = fields.String(data_key="from", load_default="", validate=validate.Length(max=20))
    end = fields.String(data_key="to", load_default="", validate=validate.Length(max=20))


class LogState(Schema):
    """How the log stands. `sound`: stored hashes, head and newest checkpoint tell one story."""

    origin = fields.String()
    size = fields.Integer()
    root = fields.String(metadata={"description": "Hex."})
    sound = fields.Boolean()
    unsigned = fields.Integer()
    checkpoint_size = fields.Integer(allow_none=True)
    checkpoint_number = fields.Integer(allow_none=True)
    verified = fields.Nested(Verified, allow_none=True)
    cosignatures = fields.String(metadata={"description": "`nobody`, `in-time`, `late` or `unknown`."})
    witnesses = fields.List(fields.Nested(Cosigner))


class LogVerified(Schema):
    """`faults` says what does not hold: report it as an incident."""

    ok = fields.Boolean()
    entries = fields.Integer()
    faults = fields.List(fields.String())


class CheckpointMade(Schema):
    note = fields.String()
    number = fields.Integer()
    size = fields.Integer()


class AccountsQuery(Paging):
    party = fields.String(load_default="", validate=validate.Length(max=40))
    standing = fields.String(load_default="", validate=validate.Length(max=20))
    text = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Part of the name or the email address.", "example": "smi"},
    )


class Account(Schema):
    id = fields.String(metadata=ID)
    email = fields.String()
    name = fields.String()
    party = fields.String()
    standing = fields.String()
    locked = fields.Boolean()
    vetted_until = fields.AwareDateTime(format="iso")
    created = fields.AwareDateTime(format="iso")


class Accounts(Schema):
    items = fields.List(fields.Nested(Account))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class Appointment(Schema):
    id = fields.String(metadata=ID)
    role = fields.String()
    office = fields.String(attribute="office_id", metadata=ID)
    office_name = fields.String()
    since = fields.AwareDateTime(format="iso", attribute="window.since")
    until = fields.AwareDateTime(format="iso", attribute="window.until")


class AccountSeen(Account):
    """An account with every appointment there ever was, and every training module."""

    appointments = fields.List(fields.Nested(Appointment))
    training = fields.List(fields.Nested(TrainingState))


class InviteBody(Schema):
    email = fields.String(required=True, validate=validate.Length(max=400))
    name = fields.String(required=True, validate=validate.Length(max=400))
    party = fields.String(required=True, validate=validate.Length(max=40))


class Invited(Schema):
    """`invitation` is shown once, and kept nowhere: a repeated answer lacks it."""

    person = fields.String(metadata=ID)
    invitation = fields.String()


class AppointBody(Schema):
    role = fields.String(required=True, validate=validate.Length(max=60))
    office = ident()
    since = Moment(load_default=None)
    until = Moment(load_default=None)
    words = words(most=1000)


class AccountReasonBody(Schema):
    reason = words(required=False, most=400)


class VettingBody(Schema):
    """`until`: a date (its first moment in London) or an instant; good until then, excluded. `words`: what was seen."""

    until = Moment(required=True)
    words = words(most=1000)


class NameBody(Schema):
    name = fields.String(required=True, validate=validate.Length(max=400))


class Role(Schema):
    id = fields.String()
    name = fields.String()
    party = fields.String()
    office = fields.String(metadata={"description": "The kind of office it is held in."})
    duties = fields.List(fields.String())


class Roles(Schema):
    items = fields.List(fields.Nested(Role))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class Player(Schema):
    """One of the invented cast, with what signs them in now."""

    key = fields.String()
    name = fields.String()
    role = fields.String()
    email = fields.String()
    password = fields.String()
    code = fields.String()
    office = fields.String()
    blurb = fields.String()


class Demonstration(Schema):
    now = fields.AwareDateTime(format="iso")
    people = fields.List(fields.Nested(Player))


class ClockBody(Schema):
    to = Instant(required=True)


class ClockMoved(Schema):
    """The new time, and what the clock set going."""

    now = fields.AwareDateTime(format="iso")
    due = fields.Integer()
    begun = fields.Integer()
    destroyed = fields.Integer()
    certified = fields.Integer()
    failed = fields.Integer()
