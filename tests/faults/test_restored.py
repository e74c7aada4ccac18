"""Backups made before a destruction are put back after it: nothing of it can be read again, whatever was restored."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from app.bootstrap import ledger as kept
from app.bootstrap import logbook, sweeps
from app.bootstrap.house import House, build, started
from app.bootstrap.ledger import LedgerBehind
from bench.live import make
from foundation.actor import SERVICE
from foundation.errors import ServiceError
from retention.errors import CaseNotFound
from tests import databases
from tests.faults.conftest import CONTENT, SECRETS, Scene, Things
from vault.errors import KeyDisabled, KeyGone, LedgerDamaged

MOMENTS = ("open", "due", "approved")
RESTORED = ("database", "keys", "both")


@dataclass(frozen=True)
class Backup:
    """URLs of copies made at one moment, which nobody uses."""

    database: str
    keys: str


@dataclass
class Lost:
    """A service whose item and draft were destroyed after backups were made, and beside them an item that lives."""

    scene: Scene
    folder: Path
    backups: dict[str, Backup]
    reference: str
    item: UUID
    draft: UUID
    living: UUID
    certificate: bytes
    made: int = 0

    def restored(self, moment: str, what: str, *, ledger: bool = True) -> House:
        """The service over what was restored of a moment's backup, not started yet. Its ledger is a copy, or gone."""
        self.made += 1
        here = self.folder / f"restored-{self.made}"
        here.mkdir()
        settings, backup = self.scene.house.settings, self.backups[moment]
        now = self.backups["now"]
        path = here / "destroyed"
        if ledger:
            shutil.copyfile(settings.ledger, path)
        changed = replace(
            settings,
            database_url=databases.copy((backup if what != "keys" else now).database, here),
            keystore_url=copied_keys((backup if what != "database" else now).keys, here),
            ledger=path,
        )
        return replace(build(changed), clock=self.scene.house.clock)


def copied_keys(url: str, folder: Path) -> str:
    if url.startswith("postgresql"):
        return databases.copy(url, folder)
    return shutil.copyfile(url, folder / "keys.db").as_posix()


def backed_up(scene: Scene, folder: Path) -> Backup:
    scene.house.engine.dispose()
    scene.house.keystore.dispose()
    folder.mkdir()
    settings = scene.house.settings
    return Backup(databases.copy(settings.database_url, folder), copied_keys(settings.keystore_url, folder))


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lost]:
    folder = tmp_path_factory.mktemp("lost")
    state = folder / "state"
    settings = databases.settings(state)
    if databases.on_postgresql():
        settings["CUSTODES_KEYSTORE_URL"] = databases.empty(folder)
    house, people = make(state, **settings)
    scene = Scene(house, people, Flask(__name__), Things(), Things())
    living = scene.start_draft()
    scene.attach(living)
    scene.send(living)
    draft = scene.start_draft()
    scene.attach(draft)
    gone = scene.start_draft()
    scene.attach(gone)
    reference = scene.send(gone)
    backups = {"open": backed_up(scene, folder / "open")}
    scene.acknowledge(reference)
    scene.close(reference)
    scene.retire(reference, "confirm_period", "imb-records", months=1, authority="Sample schedule, paragraph 9")
    scene.clock.later(days=40)
    sweeps.dispose(house)
    scene.retire(reference, "offer_return", "hmip-records")
    scene.retire(reference, "answer_return", "imb-records", answer="declined", reason="We have our own copy.")
    backups["due"] = backed_up(scene, folder / "due")
    scene.retire(reference, "review", "imb-records", proposal="destroy", reason="No longer needed.")
    scene.retire(reference, "approve", "imb-owner")
    backups["approved"] = backed_up(scene, folder / "approved")
    scene.clock.later(days=60)
    who = scene.actor("staff")
    with house.work(who) as work:
        work.sharing.discard_draft(draft, actor=who, now=work.now)
    assert sweeps.dispose(house).certified == 1
    with house.work() as work:
        case = work.disposals.case(reference)
        certificate = work.disposals.certificate(case.certificate).text.encode()
    backups["now"] = backed_up(scene, folder / "now")
    yield Lost(scene, folder, backups, reference, UUID(case.item), draft, living, certificate)
    house.engine.dispose()
    house.keystore.dispose()


def let_go(house: House) -> None:
    house.engine.dispose()
    house.keystore.dispose()


def readable(house: House, item: UUID) -> bytes:
    with house.work() as work:
        reader = work.vault.open_part(item=item, part=1, actor=SERVICE, now=work.now)
    with reader:
        return b"".join(bytes(piece) for piece in reader.stream())


def unreadable(house: House, item: UUID) -> None:
    assert house.keystore.of_item(item) == []
    with pytest.raises((KeyGone, KeyDisabled)):
        readable(house, item)
    with house.engine.connect() as conn:
        for table, column in (("item_field", "item_uuid"), ("item_file", "item_uuid"), ("vault_part", "item")):
            found = conn.exec_driver_sql(f"select count(*) from {table} where {column} = '{item}'")
            assert found.scalar_one() == 0, table


@pytest.mark.parametrize("what", RESTORED)
@pytest.mark.parametrize("moment", MOMENTS)
def test_what_was_destroyed_stays_so_and_what_lives_goes_on(lost: Lost, moment: str, what: str) -> None:
    house = lost.restored(moment, what)
    # That the test can fail: the backup has its key or its row, and says nothing of a destruction.
    assert (len(house.keystore.of_item(lost.item)) == 1) == (what != "database")
    started(house)
    for item in (lost.item, lost.draft):
        unreadable(house, item)
    assert readable(house, lost.living) == CONTENT
    swept = sweeps.dispose(house)
    assert swept.failed == 0
    state, certificate = ending(lost, house)
    if what == "keys" or moment == "approved":
        assert (state, certificate) == ("destroyed", f"DC-{lost.reference}"), "on the present log again"
    elif moment == "due":
        assert (state, certificate) == ("destroyed", ""), "nobody had agreed to it in the backup"
    report = logbook.verify(house, SERVICE)
    assert report.ok, report.faults
    for secret in SECRETS:
        assert secret not in databases.everything(house.settings.database_url)
    before = len(house.ledger.read())
    started(house)
    assert len(house.ledger.read()) == before, "a second start finds nothing to do"
    let_go(house)


def ending(lost: Lost, house: House) -> tuple[str, str]:
    with house.work() as work:
        state = work.conn.exec_driver_sql(f"select state from item where uuid = '{lost.item}'").scalar_one()
        assert state == "destroyed"
        try:
            case = work.disposals.case(lost.reference)
        except CaseNotFound:
            return "", ""
        return case.state, case.certificate


@pytest.mark.parametrize("fresh", [True, False], ids=["lost", "older"])
def test_a_ledger_behind_the_database_keeps_the_service_shut_until_a_copy_is_taken_in(lost: Lost, fresh: bool) -> None:
    house = lost.restored("now", "database", ledger=False)
    exported = lost.scene.house.ledger.text()
    if not fresh:
        house.ledger.path.write_bytes(exported.split(b"\n")[0] + b"\n")
    with pytest.raises(LedgerBehind, match="disposals replay"):
        started(house)
    assert house.ledger.take_in(exported) > 0
    started(house)
    assert house.ledger.take_in(exported) == 0
    let_go(house)


def test_where_no_copy_is_left_the_ledger_is_rebuilt_from_the_database_and_the_log_says_so(lost: Lost) -> None:
    house = lost.restored("now", "database", ledger=False)
    assert kept.rebuild(house, SERVICE) == 2
    assert {each.item for each in house.ledger.read()} == {lost.item, lost.draft}
    started(house)
    with house.engine.connect() as conn:
        acts = [bytes(row[0]) for row in conn.exec_driver_sql("select body from audit_entry")]
    assert sum(b"app.ledger-rebuilt" in each for each in acts) == 1
    let_go(house)


def test_everything_restored_to_one_moment_is_put_right_by_an_exported_ledger(lost: Lost) -> None:
    """The ledger of that moment knows no better; the copy taken off the machine does."""
    house = lost.restored("approved", "both", ledger=False)
    started(house)
    assert house.keystore.of_item(lost.item), "nobody can tell yet"
    assert house.ledger.take_in(lost.scene.house.ledger.text()) >= 2
    assert kept.replay(house) == 2
    unreadable(house, lost.item)
    assert kept.replay(house) == 0
    let_go(house)


def test_a_replay_broken_off_is_finished_by_the_next_start(lost: Lost, monkeypatch: pytest.MonkeyPatch) -> None:
    house = lost.restored("due", "both")
    from vault.disposal import Disposal

    with monkeypatch.context() as patched:

        def fail(*_given: object, **_more: object) -> None:
            raise OSError("the machine stopped")

        patched.setattr(Disposal, "remove_all", fail)
        with pytest.raises(OSError, match="stopped"):
            started(house)
    assert house.keystore.of_item(lost.item) == []
    started(house)
    unreadable(house, lost.item)
    report = logbook.verify(house, SERVICE)
    assert report.ok, report.faults
    let_go(house)


@pytest.mark.parametrize("change", ["a-byte", "a-line-less", "two-swapped", "a-line-of-ones-own"])
def test_a_ledger_somebody_changed_keeps_the_service_shut(lost: Lost, change: str) -> None:
    house = lost.restored("now", "database")
    lines = house.ledger.path.read_bytes().split(b"\n")[:-1]
    assert len(lines) >= 2
    if change == "a-byte":
        lines[0] = lines[0].replace(b'"n":1', b'"n":2')
    elif change == "a-line-less":
        del lines[0]
    elif change == "two-swapped":
        lines[:2] = lines[1::-1]
    else:
        lines.append(lines[-1].replace(b'"n":', b'"n":1'))
    house.ledger.path.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(LedgerDamaged, match="not as the service wrote it"):
        started(house)
    let_go(house)


def test_a_line_the_power_cut_short_is_no_line_and_is_cut_off_by_the_next(lost: Lost) -> None:
    house = lost.restored("now", "database")
    whole = house.ledger.read()
    with house.ledger.path.open("ab") as file:
        file.write(b'{"at":17')
    assert house.ledger.read() == whole
    house.ledger.add([(lost.living, [1], house.now())])
    assert [each.n for each in house.ledger.read()] == [*(each.n for each in whole), len(whole) + 1]
    let_go(house)


def test_no_destruction_is_committed_that_the_ledger_could_not_take(lost: Lost, tmp_path: Path) -> None:
    house = lost.restored("approved", "both", ledger=False)
    house.ledger.path.mkdir()  # a folder in its place: nothing can be written
    swept = sweeps.dispose(house)
    assert (swept.destroyed, swept.failed) == (0, 1)
    with house.work() as work:
        case = work.disposals.case(lost.reference)
        (failure,) = work.outstanding.failures()
    assert (case.state, failure.cause) == ("destroying", "vault.storage-failed")
    house.ledger.path.rmdir()
    assert sweeps.dispose(house).certified == 1
    assert lost.item in {each.item for each in house.ledger.read()}
    let_go(house)


def test_a_line_names_nothing_but_ids_and_instants(lost: Lost) -> None:
    text = lost.scene.house.ledger.text()
    assert not any(secret in text for secret in SECRETS)
    assert lost.reference.encode() not in text
    with pytest.raises(ServiceError):
        lost.scene.house.ledger.parsed(b"{}\n")
