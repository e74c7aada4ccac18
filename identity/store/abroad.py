"""Rows of consents to transfers abroad: each bound by itself, with what was written beside it sealed."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from identity.model import Consent, Person, Window
from identity.store.bound import Bound
from identity.store.secrets import SecretBox
from identity.tables import transfer_consent as table

_C = table.c


def about(id_: str) -> str:
    """What the words of a consent are sealed to."""
    return f"consent/{id_}"


def sealed(secrets: SecretBox, consent: Consent) -> str:
    """Where it is in writing, its conditions and instructions, as they are kept and as the log has them."""
    said = {name: getattr(consent, name) for name in ("written", "conditions", "instructions")}
    return b64encode(secrets.seal(about(consent.id), json.dumps(said, sort_keys=True).encode())).decode()


def add(conn: Connection, bound: Bound, consent: Consent, words: str) -> str:
    """A new one; what its row is bound with, in hexadecimal."""
    values = {
        "id": consent.id, "owner": consent.owner, "to_party": consent.to_party, "person_id": consent.person,
        "country": consent.country, "since": consent.window.since, "until": consent.window.until, "withdrawn": None,
        "by": consent.by, "at": consent.at, "words": words,
    }  # fmt: skip
    digest = bound.of_consent(values)
    conn.execute(table.insert().values(bound=digest, **values))
    return digest.hex()


def withdraw(conn: Connection, bound: Bound, id_: str, now: datetime) -> str:
    """Take one back; what its row is bound with now, or empty where it was taken back before."""
    row = (
        conn.execute(sa.select(table).where(_C.id == id_, _C.withdrawn.is_(None)).with_for_update()).mappings().first()
    )
    if row is None:
        return ""
    bound.consent(row)
    digest = bound.of_consent({**row, "withdrawn": now})
    conn.execute(sa.update(table).where(_C.id == id_).values(withdrawn=now, bound=digest))
    return digest.hex()


def find(conn: Connection, *conditions: sa.ColumnElement[bool], secrets: SecretBox | None = None) -> list[Consent]:
    """Those that meet all the conditions, newest first; their words opened only with ``secrets``."""
    query = sa.select(table).where(*conditions).order_by(_C.at.desc(), _C.id.desc())
    return [_read(row, secrets) for row in conn.execute(query).mappings()]


def cleared(conn: Connection, bound: Bound, person: Person, country: str, now: datetime) -> frozenset[str]:
    """Whose information somebody abroad may have: their own body's, and that of each body that consented.

    Raises FactsAltered for a consent that nobody gave so.
    """
    held = (_C.to_party == person.party, _C.since <= now, _C.until > now, _C.withdrawn.is_(None))
    owners = {person.party}
    for row in conn.execute(sa.select(table).where(*held)).mappings():
        bound.consent(row)
        consent = _read(row, None)
        if consent.owner != person.party and consent.covers(person.id, country, now):
            owners.add(consent.owner)
    return frozenset(owners)


def _read(row: sa.RowMapping, secrets: SecretBox | None) -> Consent:
    words: dict[str, Any] = {}
    if secrets is not None:
        words = json.loads(secrets.open(about(row["id"]), b64decode(row["words"])))
    return Consent(
        id=row["id"],
        owner=row["owner"],
        to_party=row["to_party"],
        person=row["person_id"],
        country=row["country"],
        window=Window(row["since"], row["until"]),
        withdrawn=row["withdrawn"],
        by=row["by"],
        at=row["at"],
        **words,
    )
