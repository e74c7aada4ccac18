"""One unit of work: a transaction with every service built around it. The only place that commits."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.bootstrap import wiring
from app.bootstrap.events import REFUSED
from audit.checkpoint import Checkpoints
from audit.errors import LogUnavailable
from audit.trail import Trail
from foundation.actor import Actor
from foundation.errors import ServiceError, Unavailable
from identity.queries.people import People
from identity.service.identity import Identity
from incidents.queries import IncidentList
from incidents.service import Incidents
from retention.queries.disposals import Disposals
from retention.service.retention import Retention
from sharing.queries.items import Items
from sharing.service.sharing import Sharing
from vault.service import Vault

if TYPE_CHECKING:
    from app.bootstrap.house import House

# One writer's chain is enough while the database takes one transaction at a time.
WRITER = "main"


class DatabaseUnavailable(Unavailable):
    """The database did not take the work. Nothing was changed."""

    code = "app.database-unavailable"
    title = "The service cannot do this safely just now"


class Work:
    """Opened by ``with``; commits when the block ends well.

    On a refusal everything is rolled back and the refusal is recorded in a transaction of its own: if even that cannot
    be written, the answer is 503 and not the refusal. Anything else that goes wrong is rolled back and goes on up.
    """

    conn: sa.Connection

    def __init__(self, house: House, actor: Actor, now: datetime) -> None:
        self.house, self.actor, self.now = house, actor, now

    def __enter__(self) -> Self:
        self.conn = self._connect()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        held = False
        try:
            if error is None:
                self._finish(self.conn)
                held = True
            else:
                _undo(self.conn)
        finally:
            self.conn.close()
            self._settle(held=held)
        if error is None:
            return
        # An Unavailable is not recorded, since it may be the log itself that failed, unless it brings its own fact.
        if isinstance(error, ServiceError) and (not isinstance(error, Unavailable) or getattr(error, "fact", None)):
            self._record_refusal(error)
        elif isinstance(error, DBAPIError):
            raise DatabaseUnavailable(_TRY_AGAIN) from error

    @cached_property
    def trail(self) -> Trail:
        """The log, in this transaction, with those who follow it."""
        return self._trail(self.conn)

    @cached_property
    def vault(self) -> Vault:
        """Content at rest."""
        house = self.house
        return Vault(self.conn, self.trail, keystore=house.keystore, keyring=house.keys.vault, backend=house.backend)

    @cached_property
    def people(self) -> People:
        """People, offices and establishments, for reading."""
        policies = self.house.policies
        return People(self.conn, parties=policies.parties, roles=policies.roles)

    @cached_property
    def identity(self) -> Identity:
        """Accounts and sign-in."""
        return wiring.identity(self)

    @cached_property
    def sharing(self) -> Sharing:
        """What people do with items."""
        return wiring.sharing(self)

    @cached_property
    def items(self) -> Items:
        """What people look at of items."""
        return wiring.items(self)

    @cached_property
    def retention(self) -> Retention:
        """Disposal, step by step."""
        return wiring.retention(self)

    @cached_property
    def disposals(self) -> Disposals:
        """What people look at of disposal."""
        return Disposals(self.conn, wiring.words(self.house))

    @cached_property
    def incidents(self) -> Incidents:
        """Running an incident."""
        return Incidents(self.conn, self.trail, rules=self.house.policies.incidents)

    @cached_property
    def incident_list(self) -> IncidentList:
        """What people look at of incidents."""
        return IncidentList(self.conn, self.house.policies.incidents)

    @cached_property
    def checkpoints(self) -> Checkpoints:
        """The log's signed heads."""
        return Checkpoints(self.conn, self.house.keys.log)

    def _trail(self, conn: sa.Connection) -> Trail:
        house = self.house
        return Trail(
            conn,
            keys=house.keys.log,
            writer=WRITER,
            policies=house.policies.digest,
            followers=wiring.followers(house),
        )

    def _settle(self, *, held: bool) -> None:
        """Key store and object store hear what became of it; whatever fails here, the sweep makes good."""
        if "vault" in self.__dict__:
            (self.vault.after_commit if held else self.vault.after_rollback)()

    def _connect(self) -> sa.Connection:
        try:
            conn = self.house.engine.connect()
        except (DBAPIError, PoolTimeout) as error:
            raise DatabaseUnavailable(_TRY_AGAIN) from error
        try:
            conn.begin()
        except DBAPIError as error:
            conn.close()  # a connection lost here for every refused request would soon be every connection
            raise DatabaseUnavailable(_TRY_AGAIN) from error
        return conn

    def _finish(self, conn: sa.Connection) -> None:
        try:
            conn.commit()
        except DBAPIError as error:
            _undo(conn)
            raise LogUnavailable(_TRY_AGAIN) from error

    def _record_refusal(self, error: ServiceError) -> None:
        conn = self._connect()
        try:
            fact = getattr(error, "fact", None)
            what = dict(getattr(error, "what", {})) if fact else {"code": error.code}
            self._trail(conn).record(
                fact or REFUSED,
                actor=self.actor,
                now=self.now,
                subject=error.subject,
                what=what,
                marking=getattr(error, "marking", ""),
                outcome="refused",
                rules=getattr(error, "rules", ()) or tuple(one.rule for one in error.reasons if one.rule),
            )
            self._finish(conn)
        except DBAPIError as fault:
            raise LogUnavailable(_TRY_AGAIN) from fault
        finally:
            conn.close()


_TRY_AGAIN = "Nothing was changed. Try again in a few minutes; if it goes on, tell whoever runs the service."


def _undo(conn: sa.Connection) -> None:
    """Roll back. A database that cannot even do that has dropped the transaction with the connection."""
    with suppress(DBAPIError):
        conn.rollback()
