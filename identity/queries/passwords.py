"""What a password is compared with, read without keeping anybody from writing: comparing takes long by design."""

from __future__ import annotations

import sqlalchemy as sa

from identity.rules.naming import email_faults, fold_email
from identity.tables import credential, person


def kept_password(conn: sa.Connection, email: str) -> str | None:
    """The PHC string of whoever has this address; None where there is none. Nothing is decided by it."""
    folded = fold_email(email)
    if email_faults(folded):
        return None
    found: str | None = conn.scalar(
        sa.select(credential.c.password)
        .join(person, person.c.id == credential.c.person_id)
        .where(person.c.email == folded)
    )
    return found
