"""Rows of holds, and of what they were found to catch."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import Instant, metadata

disposal_hold = sa.Table(
    "disposal_hold",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("party", sa.String(40), nullable=False),  # whose reviewers keep it
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("occasion", sa.String(20), nullable=False),
    sa.Column("scope", sa.Text, nullable=False),  # canonical JSON: ids, codes, dates and blind tokens
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("people", sa.Text, nullable=False),  # as typed
    sa.Column("owner", sa.String(36), nullable=False),  # account id
    sa.Column("issuer", sa.Text, nullable=False),  # who asked for it
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("placed_by", sa.String(36), nullable=False),
    sa.Column("placed_at", Instant, nullable=False),
    sa.Column("review_on", sa.Date, nullable=False),
    sa.Column("settled_at", Instant, nullable=True),  # null: not yet entered on everything it catches
    sa.Column("lifted_at", Instant, nullable=True),
    sa.Column("lifted_by", sa.String(36), nullable=False),
    sa.Column("lift_reason", sa.Text, nullable=False),
    sa.CheckConstraint("kind in ('scope', 'words')", name="kind"),
    # Asked before anything is destroyed: those in force, never many.
    sa.Index(
        "ix_disposal_hold_in_force",
        "review_on",
        sqlite_where=sa.text("lifted_at is null"),
        postgresql_where=sa.text("lifted_at is null"),
    ),
)

# What a hold was found to catch. What is not here may be caught all the same: its scope decides.
disposal_hold_item = sa.Table(
    "disposal_hold_item",
    metadata,
    sa.Column("hold", sa.String(36), sa.ForeignKey("disposal_hold.id"), primary_key=True),
    sa.Column("item", sa.String(36), sa.ForeignKey("disposal_case.item"), primary_key=True),
    sa.Column("manner", sa.String(12), nullable=False),
    sa.Column("by", sa.String(36), nullable=False),  # an account, or the service
    sa.Column("at", Instant, nullable=False),
    sa.CheckConstraint("manner in ('caught', 'applied', 'suggested', 'passed-over', 'late')", name="manner"),
    sa.Index("ix_disposal_hold_item_item", "item"),
)
