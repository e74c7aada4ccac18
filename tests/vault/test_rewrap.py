"""New wrapping keys, everything moved under them, old ones destroyed: online, resumable, no content touched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from tests.vault.conftest import ACTOR, CANARY, World
from vault import errors
from vault.inventory import inventory
from vault.keyring import Keyring, LocalKeyring
from vault.keystore import object_key
from vault.rewrap import KekGone, Moved, rewrap

pytestmark = pytest.mark.folder("kills over keys in files; test_rotation_in_kms is its twin")

FIRST, SECOND, THIRD = (f"hmip/2026-11/{number}" for number in (1, 2, 3))


@pytest.fixture
def full(world: World) -> World:
    """Twelve items, one with content, one disabled, one erased; two keys."""
    world.items += [world.item() for _ in range(12)]
    world.store(world.items[0], CANARY)
    with world.work() as vault:
        vault.disable(item=world.items[1], **world.by)
    with world.work() as vault:
        vault.condemn(item=world.items[2], **world.by)
    world.keyring.create("hmip", now=world.now)
    return world


def move(world: World, **more: Any) -> Moved:
    """All of it; the last word."""
    *_, last = rewrap(world.keystore, world.keyring, "hmip", **more)
    return last


def keks(world: World) -> set[str]:
    """Under which keys anything stands."""
    with world.keystore._engine.connect() as conn:
        return set(conn.scalars(sa.select(object_key.c.kek_id)))


def destroy(world: World, kek: str) -> KekGone:
    with world.work() as vault:
        return vault.rotation.destroy_kek(kek_id=kek, **world.by)


def test_everything_is_moved_and_nothing_else_changes(full: World) -> None:
    stored = {path: path.read_bytes() for path in full.root.rglob("vault/objects/*/*/*")}
    before = {key.item: key for key in full.keystore.of_items(full.items)}
    said = list(rewrap(full.keystore, full.keyring, "hmip", batch=4))
    assert [each.moved for each in said] == [4, 8, 11, 11]
    assert [each.finished for each in said] == [False, False, False, True]
    assert keks(full) == {SECOND}
    for item, key in before.items():
        now = full.keystore.get(item, 1)
        assert (now.state, now.marking, now.created, now.changed) == (key.state, key.marking, key.created, key.changed)
        assert now.wrapped != key.wrapped
    assert full.read(full.items[0]) == CANARY
    assert {path: path.read_bytes() for path in full.root.rglob("vault/objects/*/*/*")} == stored
    assert move(full) == Moved(0, 0, (), finished=True)


def test_it_is_broken_off_and_goes_on(full: World) -> None:
    run = rewrap(full.keystore, full.keyring, "hmip", batch=3)
    assert [next(run).moved, next(run).moved] == [3, 6]
    run.close()
    assert keks(full) == {FIRST, SECOND}
    assert full.read(full.items[0]) == CANARY
    assert move(full, batch=3).moved == 5
    assert keks(full) == {SECOND}


def test_a_key_made_in_the_middle_is_the_newest_from_the_next_batch_on(full: World) -> None:
    run = rewrap(full.keystore, full.keyring, "hmip", batch=6)
    next(run)
    full.keyring.create("hmip", now=full.now)
    list(run)
    assert keks(full) == {SECOND, THIRD}
    assert move(full).moved == 6
    assert keks(full) == {THIRD}


def test_what_was_tampered_with_is_named_and_holds_nobody_up(full: World) -> None:
    bad = full.items[5]
    with full.keystore._engine.begin() as conn:
        conn.execute(sa.update(object_key).where(object_key.c.item == str(bad)).values(wrapped=bytes(104)))
    assert move(full, batch=2) == Moved(10, 1, (str(bad),), finished=True)
    assert keks(full) == {FIRST, SECOND}
    with pytest.raises(errors.KekInUse):
        destroy(full, FIRST)


def one_of_three(world: World, at: int, item: UUID) -> None:
    """Thrown away, marked anew, or closed and opened again; then somebody stores something new."""
    with world.work() as vault:
        if at % 3 == 0:
            vault.condemn(item=item, **world.by)
        elif at % 3 == 1:
            vault.remark(item=item, marking="OS", **world.by)
        else:
            vault.disable(item=item, **world.by)
    if at % 3 == 2:
        with world.work() as vault:
            vault.enable(item=item, **world.by)
    world.item("OS")


def test_other_work_goes_on_beside_it_and_nothing_is_lost(world: World) -> None:
    items = [world.item("O") for _ in range(60)]
    world.store(items[0], CANARY)
    world.keyring.create("hmip", now=world.now)
    faults: list[BaseException] = []

    def others() -> None:
        try:
            for at, item in enumerate(items[1:], 1):
                one_of_three(world, at, item)
        except BaseException as error:
            faults.append(error)

    thread = threading.Thread(target=others)
    thread.start()
    while thread.is_alive():
        move(world, batch=5)
    thread.join()
    assert faults == []
    move(world)
    assert keks(world) == {SECOND}
    assert world.keystore.proposals() == []
    found = {item: world.keystore.get(item, 1) for item in items}
    assert [found[item] for item in items[3::3]] == [None] * 19
    assert {(found[item].state, found[item].marking) for item in items[1::3]} == {("live", "OS")}
    assert {(found[item].state, found[item].marking) for item in items[2::3]} == {("live", "O")}
    for item in items[1::3] + items[2::3]:
        with world.work() as vault:
            vault.seal(item=item, name="title", value=b"t", **world.by)
    assert world.read(items[0]) == CANARY


class Dying(LocalKeyring):
    """Calls a halt after so many."""

    left = 7

    def rewrap(self, kek_id: str, wrapped: bytes, facts: bytes) -> tuple[str, bytes]:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().rewrap(kek_id, wrapped, facts)


def test_killed_in_the_middle_every_key_still_opens_and_a_repeat_finishes(full: World) -> None:
    url = full.keystore._engine.url.render_as_string(hide_password=False)
    url = url.removeprefix("sqlite:///")
    script = (
        "import sys; from pathlib import Path; from tests.vault.test_rewrap import Dying, rewrap\n"
        "from vault.keystore import KeyStore, open_engine\n"
        "list(rewrap(KeyStore(open_engine(sys.argv[1])), Dying(Path(sys.argv[2])), 'hmip', batch=3))\n"
    )
    place = str(full.root / "keyring")
    done = subprocess.run([sys.executable, "-c", script, url, place], capture_output=True, text=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert keks(full) == {FIRST, SECOND}
    for item in (one for one in full.items if one not in full.items[1:3]):
        with full.work() as vault:
            vault.seal(item=item, name="title", value=b"t", **full.by)
    assert move(full).moved == 5
    assert keks(full) == {SECOND}


class TestDestroyingAKek:
    def test_only_once_nothing_stands_under_it_and_then_what_was_erased_is_final(self, full: World) -> None:
        gone = full.items[2]
        with pytest.raises(errors.KekInUse, match="11 keys are still"):
            destroy(full, FIRST)
        assert (full.root / "keyring" / "hmip.2026-11.1.json").exists()
        move(full)
        assert full.keystore.erased(gone)[0].final_at is None
        assert destroy(full, FIRST) == KekGone(FIRST, full.now, 1)
        assert full.keystore.erased(gone)[0].final_at == full.now
        assert not (full.root / "keyring" / "hmip.2026-11.1.json").exists()
        assert full.read(full.items[0]) == CANARY
        assert full.acts()[-1] == "vault.kek-destroyed"

    def test_a_backup_from_before_opens_nothing_any_more(self, full: World) -> None:
        old = full.keystore.get(full.items[0], 1)
        move(full)
        destroy(full, FIRST)
        with pytest.raises(errors.KeyMissing):
            full.keyring.unwrap(old.kek_id, old.wrapped, b"whatever")

    def test_neither_the_newest_nor_one_with_an_older_beside_it_nor_an_unknown_one_goes(self, full: World) -> None:
        full.keyring.create("hmip", now=full.now)
        move(full)
        with pytest.raises(errors.KekInUse, match="newest"):
            destroy(full, THIRD)
        with pytest.raises(errors.KekInUse, match=f"“{FIRST}” is older"):
            destroy(full, SECOND)
        with pytest.raises(errors.KekUnknown):
            destroy(full, "hmip/2020-01/1")
        destroy(full, FIRST)
        destroy(full, SECOND)
        assert [kek.id for kek in full.keyring.ids()] == [THIRD]
        assert full.read(full.items[0]) == CANARY

    def test_not_while_the_newest_does_not_open_what_stands_under_it(self, full: World) -> None:
        move(full)
        with full.keystore._engine.begin() as conn:
            conn.execute(sa.update(object_key).values(wrapped=bytes(104)))
        with pytest.raises(errors.Tampered):
            destroy(full, FIRST)
        assert (full.root / "keyring" / "hmip.2026-11.1.json").exists()

    def test_broken_off_after_closing_nothing_is_wrapped_under_it_and_a_repeat_finishes(self, full: World) -> None:
        move(full)
        full.keystore.keks.know(full.keyring.ids(), now=full.now)
        full.keystore.keks.close(FIRST, now=full.now)
        assert {line.kek: line.state for line in inventory(full.keystore, full.keyring)}[FIRST] == "closed"
        assert destroy(full, FIRST).erasures == 1

    def test_a_commit_that_fails_after_it_is_made_good_by_the_sweep(self, full: World) -> None:
        move(full)
        with full.work() as vault:
            vault.sweep(**full.by)

        def fails() -> None:
            raise ZeroDivisionError

        full.committing = fails  # type: ignore[method-assign]
        with pytest.raises(ZeroDivisionError):
            destroy(full, FIRST)
        del full.committing
        assert "vault.kek-destroyed" not in full.acts()
        with full.work() as vault:
            vault.sweep(**full.by)
        with full.work() as vault:
            vault.sweep(**full.by)
        assert full.acts().count("vault.kek-destroyed") == 1
        assert destroy(full, FIRST).at == full.now

    def test_wrapping_races_with_closing_and_never_loses(self, world: World) -> None:
        """Another process goes on with the old key because it chose it before the rotation."""
        stale = Stale(world.keyring)
        world.keyring.create("hmip", now=world.now)
        with world.work() as vault:
            vault.rotation.destroy_kek(kek_id=FIRST, **world.by)
        any_world: Any = world
        any_world.keyring = stale
        with pytest.raises(errors.KekClosed):
            world.item()
        assert keks(world) == set()


class Stale:
    """Wraps under the key that was the newest when it was made."""

    def __init__(self, real: LocalKeyring) -> None:
        self._real: Keyring = real
        self._old = real.wrap("hmip", bytes(32), b"any")

    def __getattr__(self, name: str) -> Any:
        return (lambda *_: self._old) if name == "wrap" else getattr(self._real, name)


class TestTheLogAndTheInventory:
    def test_every_key_made_or_destroyed_is_entered_once(self, full: World) -> None:
        for _ in range(2):
            with full.work() as vault:
                vault.rotation.tell(**full.by)
        assert full.acts().count("vault.kek-created") == 2
        move(full)
        destroy(full, FIRST)
        with full.work() as vault:
            vault.rotation.tell(**full.by)
        assert full.acts().count("vault.kek-created") == 2
        assert full.acts().count("vault.kek-destroyed") == 1

    def test_each_run_stands_in_the_log_between_two_entries(self, full: World) -> None:
        with full.work() as vault:
            assert vault.rotation.begin_rewrap(body="hmip", **full.by) == 11
        moved = move(full)
        with full.work() as vault:
            assert vault.rotation.end_rewrap(body="hmip", moved=moved, **full.by) == 0
        assert full.acts()[-2:] == ["vault.rewrap-begun", "vault.keys-rewrapped"]

    def test_what_stands_under_each_key_is_shown_and_no_key(self, full: World) -> None:
        lines = {line.kek: line for line in inventory(full.keystore, full.keyring)}
        first = lines[FIRST].counts
        assert (first.live, first.disabled, first.waiting) == (10, 1, 1)
        assert [lines[kek].state for kek in (FIRST, SECOND)] == ["older", "newest"]
        move(full)
        destroy(full, FIRST)
        first_line, second = inventory(full.keystore, full.keyring)
        assert (first_line.state, first_line.counts.final, first_line.gone) == ("gone", 1, full.now)
        assert (second.counts.live, second.counts.last) == (10, full.now)
        secret = (full.root / "keyring" / "hmip.2026-11.2.json").read_text().split('"key": "')[1][:20]
        assert secret not in str([line.as_json() for line in (first_line, second)])

    def test_a_key_that_is_nowhere_is_shown_as_absent(self, full: World) -> None:
        (full.root / "keyring" / "hmip.2026-11.1.json").unlink()
        assert {line.kek: line.state for line in inventory(full.keystore, full.keyring)}[FIRST] == "absent"
        assert move(full).failed == 11


def test_a_restored_key_store_is_destroyed_again_before_anybody_is_served(full: World) -> None:
    item = full.items[4]
    kept = full.keystore.get(item, 1)
    with full.work() as vault:
        vault.condemn(item=item, **full.by)
    with full.keystore._engine.begin() as conn:
        conn.execute(sa.delete(sa.table("erased")))
        conn.execute(
            sa.insert(object_key).values(
                **{c.name: getattr(kept, c.name) for c in object_key.columns} | {"item": str(item)}
            )
        )
    with full.work() as vault:
        assert vault.replay_destroyed(actor=ACTOR, now=full.now) == 1
    assert full.keystore.state(item) == "destroyed"
    with full.work() as vault:
        assert vault.replay_destroyed(actor=ACTOR, now=full.now) == 0
