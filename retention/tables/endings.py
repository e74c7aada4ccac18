"""Rows of what remains of an item: its copies elsewhere, its certificate."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import Instant, metadata

# Copies of an item on paper and media. An open one holds its certificate open.
disposal_copy = sa.Table(
    "disposal_copy",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("item", sa.String(36), nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("party", sa.String(40), nullable=False),  # whose reviewers account for it
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("made_on", sa.Date, nullable=False),
    sa.Column("registered_by", sa.String(36), nullable=False),
    sa.Column("registered_at", Instant, nullable=False),
    sa.Column("fate", sa.String(9), nullable=False),
    sa.Column("method", sa.String(20), nullable=False),
    sa.Column("witness", sa.Text, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("on", sa.Date, nullable=True),
    sa.Column("accounted_by", sa.String(36), nullable=False),
    sa.Column("accounted_at", Instant, nullable=True),
    sa.Column("entry", sa.String(36), nullable=False),  # of the log: where it was accounted for
    sa.Column("elsewhere", sa.Boolean, nullable=False),  # in the register of media and paper
    sa.CheckConstraint("kind in ('paper', 'printed', 'media', 'exported')", name="kind"),
    sa.CheckConstraint("fate in ('open', 'destroyed', 'returned')", name="fate"),
    sa.Index("ix_disposal_copy_item", "item", "fate"),
)

# Not a projection of facts: the file itself, whose digest the log holds.
disposal_certificate = sa.Table(
    "disposal_certificate",
    metadata,
    sa.Column("number", sa.String(40), primary_key=True),
    sa.Column("item", sa.String(36), nullable=False, unique=True),
    sa.Column("originator", sa.String(40), nullable=False),
    sa.Column("issued_at", Instant, nullable=False, index=True),
    sa.Column("entry", sa.String(36), nullable=False),  # of the log: where its issue stands
    sa.Column("body", sa.Text, nullable=False),  # as issued
    sa.Column("text", sa.Text, nullable=False),  # the whole file; empty until the log has proven it
    # What is issued and not proven yet, for the sweep: never many.
    sa.Index(
        "ix_disposal_certificate_unproven",
        "item",
        sqlite_where=sa.text("text = ''"),
        postgresql_where=sa.text("text = ''"),
    ),
)
