"""A crash between any two writes: the sweep or a repeat finishes, nothing half-stored stays, nothing said is lost."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from foundation.ident import new_id
from tests.vault.conftest import ACTOR, World
from vault.backends.memory import MemoryBackend
from vault.errors import KeyExists, PartExists, PartGone, StorageFailed
from vault.service import Vault

BIG = bytes(range(256)) * 6_000  # two pieces
WRITES = {
    *("add", "settle", "set_state", "rewrap", "destroy"),  # key store
    *("create", "delete", "write", "publish", "abort"),  # object store (settle is in both)
}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes die here, not power: what was written is there."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


class Crash(BaseException):
    """The process is gone: nothing it holds acts any more."""


class Plan:
    """Crashes at one point, just before or just after the write there."""

    def __init__(self, at: int, *, done: bool) -> None:
        self.left, self.done, self.dead = at, done, False

    def run(self, act: Callable[[], Any]) -> Any:
        if self.dead:
            raise Crash
        self.left -= 1
        if self.left == 0:
            self.dead = True
            if self.done:
                act()
            raise Crash
        return act()


class Mortal:
    """A store, or a writer of one, that dies with its process."""

    def __init__(self, real: Any, plan: Plan) -> None:
        self._real, self._plan = real, plan

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name not in WRITES:
            return found

        def act(*args: Any, **kwargs: Any) -> Any:
            made = self._plan.run(lambda: found(*args, **kwargs))
            return Mortal(made, self._plan) if name == "create" else made

        return act


class MortalWorld(World):
    """Commits are points to crash at, too."""

    plan: Plan

    @contextmanager
    def work(self) -> Iterator[Vault]:
        with super().work() as vault:
            yield vault
            self.plan.run(lambda: None)  # everything done, not committed
        self.plan.run(lambda: None)


class Life:
    """One item's life as a list of steps, each acknowledged when it returns."""

    def __init__(self, world: World, item: UUID) -> None:
        self.world, self.item = world, item
        self.said: dict[int, bytes] = {}

    def steps(self) -> list[Callable[[], None]]:
        return [
            *(self.create, self.first_file, self.second_file, self.drop_second, self.second_file_again),
            *(self.remark, self.disable, self.enable, self.destroy, self.remove),
        ]

    def create(self) -> None:
        with self.world.work() as vault:
            vault.create(item=self.item, body="hmip", marking="O", **self.world.by)

    def first_file(self) -> None:
        """As an upload does it: begun in one unit of work, finished in another."""
        self.world.store(self.item, BIG, 1)
        self.said[1] = BIG

    def second_file(self) -> None:
        """Begun and finished in one unit of work."""
        with self.world.work() as vault:
            writer = vault.begin_part(item=self.item, part=2, **self.world.by)
            writer.write(b"second")
            vault.finish_part(sealed=writer.finish(), **self.world.by)
        self.said[2] = b"second"

    def drop_second(self) -> None:
        said = self.said.pop(2, b"")  # from here on it may be there or not
        try:
            with self.world.work() as vault:
                vault.drop_part(item=self.item, part=2, **self.world.by)
        except StorageFailed:
            self.said[2] = said
            raise

    second_file_again = second_file

    def remark(self) -> None:
        with self.world.work() as vault:
            vault.remark(item=self.item, marking="OS", **self.world.by)

    def disable(self) -> None:
        with self.world.work() as vault:
            vault.disable(item=self.item, **self.world.by)

    def enable(self) -> None:
        with self.world.work() as vault:
            vault.enable(item=self.item, **self.world.by)

    def destroy(self) -> None:
        with self.world.work() as vault:
            vault.destroy(item=self.item, **self.world.by)

    def remove(self) -> None:
        with self.world.work() as vault:
            assert vault.remove_content(item=self.item, **self.world.by).absent


def play(world: World, at: int, *, done: bool) -> tuple[Life, int | None]:
    """Live until the crash; the life, and the number of the step it broke off (None: it never crashed)."""
    plan = Plan(at, done=done)
    fields = {name: getattr(world, name) for name in ("root", "engine", "log", "keyring", "now")}
    mortal = MortalWorld(**fields, keystore=Mortal(world.keystore, plan), backend=Mortal(world.backend, plan))
    mortal.plan = plan
    life = Life(mortal, new_id(world.now))
    for number, step in enumerate(life.steps()):
        try:
            step()
        except Crash:
            return life, number
    return life, None


def consistent(world: World, life: Life) -> None:
    """What must hold once the sweep has been, whatever happened before."""
    item = life.item
    assert world.backend.unsettled() == []
    assert world.count("vault_part", "state <> 'live'") == 0
    with world.engine.connect() as conn:
        mine = f"where item = '{item}'"
        rows = dict(conn.exec_driver_sql(f"select object, part from vault_part {mine}").fetchall())
        state = conn.exec_driver_sql(f"select state from vault_object {mine}").scalar() or ""
        destroyed = conn.exec_driver_sql(
            f"select count(*) from audit_index {mine} and act = 'vault.key-destroyed'"
        ).scalar()
    assert set(world.backend.list(f"{item.hex[-2:]}/{item}")) <= set(rows)
    assert not world.keystore.unsettled_erasures(before=world.now)
    kept = world.keystore.state(item)
    assert kept == state or (state, kept) == ("", "destroyed"), "both databases say the same; an orphan key is gone"
    assert destroyed == (state == "destroyed")
    if state == "live":
        assert life.said.keys() <= set(rows.values())
        for part in rows.values():
            assert world.read(item, part) == (BIG if part == 1 else b"second")


def sweep(world: World) -> int:
    with world.work() as vault:
        return vault.sweep(**world.by)


def points(world: World) -> int:
    """How many writes an undisturbed life has."""
    at = 10_000
    plan_before = Plan(at, done=False)
    fields = {name: getattr(world, name) for name in ("root", "engine", "log", "keyring", "now")}
    mortal = MortalWorld(
        **fields, keystore=Mortal(world.keystore, plan_before), backend=Mortal(world.backend, plan_before)
    )
    mortal.plan = plan_before
    for step in Life(mortal, new_id(world.now)).steps():
        step()
    return at - plan_before.left


@pytest.mark.parametrize("done", [False, True], ids=["before the write", "after the write"])
@pytest.mark.parametrize("then", ["sweep", "repeat"])
def test_a_crash_at_any_point_is_mended(world: World, done: bool, then: str) -> None:
    total = points(world)
    assert total > 40, "every write and commit of the life is a point"
    for at in range(1, total + 1):
        life, step = play(world, at, done=done)
        assert step is not None
        if then == "repeat":
            life = repeat(world, life, step)
        world.later(days=2)
        sweep(world)
        consistent(world, life)
        assert sweep(world) == 0


def repeat(world: World, life: Life, step: int) -> Life:
    """The process starts again at once and does the step anew, then the rest of the life."""
    again = Life(world, life.item)
    again.said = dict(life.said)
    for each in again.steps()[step:]:
        try_again(again, each)
    assert world.keystore.state(again.item) == "destroyed"
    assert world.backend.list(f"{again.item.hex[-2:]}/{again.item}") == []
    return again


def try_again(life: Life, step: Callable[[], None]) -> None:
    """Somebody who was told nothing tries once more; an item nobody was told of is made anew under another id."""
    try:
        step()
    except (PartExists, PartGone):
        pass  # it had been committed: that is the answer a second attempt gets
    except KeyExists:
        if not life.world.count("vault_object", f"item = '{life.item}'"):
            life.item = new_id(life.world.now)
            step()


@pytest.mark.parametrize("kept", [False, True], ids=["failed and not kept", "failed and kept"])
@pytest.mark.parametrize("act", ["create", "write", "publish", "open", "settle", "unsettled", "delete", "list"])
def test_a_store_that_fails_once_is_mended_by_a_repeat_and_the_sweep(memory_world: World, act: str, kept: bool) -> None:
    backend: MemoryBackend = memory_world.backend
    life = Life(memory_world, new_id(memory_world.now))
    for step in life.steps():
        backend.fail(act, kept=kept)
        try:
            step()
        except StorageFailed:
            backend._faults.clear()
            step()
        backend._faults.clear()
    backend.fail("unsettled", kept=False)
    memory_world.later(days=2)
    with pytest.raises(StorageFailed):
        sweep(memory_world)
    sweep(memory_world)
    consistent(memory_world, life)
    assert sweep(memory_world) == 0
    assert memory_world.count("vault_object", "state = 'destroyed'") == 1


def test_the_sweep_leaves_what_is_under_way(world: World) -> None:
    item = world.item()
    with world.work() as vault:
        writer = vault.begin_part(item=item, part=1, **world.by)
    writer.write(BIG)
    world.later(hours=23)
    assert sweep(world) == 0
    sealed = writer.finish()
    with world.work() as vault:
        vault.finish_part(sealed=sealed, **world.by)
    world.later(days=9)
    assert sweep(world) == 0
    assert world.read(item) == BIG


def test_a_rolled_back_drop_loses_nothing(world: World) -> None:
    item = world.item()
    world.store(item, BIG)

    def dropped_and_failed() -> None:
        with world.work() as vault:
            vault.drop_part(item=item, part=1, **world.by)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        dropped_and_failed()
    world.later(days=2)
    sweep(world)
    assert world.read(item) == BIG


def test_a_rolled_back_enable_stays_closed_and_a_rolled_back_disable_is_undone(world: World) -> None:
    one, two = world.item(), world.item()
    with world.work() as vault:
        vault.disable(item=one, **world.by)

    def switched_and_failed() -> None:
        with world.work() as vault:
            vault.enable(item=one, **world.by)
            vault.disable(item=two, **world.by)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        switched_and_failed()
    assert (world.keystore.state(one), world.keystore.state(two)) == ("live", "disabled")
    world.later(days=2)
    assert sweep(world) == 2
    assert (world.keystore.state(one), world.keystore.state(two)) == ("disabled", "live")


def test_a_destruction_whose_commit_failed_is_entered_in_the_log_by_the_sweep(world: World) -> None:
    item = world.item()
    world.store(item, BIG)

    def destroyed_and_failed() -> None:
        with world.work() as vault:
            vault.destroy(item=item, why="D-1", **world.by)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        destroyed_and_failed()
    at = world.now
    assert "vault.key-destroyed" not in world.acts()
    world.later(days=2)
    assert sweep(world) == 1
    assert world.acts().count("vault.key-destroyed") == 1
    with world.work() as vault:
        again = vault.destroy(item=item, actor=ACTOR, now=world.now)
    assert (again.at, again.versions) == (at, 1)
    assert world.acts()[again.entry_seq] == "vault.key-destroyed"
