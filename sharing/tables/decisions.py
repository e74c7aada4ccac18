"""Rows of decisions to share, and of refusals to. What people wrote is sealed."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import BigId, Instant, metadata

# Every decision to share, and every refusal to (docs/adr/0034). Follows from facts: sharing/service/decision_follower.
sharing_decision = sa.Table(
    "sharing_decision",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),  # the entry of the log it was made with
    sa.Column("act", sa.String(12), nullable=False),  # sent | passed-on | named | granted | refused
    sa.Column("agreement", sa.String(60), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("route", sa.String(60), nullable=False),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("item", sa.String(36), nullable=False),  # empty where nothing was shared
    sa.Column("reference", sa.String(40), nullable=False),
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("office", BigId, nullable=False),  # principal of the office that decided
    sa.Column("by", sa.String(36), nullable=False),  # account id
    sa.Column("to_parties", sa.String(400), nullable=False),  # party ids between commas: ",hmip,imb,"
    sa.Column("to", sa.Text, nullable=False),  # principals, a comma between them
    sa.Column("on", sa.Date, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("persons", sa.Integer, nullable=False),  # how many people it names
    sa.Column("purpose", sa.String(60), nullable=False),  # of the agreement, where one was chosen
    sa.Column("told", sa.String(20), nullable=False),
    sa.Column("holds", sa.String(60), nullable=False),
    sa.Column("holds_said", sa.Boolean, nullable=False),
    sa.Column("stated", sa.Text, nullable=False),  # JSON: what the policies said that day, with sources
    sa.Column("words", sa.Text, nullable=False),  # sealed: under the item's key, or the service's where there is none
    sa.Column("answer", sa.Text, nullable=False),  # sealed likewise: why those concerned are not told
    sa.Index("ix_sharing_decision_party", "party", "id"),
    sa.Index("ix_sharing_decision_item", "item", "act"),
    sa.Index("ix_sharing_decision_by", "by", "id"),
    sa.Index("ix_sharing_decision_office", "office", "id"),
)
