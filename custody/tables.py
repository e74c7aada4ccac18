"""Rows of custody: media, and copies on paper. Each follows from the log."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import Instant, metadata

custody_export = sa.Table(
    "custody_export",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("number", sa.String(20), nullable=False, unique=True),
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("office", sa.BigInteger, nullable=False),  # principal of the office it was asked for; 0: of none
    sa.Column("state", sa.String(9), nullable=False),
    sa.Column("medium", sa.String(40), nullable=False),
    sa.Column("serial", sa.String(40), nullable=False),
    sa.Column("holder", sa.String(36), nullable=False),  # account id
    sa.Column("purpose", sa.String(60), nullable=False),
    sa.Column("why", sa.Text, nullable=False),  # sealed, as are least, to, decision, loss, witness, evidence
    sa.Column("least", sa.Text, nullable=False),
    sa.Column("to", sa.Text, nullable=False),
    sa.Column("outside", sa.Boolean, nullable=False),
    sa.Column("back_on", sa.Date, nullable=False),
    sa.Column("asked_by", sa.String(36), nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("chosen", sa.Text, nullable=False),  # a line an item, as in the log
    sa.Column("decided_by", sa.String(36), nullable=False),
    sa.Column("decided_at", Instant, nullable=True),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("written_at", Instant, nullable=True),
    sa.Column("verified_by", sa.String(36), nullable=False),
    sa.Column("verified_at", Instant, nullable=True),
    sa.Column("verified_entry", sa.String(36), nullable=False),  # of the log
    sa.Column("loss", sa.Text, nullable=False),
    sa.Column("lost_at", Instant, nullable=True),
    sa.Column("fate", sa.String(9), nullable=False),
    sa.Column("method", sa.String(20), nullable=False),
    sa.Column("witness", sa.Text, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("ended_on", sa.Date, nullable=True),
    sa.Column("ended_by", sa.String(36), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint(
        "state in ('asked', 'approved', 'refused', 'withdrawn', 'writing', 'written', 'exported', 'lost', 'ended')",
        name="state",
    ),
    sa.CheckConstraint("fate in ('', 'destroyed', 'returned')", name="fate"),
    sa.Index("ix_custody_export_party", "party", "state", "back_on"),
    sa.Index("ix_custody_export_serial", "serial"),
    sa.Index("ix_custody_export_holder", "holder"),
    sa.Index("ix_custody_export_asked_by", "asked_by"),
)

custody_paper = sa.Table(
    "custody_paper",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("item", sa.String(36), nullable=False, index=True),
    sa.Column("reference", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("office", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("keeper", sa.String(36), nullable=False),  # account id
    sa.Column("place", sa.Text, nullable=False),  # sealed, as are loss, witness, evidence
    sa.Column("made_on", sa.Date, nullable=False),
    sa.Column("locked_on", sa.Date, nullable=False),
    sa.Column("purpose", sa.String(60), nullable=False),
    sa.Column("registered_by", sa.String(36), nullable=False),
    sa.Column("registered_at", Instant, nullable=False),
    sa.Column("to", sa.String(36), nullable=False),  # account id, while it is on its way
    sa.Column("way", sa.String(40), nullable=False),
    sa.Column("due_on", sa.Date, nullable=True),
    sa.Column("moved_at", Instant, nullable=True),
    sa.Column("loss", sa.Text, nullable=False),
    sa.Column("fate", sa.String(9), nullable=False),
    sa.Column("method", sa.String(20), nullable=False),
    sa.Column("witness", sa.Text, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("ended_on", sa.Date, nullable=True),
    sa.Column("ended_by", sa.String(36), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("kind in ('paper', 'printed')", name="kind"),
    sa.CheckConstraint("state in ('held', 'on-the-way', 'missing', 'ended')", name="state"),
    sa.CheckConstraint("fate in ('', 'destroyed', 'returned')", name="fate"),
    sa.Index("ix_custody_paper_party", "party", "state", "locked_on"),
    sa.Index("ix_custody_paper_keeper", "keeper"),
    sa.Index("ix_custody_paper_to", "to"),
)

custody_reminder = sa.Table(
    "custody_reminder",
    metadata,
    sa.Column("thing", sa.String(36), primary_key=True),
    sa.Column("stage", sa.String(20), primary_key=True),
    sa.Column("since", sa.Date, primary_key=True),
    sa.Column("at", Instant, nullable=False),
)
