"""A whole vault on a real database, a real log, a real keyring: what every test of the room works with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from audit import tables as audit_tables  # noqa: F401 - its tables belong to the metadata made below
from audit.keys import LogKeys
from audit.trail import Trail
from foundation.actor import Actor
from foundation.ident import new_id
from foundation.orm import metadata
from vault.backends.files import FilesBackend
from vault.backends.memory import MemoryBackend
from vault.keyring import LocalKeyring
from vault.keystore import KeyStore, open_engine
from vault.service import Vault

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CANARY = b"CANARY-7f3a the wing office was told on Tuesday "
ACTOR = Actor(id="0199-test", name="Test Person", party="hmip", principal=7)


@dataclass
class World:
    """Everything one machine has."""

    root: Path
    engine: sa.Engine
    log: LogKeys
    keystore: Any
    keyring: LocalKeyring
    backend: Any
    now: datetime = NOW
    items: list[UUID] = field(default_factory=list)

    @contextmanager
    def work(self) -> Iterator[Vault]:
        """One unit of work, as the application does it: commit, then tell the vault."""
        with self.engine.begin() as conn:
            trail = Trail(conn, keys=self.log, writer="test", policies="sha256:test")
            vault = Vault(conn, trail, keystore=self.keystore, keyring=self.keyring, backend=self.backend)
            yield vault
        vault.after_commit()

    @property
    def by(self) -> dict[str, Any]:
        return {"actor": ACTOR, "now": self.now}

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    def item(self, marking: str = "OS") -> UUID:
        """A new item with a key."""
        item = new_id(self.now)
        with self.work() as vault:
            vault.create(item=item, body="hmip", marking=marking, **self.by)
        return item

    def store(self, item: UUID, data: bytes, part: int = 1) -> None:
        """A whole upload."""
        with self.work() as vault:
            writer = vault.begin_part(item=item, part=part, **self.by)
        writer.write(data)
        sealed = writer.finish()
        with self.work() as vault:
            vault.finish_part(sealed=sealed, **self.by)

    def read(self, item: UUID, part: int = 1) -> bytes:
        with self.work() as vault:
            reader = vault.open_part(item=item, part=part, **self.by)
        with reader:
            return b"".join(bytes(piece) for piece in reader.stream())

    def acts(self) -> list[str]:
        """What the log says, in order."""
        with self.engine.connect() as conn:
            return list(conn.scalars(sa.text("select act from audit_index order by seq")))

    def count(self, table: str, where: str = "1 = 1") -> int:
        with self.engine.connect() as conn:
            return int(conn.scalar(sa.text(f"select count(*) from {table} where {where}")) or 0)


def app_engine(path: Path) -> sa.Engine:
    """The application's database as it is set up when serving: every transaction a writing one from its start."""
    engine = sa.create_engine(f"sqlite:///{path}")

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")

    @sa.event.listens_for(engine, "begin")
    def _begin(conn: sa.Connection) -> None:
        conn.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@contextmanager
def make_world(root: Path, backend: Any = None) -> Iterator[World]:
    """A new world in an empty folder, on files unless another store is given."""
    engine = app_engine(root / "app.db")
    metadata.create_all(engine)
    keys = open_engine(root / "keys.db")
    # No test here cuts the power; test_keystore checks what is set when serving.
    sa.event.listen(keys, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    (root / "keyring").mkdir(mode=0o700)
    keyring = LocalKeyring(root / "keyring")
    keyring.create("hmip", now=NOW)
    log = LogKeys.create(root / "log", "test.example/log")
    yield World(root, engine, log, KeyStore(keys), keyring, backend or FilesBackend(root / "vault"))
    engine.dispose()
    keys.dispose()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """On files."""
    with make_world(tmp_path) as made:
        yield made


@pytest.fixture
def memory_world(tmp_path: Path) -> Iterator[World]:
    """On memory, for faults."""
    with make_world(tmp_path, MemoryBackend()) as made:
        yield made
