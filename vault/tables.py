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

# How far the check of stored objects has come, in one row: where it goes on, what this round has seen, and the last one
# that was finished. Nothing follows from it, so no fact is kept of each step.
vault_fixity = sa.Table(
    "vault_fixity",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("began", Instant, nullable=False),
    sa.Column("position", sa.String(120), nullable=False),
    sa.Column("objects", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("ended", Instant, nullable=True),
    sa.Column("last_began", Instant, nullable=True),
    sa.Column("last_ended", Instant, nullable=True),
    sa.Column("last_objects", sa.BigInteger, nullable=False),
    sa.Column("last_bytes", sa.BigInteger, nullable=False),
    sa.CheckConstraint("id = 1", name="one"),
)

# What is wrong with stored objects now, each as the log has it: a fact when it was found, and one when it was over.
vault_fixity_fault = sa.Table(
    "vault_fixity_fault",
    metadata,
    sa.Column("object", sa.String(400), primary_key=True),
    sa.Column("fault", sa.String(10), nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("entry_id", sa.String(36), nullable=False),
    sa.CheckConstraint("fault in ('missing', 'size', 'changed', 'unknown')", name="fault"),
)
