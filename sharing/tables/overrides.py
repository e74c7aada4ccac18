"""Rows of breaking the glass. Follow from facts: sharing/service/override_follower. What people wrote is sealed."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import BigId, Instant, metadata

safety_override = sa.Table(
    "safety_override",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("item", sa.String(36), nullable=False, index=True),
    sa.Column("reference", sa.String(40), nullable=False),
    sa.Column("by", sa.String(36), nullable=False),  # account id
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("originator", sa.String(40), nullable=False),
    sa.Column("office", BigId, nullable=False),  # principal of the office that sent the item
    sa.Column("danger", sa.String(60), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),
    sa.Column("words", sa.Text, nullable=False),  # sealed under the item's key
    sa.Column("finding", sa.String(20), nullable=False),  # empty: not reviewed yet
    sa.Column("reviewed_by", sa.String(36), nullable=False),
    sa.Column("reviewed_at", Instant, nullable=True),
    sa.Column("review_words", sa.Text, nullable=False),
)
