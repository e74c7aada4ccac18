"""Requests for the data held on somebody: what is asked of them, and what is shown."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, ident
from app.api.schemas.shapes import words as said
from sharing.model.rights import HOW, PAUSES, THIRD_PARTY

CODE = validate.Length(max=40)


class RequestIdentified(Schema):
    """Prison number, PNC, CRO, Home Office reference, or another name."""

    type = fields.String(required=True, validate=CODE)
    value = said(most=200)


class RequestReceivedBody(Schema):
    """`identity`: how it was confirmed who asks; empty where that is still to be done."""

    right = fields.String(required=True, validate=CODE)
    received_on = fields.Date(required=True)
    channel = fields.String(required=True, validate=CODE)
    requester = said()
    subject = said(most=200)
    gist = said()
    identity = said(required=False)
    identifiers = fields.List(fields.Nested(RequestIdentified), load_default=list, validate=validate.Length(max=50))


class RequestsQuery(Schema):
    state = fields.String(load_default="", validate=validate.OneOf(("", "open", "answered", "withdrawn")))


class RequestDatedBody(Schema):
    on = fields.Date(required=True)
    words = said()


class RequestWaitBody(RequestDatedBody):
    about = fields.String(required=True, validate=validate.OneOf(PAUSES))


class RequestWordsBody(Schema):
    words = said()


class RequestAliasBody(RequestIdentified):
    evidence = said()


class RequestJoinBody(Schema):
    """`other`: id or reference of another request of the same body."""

    other = said(most=64)
    evidence = said()


class RequestPartBody(Schema):
    other = said(most=64)
    words = said()


class RequestItemBody(Schema):
    reference = said(most=40)
    words = said()


class RequestReferBody(Schema):
    to = fields.String(required=True, validate=CODE)
    words = said(required=False)


class RequestTakeBody(Schema):
    taken = fields.Boolean(required=True, truthy={True}, falsy={False})
    words = said(required=False)


class RequestDecideBody(Schema):
    """`third_party` is needed where something is given, `ground` where something is withheld or refused."""

    outcome = fields.String(required=True, validate=CODE)
    ground = fields.String(load_default="", validate=CODE)
    third_party = fields.String(load_default="", validate=validate.OneOf(("", *THIRD_PARTY)))
    words = said()


class RequestCheckBody(Schema):
    agreed = fields.Boolean(required=True, truthy={True}, falsy={False})
    words = said(required=False)


class RequestDiscloseBody(Schema):
    """`digest`: SHA-256 of what was sent; needed where it went electronically."""

    on = fields.Date(required=True)
    channel = fields.String(required=True, validate=CODE)
    items = fields.List(fields.String(validate=CODE), required=True, validate=validate.Length(1, 500))
    to = said()
    digest = fields.String(load_default="", validate=validate.Length(max=64))


class RequestAnswerBody(Schema):
    """With `ground` the whole request is refused, and `words` are needed."""

    on = fields.Date(required=True)
    ground = fields.String(load_default="", validate=CODE)
    words = said(required=False)


class RequestKnowBody(Schema):
    request = ident()
    item = ident()
    office = fields.Integer(required=True, strict=True)


class RequestLine(Schema):
    """One request with its clock. `due_on` null: the clock stands still. `left`: days, below nought when late."""

    id = fields.String(metadata=ID)
    reference = fields.String()
    right = fields.String()
    party = fields.String()
    received_on = fields.Date()
    due_on = fields.Date(allow_none=True)
    left = fields.Integer(allow_none=True)
    stopped_for = fields.String()
    extended_on = fields.Date(allow_none=True)
    state = fields.String()
    part = fields.String()


class Requests(Schema):
    items = fields.List(fields.Nested(RequestLine))


class RequestPart(Schema):
    party = fields.String()
    state = fields.String()
    ground = fields.String()
    answered_on = fields.Date(allow_none=True)
    searched_for = fields.Integer()
    drafts = fields.Integer()


class RequestAlias(Schema):
    id = fields.String(metadata=ID)
    type = fields.String()
    value = fields.String()
    removed = fields.Boolean()


class RequestItem(Schema):
    item = fields.String(metadata=ID)
    reference = fields.String()
    how = fields.String(validate=validate.OneOf(HOW))
    excluded = fields.Boolean()
    outcome = fields.String()
    ground = fields.String()
    third_party = fields.String()
    checked = fields.Boolean()
    restricted = fields.Boolean()
    held = fields.Boolean()
    certificate = fields.String()
    copies = fields.Integer()


class RequestElsewhere(Schema):
    party = fields.String()
    references = fields.List(fields.String())


class RequestDisclosure(Schema):
    on = fields.Date()
    channel = fields.String()
    digest = fields.String()
    items = fields.List(fields.String())
    to = fields.String()


class RequestNotice(Schema):
    item = fields.String(metadata=ID)
    office = fields.Integer()
    about = fields.String()
    known_at = fields.AwareDateTime(format="iso", allow_none=True)


class RequestEvent(Schema):
    act = fields.String()
    party = fields.String()
    by = fields.String()
    at = fields.AwareDateTime(format="iso")
    detail = fields.String()
    words = fields.Dict(keys=fields.String(), values=fields.String())


class RequestSeen(RequestLine):
    """One request as this body sees it: of the other body's items nothing, of its part the state alone."""

    identity = fields.Boolean()
    parts = fields.List(fields.Nested(RequestPart))
    aliases = fields.List(fields.Nested(RequestAlias))
    items = fields.List(fields.Nested(RequestItem))
    elsewhere = fields.List(fields.Nested(RequestElsewhere))
    disclosures = fields.List(fields.Nested(RequestDisclosure))
    notices = fields.List(fields.Nested(RequestNotice))
    events = fields.List(fields.Nested(RequestEvent))
    letter = fields.String(metadata={"description": "For officers: the letter as it stands."})


class CorrectionSeen(Schema):
    request = fields.String(metadata=ID)
    item = fields.String(metadata=ID)
    reference = fields.String()
    office = fields.Integer()
    about = fields.String()
    words = fields.String()
    told_at = fields.AwareDateTime(format="iso")


class Corrections(Schema):
    items = fields.List(fields.Nested(CorrectionSeen))
