"""Rotation of keys that lie in KMS, on a vault whose content lies in S3: the twin of test_rewrap."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import stores
from tests.vault.conftest import CANARY, World, make_world
from vault.rewrap import rewrap


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(stores.HERE, "kind", "s3")
    with make_world(tmp_path) as made:
        yield made


def test_keys_are_moved_without_touching_content_and_the_old_one_goes(world: World) -> None:
    items = [world.item() for _ in range(5)]
    for item in items:
        world.store(item, CANARY)
    before = {name: stores.read(world, name) for name in stores.files(world)}
    wraps = {item: world.keystore.get(item, 1) for item in items}
    second = world.keyring.create("hmip", now=world.now)
    *_, last = rewrap(world.keystore, world.keyring, "hmip", batch=2)
    assert (last.moved, last.failed, last.finished) == (5, 0, True)
    assert {world.keystore.get(item, 1).kek_id for item in items} == {second}
    assert {name: stores.read(world, name) for name in stores.files(world)} == before
    with world.work() as vault:
        gone = vault.rotation.destroy_kek(kek_id=wraps[items[0]].kek_id, **world.by)
    assert gone.kek == wraps[items[0]].kek_id
    assert [world.read(item) for item in items] == [CANARY] * 5
    assert [kek.state for kek in world.keyring.ids()] == ["pending-deletion", "live"]


def test_an_item_destroyed_leaves_no_data_key_in_memory(world: World) -> None:
    item = world.item()
    world.store(item, CANARY)
    assert world.read(item) == CANARY
    with world.work() as vault:
        vault.destroy(item=item, **world.by)
        assert vault.remove_content(item=item, **world.by).absent
    world.keyring.forget(item)
    assert not world.keyring._kept._entries
    assert stores.files(world) == []
