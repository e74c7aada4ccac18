"""A whole vault on a real database, a real log, a real keyring: what every test of the room works with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from audit.keys import LogKeys
from audit.tables import audit_disclosure, audit_entry
from audit.trail import Trail
from foundation.actor import Actor
from foundation.errors import Unavailable
from foundation.ident import new_id
from tests import databases, stores
from vault.backends.memory import MemoryBackend
from vault.keyring import Keyring
from vault.keystore import KeyStore, open_engine
from vault.keystore_tables import erased, object_key, remarking
from vault.service import Vault
from vault.tables import vault_object, vault_part

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
    keyring: Keyring
    backend: Any
    now: datetime = NOW
    items: list[UUID] = field(default_factory=list)

    @contextmanager
    def work(self) -> Iterator[Vault]:
        """One unit of work, as the application does it: commit, tell the vault, finish what it says."""
        vault = None
        try:
            with self.engine.begin() as conn:
                trail = Trail(conn, keys=self.log, writer="test", policies="sha256:test")
                vault = Vault(conn, trail, keystore=self.keystore, keyring=self.keyring, backend=self.backend)
                yield vault
                self.committing()
        except BaseException:
            if vault is not None:
                vault.after_rollback()
            raise
        for item in vault.after_commit():
            with suppress(Unavailable), self.work() as after:
                after.finish(item=item, **self.by)

    def committing(self) -> None:
        """Called when everything is done but the commit."""

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

    def acts(self, item: UUID | None = None) -> list[str]:
        """What the log says, or says of one item, in order; in the tree or not yet."""
        query = sa.select(audit_entry.c.body).join(audit_disclosure, audit_disclosure.c.pos == audit_entry.c.pos)
        if item is not None:
            query = query.where(audit_disclosure.c.item == str(item))
        with self.engine.connect() as conn:
            return [json.loads(body)["act"] for body in conn.scalars(query.order_by(audit_entry.c.pos))]

    def tables(self) -> dict[str, list[Any]]:
        """Every row of the vault in both databases."""
        found: dict[str, list[Any]] = {}
        for engine, tables in (
            (self.engine, (vault_object, vault_part)),
            (self.keystore._engine, (object_key, remarking, erased)),
        ):
            with engine.connect() as conn:
                found |= {table.name: sorted(map(str, conn.execute(sa.select(table)))) for table in tables}
        return found

    def count(self, table: str, where: str = "1 = 1") -> int:
        with self.engine.connect() as conn:
            return int(conn.scalar(sa.text(f"select count(*) from {table} where {where}")) or 0)


@contextmanager
def make_world(root: Path, backend: Any = None) -> Iterator[World]:
    """A new world in an empty folder, on files unless another store is given."""
    engine = databases.engine(root, "app.db")
    keys = open_engine(databases.HERE.create("template0") if databases.on_postgresql() else root / "keys.db")
    if keys.dialect.name == "sqlite":
        # No test here cuts the power; test_keystore checks what is set when serving.
        sa.event.listen(keys, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    (root / "keyring").mkdir(mode=0o700)
    keyring = stores.keyring(root / "keyring")
    keyring.create("hmip", now=NOW)
    log = LogKeys.create(root / "log", "test.example/log")
    yield World(root, engine, log, KeyStore(keys), keyring, backend or stores.backend(root / "vault"))
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
