"""Rows of the log. Entries, leaves and checkpoints are only ever added; disclosures can be erased.

Three fences: the application's database role may not alter (deployment), triggers refuse (TRIGGERS, put in place by the
migration), the tree shows.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from foundation.orm import BigId, metadata


class Blob(sa.types.TypeDecorator[bytes]):
    """Bytes, also when somebody altered the row: SQLite would hand out text, which no check is prepared for."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> bytes | None:  # noqa: ARG002
        return value if value is None or isinstance(value, bytes) else b""


# The leaf's bytes, as docs/formats/log.md has them.
audit_entry = sa.Table(
    "audit_entry",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("body", Blob, nullable=False),
)

# Erasable: `sealed` null and `erased_at` set together. `period` names the month key it is sealed under.
audit_disclosure = sa.Table(
    "audit_disclosure",
    metadata,
    sa.Column("entry_id", sa.String(36), primary_key=True),
    sa.Column("period", sa.String(7), nullable=False),
    sa.Column("sealed", Blob, nullable=True),
    sa.Column("erased_at", sa.BigInteger, nullable=True),  # ms since 1970
    sa.CheckConstraint("(sealed is null) = (erased_at is not null)", name="erased"),
)

# What screens and incident queries need. `item` and `actor` are erased with the disclosure, the rest stands in the leaf
# anyway. Times are ms since 1970.
audit_index = sa.Table(
    "audit_index",
    metadata,
    sa.Column("seq", BigId, primary_key=True, autoincrement=False),
    sa.Column("entry_id", sa.String(36), nullable=False),
    sa.Column("item", sa.String(80), nullable=True),
    sa.Column("actor", sa.String(80), nullable=True),
    sa.Column("act", sa.String(80), nullable=False),
    sa.Column("outcome", sa.String(8), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Index("ix_audit_index_item", "item", "seq"),
    sa.Index("ix_audit_index_actor", "actor", "seq"),
    sa.Index("ix_audit_index_act", "act", "seq"),
    sa.Index("ix_audit_index_at", "at"),
    sa.Index(
        "ix_audit_index_refused",
        "seq",
        sqlite_where=sa.text("outcome = 'refused'"),
        postgresql_where=sa.text("outcome = 'refused'"),
    ),
)

# The tree: seq is the index in it, from 0; leaf is the leaf hash.
audit_leaf = sa.Table(
    "audit_leaf",
    metadata,
    sa.Column("seq", BigId, primary_key=True, autoincrement=False),
    sa.Column("entry_id", sa.String(36), nullable=False, unique=True),
    sa.Column("leaf", Blob, nullable=False),
)

audit_node = sa.Table(
    "audit_node",
    metadata,
    sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("idx", BigId, primary_key=True, autoincrement=False),
    sa.Column("hash", Blob, nullable=False),
)

# One row. `time` is the greatest time so far, microseconds since 1970.
audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("size", BigId, nullable=False),
    sa.Column("frontier", Blob, nullable=False),
    sa.Column("time", sa.BigInteger, nullable=False),
    sa.CheckConstraint("id = 1", name="one"),
)

# Each writer's chain: how many entries it wrote, and the hash of its newest leaf.
audit_writer = sa.Table(
    "audit_writer",
    metadata,
    sa.Column("writer", sa.String(64), primary_key=True),
    sa.Column("n", BigId, nullable=False),
    sa.Column("prev", Blob, nullable=False),
)

audit_checkpoint = sa.Table(
    "audit_checkpoint",
    metadata,
    sa.Column("number", BigId, primary_key=True, autoincrement=False),
    sa.Column("size", BigId, nullable=False, index=True),
    sa.Column("note", sa.Text, nullable=False),
)

# How far each follower has come: the next seq it has to see.
audit_cursor = sa.Table(
    "audit_cursor",
    metadata,
    sa.Column("follower", sa.String(80), primary_key=True),
    sa.Column("seq", BigId, nullable=False),
)

_APPEND_ONLY = {"audit_entry": "id", "audit_leaf": "seq", "audit_checkpoint": "number"}


def _sqlite(table: str, key: str) -> list[str]:
    refuse = f"begin select raise(abort, '{table} is append-only'); end"
    there = f"(select 1 from {table} where {key} = new.{key})"  # noqa: S608 - both names stand in this file
    return [
        f"create trigger {table}_no_update before update on {table} {refuse}",
        f"create trigger {table}_no_delete before delete on {table} {refuse}",
        # INSERT OR REPLACE deletes without waking the delete trigger.
        f"create trigger {table}_no_replace before insert on {table} when exists {there} {refuse}",
    ]


def _postgresql(table: str) -> list[str]:
    run = "execute function audit_append_only()"
    return [
        f"create trigger {table}_no_change before update or delete on {table} for each row {run}",
        f"create trigger {table}_no_truncate before truncate on {table} for each statement {run}",
    ]


_FUNCTION = """create function audit_append_only() returns trigger language plpgsql as $$
begin raise exception '% is append-only', tg_table_name; end $$"""

# Statements by dialect, to run once after the tables exist.
TRIGGERS: dict[str, list[str]] = {
    "sqlite": [text for table, key in _APPEND_ONLY.items() for text in _sqlite(table, key)],
    "postgresql": [_FUNCTION, *(text for table in _APPEND_ONLY for text in _postgresql(table))],
}
