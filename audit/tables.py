"""Rows of the log. Entries, leaves and checkpoints are only ever added; disclosures can be erased.

An act writes two of these tables: its entry and its disclosure, each one row at the end of one page. All others follow
from them and are written by ``audit.sequence``, in batches.

Three fences: the application's database role may not alter (deployment), triggers refuse (TRIGGERS, put in place by the
migration), the tree shows.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from foundation.orm import BigId, metadata


class Blob(sa.types.TypeDecorator[bytes]):
    """Bytes, also when somebody altered the row: SQLite would hand out text, which no check is prepared for."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> bytes | None:  # noqa: ARG002
        return value if value is None or isinstance(value, bytes) else b""


class TransactionNumber(FunctionElement[int]):
    """Number of the transaction under way, 64 bits, rising. SQLite, where one comes after the other, needs none."""

    inherit_cache = True
    type = sa.BigInteger()


@compiles(TransactionNumber)
def _none(_element: TransactionNumber, _compiler: Any, **_given: Any) -> str:
    return "0"


@compiles(TransactionNumber, "postgresql")
def _current(_element: TransactionNumber, _compiler: Any, **_given: Any) -> str:
    return "(pg_current_xact_id()::text)::bigint"


# The leaf's bytes, as docs/formats/log.md has them. Entries enter the tree in the order (xid, pos).
audit_entry = sa.Table(
    "audit_entry",
    metadata,
    sa.Column("pos", BigId, primary_key=True),
    sa.Column("xid", sa.BigInteger, nullable=False, server_default=TransactionNumber()),
    sa.Column("body", Blob, nullable=False),
    # On SQLite xid is 0: the index is there and stays empty.
    sa.Index("ix_audit_entry_xid", "xid", "pos", sqlite_where=sa.text("xid > 0")),
)

# Of the entry at the same place. Erasable: `sealed`, `item` and `actor` null and `erased_at` set together. `period`
# names the month key it is sealed under; `item` and `actor` are what the index will say.
audit_disclosure = sa.Table(
    "audit_disclosure",
    metadata,
    sa.Column("pos", BigId, primary_key=True, autoincrement=False),
    sa.Column("period", sa.String(7), nullable=False),
    sa.Column("sealed", Blob, nullable=True),
    sa.Column("item", sa.String(80), nullable=True),
    sa.Column("actor", sa.String(80), nullable=True),
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

# The tree: seq is the index in it, from 0; leaf is the leaf hash; pos is the entry's place. An id that stands twice is
# for the examiner to see, and no reason to stop taking entries in.
audit_leaf = sa.Table(
    "audit_leaf",
    metadata,
    sa.Column("seq", BigId, primary_key=True, autoincrement=False),
    sa.Column("pos", BigId, nullable=False),
    sa.Column("entry_id", sa.String(36), nullable=False, index=True),
    sa.Column("leaf", Blob, nullable=False),
)

audit_node = sa.Table(
    "audit_node",
    metadata,
    sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("idx", BigId, primary_key=True, autoincrement=False),
    sa.Column("hash", Blob, nullable=False),
)

# One row. `time` is the greatest time so far, microseconds since 1970; `last_xid` and `last_pos` are of the newest
# entry in the tree.
audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("size", BigId, nullable=False),
    sa.Column("frontier", Blob, nullable=False),
    sa.Column("time", sa.BigInteger, nullable=False),
    sa.Column("last_xid", sa.BigInteger, nullable=False),
    sa.Column("last_pos", BigId, nullable=False),
    sa.CheckConstraint("id = 1", name="one"),
)

# Each writer's chain as far as it is in the tree: how many entries it wrote, and the hash of its newest leaf.
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

# Witnesses' signature lines over checkpoints. `witness`: name+id of its key; `time`: seconds since 1970, as it says
# itself; `entry_id`: the entry that records it.
audit_cosignature = sa.Table(
    "audit_cosignature",
    metadata,
    sa.Column("number", BigId, primary_key=True, autoincrement=False),
    sa.Column("witness", sa.String(129), primary_key=True),
    sa.Column("line", sa.Text, nullable=False),
    sa.Column("time", sa.BigInteger, nullable=False),
    sa.Column("entry_id", sa.String(36), nullable=False, unique=True),
    sa.Index("ix_audit_cosignature_witness", "witness", "number"),
)

# Which witnesses are late just now, so that each lateness is recorded once.
audit_late = sa.Table(
    "audit_late",
    metadata,
    sa.Column("witness", sa.String(129), primary_key=True),
    sa.Column("number", BigId, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),  # ms since 1970
)

# Time-stamps (RFC 3161) of checkpoints: `digest` is the SHA-256 of the token in hex, `at` what it says, ms since 1970.
audit_timestamp = sa.Table(
    "audit_timestamp",
    metadata,
    sa.Column("number", BigId, primary_key=True, autoincrement=False),
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("token", Blob, nullable=False),
)

# From which seq on each follower sees every fact as it is recorded. Written once it has been shown all before.
audit_cursor = sa.Table(
    "audit_cursor",
    metadata,
    sa.Column("follower", sa.String(80), primary_key=True),
    sa.Column("seq", BigId, nullable=False),
)

_APPEND_ONLY = {
    "audit_entry": "pos",
    "audit_leaf": "seq",
    "audit_checkpoint": "number",
    "audit_cosignature": "number witness",
    "audit_timestamp": "number digest",
}


def _sqlite(table: str, key: str) -> list[str]:
    refuse = f"begin select raise(abort, '{table} is append-only'); end"
    same = " and ".join(f"{column} = new.{column}" for column in key.split())
    there = f"(select 1 from {table} where {same})"  # noqa: S608 - all names stand in this file
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
