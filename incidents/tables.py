"""Rows of incidents: ids, codes and instants. Never what was at risk; what people wrote is sealed.

All but `incident_reach` and `incident_walk` follow from the incidents' own facts (service/register). Those two are an
index over the log, made by a walk through it, which can be made again at any time.
"""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import BigId, Instant, metadata

incident = sa.Table(
    "incident",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("number", sa.String(20), nullable=False, unique=True),  # INC-2026-0001
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("rule", sa.String(60), nullable=False),  # of detection; empty where somebody reported it
    sa.Column("rule_key", sa.String(80), nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("awareness_at", Instant, nullable=False),  # the clocks run from here
    sa.Column("reported_by", sa.String(36), nullable=False),  # account id
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("marking_claimed", sa.String(40), nullable=False),
    sa.Column("grade", sa.String(40), nullable=False),
    sa.Column("coded", sa.Text, nullable=False),  # JSON: certainty, impacts, items, references, people, media, known …
    sa.Column("words", sa.Text, nullable=False),  # sealed JSON: field to what was written
    sa.Column("joined_at", Instant, nullable=False),  # when a fact last belonged to it
    sa.Column("outcome", sa.String(40), nullable=False),
    sa.Column("proposed_by", sa.String(36), nullable=False),
    sa.Column("closed_at", Instant, nullable=True),
    sa.Column("closed_by", sa.String(36), nullable=False),
    sa.CheckConstraint("state in ('open', 'closing', 'closed')", name="state"),
    sa.Index("ix_incident_opened_at_id", "opened_at", "id"),
    sa.Index("ix_incident_rule", "rule", "rule_key", "state"),
    sa.Index("ix_incident_reported_by", "reported_by", "opened_at"),
)

# The bodies it concerns: whose leads see it.
incident_party = sa.Table(
    "incident_party",
    metadata,
    sa.Column("party", sa.String(40), primary_key=True),
    sa.Column("incident_id", sa.String(36), sa.ForeignKey("incident.id"), primary_key=True),
)

# What was owed under the rules in force when it was opened. A later rule does not move an old deadline.
incident_duty = sa.Table(
    "incident_duty",
    metadata,
    sa.Column("incident_id", sa.String(36), sa.ForeignKey("incident.id"), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("duty", sa.String(60), nullable=False),
    sa.Column("due_at", Instant, nullable=True),
    sa.Column("done_at", Instant, nullable=True),
    sa.Column("done_by", sa.String(36), nullable=False),
    sa.Column("stages", sa.String(60), nullable=False),  # those done, a comma between them
    sa.Column("ended", sa.Boolean, nullable=False),  # decided against: no further report is owed
    sa.Column("reminded", sa.Integer, nullable=True),  # minutes before it was due: the last reminder
    sa.UniqueConstraint("incident_id", "duty"),
)

# What people did and wrote about it, a row for each fact.
incident_entry = sa.Table(
    "incident_entry",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("incident_id", sa.String(36), sa.ForeignKey("incident.id"), nullable=False),
    sa.Column("place", sa.Integer, nullable=False),  # many things can happen in one millisecond
    sa.Column("sort", sa.String(20), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("by", sa.String(36), nullable=False),
    sa.Column("coded", sa.Text, nullable=False),  # JSON
    sa.Column("words", sa.Text, nullable=False),  # sealed JSON
    sa.Index("ix_incident_entry_incident", "incident_id", "place"),
)

# What was stopped for it.
incident_measure = sa.Table(
    "incident_measure",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("incident_id", sa.String(36), sa.ForeignKey("incident.id"), nullable=False),
    sa.Column("act", sa.String(20), nullable=False),
    sa.Column("target", sa.String(80), nullable=False),
    sa.Column("called", sa.String(80), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("by", sa.String(36), nullable=False),
    sa.Column("asked_by", sa.String(36), nullable=False),
    sa.Column("released_at", Instant, nullable=True),
    sa.Column("released_by", sa.String(36), nullable=False),
    sa.CheckConstraint("state in ('on', 'asked', 'off')", name="state"),
    sa.Index("ix_incident_measure_incident", "incident_id"),
    sa.Index("ix_incident_measure_target", "target", "act", "state"),
)

# Who was asked whether they deleted what they took.
incident_asked = sa.Table(
    "incident_asked",
    metadata,
    sa.Column("person", sa.String(36), primary_key=True),  # account id
    sa.Column("incident_id", sa.String(36), sa.ForeignKey("incident.id"), primary_key=True),
    sa.Column("item", sa.String(36), primary_key=True),
    sa.Column("reference", sa.String(40), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("answer", sa.String(20), nullable=False),
    sa.Column("answered_at", Instant, nullable=True),
    sa.Column("words", sa.Text, nullable=False),  # sealed JSON
    sa.Column("entry", sa.String(36), nullable=False),
    sa.Index("ix_incident_asked_incident", "incident_id"),
)

incident_counter = sa.Table(
    "incident_counter",
    metadata,
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("last", sa.Integer, nullable=False),
)

# Who did what to which thing, how often, from when to when: what the log says, counted. In the order (item, actor) for
# one item, by its index for one person; both answer from the index alone.
incident_reach = sa.Table(
    "incident_reach",
    metadata,
    sa.Column("item", sa.String(80), primary_key=True),
    sa.Column("actor", sa.String(80), primary_key=True),
    sa.Column("act", sa.String(80), primary_key=True),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("first_at", sa.BigInteger, nullable=False),  # ms since 1970
    sa.Column("last_at", sa.BigInteger, nullable=False),
    sa.Index("ix_incident_reach_actor", "actor", "act", "last_at", "item", "times"),
    sqlite_with_rowid=False,
)

# How far the walk has come: the first entry of the tree that it has not seen.
incident_walk = sa.Table(
    "incident_walk",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("seq", BigId, nullable=False),
)
