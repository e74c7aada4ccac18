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
    sa.Column("owners", sa.String(400), nullable=False),  # parties whose information it holds: ",hmip,imb,"
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
    # How the exchange goes, month by month, is counted in this index alone.
    sa.Index("ix_item_sent_at", "sent_at", "agreement", "originator", "closed_at"),
    # What travels which way now: asked before a version of an agreement changes ways.
    sa.Index(
        "ix_item_open_route",
        "agreement",
        "route",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
    # What was sent for somebody's eyes alone: every list of its sender says whose recipient is gone.
    *(
        sa.Index(
            f"ix_item_recipients_only_{sender}",
            sender,
            sqlite_where=sa.text("recipients_only"),
            postgresql_where=sa.text("recipients_only"),
        )
        for sender in ("sender_id", "sender_office")
    ),
    # What incidents hold back, never many: every list says how many of its reader's.
    sa.Index(
        "ix_item_quarantined",
        "id",
        sqlite_where=sa.text("quarantined"),
        postgresql_where=sa.text("quarantined"),
    ),
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
    sa.Column("scanned", sa.Boolean, nullable=False),  # a scanner was asked, and found nothing
    sa.Column("searched", sa.Boolean, nullable=False),  # its text could be read, and searched for markings
)

# Markings that stand in a file: the place and the words of the policy, never words of the file.
file_marking = sa.Table(
    "file_marking",
    metadata,
    sa.Column("item_uuid", sa.String(36), primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("place", sa.String(60), primary_key=True),
    sa.Column("says", sa.String(600), primary_key=True),
    sa.Column("sure", sa.Boolean, primary_key=True),
    sa.Column("above", sa.Boolean, nullable=False),
)

# Its author said why a file (part 0: the words themselves) says more than the marking that stood then. Why is sealed.
marking_reason = sa.Table(
    "marking_reason",
    metadata,
    sa.Column("item_uuid", sa.String(36), primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("marking", sa.String(600), nullable=False),
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
    sa.Column("told", sa.String(20), nullable=False),  # whether those it is about are told; empty: not answered yet
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

# The same blind index over what is still being written: counted for whoever answers a request, shown to nobody.
draft_subject = sa.Table(
    "draft_subject",
    metadata,
    sa.Column("bidx", sa.LargeBinary(16), primary_key=True),
    sa.Column("draft_uuid", sa.String(36), primary_key=True),
    sa.Index("ix_draft_subject_draft_uuid", "draft_uuid"),
    sqlite_with_rowid=False,
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

# Every office that may take a step: the one that owes it, and those that may stand in for it. ``owed`` as long as the
# item is open and nobody took it: what waits for an office is found by that, however much it ever did.
item_step_office = sa.Table(
    "item_step_office",
    metadata,
    sa.Column("item_id", BigId, sa.ForeignKey("item.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("office", BigId, primary_key=True),
    sa.Column("owed", sa.Boolean, nullable=False),
    sa.Index(
        "ix_item_step_office_owed",
        "office",
        "item_id",
        "number",
        sqlite_where=sa.text("owed = 1"),
        postgresql_where=sa.text("owed"),
    ),
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
