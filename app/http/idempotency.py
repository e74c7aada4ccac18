"""Asked twice, done once: the answer to an act is kept beside the act, and given again to the same person and key.

Claimed first and kept in the act's own transaction: a crash in between leaves neither, and of two at once the second
waits and is given the first one's answer. A refusal keeps nothing; asked again, it is decided again. Only ids,
references and versions are kept; what is shown once (an invitation) is not, and a repeated answer lacks it.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.bootstrap.idempotency import idempotency
from foundation.errors import Conflict, Invalid
from foundation.orm import Instant

HEADER = "Idempotency-Key"
MOST = 255  # characters of a key
_CONTEXT = b"custodes/idempotency/1\0"


class KeyInvalid(Invalid):
    """Not a key: empty, too long, or holding more than visible ASCII."""

    code = "api.idempotency-key-invalid"
    title = "The Idempotency-Key cannot be used"


class KeyReused(Conflict):
    """The same person used the key for another request."""

    code = "api.idempotency-key-reused"
    title = "The Idempotency-Key was used for another request"


class KeyInUse(Conflict):
    """The first request under the key is still being answered."""

    code = "api.idempotency-key-in-use"
    title = "A request under this Idempotency-Key is being answered"


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given."""

    body: Mapping[str, Any] | None
    location: str
    version: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """One request under a key. ``id`` and ``digest`` are keyed: nothing of the request can be guessed from them."""

    id: str
    digest: bytes


def asked(secret: bytes, *, person: str, key: str, parts: tuple[bytes, ...]) -> Asked:
    """``parts``: what makes it the same request: method, address, body. Raises KeyInvalid."""
    if not 0 < len(key) <= MOST or not key.isascii() or not key.isprintable():
        raise KeyInvalid(f"Use 1 to {MOST} visible ASCII characters; a UUID is best.")
    return Asked(_keyed(secret, b"key", person.encode(), key.encode()).hex(), _keyed(secret, b"request", *parts))


def kept(conn: sa.Connection, wanted: Asked) -> Kept | None:
    """The answer given before, if any. Raises KeyReused when the key stands for another request."""
    row = conn.execute(sa.select(idempotency).where(idempotency.c.id == wanted.id)).first()
    if row is None:
        return None
    if not hmac.compare_digest(row.digest, wanted.digest):
        raise KeyReused("Use a fresh key for a new request. Nothing was done.")
    return Kept(json.loads(row.body), row.location, row.version)


def claim(conn: sa.Connection, wanted: Asked, now: datetime) -> Kept | None:
    """Take the key, or the answer given before under it. Raises KeyReused, KeyInUse."""
    # Taken before it is looked for: on PostgreSQL, looking for a key that is not there meets whoever takes another.
    row = {"id": wanted.id, "digest": wanted.digest, "created": now, "body": "null", "location": ""}
    if conn.execute(_TAKE, row).rowcount == 1:
        return None
    found = kept(conn, wanted)
    if found is None:
        raise KeyInUse("Ask again in a moment for the answer of the first request.")
    return found


_TAKE = sa.text(
    "INSERT INTO idempotency (id, digest, created, body, location) "
    "VALUES (:id, :digest, :created, :body, :location) ON CONFLICT (id) DO NOTHING"
).bindparams(sa.bindparam("created", type_=Instant), sa.bindparam("digest", type_=sa.LargeBinary))


def keep(conn: sa.Connection, wanted: Asked, answer: Kept) -> None:
    """What was answered, in the transaction of the act."""
    values = {
        "body": json.dumps(answer.body),
        "location": answer.location,
        "version": answer.version,
    }
    conn.execute(sa.update(idempotency).where(idempotency.c.id == wanted.id).values(values))


def _keyed(secret: bytes, *parts: bytes) -> bytes:
    mac = hmac.new(secret, _CONTEXT, "sha256")
    for part in parts:
        mac.update(len(part).to_bytes(8, "big") + part)
    return mac.digest()
