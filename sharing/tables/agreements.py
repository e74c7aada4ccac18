"""Rows of agreements: what is owed, the days there was evidence, what people recorded."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import Instant, metadata

# One time that a duty of an agreement is owed. Follows from facts: sharing/service/duty_follower.
agreement_duty = sa.Table(
    "agreement_duty",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("agreement", sa.String(60), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),  # of the agreement: a later one does not move what is owed
    sa.Column("duty", sa.String(60), nullable=False),
    sa.Column("number", sa.String(4), nullable=False),
    sa.Column("source", sa.String(80), nullable=False),  # the item or the record it began with
    sa.Column("thread", sa.String(80), nullable=False),  # the record that one names, or itself
    sa.Column("establishment", sa.String(40), nullable=False),
    sa.Column("who", sa.String(600), nullable=False),  # places, a comma between them
    sa.Column("opened_on", sa.Date, nullable=False),
    sa.Column("due_on", sa.Date, nullable=True),
    sa.Column("due_at", Instant, nullable=True),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("ended_on", sa.Date, nullable=True),
    sa.Column("evidence", sa.String(36), nullable=False),  # entry of the log
    sa.Column("opened_told", sa.Boolean, nullable=False),
    sa.Column("ended_told", sa.Boolean, nullable=False),
    sa.Column("overdue_told", sa.Boolean, nullable=False),
    sa.Column("escalated", sa.Integer, nullable=False),
    sa.Column("circle", sa.String(36), nullable=False),  # as of the record it began with
    sa.Column("closed", sa.Boolean, nullable=False),
    sa.CheckConstraint("state in ('open', 'met', 'lapsed')", name="state"),
    sa.Index("ix_agreement_duty_state", "agreement", "duty", "state", "ended_on"),
    # How all duties of an agreement stand is counted from this index alone.
    sa.Index(
        "ix_agreement_duty_open",
        "agreement",
        "duty",
        "due_on",
        "due_at",
        "closed",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
    # What a Board's own page begins with: what is open about its establishments.
    sa.Index(
        "ix_agreement_duty_place",
        "agreement",
        "establishment",
        "due_on",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
    sa.Index("ix_agreement_duty_late", "overdue_told", "state", "due_on"),
    # What goes up next: never a walk over all that is late and went up already.
    sa.Index(
        "ix_agreement_duty_higher",
        "agreement",
        "version",
        "duty",
        "escalated",
        "due_on",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
    sa.Index("ix_agreement_duty_source", "source"),
    sa.Index("ix_agreement_duty_thread", "thread"),
    sa.Index("ix_agreement_duty_opened", "opened_told"),
    sa.Index("ix_agreement_duty_ended", "ended_told", "state"),
)

# On which days there was evidence of a duty. One row a day, so that those who act at once do not wait for one another.
agreement_evidence = sa.Table(
    "agreement_evidence",
    metadata,
    sa.Column("agreement", sa.String(60), primary_key=True),
    sa.Column("duty", sa.String(60), primary_key=True),
    sa.Column("on", sa.Date, primary_key=True),
    sa.Column("entry", sa.String(36), nullable=False),  # the first of that day
)

# What people recorded as an agreement asks. What they wrote is sealed.
agreement_record = sa.Table(
    "agreement_record",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("agreement", sa.String(60), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("on", sa.Date, nullable=False),
    sa.Column("establishment", sa.String(40), nullable=False),
    sa.Column("thread", sa.String(80), nullable=False),
    sa.Column("coded", sa.Text, nullable=False),  # JSON: field to code
    sa.Column("words", sa.Text, nullable=False),  # sealed JSON: field to what was written
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("made_by", sa.String(36), nullable=False),  # account id
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("entry", sa.String(36), nullable=False),
    sa.Column("circle", sa.String(36), nullable=False),  # the record whose named people know of it; empty: anybody may
    sa.Column("closed", sa.Boolean, nullable=False),  # they alone, now
    sa.Index("ix_agreement_record_kind", "agreement", "kind", "on"),
    sa.Index("ix_agreement_record_thread", "thread"),
    sa.Index("ix_agreement_record_circle", "circle"),
)

# Who may know of a record kept to named people, and of all that names it. The last act on each person counts.
agreement_named = sa.Table(
    "agreement_named",
    metadata,
    sa.Column("circle", sa.String(36), primary_key=True),
    sa.Column("person", sa.String(36), primary_key=True),  # account id
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("by", sa.String(36), nullable=False),
    sa.CheckConstraint("state in ('named', 'ended', 'barred')", name="state"),
    sa.Index("ix_agreement_named_person", "person", "state"),
)
