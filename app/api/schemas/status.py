"""How the service stands."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

WORDS = validate.OneOf(["well", "attention", "wrong"])


class Standing(Schema):
    """`send`, `files`: possible now? The others: when each was done last; null where it never was."""

    send = fields.Boolean()
    files = fields.Boolean()
    backup = fields.AwareDateTime(allow_none=True, format="iso")
    drill = fields.AwareDateTime(allow_none=True, format="iso")
    checkpoint = fields.AwareDateTime(allow_none=True, format="iso")
    checked = fields.AwareDateTime(format="iso")


class Finding(Schema):
    """What was looked at, how it stands, and what to do."""

    check = fields.String()
    word = fields.String(validate=WORDS)
    text = fields.String()
    do = fields.String()
    last = fields.AwareDateTime(allow_none=True, format="iso")


class Drill(Schema):
    """What the newest drill that passed measured."""

    at = fields.AwareDateTime(format="iso")
    rpo_seconds = fields.Float()
    rto_seconds = fields.Float()
    entries_after = fields.Integer()


class Operation(Schema):
    """`word` is the worst of the findings; `drill` null where none has passed."""

    word = fields.String(validate=WORDS)
    findings = fields.List(fields.Nested(Finding))
    drill = fields.Nested(Drill, allow_none=True)


class Setting(Schema):
    """One setting as it is in effect."""

    name = fields.String()
    value = fields.String()
    source = fields.String(validate=validate.OneOf(["environment", "default"]))
    meaning = fields.String()


class Configuration(Schema):
    settings = fields.List(fields.Nested(Setting))
