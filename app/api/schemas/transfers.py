"""Transfer to the archive."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shapes import ID, Whole, words
from retention.model.transfer import CLOSURES


class TransferBody(Schema):
    """`recipient`: the archive's public key, one line `age1…`. Of a closed one: for how many years, on whose word."""

    recipient = fields.String(required=True, validate=validate.Length(max=4096))
    closure = fields.String(required=True, validate=validate.OneOf(CLOSURES))
    closure_years = Whole(load_default=None, allow_none=True)
    authority = words(required=False, most=400)


class TransferShown(Schema):
    """The newest package of an item, and the archive's receipt. `sha256` is of the bag's `manifest-sha256.txt`."""

    packaged_at = fields.AwareDateTime(format="iso")
    packaged_by = fields.String(metadata=ID)
    packaged_entry = fields.String(metadata=ID)
    recipient = fields.String()
    files = fields.Integer()
    size = fields.Integer()
    sha256 = fields.String()
    closure = fields.String(validate=validate.OneOf(CLOSURES))
    closure_years = fields.Integer(allow_none=True)
    received_by = fields.String()
    received_on = fields.Date(allow_none=True)
    receipt_entry = fields.String()
    archive_reference = fields.String()


class TransferReceiptBody(Schema):
    """`sha256`: what the archive found; it must be that of the package."""

    archive_reference = fields.String(required=True, validate=validate.Length(max=60))
    received_on = fields.Date(required=True)
    sha256 = fields.String(required=True, validate=validate.Length(max=80))
