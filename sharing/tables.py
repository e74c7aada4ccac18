"""Rows of sharing. In clear stands only what lists need; everything people wrote is sealed under the item's own key."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import BigId, Instant, metadata

# id grows with time, so that "newest first" is an index walk. Sending allots it, not drafting.
item = sa.Table(
    "item",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=True),
    sa.Column("uuid", sa.String(36), nullable=False, unique=True),  # what vault and log know it by
    sa.Column("reference", sa.String(40), nullable=False, unique=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("agreement", sa.String(40), nullable=False),
    sa.Column("agreement_version", sa.Integer, nullable=False),
    sa.Column("route", sa.String(60), nullable=False),
    sa.Column("originator", sa.String(40), nullable=False),  # party whose schedule binds every copy
    sa.Column("sender_id", BigId, nullable=False),  # principal of the person
    sa.Column("sender_office", BigId, nullable=False),  # principal of the office they sent as
    sa.Column("marking", sa.String(600), nullable=False),  # the printed marking line
    sa.Column("marking_code", sa.String(40), nullable=False),  # O | OS: what the vault and the log are told
    sa.Column("recipients_only", sa.Boolean, nullable=False),
    sa.Column("org_only", sa.Boolean, nullable=False),
    sa.Column("hmg_only", sa.Boolean, nullable=False),
    sa.Column("released_to", sa.String(400), nullable=False),  # party ids between commas: ",hmip,imb,"
    sa.Column("embargo_until", Instant, nullable=True),
    sa.Column("embargo_lead", BigId, nullable=True),
    sa.Column("quarantined", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),  # open | closed | withdrawn | destroyed
    sa.Column("step", sa.Integer, nullable=False),  # how far along its route, from 1
    sa.Column("establishment", sa.String(40), nullable=True),
    sa.Column("retention_class", sa.String(60), nullable=False),
    sa.Column("reply_to", BigId, sa.ForeignKey("item.id"), nullable=True, index=True),
    sa.Column("sent_at", Instant, nullable=False),
    sa.Column("closed_at", Instant, nullable=True),
    sa.Column("version", sa.Integer, nullable=False),  # for ETag and optimistic locking
    # Binds this row, item_access, item_recusal and item_office of the item to a key that lies elsewhere (store/bound).
    sa.Column("bound", sa.LargeBinary(32), nullable=False, default=b""),
    sa.CheckConstraint("state in ('open', 'closed', 'withdrawn', 'destroyed')", name="state"),
)

# The need-to-know facts. One row a basis; revoking sets valid_until, nothing is deleted. Only store/access writes here.
item_access = sa.Table(
    "item_access",
    metadata,
    sa.Column("principal", BigId, primary_key=True),
    sa.Column("item_id", BigId, sa.ForeignKey("item.id"), primary_key=True),
    sa.Column("basis", sa.String(12), primary_key=True),  # sender | recipient | group | route | grant | break-glass
    sa.Column("valid_from", Instant, nullable=False),
    sa.Column("valid_until", Instant, nullable=False),
    sa.Column("granted_by", BigId, nullable=False),
    sa.Index("ix_item_access_item_id", "item_id"),
    sqlite_with_rowid=False,
)

# The offices an item came to, in order, the sending one first. Who may see it is for item_access alone: of an item for
# named persons only, its offices hold no basis.
item_office = sa.Table(
    "item_office",
    metadata,
    sa.Column("item_id", BigId, sa.ForeignKey("item.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("office", BigId, nullable=False),
)

item_recusal = sa.Table(
    "item_recusal",
    metadata,
    sa.Column("principal", BigId, primary_key=True),
    sa.Column("item_id", BigId, sa.ForeignKey("item.id"), primary_key=True),
    sa.Column("by", BigId, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index("ix_item_recusal_item_id", "item_id"),
)

# HMAC blind index over identifiers and names of data subjects: equality only, own key.
item_subject = sa.Table(
    "item_subject",
    metadata,
    sa.Column("bidx", sa.LargeBinary(16), primary_key=True),
    sa.Column("item_id", BigId, sa.ForeignKey("item.id"), primary_key=True),
    sa.Index("ix_item_subject_item_id", "item_id"),
    sqlite_with_rowid=False,
)

# Sealed small messages of an item or a draft, by name: title, text, subjects, purpose, note/<n>, recusal/<principal> …
item_field = sa.Table(
    "item_field",
    metadata,
    sa.Column("item_uuid", sa.String(36), primary_key=True),
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)

# Files of an item or a draft. Name and media type are sealed in item_field ("file/<part>").
item_file = sa.Table(
    "item_file",
    metadata,
    sa.Column("item_uuid", sa.String(36), primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),  # bytes of plaintext
    sa.Column("attached_by", BigId, nullable=False),
    sa.Column("attached_at", Instant, nullable=False),
)

draft = sa.Table(
    "draft",
    metadata,
    sa.Column("uuid", sa.String(36), primary_key=True),  # becomes item.uuid when sent
    sa.Column("author", BigId, nullable=False, index=True),  # principal; a draft is its author's alone
    sa.Column("agreement", sa.String(40), nullable=False),
    sa.Column("route", sa.String(60), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("marking", sa.String(600), nullable=False),
    sa.Column("establishment", sa.String(40), nullable=True),
    sa.Column("office", BigId, nullable=False),  # principal of the office it will be sent as
    sa.Column("to_office", BigId, nullable=True),  # where the route leaves a choice
    sa.Column("embargo_lead", BigId, nullable=True),
    sa.Column("reply_to", BigId, nullable=True),
    sa.Column("parts", sa.Integer, nullable=False),  # file numbers given out so far, broken uploads included
    sa.Column("updated", Instant, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

# Persons and groups the author names beside the route.
draft_named = sa.Table(
    "draft_named",
    metadata,
    sa.Column("draft_uuid", sa.String(36), sa.ForeignKey("draft.uuid"), primary_key=True),
    sa.Column("principal", BigId, primary_key=True),
    sa.Column("basis", sa.String(12), nullable=False),  # recipient | group
)

# A step of the route with its holder and date: what is owed, by whom, when, and when it was done.
item_step = sa.Table(
    "item_step",
    metadata,
    sa.Column("item_id", BigId, sa.ForeignKey("item.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("act", sa.String(20), nullable=False),  # acknowledge | pass-on | answer | close
    sa.Column("office", BigId, nullable=False, index=True),  # principal of the office that owes it
    sa.Column("due_on", sa.Date, nullable=True),
    sa.Column("done_at", Instant, nullable=True),
    sa.Column("done_by", BigId, nullable=True),
)

# Every office that may take a step: the one that owes it, and those that may stand in for it.
item_step_office = sa.Table(
    "item_step_office",
    metadata,
    sa.Column("office", BigId, primary_key=True),
    sa.Column("item_id", BigId, sa.ForeignKey("item.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
)

# What happened, for the people on the item: ids and codes only; words are sealed in item_field ("event/<number>").
item_event = sa.Table(
    "item_event",
    metadata,
    sa.Column("item_id", BigId, sa.ForeignKey("item.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("act", sa.String(30), nullable=False),
    sa.Column("by", BigId, nullable=False),
    sa.Column("office", BigId, nullable=True),  # the office concerned, where there is one
    sa.Column("at", Instant, nullable=False),
)

reference_counter = sa.Table(
    "reference_counter",
    metadata,
    sa.Column("originator", sa.String(40), primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

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
    sa.CheckConstraint("state in ('open', 'met', 'lapsed')", name="state"),
    sa.Index("ix_agreement_duty_state", "agreement", "duty", "state", "ended_on"),
    # How all duties of an agreement stand is counted from this index alone.
    sa.Index(
        "ix_agreement_duty_open",
        "agreement",
        "duty",
        "due_on",
        "due_at",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
    sa.Index("ix_agreement_duty_late", "overdue_told", "state", "due_on"),
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
    sa.Index("ix_agreement_record_kind", "agreement", "kind", "on"),
    sa.Index("ix_agreement_record_thread", "thread"),
)
