"""Rows of the vault in the application's database: which objects there are, and no key of any.

They are written in the caller's transaction. What its commit says counts; key store and object store follow it
(docs/formats/envelope.md, section 4).
"""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import Instant, metadata

vault_object = sa.Table(
    "vault_object",
    metadata,
    sa.Column("item", sa.String(36), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("body", sa.String(40), nullable=False),  # whose keys wrap it
    sa.Column("marking", sa.String(40), nullable=False),  # its code: which of two wraps of the key is in force
    sa.Column("state", sa.String(10), nullable=False, index=True),
    sa.Column("created", Instant, nullable=False),
    sa.Column("entry_id", sa.String(36), nullable=True),  # of the log: where its destruction stands
    sa.CheckConstraint("state in ('live', 'disabled', 'condemned', 'destroyed')", name="state"),
)

vault_part = sa.Table(
    "vault_part",
    metadata,
    sa.Column("object", sa.String(120), primary_key=True),  # name in the object store, new for each attempt
    sa.Column("item", sa.String(36), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("part", sa.Integer, nullable=False),
    sa.Column("format", sa.String(10), nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("stored_size", sa.BigInteger, nullable=True),  # null while pending
    sa.Column("stored_sha256", sa.LargeBinary(32), nullable=True),
    sa.Column("meta", sa.LargeBinary, nullable=True),  # sealed: size and SHA-256 of the plaintext, salt of the message
    sa.Column("created", Instant, nullable=False),
    sa.CheckConstraint("state in ('pending', 'live', 'dropped')", name="state"),
    sa.Index("ix_vault_part_item", "item", "version", "part"),
    # Two uploads may race for a number; one of them becomes the file.
    sa.Index(
        "uq_vault_part_live",
        "item",
        "version",
        "part",
        unique=True,
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    ),
    # What a sweep looks at, however many files there are.
    sa.Index(
        "ix_vault_part_open",
        "state",
        "created",
        sqlite_where=sa.text("state <> 'live'"),
        postgresql_where=sa.text("state <> 'live'"),
    ),
)
