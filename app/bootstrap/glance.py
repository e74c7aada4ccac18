"""What a long list is read with, batch by batch: no transaction is open while its reader waits for the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.bootstrap.engines import reading
from identity.queries.people import People

if TYPE_CHECKING:
    from app.bootstrap.house import House


@dataclass(frozen=True, slots=True)
class Glance:
    """One moment of the database, to read from. Nothing can be recorded with it: do that before."""

    conn: sa.Connection
    people: People


@contextmanager
def glance(house: House) -> Iterator[Glance]:
    """``with glance(house) as seen``: short, since PostgreSQL keeps what it sees from being cleaned up."""
    rules = house.policies
    with reading(house.engine) as conn:
        people = People(
            conn,
            parties=rules.parties,
            roles=rules.roles,
            gates=rules.gates,
            adequacy=rules.adequacy,
            binder=house.binder,
        )
        yield Glance(conn, people)
