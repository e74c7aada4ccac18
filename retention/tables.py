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
    sa.Column("outcome", sa.String(60), nullable=False),
    sa.Column("also", sa.String(101), nullable=False),  # party/class of the other body's material in it
    sa.Column("also_version", sa.Integer, nullable=True),
    sa.Column("least_on", sa.Date, nullable=True),
    sa.Column("longest_on", sa.Date, nullable=True),
    sa.Column("extended_until", sa.Date, nullable=True),
    sa.Column("heard", sa.Integer, nullable=False),
    sa.Column("stale", sa.Boolean, nullable=False),
    sa.CheckConstraint(
        "state in ('stopped', 'no-period', 'running', 'due', 'reviewed', 'cooling-off', 'destroying', 'erased', "
        "'destroyed', 'kept')",
        name="state",
    ),
    sa.CheckConstraint("reviewer = '' or reviewer <> approver", name="two_people"),
    # The sweep and the list walk these: a state, then the date that matters in it.
    sa.Index("ix_disposal_case_state_sort_on", "state", "sort_on", "item"),
    sa.Index("ix_disposal_case_state_destroy_on", "state", "destroy_on"),
    sa.Index("ix_disposal_case_sort_on", "sort_on", "item"),
    sa.Index("ix_disposal_case_clock_logged", "clock_logged"),
    # What a version of a schedule has still to be applied to.
    sa.Index("ix_disposal_case_schedule", "originator", "schedule_version", "state"),
    sa.Index(
        "ix_disposal_case_also",
        "also",
        "also_version",
        sqlite_where=sa.text("also <> ''"),
        postgresql_where=sa.text("also <> ''"),
    ),
    sa.Index("ix_disposal_case_stale", "item", sqlite_where=sa.text("stale"), postgresql_where=sa.text("stale")),
)

# Facts a clock may count from, as they were heard. Rows are added, never changed.
disposal_trigger = sa.Table(
    "disposal_trigger",
    metadata,
    sa.Column("item", sa.String(36), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("entry", sa.String(36), nullable=False),
    sa.Column("on", sa.Date, nullable=False),  # in London
    sa.Column("outcome", sa.String(60), nullable=False),
)

# Every time a date was found anew. Rows are added, never changed.
disposal_recomputed = sa.Table(
    "disposal_recomputed",
    metadata,
    sa.Column("entry", sa.String(36), primary_key=True),
    sa.Column("item", sa.String(36), nullable=False, index=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("cause", sa.String(20), nullable=False),
    sa.Column("version_before", sa.Integer, nullable=True),
    sa.Column("version_after", sa.Integer, nullable=True),
    sa.Column("due_before", sa.Date, nullable=True),
    sa.Column("due_after", sa.Date, nullable=True),
)

schedule_version = sa.Table(
    "schedule_version",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("effective_from", sa.Date, nullable=False),
    sa.Column("applies", sa.String(4), nullable=False),
    sa.Column("base", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("proposed_by", sa.String(36), nullable=False),
    sa.Column("proposed_at", Instant, nullable=False),
    sa.Column("decided_by", sa.String(36), nullable=False),
    sa.Column("decided_at", Instant, nullable=True),
    sa.Column("decision", sa.Text, nullable=False),
    sa.UniqueConstraint("party", "number"),
    sa.CheckConstraint("state in ('proposed', 'approved', 'rejected')", name="state"),
    sa.CheckConstraint("decided_by <> proposed_by", name="two_people"),
    sa.Index("ix_schedule_version_state", "state"),
)

# Not a projection of facts: the text of a version, under the digest the log holds.
schedule_text = sa.Table(
    "schedule_text",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
)

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
