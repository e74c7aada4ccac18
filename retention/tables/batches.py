"""Rows of batches, of what is in them, and of reminders."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import Instant, metadata

# Due items reviewed and approved together. What is in one follows from facts of the items themselves.
disposal_batch = sa.Table(
    "disposal_batch",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("party", sa.String(40), nullable=False),  # the originating body
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("retention_class", sa.String(60), nullable=False),
    sa.Column("establishment", sa.String(40), nullable=False),
    sa.Column("due_by", sa.Date, nullable=True),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("opened_by", sa.String(36), nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("submitted_by", sa.String(36), nullable=False),
    sa.Column("submitted_at", Instant, nullable=True),
    sa.Column("decided_by", sa.String(36), nullable=False),
    sa.Column("decided_at", Instant, nullable=True),
    sa.Column("closing", sa.Text, nullable=False),
    sa.Column("entry", sa.String(36), nullable=False),  # of the log: where it was approved
    sa.Column("certificate", sa.String(60), nullable=False),  # empty until it is issued
    sa.UniqueConstraint("party", "number"),
    sa.CheckConstraint("state in ('open', 'submitted', 'approved', 'closed')", name="state"),
    sa.Index("ix_disposal_batch_state", "state", "party"),
)

disposal_batch_item = sa.Table(
    "disposal_batch_item",
    metadata,
    sa.Column("batch", sa.String(36), sa.ForeignKey("disposal_batch.id"), primary_key=True),
    sa.Column("item", sa.String(36), sa.ForeignKey("disposal_case.item"), primary_key=True),
    sa.Column("place", sa.String(10), nullable=False),
    sa.Column("by", sa.String(36), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("proposal", sa.String(8), nullable=False),
    sa.Column("rules", sa.Text, nullable=False),  # by which it is not in it any more, a space between two
    sa.CheckConstraint(
        "place in ('taken', 'proposed', 'approved', 'sent-back', 'left-out', 'withdrawn')", name="place"
    ),
    sa.Index("ix_disposal_batch_item_item", "item"),
)

# Not a projection of facts: the file itself, whose digest the log holds.
disposal_batch_certificate = sa.Table(
    "disposal_batch_certificate",
    metadata,
    sa.Column("number", sa.String(60), primary_key=True),
    sa.Column("batch", sa.String(36), sa.ForeignKey("disposal_batch.id"), nullable=False, unique=True),
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("issued_at", Instant, nullable=False, index=True),
    sa.Column("entry", sa.String(36), nullable=False),  # of the log: where its issue stands
    sa.Column("body", sa.Text, nullable=False),  # as issued
    sa.Column("text", sa.Text, nullable=False),  # the whole file; empty until the log has proven it
)

# Whom the clock reminded of what: once for each time a case or a hold comes to a stage. Rows are added, never changed.
disposal_reminder = sa.Table(
    "disposal_reminder",
    metadata,
    sa.Column("subject", sa.String(36), primary_key=True),  # an item, or a hold
    sa.Column("stage", sa.String(12), primary_key=True),
    sa.Column("since", sa.Date, primary_key=True),
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.CheckConstraint("stage in ('due', 'approval', 'hold-review', 'return', 'cooling-off')", name="stage"),
)
