"""Rows of tokens for programs. Only the digest of a token is kept, and what it is for is sealed."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from identity.model import Token
from identity.store.bound import Bound
from identity.store.secrets import SecretBox
from identity.tables import api_token as table

_C = table.c


def sealed(secrets: SecretBox, token: Token) -> str:
    """What it is for, as it is kept and as the log has it."""
    return b64encode(secrets.seal(_about(token.id), token.name.encode())).decode()


def add(conn: Connection, bound: Bound, token: Token, token_hash: str, words: str) -> str:
    """A new one; what its row is bound with, in hexadecimal."""
    values = {
        "id": token.id, "token_hash": token_hash, "person_id": token.person_id, "appointment": token.appointment,
        "reads_only": token.reads_only, "created": token.created, "until": token.until, "revoked": None, "words": words,
    }  # fmt: skip
    digest = bound.of_token(values)
    conn.execute(table.insert().values(bound=digest, used=None, **values))
    return digest.hex()


def by_hash(conn: Connection, bound: Bound, token_hash: str) -> Token | None:
    """Raises FactsAltered for one that its person did not make so."""
    row = conn.execute(sa.select(table).where(_C.token_hash == token_hash)).mappings().first()
    if row is None:
        return None
    bound.token(row)
    return _read(row, None)


def of_person(conn: Connection, person_id: str, secrets: SecretBox | None = None) -> list[Token]:
    """Every token of a person, newest first; what each is for only with ``secrets``."""
    query = sa.select(table).where(_C.person_id == person_id).order_by(_C.created.desc(), _C.id.desc())
    return [_read(row, secrets) for row in conn.execute(query).mappings()]


def revoke(conn: Connection, bound: Bound, id_: str, now: datetime) -> str:
    """Take one back; what its row is bound with now, or empty where it was taken back before."""
    query = sa.select(table).where(_C.id == id_, _C.revoked.is_(None)).with_for_update()
    row = conn.execute(query).mappings().first()
    if row is None:
        return ""
    bound.token(row)
    digest = bound.of_token({**row, "revoked": now})
    conn.execute(sa.update(table).where(_C.id == id_).values(revoked=now, bound=digest))
    return digest.hex()


def saw(conn: Connection, id_: str, now: datetime) -> None:
    conn.execute(sa.update(table).where(_C.id == id_).values(used=now))


def _about(id_: str) -> str:
    return f"api-token/{id_}"


def _read(row: sa.RowMapping, secrets: SecretBox | None) -> Token:
    return Token(
        id=row["id"],
        person_id=row["person_id"],
        appointment=row["appointment"],
        reads_only=row["reads_only"],
        created=row["created"],
        until=row["until"],
        revoked=row["revoked"],
        used=row["used"],
        name=secrets.open(_about(row["id"]), b64decode(row["words"])).decode() if secrets else "",
    )
