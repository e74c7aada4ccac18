"""Transfers abroad: where people work, adequate countries, consents."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, SHORT, Count
from identity.service.abroad import MOST_WORDS

_WORDS = validate.Length(max=MOST_WORDS)


class AdequateCountry(Schema):
    code = fields.String()
    name = fields.String()
    extent = fields.String()
    recipients = fields.String()
    verified = fields.Boolean()
    source = fields.String()
    since = fields.Date(allow_none=True)
    until = fields.Date(allow_none=True)


class AdequacyList(Schema):
    """`last_source`: the newest legal source found for the list."""

    home = fields.String()
    last_source = fields.Date()
    items = fields.List(fields.Nested(AdequateCountry))


class TransferConsent(Schema):
    """What a body consented to. In a list the words are empty."""

    id = fields.String(metadata=ID)
    owner = fields.String()
    to_party = fields.String()
    person = fields.String()
    country = fields.String()
    since = fields.AwareDateTime(format="iso", attribute="window.since")
    until = fields.AwareDateTime(format="iso", attribute="window.until")
    withdrawn = fields.AwareDateTime(format="iso", allow_none=True)
    by = fields.String(metadata=ID)
    at = fields.AwareDateTime(format="iso")
    written = fields.String()
    conditions = fields.String()
    instructions = fields.String()


class TransferConsents(Schema):
    items = fields.List(fields.Nested(TransferConsent))
    next = fields.String(allow_none=True)
    count = fields.Nested(Count)


class ConsentBody(Schema):
    """Of the asker's own body. `person` empty: everybody of that body; `country` empty: wherever they work."""

    to_party = fields.String(required=True, validate=SHORT)
    person = fields.String(load_default="", validate=validate.Length(max=64))
    country = fields.String(load_default="", validate=validate.Length(max=2))
    since = fields.AwareDateTime(load_default=None, allow_none=True)
    until = fields.AwareDateTime(required=True)
    written = fields.String(required=True, validate=_WORDS)
    conditions = fields.String(required=True, validate=_WORDS)
    instructions = fields.String(required=True, validate=_WORDS)


class ConsentWhy(Schema):
    why = fields.String(required=True, validate=_WORDS)


class CountryBody(Schema):
    """`checked`: how the recipient there was seen to be one that a partial entry covers, `checked_until`: how long."""

    country = fields.String(required=True, validate=validate.Length(equal=2))
    checked = fields.String(load_default="", validate=_WORDS)
    checked_until = fields.AwareDateTime(load_default=None, allow_none=True)
