"""Fields and shapes every section uses."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from foundation.calendar import LONDON

ID = {"format": "uuid"}
SHORT = validate.Length(max=60)
MOST_LIMIT = 100


class Whole(fields.Integer):
    """A whole number of JSON; "3" and 3.0 are none."""

    def __init__(self, **given: Any) -> None:
        super().__init__(strict=True, **given)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Instant(fields.AwareDateTime):
    """An instant with its zone, kept in UTC and whole milliseconds."""

    def __init__(self, **given: Any) -> None:
        super().__init__(format="iso", default_timezone=None, **given)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        return _utc(super()._deserialize(value, attr, data, **kwargs))


class Moment(Instant):
    """An instant, or a date that means its first moment in London."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            day = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
            return (
                _utc(datetime.combine(day, time(), LONDON))
                if day
                else super()._deserialize(value, attr, data, **kwargs)
            )
        except ValueError as error:
            raise ValidationError("Not a date or an instant with its zone.") from error


def _utc(given: datetime) -> datetime:
    try:
        found = given.astimezone(UTC)
    except OverflowError as error:
        raise ValidationError("Not an instant this service can keep.") from error
    return found.replace(microsecond=found.microsecond // 1000 * 1000)


class Paging(Schema):
    """Where a list goes on, and how much of it is wanted."""

    cursor = fields.String(load_default="", validate=validate.Length(max=200), metadata={"description": "From `next`."})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MOST_LIMIT))


class Count(Schema):
    value = fields.Integer()
    capped = fields.Boolean(metadata={"description": "True: there are more than `value`."})


class Reason(Schema):
    """Why, readable aloud, with the rule and its source."""

    rule = fields.String()
    text = fields.String()
    clause = fields.String()
    way_out = fields.String(metadata={"description": "What would work, where the text does not say it itself."})


class Problem(Schema):
    """RFC 9457. `code` stays the same for ever; `reasons` holds every reason, each with its clause."""

    type = fields.String()
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    instance = fields.String()
    request_id = fields.String(metadata={"description": "What to tell the operator: the process’s log has it."})
    reasons = fields.List(fields.Nested(Reason))
    next_step = fields.String(metadata={"description": "What this code asks for; `reasons` say it themselves."})
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class Nothing(Schema):
    """An empty object, or no body at all."""


class Office(Schema):
    id = fields.String(metadata=ID)
    party = fields.String()
    kind = fields.String()
    name = fields.String()
    establishments = fields.List(fields.String())


class TrainingState(Schema):
    """One module as it stands. `where`: where it is done. `until` is null where nothing was passed."""

    module = fields.String(attribute="module.id")
    name = fields.String(attribute="module.name")
    rights = fields.List(fields.String(), attribute="module.rights")
    state = fields.String(validate=validate.OneOf(["missing", "lapsed", "ending", "good"]))
    needed = fields.Boolean()
    until = fields.AwareDateTime(format="iso", attribute="ends", allow_none=True)
    where = fields.String(attribute="module.where")


class Made(Schema):
    """What was made: by its id, and its version for If-Match."""

    id = fields.String(metadata=ID)
    version = fields.Integer()


def words(*, required: bool = True, most: int = 4000) -> fields.String:
    """What somebody says with an act. Whether it is enough is for the room to say."""
    return fields.String(required=True, validate=validate.Length(max=most)) if required else _optional(most)


def _optional(most: int) -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=most))


def ident(*, required: bool = True) -> fields.String:
    """The id of a person, an office, a group."""
    most = validate.Length(max=64)
    if required:
        return fields.String(required=True, validate=most, metadata=ID)
    return fields.String(load_default="", validate=most)
