"""Rows of retention. Every row follows from facts in the log; only ``store`` writes here.

What people wrote (authority, reasons, issuer) is sealed.
"""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import BigId, Instant, metadata

disposal_case = sa.Table(
    "disposal_case",
    metadata,
    sa.Column("item", sa.String(36), primary_key=True),  # the item's uuid, as vault and log know it
    sa.Column("item_id", BigId, nullable=False),
    sa.Column("reference", sa.String(40), nullable=False, unique=True),
    sa.Column("originator", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("agreement", sa.String(40), nullable=False),
    sa.Column("agreement_version", sa.Integer, nullable=False),
    sa.Column("establishment", sa.String(40), nullable=False),
    sa.Column("marking", sa.String(40), nullable=False),  # the marking code
    sa.Column("retention_class", sa.String(60), nullable=False),
    sa.Column("schedule_version", sa.Integer, nullable=True),  # null: no schedule spoke of it on that date
    sa.Column("schedule_digest", sa.String(64), nullable=False),
    sa.Column("action", sa.String(10), nullable=False),
    sa.Column("verified", sa.Boolean, nullable=False),
    sa.Column("trigger_kind", sa.String(60), nullable=False),
    sa.Column("trigger_entry", sa.String(36), nullable=False),
    sa.Column("trigger_on", sa.Date, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),  # for ETag and optimistic locking; every fact adds one
    sa.Column("clock_logged", sa.Boolean, nullable=False),
    sa.Column("period_months", sa.Integer, nullable=True),
    sa.Column("period_authority", sa.Text, nullable=False),
    sa.Column("period_by", sa.String(36), nullable=False),
    sa.Column("due_on", sa.Date, nullable=True),
    sa.Column(
        "sort_on", sa.Date, nullable=False
    ),  # due_on, or the last of dates: lists walk an index, not an expression
    sa.Column("return_state", sa.String(10), nullable=False),
    sa.Column("offered_by", sa.String(36), nullable=False),
    sa.Column("offered_at", Instant, nullable=True),
    sa.Column("answered_by", sa.String(36), nullable=False),
    sa.Column("answered_at", Instant, nullable=True),
    sa.Column("proposal", sa.String(10), nullable=False),
    sa.Column("proposed_until", sa.Date, nullable=True),
    sa.Column("review_reason", sa.Text, nullable=False),
    sa.Column("reviewer", sa.String(36), nullable=False),
    sa.Column("reviewed_at", Instant, nullable=True),
    sa.Column("reviewed_version", sa.Integer, nullable=True),
    sa.Column("approver", sa.String(36), nullable=False),
    sa.Column("approved_at", Instant, nullable=True),
    sa.Column("destroy_on", sa.Date, nullable=True),
    sa.Column("key_entry", sa.String(36), nullable=False),
    sa.Column("content_entry", sa.String(36), nullable=False),
    sa.Column("parts", sa.Integer, nullable=True),
    sa.Column("size", sa.BigInteger, nullable=True),  # bytes of plaintext
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("erased_at", Instant, nullable=True),
    sa.Column("certificate", sa.String(40), nullable=False),
    sa.CheckConstraint(
        "state in ('no-period', 'running', 'due', 'reviewed', 'cooling-off', 'destroying', 'erased', 'destroyed', "
        "'kept')",
        name="state",
    ),
    sa.CheckConstraint("reviewer = '' or reviewer <> approver", name="two_people"),
    # The sweep and the list walk these: a state, then the date that matters in it.
    sa.Index("ix_disposal_case_state_sort_on", "state", "sort_on", "item"),
    sa.Index("ix_disposal_case_state_destroy_on", "state", "destroy_on"),
    sa.Index("ix_disposal_case_sort_on", "sort_on", "item"),
    sa.Index("ix_disposal_case_clock_logged", "clock_logged"),
)

disposal_hold = sa.Table(
    "disposal_hold",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("item", sa.String(36), sa.ForeignKey("disposal_case.item"), nullable=False, index=True),
    sa.Column("owner", sa.String(36), nullable=False),  # account id
    sa.Column("issuer", sa.Text, nullable=False),  # who asked for it
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("placed_at", Instant, nullable=False),
    sa.Column("review_on", sa.Date, nullable=False),
    sa.Column("lifted_at", Instant, nullable=True),
    sa.Column("lifted_by", sa.String(36), nullable=False),
    sa.Column("lift_reason", sa.Text, nullable=False),
)

# Not a projection of facts: the file itself, whose digest the log holds.
disposal_certificate = sa.Table(
    "disposal_certificate",
    metadata,
    sa.Column("number", sa.String(40), primary_key=True),
    sa.Column("item", sa.String(36), nullable=False, unique=True),
    sa.Column("originator", sa.String(40), nullable=False),
    sa.Column("issued_at", Instant, nullable=False, index=True),
    sa.Column("entry", sa.String(36), nullable=False),  # of the log: where its issue stands
    sa.Column("body", sa.Text, nullable=False),  # as issued
    sa.Column("text", sa.Text, nullable=False),  # the whole file; empty until the log has proven it
    # What is issued and not proven yet, for the sweep: never many.
    sa.Index(
        "ix_disposal_certificate_unproven",
        "item",
        sqlite_where=sa.text("text = ''"),
        postgresql_where=sa.text("text = ''"),
    ),
)
