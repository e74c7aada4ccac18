"""A small service in memory: the real policies, the real log, the real deciders' place left open, cheap hashing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyotp
import sqlalchemy as sa

import audit.tables
from audit.keys import LogKeys
from audit.trail import Trail
from foundation.actor import NOBODY, Actor
from foundation.bound import Binder
from foundation.policy import Faults
from identity.model import Party, Role, SignIn
from identity.policy.gates import Gates, load_gates
from identity.policy.parties import load_parties, load_roles
from identity.ports import DutyDecider
from identity.queries.people import People
from identity.service.identity import Identity
from identity.store.hasher import Hasher
from identity.store.secrets import SecretBox
from tests import databases
from tests.taken_in import take_in

POLICIES = Path(__file__).parents[2] / "policies"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
VISITOR = replace(NOBODY, request_id="r-1")
ADMIN = Actor(id="0190d6c2-0000-7000-8000-00000000000a", name="Ada", party="imb", principal=900_001)
GOOD = "seven tall ships sailing"
HASHER = Hasher(passes=1, memory_kib=8, lanes=1)
BOX = SecretBox(bytes(range(32)))
BINDER = Binder(bytes(range(32)))


def real_policies() -> tuple[dict[str, Party], dict[str, Role]]:
    faults = Faults()
    parties = load_parties(POLICIES, faults)
    roles = load_roles(POLICIES, parties, faults)
    faults.raise_any()
    return parties, roles


def real_gates() -> Gates:
    faults = Faults()
    gates = load_gates(POLICIES, real_policies()[1], faults)
    faults.raise_any()
    return gates


class World:
    """One house with one clock. ``work`` is one unit of work; ``log`` is what the log holds."""

    def __init__(self, folder: Path, *, decider: DutyDecider | None = None, hasher: Hasher = HASHER) -> None:
        self.parties, self.roles = real_policies()
        self.gates = real_gates()
        self.now = NOON
        self.decider, self.hasher = decider, hasher
        self.engine = databases.engine(folder)
        self.keys = LogKeys.create(folder / "keys", "custodes.test/log")
        self.secrets: dict[str, pyotp.TOTP] = {}
        self.open: sa.Connection | None = None

    @contextmanager
    def _begun(self) -> Iterator[sa.Connection]:
        """The transaction that is open, or a new one: who looks in the middle of an act sees what it did so far."""
        if self.open is not None:
            yield self.open
            return
        with self.engine.begin() as conn:
            self.open = conn
            try:
                yield conn
            finally:
                self.open = None

    @contextmanager
    def work(self) -> Iterator[Identity]:
        with self._begun() as conn:
            trail = Trail(conn, keys=self.keys, writer="test", policies="p" * 64)
            yield Identity(
                conn,
                trail,
                parties=self.parties,
                roles=self.roles,
                gates=self.gates,
                hasher=self.hasher,
                secrets=BOX,
                binder=BINDER,
                decider=self.decider,
            )

    @contextmanager
    def reading(self) -> Iterator[People]:
        with self._begun() as conn:
            yield People(conn, parties=self.parties, roles=self.roles, gates=self.gates, binder=BINDER)

    def log(self, act: str = "identity.") -> list[tuple[str, str, str]]:
        """(act, outcome, subject) of the entries, in order, whose act begins so."""
        take_in(self.engine)
        index = audit.tables.audit_index
        with self._begun() as conn:
            rows = conn.execute(sa.select(index.c.act, index.c.outcome, index.c.item).order_by(index.c.seq))
            return [(row.act, row.outcome, row.item or "") for row in rows if row.act.startswith(act)]

    def acts(self) -> list[str]:
        return [act.removeprefix("identity.") for act, _, _ in self.log()]

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    def code(self, person_id: str, *, steps: int = 0) -> str:
        return self.secrets[person_id].at(self.now, counter_offset=steps)

    def person(self, email: str = "bea@example.test", name: str = "Beatrix Quill", party: str = "imb") -> str:
        """An active person with GOOD as password; the clock moves on so that their next code is fresh."""
        with self.work() as identity:
            person_id, token = identity.invite(email=email, name=name, party=party, actor=ADMIN, now=self.now)
            uri = identity.accept(token=token, password=GOOD, actor=VISITOR, now=self.now)
            self.secrets[person_id] = totp_of(uri)
            code = self.code(person_id)
            identity.confirm_second_factor(token=token, code=code, actor=VISITOR, now=self.now)
        self.later(minutes=1)
        return person_id

    def password(self, password: str = GOOD, *, email: str = "bea@example.test", session: str = "") -> SignIn:
        with self.work() as identity:
            return identity.check_password(
                email=email, password=password, session_token=session, actor=VISITOR, now=self.now
            )

    def second(self, token: str, code: str) -> SignIn:
        with self.work() as identity:
            return identity.check_code(session_token=token, code=code, actor=VISITOR, now=self.now)

    def sign_in(self, person_id: str, *, email: str = "bea@example.test", password: str = GOOD) -> str:
        """The token of a full session; the clock moves on so that the next code is fresh."""
        first = self.password(password, email=email)
        assert first.ok, first.detail
        full = self.second(first.token, self.code(person_id))
        assert full.ok, full.detail
        self.later(minutes=1)
        return full.token

    def prove(self, person_id: str, token: str) -> None:
        """By a fresh code, and the clock moves on so that the next is."""
        with self.work() as identity:
            found = identity.prove(
                session_token=token, code=self.code(person_id), actor=self.actor(token), now=self.now
            )
        assert found.ok, found.detail
        self.later(minutes=1)

    def actor(self, token: str) -> Actor:
        with self.reading() as people:
            return people.actor_of_session(token, now=self.now)


def totp_of(uri: str) -> pyotp.TOTP:
    return pyotp.TOTP(parse_qs(urlsplit(uri).query)["secret"][0])
