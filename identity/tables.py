"""Rows of identity. Only this room opens them (``store`` writes, ``queries`` reads)."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.orm import BigId, Instant, metadata

# One number space for everybody an access fact can name: a person, a need-to-know group, an office.
principal = sa.Table(
    "principal",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("ref", sa.String(36), nullable=False),
    sa.UniqueConstraint("kind", "ref"),
    sa.CheckConstraint("kind in ('person', 'group', 'office')", name="kind"),
)

person = sa.Table(
    "person",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("principal", BigId, sa.ForeignKey("principal.id"), nullable=False, unique=True),
    sa.Column("email", sa.String(254), nullable=False, unique=True),  # lower case
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("standing", sa.String(12), nullable=False),  # invited | active | suspended | left
    sa.Column("vetted_until", Instant, nullable=False),
    sa.Column("trained_until", Instant, nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    # Binds this row, its appointments and memberships to a key that lies elsewhere (store/bound). So below.
    sa.Column("bound", sa.LargeBinary(32), nullable=False, default=b""),
    sa.CheckConstraint("standing in ('invited', 'active', 'suspended', 'left')", name="standing"),
)

credential = sa.Table(
    "credential",
    metadata,
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("password", sa.String(200), nullable=False),  # argon2id, PHC string
    sa.Column("privileged", sa.Boolean, nullable=False),  # long enough for a privileged duty when it was set
    sa.Column("totp_sealed", sa.LargeBinary, nullable=True),
    sa.Column("totp_step", BigId, nullable=False),  # last step used: a code works once
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("locked", Instant, nullable=True),
    sa.Column("changed", Instant, nullable=False),
)

password_history = sa.Table(
    "password_history",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=True),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("password", sa.String(200), nullable=False),
)

invitation = sa.Table(
    "invitation",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("until", Instant, nullable=False),
    sa.Column("used", Instant, nullable=True),
    sa.Column("bound", sa.LargeBinary(32), nullable=False, default=b""),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), nullable=True, index=True),
    sa.Column("door", sa.String(4), nullable=False),  # web | api
    sa.Column("stage", sa.String(10), nullable=False),  # visitor | password | full
    sa.Column("created", Instant, nullable=False),
    sa.Column("seen", Instant, nullable=False),
    sa.Column("data", sa.Text, nullable=False),  # JSON: CSRF token, purposes stated; never content
    sa.Column("bound", sa.LargeBinary(32), nullable=False, default=b""),
)

office = sa.Table(
    "office",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("principal", BigId, sa.ForeignKey("principal.id"), nullable=False, unique=True),
    sa.Column("party", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.UniqueConstraint("party", "kind", "name"),
)

establishment = sa.Table(
    "establishment",
    metadata,
    sa.Column("key", sa.String(40), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("name_welsh", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("town", sa.String(100), nullable=False),
    sa.Column("country", sa.String(40), nullable=False),
    sa.Column("source", sa.String(300), nullable=False),
)

office_establishment = sa.Table(
    "office_establishment",
    metadata,
    sa.Column("office_id", sa.String(36), sa.ForeignKey("office.id"), primary_key=True),
    sa.Column("establishment", sa.String(40), sa.ForeignKey("establishment.key"), primary_key=True),
)

appointment = sa.Table(
    "appointment",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("office_id", sa.String(36), sa.ForeignKey("office.id"), nullable=False, index=True),
    sa.Column("valid_from", Instant, nullable=False),
    sa.Column("valid_until", Instant, nullable=False),
)

need_group = sa.Table(
    "need_group",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("principal", BigId, sa.ForeignKey("principal.id"), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False, unique=True),
    sa.Column("party", sa.String(40), nullable=False),
)

group_member = sa.Table(
    "group_member",
    metadata,
    sa.Column("group_id", sa.String(36), sa.ForeignKey("need_group.id"), primary_key=True),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("valid_from", Instant, primary_key=True),
    sa.Column("valid_until", Instant, nullable=False),
)
