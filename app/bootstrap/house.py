"""The house: what one process holds from start to stop, built from settings and never changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import sqlalchemy as sa

from app.bootstrap import keys as key_files
from app.bootstrap import policies as policy_files
from app.bootstrap import wiring
from app.bootstrap.clock import Clock, DemonstrationClock, SystemClock
from app.bootstrap.engines import make_engine
from app.bootstrap.events import STARTED
from app.bootstrap.keys import Keys
from app.bootstrap.policies import Policies
from app.bootstrap.schema import at_head, upgrade
from app.bootstrap.work import Work
from app.config import Settings
from audit.fact import Value
from foundation.actor import SERVICE, Actor
from identity.rules.decide import Decider
from identity.store.hasher import Hasher
from identity.store.secrets import SecretBox
from vault.backend import Backend
from vault.backends.files import FilesBackend
from vault.keystore import KeyStore, open_engine


@dataclass(frozen=True, slots=True)
class House:
    """Everything a unit of work is built from. Safe to share between threads."""

    settings: Settings
    clock: Clock
    engine: sa.Engine
    keystore: KeyStore
    backend: Backend
    keys: Keys
    policies: Policies
    decider: Decider
    hasher: Hasher
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
        return Work(self, actor, now or self.now())


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
    )
    engine = make_engine(settings.database_url)
    upgrade(engine)
    engine.dispose()
    settings.keystore.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    house = build(settings)
    with house.work() as work:
        wiring.console_identity(work).create_single_offices(actor=SERVICE, now=work.now)
    house.engine.dispose()


def build(settings: Settings, *, hasher: Hasher | None = None) -> House:
    """Open everything, checked. Raises a typed refusal saying what to do when anything is missing or wrong."""
    found = policy_files.load(settings.policies)
    engine = make_engine(settings.database_url)
    at_head(engine)
    keys = key_files.load(settings.keys, demonstration=settings.demonstration)
    return House(
        settings=settings,
        clock=make_clock(settings),
        engine=engine,
        keystore=KeyStore(open_engine(settings.keystore)),
        backend=FilesBackend(Path(settings.vault)),
        keys=keys,
        policies=found,
        decider=Decider(found.access),
        hasher=hasher or Hasher(),
        secrets=SecretBox(keys.identity),
    )


def started(house: House) -> None:
    """Enter in the log that the service starts, and under which policies. What cannot be logged does not start."""
    with house.work() as work:
        what: dict[str, Value] = {"version": version("custodes"), "demonstration": house.demonstration}
        work.trail.record(STARTED, actor=SERVICE, now=work.now, what=what)
    house.engine.dispose()
