"""What is watched over: the log, incidents, accounts, the demonstration."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, Count, Instant, Moment, Paging, ident, words


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


class CheckpointMade(Schema):
    note = fields.String()
    number = fields.Integer()
    size = fields.Integer()


class IncidentsQuery(Paging):
    state = fields.String(load_default="", validate=validate.OneOf(["", "open", "closed"]))


class DutyOwed(Schema):
    """A duty of an incident. `only_if` not empty: owed only in that case."""

    code = fields.String(attribute="duty.code")
    text = fields.String(attribute="duty.text")
    contact = fields.String(attribute="duty.contact")
    only_if = fields.String(attribute="duty.only_if")
    verified = fields.Boolean(attribute="duty.verified")
    source = fields.String(attribute="duty.source")
    due_at = fields.AwareDateTime(format="iso", allow_none=True)
    done_at = fields.AwareDateTime(format="iso", allow_none=True)
    done_by = fields.String()


class Outcome(Schema):
    code = fields.String()
    text = fields.String()


class IncidentRow(Schema):
    number = fields.String()
    kind = fields.String(attribute="kind.code")
    kind_name = fields.String(attribute="kind.name")
    opened_at = fields.AwareDateTime(format="iso")
    awareness_at = fields.AwareDateTime(format="iso")
    reported_by = fields.String()
    state = fields.String()
    marking_claimed = fields.String()
    outcome = fields.String()
    closed_at = fields.AwareDateTime(format="iso", allow_none=True)
    closed_by = fields.String()


class Incident(IncidentRow):
    """One incident with its clocks. It never holds what was at risk."""

    owed = fields.List(fields.Nested(DutyOwed))
    outcomes = fields.List(fields.Nested(Outcome), attribute="kind.outcomes")


class Incidents(Schema):
    items = fields.List(fields.Nested(IncidentRow))
    next = fields.String(allow_none=True)
    open = fields.Integer()


class IncidentMade(Schema):
    number = fields.String()
    state = fields.String()


class DutyBody(Schema):
    note = words(required=False)


class IncidentCloseBody(Schema):
    outcome = fields.String(required=True, validate=validate.Length(max=60))
    note = words(required=False)


class AccountsQuery(Paging):
    party = fields.String(load_default="", validate=validate.Length(max=40))
    standing = fields.String(load_default="", validate=validate.Length(max=20))
    text = fields.String(load_default="", validate=validate.Length(max=200))


class Account(Schema):
    id = fields.String(metadata=ID)
    email = fields.String()
    name = fields.String()
    party = fields.String()
    standing = fields.String()
    locked = fields.Boolean()
    vetted_until = fields.AwareDateTime(format="iso")
    trained_until = fields.AwareDateTime(format="iso")
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
    """An account with every appointment there ever was."""

    appointments = fields.List(fields.Nested(Appointment))


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


class AccountReasonBody(Schema):
    reason = words(required=False, most=400)


class UntilBody(Schema):
    """A date (its first moment in London) or an instant; good until then, excluded."""

    until = Moment(required=True)


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
