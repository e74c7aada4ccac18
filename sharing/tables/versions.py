"""Rows of changes to agreements. They follow from facts: sharing/service/version_follower."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import Instant, metadata

agreement_version = sa.Table(
    "agreement_version",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("agreement", sa.String(60), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("in_force", sa.Date, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),  # sealed
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("proposed_by", sa.String(36), nullable=False),
    sa.Column("proposed_at", Instant, nullable=False),
    sa.Column("steps", sa.Integer, nullable=False),  # acts so far: who acts on another count is refused
    sa.CheckConstraint("state in ('proposed', 'signed', 'declined', 'withdrawn')", name="state"),
    # Two proposals may wait for the same number; one of them can have it.
    sa.Index(
        "ix_agreement_version_signed",
        "agreement",
        "number",
        unique=True,
        sqlite_where=sa.text("state = 'signed'"),
        postgresql_where=sa.text("state = 'signed'"),
    ),
)

agreement_version_act = sa.Table(
    "agreement_version_act",
    metadata,
    sa.Column("version", sa.String(36), sa.ForeignKey("agreement_version.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("act", sa.String(10), nullable=False),
    sa.Column("decision", sa.String(20), nullable=False),
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("place", sa.String(120), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),  # sealed
    sa.Column("by", sa.String(36), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("entry", sa.String(36), nullable=False),
)

# The text of each, by its digest. Added and never changed.
agreement_text = sa.Table(
    "agreement_text",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
)
