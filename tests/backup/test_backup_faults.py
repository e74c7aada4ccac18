"""A backup and a restore that die at each of their writes, run out of room, or race with people: nothing half is taken
for a whole, and whoever runs the same command again ends where one that was not disturbed ends.
"""

from __future__ import annotations

import errno
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from app.bootstrap import backups, fixity, restoring
from app.bootstrap.contention import Contended
from app.bootstrap.engines import reading
from app.bootstrap.house import House, build, started
from app.bootstrap.unfinished import RestoreUnfinished
from app.config import Settings
from bench.live import Standing
from foundation.actor import SERVICE
from foundation.errors import ServiceError
from tests import databases, stores
from tests.backup.conftest import SMALL, Kept, item, let_go
from tests.backup.test_backup_and_restore import items, read
from vault.backup.check import faults
from vault.backup.errors import BackupRunning, PlaceNotEmpty
from vault.backup.manifest import DATA
from vault.backup.place import Place
from vault.errors import NoRoom
from vault.tables import vault_part


class Killer:
    """Told of each write before it is done; kills at the number ``at``."""

    def __init__(self, at: int = -1) -> None:
        self.at, self.seen = at, list[str]()

    def __call__(self, what: str) -> None:
        if len(self.seen) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.seen.append(what)

    def on_store(self, store: Any) -> None:
        for act in ("create", "settle", "delete"):
            setattr(store, act, self._before(act, getattr(store, act)))
        create = store.create

        def creating(name: str) -> Any:
            writer = create(name)
            return Watched(writer, self)

        store.create = creating

    def _before(self, act: str, real: Callable[[str], Any]) -> Callable[[str], Any]:
        def told(name: str) -> Any:
            self(f"{act} {name.split('/', maxsplit=1)[0]}")
            return real(name)

        return told


class Watched:
    """A writer whose publishing is told."""

    def __init__(self, writer: Any, told: Callable[[str], None]) -> None:
        self._writer, self._told = writer, told

    def write(self, data: memoryview) -> None:
        self._writer.write(data)

    def publish(self) -> None:
        self._told("publish")
        self._writer.publish()
        self._told("published")

    def abort(self) -> None:
        self._writer.abort()


def in_a_process(act: Callable[[], None]) -> bool:
    """Whether it was killed on the way."""
    child = os.fork()
    if not child:
        try:
            act()
        except BaseException:
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, status
    return os.WIFSIGNALED(status)


def again(kept: Kept) -> House:
    house = replace(build(kept.house.settings), clock=Standing(kept.house.now()))
    let_go(house)
    return house


def rest(kept: Kept) -> None:
    let_go(kept.house)


def test_a_backup_killed_at_each_of_its_writes_is_none_and_the_next_one_is_whole(kept: Kept) -> None:
    to = (backups_for(kept),)
    counting = Killer()

    def made(killer: Killer) -> None:
        place = kept.data
        killer.on_store(place.store)
        house = again(kept)
        # The lease of one that died is over at once: the test does not wait for it.
        with house.engine.begin() as conn:
            conn.exec_driver_sql("delete from lease")
        backups.make(house, place, to)
        let_go(house)

    made(counting)
    kept.scene.clock.later(seconds=1)
    item(kept)
    before = kept.data.ids(DATA)
    at = kills = 0
    trust = kept.house.keys.log.trust
    while True:
        rest(kept)
        kept.scene.clock.later(seconds=1)
        killer = Killer(at)
        if not in_a_process(lambda killer=killer: made(killer)):  # type: ignore[misc]
            break
        kills, at = kills + 1, at + 1
        finished = kept.data.ids(DATA)
        for each in set(finished) - set(before):
            assert list(faults(kept.data, kept.data.manifest(DATA, each, trust)[1])) == [], "what counts is whole"
        assert kills < 60, "it never ends"
    assert kills >= 8, counting.seen
    with kept.house.engine.begin() as conn:
        conn.exec_driver_sql("delete from lease")
    last = kept.both()
    assert last.manifest.content.objects == 3
    assert kept.data.ids(DATA, finished=False) == []
    assert kept.data.store.unsettled() == []
    assert list(faults(kept.data, kept.data.manifest(DATA, last.manifest.id, trust)[1])) == []
    assert kept.restore().ok


def backups_for(kept: Kept) -> Any:
    from vault.backup.age import recipients

    return recipients(str(kept.keeper.to_public()).encode())[0]


def test_a_restore_killed_at_each_of_its_writes_does_not_open_and_goes_on(kept: Kept) -> None:
    kept.both()
    whole = read_of(kept.house)

    rest(kept)
    at, step = 0, 5 if databases.on_postgresql() else 1
    while True:
        settings = kept.empty()
        if not in_a_process(partial(restored, kept, settings, at)):
            break
        assert shut(kept, settings), at
        try:
            assert restoring.restore(settings, kept.source(), clock=kept.house.clock).ok
        except PlaceNotEmpty:  # it was done, but for saying so
            assert not (settings.state / "restoring").exists()
        if at % 3 == 0:
            house = replace(build(settings), clock=kept.house.clock)
            started(house)
            assert read_of(house) == whole
            let_go(house)
        at += step
        assert at < 60, "it never ends"
    assert at >= 15, "it was killed at every write, and there are as many"


def restored(kept: Kept, settings: Settings, at: int) -> None:
    """In a process that dies at the write of that number."""
    killer, real, load = Killer(at), restoring.make_backend, restoring._load

    def backend(url: str) -> Any:
        store = real(url)
        killer.on_store(store)
        return store

    def loading(*given: Any) -> None:
        killer("load")
        load(*given)
        killer("loaded")

    changed: Any = restoring
    changed.make_backend, changed._load = backend, loading
    for name in ("write_new", "sync", "upgrade_within", "build"):
        setattr(changed, name, told_first(killer, name, getattr(changed, name)))
    for module, name in ((restoring.ledger, "replay"), (restoring.ledger, "kept"), (restoring.logbook, "verify")):
        setattr(module, name, told_first(killer, name, getattr(module, name)))
    done = restoring.restore(settings, kept.source(), clock=Standing(kept.house.now()))
    assert done.ok, done


def told_first(killer: Killer, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def told(*given: Any, **more: Any) -> Any:
        killer(name)
        return real(*given, **more)

    return told


def shut(kept: Kept, settings: Settings) -> bool:
    """Does the service refuse to open there?"""
    try:
        house = replace(build(settings), clock=kept.house.clock)
    except ServiceError:
        return True
    try:
        started(house)
    except RestoreUnfinished:
        return True
    finally:
        let_go(house)
    return not (settings.state / "restoring").exists()


def read_of(house: House) -> list[bytes]:
    return [read(house, each) for each in sorted(items(house))]


@pytest.mark.folder("fills a disk by writing into a file")
@pytest.mark.parametrize("at", range(5))
def test_a_full_disk_ends_a_backup_with_a_refusal_and_without_a_rest(
    kept: Kept, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, written = kept.data, [0]
    real = os.write

    def full(fd: int, data: Any) -> int:
        if "/data/" in os.readlink(f"/proc/self/fd/{fd}"):
            written[0] += 1
            if written[0] > at:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(fd, data)

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(NoRoom):
            kept.make()
    assert written[0] > at, "the disk was full"
    assert place.ids(DATA) == []
    kept.both()
    assert place.ids(DATA, finished=False) == []
    assert kept.restore().ok


def test_two_backups_at_once_are_refused(kept: Kept) -> None:
    with backups.Turn(kept.house), pytest.raises(BackupRunning, match="Wait"):
        kept.make()
    kept.make()


def busy(kept: Kept, stop: threading.Event, acknowledged: list[str], errors: list[BaseException]) -> None:
    """Somebody who sends one item and throws the next away, again and again."""
    scene = kept.scene
    who, number = scene.actor("staff"), 0
    while not stop.is_set():
        number += 1
        try:
            draft = scene.start_draft()
            scene.attach(draft, SMALL)
            if number % 2:
                scene.send(draft)
                acknowledged.append(str(draft))
            else:
                kept.house.do(partial(discard, draft, who), who)
        except Contended:  # on PostgreSQL, for the other's sake: nobody was told that it was done
            continue
        except BaseException as error:
            errors.append(error)
            return


def test_while_people_send_and_items_are_destroyed_every_backup_is_whole(kept: Kept) -> None:
    """What was acknowledged before the moment of a backup is in it; what its rows name is in it; and the log holds."""
    stop, errors = threading.Event(), list[BaseException]()
    acknowledged: list[str] = []

    threads = [threading.Thread(target=busy, args=(kept, stop, acknowledged, errors)) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(3):
            before = list(acknowledged)
            made = kept.both()
            assert made.lacking == ()
            done = kept.restore()
            assert (done.lost, done.lacking, done.without_key, done.faults) == ([], [], 0, []), done
            assert named(kept, made, before) == set(before)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert errors == []
    assert acknowledged


def discard(draft: Any, who: Any, work: Any) -> None:
    work.sharing.discard_draft(draft, actor=who, now=work.now)


def named(kept: Kept, made: backups.Made, wanted: list[str]) -> set[str]:
    """Which of these items the backup has."""
    settings = kept.empty()
    restoring.restore(settings, kept.source(backup=made.manifest.id), clock=kept.house.clock)
    house = replace(build(settings), clock=kept.house.clock)
    with reading(house.engine) as conn:
        found = set(conn.scalars(sa.select(vault_part.c.item).where(vault_part.c.state == "live")))
    there = found & set(wanted)
    for each in sorted(there)[:3]:  # of the drafts some were thrown away between the backup of the rows and of the keys
        assert read(house, each) == SMALL
    let_go(house)
    return there


def test_an_object_destroyed_within_the_moment_has_it_taken_again(kept: Kept) -> None:
    """Its row is in the rows that are being copied, and the object is gone: then those rows are not taken."""
    scene = kept.scene
    who, taken = scene.actor("staff"), list[str]()
    kept.make()
    draft = scene.start_draft()
    scene.attach(draft, SMALL)
    ahead = backups._ahead

    def not_ahead(house: House, *given: Any) -> None:
        """Nothing is copied before the moment; and while the moment is taken, somebody throws the draft away."""
        real = house.backend.open

        def opening(name: str) -> Any:
            if str(draft) in name and not taken:
                taken.append(name)
                with house.work(who) as work:
                    work.sharing.discard_draft(draft, actor=who, now=work.now)
            return real(name)

        house.backend.open = opening  # type: ignore[method-assign]

    try:
        backups._ahead = not_ahead
        made = kept.make()
    finally:
        backups._ahead = ahead
    assert taken
    assert made.lacking == ()
    assert made.manifest.content.objects == 2
    place: Place = kept.data
    assert place.ids(DATA, finished=False) == []
    kept.make_keys()
    assert kept.restore().ok
    with kept.house.work() as work:
        work.vault.sweep(actor=SERVICE, now=work.now)


def test_an_item_whose_destruction_is_not_committed_yet_is_no_fault(kept: Kept) -> None:
    """Key and content are gone, the rows do not say so yet: the backup says which, and a restore finishes it."""
    scene = kept.scene
    draft = scene.start_draft()
    scene.attach(draft, SMALL)
    name = next(each for each in stores.files(kept.house) if str(draft) in each)
    stores.remove(kept.house, name)
    now = kept.house.now()
    kept.house.keystore.destroy(draft, at=now, by="test", reason="about to be committed")
    kept.house.ledger.add([(draft, [1], now)])
    assert fixity.whole(kept.house) != "somebody else is looking"
    assert fixity.standing(kept.house).word == "well"
    made = kept.both()
    assert (made.lacking, made.manifest.content.lacking, made.manifest.content.objects) == ((), 0, 3)
    trust = kept.house.keys.log.trust
    assert list(faults(kept.data, kept.data.manifest(DATA, made.manifest.id, trust)[1])) == []
    done = kept.restore()
    assert (done.ok, done.objects, done.again) == (True, 2, 1), done
