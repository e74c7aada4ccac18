"""Rows of conferrals: power proposed for an account, each bound by itself, with its reason beside it, sealed."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from identity.power_tables import conferral as table
from identity.store.bound import Bound
from identity.store.secrets import SecretBox
from identity.tables import person

APPOINTMENT, VETTING, GROUP = "appointment", "vetting", "group"
_C = table.c


@dataclass(frozen=True, slots=True)
class Conferral:
    """One that waits for a second administrator.

    ``sort``: appointment (``role`` in the office ``place``), vetting, or group (membership of ``place``). ``since``:
    None for from when it is confirmed. ``file``: of what was brought in together, else empty. ``words``: why.
    """

    id: str
    person_id: str
    sort: str
    role: str
    place: str
    since: datetime | None
    until: datetime
    file: str
    proposed_by: str
    proposed: datetime
    stands_until: datetime
    words: str

    @property
    def what(self) -> tuple[str, str, str]:
        """What is conferred, whatever the time: of one person there is one such waiting."""
        return (self.sort, self.role, self.place)


def add(conn: Connection, bound: Bound, secrets: SecretBox, made: Conferral) -> tuple[str, str]:
    """A new one: its words as they are kept, and what its row is bound with, in hexadecimal."""
    words = b64encode(secrets.seal(_about(made.id), made.words.encode())).decode()
    values: dict[str, Any] = {name: getattr(made, name) for name in Conferral.__slots__}
    values |= {"words": words, "decision": "", "decided_by": "", "decided": None, "made": ""}
    seal = bound.of_conferral(values)
    conn.execute(table.insert().values(bound=seal, **values))
    return words, seal.hex()


def waiting(conn: Connection, bound: Bound, secrets: SecretBox, now: datetime, person_id: str = "") -> list[Conferral]:
    """Those not decided and not lapsed, oldest first: all, or of one person. Raises FactsAltered."""
    wanted = [_C.decision == "", _C.stands_until > now, *([_C.person_id == person_id] if person_id else [])]
    rows = conn.execute(sa.select(table).where(*wanted).order_by(_C.proposed, _C.id)).mappings().all()
    return [_read(row, bound, secrets) for row in rows]


def find(conn: Connection, bound: Bound, secrets: SecretBox, id_: str, now: datetime) -> Conferral | None:
    """One of those, its row held until the unit of work ends. Raises FactsAltered."""
    wanted = sa.select(table).where(_C.id == id_, _C.decision == "", _C.stands_until > now).with_for_update()
    row = conn.execute(wanted).mappings().first()
    return None if row is None else _read(row, bound, secrets)


def decide(conn: Connection, bound: Bound, id_: str, decision: str, by: str, now: datetime, made: str) -> str:
    """What the row is bound with now, in hexadecimal. ``made``: the appointment that came of it."""
    row = conn.execute(sa.select(table).where(_C.id == id_)).mappings().one()
    values = {"decision": decision, "decided_by": by, "decided": now, "made": made}
    seal = bound.of_conferral({**row, **values})
    conn.execute(table.update().where(_C.id == id_).values(bound=seal, **values))
    return seal.hex()


def makers(conn: Connection, bound: Bound, person_id: str, roles: Collection[str], since: datetime) -> set[str]:
    """Who made this account, or proposed one of these roles for it, after ``since``. Accounts alone: no console.

    Raises FactsAltered.
    """
    invited = sa.select(person.c.made_by).where(person.c.id == person_id, person.c.created > since)
    found = set(conn.execute(invited).scalars())
    given = sa.select(table).where(
        _C.person_id == person_id, _C.decision == "confirmed", _C.role.in_(roles), _C.decided > since
    )
    for row in conn.execute(given).mappings().all():
        bound.conferral(row)
        found.add(row["proposed_by"])
    return set(conn.execute(sa.select(person.c.id).where(person.c.id.in_(found))).scalars())


def _about(id_: str) -> str:
    return f"conferral/{id_}"


def _read(row: sa.RowMapping, bound: Bound, secrets: SecretBox) -> Conferral:
    bound.conferral(row)
    words = secrets.open(_about(row["id"]), b64decode(row["words"])).decode()
    return Conferral(**{name: row[name] for name in Conferral.__slots__ if name != "words"}, words=words)
