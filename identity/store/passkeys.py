"""Rows of passkeys, and of what was asked and not answered yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy import Connection

from identity.store.authenticator import Made
from identity.store.secrets import SecretBox
from identity.tables import ceremony, passkey, person


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner may see it. ``synced``: their devices may pass it among themselves."""

    id: str
    person_id: str
    name: str
    synced: bool
    created: datetime
    used: datetime | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What an answer is held against."""

    id: str
    person_id: str
    public_key: bytes
    uses: int


def of_person(conn: Connection, secrets: SecretBox, person_id: str) -> list[Passkey]:
    """By when they were made."""
    rows = conn.execute(
        passkey.select().where(passkey.c.person_id == person_id).order_by(passkey.c.created, passkey.c.id)
    )
    return [
        Passkey(
            id=row["id"],
            person_id=person_id,
            name=secrets.open(row["id"], row["name"]).decode(),
            synced=row["synced"],
            created=row["created"],
            used=row["used"],
        )
        for row in rows.mappings()
    ]


def credentials(conn: Connection, person_id: str) -> list[bytes]:
    """What the devices of a person call their passkeys."""
    return list(conn.execute(sa.select(passkey.c.credential).where(passkey.c.person_id == person_id)).scalars())


def count(conn: Connection, person_id: str) -> int:
    """How many a person has."""
    found = conn.scalar(sa.select(sa.func.count()).select_from(passkey).where(passkey.c.person_id == person_id))
    return int(found or 0)


def by_credential(conn: Connection, credential: bytes) -> Kept | None:
    """The row is held until the unit of work ends: two answers at once are counted one after another."""
    columns = [passkey.c[name] for name in Kept.__slots__]
    found = conn.execute(sa.select(*columns).where(passkey.c.credential == credential).with_for_update())
    row = found.mappings().first()
    return None if row is None else Kept(**row)


def add(conn: Connection, secrets: SecretBox, kept: Passkey, made: Made) -> None:
    """A new one, its name sealed."""
    conn.execute(
        passkey.insert().values(
            id=kept.id,
            person_id=kept.person_id,
            credential=made.credential,
            public_key=made.public_key,
            name=secrets.seal(kept.id, kept.name.encode()),
            synced=kept.synced,
            uses=made.uses,
            created=kept.created,
            used=None,
        )
    )


def remove(conn: Connection, person_id: str, passkey_id: str) -> None:
    """One of a person; no harm where it is gone."""
    conn.execute(passkey.delete().where(passkey.c.person_id == person_id, passkey.c.id == passkey_id))


def forget(conn: Connection, person_id: str) -> list[str]:
    """Remove all of a person; their ids."""
    ids = list(conn.execute(sa.select(passkey.c.id).where(passkey.c.person_id == person_id)).scalars())
    conn.execute(passkey.delete().where(passkey.c.person_id == person_id))
    return sorted(ids)


def use(conn: Connection, kept: Kept, uses: int, now: datetime) -> bool:
    """Keep the count told; False when another answer was counted first."""
    same = (passkey.c.id == kept.id, passkey.c.uses == kept.uses)
    return conn.execute(passkey.update().where(*same).values(uses=uses, used=now)).rowcount == 1


def digest(conn: Connection, person_id: str) -> str:
    """Over what of a person's passkeys never changes; empty without any."""
    fixed = (passkey.c.id, passkey.c.credential, passkey.c.public_key)
    rows = conn.execute(sa.select(*fixed).where(passkey.c.person_id == person_id).order_by(passkey.c.id)).all()
    parts = [f"{row.id} {row.credential.hex()} {row.public_key.hex()}" for row in rows]
    return sha256("\n".join(parts).encode()).hexdigest() if parts else ""


def settle(conn: Connection, person_id: str) -> None:
    """Put the digest into the account's row, before the account is bound anew."""
    conn.execute(person.update().where(person.c.id == person_id).values(passkeys=digest(conn, person_id)))


def ask(conn: Connection, asked: bytes, *, session_id: str, purpose: str, until: datetime, sealed: bytes) -> None:
    """Remember what was asked; what the same session was asked before for this purpose is answered no more."""
    conn.execute(ceremony.delete().where(ceremony.c.session_id == session_id, ceremony.c.purpose == purpose))
    values = {"session_id": session_id, "purpose": purpose, "until": until, "sealed": sealed}
    conn.execute(ceremony.insert().values(digest=sha256(asked).hexdigest(), **values))


def answered(conn: Connection, asked: bytes, *, session_id: str, purpose: str, now: datetime) -> bytes | None:
    """What was kept with the question, which is now spent; None for one not asked here, spent, or out of time."""
    wanted = (
        ceremony.c.digest == sha256(asked).hexdigest(),
        ceremony.c.session_id == session_id,
        ceremony.c.purpose == purpose,
    )
    found = conn.execute(ceremony.delete().where(*wanted).returning(ceremony.c.sealed, ceremony.c.until)).first()
    return None if found is None or found.until <= now else found.sealed
