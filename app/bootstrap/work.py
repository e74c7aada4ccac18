"""One unit of work: a transaction with every service built around it. The only place that commits."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.bootstrap import changing, following, publishing, wiring
from app.bootstrap import incidents as opening
from app.bootstrap.contention import Contended, DatabaseUnavailable, again, committed, is_contention, is_wait
from app.bootstrap.engines import wrote
from app.bootstrap.events import REFUSED
from app.bootstrap.rooms import Rooms
from app.bootstrap.ways import WAY, Way, way
from audit.chain import Chain
from audit.checkpoint import Checkpoints
from audit.cosign import Cosignatures
from audit.errors import LogUnavailable
from audit.follow import Follower
from audit.leaf import SUBJECT
from audit.trail import Trail
from foundation.actor import Actor
from foundation.errors import ServiceError, Unavailable, rules_of
from identity.service.identity import Identity
from retention.service.batch_certifying import BatchCertifying
from retention.service.retention import Retention
from retention.service.schedules import Scheduling
from sharing.model.agreement import Agreements
from sharing.queries.items import Items
from sharing.service.agreeing import Agreeing
from sharing.service.alerting import Alerting
from sharing.service.changing import Changing
from sharing.service.sharing import Sharing
from vault.service import Vault

if TYPE_CHECKING:
    from app.bootstrap.house import House


class Work(Rooms):
    """Opened by ``with``; commits when the block ends well.

    On a refusal everything is rolled back and the refusal is recorded in a transaction of its own: if even that cannot
    be written, the answer is 503 and not the refusal. Anything else that goes wrong is rolled back and goes on up. What
    the database refuses for somebody else's sake is Contended: this person was refused nothing, so nothing is recorded.
    """

    conn: sa.Connection
    now: datetime

    def __init__(self, house: House, actor: Actor, now: datetime | None = None) -> None:
        self.house, self.actor, self._given = house, actor, now

    def __enter__(self) -> Self:
        self._place = self.house.places.take()
        self._writer = self.house.writers.take()  # before the transaction is given its number
        try:
            self.conn = self._connect(way())
        except BaseException:
            self.house.writers.bring_back(self._writer)
            self.house.places.give_back(taken=self._place)
            raise
        self.now = self._given or self.house.now()  # what it waited for others lies before it
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        held = False
        try:
            if error is None:
                self._notice()
                self._finish(self.conn, self._writer, self.trail.chain if "trail" in self.__dict__ else self._writer)
                held = True
            else:
                _undo(self.conn)
                self.house.writers.bring_back(self._writer)
        finally:
            try:
                self.conn.close()
            finally:
                self.house.places.give_back(taken=self._place)
            self._settle(held=held)
        if error is None:
            return
        if is_contention(error):
            raise Contended(_AT_ONCE) from error
        # An Unavailable is not recorded, since it may be the log itself that failed, unless it brings its own fact.
        if isinstance(error, ServiceError) and (not isinstance(error, Unavailable) or getattr(error, "fact", None)):
            again(lambda: self._record_refusal(error))
        elif isinstance(error, DBAPIError):
            raise DatabaseUnavailable(_TRY_AGAIN) from error

    @cached_property
    def trail(self) -> Trail:
        """The log, in this transaction, with those who follow it."""
        return self._trail(self.conn, self._writer, (self._asked, self._noticing), self.agreements)

    @cached_property
    def vault(self) -> Vault:
        """Content at rest."""
        house = self.house
        return Vault(
            self.conn,
            self.trail,
            keystore=house.keystore,
            keyring=house.keys.vault,
            backend=house.backend,
            ledger=house.ledger,
        )

    @cached_property
    def identity(self) -> Identity:
        """Accounts and sign-in."""
        return wiring.identity(self)

    @cached_property
    def sharing(self) -> Sharing:
        """What people do with items."""
        return wiring.sharing(self)

    @cached_property
    def agreeing(self) -> Agreeing:
        """What people and the clock do about the duties of an agreement."""
        return wiring.agreeing(self)

    @cached_property
    def alerting(self) -> Alerting:
        """What people and the clock do about alerts."""
        return wiring.alerting(self)

    @cached_property
    def changing(self) -> Changing:
        """What people do about changes to an agreement."""
        return changing.changing(self)

    @cached_property
    def items(self) -> Items:
        """What people look at of items."""
        return wiring.items(self)

    @cached_property
    def retention(self) -> Retention:
        """Disposal, step by step."""
        return wiring.retention(self)

    @cached_property
    def certifying(self) -> BatchCertifying:
        """The certificates of batches."""
        return wiring.certifying(self)

    @cached_property
    def scheduling(self) -> Scheduling:
        """What people do with retention schedules."""
        return wiring.scheduling(self)

    @cached_property
    def checkpoints(self) -> Checkpoints:
        """The log's signed heads."""
        return Checkpoints(self.conn, self.house.keys.log)

    @cached_property
    def cosignatures(self) -> Cosignatures:
        """What witnesses say of those."""
        return Cosignatures(self.conn, self.house.keys.log, self.house.policies.cosigning)

    def _trail(
        self, conn: sa.Connection, writer: str | Chain, more: Sequence[Follower], agreements: Agreements | None = None
    ) -> Trail:
        house = self.house
        return Trail(
            conn,
            keys=house.keys.log,
            writer=writer,
            policies=house.policies.digest,
            followers=(*following.followers(house, agreements), *more),
        )

    def _notice(self) -> None:
        """What a fact opens belongs to the act that recorded it: without the one there is not the other."""
        try:
            self.notice()
        except BaseException as error:
            _undo(self.conn)
            self.house.writers.bring_back(self._writer)
            if is_contention(error):
                raise Contended(_AT_ONCE) from error
            raise

    def _settle(self, *, held: bool) -> None:
        """Key store and object store hear what became of it; whatever fails here, the sweep makes good."""
        if "vault" in self.__dict__:
            if held:
                for item in self.vault.after_commit():
                    self._finish_destruction(item)
            else:
                self.vault.after_rollback()
        if held and any(
            name in self.__dict__ and getattr(self, name).changed for name in ("checkpoints", "cosignatures")
        ):
            publishing.publish(self.house)

    def _finish_destruction(self, item: UUID) -> None:
        """Committed and begun: what can be done of the rest now, is. Whatever fails is the sweep's, and no refusal."""

        def once() -> None:
            with Work(self.house, self.actor, self.now) as after:
                after.vault.finish(item=item, actor=self.actor, now=self.now)

        with suppress(ServiceError):
            again(once)

    def _connect(self, chosen: Way) -> sa.Connection:
        """A connection with the transaction begun."""
        for tried in range(_CONNECTING):
            try:
                conn = self.house.engine.connect()
            except (DBAPIError, PoolTimeout) as error:
                raise DatabaseUnavailable(_TRY_AGAIN) from error
            try:
                conn.execution_options(**{WAY: chosen})
                conn.begin()
            except DBAPIError as error:
                conn.close()  # a connection lost here for every refused request would soon be every connection
                if is_wait(error) and chosen is Way.ALONE:
                    chosen = Way.ACT  # somebody acts for long: the others must not wait for this one as well
                elif is_wait(error):
                    raise Contended(_AT_ONCE) from error
                elif tried or not error.connection_invalidated:  # the server was restarted, and the pool is new now
                    raise DatabaseUnavailable(_TRY_AGAIN) from error
            else:
                return conn
        raise DatabaseUnavailable(_TRY_AGAIN)

    def _finish(self, conn: sa.Connection, before: str | Chain, after: str | Chain) -> None:
        """Commit. The writer's name goes on from ``after``; from ``before`` where it surely failed; else no further."""
        changed = wrote(conn)
        try:
            conn.commit()
        except DBAPIError as error:
            _undo(conn)
            if is_contention(error):
                self.house.writers.bring_back(before)
                raise Contended(_AT_ONCE) from error
            raise LogUnavailable(_TRY_AGAIN) from error
        self.house.writers.bring_back(after)
        if changed:
            committed()

    def _record_refusal(self, error: ServiceError) -> None:
        writer = self.house.writers.take()
        conn = self._connect(Way.ACT)
        try:
            noticing = opening.noticing(self.house.policies.incidents)
            trail = self._trail(conn, writer, (noticing,))
            fact = getattr(error, "fact", None)
            what = dict(getattr(error, "what", {})) if fact else {"code": error.code}
            trail.record(
                fact or REFUSED,
                actor=self.actor,
                now=self.now,
                # What somebody typed where an id belongs may be nothing the log can carry: it is refused all the same.
                subject=error.subject if SUBJECT.match(error.subject) else "",
                what=what,
                marking=getattr(error, "marking", ""),
                outcome="refused",
                rules=getattr(error, "rules", ()) or rules_of(error.reasons),
            )
            if facts := noticing.taken():
                opening.detecting(self.house, conn, trail).consider(facts, actor=self.actor, now=self.now)
            self._finish(conn, writer, trail.chain)
            committed()  # who was refused once is not asked for again
        except (DBAPIError, LogUnavailable) as fault:
            _undo(conn)
            if is_contention(fault):
                self.house.writers.bring_back(writer)
                raise Contended(_AT_ONCE) from fault
            if isinstance(fault, LogUnavailable):
                raise
            raise LogUnavailable(_TRY_AGAIN) from fault
        finally:
            conn.close()


_CONNECTING = 3
_AT_ONCE = "Nothing was changed. Try again."
_TRY_AGAIN = "Nothing was changed. Try again in a few minutes; if it goes on, tell whoever runs the service."


def _undo(conn: sa.Connection) -> None:
    """Roll back. A database that cannot even do that has dropped the transaction with the connection."""
    with suppress(DBAPIError):
        conn.rollback()
