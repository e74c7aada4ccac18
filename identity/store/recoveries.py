"""Rows of recoveries: each bound by itself, with how its person was known beside it, sealed."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from identity.store.bound import Bound
from identity.store.secrets import SecretBox
from identity.tables import recovery as table

_C = table.c


@dataclass(frozen=True, slots=True)
class Recovery:
    """One that waits for a second administrator. ``words``: what was checked, when, with whom."""

    id: str
    person_id: str
    proposed_by: str
    proposed: datetime
    until: datetime
    checked: str
    words: str
    code_hash: str


def digest(code: str) -> str:
    """What of a code is kept."""
    return sha256(b"custodes/recovery-code/1\0" + code.encode()).hexdigest()


def about(id_: str) -> str:
    """What the words of a recovery are sealed to."""
    return f"recovery/{id_}"


def add(conn: Connection, bound: Bound, secrets: SecretBox, made: Recovery) -> tuple[str, str]:
    """A new one: its words as they are kept, and what its row is bound with, in hexadecimal."""
    words = b64encode(secrets.seal(about(made.id), made.words.encode())).decode()
    values: dict[str, Any] = {name: getattr(made, name) for name in Recovery.__slots__}
    values |= {"words": words, "decision": "", "decided_by": "", "decided": None}
    seal = bound.of_recovery(values)
    conn.execute(table.insert().values(bound=seal, **values))
    return words, seal.hex()


def waiting(conn: Connection, bound: Bound, secrets: SecretBox, now: datetime, person_id: str = "") -> list[Recovery]:
    """Those not decided and not out of time, oldest first: all, or of one person. Raises FactsAltered."""
    wanted = [_C.decision == "", _C.until > now, *([_C.person_id == person_id] if person_id else [])]
    rows = conn.execute(sa.select(table).where(*wanted).order_by(_C.proposed, _C.id)).mappings().all()
    return [_read(row, bound, secrets) for row in rows]


def find(conn: Connection, bound: Bound, secrets: SecretBox, id_: str, now: datetime) -> Recovery | None:
    """One of those, its row held until the unit of work ends. Raises FactsAltered."""
    wanted = sa.select(table).where(_C.id == id_, _C.decision == "", _C.until > now).with_for_update()
    row = conn.execute(wanted).mappings().first()
    return None if row is None else _read(row, bound, secrets)


def decide(conn: Connection, bound: Bound, id_: str, decision: str, by: str, now: datetime) -> str:
    """What the row is bound with now, in hexadecimal."""
    row = conn.execute(sa.select(table).where(_C.id == id_)).mappings().one()
    values = {"decision": decision, "decided_by": by, "decided": now}
    seal = bound.of_recovery({**row, **values})
    conn.execute(table.update().where(_C.id == id_).values(bound=seal, **values))
    return seal.hex()


def _read(row: sa.RowMapping, bound: Bound, secrets: SecretBox) -> Recovery:
    bound.recovery(row)
    words = secrets.open(about(row["id"]), b64decode(row["words"])).decode()
    return Recovery(**{name: row[name] for name in Recovery.__slots__ if name != "words"}, words=words)
