"""Rows of what would give an account power. Only this room opens them."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import Instant, metadata

# Power proposed for an account by one administrator, decided on by another. Bound by itself; the reason is sealed.
conferral = sa.Table(
    "conferral",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("sort", sa.String(12), nullable=False),  # appointment | vetting | group
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("place", sa.String(36), nullable=False),  # an office, or a need-to-know group
    sa.Column("since", Instant, nullable=True),  # empty: from when it is confirmed
    sa.Column("until", Instant, nullable=False),
    sa.Column("file", sa.String(36), nullable=False),  # what was brought in together, decided together
    sa.Column("proposed_by", sa.String(36), nullable=False),
    sa.Column("proposed", Instant, nullable=False),
    sa.Column("stands_until", Instant, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("decision", sa.String(10), nullable=False),  # empty | confirmed | refused
    sa.Column("decided_by", sa.String(36), nullable=False),
    sa.Column("decided", Instant, nullable=True),
    sa.Column("made", sa.String(36), nullable=False),  # the appointment that came of it
    sa.Column("bound", sa.LargeBinary(32), nullable=False),
    sa.Index("ix_conferral_waiting", "decision", "stands_until"),
)
