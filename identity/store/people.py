"""Rows of people, their credentials and invitations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from identity.model import Person
from identity.store.bound import Bound
from identity.tables import credential, invitation, passkey, password_history, person, principal, provider_link

_COLUMNS = [column for column in person.c if column.name != "bound"]
_SHUT = sa.or_(credential.c.locked.is_not(None), credential.c.codes_shut.is_not(None))
_PERSON = sa.select(*_COLUMNS, _SHUT.label("locked")).outerjoin(credential, credential.c.person_id == person.c.id)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a person signs in with, as kept."""

    person_id: str
    password: str
    privileged: bool
    totp_sealed: bytes | None
    totp_step: int
    failures: int
    locked: datetime | None
    wrong_codes: int
    code_locks: int
    codes_shut: datetime | None


def add_principal(conn: Connection, kind: str, ref: str) -> int:
    """A fresh number for a person, group or office; numbers are never used again."""
    made = conn.execute(principal.insert().values(kind=kind, ref=ref).returning(principal.c.id))
    return int(made.scalar_one())


def add_person(conn: Connection, values: Mapping[str, Any]) -> None:
    conn.execute(person.insert().values(principal=add_principal(conn, "person", values["id"]), version=1, **values))


def find(conn: Connection, person_id: str) -> Person | None:
    return _one(conn, person.c.id == person_id)


def find_by_email(conn: Connection, email: str) -> Person | None:
    return _one(conn, person.c.email == email)


def find_by_principal(conn: Connection, number: int) -> Person | None:
    return _one(conn, person.c.principal == number)


def find_where(conn: Connection, *conditions: sa.ColumnElement[bool]) -> list[Person]:
    """Everybody who meets all the conditions, by name."""
    rows = conn.execute(_PERSON.where(*conditions).order_by(person.c.name, person.c.id))
    return [Person(**row) for row in rows.mappings()]


def count_locked(conn: Connection, party: str) -> int:
    """How many active people of a party cannot sign in because of too many failures."""
    locked = (_SHUT, person.c.party == party, person.c.standing == "active")
    query = sa.select(sa.func.count()).select_from(credential).join(person, person.c.id == credential.c.person_id)
    return int(conn.execute(query.where(*locked)).scalar_one())


def change(conn: Connection, person_id: str, *, was: str, values: Mapping[str, Any]) -> bool:
    """Set columns of a person who still has standing ``was``; False when somebody changed it first."""
    done = conn.execute(
        person.update()
        .where(person.c.id == person_id, person.c.standing == was)
        .values(version=person.c.version + 1, **values)
    )
    return done.rowcount == 1


def credential_of(conn: Connection, person_id: str) -> Credential | None:
    """The credential, its row held until the unit of work ends: attempts at once are counted one after another."""
    columns = [credential.c[name] for name in Credential.__slots__]
    row = conn.execute(sa.select(*columns).where(credential.c.person_id == person_id).with_for_update()).mappings()
    found = row.first()
    return None if found is None else Credential(**found)


def codes_of(conn: Connection, person_id: str) -> tuple[int, datetime | None]:
    """How many wrong codes were tried, and until when none is looked at, as it stands: nobody waits for it."""
    columns = (credential.c.wrong_codes, credential.c.codes_shut)
    row = conn.execute(sa.select(*columns).where(credential.c.person_id == person_id)).first()
    return (row.wrong_codes, row.codes_shut) if row else (0, None)


def put_credential(conn: Connection, person_id: str, values: Mapping[str, Any]) -> None:
    """Set columns of the credential, which is made when there is none."""
    done = conn.execute(credential.update().where(credential.c.person_id == person_id).values(**values))
    if done.rowcount == 0:
        blank = {"totp_sealed": None, "totp_step": 0, "failures": 0, "locked": None}
        conn.execute(credential.insert().values(person_id=person_id, **{**blank, **values}))


def spend_step(conn: Connection, person_id: str, step: int) -> bool:
    """Mark the code of this time step used; False when it was used before."""
    done = conn.execute(
        credential.update()
        .where(credential.c.person_id == person_id, credential.c.totp_step < step)
        .values(totp_step=step)
    )
    return done.rowcount == 1


def count_anew(conn: Connection, person_id: str) -> None:
    """Failures of either factor are nought, and so is what came of them."""
    nought = {"failures": 0, "locked": None, "wrong_codes": 0, "code_locks": 0, "codes_shut": None}
    conn.execute(credential.update().where(credential.c.person_id == person_id).values(**nought))


def earlier_passwords(conn: Connection, person_id: str, most: int) -> list[str]:
    """The latest ``most`` passwords of a person, as kept, newest first."""
    rows = conn.execute(
        sa.select(password_history.c.password)
        .where(password_history.c.person_id == person_id)
        .order_by(password_history.c.id.desc())
        .limit(most)
    )
    return list(rows.scalars())


def remember_password(conn: Connection, person_id: str, kept: str, most: int) -> None:
    """Add to the history, and forget what is older than the latest ``most``."""
    conn.execute(password_history.insert().values(person_id=person_id, password=kept))
    keep = (
        sa.select(password_history.c.id)
        .where(password_history.c.person_id == person_id)
        .order_by(password_history.c.id.desc())
        .limit(most)
    )
    kept_ids = list(conn.execute(keep).scalars())
    conn.execute(
        password_history.delete().where(
            password_history.c.person_id == person_id, password_history.c.id.not_in(kept_ids)
        )
    )


def drop_second_factor(conn: Connection, person_id: str) -> None:
    conn.execute(credential.update().where(credential.c.person_id == person_id).values(totp_sealed=None))


def forget_credentials(conn: Connection, person_id: str) -> None:
    """Remove everything a person could sign in with. The person's row stays: an account is never used again."""
    for table in (credential, passkey, provider_link, password_history, invitation):
        conn.execute(table.delete().where(table.c.person_id == person_id))


def add_invitation(
    conn: Connection, bound: Bound, person_id: str, token_hash: str, until: datetime, code_hash: str = ""
) -> None:
    """The one invitation of a person; any earlier one stops working. ``code_hash``: of the code it needs beside it."""
    conn.execute(invitation.delete().where(invitation.c.person_id == person_id))
    values = {"token_hash": token_hash, "person_id": person_id, "until": until, "code_hash": code_hash}
    conn.execute(invitation.insert().values(used=None, bound=bound.of_invitation(values), **values))


def invited_by(conn: Connection, bound: Bound, token_hash: str, now: datetime) -> Person | None:
    """Who holds this unused invitation, if it is in force. Raises FactsAltered for one that nobody issued so."""
    found = conn.execute(
        sa.select(invitation)
        .where(invitation.c.token_hash == token_hash, invitation.c.used.is_(None), invitation.c.until > now)
        .with_for_update()
    )
    row = found.mappings().first()
    if row is None:
        return None
    bound.invitation(row)
    return find(conn, row["person_id"])


def code_wanted(conn: Connection, token_hash: str) -> str:
    """The digest of the code this invitation needs beside it; empty where it needs none."""
    return conn.scalar(sa.select(invitation.c.code_hash).where(invitation.c.token_hash == token_hash)) or ""


def spend_invitation(conn: Connection, token_hash: str, now: datetime) -> bool:
    """Mark an invitation used; False when it was used before."""
    done = conn.execute(
        invitation.update().where(invitation.c.token_hash == token_hash, invitation.c.used.is_(None)).values(used=now)
    )
    return done.rowcount == 1


def _one(conn: Connection, condition: sa.ColumnElement[bool]) -> Person | None:
    row = conn.execute(_PERSON.where(condition)).mappings().first()
    return None if row is None else Person(**row)
