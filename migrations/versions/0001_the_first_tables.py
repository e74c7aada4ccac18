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
        sa.CheckConstraint("state in ('open', 'met', 'lapsed')", name=op.f("ck_agreement_duty_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_duty")),
    )
    with op.batch_alter_table("agreement_duty", schema=None) as batch_op:
        batch_op.create_index("ix_agreement_duty_ended", ["ended_told", "state"], unique=False)
        batch_op.create_index("ix_agreement_duty_late", ["overdue_told", "state", "due_on"], unique=False)
        batch_op.create_index(
            "ix_agreement_duty_open",
            ["agreement", "duty", "due_on", "due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index("ix_agreement_duty_opened", ["opened_told"], unique=False)
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_record")),
    )
    with op.batch_alter_table("agreement_record", schema=None) as batch_op:
        batch_op.create_index("ix_agreement_record_kind", ["agreement", "kind", "on"], unique=False)
        batch_op.create_index("ix_agreement_record_thread", ["thread"], unique=False)

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
        "lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )

    op.create_table(
        "incident",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("awareness_at", sa.BigInteger(), nullable=False),
        sa.Column("reported_by", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("marking_claimed", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.String(length=36), nullable=False),
        sa.CheckConstraint("state in ('open', 'closed')", name=op.f("ck_incident_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("number", name=op.f("uq_incident_number")),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index("ix_incident_opened_at_id", ["opened_at", "id"], unique=False)

    op.create_table(
        "incident_counter",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_incident_counter")),
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
        batch_op.create_index(batch_op.f("ix_item_reply_to"), ["reply_to"], unique=False)

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
        sa.PrimaryKeyConstraint("item_uuid", "part", name=op.f("pk_item_file")),
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
        "incident_duty",
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(length=60), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("done_by", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_duty_incident_id")),
        sa.PrimaryKeyConstraint("incident_id", "place", name=op.f("pk_incident_duty")),
        sa.UniqueConstraint("incident_id", "duty", name=op.f("uq_incident_duty_incident_id_duty")),
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
        sa.Column("office", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_step_office_item_id")),
        sa.PrimaryKeyConstraint("office", "item_id", "number", name=op.f("pk_item_step_office")),
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
        sa.Column("trained_until", sa.BigInteger(), nullable=False),
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
        "appointment",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("office_id", sa.String(length=36), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_appointment_office_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appointment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appointment_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_person_id"), ["person_id"], unique=False)

    op.create_table(
        "credential",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("privileged", sa.Boolean(), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked", sa.BigInteger(), nullable=True),
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
