"""Rows of identity. Only this room opens them (``store`` writes, ``queries`` reads)."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.actor import BEGINNING
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
    sa.Column("country", sa.String(2), nullable=False, default=""),  # of work; empty: at home
    sa.Column(
        "checked_until", Instant, nullable=False, default=BEGINNING
    ),  # that the recipient there was checked holds
    # Digest over their passkeys (store/passkeys), empty without any: so what binds the account binds those too.
    sa.Column("passkeys", sa.String(64), nullable=False, default=""),
    sa.Column("links", sa.String(64), nullable=False, default=""),  # the same, over their links (store/links)
    sa.Column("made_by", sa.String(36), nullable=False, default=""),  # who invited them first
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
    # Wrong codes since the last sign-in by a right one, the locks they led to, and until when no code is looked at.
    sa.Column("wrong_codes", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("code_locks", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("codes_shut", Instant, nullable=True),
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
    sa.Column("code_hash", sa.String(64), nullable=False, default=""),  # of a recovery: what its proposer was given
    sa.Column("bound", sa.LargeBinary(32), nullable=False, default=b""),
)

# Two administrators giving an account back to its owner. The row is bound by itself; how they were known is sealed.
recovery = sa.Table(
    "recovery",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("proposed_by", sa.String(36), nullable=False),
    sa.Column("proposed", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),
    sa.Column("checked", sa.String(40), nullable=False),  # code of policies/people/sign-in.toml
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("code_hash", sa.String(64), nullable=False),
    sa.Column("decision", sa.String(10), nullable=False),  # empty | approved | refused
    sa.Column("decided_by", sa.String(36), nullable=False),
    sa.Column("decided", Instant, nullable=True),
    sa.Column("bound", sa.LargeBinary(32), nullable=False),
)

# A key pair whose private half a device of somebody keeps (WebAuthn). Unlocked by them there, it is both factors.
passkey = sa.Table(
    "passkey",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("credential", sa.LargeBinary(1023), nullable=False, unique=True),  # what the device calls it
    sa.Column("public_key", sa.LargeBinary, nullable=False),  # COSE
    sa.Column("name", sa.LargeBinary, nullable=False),  # sealed: what its owner calls it
    sa.Column("synced", sa.Boolean, nullable=False),  # the device may copy it to others of its owner
    sa.Column("uses", BigId, nullable=False),  # the count its device told last; nought where it keeps none
    sa.Column("created", Instant, nullable=False),
    sa.Column("used", Instant, nullable=True),
)

# Whom of an identity provider's people (OpenID Connect) an account is. The provider's own name for them is not kept.
provider_link = sa.Table(
    "provider_link",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), nullable=False),
    sa.Column("provider", sa.String(40), nullable=False),  # id of policies/people/providers.toml
    sa.Column("subject", sa.String(64), nullable=False, unique=True),  # keyed digest of issuer and subject
    sa.Column("linked", Instant, nullable=False),
    sa.Column("used", Instant, nullable=True),
    sa.Column("says", sa.Text, nullable=False),  # JSON: [role, office id] for what its groups stand for, as told last
    sa.UniqueConstraint("person_id", "provider"),
)

# What a device or a provider was asked, until it answers: once, in the session that asked. And until when who is signed
# in there has shown again that it is they.
ceremony = sa.Table(
    "ceremony",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("session_id", sa.String(64), nullable=False),
    sa.Column("purpose", sa.String(12), nullable=False),
    sa.Column("until", Instant, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)

# How much somebody has tried of late, for all workers together. The key is keyed: it names neither account nor address.
rate = sa.Table(
    "rate",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("clear", Instant, nullable=False),  # when all that was tried is worn off
    sa.Column("told", Instant, nullable=True),  # when the log was told last that it was too much
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), nullable=True, index=True),
    sa.Column("door", sa.String(4), nullable=False),  # web | api
    sa.Column("stage", sa.String(10), nullable=False),  # visitor | password | provider | full
    sa.Column("created", Instant, nullable=False),
    sa.Column("seen", Instant, nullable=False),
    sa.Column("data", sa.Text, nullable=False),  # JSON: CSRF token, purposes stated; never content
    sa.Column("bound", sa.LargeBinary(32), nullable=False, default=b""),
)

# Leave for a program to act for a person. Only the digest of the token is kept. Bound by itself, but for `used`.
api_token = sa.Table(
    "api_token",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("appointment", sa.String(36), nullable=False),  # empty: everything its person holds
    sa.Column("reads_only", sa.Boolean, nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),
    sa.Column("revoked", Instant, nullable=True),
    sa.Column("used", Instant, nullable=True),
    sa.Column("words", sa.Text, nullable=False),  # sealed: what it is for
    sa.Column("bound", sa.LargeBinary(32), nullable=False),
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
    # When somebody last said that it is still needed, and who (policies/people/reviews.toml).
    sa.Column("attested", Instant, nullable=True),
    sa.Column("attested_by", sa.String(36), nullable=False, default=""),
)

# What somebody passed, or did not. Never changed: what is recorded last stands (rules/training).
training_result = sa.Table(
    "training_result",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column(
        "number", sa.Integer, nullable=False
    ),  # counts the results of one person: the order they were recorded in
    sa.Column("module", sa.String(60), nullable=False),
    sa.Column("passed_on", sa.Date, nullable=False),
    sa.Column("passed", sa.Boolean, nullable=False),
    sa.Column("valid_until", Instant, nullable=False),
    sa.Column("recorded", Instant, nullable=False),
    sa.Column("words", sa.Text, nullable=False),  # sealed: who gave it, and where the proof lies
    sa.UniqueConstraint("person_id", "number"),
)

# Which text of the handling requirements somebody accepted.
handling_acceptance = sa.Table(
    "handling_acceptance",
    metadata,
    sa.Column("person_id", sa.String(36), sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("accepted", Instant, nullable=False),
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

# What one body consented to for its information abroad (M66-M68). The row is bound by itself; words are sealed.
transfer_consent = sa.Table(
    "transfer_consent",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("owner", sa.String(40), nullable=False),  # the party that consents, whose information it is
    sa.Column("to_party", sa.String(40), nullable=False),
    sa.Column("person_id", sa.String(36), nullable=False),  # empty: everybody of that party
    sa.Column("country", sa.String(2), nullable=False),  # empty: wherever they work
    sa.Column("since", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),
    sa.Column("withdrawn", Instant, nullable=True),
    sa.Column("by", sa.String(36), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column(
        "words", sa.Text, nullable=False
    ),  # sealed JSON: where the consent is in writing, conditions, instructions
    sa.Column("bound", sa.LargeBinary(32), nullable=False),
    sa.Index("ix_transfer_consent_to", "to_party", "until"),
)
