"""Rows of alerts: each, as it stands with each office it was raised to, what happened to it; whom an office calls."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import BigId, Instant, metadata

alert = sa.Table(
    "alert",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("agreement", sa.String(60), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("urgency", sa.String(60), nullable=False),
    sa.Column("establishment", sa.String(40), nullable=False),
    sa.Column("marking", sa.String(40), nullable=False),
    sa.Column("item", sa.String(40), nullable=False),  # reference
    sa.Column("record", sa.String(36), nullable=False),
    sa.Column("words", sa.Text, nullable=False),  # sealed
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("office", BigId, nullable=False),  # principal of the office that raised it
    sa.Column("raised_by", sa.String(36), nullable=False),
    sa.Column("raised_at", Instant, nullable=False),
    sa.Column("ended_at", Instant, nullable=True),
)

# As it stands with one office. Those waiting are few, and looked for at every home page.
alert_call = sa.Table(
    "alert_call",
    metadata,
    sa.Column("alert", sa.String(36), sa.ForeignKey("alert.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("office", BigId, nullable=False),  # 0: none stands at the place
    sa.Column("place", sa.String(120), nullable=False),
    sa.Column("stage", sa.String(10), nullable=False),
    sa.Column("cause", sa.String(10), nullable=False),
    sa.Column("people", sa.Text, nullable=False),  # account ids, a comma between them
    sa.Column("offices", sa.Text, nullable=False),  # principals, a comma between them
    sa.Column("since", Instant, nullable=False),
    sa.Column("due_at", Instant, nullable=True),
    sa.Column("acknowledged_by", sa.String(36), nullable=False),
    sa.Column("acknowledged_at", Instant, nullable=True),
    sa.Column("late", sa.Boolean, nullable=False),
    sa.CheckConstraint("stage in ('first', 'deputy', 'everybody')", name="stage"),
    sa.Index("ix_alert_call_waiting", "acknowledged_at"),
)

# Which offices may see it.
alert_office = sa.Table(
    "alert_office",
    metadata,
    sa.Column("office", BigId, primary_key=True),
    sa.Column("alert", sa.String(36), sa.ForeignKey("alert.id"), primary_key=True),
)

alert_step = sa.Table(
    "alert_step",
    metadata,
    sa.Column("alert", sa.String(36), sa.ForeignKey("alert.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("act", sa.String(20), nullable=False),
    sa.Column("by", sa.String(36), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("call", sa.Integer, nullable=False),
    sa.Column("stage", sa.String(10), nullable=False),
    sa.Column("cause", sa.String(10), nullable=False),
    sa.Column("people", sa.Text, nullable=False),
    sa.Column("words", sa.Text, nullable=False),  # sealed
    sa.Column("entry", sa.String(36), nullable=False),
)

# Who of an office is called first, and who is their deputy.
office_order = sa.Table(
    "office_order",
    metadata,
    sa.Column("office", BigId, primary_key=True),
    sa.Column("first", sa.String(36), nullable=False),
    sa.Column("deputy", sa.String(36), nullable=False),
    sa.Column("set_by", sa.String(36), nullable=False),
    sa.Column("set_at", Instant, nullable=False),
)

TABLES = [alert, alert_call, alert_office, alert_step, office_order]
