"""Alembic's view of every room's tables: the one outsider that sees them all."""

from __future__ import annotations

from alembic import context

from app.bootstrap.schema import metadata
from audit.tables import Blob
from foundation.orm import Instant

STORED = {Instant: "sa.BigInteger()", Blob: "sa.LargeBinary()"}


def render(kind: str, found: object, _context: object) -> str | bool:
    """A step must not depend on the code as it later is: our own column types are written as what they are stored as."""
    return STORED.get(type(found), False) if kind == "type" else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True, render_item=render
)
with context.begin_transaction():
    context.run_migrations()
