"""the first tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from audit.tables import TRIGGERS, TransactionNumber

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agreement_duty",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agreement", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=4), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("thread", sa.String(length=80), nullable=False),
        sa.Column("establishment", sa.String(length=40), nullable=False),
        sa.Column("who", sa.String(length=600), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(length=36), nullable=False),
        sa.Column("opened_told", sa.Boolean(), nullable=False),
        sa.Column("ended_told", sa.Boolean(), nullable=False),
        sa.Column("overdue_told", sa.Boolean(), nullable=False),
        sa.Column("escalated", sa.Integer(), nullable=False),
        sa.Column("circle", sa.String(length=36), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("state in ('open', 'met', 'lapsed')", name=op.f("ck_agreement_duty_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_duty")),
    )
    with op.batch_alter_table("agreement_duty", schema=None) as batch_op:
        batch_op.create_index("ix_agreement_duty_ended", ["ended_told", "state"], unique=False)
        batch_op.create_index(
            "ix_agreement_duty_higher",
            ["agreement", "version", "duty", "escalated", "due_on"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index("ix_agreement_duty_late", ["overdue_told", "state", "due_on"], unique=False)
        batch_op.create_index(
            "ix_agreement_duty_open",
            ["agreement", "duty", "due_on", "due_at", "closed"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index("ix_agreement_duty_opened", ["opened_told"], unique=False)
        batch_op.create_index(
            "ix_agreement_duty_place",
            ["agreement", "establishment", "due_on"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index("ix_agreement_duty_source", ["source"], unique=False)
        batch_op.create_index("ix_agreement_duty_state", ["agreement", "duty", "state", "ended_on"], unique=False)
        batch_op.create_index("ix_agreement_duty_thread", ["thread"], unique=False)

    op.create_table(
        "agreement_evidence",
        sa.Column("agreement", sa.String(length=60), nullable=False),
        sa.Column("duty", sa.String(length=60), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("entry", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("agreement", "duty", "on", name=op.f("pk_agreement_evidence")),
    )
    op.create_table(
        "agreement_named",
        sa.Column("circle", sa.String(length=36), nullable=False),
        sa.Column("person", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.CheckConstraint("state in ('named', 'ended', 'barred')", name=op.f("ck_agreement_named_state")),
        sa.PrimaryKeyConstraint("circle", "person", name=op.f("pk_agreement_named")),
    )
    with op.batch_alter_table("agreement_named", schema=None) as batch_op:
        batch_op.create_index("ix_agreement_named_person", ["person", "state"], unique=False)

    op.create_table(
        "agreement_record",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agreement", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("establishment", sa.String(length=40), nullable=False),
        sa.Column("thread", sa.String(length=80), nullable=False),
        sa.Column("coded", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("made_by", sa.String(length=36), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.String(length=36), nullable=False),
        sa.Column("circle", sa.String(length=36), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_record")),
    )
    with op.batch_alter_table("agreement_record", schema=None) as batch_op:
        batch_op.create_index("ix_agreement_record_circle", ["circle"], unique=False)
        batch_op.create_index("ix_agreement_record_kind", ["agreement", "kind", "on"], unique=False)
        batch_op.create_index("ix_agreement_record_thread", ["thread"], unique=False)

    op.create_table(
        "agreement_text",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_agreement_text")),
    )
    op.create_table(
        "agreement_version",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agreement", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("in_force", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("proposed_by", sa.String(length=36), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('proposed', 'signed', 'declined', 'withdrawn')", name=op.f("ck_agreement_version_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_version")),
    )
    with op.batch_alter_table("agreement_version", schema=None) as batch_op:
        batch_op.create_index(
            "ix_agreement_version_signed",
            ["agreement", "number"],
            unique=True,
            sqlite_where=sa.text("state = 'signed'"),
            postgresql_where=sa.text("state = 'signed'"),
        )

    op.create_table(
        "agreement_version_act",
        sa.Column("version", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["version"], ["agreement_version.id"], name=op.f("fk_agreement_version_act_version")),
        sa.PrimaryKeyConstraint("version", "number", name=op.f("pk_agreement_version_act")),
    )
    op.create_table(
        "draft_subject",
        sa.Column("bidx", sa.LargeBinary(length=16), nullable=False),
        sa.Column("draft_uuid", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("bidx", "draft_uuid", name=op.f("pk_draft_subject")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("draft_subject", schema=None) as batch_op:
        batch_op.create_index("ix_draft_subject_draft_uuid", ["draft_uuid"], unique=False)

    op.create_table(
        "draft_upload",
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("draft_uuid", sa.String(length=36), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("arrived", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("begun", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("uuid", name=op.f("pk_draft_upload")),
    )
    with op.batch_alter_table("draft_upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_upload_draft_uuid"), ["draft_uuid"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_upload_expires"), ["expires"], unique=False)

    op.create_table(
        "draft_slice",
        sa.Column("upload", sa.String(length=36), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("object", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("upload", "start", name=op.f("pk_draft_slice")),
    )
    op.create_table(
        "request_alias",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("request", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("token", sa.LargeBinary(length=16), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=36), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_alias")),
    )
    with op.batch_alter_table("request_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_alias_request"), ["request"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_alias_token"), ["token"], unique=False)

    op.create_table(
        "request_disclosure",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("request", sa.String(length=36), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("note", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_disclosure")),
    )
    with op.batch_alter_table("request_disclosure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_disclosure_request"), ["request"], unique=False)

    op.create_table(
        "request_event",
        sa.Column("note", sa.String(length=36), nullable=False),
        sa.Column("request", sa.String(length=36), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("item", sa.String(length=36), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("note", name=op.f("pk_request_event")),
    )
    with op.batch_alter_table("request_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_event_request"), ["request"], unique=False)

    op.create_table(
        "request_item",
        sa.Column("request", sa.String(length=36), nullable=False),
        sa.Column("item", sa.String(length=36), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("excluded", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("third_party", sa.String(length=20), nullable=False),
        sa.Column("decided_by", sa.String(length=36), nullable=False),
        sa.Column("checked_by", sa.String(length=36), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=36), nullable=False),
        sa.CheckConstraint("checked_by = '' or checked_by <> decided_by", name=op.f("ck_request_item_two_people")),
        sa.PrimaryKeyConstraint("request", "item", name=op.f("pk_request_item")),
    )
    with op.batch_alter_table("request_item", schema=None) as batch_op:
        batch_op.create_index("ix_request_item_item", ["item"], unique=False)

    op.create_table(
        "request_join",
        sa.Column("request", sa.String(length=36), nullable=False),
        sa.Column("other", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("request", "other", name=op.f("pk_request_join")),
    )
    op.create_table(
        "request_notice",
        sa.Column("request", sa.String(length=36), nullable=False),
        sa.Column("item", sa.String(length=36), nullable=False),
        sa.Column("office", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=36), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=True),
        sa.Column("known_by", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("request", "item", "office", name=op.f("pk_request_notice")),
    )
    with op.batch_alter_table("request_notice", schema=None) as batch_op:
        batch_op.create_index("ix_request_notice_office", ["office", "known_at"], unique=False)

    op.create_table(
        "request_part",
        sa.Column("request", sa.String(length=36), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("searched_at", sa.BigInteger(), nullable=True),
        sa.Column("searched_for", sa.Integer(), nullable=False),
        sa.Column("drafts", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('referred', 'taken', 'declined', 'answered', 'refused')", name=op.f("ck_request_part_state")
        ),
        sa.PrimaryKeyConstraint("request", "party", name=op.f("pk_request_part")),
    )
    op.create_table(
        "request_pause",
        sa.Column("request", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=20), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("request", "number", name=op.f("pk_request_pause")),
    )
    op.create_table(
        "subject_request",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("right", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("identity", sa.Boolean(), nullable=False),
        sa.Column("received_by", sa.String(length=36), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("extended_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('open', 'answered', 'withdrawn')", name=op.f("ck_subject_request_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_subject_request_reference")),
    )
    with op.batch_alter_table("subject_request", schema=None) as batch_op:
        batch_op.create_index("ix_subject_request_state", ["state", "received_on"], unique=False)

    op.create_table(
        "audit_checkpoint",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_checkpoint")),
    )
    with op.batch_alter_table("audit_checkpoint", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_checkpoint_size"), ["size"], unique=False)

    op.create_table(
        "audit_cosignature",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("witness", sa.String(length=129), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("number", "witness", name=op.f("pk_audit_cosignature")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_cosignature_entry_id")),
    )
    with op.batch_alter_table("audit_cosignature", schema=None) as batch_op:
        batch_op.create_index("ix_audit_cosignature_witness", ["witness", "number"], unique=False)

    op.create_table(
        "audit_timestamp",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", "digest", name=op.f("pk_audit_timestamp")),
    )
    op.create_table(
        "audit_late",
        sa.Column("witness", sa.String(length=129), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("witness", name=op.f("pk_audit_late")),
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agreement", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("urgency", sa.String(length=60), nullable=False),
        sa.Column("establishment", sa.String(length=40), nullable=False),
        sa.Column("marking", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("office", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("raised_by", sa.String(length=36), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_table(
        "office_order",
        sa.Column("office", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first", sa.String(length=36), nullable=False),
        sa.Column("deputy", sa.String(length=36), nullable=False),
        sa.Column("set_by", sa.String(length=36), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("office", name=op.f("pk_office_order")),
    )
    op.create_table(
        "alert_call",
        sa.Column("alert", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("office", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("cause", sa.String(length=10), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("offices", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=36), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.CheckConstraint("stage in ('first', 'deputy', 'everybody')", name=op.f("ck_alert_call_stage")),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name=op.f("fk_alert_call_alert")),
        sa.PrimaryKeyConstraint("alert", "number", name=op.f("pk_alert_call")),
    )
    op.create_index("ix_alert_call_waiting", "alert_call", ["acknowledged_at"], unique=False)
    op.create_table(
        "alert_office",
        sa.Column("office", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alert", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name=op.f("fk_alert_office_alert")),
        sa.PrimaryKeyConstraint("office", "alert", name=op.f("pk_alert_office")),
    )
    op.create_table(
        "alert_step",
        sa.Column("alert", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("cause", sa.String(length=10), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("entry", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name=op.f("fk_alert_step_alert")),
        sa.PrimaryKeyConstraint("alert", "number", name=op.f("pk_alert_step")),
    )

    op.create_table(
        "audit_cursor",
        sa.Column("follower", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("follower", name=op.f("pk_audit_cursor")),
    )
    op.create_table(
        "audit_disclosure",
        sa.Column("pos", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("item", sa.String(length=80), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=True),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(sealed is null) = (erased_at is not null)", name=op.f("ck_audit_disclosure_erased")),
        sa.PrimaryKeyConstraint("pos", name=op.f("pk_audit_disclosure")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("pos", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("xid", sa.BigInteger(), server_default=TransactionNumber(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pos", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_xid", ["xid", "pos"], unique=False, sqlite_where=sa.text("xid > 0"))

    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("last_xid", sa.BigInteger(), nullable=False),
        sa.Column("last_pos", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "audit_index",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("item", sa.String(length=80), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=True),
        sa.Column("act", sa.String(length=80), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_index")),
    )
    with op.batch_alter_table("audit_index", schema=None) as batch_op:
        batch_op.create_index("ix_audit_index_act", ["act", "seq"], unique=False)
        batch_op.create_index("ix_audit_index_actor", ["actor", "seq"], unique=False)
        batch_op.create_index("ix_audit_index_at", ["at"], unique=False)
        batch_op.create_index("ix_audit_index_item", ["item", "seq"], unique=False)
        batch_op.create_index(
            "ix_audit_index_refused",
            ["seq"],
            unique=False,
            sqlite_where=sa.text("outcome = 'refused'"),
            postgresql_where=sa.text("outcome = 'refused'"),
        )

    op.create_table(
        "audit_leaf",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("pos", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_leaf")),
    )
    with op.batch_alter_table("audit_leaf", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_leaf_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "audit_node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "idx", name=op.f("pk_audit_node")),
    )
    op.create_table(
        "audit_writer",
        sa.Column("writer", sa.String(length=64), nullable=False),
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("prev", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("writer", name=op.f("pk_audit_writer")),
    )
    op.create_table(
        "disposal_case",
        sa.Column("item", sa.String(length=36), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("originator", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("agreement", sa.String(length=40), nullable=False),
        sa.Column("agreement_version", sa.Integer(), nullable=False),
        sa.Column("establishment", sa.String(length=40), nullable=False),
        sa.Column("marking", sa.String(length=40), nullable=False),
        sa.Column("retention_class", sa.String(length=60), nullable=False),
        sa.Column("schedule_version", sa.Integer(), nullable=True),
        sa.Column("schedule_digest", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("trigger_kind", sa.String(length=60), nullable=False),
        sa.Column("trigger_entry", sa.String(length=36), nullable=False),
        sa.Column("trigger_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("clock_logged", sa.Boolean(), nullable=False),
        sa.Column("period_months", sa.Integer(), nullable=True),
        sa.Column("period_authority", sa.Text(), nullable=False),
        sa.Column("period_by", sa.String(length=36), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("sort_on", sa.Date(), nullable=False),
        sa.Column("return_state", sa.String(length=10), nullable=False),
        sa.Column("offered_by", sa.String(length=36), nullable=False),
        sa.Column("offered_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_by", sa.String(length=36), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("served_at", sa.BigInteger(), nullable=True),
        sa.Column("served_files", sa.Integer(), nullable=True),
        sa.Column("served_bytes", sa.BigInteger(), nullable=True),
        sa.Column("served_sha256", sa.String(length=64), nullable=False),
        sa.Column("received", sa.String(length=10), nullable=False),
        sa.Column("received_by", sa.String(length=36), nullable=False),
        sa.Column("proposal", sa.String(length=10), nullable=False),
        sa.Column("proposed_until", sa.Date(), nullable=True),
        sa.Column("review_reason", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.String(length=36), nullable=False),
        sa.Column("reviewed_at", sa.BigInteger(), nullable=True),
        sa.Column("reviewed_version", sa.Integer(), nullable=True),
        sa.Column("approver", sa.String(length=36), nullable=False),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.Column("destroy_on", sa.Date(), nullable=True),
        sa.Column("key_entry", sa.String(length=36), nullable=False),
        sa.Column("content_entry", sa.String(length=36), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.String(length=60), nullable=False),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
        sa.Column("certificate", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=60), nullable=False),
        sa.Column("also", sa.String(length=101), nullable=False),
        sa.Column("also_version", sa.Integer(), nullable=True),
        sa.Column("least_on", sa.Date(), nullable=True),
        sa.Column("longest_on", sa.Date(), nullable=True),
        sa.Column("extended_until", sa.Date(), nullable=True),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.CheckConstraint("reviewer = '' or reviewer <> approver", name=op.f("ck_disposal_case_two_people")),
        sa.CheckConstraint(
            "state in ('stopped', 'no-period', 'running', 'due', 'reviewed', 'cooling-off', 'destroying', 'erased', "
            "'destroyed', 'kept', 'transferring')",
            name=op.f("ck_disposal_case_state"),
        ),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_disposal_case")),
        sa.UniqueConstraint("reference", name=op.f("uq_disposal_case_reference")),
    )
    with op.batch_alter_table("disposal_case", schema=None) as batch_op:
        batch_op.create_index("ix_disposal_case_clock_logged", ["clock_logged"], unique=False)
        batch_op.create_index(
            "ix_disposal_case_also",
            ["also", "also_version"],
            unique=False,
            sqlite_where=sa.text("also <> ''"),
            postgresql_where=sa.text("also <> ''"),
        )
        batch_op.create_index(
            "ix_disposal_case_failed",
            ["failed_at"],
            unique=False,
            sqlite_where=sa.text("failed_at is not null"),
            postgresql_where=sa.text("failed_at is not null"),
        )
        batch_op.create_index("ix_disposal_case_schedule", ["originator", "schedule_version", "state"], unique=False)
        batch_op.create_index("ix_disposal_case_sort_on", ["sort_on", "item"], unique=False)
        batch_op.create_index(
            "ix_disposal_case_foresight",
            ["state", "originator", "retention_class", "sort_on", "trigger_on"],
            unique=False,
        )
        batch_op.create_index(
            "ix_disposal_case_stale",
            ["item"],
            unique=False,
            sqlite_where=sa.text("stale"),
            postgresql_where=sa.text("stale"),
        )
        batch_op.create_index("ix_disposal_case_state_destroy_on", ["state", "destroy_on"], unique=False)
        batch_op.create_index("ix_disposal_case_state_sort_on", ["state", "sort_on", "item"], unique=False)

    op.create_table(
        "custody_export",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("office", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("medium", sa.String(length=40), nullable=False),
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(length=60), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("least", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("outside", sa.Boolean(), nullable=False),
        sa.Column("back_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.String(length=36), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=36), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=True),
        sa.Column("verified_by", sa.String(length=36), nullable=False),
        sa.Column("verified_at", sa.BigInteger(), nullable=True),
        sa.Column("verified_entry", sa.String(length=36), nullable=False),
        sa.Column("loss", sa.Text(), nullable=False),
        sa.Column("lost_at", sa.BigInteger(), nullable=True),
        sa.Column("fate", sa.String(length=9), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("fate in ('', 'destroyed', 'returned')", name=op.f("ck_custody_export_fate")),
        sa.CheckConstraint(
            "state in ('asked', 'approved', 'refused', 'withdrawn', 'writing', 'written', 'exported', 'lost', 'ended')",
            name=op.f("ck_custody_export_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_export")),
        sa.UniqueConstraint("number", name=op.f("uq_custody_export_number")),
    )
    with op.batch_alter_table("custody_export", schema=None) as batch_op:
        batch_op.create_index("ix_custody_export_asked_by", ["asked_by"], unique=False)
        batch_op.create_index("ix_custody_export_holder", ["holder"], unique=False)
        batch_op.create_index("ix_custody_export_party", ["party", "state", "back_on"], unique=False)
        batch_op.create_index("ix_custody_export_serial", ["serial"], unique=False)

    op.create_table(
        "custody_paper",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("item", sa.String(length=36), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("office", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("keeper", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("locked_on", sa.Date(), nullable=False),
        sa.Column("purpose", sa.String(length=60), nullable=False),
        sa.Column("registered_by", sa.String(length=36), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("to", sa.String(length=36), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("moved_at", sa.BigInteger(), nullable=True),
        sa.Column("loss", sa.Text(), nullable=False),
        sa.Column("fate", sa.String(length=9), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("fate in ('', 'destroyed', 'returned')", name=op.f("ck_custody_paper_fate")),
        sa.CheckConstraint("kind in ('paper', 'printed')", name=op.f("ck_custody_paper_kind")),
        sa.CheckConstraint("state in ('held', 'on-the-way', 'missing', 'ended')", name=op.f("ck_custody_paper_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_paper")),
    )
    with op.batch_alter_table("custody_paper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_custody_paper_item"), ["item"], unique=False)
        batch_op.create_index("ix_custody_paper_keeper", ["keeper"], unique=False)
        batch_op.create_index("ix_custody_paper_party", ["party", "state", "locked_on"], unique=False)
        batch_op.create_index("ix_custody_paper_to", ["to"], unique=False)

    op.create_table(
        "custody_reminder",
        sa.Column("thing", sa.String(length=36), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("thing", "stage", "since", name=op.f("pk_custody_reminder")),
    )

    op.create_table(
        "outbox_notice",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=36), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("spread", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_notice")),
    )
    with op.batch_alter_table("outbox_notice", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_notice_spread", ["spread", "settled", "at"], unique=False)
        batch_op.create_index("ix_outbox_notice_subject", ["subject", "topic"], unique=False)

    op.create_table(
        "outbox_told",
        sa.Column("notice", sa.String(length=36), nullable=False),
        sa.Column("person", sa.String(length=36), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("message", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("notice", "person", name=op.f("pk_outbox_told")),
    )
    with op.batch_alter_table("outbox_told", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_told_waiting", ["message", "person"], unique=False)

    op.create_table(
        "outbox_message",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("sort", sa.String(length=6), nullable=False),
        sa.Column("to", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("remote", sa.String(length=80), nullable=False),
        sa.Column("notice", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint("sort in ('person', 'system', 'party')", name=op.f("ck_outbox_message_sort")),
        sa.CheckConstraint(
            "state in ('waiting', 'sent', 'delivered', 'failed', 'dropped')", name=op.f("ck_outbox_message_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_message_state", ["state", "next_at"], unique=False)
        batch_op.create_index("ix_outbox_message_subject", ["subject"], unique=False)
        batch_op.create_index("ix_outbox_message_to", ["to", "made_at"], unique=False)

    op.create_table(
        "outbox_preference",
        sa.Column("person", sa.String(length=36), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_outbox_preference")),
    )

    op.create_table(
        "outbox_system",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("before_until", sa.BigInteger(), nullable=True),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('active', 'disabled')", name=op.f("ck_outbox_system_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_system")),
    )
    with op.batch_alter_table("outbox_system", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_system_party"), ["party"], unique=False)

    op.create_table(
        "disposal_copy",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("item", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("registered_by", sa.String(length=36), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("fate", sa.String(length=9), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("accounted_by", sa.String(length=36), nullable=False),
        sa.Column("accounted_at", sa.BigInteger(), nullable=True),
        sa.Column("entry", sa.String(length=36), nullable=False),
        sa.Column("elsewhere", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind in ('paper', 'printed', 'media', 'exported')", name=op.f("ck_disposal_copy_kind")),
        sa.CheckConstraint("fate in ('open', 'destroyed', 'returned')", name=op.f("ck_disposal_copy_fate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposal_copy")),
    )
    with op.batch_alter_table("disposal_copy", schema=None) as batch_op:
        batch_op.create_index("ix_disposal_copy_item", ["item", "fate"], unique=False)

    op.create_table(
        "disposal_recomputed",
        sa.Column("entry", sa.String(length=36), nullable=False),
        sa.Column("item", sa.String(length=36), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("version_before", sa.Integer(), nullable=True),
        sa.Column("version_after", sa.Integer(), nullable=True),
        sa.Column("due_before", sa.Date(), nullable=True),
        sa.Column("due_after", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_disposal_recomputed")),
    )
    with op.batch_alter_table("disposal_recomputed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disposal_recomputed_item"), ["item"], unique=False)

    op.create_table(
        "disposal_tally",
        sa.Column("entry", sa.String(length=36), nullable=False),
        sa.Column("item", sa.String(length=36), nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("originator", sa.String(length=40), nullable=False),
        sa.Column("retention_class", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_disposal_tally")),
    )
    with op.batch_alter_table("disposal_tally", schema=None) as batch_op:
        batch_op.create_index(
            "ix_disposal_tally_counted", ["on", "act", "originator", "retention_class", "item"], unique=False
        )

    op.create_table(
        "disposal_transfer",
        sa.Column("item", sa.String(length=36), nullable=False),
        sa.Column("packaged_entry", sa.String(length=36), nullable=False),
        sa.Column("packaged_at", sa.BigInteger(), nullable=False),
        sa.Column("packaged_by", sa.String(length=36), nullable=False),
        sa.Column("recipient", sa.String(length=80), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("closure", sa.String(length=6), nullable=False),
        sa.Column("closure_years", sa.Integer(), nullable=True),
        sa.Column("receipt_entry", sa.String(length=36), nullable=False),
        sa.Column("received_by", sa.String(length=36), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("archive_reference", sa.String(length=60), nullable=False),
        sa.CheckConstraint("closure in ('open', 'closed')", name=op.f("ck_disposal_transfer_closure")),
        sa.CheckConstraint("received_by <> packaged_by", name=op.f("ck_disposal_transfer_two_people")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_disposal_transfer")),
    )
    op.create_table(
        "disposal_trigger",
        sa.Column("item", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("entry", sa.String(length=36), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("item", "number", name=op.f("pk_disposal_trigger")),
    )
    op.create_table(
        "schedule_text",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_schedule_text")),
    )
    op.create_table(
        "schedule_version",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("applies", sa.String(length=4), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(length=36), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(length=36), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_schedule_version_two_people")),
        sa.CheckConstraint("state in ('proposed', 'approved', 'rejected')", name=op.f("ck_schedule_version_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_version")),
        sa.UniqueConstraint("party", "number", name=op.f("uq_schedule_version_party_number")),
    )
    with op.batch_alter_table("schedule_version", schema=None) as batch_op:
        batch_op.create_index("ix_schedule_version_state", ["state"], unique=False)

    op.create_table(
        "disposal_certificate",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=36), nullable=False),
        sa.Column("originator", sa.String(length=40), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.String(length=36), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_disposal_certificate")),
        sa.UniqueConstraint("item", name=op.f("uq_disposal_certificate_item")),
    )
    with op.batch_alter_table("disposal_certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disposal_certificate_issued_at"), ["issued_at"], unique=False)
        batch_op.create_index(
            "ix_disposal_certificate_unproven",
            ["item"],
            unique=False,
            sqlite_where=sa.text("text = ''"),
            postgresql_where=sa.text("text = ''"),
        )

    op.create_table(
        "draft",
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("author", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agreement", sa.String(length=40), nullable=False),
        sa.Column("route", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("marking", sa.String(length=600), nullable=False),
        sa.Column("establishment", sa.String(length=40), nullable=True),
        sa.Column("office", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_office", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("embargo_lead", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("told", sa.String(length=20), nullable=False),
        sa.Column("reply_to", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("uuid", name=op.f("pk_draft")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_author"), ["author"], unique=False)

    op.create_table(
        "establishment",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_welsh", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("town", sa.String(length=100), nullable=False),
        sa.Column("country", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_establishment")),
    )
    op.create_table(
        "idempotency",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("location", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency")),
    )
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_created"), ["created"], unique=False)

    op.create_table(
        "unsent",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("saved", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsent")),
    )
    with op.batch_alter_table("unsent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unsent_owner"), ["owner"], unique=False)
        batch_op.create_index(batch_op.f("ix_unsent_saved"), ["saved"], unique=False)

    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )

    op.create_table(
        "job_run",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.Column("ms", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_run")),
    )

    op.create_table(
        "schema_step",
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("step", name=op.f("pk_schema_step")),
    )

    op.create_table(
        "item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("agreement", sa.String(length=40), nullable=False),
        sa.Column("agreement_version", sa.Integer(), nullable=False),
        sa.Column("route", sa.String(length=60), nullable=False),
        sa.Column("originator", sa.String(length=40), nullable=False),
        sa.Column("owners", sa.String(length=400), nullable=False),
        sa.Column("sender_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sender_office", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("marking", sa.String(length=600), nullable=False),
        sa.Column("marking_code", sa.String(length=40), nullable=False),
        sa.Column("recipients_only", sa.Boolean(), nullable=False),
        sa.Column("org_only", sa.Boolean(), nullable=False),
        sa.Column("hmg_only", sa.Boolean(), nullable=False),
        sa.Column("released_to", sa.String(length=400), nullable=False),
        sa.Column("embargo_until", sa.BigInteger(), nullable=True),
        sa.Column("embargo_lead", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("quarantined", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("establishment", sa.String(length=40), nullable=True),
        sa.Column("retention_class", sa.String(length=60), nullable=False),
        sa.Column("reply_to", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("bound", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("state in ('open', 'closed', 'withdrawn', 'destroyed')", name=op.f("ck_item_state")),
        sa.ForeignKeyConstraint(["reply_to"], ["item.id"], name=op.f("fk_item_reply_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("reference", name=op.f("uq_item_reference")),
        sa.UniqueConstraint("uuid", name=op.f("uq_item_uuid")),
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.create_index(
            "ix_item_open_route",
            ["agreement", "route"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index(
            "ix_item_quarantined",
            ["id"],
            unique=False,
            sqlite_where=sa.text("quarantined"),
            postgresql_where=sa.text("quarantined"),
        )
        batch_op.create_index(
            "ix_item_recipients_only_sender_id",
            ["sender_id"],
            unique=False,
            sqlite_where=sa.text("recipients_only"),
            postgresql_where=sa.text("recipients_only"),
        )
        batch_op.create_index(
            "ix_item_recipients_only_sender_office",
            ["sender_office"],
            unique=False,
            sqlite_where=sa.text("recipients_only"),
            postgresql_where=sa.text("recipients_only"),
        )
        batch_op.create_index(batch_op.f("ix_item_reply_to"), ["reply_to"], unique=False)
        batch_op.create_index("ix_item_sent_at", ["sent_at", "agreement", "originator", "closed_at"], unique=False)

    op.create_table(
        "item_field",
        sa.Column("item_uuid", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("item_uuid", "name", name=op.f("pk_item_field")),
    )
    op.create_table(
        "item_file",
        sa.Column("item_uuid", sa.String(length=36), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("attached_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attached_at", sa.BigInteger(), nullable=False),
        sa.Column("scanned", sa.Boolean(), nullable=False),
        sa.Column("searched", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("item_uuid", "part", name=op.f("pk_item_file")),
    )
    op.create_table(
        "file_marking",
        sa.Column("item_uuid", sa.String(length=36), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("says", sa.String(length=600), nullable=False),
        sa.Column("sure", sa.Boolean(), nullable=False),
        sa.Column("above", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("item_uuid", "part", "place", "says", "sure", name=op.f("pk_file_marking")),
    )
    op.create_table(
        "marking_reason",
        sa.Column("item_uuid", sa.String(length=36), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("marking", sa.String(length=600), nullable=False),
        sa.PrimaryKeyConstraint("item_uuid", "part", name=op.f("pk_marking_reason")),
    )
    op.create_table(
        "principal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("ref", sa.String(length=36), nullable=False),
        sa.CheckConstraint("kind in ('person', 'group', 'office')", name=op.f("ck_principal_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_principal")),
        sa.UniqueConstraint("kind", "ref", name=op.f("uq_principal_kind_ref")),
    )
    op.create_table(
        "reference_counter",
        sa.Column("originator", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("originator", "year", name=op.f("pk_reference_counter")),
    )
    op.create_table(
        "sharing_decision",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("agreement", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("route", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("item", sa.String(length=36), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("office", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("to_parties", sa.String(length=400), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=60), nullable=False),
        sa.Column("told", sa.String(length=20), nullable=False),
        sa.Column("holds", sa.String(length=60), nullable=False),
        sa.Column("holds_said", sa.Boolean(), nullable=False),
        sa.Column("stated", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_decision")),
    )
    with op.batch_alter_table("sharing_decision", schema=None) as batch_op:
        batch_op.create_index("ix_sharing_decision_by", ["by", "id"], unique=False)
        batch_op.create_index("ix_sharing_decision_item", ["item", "act"], unique=False)
        batch_op.create_index("ix_sharing_decision_office", ["office", "id"], unique=False)
        batch_op.create_index("ix_sharing_decision_party", ["party", "id"], unique=False)

    op.create_table(
        "transfer_consent",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("to_party", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("bound", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_consent")),
    )
    with op.batch_alter_table("transfer_consent", schema=None) as batch_op:
        batch_op.create_index("ix_transfer_consent_to", ["to_party", "until"], unique=False)

    op.create_table(
        "safety_override",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("item", sa.String(length=36), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("originator", sa.String(length=40), nullable=False),
        sa.Column("office", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("danger", sa.String(length=60), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("finding", sa.String(length=20), nullable=False),
        sa.Column("reviewed_by", sa.String(length=36), nullable=False),
        sa.Column("reviewed_at", sa.BigInteger(), nullable=True),
        sa.Column("review_words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_override")),
    )
    with op.batch_alter_table("safety_override", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_safety_override_item"), ["item"], unique=False)

    op.create_table(
        "vault_fixity",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.String(length=120), nullable=False),
        sa.Column("objects", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("last_began", sa.BigInteger(), nullable=True),
        sa.Column("last_ended", sa.BigInteger(), nullable=True),
        sa.Column("last_objects", sa.BigInteger(), nullable=False),
        sa.Column("last_bytes", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_vault_fixity_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_fixity")),
    )
    op.create_table(
        "vault_fixity_fault",
        sa.Column("object", sa.String(length=400), nullable=False),
        sa.Column("fault", sa.String(length=10), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.CheckConstraint(
            "fault in ('missing', 'size', 'changed', 'unknown')", name=op.f("ck_vault_fixity_fault_fault")
        ),
        sa.PrimaryKeyConstraint("object", name=op.f("pk_vault_fixity_fault")),
    )
    op.create_table(
        "vault_object",
        sa.Column("item", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(length=40), nullable=False),
        sa.Column("marking", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.String(length=36), nullable=True),
        sa.CheckConstraint(
            "state in ('live', 'disabled', 'condemned', 'destroyed')", name=op.f("ck_vault_object_state")
        ),
        sa.PrimaryKeyConstraint("item", "version", name=op.f("pk_vault_object")),
    )
    with op.batch_alter_table("vault_object", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vault_object_state"), ["state"], unique=False)

    op.create_table(
        "vault_part",
        sa.Column("object", sa.String(length=120), nullable=False),
        sa.Column("item", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("stored_size", sa.BigInteger(), nullable=True),
        sa.Column("stored_sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("meta", sa.LargeBinary(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state in ('pending', 'live', 'dropped')", name=op.f("ck_vault_part_state")),
        sa.PrimaryKeyConstraint("object", name=op.f("pk_vault_part")),
    )
    with op.batch_alter_table("vault_part", schema=None) as batch_op:
        batch_op.create_index("ix_vault_part_item", ["item", "version", "part"], unique=False)
        batch_op.create_index(
            "ix_vault_part_open",
            ["state", "created"],
            unique=False,
            sqlite_where=sa.text("state <> 'live'"),
            postgresql_where=sa.text("state <> 'live'"),
        )
        batch_op.create_index(
            "uq_vault_part_live",
            ["item", "version", "part"],
            unique=True,
            sqlite_where=sa.text("state = 'live'"),
            postgresql_where=sa.text("state = 'live'"),
        )

    op.create_table(
        "disposal_hold",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("occasion", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=36), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.String(length=36), nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.Column("lifted_by", sa.String(length=36), nullable=False),
        sa.Column("lift_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("kind in ('scope', 'words')", name=op.f("ck_disposal_hold_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposal_hold")),
    )
    with op.batch_alter_table("disposal_hold", schema=None) as batch_op:
        batch_op.create_index(
            "ix_disposal_hold_in_force",
            ["review_on"],
            unique=False,
            sqlite_where=sa.text("lifted_at is null"),
            postgresql_where=sa.text("lifted_at is null"),
        )

    op.create_table(
        "disposal_hold_item",
        sa.Column("hold", sa.String(length=36), nullable=False),
        sa.Column("item", sa.String(length=36), nullable=False),
        sa.Column("manner", sa.String(length=12), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "manner in ('caught', 'applied', 'suggested', 'passed-over', 'late')",
            name=op.f("ck_disposal_hold_item_manner"),
        ),
        sa.ForeignKeyConstraint(["hold"], ["disposal_hold.id"], name=op.f("fk_disposal_hold_item_hold")),
        sa.ForeignKeyConstraint(["item"], ["disposal_case.item"], name=op.f("fk_disposal_hold_item_item")),
        sa.PrimaryKeyConstraint("hold", "item", name=op.f("pk_disposal_hold_item")),
    )
    with op.batch_alter_table("disposal_hold_item", schema=None) as batch_op:
        batch_op.create_index("ix_disposal_hold_item_item", ["item"], unique=False)

    op.create_table(
        "disposal_batch",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("retention_class", sa.String(length=60), nullable=False),
        sa.Column("establishment", sa.String(length=40), nullable=False),
        sa.Column("due_by", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_by", sa.String(length=36), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("submitted_by", sa.String(length=36), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.String(length=36), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("closing", sa.Text(), nullable=False),
        sa.Column("entry", sa.String(length=36), nullable=False),
        sa.Column("certificate", sa.String(length=60), nullable=False),
        sa.CheckConstraint(
            "state in ('open', 'submitted', 'approved', 'closed')", name=op.f("ck_disposal_batch_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposal_batch")),
        sa.UniqueConstraint("party", "number", name=op.f("uq_disposal_batch_party_number")),
    )
    with op.batch_alter_table("disposal_batch", schema=None) as batch_op:
        batch_op.create_index("ix_disposal_batch_state", ["state", "party"], unique=False)

    op.create_table(
        "disposal_batch_item",
        sa.Column("batch", sa.String(length=36), nullable=False),
        sa.Column("item", sa.String(length=36), nullable=False),
        sa.Column("place", sa.String(length=10), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposal", sa.String(length=8), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "place in ('taken', 'proposed', 'approved', 'sent-back', 'left-out', 'withdrawn')",
            name=op.f("ck_disposal_batch_item_place"),
        ),
        sa.ForeignKeyConstraint(["batch"], ["disposal_batch.id"], name=op.f("fk_disposal_batch_item_batch")),
        sa.ForeignKeyConstraint(["item"], ["disposal_case.item"], name=op.f("fk_disposal_batch_item_item")),
        sa.PrimaryKeyConstraint("batch", "item", name=op.f("pk_disposal_batch_item")),
    )
    with op.batch_alter_table("disposal_batch_item", schema=None) as batch_op:
        batch_op.create_index("ix_disposal_batch_item_item", ["item"], unique=False)

    op.create_table(
        "disposal_batch_certificate",
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("batch", sa.String(length=36), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.String(length=36), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["disposal_batch.id"], name=op.f("fk_disposal_batch_certificate_batch")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_disposal_batch_certificate")),
        sa.UniqueConstraint("batch", name=op.f("uq_disposal_batch_certificate_batch")),
    )
    with op.batch_alter_table("disposal_batch_certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disposal_batch_certificate_issued_at"), ["issued_at"], unique=False)

    op.create_table(
        "disposal_reminder",
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "stage in ('due', 'approval', 'hold-review', 'return', 'cooling-off')",
            name=op.f("ck_disposal_reminder_stage"),
        ),
        sa.PrimaryKeyConstraint("subject", "stage", "since", name=op.f("pk_disposal_reminder")),
    )

    op.create_table(
        "draft_named",
        sa.Column("draft_uuid", sa.String(length=36), nullable=False),
        sa.Column("principal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("basis", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["draft_uuid"], ["draft.uuid"], name=op.f("fk_draft_named_draft_uuid")),
        sa.PrimaryKeyConstraint("draft_uuid", "principal", name=op.f("pk_draft_named")),
    )
    op.create_table(
        "item_access",
        sa.Column("principal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("basis", sa.String(length=12), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("granted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_access_item_id")),
        sa.PrimaryKeyConstraint("principal", "item_id", "basis", name=op.f("pk_item_access")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("item_access", schema=None) as batch_op:
        batch_op.create_index("ix_item_access_item_id", ["item_id"], unique=False)

    op.create_table(
        "item_event",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=30), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("office", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_event_item_id")),
        sa.PrimaryKeyConstraint("item_id", "number", name=op.f("pk_item_event")),
    )
    op.create_table(
        "item_office",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("office", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_office_item_id")),
        sa.PrimaryKeyConstraint("item_id", "number", name=op.f("pk_item_office")),
    )
    op.create_table(
        "item_recusal",
        sa.Column("principal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_recusal_item_id")),
        sa.PrimaryKeyConstraint("principal", "item_id", name=op.f("pk_item_recusal")),
    )
    with op.batch_alter_table("item_recusal", schema=None) as batch_op:
        batch_op.create_index("ix_item_recusal_item_id", ["item_id"], unique=False)

    op.create_table(
        "item_step",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("office", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("done_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_step_item_id")),
        sa.PrimaryKeyConstraint("item_id", "number", name=op.f("pk_item_step")),
    )
    with op.batch_alter_table("item_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_step_office"), ["office"], unique=False)

    op.create_table(
        "item_step_office",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("office", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_step_office_item_id")),
        sa.PrimaryKeyConstraint("item_id", "number", "office", name=op.f("pk_item_step_office")),
    )
    with op.batch_alter_table("item_step_office", schema=None) as batch_op:
        batch_op.create_index(
            "ix_item_step_office_owed",
            ["office", "item_id", "number"],
            unique=False,
            sqlite_where=sa.text("owed = 1"),
            postgresql_where=sa.text("owed"),
        )

    op.create_table(
        "item_subject",
        sa.Column("bidx", sa.LargeBinary(length=16), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_subject_item_id")),
        sa.PrimaryKeyConstraint("bidx", "item_id", name=op.f("pk_item_subject")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("item_subject", schema=None) as batch_op:
        batch_op.create_index("ix_item_subject_item_id", ["item_id"], unique=False)

    op.create_table(
        "need_group",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("principal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["principal"], ["principal.id"], name=op.f("fk_need_group_principal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_group")),
        sa.UniqueConstraint("name", name=op.f("uq_need_group_name")),
        sa.UniqueConstraint("principal", name=op.f("uq_need_group_principal")),
    )
    op.create_table(
        "office",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("principal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["principal"], ["principal.id"], name=op.f("fk_office_principal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
        sa.UniqueConstraint("party", "kind", "name", name=op.f("uq_office_party_kind_name")),
        sa.UniqueConstraint("principal", name=op.f("uq_office_principal")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("principal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("standing", sa.String(length=12), nullable=False),
        sa.Column("vetted_until", sa.BigInteger(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("checked_until", sa.BigInteger(), nullable=False),
        sa.Column("passkeys", sa.String(length=64), nullable=False),
        sa.Column("links", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=36), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("bound", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("standing in ('invited', 'active', 'suspended', 'left')", name=op.f("ck_person_standing")),
        sa.ForeignKeyConstraint(["principal"], ["principal.id"], name=op.f("fk_person_principal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("principal", name=op.f("uq_person_principal")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("appointment", sa.String(length=36), nullable=False),
        sa.Column("reads_only", sa.Boolean(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.Column("used", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("bound", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_token_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_person_id"), ["person_id"], unique=False)

    op.create_table(
        "appointment",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("office_id", sa.String(length=36), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("attested", sa.BigInteger(), nullable=True),
        sa.Column("attested_by", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_appointment_office_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appointment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appointment_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_person_id"), ["person_id"], unique=False)

    op.create_table(
        "handling_acceptance",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_handling_acceptance_person_id")),
        sa.PrimaryKeyConstraint("person_id", "version", "digest", name=op.f("pk_handling_acceptance")),
    )
    op.create_table(
        "training_result",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("module", sa.String(length=60), nullable=False),
        sa.Column("passed_on", sa.Date(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("recorded", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_result_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_result")),
        sa.UniqueConstraint("person_id", "number", name=op.f("uq_training_result_person_id_number")),
    )
    with op.batch_alter_table("training_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_result_person_id"), ["person_id"], unique=False)

    op.create_table(
        "credential",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("privileged", sa.Boolean(), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked", sa.BigInteger(), nullable=True),
        sa.Column("wrong_codes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("code_locks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("codes_shut", sa.BigInteger(), nullable=True),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_credential_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_credential")),
    )
    op.create_table(
        "group_member",
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["need_group.id"], name=op.f("fk_group_member_group_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_group_member_person_id")),
        sa.PrimaryKeyConstraint("group_id", "person_id", "valid_from", name=op.f("pk_group_member")),
    )
    op.create_table(
        "invitation",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("bound", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invitation_person_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invitation")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_person_id"), ["person_id"], unique=False)

    op.create_table(
        "office_establishment",
        sa.Column("office_id", sa.String(length=36), nullable=False),
        sa.Column("establishment", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["establishment"], ["establishment.key"], name=op.f("fk_office_establishment_establishment")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_office_establishment_office_id")),
        sa.PrimaryKeyConstraint("office_id", "establishment", name=op.f("pk_office_establishment")),
    )
    op.create_table(
        "password_history",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_password_history_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_history")),
    )
    with op.batch_alter_table("password_history", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_password_history_person_id"), ["person_id"], unique=False)

    op.create_table(
        "passkey",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("credential", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("synced", sa.Boolean(), nullable=False),
        sa.Column("uses", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_passkey_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_passkey_credential")),
    )
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkey_person_id"), ["person_id"], unique=False)

    op.create_table(
        "provider_link",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("linked", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=True),
        sa.Column("says", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_provider_link_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_link")),
        sa.UniqueConstraint("person_id", "provider", name=op.f("uq_provider_link_person_id_provider")),
        sa.UniqueConstraint("subject", name=op.f("uq_provider_link_subject")),
    )
    op.create_table(
        "recovery",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("proposed_by", sa.String(length=36), nullable=False),
        sa.Column("proposed", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("checked", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("decided_by", sa.String(length=36), nullable=False),
        sa.Column("decided", sa.BigInteger(), nullable=True),
        sa.Column("bound", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recovery_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery")),
    )
    with op.batch_alter_table("recovery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_person_id"), ["person_id"], unique=False)

    op.create_table(
        "conferral",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("sort", sa.String(length=12), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=36), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.String(length=36), nullable=False),
        sa.Column("proposed_by", sa.String(length=36), nullable=False),
        sa.Column("proposed", sa.BigInteger(), nullable=False),
        sa.Column("stands_until", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("decided_by", sa.String(length=36), nullable=False),
        sa.Column("decided", sa.BigInteger(), nullable=True),
        sa.Column("made", sa.String(length=36), nullable=False),
        sa.Column("bound", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_conferral_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conferral")),
    )
    with op.batch_alter_table("conferral", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conferral_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_conferral_waiting", ["decision", "stands_until"], unique=False)

    op.create_table(
        "ceremony",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_ceremony")),
    )
    op.create_table(
        "rate",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("clear", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate")),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("door", sa.String(length=4), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("bound", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_person_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_person_id"), ["person_id"], unique=False)
    op.create_table(
        "incident",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("rule_key", sa.String(length=80), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("awareness_at", sa.BigInteger(), nullable=False),
        sa.Column("reported_by", sa.String(length=36), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("marking_claimed", sa.String(length=40), nullable=False),
        sa.Column("grade", sa.String(length=40), nullable=False),
        sa.Column("coded", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("proposed_by", sa.String(length=36), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.String(length=36), nullable=False),
        sa.CheckConstraint("state in ('open', 'closing', 'closed')", name=op.f("ck_incident_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("number", name=op.f("uq_incident_number")),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index("ix_incident_opened_at_id", ["opened_at", "id"], unique=False)
        batch_op.create_index("ix_incident_reported_by", ["reported_by", "opened_at"], unique=False)
        batch_op.create_index("ix_incident_rule", ["rule", "rule_key", "state"], unique=False)

    op.create_table(
        "incident_counter",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_incident_counter")),
    )
    op.create_table(
        "incident_reach",
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("act", sa.String(length=80), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("item", "actor", "act", name=op.f("pk_incident_reach")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("incident_reach", schema=None) as batch_op:
        batch_op.create_index("ix_incident_reach_actor", ["actor", "act", "last_at", "item", "times"], unique=False)

    op.create_table(
        "incident_walk",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_incident_walk")),
    )
    op.create_table(
        "incident_asked",
        sa.Column("person", sa.String(length=36), nullable=False),
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.Column("item", sa.String(length=36), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("entry", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_asked_incident_id")),
        sa.PrimaryKeyConstraint("person", "incident_id", "item", name=op.f("pk_incident_asked")),
    )
    with op.batch_alter_table("incident_asked", schema=None) as batch_op:
        batch_op.create_index("ix_incident_asked_incident", ["incident_id"], unique=False)

    op.create_table(
        "incident_duty",
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(length=60), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("done_by", sa.String(length=36), nullable=False),
        sa.Column("stages", sa.String(length=60), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("reminded", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_duty_incident_id")),
        sa.PrimaryKeyConstraint("incident_id", "place", name=op.f("pk_incident_duty")),
        sa.UniqueConstraint("incident_id", "duty", name=op.f("uq_incident_duty_incident_id_duty")),
    )
    op.create_table(
        "incident_entry",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("sort", sa.String(length=20), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("coded", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_entry_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_entry")),
    )
    with op.batch_alter_table("incident_entry", schema=None) as batch_op:
        batch_op.create_index("ix_incident_entry_incident", ["incident_id", "place"], unique=False)

    op.create_table(
        "incident_measure",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("target", sa.String(length=80), nullable=False),
        sa.Column("called", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("asked_by", sa.String(length=36), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.Column("released_by", sa.String(length=36), nullable=False),
        sa.CheckConstraint("state in ('on', 'asked', 'off')", name=op.f("ck_incident_measure_state")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_measure_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_measure")),
    )
    with op.batch_alter_table("incident_measure", schema=None) as batch_op:
        batch_op.create_index("ix_incident_measure_incident", ["incident_id"], unique=False)
        batch_op.create_index("ix_incident_measure_target", ["target", "act", "state"], unique=False)

    op.create_table(
        "incident_party",
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_party_incident_id")),
        sa.PrimaryKeyConstraint("party", "incident_id", name=op.f("pk_incident_party")),
    )
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(sa.text(statement.replace(":", "\\:")))
    compare_by_bytes()


def compare_by_bytes() -> None:
    """Text in the same order everywhere: SQLite compares bytes, PostgreSQL as the locale of its database has it.

    What pages are sorted by and cursors go on from must not depend on how somebody made a database.
    """
    if op.get_bind().dialect.name != "postgresql":
        return
    columns = op.get_bind().execute(
        sa.text(
            "select table_name, column_name, data_type, character_maximum_length from information_schema.columns "
            "where table_schema = current_schema() and data_type in ('character varying', 'text') "
            "and coalesce(collation_name, '') <> 'C' order by table_name, ordinal_position"
        )
    )
    changes: dict[str, list[str]] = {}
    for table, column, kind, length in columns.all():
        stored = f"{kind}({length})" if length else kind
        changes.setdefault(table, []).append(f'alter column "{column}" type {stored} collate "C"')
    for table, wanted in changes.items():
        op.execute(f'alter table "{table}" {", ".join(wanted)}')


def downgrade() -> None:
    """There is nothing before the first step: remove the database instead."""
    msg = "there is no step before the first"
    raise RuntimeError(msg)
