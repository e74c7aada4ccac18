"""Rows of schedules approved here, and their texts."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import Instant, metadata

schedule_version = sa.Table(
    "schedule_version",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("effective_from", sa.Date, nullable=False),
    sa.Column("applies", sa.String(4), nullable=False),
    sa.Column("base", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("proposed_by", sa.String(36), nullable=False),
    sa.Column("proposed_at", Instant, nullable=False),
    sa.Column("decided_by", sa.String(36), nullable=False),
    sa.Column("decided_at", Instant, nullable=True),
    sa.Column("decision", sa.Text, nullable=False),
    sa.UniqueConstraint("party", "number"),
    sa.CheckConstraint("state in ('proposed', 'approved', 'rejected')", name="state"),
    sa.CheckConstraint("decided_by <> proposed_by", name="two_people"),
    sa.Index("ix_schedule_version_state", "state"),
)

# Not a projection of facts: the text of a version, under the digest the log holds.
schedule_text = sa.Table(
    "schedule_text",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
)
