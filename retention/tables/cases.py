"""Rows of cases: each, the facts its clock counts from, the dates found anew, its transfer, what a report counts."""

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
    sa.Column("served_at", Instant, nullable=True),
    sa.Column("served_files", sa.Integer, nullable=True),
    sa.Column("served_bytes", sa.BigInteger, nullable=True),
    sa.Column("served_sha256", sa.String(64), nullable=False),
    sa.Column("received", sa.String(10), nullable=False),
    sa.Column("received_by", sa.String(36), nullable=False),
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
    sa.Column("failed_at", Instant, nullable=True),  # null: nothing went wrong, or it has gone well since
    sa.Column("failure", sa.String(60), nullable=False),  # the code of what went wrong last
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
        "'destroyed', 'kept', 'transferring')",
        name="state",
    ),
    sa.CheckConstraint("reviewer = '' or reviewer <> approver", name="two_people"),
    # The sweep and the list walk these: a state, then the date that matters in it.
    sa.Index("ix_disposal_case_state_sort_on", "state", "sort_on", "item"),
    sa.Index("ix_disposal_case_state_destroy_on", "state", "destroy_on"),
    sa.Index("ix_disposal_case_sort_on", "sort_on", "item"),
    # The forecast and the report of what has no period count in the index alone.
    sa.Index("ix_disposal_case_foresight", "state", "originator", "retention_class", "sort_on", "trigger_on"),
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
    # What went wrong and is not done yet: never many, and asked for by every look at the service's health.
    sa.Index(
        "ix_disposal_case_failed",
        "failed_at",
        sqlite_where=sa.text("failed_at is not null"),
        postgresql_where=sa.text("failed_at is not null"),
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

# The newest package of an item for the archive, and the archive's receipt.
disposal_transfer = sa.Table(
    "disposal_transfer",
    metadata,
    sa.Column("item", sa.String(36), primary_key=True),
    sa.Column("packaged_entry", sa.String(36), nullable=False),
    sa.Column("packaged_at", Instant, nullable=False),
    sa.Column("packaged_by", sa.String(36), nullable=False),
    sa.Column("recipient", sa.String(80), nullable=False),
    sa.Column("files", sa.Integer, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("closure", sa.String(6), nullable=False),
    sa.Column("closure_years", sa.Integer, nullable=True),
    sa.Column("receipt_entry", sa.String(36), nullable=False),
    sa.Column("received_by", sa.String(36), nullable=False),
    sa.Column("received_on", sa.Date, nullable=True),
    sa.Column("archive_reference", sa.String(60), nullable=False),
    sa.CheckConstraint("closure in ('open', 'closed')", name="closure"),
    sa.CheckConstraint("received_by <> packaged_by", name="two_people"),
)

# What the annual report counts: a row for each fact that counts. Rows are added, never changed.
disposal_tally = sa.Table(
    "disposal_tally",
    metadata,
    sa.Column("entry", sa.String(36), primary_key=True),
    sa.Column("item", sa.String(36), nullable=False),
    sa.Column("act", sa.String(12), nullable=False),
    sa.Column("on", sa.Date, nullable=False),  # in London
    sa.Column("originator", sa.String(40), nullable=False),
    sa.Column("retention_class", sa.String(60), nullable=False),
    sa.Index("ix_disposal_tally_counted", "on", "act", "originator", "retention_class", "item"),
)
