"""The house: what one process holds from start to stop, built from settings and never changed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from app.bootstrap import continuity, ledger, providing, wiring
from app.bootstrap import keys as key_files
from app.bootstrap import policies as policy_files
from app.bootstrap.clock import Clock, DemonstrationClock, SystemClock
from app.bootstrap.contention import again
from app.bootstrap.engines import make_engine, reading
from app.bootstrap.events import POLICIES_CHANGED, STARTED
from app.bootstrap.keys import Keys
from app.bootstrap.places import Places
from app.bootstrap.policies import Policies
from app.bootstrap.providing import Published
from app.bootstrap.schema import at_head, unaltered, upgrade
from app.bootstrap.unfinished import refuse_unfinished
from app.bootstrap.versions import Known, startable
from app.bootstrap.work import Work
from app.bootstrap.writers import Writers
from app.config import Settings
from audit.fact import Value
from audit.reading import policies_before
from foundation.actor import SERVICE, Actor
from foundation.bound import Binder
from foundation.errors import Unavailable
from identity.rules.decide import GATED, Decider
from identity.rules.training import wheres
from identity.store.hasher import Hasher
from identity.store.secrets import SecretBox
from vault.addresses import vault_of
from vault.backend import Backend
from vault.backends.files import FilesBackend
from vault.keystore import KeyStore, open_engine
from vault.ledger import Ledger

log = logging.getLogger("custodes.start")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class House:
    """Everything a unit of work is built from. Safe to share between threads."""

    settings: Settings
    clock: Clock
    engine: sa.Engine
    keystore: KeyStore
    ledger: Ledger
    backend: Backend
    keys: Keys
    policies: Policies
    decider: Decider
    hasher: Hasher
    writers: Writers
    places: Places
    known: Known
    published: Published
    binder: Binder = field(repr=False)
    secrets: SecretBox = field(repr=False)

    @property
    def demonstration(self) -> bool:
        """The invented cast, on loopback alone."""
        return self.settings.demonstration

    def now(self) -> datetime:
        """The instant, UTC, whole milliseconds. Taken once a request."""
        return self.clock.now()

    def work(self, actor: Actor = SERVICE, *, now: datetime | None = None) -> Work:
        """One unit of work: ``with house.work(actor) as work``."""
        return Work(self, actor, now)

    def do(self, act: Callable[[Work], T], actor: Actor = SERVICE) -> T:
        """One unit of work, done again if somebody else did something with the same rows in the same moment.

        For what must not be given up half way through many units; ``act`` may run more than once, its last run counts.
        """

        def once() -> T:
            with self.work(actor) as work:
                return act(work)

        return again(once)


def make_backend(text: str) -> Backend:
    """Whatever CUSTODES_VAULT_URL says. A bucket is asked nothing yet."""
    place = vault_of(text)
    if isinstance(place, Path):
        return FilesBackend(place)
    from vault.backends.s3 import S3Backend  # a service on files need not read it

    return S3Backend(place.name, place.prefix, place.place)


def make_clock(settings: Settings) -> Clock:
    """The machine's clock, or the demonstration's."""
    return DemonstrationClock(settings.state / "clock") if settings.demonstration else SystemClock()


def init(settings: Settings) -> None:
    """Make what is missing: folders, keys, databases, the single offices of every party. Replaces nothing."""
    settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = policy_files.load(settings.policies)
    key_files.create(
        settings.keys,
        origin=settings.origin,
        bodies=found.parties,
        now=make_clock(settings).now(),
        demonstration=settings.demonstration,
        keyring=settings.keyring_url,
    )
    engine = make_engine(settings.database_url, threads=settings.threads)
    upgrade(engine)
    engine.dispose()
    if settings.keystore_url == str(settings.keystore):
        settings.keystore.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    house = build(settings)
    with house.work() as work:
        wiring.console_identity(work).create_single_offices(actor=SERVICE, now=work.now)
    house.engine.dispose()
    house.keystore.dispose()


def build(settings: Settings, *, hasher: Hasher | None = None) -> House:
    """Open everything, checked. Raises a typed refusal saying what to do when anything is missing or wrong."""
    found = policy_files.load(settings.policies)
    engine = make_engine(settings.database_url, threads=settings.threads)
    at_head(engine)
    keys = key_files.load(settings.keys, demonstration=settings.demonstration, keyring=settings.keyring_url)
    return House(
        settings=settings,
        clock=make_clock(settings),
        engine=engine,
        keystore=KeyStore(open_engine(settings.keystore_url), forget=keys.vault.forget),
        ledger=Ledger(settings.ledger, Binder(keys.facts)),
        backend=make_backend(settings.vault_url),
        keys=keys,
        policies=found,
        decider=Decider(found.access, wheres(found.gates, GATED)),
        hasher=hasher or Hasher(),
        writers=Writers(alone=engine.dialect.name == "sqlite"),
        places=Places(),
        known=Known(found, keys.log),
        published=Published(demonstration=settings.demonstration),
        binder=Binder(keys.facts),
        secrets=SecretBox(keys.identity),
    )


def started(house: House) -> None:
    """Enter in the log that the service starts, and under which policies. What cannot be logged does not start.

    Raises RestoreUnfinished, SchemaAltered, LedgerBehind, LedgerDamaged.
    """
    refuse_unfinished(house.settings)
    providing.startable(house.settings, house.policies.gates.providers.known)
    unaltered(house.engine)
    told = ledger.kept(house)
    with reading(house.engine) as conn:
        startable(house, conn)
    with house.work() as work:
        what: dict[str, Value] = {"version": version("custodes"), "demonstration": house.demonstration}
        before = policies_before(work.conn)
        work.trail.record(STARTED, actor=SERVICE, now=work.now, what=what)
        if before not in ("", house.policies.digest):
            # Somebody meant it, or somebody edited a file: those who read the log are to see that they must ask.
            work.trail.record(POLICIES_CHANGED, actor=SERVICE, now=work.now, what={"before": before})
            log.warning("the policies are others than those before: %s, now %s", before, house.policies.digest)
        # A key store restored from a backup has keys again that were destroyed since: before anybody is served.
        work.vault.replay_destroyed(actor=SERVICE, now=work.now)
    ledger.replay(house, told=told)
    continuity.warn(house)
    with suppress(Unavailable), house.work() as work:
        work.vault.sweep(actor=SERVICE, now=work.now)  # what a process that died still owes its last commit
    house.engine.dispose()
    house.keystore.dispose()
