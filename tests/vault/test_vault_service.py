"""The vault as the rooms above it use it."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from foundation.actor import Actor
from tests import stores
from tests.vault.conftest import CANARY, World
from vault import errors
from vault.envelope import stored_size
from vault.parts import PartReader


def test_a_file_comes_back_as_it_went_in(world: World) -> None:
    item, data = world.item(), os.urandom(3 * 2**20 + 77)
    world.store(item, data)
    with world.work() as vault:
        reader = vault.open_part(item=item, part=1, **world.by)
    with reader:
        assert reader.size == len(data)
        assert reader.sha256 == sha256(data).digest()
        assert b"".join(bytes(piece) for piece in reader.stream()) == data
        assert b"".join(bytes(piece) for piece in reader.stream(2**20 - 3, 16_500)) == data[2**20 - 3 :][:16_500]
        assert b"".join(bytes(piece) for piece in reader.stream(len(data) - 5, 500)) == data[-5:]
        assert list(reader.stream(len(data), 1)) == []


def test_two_streams_on_one_thread_do_not_disturb_each_other(world: World) -> None:
    item, one, two = world.item(), os.urandom(2**21 + 1), os.urandom(2**21 + 2)
    world.store(item, one, 1)
    world.store(item, two, 2)
    with world.work() as vault:
        first, second = (vault.open_part(item=item, part=part, **world.by) for part in (1, 2))
    with first, second:
        got: tuple[list[bytes], list[bytes]] = ([], [])
        for left, right in zip(first.stream(), second.stream(), strict=True):
            got[0].append(bytes(left))
            got[1].append(bytes(right))
    assert (b"".join(got[0]), b"".join(got[1])) == (one, two)


def test_small_messages_open_under_their_own_name_and_item_alone(world: World) -> None:
    item, other = world.item(), world.item()
    with world.work() as vault:
        sealed = vault.seal(item=item, name="title", value=CANARY, **world.by)
        assert CANARY not in sealed
        assert vault.open(item=item, name="title", sealed=sealed, **world.by) == CANARY
        for wrong in ({"item": item, "name": "text"}, {"item": other, "name": "title"}):
            with pytest.raises(errors.Tampered):
                vault.open(sealed=sealed, **wrong, **world.by)
        for cut in range(len(sealed)):
            with pytest.raises(errors.Tampered):
                vault.open(item=item, name="title", sealed=sealed[:cut], **world.by)


def test_a_list_opens_what_may_be_opened_and_leaves_out_the_rest(world: World) -> None:
    items = [world.item() for _ in range(4)]
    with world.work() as vault:
        sealed = {(item, "title"): vault.seal(item=item, name="title", value=CANARY, **world.by) for item in items}
        vault.disable(item=items[1], **world.by)
        vault.destroy(item=items[2], **world.by)
        opened = vault.open_many(sealed={**sealed, (uuid4(), "title"): b"x"}, **world.by)
    assert opened == {(items[0], "title"): CANARY, (items[3], "title"): CANARY}


def test_a_version_has_a_key_of_its_own(world: World) -> None:
    item = world.item()
    with world.work() as vault:
        vault.create(item=item, body="hmip", marking="OS", version=2, **world.by)
        sealed = vault.seal(item=item, name="title", value=CANARY, **world.by)
        with pytest.raises(errors.Tampered):
            vault.open(item=item, name="title", sealed=sealed, version=2, **world.by)
    with pytest.raises(errors.KeyExists), world.work() as vault:
        vault.create(item=item, body="hmip", marking="OS", version=2, **world.by)


def test_a_body_without_a_key_is_refused_and_nothing_is_left(world: World) -> None:
    item = uuid4()
    with pytest.raises(errors.KeyMissing), world.work() as vault:
        vault.create(item=item, body="imb", marking="OS", **world.by)
    assert world.keystore.state(item) == ""
    assert world.count("vault_object") == 0


def test_an_empty_file_is_refused(world: World) -> None:
    item = world.item()
    with world.work() as vault:
        writer = vault.begin_part(item=item, part=1, **world.by)
    with pytest.raises(errors.Empty) as caught:
        writer.finish()
    assert caught.value.code == "vault.empty"
    assert world.backend.unsettled() == []


def test_the_first_byte_beyond_the_limit_is_refused_and_nothing_is_kept(world: World) -> None:
    item = world.item()
    with world.work() as vault:
        writer = vault.begin_part(item=item, part=1, limit=2**20, **world.by)
    assert writer.write(bytes(2**20)) == 2**20
    assert world.backend.unsettled() != []
    with pytest.raises(errors.TooLarge):
        writer.write(b"x")
    assert world.backend.unsettled() == []
    with pytest.raises(RuntimeError):
        writer.write(b"x")


def test_exactly_the_limit_is_allowed(world: World) -> None:
    item = world.item()
    with world.work() as vault:
        writer = vault.begin_part(item=item, part=1, limit=5, **world.by)
    writer.write(b"12345")
    assert writer.seek(0) == 0
    assert writer.finish().stored_size == stored_size(5)
    writer.close()
    assert len(world.backend.unsettled()) == 1


def test_an_upload_broken_off_leaves_nothing(world: World) -> None:
    item = world.item()
    with world.work() as vault:
        writer = vault.begin_part(item=item, part=1, **world.by)
    writer.write(CANARY * 90_000)
    assert world.backend.unsettled() != []
    with writer:
        pass
    assert stores.files(world) == []


@pytest.mark.parametrize("pieces", [[1], [16_384], [100_000] * 40, [2**20, 1], [3, 2**21, 7]])
def test_however_it_is_cut_on_the_way_in_the_file_is_the_same(world: World, pieces: list[int]) -> None:
    item, data = world.item(), os.urandom(sum(pieces))
    with world.work() as vault:
        writer = vault.begin_part(item=item, part=1, **world.by)
    at = 0
    for size in pieces:
        writer.write(memoryview(data)[at : at + size])
        writer.seek(0)
        at += size
    sealed = writer.finish()
    assert (sealed.size, sealed.sha256) == (len(data), sha256(data).digest())
    with world.work() as vault:
        vault.finish_part(sealed=sealed, **world.by)
    assert world.read(item) == data
    stored = stores.read(world, stores.files(world)[-1])
    assert (len(stored), sha256(stored).digest()) == (sealed.stored_size, sealed.stored_sha256)


def test_a_number_holds_one_file_and_is_free_again_once_dropped(world: World) -> None:
    item = world.item()
    world.store(item, b"first")
    with pytest.raises(errors.PartExists), world.work() as vault:
        vault.begin_part(item=item, part=1, **world.by)
    with world.work() as vault:
        vault.drop_part(item=item, part=1, **world.by)
    assert world.backend.list(f"{item.hex[-2:]}/{item}") == []
    with pytest.raises(errors.PartGone):
        world.read(item)
    with pytest.raises(errors.PartGone), world.work() as vault:
        vault.drop_part(item=item, part=1, **world.by)
    world.store(item, b"second")
    assert world.read(item) == b"second"


def test_of_two_uploads_for_one_number_the_first_to_finish_is_the_file(world: World) -> None:
    item = world.item()
    with world.work() as vault:
        writers = [vault.begin_part(item=item, part=1, **world.by) for _ in range(2)]
    for writer, text in zip(writers, (b"one", b"two"), strict=True):
        writer.write(text)
    sealed = [writer.finish() for writer in writers]
    with world.work() as vault:
        vault.finish_part(sealed=sealed[1], **world.by)
    with pytest.raises(errors.PartExists), world.work() as vault:
        vault.finish_part(sealed=sealed[0], **world.by)
    with pytest.raises(errors.PartNotBegun), world.work() as vault:
        vault.finish_part(sealed=sealed[1], **world.by)
    assert world.read(item) == b"two"
    world.later(days=2)
    with world.work() as vault:
        assert vault.sweep(**world.by) > 0
    assert len(world.backend.list(f"{item.hex[-2:]}/{item}")) == 1
    assert world.read(item) == b"two"


def test_an_upload_dropped_meanwhile_is_not_taken(world: World) -> None:
    item = world.item()
    with world.work() as vault:
        writer = vault.begin_part(item=item, part=1, **world.by)
    writer.write(b"x")
    sealed = writer.finish()
    with world.work() as vault:
        vault.drop_part(item=item, part=1, **world.by)
    with pytest.raises(errors.PartNotBegun), world.work() as vault:
        vault.finish_part(sealed=sealed, **world.by)


def test_a_new_marking_rewraps_the_key_and_leaves_the_content(world: World) -> None:
    item = world.item("O")
    world.store(item, CANARY)
    before = world.keystore.get(item, 1)
    with world.work() as vault:
        vault.remark(item=item, marking="OS", **world.by)
        vault.remark(item=item, marking="OS", **world.by)
    after = world.keystore.get(item, 1)
    assert (before.marking, after.marking) == ("O", "OS")
    assert before.wrapped != after.wrapped
    assert world.read(item) == CANARY
    assert world.acts().count("vault.key-remarked") == 1


def test_a_marking_changed_in_the_database_alone_makes_the_key_unreadable(world: World) -> None:
    item = world.item("OS")
    world.store(item, CANARY)
    _by_hand(world, "update object_key set marking = 'O'")
    with pytest.raises(errors.Tampered):
        world.read(item)


def test_wrapped_keys_swapped_between_items_open_neither(world: World) -> None:
    one, two = world.item(), world.item()
    world.store(one, CANARY)
    world.store(two, CANARY)
    wrapped = {item: world.keystore.get(item, 1).wrapped for item in (one, two)}
    for item, other in ((one, two), (two, one)):
        _by_hand(world, "update object_key set wrapped = :to where item = :at", to=wrapped[other], at=str(item))
    for item in (one, two):
        with pytest.raises(errors.Tampered):
            world.read(item)


def test_stored_files_swapped_rolled_back_cut_or_changed_open_not_at_all(world: World) -> None:
    one, two = world.item(), world.item()
    for item, fill in ((one, b"a"), (two, b"b")):
        world.store(item, fill * 40_000)
    names = stores.files(world)
    first, second = (stores.read(world, name) for name in names)
    for left, right in ((second, first), (first[:-1], second[:-16400]), (first + b"x", second + bytes(16400))):
        stores.replace(world, names[0], left)
        stores.replace(world, names[1], right)
        for item in (one, two):
            with pytest.raises(errors.Tampered):
                world.read(item)


def test_an_older_file_of_the_same_number_put_back_is_refused(world: World) -> None:
    item = world.item()
    world.store(item, b"a" * 40_000)
    old = stores.read(world, stores.files(world)[-1])
    with world.work() as vault:
        vault.drop_part(item=item, part=1, **world.by)
    world.store(item, b"b" * 40_000)
    stores.replace(world, stores.files(world)[-1], old)
    with pytest.raises(errors.Tampered):
        world.read(item)


def test_a_fault_in_the_middle_breaks_off_and_no_wrong_byte_comes_out(world: World) -> None:
    item, data = world.item(), os.urandom(4 * 2**20)
    world.store(item, data)
    name = stores.files(world)[-1]
    stored = bytearray(stores.read(world, name))
    stored[len(stored) // 2] ^= 1
    stores.replace(world, name, bytes(stored))
    with world.work() as vault:
        reader = vault.open_part(item=item, part=1, **world.by)
    for start in (0, 1):
        out = bytearray()
        with pytest.raises(errors.Tampered):
            _drink(reader, start, out)
        assert 0 < len(out) < len(data) // 2
        assert data[start:].startswith(out)
    reader.close()


def test_disabled_is_closed_to_every_door_and_enabled_opens_again(world: World) -> None:
    item = world.item()
    world.store(item, CANARY)
    with world.work() as vault:
        sealed = vault.seal(item=item, name="title", value=b"t", **world.by)
        begun = vault.begin_part(item=item, part=2, **world.by)
        begun.write(b"x")
        part = begun.finish()
        vault.disable(item=item, **world.by)
        vault.disable(item=item, **world.by)
    assert world.keystore.state(item) == "disabled"
    with world.work() as vault:
        for refused in (
            lambda: vault.open(item=item, name="title", sealed=sealed, **world.by),
            lambda: vault.seal(item=item, name="title", value=b"t", **world.by),
            lambda: vault.open_part(item=item, part=1, **world.by),
            lambda: vault.begin_part(item=item, part=3, **world.by),
            lambda: vault.finish_part(sealed=part, **world.by),
            lambda: vault.drop_part(item=item, part=1, **world.by),
            lambda: vault.remark(item=item, marking="O", **world.by),
        ):
            with pytest.raises(errors.KeyDisabled):
                refused()
        vault.enable(item=item, **world.by)
    assert world.read(item) == CANARY
    assert [act for act in world.acts() if "abled" in act] == ["vault.key-disabled", "vault.key-enabled"]


@pytest.mark.parametrize("side", ["application", "key store"])
def test_as_long_as_either_database_says_disabled_it_is(world: World, side: str) -> None:
    item = world.item()
    world.store(item, CANARY)
    if side == "application":
        with world.engine.begin() as conn:
            conn.execute(sa.text("update vault_object set state = 'disabled'"))
    else:
        world.keystore.set_state(item, "disabled", now=world.now)
    with pytest.raises(errors.KeyDisabled):
        world.read(item)


def test_destroyed_is_for_ever_and_the_same_when_repeated(world: World) -> None:
    item = world.item()
    world.store(item, CANARY)
    with world.work() as vault:
        sealed = vault.seal(item=item, name="title", value=b"t", **world.by)
        vault.create(item=item, body="hmip", marking="OS", version=2, **world.by)
    with world.work() as vault:
        first = vault.destroy(item=item, why="D-2026-1", **world.by)
    world.later(days=3)
    with world.work() as vault:
        again = vault.destroy(item=item, why="D-2026-2", **world.by)
    assert again == first
    assert first.versions == 2
    assert first.keks == ("hmip/2026-11/1",)
    assert world.acts().count("vault.key-destroyed") == 1
    assert world.keystore.state(item) == "destroyed"
    with world.work() as vault:
        for refused in (
            lambda: vault.open(item=item, name="title", sealed=sealed, **world.by),
            lambda: vault.open_part(item=item, part=1, **world.by),
            lambda: vault.enable(item=item, **world.by),
            lambda: vault.create(item=item, body="hmip", marking="OS", version=3, **world.by),
            lambda: vault.remark(item=item, marking="O", **world.by),
        ):
            with pytest.raises(errors.KeyGone):
                refused()


def test_a_key_destroyed_by_one_worker_is_dead_at_once_in_another(world: World) -> None:
    item = world.item()
    world.store(item, CANARY)
    world.keystore.destroy(item, at=world.now, by="other", reason="")
    with pytest.raises(errors.KeyGone):
        world.read(item)


def test_content_goes_only_after_its_key_and_its_absence_is_looked_for(world: World) -> None:
    item, other = world.item(), world.item()
    for part in (1, 2):
        world.store(item, CANARY, part)
    world.store(other, CANARY)
    with world.work() as vault:
        unfinished = vault.begin_part(item=item, part=3, **world.by)
    unfinished.write(b"x" * 2**21)
    with pytest.raises(errors.KeyAlive), world.work() as vault:
        vault.remove_content(item=item, **world.by)
    with world.work() as vault:
        vault.destroy(item=item, **world.by)
        removal = vault.remove_content(item=item, **world.by)
    assert (removal.parts, removal.absent) == (2, True)
    assert [name for name in stores.files(world) if str(item) in name] == []
    assert world.count("vault_part", f"item = '{item}'") == 0
    assert world.read(other) == CANARY
    unfinished.write(b"x" * 100)
    with pytest.raises(errors.StorageFailed):
        unfinished.finish()
    with world.work() as vault:
        assert vault.remove_content(item=item, **world.by).absent
    assert [name for name in stores.files(world) if str(item) in name] == []


def test_a_restored_key_store_forgets_again_what_was_destroyed(world: World) -> None:
    item = world.item()
    key = world.keystore.get(item, 1)
    with world.work() as vault:
        vault.destroy(item=item, **world.by)
    _by_hand(world, "delete from erased")
    world.keystore.add(key)
    with world.work() as vault:
        assert vault.replay_destroyed(**world.by) == 1
        assert vault.replay_destroyed(**world.by) == 0
    assert world.keystore.state(item) == "destroyed"


def test_no_word_of_content_lies_in_any_file(world: World) -> None:
    item = world.item()
    with world.work() as vault:
        writer = vault.begin_part(item=item, part=1, **world.by)
        sealed = vault.seal(item=item, name="title", value=CANARY, **world.by)
    for _ in range(60):
        writer.write(CANARY * 1000)
    _assert_nowhere(world.root)
    part = writer.finish()
    with world.work() as vault:
        vault.finish_part(sealed=part, **world.by)
        reader = vault.open_part(item=item, part=1, **world.by)
    assert CANARY in bytes(next(iter(reader.stream())))
    reader.close()
    _assert_nowhere(world.root, sha256(CANARY * 60_000).digest(), sha256(CANARY * 60_000).hexdigest().encode())
    assert CANARY not in sealed


@pytest.mark.folder("is about the modes of files")
def test_every_file_and_folder_is_its_owners_alone(world: World) -> None:
    world.store(world.item(), CANARY)
    for path in [*(world.root / "vault").rglob("*"), *(world.root / "keyring").rglob("*"), world.root / "vault"]:
        assert path.stat().st_mode & 0o077 == 0, path
    assert all(path.stat().st_mode & 0o077 == 0 for path in world.root.glob("keys.db*"))


def test_the_log_tells_what_was_done_without_the_content(world: World) -> None:
    item = world.item()
    world.store(item, CANARY)
    with world.work() as vault:
        vault.destroy(item=item, **world.by)
        vault.remove_content(item=item, **world.by)
    assert world.acts() == [
        "vault.key-created",
        "vault.part-sealed",
        "vault.key-destroyed",
        "vault.content-removed",
    ]


def test_an_unknown_item_is_gone(world: World) -> None:
    nobody: Actor = world.by["actor"]
    with world.work() as vault:
        for act in ("disable", "enable", "destroy"):
            with pytest.raises(errors.KeyGone):
                getattr(vault, act)(item=uuid4(), actor=nobody, now=world.now)


def _drink(reader: PartReader, start: int, out: bytearray) -> None:
    for piece in reader.stream(start):
        out += piece


def _by_hand(world: World, statement: str, **values: object) -> None:
    """In the key store, behind the service."""
    with world.keystore._engine.begin() as conn:
        conn.execute(sa.text(statement), values)


def _assert_nowhere(root: Path, *more: bytes) -> None:
    for path in root.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for needle in (CANARY, *more):
                assert needle not in data, path
