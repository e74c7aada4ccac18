"""Items: what is listed, what is seen, what is opened."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.drafts import File, subject_of
from app.api.schemas.people import Purpose
from app.api.schemas.shapes import ID, SHORT, Count, Moment, Office, Paging, Reason, Whole
from sharing.model.item import ItemOpened


class ItemsQuery(Paging):
    """`due`: `waiting` for what the asker's offices owe a step of, `late` for what of it is overdue."""

    direction = fields.String(load_default="", validate=validate.OneOf(["", "sent", "received"]))
    state = fields.String(load_default="", validate=validate.OneOf(["", "open", "closed"]))
    kind = fields.String(load_default="", validate=SHORT)
    marking = fields.String(load_default="", validate=validate.OneOf(["", "O", "OS"]))
    establishment = fields.String(load_default="", validate=SHORT)
    since = Moment(load_default=None)
    until = Moment(load_default=None)
    due = fields.String(load_default="", validate=validate.OneOf(["", "waiting", "late"]))


class Owed(Schema):
    """What is owed now. `mine`: an office of the asker's may do it. `basis` says whose period the date is."""

    act = fields.String()
    title = fields.String()
    office = fields.String()
    due_on = fields.Date(allow_none=True)
    late = fields.Boolean()
    mine = fields.Boolean()
    basis = fields.String()


class Item(Schema):
    """An item as it is listed: no title and no text."""

    reference = fields.String(metadata={"description": "Origin, year, number."})
    version = fields.Integer()
    kind = fields.String()
    kind_name = fields.String()
    route_title = fields.String()
    state = fields.String()
    marking = fields.String()
    marking_code = fields.String()
    from_office = fields.String()
    to_offices = fields.List(fields.String())
    establishment = fields.String(allow_none=True)
    sent_at = fields.AwareDateTime(format="iso")
    closed_at = fields.AwareDateTime(format="iso", allow_none=True)
    files = fields.Integer()
    sent_by_me = fields.Boolean()
    step = fields.Nested(Owed, allow_none=True)


class Items(Schema):
    """`barred`: why a person whose standing keeps them from every item sees nothing. `held_back`: how many more an
    incident keeps from them, of the list as a whole.
    """

    items = fields.List(fields.Nested(Item))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)
    held_back = fields.Integer()
    barred = fields.List(fields.Nested(Reason))


class Basis(Schema):
    rule = fields.String()
    words = fields.String()
    through = fields.List(fields.String())


class ItemMade(Schema):
    """What an act leaves: the reference and the version for the next If-Match."""

    reference = fields.String()
    id = fields.String(metadata=ID)
    version = fields.Integer()


class OpenBody(Schema):
    purpose = fields.String(required=True, validate=SHORT, metadata={"example": "follow-up"})


class Event(Schema):
    number = fields.Integer()
    act = fields.String()
    by = fields.String()
    office = fields.String()
    at = fields.AwareDateTime(format="iso")
    words = fields.String()


class Step(Schema):
    number = fields.Integer()
    act = fields.String()
    title = fields.String()
    office = fields.String()
    clauses = fields.List(fields.String())
    due_on = fields.Date(allow_none=True)
    done_at = fields.AwareDateTime(format="iso", allow_none=True)
    late = fields.Boolean()
    basis = fields.String()
    current = fields.Boolean()


class MayDo(Schema):
    act = fields.String()
    allowed = fields.Boolean()
    reasons = fields.List(fields.Nested(Reason))


class Stuck(Schema):
    """Nobody in the office that owes the next step can act today; told to those who wait for it."""

    office = fields.String()
    why = fields.String()
    ask = fields.String()


class Outside(Schema):
    """What is on the outside of an item, opened or not."""

    reference = fields.String(attribute="ref.reference")
    id = fields.String(attribute="ref.uuid", metadata=ID)
    version = fields.Integer(attribute="ref.version")
    kind = fields.String()
    kind_name = fields.String()
    agreement = fields.String()
    agreement_title = fields.String()
    route_title = fields.String()
    clauses = fields.List(fields.String())
    marking = fields.String()
    marking_code = fields.String()
    state = fields.String()
    sender_office = fields.String()
    offices = fields.List(fields.String())
    establishment = fields.String(allow_none=True)
    sent_at = fields.AwareDateTime(format="iso")
    closed_at = fields.AwareDateTime(format="iso", allow_none=True)
    steps = fields.List(fields.Nested(Step))
    bases = fields.List(fields.Nested(Basis))
    may = fields.Dict(keys=fields.String(), values=fields.Nested(MayDo))
    reply_to = fields.String()
    answered_by = fields.String()
    to_offices = fields.List(fields.Nested(Office), metadata={"description": "Where it may be passed on to now."})
    stuck = fields.Nested(Stuck, allow_none=True)


class ItemSeen(Outside):
    """An item before it is opened: no word of what it holds. `purposes` are those to choose from when opening."""

    files = fields.Integer()
    purposes = fields.List(fields.Nested(Purpose))


class Opened(Outside):
    """Everything of an item that a person with a basis reads, with what they may do next."""

    originator = fields.String()
    sender = fields.String()
    retention_class = fields.String()
    title = fields.String()
    text = fields.String()
    purpose = fields.String(attribute="sharing_purpose")
    subjects = fields.Method("_subjects", metadata={"type": "array", "items": {"$ref": "#/components/schemas/Subject"}})
    files = fields.List(fields.Nested(File))
    explained = fields.String(metadata={"description": "Why the words say more than the item is marked."})
    events = fields.List(fields.Nested(Event))

    def _subjects(self, opened: ItemOpened) -> list[dict[str, object]]:
        return [subject_of(each) for each in opened.subjects]


class DownloadQuery(Schema):
    purpose = fields.String(load_default="", validate=SHORT)


class WhyQuery(Schema):
    action = fields.String(
        load_default="see",
        validate=validate.OneOf(
            [
                "see",
                "open",
                "download",
                "share",
                "pass-on",
                "acknowledge",
                "answer",
                "close",
                "withdraw",
                "recuse",
                "grant",
            ]
        ),
    )


class Why(Schema):
    """Why, or why not, in the words of the access rules. `policy` is the digest of the rules that decided."""

    action = fields.String()
    allowed = fields.Boolean()
    reasons = fields.List(fields.Nested(Reason))
    bases = fields.List(fields.Nested(Basis))
    policy = fields.String()


class SearchBody(Schema):
    """One identifier or a name. `purpose` is a purpose id of the agreement; type and purpose are entered in the log."""

    type = fields.String(required=True, validate=SHORT, metadata={"example": "prison-number"})
    value = fields.String(required=True, validate=validate.Length(min=1, max=400))
    purpose = fields.String(required=True, validate=SHORT)
    cursor = fields.String(load_default="", validate=validate.Length(max=200))
    limit = Whole(load_default=50, validate=validate.Range(1, 100))
