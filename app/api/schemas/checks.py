"""What people were trained in, files of people, and the register of who lacks what."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.oversight import Account, Appointment
from app.api.schemas.shapes import ID, Count, Office, TrainingState, ident, words
from app.bootstrap.leaving import KINDS
from identity.rules.idle import WORDS
from sharing.service.reowning import END, MOVE, SENDER, STAYS


class TrainingBody(Schema):
    """A module of `policies/people/training.toml`, the day, and where the proof lies."""

    module = fields.String(required=True, validate=validate.Length(max=60))
    on = fields.Date(required=True)
    passed = fields.Boolean(load_default=True, truthy={True}, falsy={False})
    provider = words(most=200)
    evidence = words(most=200)


class TrainingSeveralBody(TrainingBody):
    """The same for each of these people; somebody named twice is recorded once."""

    people = fields.List(
        fields.String(validate=validate.Length(min=1, max=64)), required=True, validate=validate.Length(min=1, max=50)
    )


class TrainingOf(Schema):
    """`id` is that of the result."""

    person = fields.String(metadata=ID)
    id = fields.String(metadata=ID)


class TrainingRecorded(Schema):
    results = fields.List(fields.Nested(TrainingOf))


class TrainingResult(Schema):
    id = fields.String(metadata=ID)
    module = fields.String()
    on = fields.Date()
    passed = fields.Boolean()
    until = fields.AwareDateTime(format="iso")
    recorded = fields.AwareDateTime(format="iso")
    provider = fields.String()
    evidence = fields.String()


class TrainingResults(Schema):
    items = fields.List(fields.Nested(TrainingResult))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class ImportQuery(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(["people", "training"]))
    trial = fields.Boolean(load_default=False)


class InvitedBy(Schema):
    email = fields.String()
    person = fields.String(metadata=ID)
    invitation = fields.String()


class Brought(Schema):
    """What a file brought in; `invitations` are shown once. `file`: what of it waits to be confirmed, or empty."""

    lines = fields.Integer()
    invitations = fields.List(fields.Nested(InvitedBy))
    file = fields.String()


class AcceptedText(Schema):
    """A version of the handling requirements. `asked`: the one asked for now."""

    version = fields.Integer()
    digest = fields.String()
    at = fields.AwareDateTime(format="iso")
    asked = fields.Boolean()


class PersonChecked(Schema):
    person = fields.Nested(Account)
    appointments = fields.List(fields.Nested(Appointment), attribute="held")
    training = fields.List(fields.Nested(TrainingState))
    accepted = fields.List(fields.Nested(AcceptedText))


class IdleOffice(Schema):
    """An office nobody can act for today."""

    office = fields.Nested(Office)
    why = fields.List(fields.String(validate=validate.OneOf(list(WORDS))))


class PeopleRegister(Schema):
    items = fields.List(fields.Nested(PersonChecked))
    idle = fields.List(fields.Nested(IdleOffice))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class AccessLine(Schema):
    """`by`: the role whose turn it is, empty where nobody holds one that may; `attesters`: who they are."""

    appointment = fields.Nested(Appointment, attribute="held")
    person = fields.String(attribute="held.person_id", metadata=ID)
    attested = fields.AwareDateTime(format="iso", attribute="held.attested", allow_none=True)
    due = fields.Date()
    state = fields.String(validate=validate.OneOf(["overdue", "due", "later"]))
    by = fields.String(attribute="role")
    attesters = fields.List(fields.String())


class AccessReview(Schema):
    items = fields.List(fields.Nested(AccessLine))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class AttestBody(Schema):
    """`leave`: need-to-know groups they need no longer."""

    keep = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = words(required=False, most=400)
    leave = fields.List(fields.String(validate=validate.Length(max=64)), load_default=list)


class AttestSeveralBody(Schema):
    """The appointments that are kept, each looked at."""

    appointments = fields.List(
        fields.String(validate=validate.Length(max=64)), required=True, validate=validate.Length(min=1, max=50)
    )


class OpenMatter(Schema):
    """`then`: move it to a colleague, end it, it stays, or (RECIPIENTS ONLY) its sender sends it anew."""

    kind = fields.String(validate=validate.OneOf(KINDS))
    id = fields.String()
    state = fields.String()
    then = fields.String(validate=validate.OneOf([MOVE, END, STAYS, SENDER]))
    name = fields.String()


class OpenMatters(Schema):
    items = fields.List(fields.Nested(OpenMatter))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class MoveBody(Schema):
    """`matters` by id; null for all."""

    to = ident()
    matters = fields.List(fields.String(validate=validate.Length(max=64)), load_default=None, allow_none=True)


class Moved(Schema):
    moved = fields.Integer()


class EndBody(Schema):
    """`matters` by id; null for all that can be ended."""

    matters = fields.List(fields.String(validate=validate.Length(max=64)), load_default=None, allow_none=True)


class EndedMatters(Schema):
    ended = fields.Integer()
