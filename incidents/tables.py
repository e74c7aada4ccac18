"""Rows of incidents: ids, codes and instants. Never what was at risk, and no words of anybody's."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import Instant, metadata

incident = sa.Table(
    "incident",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),  # id of the fact that opened it
    sa.Column("number", sa.String(20), nullable=False, unique=True),  # INC-2026-0001
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("awareness_at", Instant, nullable=False),  # the clocks run from here
    sa.Column("reported_by", sa.String(36), nullable=False),  # account id
    sa.Column("subject", sa.String(80), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("marking_claimed", sa.String(40), nullable=False),
    sa.Column("outcome", sa.String(40), nullable=False),
    sa.Column("closed_at", Instant, nullable=True),
    sa.Column("closed_by", sa.String(36), nullable=False),
    sa.CheckConstraint("state in ('open', 'closed')", name="state"),
    sa.Index("ix_incident_opened_at_id", "opened_at", "id"),
)

# What was owed under the rules in force when it was opened. A later rule does not move an old deadline.
incident_duty = sa.Table(
    "incident_duty",
    metadata,
    sa.Column("incident_id", sa.String(36), sa.ForeignKey("incident.id"), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("duty", sa.String(60), nullable=False),
    sa.Column("due_at", Instant, nullable=True),
    sa.Column("done_at", Instant, nullable=True),
    sa.Column("done_by", sa.String(36), nullable=False),
    sa.UniqueConstraint("incident_id", "duty"),
)

incident_counter = sa.Table(
    "incident_counter",
    metadata,
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("last", sa.Integer, nullable=False),
)
