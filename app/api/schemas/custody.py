"""Media and paper."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, SHORT, Whole, words
from custody.rules.due import STAGES
from retention.model.copy import METHODS

FATES = ("destroyed", "returned")
_DUE = {"description": "What is worst of it today; empty where nothing is due."}


class MediumChosen(Schema):
    """`parts`: numbers of files."""

    reference = fields.String()
    text = fields.Boolean()
    parts = fields.List(fields.Integer())


class Medium(Schema):
    """A removable medium. It is exported only when `state` says so: when what was read back is what was written."""

    id = fields.String(metadata=ID)
    number = fields.String(metadata={"example": "MED-2026-0001"})
    party = fields.String()
    state = fields.String()
    medium = fields.String()
    serial = fields.String()
    holder = fields.String(metadata=ID)
    purpose = fields.String()
    why = fields.String()
    least = fields.String()
    to = fields.String()
    outside = fields.Boolean()
    back_on = fields.Date()
    chosen = fields.List(fields.Nested(MediumChosen))
    asked_by = fields.String(metadata=ID)
    asked_at = fields.AwareDateTime(format="iso")
    decided_by = fields.String()
    decided_at = fields.AwareDateTime(format="iso", allow_none=True)
    decision = fields.String()
    attempt = fields.Integer()
    size = fields.Integer(metadata={"description": "Bytes of the container written last."})
    sha256 = fields.String()
    written_at = fields.AwareDateTime(format="iso", allow_none=True)
    verified_by = fields.String()
    verified_at = fields.AwareDateTime(format="iso", allow_none=True)
    verified_entry = fields.String(metadata={"description": "Of the log."})
    loss = fields.String()
    fate = fields.String()
    method = fields.String()
    witness = fields.String()
    evidence = fields.String()
    ended_on = fields.Date(allow_none=True)
    ended_by = fields.String()
    due = fields.String(validate=validate.OneOf(["", *STAGES]), metadata=_DUE)
    since = fields.Date(allow_none=True)


class Media(Schema):
    items = fields.List(fields.Nested(Medium))


class MediumMade(Schema):
    """As it stands after the act."""

    id = fields.String(metadata=ID)
    number = fields.String()
    state = fields.String()


class MediumWanted(Schema):
    reference = fields.String(required=True, validate=SHORT)
    text = fields.Boolean(load_default=False)
    parts = fields.List(Whole(), load_default=list, validate=validate.Length(max=100))


class MediumBody(Schema):
    """`holder` is an account. `outside`: somebody will read it who may not see the items in this service."""

    items = fields.List(fields.Nested(MediumWanted), required=True, validate=validate.Length(max=100))
    purpose = fields.String(required=True, validate=SHORT)
    medium = fields.String(required=True, validate=SHORT)
    serial = fields.String(required=True, validate=SHORT)
    issued = fields.Boolean(required=True)
    holder = fields.String(required=True, validate=SHORT)
    why = words()
    least = words()
    to = words()
    outside = fields.Boolean(required=True)
    back_on = fields.Date(required=True)


class MediumDecisionBody(Schema):
    choice = fields.String(required=True, validate=validate.OneOf(["approved", "refused"]))
    note = words()


class Passphrase(Schema):
    """Shown once and kept nowhere. Send both with the next writing; give the words to the reader by another way."""

    passphrase = fields.String()
    seal = fields.String()


class ContainerBody(Schema):
    passphrase = fields.String(required=True, validate=validate.Length(max=200))
    seal = fields.String(required=True, validate=SHORT)


class CopyLossBody(Schema):
    what = words()


class CopyEndBody(Schema):
    """`method` where it was destroyed. `witness` is somebody else than you; `evidence` what shows it."""

    fate = fields.String(required=True, validate=validate.OneOf(FATES))
    method = fields.String(load_default="", validate=validate.OneOf(["", *METHODS]))
    on = fields.Date(required=True)
    witness = words()
    evidence = words()


class Paper(Schema):
    """A copy on paper. `keeper`, `to`: accounts."""

    id = fields.String(metadata=ID)
    reference = fields.String()
    kind = fields.String(validate=validate.OneOf(["paper", "printed"]))
    party = fields.String()
    state = fields.String(validate=validate.OneOf(["held", "on-the-way", "missing", "ended"]))
    keeper = fields.String(metadata=ID)
    place = fields.String()
    made_on = fields.Date()
    locked_on = fields.Date(metadata={"description": "When its holder last said that it is locked away."})
    purpose = fields.String()
    to = fields.String()
    way = fields.String()
    due_on = fields.Date(allow_none=True)
    moved_at = fields.AwareDateTime(format="iso", allow_none=True)
    loss = fields.String()
    fate = fields.String()
    method = fields.String()
    witness = fields.String()
    evidence = fields.String()
    ended_on = fields.Date(allow_none=True)
    due = fields.String(validate=validate.OneOf(["", *STAGES]), metadata=_DUE)
    since = fields.Date(allow_none=True)


class Papers(Schema):
    items = fields.List(fields.Nested(Paper))


class PaperMade(Schema):
    """As it stands after the act."""

    id = fields.String(metadata=ID)
    reference = fields.String()
    state = fields.String()


class PapersMade(Schema):
    items = fields.List(fields.Nested(PaperMade))


class PaperBody(Schema):
    reference = fields.String(required=True, validate=SHORT)
    place = words()
    locked = fields.Boolean(required=True)
    made_on = fields.Date(required=True)


class PrintBody(Schema):
    """As many copies on paper are registered as are printed."""

    purpose = fields.String(required=True, validate=SHORT)
    copies = Whole(required=True)
    place = words()
    locked = fields.Boolean(required=True)


class PaperLockBody(Schema):
    locked = fields.Boolean(required=True)


class PaperSendBody(Schema):
    """`covered`: it is sealed, and no marking shows on the outside."""

    to = fields.String(required=True, validate=SHORT)
    way = fields.String(required=True, validate=SHORT)
    covered = fields.Boolean(required=True)


class PaperReceiveBody(Schema):
    place = words()
    locked = fields.Boolean(required=True)


class OverQuery(Schema):
    over = fields.Boolean(load_default=False, metadata={"description": "Those that are over, in place of the others."})
