"""Rows of the outbox. Each follows from the log."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import Instant, metadata

# That something came to a stage: once for each, since its id is made of topic, subject and stage.
outbox_notice = sa.Table(
    "outbox_notice",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("topic", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("source", sa.String(36), nullable=False),  # entry of the log
    sa.Column("fields", sa.Text, nullable=False),  # JSON: ids and codes the audience is found by
    sa.Column("at", Instant, nullable=False),
    sa.Column("settled", sa.Boolean, nullable=False),
    sa.Column("spread", sa.Boolean, nullable=False),
    sa.Index("ix_outbox_notice_spread", "spread", "settled", "at"),
    sa.Index("ix_outbox_notice_subject", "subject", "topic"),
)

# Who hears of it: one row for each stage and person.
outbox_told = sa.Table(
    "outbox_told",
    metadata,
    sa.Column("notice", sa.String(36), primary_key=True),
    sa.Column("person", sa.String(36), primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("message", sa.String(36), nullable=False),  # empty: not yet; "-": not at all
    sa.Index("ix_outbox_told_waiting", "message", "person"),
)

outbox_message = sa.Table(
    "outbox_message",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("sort", sa.String(6), nullable=False),
    sa.Column("to", sa.String(64), nullable=False),  # account, partner system, or duty of an incident
    sa.Column("state", sa.String(9), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("next_at", Instant, nullable=True),
    sa.Column("ended_at", Instant, nullable=True),
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("cause", sa.String(40), nullable=False),
    sa.Column("remote", sa.String(80), nullable=False),
    sa.Column("notice", sa.String(36), nullable=False),
    sa.Column("subject", sa.String(36), nullable=False),
    sa.Column("stage", sa.String(20), nullable=False),
    sa.Column("by", sa.String(36), nullable=False),
    sa.Column("words", sa.Text, nullable=False),  # sealed
    sa.CheckConstraint("sort in ('person', 'system', 'party')", name="sort"),
    sa.CheckConstraint("state in ('waiting', 'sent', 'delivered', 'failed', 'dropped')", name="state"),
    sa.Index("ix_outbox_message_state", "state", "next_at"),
    sa.Index("ix_outbox_message_to", "to", "made_at"),
    sa.Index("ix_outbox_message_subject", "subject"),
)

outbox_preference = sa.Table(
    "outbox_preference",
    metadata,
    sa.Column("person", sa.String(36), primary_key=True),
    sa.Column("how", sa.String(8), nullable=False),
    sa.Column("at", Instant, nullable=False),
)

outbox_system = sa.Table(
    "outbox_system",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("party", sa.String(40), nullable=False, index=True),
    sa.Column("url", sa.Text, nullable=False),  # sealed, as are secret and before
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("before", sa.Text, nullable=False),
    sa.Column("before_until", Instant, nullable=True),
    sa.Column("failing_since", Instant, nullable=True),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("state in ('active', 'disabled')", name="state"),
)

TABLES = [outbox_notice, outbox_told, outbox_message, outbox_preference, outbox_system]
