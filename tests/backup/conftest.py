"""A house with items in it, a place for backups, and keys to seal them for."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyrage
import pytest
from flask import Flask

from app.bootstrap import backups, drilling, restoring
from app.bootstrap.house import House
from app.config import Settings
from tests import databases, stores
from tests.faults.conftest import Scene, Things
from tests.ready import furnished
from vault.backup.age import identities, recipients
from vault.backup.place import Place

SMALL = b"Vexillology in the kitchen. " * 300


@dataclass
class Kept:
    """A scene, where its backups go, and who may open them."""

    scene: Scene
    folder: Path
    keeper: Any = field(default_factory=pyrage.x25519.Identity.generate)
    key_keeper: Any = field(default_factory=pyrage.x25519.Identity.generate)

    @property
    def house(self) -> House:
        return self.scene.house

    @property
    def data(self) -> Place:
        return Place(stores.backend(self.folder / "data"))

    @property
    def keys(self) -> Place:
        return Place(stores.backend(self.folder / "keys"))

    def make(self) -> backups.Made:
        self.scene.clock.later(seconds=1)
        return backups.make(self.house, self.data, recipients(str(self.keeper.to_public()).encode()))

    def make_keys(self) -> backups.Made:
        self.scene.clock.later(seconds=1)
        return backups.make_keys(self.house, self.keys, recipients(str(self.key_keeper.to_public()).encode()))

    def both(self) -> backups.Made:
        made = self.make()
        self.make_keys()
        return made

    def source(self, **changed: Any) -> restoring.Source:
        given = {
            "data": self.data,
            "keys": self.keys,
            "opens": identities(str(self.keeper).encode()),
            "opens_keys": identities(str(self.key_keeper).encode()),
        }
        return restoring.Source(**{**given, **changed})

    def empty(self, *, ledger: bool = True) -> Settings:
        """Settings of a service that has its keys and nothing else. ``ledger``: its disposal ledger was saved."""
        state = self.folder / f"new-{secrets.token_hex(3)}"
        state.mkdir(mode=0o700)
        old = self.house.settings
        if ledger and old.ledger.exists():
            (state / "ledger").mkdir()
            (state / "ledger" / "destroyed").write_bytes(old.ledger.read_bytes())
        vault = stores.settings(state).get("CUSTODES_VAULT_URL", str(state / "vault"))
        return replace(
            old,
            state=state,
            database_url=databases.empty(state),
            keystore_url=databases.empty(state) if databases.on_postgresql() else str(state / "keystore" / "keys.db"),
            vault_url=vault,
            ledger=state / "ledger" / "destroyed",
        )

    def restore(self, settings: Settings | None = None, **given: Any) -> restoring.Restored:
        return restoring.restore(settings or self.empty(), self.source(), clock=self.house.clock, **given)

    def drill(self, **given: Any) -> drilling.Drilled:
        database = databases.empty(self.folder / secrets.token_hex(3)) if databases.on_postgresql() else ""
        return drilling.drill(self.house, self.source(), self.folder, database_url=database, **given)


def let_go(house: House) -> None:
    house.engine.dispose()
    house.keystore.dispose()


def made_in(folder: Path) -> Kept:
    state = folder / "state"
    keystore = {"CUSTODES_KEYSTORE_URL": databases.empty(folder)} if databases.on_postgresql() else {}
    house, people = furnished(state, **keystore)
    return Kept(Scene(house, people, Flask(__name__), Things(), Things()), folder)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    """Of one's own, with one item sent and one being written."""
    found = made_in(tmp_path)
    item(found, SMALL)
    found.scene.attach(found.scene.start_draft(), SMALL)
    yield found
    let_go(found.house)


def item(kept: Kept, content: bytes = SMALL) -> str:
    """Another one with a file, sent."""
    draft = kept.scene.start_draft()
    kept.scene.attach(draft, content)
    return kept.scene.send(draft)
