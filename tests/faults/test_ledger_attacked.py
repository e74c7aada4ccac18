"""The disposal ledger in bad company: two machines, a full disk, zeros after a power cut, the wrong thing restored."""

from __future__ import annotations

import json
import os
import resource
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from app.bootstrap import logbook, sweeps
from app.bootstrap.house import House, started
from app.bootstrap.ledger import LedgerBehind
from audit.tables import audit_entry
from bench.live import make
from foundation.actor import SERVICE
from foundation.bound import Binder
from foundation.ident import new_id
from tests import databases
from tests.faults.conftest import CONTENT, Scene, Things
from tests.faults.test_killed_at_every_write import another, killed_at, ready
from tests.faults.test_restored import Lost, backed_up, let_go, readable, unreadable
from vault.errors import LedgerDamaged, StorageFailed
from vault.ledger import Ledger

KEY, NOW = bytes(range(32)), datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def ledger_at(path: Path) -> Ledger:
    return Ledger(path, Binder(KEY))


def add(ledger: Ledger, count: int = 1) -> list[UUID]:
    items = [new_id(NOW) for _ in range(count)]
    ledger.add([(item, [1], NOW) for item in items])
    return items


def child(act: Callable[[], None]) -> int:
    """A process of its own; -1 before it is waited for."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    return pid


# --- the file alone ---------------------------------------------------------------------------------------


@pytest.mark.once("no database is touched")
def test_two_machines_add_to_one_ledger_at_once_and_no_line_is_lost(tmp_path: Path) -> None:
    path, lines = tmp_path / "destroyed", 150

    def many() -> None:
        for _ in range(lines):
            add(ledger_at(path), 2)

    pids = [child(many) for _ in range(3)]
    assert [os.waitpid(pid, 0)[1] for pid in pids] == [0, 0, 0]
    assert [each.n for each in ledger_at(path).read()] == list(range(1, 3 * lines * 2 + 1))


@pytest.mark.once("no database is touched")
@pytest.mark.parametrize("room", [1, 40, 163, 166, 200, 331, 500])
def test_a_disk_that_is_full_in_the_middle_of_a_line_costs_no_line(tmp_path: Path, room: int) -> None:
    path = tmp_path / "destroyed"
    kept = add(ledger_at(path))
    before = path.read_bytes()

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + room, len(before) + room))
        with pytest.raises(StorageFailed, match="cannot be used"):
            add(ledger_at(path), 4)

    assert os.waitpid(child(full), 0)[1] == 0
    assert path.read_bytes().startswith(before)
    assert next(ledger_at(path).lines()).item == kept[0], "and the service starts"
    more = add(ledger_at(path), 2)
    assert [each.item for each in ledger_at(path).read()][-2:] == more


@pytest.mark.once("no database is touched")
@pytest.mark.parametrize("length", [1, 300, 4096, 4097, 100_000])
@pytest.mark.parametrize("lines", [0, 1, 50])
def test_zeros_where_the_power_went_are_cut_off_however_many(tmp_path: Path, length: int, lines: int) -> None:
    """What a file system may leave of a write that was under way: as long as the file had become, and empty."""
    path = tmp_path / "destroyed"
    items = add(ledger_at(path), lines) if lines else []
    with path.open("ab") as file:
        file.write(bytes(length))
    assert [each.item for each in ledger_at(path).read()] == items
    items += add(ledger_at(path))
    assert [each.item for each in ledger_at(path).read()] == items
    assert b"\0" not in path.read_bytes()


@pytest.mark.once("no database is touched")
def test_a_line_of_very_many_versions_is_found_again(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path / "destroyed")
    ledger.add([(new_id(NOW), list(range(1, 4000)), NOW)])
    assert len(ledger.path.read_bytes()) > 4096
    add(ledger)
    assert [each.n for each in ledger.read()] == [1, 2]


@pytest.mark.once("no database is touched")
@pytest.mark.parametrize(
    "change", ["doubled", "last-doubled", "cut-between", "changed", "of-another-service", "emptied-line"]
)
def test_a_ledger_with_a_line_doubled_cut_or_changed_is_not_read(tmp_path: Path, change: str) -> None:
    ledger = ledger_at(tmp_path / "destroyed")
    add(ledger, 4)
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    if change == "doubled":
        lines.insert(1, lines[1])
    elif change == "last-doubled":
        lines.append(lines[-1])
    elif change == "cut-between":
        lines[1] = lines[1][:80] + b"\n"
    elif change == "changed":
        lines[2] = lines[2].replace(b'"versions":[1]', b'"versions":[2]')
    elif change == "emptied-line":
        lines[2] = b"\n"
    else:
        other = Ledger(tmp_path / "other", Binder(bytes(32)))
        add(other, 4)
        lines = other.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(b"".join(lines))
    with pytest.raises(LedgerDamaged, match="not as the service wrote it"):
        ledger.read()


# --- over a house -----------------------------------------------------------------------------------------


@pytest.fixture
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("attacked")
    settings = databases.settings(folder / "state")
    if databases.on_postgresql():
        settings["CUSTODES_KEYSTORE_URL"] = databases.empty(folder)
    house, people = make(folder / "state", **settings)
    yield Scene(house, people, Flask(__name__), Things(), Things())
    let_go(house)


def logged(house: House, act: str) -> int:
    with house.engine.connect() as conn:
        return [json.loads(bytes(body))["act"] for body in conn.scalars(sa.select(audit_entry.c.body))].count(act)


@pytest.mark.parametrize("left", ["nothing", "empty", "a-line-less", "half-a-line-less"])
def test_a_ledger_cut_at_its_end_keeps_the_service_shut(scene: Scene, left: str) -> None:
    ready(scene, 2)
    assert sweeps.dispose(scene.house).certified == 2
    path = scene.house.ledger.path
    whole = path.read_bytes()
    if left == "nothing":
        path.unlink()
    else:
        last = whole.splitlines(keepends=True)[-1]
        path.write_bytes({"empty": b"", "a-line-less": whole[: -len(last)], "half-a-line-less": whole[:-90]}[left])
    with pytest.raises(LedgerBehind, match="disposals replay"):
        started(scene.house)
    assert scene.house.ledger.take_in(whole) > 0
    started(scene.house)


def test_a_machine_starts_while_another_destroys_and_is_not_told_that_the_ledger_is_behind(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is destroyed between the reading of the ledger and that of the database stands in the ledger by then."""
    ready(scene, 1)
    starting = another(scene)
    lines = starting.ledger.lines

    def meanwhile() -> Iterator[object]:
        monkeypatch.undo()
        found = list(lines())
        assert sweeps.dispose(scene.house).certified == 1
        yield from found

    monkeypatch.setattr(Ledger, "lines", lambda _ledger: meanwhile())
    started(starting)
    let_go(starting)


def test_a_crash_between_ledger_and_commit_is_no_restore(scene: Scene) -> None:
    (item,) = ready(scene, 1)
    at = 0
    while UUID(item) not in {each.item for each in scene.house.ledger.read()}:
        assert killed_at(scene, at, item)
        at += 1
    with scene.house.work() as work:
        assert work.disposals.case(item).state == "destroying"
    started(scene.house)
    assert logged(scene.house, "app.ledger-replayed") == 0, "no backup was restored, and the log does not say so"
    assert sweeps.dispose(scene.house).certified == 1


def test_given_a_disk_full_when_something_is_destroyed_then_it_is_loud_and_ended_later(scene: Scene) -> None:
    items = ready(scene, 3)

    class Full:
        def __call__(self, *_given: object) -> None:
            raise StorageFailed("The disposal ledger “destroyed” cannot be used. Nothing was changed. Try again.")

    house = scene.house
    adding = house.ledger.add
    house.ledger.add = Full()  # type: ignore[method-assign]
    try:
        done = sweeps.dispose(house)
    finally:
        house.ledger.add = adding  # type: ignore[method-assign]
    assert (done.destroyed, done.failed) == (0, 3)
    with house.work() as work:
        assert {each.cause for each in work.outstanding.failures()} == {"vault.storage-failed"}
        assert {work.disposals.case(item).state for item in items} == {"destroying"}
    assert sweeps.dispose(house).certified == 3
    assert set(map(UUID, items)) <= {each.item for each in house.ledger.read()}
    started(house)


def test_given_a_backup_in_which_it_was_on_hold_when_restored_then_it_is_gone_all_the_same(
    scene: Scene, tmp_path: Path
) -> None:
    """No hold brings bytes back. The hold stays, on the rest of what it catches; no second certificate is issued."""
    reference = scene.until_reviewable()
    living = scene.sent()
    who = scene.actor("imb-records")
    with scene.house.work(who) as work:
        item = work.disposals.case(reference).item
        work.retention.place_hold(item, reason="An inquiry asks.", issuer="Inquiry", actor=who, now=work.now)
    backup = backed_up(scene, tmp_path / "held")
    with scene.house.work(who) as work:
        (hold,) = work.disposals.holds(item=item)
        work.retention.lift_hold(hold.id, reason="It is over.", actor=who, now=work.now)
    scene.retire(reference, "review", "imb-records", proposal="destroy", reason="No longer needed.")
    scene.retire(reference, "approve", "imb-owner")
    scene.clock.later(days=60)
    assert sweeps.dispose(scene.house).certified == 1
    backups = {"held": backup, "now": backed_up(scene, tmp_path / "now")}
    lost = Lost(scene, tmp_path, backups, reference, UUID(item), UUID(int=0), UUID(int=0), b"")
    house = lost.restored("held", "both")
    with house.work() as work:
        assert work.disposals.case(reference).held
    assert house.keystore.of_item(UUID(item)), "that the test can fail"
    started(house)
    unreadable(house, UUID(item))
    swept = sweeps.dispose(house)
    assert (swept.failed, swept.certified) == (0, 0)
    with house.work() as work:
        case = work.disposals.case(reference)
        assert (case.state, case.certificate) == ("destroyed", "")
        alive = work.conn.execute(sa.text("select uuid from item where reference = :r"), {"r": living}).scalar_one()
    assert readable(house, UUID(alive)) == CONTENT
    assert logged(house, "retention.destruction-replayed") == 1
    report = logbook.verify(house, SERVICE)
    assert report.ok, report.faults
    let_go(house)


def test_a_copy_registered_in_the_moment_of_the_certificate_is_before_it_or_refused(scene: Scene) -> None:
    """Erased, and two people act at once: never a certificate beside an open copy."""
    items = ready(scene, 3)
    for item in items:
        for step in ("begin_destruction", "carry_out"):
            scene.house.do(lambda w, s=step, i=item: getattr(w.retention, s)(i, actor=SERVICE, now=w.now))
    who = scene.actor("imb-records")
    for item in items:
        gate, refused = threading.Barrier(2), list[Exception]()

        def register(item: str = item, gate: threading.Barrier = gate, refused: list[Exception] = refused) -> None:
            def act(work: object) -> None:
                work.retention.register_copy(  # type: ignore[attr-defined]
                    item, kind="paper", holder="The clerk", place="A safe", made_on=NOW.date(), actor=who,
                    now=scene.house.now(),
                )  # fmt: skip

            gate.wait()
            try:
                scene.house.do(act, who)
            except Exception as error:  # whoever is refused has registered nothing
                refused.append(error)

        other = threading.Thread(target=register)
        other.start()
        gate.wait()
        try:
            scene.house.do(lambda w, i=item: w.retention.issue(i, actor=SERVICE, now=w.now))
        except Exception as error:
            refused.append(error)
        other.join()
        with scene.house.work() as work:
            case = work.disposals.case(item)
            open_ = [each for each in work.outstanding.copies(item) if each.fate == "open"]
        assert len(refused) == 1, refused
        assert bool(case.certificate) != bool(open_)
