"""Rows of uploads that may break off and go on. No facts: what is under way counts for nothing, and goes in a day."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import BigId, Instant, metadata

# Name and media type are sealed in item_field ("upload/<uuid>"). What is attached stays until it expires, so that who
# lost the answer hears that all of it arrived.
draft_upload = sa.Table(
    "draft_upload",
    metadata,
    sa.Column("uuid", sa.String(36), primary_key=True),
    sa.Column("draft_uuid", sa.String(36), nullable=False, index=True),
    sa.Column("by", BigId, nullable=False),  # principal
    sa.Column("size", sa.BigInteger, nullable=False),  # bytes the whole has
    sa.Column("arrived", sa.BigInteger, nullable=False),  # bytes that are durable
    sa.Column("part", sa.Integer, nullable=True),  # the file of the draft it became
    sa.Column("begun", Instant, nullable=False),
    sa.Column("expires", Instant, nullable=False, index=True),
)

# What arrived of it, piece by piece; each is an object of the vault.
draft_slice = sa.Table(
    "draft_slice",
    metadata,
    sa.Column("upload", sa.String(36), primary_key=True),
    sa.Column("start", sa.BigInteger, primary_key=True),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("object", sa.String(120), nullable=False),
)
