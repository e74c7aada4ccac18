"""Rows of requests people make about the data held on them. All follow from facts; who asked is sealed."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import BigId, Instant, metadata


def _of(*, key: bool = True) -> sa.Column[str]:
    return sa.Column("request", sa.String(36), nullable=False, primary_key=key, index=not key)


subject_request = sa.Table(
    "subject_request",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("reference", sa.String(40), nullable=False, unique=True),
    sa.Column("right", sa.String(40), nullable=False),
    sa.Column("party", sa.String(40), nullable=False),  # whose officers it came to
    sa.Column("received_on", sa.Date, nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("identity", sa.Boolean, nullable=False),  # it was confirmed who asks
    sa.Column("received_by", sa.String(36), nullable=False),  # account
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("extended_on", sa.Date, nullable=True),
    sa.Column("closed_on", sa.Date, nullable=True),
    sa.Column("told", sa.Integer, nullable=False),  # how many reminders the log has
    sa.Column("late", sa.Boolean, nullable=False),
    sa.Column("note", sa.String(36), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("state in ('open', 'answered', 'withdrawn')", name="state"),
    sa.Index("ix_subject_request_state", "state", "received_on"),
)

request_pause = sa.Table(
    "request_pause",
    metadata,
    _of(),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("about", sa.String(20), nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date, nullable=True),
)

# A name or number of the person, as the blind index knows it. What was typed is sealed in the event `note`.
request_alias = sa.Table(
    "request_alias",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    _of(key=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("token", sa.LargeBinary(16), nullable=False, index=True),
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("note", sa.String(36), nullable=False),
    sa.Column("removed", sa.Boolean, nullable=False),
)

# Requests about one person: each finds by the names of the other as well.
request_join = sa.Table(
    "request_join", metadata, _of(), sa.Column("other", sa.String(36), primary_key=True)
)  # fmt: skip

request_part = sa.Table(
    "request_part",
    metadata,
    _of(),
    sa.Column("party", sa.String(40), primary_key=True),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("ground", sa.String(40), nullable=False),
    sa.Column("answered_on", sa.Date, nullable=True),
    sa.Column("digest", sa.String(64), nullable=False),  # of the letter
    sa.Column("searched_at", Instant, nullable=True),
    sa.Column("searched_for", sa.Integer, nullable=False),
    sa.Column("drafts", sa.Integer, nullable=False),
    sa.CheckConstraint("state in ('referred', 'taken', 'declined', 'answered', 'refused')", name="state"),
)

request_item = sa.Table(
    "request_item",
    metadata,
    _of(),
    sa.Column("item", sa.String(36), primary_key=True),  # uuid
    sa.Column("item_id", BigId, nullable=False),
    sa.Column("party", sa.String(40), nullable=False),  # the originator
    sa.Column("reference", sa.String(40), nullable=False),
    sa.Column("how", sa.String(20), nullable=False),
    sa.Column("excluded", sa.Boolean, nullable=False),
    sa.Column("outcome", sa.String(40), nullable=False),
    sa.Column("ground", sa.String(40), nullable=False),
    sa.Column("third_party", sa.String(20), nullable=False),
    sa.Column("decided_by", sa.String(36), nullable=False),
    sa.Column("checked_by", sa.String(36), nullable=False),
    sa.Column("restricted", sa.Boolean, nullable=False),  # kept, and not used otherwise
    sa.Column("note", sa.String(36), nullable=False),
    sa.CheckConstraint("checked_by = '' or checked_by <> decided_by", name="two_people"),
    sa.Index("ix_request_item_item", "item"),
)

request_disclosure = sa.Table(
    "request_disclosure",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    _of(key=False),
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("on", sa.Date, nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("items", sa.Text, nullable=False),  # references, a comma between
    sa.Column("by", sa.String(36), nullable=False),
    sa.Column("note", sa.String(36), nullable=False),
)

request_notice = sa.Table(
    "request_notice",
    metadata,
    _of(),
    sa.Column("item", sa.String(36), primary_key=True),
    sa.Column("office", BigId, primary_key=True),
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("about", sa.String(40), nullable=False),
    sa.Column("told_at", Instant, nullable=False),
    sa.Column("note", sa.String(36), nullable=False),
    sa.Column("known_at", Instant, nullable=True),
    sa.Column("known_by", sa.String(36), nullable=False),
    sa.Index("ix_request_notice_office", "office", "known_at"),
)

# What happened to it, with what people wrote, sealed.
request_event = sa.Table(
    "request_event",
    metadata,
    sa.Column("note", sa.String(36), primary_key=True),
    _of(key=False),
    sa.Column("act", sa.String(40), nullable=False),
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("by", sa.String(36), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("detail", sa.String(200), nullable=False),
    sa.Column("item", sa.String(36), nullable=False),
    sa.Column("words", sa.Text, nullable=False),
)

TABLES = (
    subject_request,
    request_pause,
    request_alias,
    request_join,
    request_part,
    request_item,
    request_disclosure,
    request_notice,
    request_event,
)
