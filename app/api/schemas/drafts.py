"""Drafts and their files: what is written, and how it stands."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, SHORT, Count, Reason, ident
from sharing.model.decision import OFFERED
from sharing.model.item import Subject as SubjectModel

MARKING = {"example": "OFFICIAL-SENSITIVE - PERSONAL DATA"}


class Identifier(Schema):
    type = fields.String(required=True, validate=SHORT, metadata={"example": "prison-number"})
    value = fields.String(required=True, validate=validate.Length(max=400), metadata={"example": "A1234BC"})


class Subject(Schema):
    """A data subject: a name, identifiers, or both."""

    name = fields.String(load_default="", validate=validate.Length(max=400))
    identifiers = fields.List(fields.Nested(Identifier), load_default=list, validate=validate.Length(max=20))


_TOLD = validate.OneOf(["", *OFFERED])
_TOLD_SAYS = {"description": "Whether those it is about know that it is shared; empty: answered later."}
SUBJECTS = validate.Length(max=100)
PEOPLE = validate.Length(max=200)


class AnswerBody(Schema):
    """The draft of an answer. `recipients`, `groups` and `embargo_lead` are ids of people and groups."""

    marking = fields.String(required=True, validate=validate.Length(max=2000), metadata=MARKING)
    title = fields.String(required=True, validate=validate.Length(max=2000))
    text = fields.String(load_default="")
    purpose = fields.String(load_default="", metadata={"description": "Why it is shared; needed before sending."})
    told = fields.String(load_default="", validate=_TOLD, metadata=_TOLD_SAYS)
    subjects = fields.List(fields.Nested(Subject), load_default=list, validate=SUBJECTS)
    recipients = fields.List(ident(), load_default=list, validate=PEOPLE)
    groups = fields.List(ident(), load_default=list, validate=PEOPLE)
    embargo_lead = ident(required=False)
    office = ident(required=False)


class DraftBody(AnswerBody):
    """A new draft. Without `route`, the one way that leads straight to `to_office`; without `office`, the one that
    may send it so.
    """

    agreement = fields.String(required=True, validate=SHORT, metadata={"description": "As `GET /ways` names it."})
    kind = fields.String(required=True, validate=SHORT, metadata={"example": "intelligence"})
    route = fields.String(load_default="", validate=SHORT, metadata={"example": "national-to-inspectorate"})
    establishment = fields.String(load_default="", allow_none=True, validate=SHORT)
    to_office = fields.String(load_default="", allow_none=True, validate=validate.Length(max=64))
    reply_to = fields.String(load_default="", validate=SHORT)


class DraftChange(Schema):
    """Only what is given is changed; `null` takes away what stood there."""

    marking = fields.String(validate=validate.Length(max=2000), metadata=MARKING)
    title = fields.String(validate=validate.Length(max=2000))
    text = fields.String()
    purpose = fields.String()
    told = fields.String(validate=_TOLD, metadata=_TOLD_SAYS)
    subjects = fields.List(fields.Nested(Subject), validate=SUBJECTS)
    establishment = fields.String(allow_none=True, validate=SHORT)
    to_office = fields.String(allow_none=True, validate=validate.Length(max=64), metadata=ID)
    embargo_lead = fields.String(allow_none=True, validate=validate.Length(max=64), metadata=ID)
    recipients = fields.List(ident(), validate=PEOPLE)
    groups = fields.List(ident(), validate=PEOPLE)


class FoundMarking(Schema):
    """A marking that stands in a file. `sure`: on a line of its own; otherwise it is mentioned, in capitals."""

    place = fields.String(metadata={"example": "page 1"})
    says = fields.String(metadata=MARKING)
    sure = fields.Boolean()


class File(Schema):
    """`scanned`: a malware scanner was asked. `searched`: its text could be read, and `markings` stand in it.
    `explained`: why it says more than its item is marked.
    """

    part = fields.Integer()
    name = fields.String()
    media_type = fields.String()
    size = fields.Integer(metadata={"description": "Bytes."})
    attached_at = fields.AwareDateTime(format="iso")
    scanned = fields.Boolean(attribute="inspected.scanned")
    searched = fields.Boolean(attribute="inspected.searched")
    markings = fields.List(fields.Nested(FoundMarking), attribute="inspected.found")
    explained = fields.String()


class WhyMarked(Schema):
    why = fields.String(required=True, validate=validate.Length(max=2000))


class Sealed(Schema):
    """A file, sealed. `sha256` is of what was sent; a repeated answer lacks it, since it is kept nowhere in clear."""

    part = fields.Integer()
    size = fields.Integer()
    sha256 = fields.String()


class SealedFiles(Schema):
    files = fields.List(fields.Nested(Sealed))


class Draft(Schema):
    """A draft as its author goes on with it. `missing`: every reason why it may not be sent yet."""

    id = fields.String(metadata=ID)
    version = fields.Integer()
    agreement = fields.String()
    route = fields.String()
    route_title = fields.String()
    kind = fields.String()
    kind_name = fields.String()
    office = fields.String(metadata=ID)
    office_name = fields.String()
    marking = fields.String()
    establishment = fields.String(allow_none=True)
    to_office = fields.String(allow_none=True)
    reply_to = fields.String()
    embargo_lead = fields.String(allow_none=True)
    recipients = fields.List(fields.String())
    groups = fields.List(fields.String())
    title = fields.String()
    text = fields.String()
    purpose = fields.String()
    told = fields.String()
    subjects = fields.List(fields.Nested(Subject))
    files = fields.List(fields.Nested(File))
    updated = fields.AwareDateTime(format="iso")
    missing = fields.List(fields.Nested(Reason))


class DraftRow(Schema):
    id = fields.String(attribute="uuid", metadata=ID)
    version = fields.Integer()
    kind = fields.String()
    kind_name = fields.String()
    route_title = fields.String()
    marking = fields.String()
    establishment = fields.String(allow_none=True)
    to_office = fields.String()
    files = fields.Integer()
    updated = fields.AwareDateTime(format="iso")


class Drafts(Schema):
    items = fields.List(fields.Nested(DraftRow))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


def subject_of(subject: SubjectModel) -> dict[str, object]:
    """A data subject as it goes over the wire."""
    pairs = [{"type": kind, "value": value} for kind, value in subject.identifiers]
    return {"name": subject.name, "identifiers": pairs}
