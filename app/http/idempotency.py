"""Asked twice, done once: the answer to an act is kept beside the act, and given again to the same person and key.

Claimed first and kept in the act's own transaction: a crash in between leaves neither, and of two at once the second
waits and is given the first one's answer. A refusal keeps nothing; asked again, it is decided again. The answer is kept
sealed, since it may repeat what somebody wrote; what is shown once (an invitation) is not kept, and a repeated answer
lacks it.
"""

from __future__ import annotations

import base64
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
from identity.store.secrets import SecretBox

HEADER = "Idempotency-Key"
MOST = 255  # characters of a key
_CONTEXT = b"custodes/idempotency/1\0"
_CLAIMED = ""  # taken, and not answered yet


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


def kept(conn: sa.Connection, box: SecretBox, wanted: Asked) -> Kept | None:
    """The answer given before, if any. Raises KeyReused when the key stands for another request."""
    row = conn.execute(sa.select(idempotency).where(idempotency.c.id == wanted.id)).first()
    if row is None:
        return None
    if not hmac.compare_digest(row.digest, wanted.digest):
        raise KeyReused("Use a fresh key for a new request. Nothing was done.")
    if row.body == _CLAIMED:
        return Kept(None, row.location, row.version)
    body = box.open(f"idempotency/{wanted.id}", base64.b64decode(row.body))
    return Kept(json.loads(body), row.location, row.version)


def claim(conn: sa.Connection, box: SecretBox, wanted: Asked, now: datetime) -> Kept | None:
    """Take the key, or the answer given before under it. Raises KeyReused, KeyInUse."""
    # Taken before it is looked for: on PostgreSQL, looking for a key that is not there meets whoever takes another.
    row = {"id": wanted.id, "digest": wanted.digest, "created": now, "body": _CLAIMED, "location": ""}
    if conn.execute(_TAKE, row).rowcount == 1:
        return None
    found = kept(conn, box, wanted)
    if found is None:
        raise KeyInUse("Ask again in a moment for the answer of the first request.")
    return found


_TAKE = sa.text(
    "INSERT INTO idempotency (id, digest, created, body, location) "
    "VALUES (:id, :digest, :created, :body, :location) ON CONFLICT (id) DO NOTHING"
).bindparams(sa.bindparam("created", type_=Instant), sa.bindparam("digest", type_=sa.LargeBinary))


def keep(conn: sa.Connection, box: SecretBox, wanted: Asked, answer: Kept) -> None:
    """What was answered, in the transaction of the act."""
    sealed = box.seal(f"idempotency/{wanted.id}", json.dumps(answer.body).encode())
    values = {
        "body": base64.b64encode(sealed).decode(),
        "location": answer.location,
        "version": answer.version,
    }
    conn.execute(sa.update(idempotency).where(idempotency.c.id == wanted.id).values(values))


def _keyed(secret: bytes, *parts: bytes) -> bytes:
    mac = hmac.new(secret, _CONTEXT, "sha256")
    for part in parts:
        mac.update(len(part).to_bytes(8, "big") + part)
    return mac.digest()
