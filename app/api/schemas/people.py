"""People, places, and what one may send."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, Count, Moment, Office, Reason, TrainingState, Whole, ident, words


class SignInBody(Schema):
    email = fields.String(required=True, validate=validate.Length(max=400))
    password = fields.String(required=True, validate=validate.Length(max=1000))


class CodeBody(Schema):
    code = fields.String(required=True, validate=validate.Length(max=40), metadata={"example": "123456"})


class AcceptBody(Schema):
    """`code`: of a recovery, where the invitation is of one."""

    token = fields.String(required=True, validate=validate.Length(max=200))
    password = fields.String(required=True, validate=validate.Length(max=1000))
    code = fields.String(load_default="", validate=validate.Length(max=40))


class ConfirmBody(Schema):
    token = fields.String(required=True, validate=validate.Length(max=200))
    code = fields.String(required=True, validate=validate.Length(max=40))


class PasswordBody(Schema):
    current = fields.String(required=True, validate=validate.Length(max=1000))
    new = fields.String(required=True, validate=validate.Length(max=1000))
    code = fields.String(required=True, validate=validate.Length(max=40))


class Me(Schema):
    """The signed-in person with the standing they have now."""

    id = fields.String(metadata=ID)
    name = fields.String()
    party = fields.String()
    standing = fields.String()
    offices = fields.List(fields.Nested(Office))
    duties = fields.List(fields.String())
    vetted_until = fields.AwareDateTime(format="iso")
    training = fields.List(fields.Nested(TrainingState))
    wrong_codes = fields.Integer(
        metadata={"description": "Wrong codes tried with their password since they last signed in by a right one."}
    )
    now = fields.AwareDateTime(format="iso", metadata={"description": "The service's clock."})


class HandlingPoint(Schema):
    heading = fields.String()
    text = fields.String()
    clauses = fields.List(fields.String())


class HandlingVersion(Schema):
    number = fields.Integer()
    in_force = fields.Date()
    title = fields.String()
    points = fields.List(fields.Nested(HandlingPoint))
    digest = fields.String()


class Handling(Schema):
    """`asked` is null where none is in force; `accepted` whether the signed-in person has accepted it."""

    asked = fields.Nested(HandlingVersion, allow_none=True)
    accepted = fields.Boolean()


class AcceptHandlingBody(Schema):
    version = Whole(required=True)
    digest = fields.String(required=True, validate=validate.Length(max=64))


class Token(Schema):
    """A bearer token. It reaches nothing but the next step until its stage is `full`."""

    token = fields.String()
    stage = fields.String(validate=validate.OneOf(["password", "full"]))


class SignedIn(Token):
    person = fields.Nested(Me)
    wrong_codes = fields.Integer(
        metadata={"description": "Wrong codes tried before. If it was not they, somebody has the password."}
    )


class Ended(Schema):
    ended = fields.Integer()


class Factor(Schema):
    """The new second factor: shown once."""

    totp_uri = fields.String()
    secret = fields.String()


class EstablishmentsQuery(Schema):
    text = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Part of the name or the code.", "example": "leed"},
    )
    active = fields.Boolean(load_default=True, allow_none=False)


class Establishment(Schema):
    key = fields.String()
    name = fields.String()
    name_welsh = fields.String()
    kind = fields.String()
    active = fields.Boolean()
    town = fields.String()
    country = fields.String()


class Establishments(Schema):
    items = fields.List(fields.Nested(Establishment))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class Imported(Schema):
    """Rows new, changed, and the same as before."""

    new = fields.Integer()
    changed = fields.Integer()
    same = fields.Integer()


class OfficesQuery(Schema):
    """`q`: words that all occur in the name, the organisation or the establishments covered."""

    q = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Words that all occur, in any order.", "example": "board leeds"},
    )
    party = fields.String(load_default="", validate=validate.Length(max=40))
    kind = fields.String(load_default="", validate=validate.Length(max=40))
    establishment = fields.String(load_default="", validate=validate.Length(max=40))


class Offices(Schema):
    items = fields.List(fields.Nested(Office))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class OfficeBody(Schema):
    party = fields.String(required=True, validate=validate.Length(max=40))
    kind = fields.String(required=True, validate=validate.Length(max=40))
    name = fields.String(required=True, validate=validate.Length(max=400))
    establishments = fields.List(fields.String(validate=validate.Length(max=40)), load_default=list)


class PeopleQuery(Schema):
    """`text`: part of the name. `q`: words that all occur in name, organisation, office, establishment or role."""

    q = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Words that all occur, in any order.", "example": "chair leeds"},
    )
    text = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Part of the name.", "example": "smi"},
    )
    party = fields.String(load_default="", validate=validate.Length(max=40))


class Colleague(Schema):
    """Somebody an item can be shared with."""

    id = fields.String(metadata=ID)
    name = fields.String()
    party = fields.String()


class Placed(Colleague):
    """With the names of the offices they hold now. `roles`: of one’s own organisation, unless one sees them all."""

    offices = fields.List(fields.String())
    roles = fields.List(fields.String())


class Directory(Schema):
    items = fields.List(fields.Nested(Placed))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class Colleagues(Schema):
    items = fields.List(fields.Nested(Colleague))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class Group(Schema):
    """A need-to-know group."""

    id = fields.String(metadata=ID)
    name = fields.String()
    party = fields.String()


class Groups(Schema):
    items = fields.List(fields.Nested(Group))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class GroupBody(Schema):
    name = fields.String(required=True, validate=validate.Length(max=400))
    party = fields.String(required=True, validate=validate.Length(max=40))


class MemberBody(Schema):
    person = ident()
    until = Moment(load_default=None, allow_none=True)
    words = words(most=1000)


class CoverBody(Schema):
    establishment = fields.String(required=True, validate=validate.Length(max=40))


class Kind(Schema):
    id = fields.String()
    name = fields.String()


class Way(Schema):
    """One way this person may send. `choices`: one of these offices must be chosen as `to_office`."""

    agreement = fields.String()
    agreement_title = fields.String()
    route = fields.String()
    title = fields.String()
    way = fields.String()
    clauses = fields.List(fields.String())
    office = fields.Nested(Office, metadata={"description": "The office it is sent as."})
    kinds = fields.List(fields.Nested(Kind))
    needs_establishment = fields.Boolean()
    to = fields.List(fields.Nested(Office))
    choices = fields.List(fields.Nested(Office))


class Purpose(Schema):
    id = fields.String()
    words = fields.String()
    clauses = fields.List(fields.String())


class Choice(Schema):
    code = fields.String()
    text = fields.String()
    meaning = fields.String()
    on = fields.List(fields.String())


class Markings(Schema):
    grades = fields.List(fields.String())
    instructions = fields.List(fields.Nested(Choice))
    descriptors = fields.List(fields.Nested(Choice))
    organisations = fields.List(fields.Nested(Choice))


class FileLimits(Schema):
    """What one item may carry, told before anything is sent."""

    file_bytes = fields.Integer()
    files_per_item = fields.Integer()


class Ways(Schema):
    ways = fields.List(fields.Nested(Way))
    purposes = fields.List(fields.Nested(Purpose))
    markings = fields.Nested(Markings)
    identifier_types = fields.List(fields.String())
    limits = fields.Nested(FileLimits)
    barred = fields.List(fields.Nested(Reason))
