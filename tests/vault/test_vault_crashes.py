"""A crash between any two writes: the sweep or a repeat finishes, nothing half-stored stays, nothing said is lost."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from audit.trail import Trail
from foundation.ident import new_id
from tests import stores
from tests.vault.conftest import ACTOR, World
from vault.backends.memory import MemoryBackend
from vault.errors import KeyDisabled, KeyExists, KeyGone, PartExists, PartGone, StorageFailed, Tampered
from vault.service import Vault

BIG = bytes(range(256)) * 6_000  # two pieces
WRITES = {
    *(
        "add",
        "settle",
        "settle_all",
        "forget_deleted",
        "set_state",
        "propose",
        "promote",
        "withdraw",
        "destroy",
        "destroy_all",
    ),  # key store
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

    def committing(self) -> None:
        self.plan.run(lambda: None)

    @contextmanager
    def work(self) -> Iterator[Vault]:
        with super().work() as vault:
            yield vault
        self.plan.run(lambda: None)


class Life:
    """One item's life as a list of steps, each acknowledged when it returns."""

    def __init__(self, world: World, item: UUID, end: str) -> None:
        """``end``: carried out, as retention does it, or thrown away, as a draft is."""
        self.world, self.item, self.end = world, item, end
        self.said: dict[int, bytes] = {}

    def steps(self) -> list[Callable[[], None]]:
        end = (self.destroy, self.remove) if self.end == "carried out" else (self.condemn,)
        return [
            *(self.create, self.first_file, self.second_file, self.drop_second, self.second_file_again),
            *(self.remark, self.remark_twice, self.disable, self.enable, *end),
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

    def remark_twice(self) -> None:
        """In one unit of work."""
        with self.world.work() as vault:
            vault.remark(item=self.item, marking="O", **self.world.by)
            vault.remark(item=self.item, marking="OS", **self.world.by)

    def condemn(self) -> None:
        with self.world.work() as vault:
            vault.condemn(item=self.item, why="draft-discarded", **self.world.by)

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


def play(world: World, at: int, end: str, *, done: bool) -> tuple[Life, int | None]:
    """Live until the crash; the life, and the number of the step it broke off (None: it never crashed)."""
    plan = Plan(at, done=done)
    fields = {name: getattr(world, name) for name in ("root", "engine", "log", "keyring", "now")}
    mortal = MortalWorld(**fields, keystore=Mortal(world.keystore, plan), backend=Mortal(world.backend, plan))
    mortal.plan = plan
    life = Life(mortal, new_id(world.now), end)
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
        marking = conn.exec_driver_sql(f"select marking from vault_object {mine}").scalar()
    said = world.acts(item)
    assert set(world.backend.list(f"{item.hex[-2:]}/{item}")) <= set(rows)
    assert not world.keystore.unsettled_erasures(before=world.now)
    kept = world.keystore.state(item)
    assert kept == state or (state, kept) == ("", "destroyed"), "both databases say the same; an orphan key is gone"
    assert said.count("vault.key-destroyed") == (state == "destroyed")
    assert world.keystore.proposals() == []
    assert {key.marking for key in world.keystore.of_item(item)} <= {marking}
    if life.end != "carried out":  # else what was not committed is not there to be removed: retention repeats it
        assert ("vault.content-removed" in said) == (state == "destroyed")
    if state == "live":
        assert life.said.keys() <= set(rows.values())
        for part in rows.values():
            assert world.read(item, part) == (BIG if part == 1 else b"second")


def sweep(world: World) -> int:
    with world.work() as vault:
        return vault.sweep(**world.by)


def points(world: World, end: str) -> int:
    """How many writes an undisturbed life has."""
    at = 10_000
    plan_before = Plan(at, done=False)
    fields = {name: getattr(world, name) for name in ("root", "engine", "log", "keyring", "now")}
    mortal = MortalWorld(
        **fields, keystore=Mortal(world.keystore, plan_before), backend=Mortal(world.backend, plan_before)
    )
    mortal.plan = plan_before
    for step in Life(mortal, new_id(world.now), end).steps():
        step()
    return at - plan_before.left


# What the stores keep after one write is what they keep before the next: on the second run one of the two is enough.
AFTER = pytest.param(True, id="after the write", marks=pytest.mark.once("the same is kept as before the next write"))


@pytest.mark.parametrize("done", [pytest.param(False, id="before the write"), AFTER])
@pytest.mark.parametrize("then", ["sweep", "repeat"])
@pytest.mark.parametrize("end", ["carried out", "thrown away"])
def test_a_crash_at_any_point_is_mended(world: World, done: bool, then: str, end: str) -> None:
    total = points(world, end)
    assert total > 40, "every write and commit of the life is a point"
    for at in range(1, total + 1):
        life, step = play(world, at, end, done=done)
        assert step is not None
        if then == "repeat":
            life = repeat(world, life, step)
        world.later(days=2)
        sweep(world)
        consistent(world, life)
        assert sweep(world) == 0


def repeat(world: World, life: Life, step: int) -> Life:
    """The process starts again at once and does the step anew, then the rest of the life."""
    again = Life(world, life.item, life.end)
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
    except (PartExists, PartGone, KeyGone):
        pass  # it had been committed: that is the answer a second attempt gets
    except KeyExists:
        if not life.world.count("vault_object", f"item = '{life.item}'"):
            life.item = new_id(life.world.now)
            step()


@pytest.mark.parametrize("kept", [False, True], ids=["failed and not kept", "failed and kept"])
@pytest.mark.parametrize("act", ["create", "write", "publish", "open", "settle", "unsettled", "delete", "list"])
@pytest.mark.parametrize("end", ["carried out", "thrown away"])
def test_a_store_that_fails_once_is_mended_by_a_repeat_and_the_sweep(
    memory_world: World, act: str, kept: bool, end: str
) -> None:
    backend: MemoryBackend = memory_world.backend
    life = Life(memory_world, new_id(memory_world.now), end)
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


class Failing:
    """A key store whose n-th write fails; ``kept``: it did it, and the answer was lost."""

    def __init__(self, real: Any, at: int, *, kept: bool) -> None:
        self._real, self.left, self.kept = real, at, kept

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name not in WRITES:
            return found

        def act(*args: Any, **kwargs: Any) -> Any:
            self.left -= 1
            if self.left:
                return found(*args, **kwargs)
            if self.kept:
                found(*args, **kwargs)
            raise StorageFailed("The key store is away.")

        return act


@pytest.mark.parametrize("kept", [False, True], ids=["failed and not kept", "failed and kept"])
@pytest.mark.parametrize("end", ["carried out", "thrown away"])
def test_a_key_store_that_fails_at_any_write_is_mended_by_a_repeat_and_the_sweep(
    world: World, kept: bool, end: str
) -> None:
    at, real = 0, world.keystore
    while True:
        at += 1
        world.keystore = failing = Failing(real, at, kept=kept)
        life = Life(world, new_id(world.now), end)
        for step in life.steps():
            try:
                step()
            except StorageFailed:
                try_again(life, step)
            except KeyDisabled:
                # The commit said open, and the key store had not heard: shut, never the other way round.
                assert world.count("vault_object", "state = 'live'")
                sweep(world)
                step()
        world.keystore = real
        world.later(days=2)
        sweep(world)
        consistent(world, life)
        assert world.keystore.state(life.item) == "destroyed"
        assert sweep(world) == 0
        if failing.left > 0:
            break
    assert at > 12, "every write to the key store failed once"


CHANGES = ["first_file", "second_file", "drop_second", "remark", "remark_twice", "disable", "enable", "condemn"]


@pytest.mark.parametrize("change", CHANGES)
def test_a_commit_that_fails_changes_nothing_in_any_of_the_three_places(world: World, change: str) -> None:
    life = Life(world, world.item("O"), "thrown away")
    world.store(life.item, BIG, 1)
    if change == "enable":
        life.disable()
    if change == "first_file":
        with world.work() as vault:
            vault.drop_part(item=life.item, part=1, **world.by)
    elif change == "drop_second":
        life.second_file()
    sweep(world)
    rows, objects = world.tables(), stores.files(world)

    def fails() -> None:
        raise ZeroDivisionError

    world.committing = fails  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        getattr(life, change)()
    del world.committing
    assert world.tables() == rows
    assert sweep(world) == 0
    world.later(days=2)  # an upload may have been stored whole: nobody was told so
    assert sweep(world) == (change == "second_file")
    assert stores.files(world) == objects
    if change == "enable":
        life.enable()
    if change != "first_file":
        assert world.read(life.item) == BIG


@pytest.mark.parametrize("change", ["disable", "condemn"])
def test_from_the_commit_on_the_item_is_shut_though_the_key_store_never_heard(world: World, change: str) -> None:
    item = world.item()
    world.store(item, BIG)
    real = world.keystore
    world.keystore = Failing(real, 1, kept=False)
    with world.engine.begin() as conn:  # the process dies right after this commit
        getattr(vault_on(world, conn), change)(item=item, **world.by)
    world.keystore = real
    assert world.keystore.state(item) == "live"
    with pytest.raises(KeyDisabled if change == "disable" else KeyGone):
        world.read(item)
    assert sweep(world) == 1
    assert world.keystore.state(item) == ("disabled" if change == "disable" else "destroyed")
    if change == "condemn":
        assert world.acts(item)[-3:] == ["vault.key-condemned", "vault.key-destroyed", "vault.content-removed"]
        assert world.backend.list(f"{item.hex[-2:]}/{item}") == []


def test_what_was_enabled_and_committed_opens_at_the_next_sweep(world: World) -> None:
    item = world.item()
    world.store(item, BIG)
    with world.work() as vault:
        vault.disable(item=item, **world.by)
    with world.engine.begin() as conn:
        vault_on(world, conn).enable(item=item, **world.by)
    with pytest.raises(KeyDisabled):
        world.read(item)
    assert sweep(world) == 1
    assert world.read(item) == BIG


def test_a_marking_committed_and_not_yet_in_force_is_the_items_marking(world: World) -> None:
    item = world.item("O")
    with world.engine.begin() as conn:
        vault_on(world, conn).remark(item=item, marking="OS", **world.by)
    with world.work() as vault:
        vault.must_be_marked(item=item, marking="OS", **world.by)
        with pytest.raises(Tampered):
            vault.must_be_marked(item=item, marking="P", **world.by)
    assert sweep(world) == 1
    assert world.keystore.get(item, 1).marking == "OS"


def test_a_marking_never_committed_is_withdrawn_by_the_sweep_when_nobody_can_still_commit_it(world: World) -> None:
    item = world.item("O")
    conn = world.engine.connect()
    vault_on(world, conn).remark(item=item, marking="OS", **world.by)
    conn.close()  # the process died
    assert sweep(world) == 0
    assert len(world.keystore.proposals()) == 1
    world.later(days=2)
    assert sweep(world) == 1
    assert world.keystore.proposals() == []
    assert world.keystore.get(item, 1).marking == "O"


def vault_on(world: World, conn: Any) -> Vault:
    """A unit of work whose process dies before it can tell anybody anything."""
    trail = Trail(conn, keys=world.log, writer="test", policies="sha256:test")
    return Vault(conn, trail, keystore=world.keystore, keyring=world.keyring, backend=world.backend)


def test_nothing_condemned_comes_back(world: World) -> None:
    item = world.item()
    with world.work() as vault:
        vault.condemn(item=item, why="draft-discarded", **world.by)
        for refused in (vault.disable, vault.enable):
            with pytest.raises(KeyGone):
                refused(item=item, **world.by)
        with pytest.raises(KeyGone):
            vault.create(item=item, body="hmip", marking="O", version=2, **world.by)
    assert world.acts(item)[-3:] == ["vault.key-condemned", "vault.key-destroyed", "vault.content-removed"]
    with world.work() as vault, pytest.raises(KeyGone):
        vault.condemn(item=item, **world.by)
    with world.work() as vault:
        vault.finish(item=item, **world.by)
    assert world.acts(item).count("vault.key-destroyed") == 1


def test_what_was_not_condemned_is_never_finished(world: World) -> None:
    item = world.item()
    world.store(item, BIG)
    with world.work() as vault:
        vault.disable(item=item, **world.by)
        vault.finish(item=item, **world.by)
        vault.enable(item=item, **world.by)
    assert world.read(item) == BIG


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
