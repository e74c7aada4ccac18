"""A service is backed up, lost and restored: all that was acknowledged before is there, nothing destroyed returns."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.bootstrap import logbook, restoring, sweeps
from app.bootstrap.engines import make_engine, reading
from app.bootstrap.house import House, build, started
from app.bootstrap.ledger import LedgerBehind
from app.bootstrap.schema import metadata
from app.bootstrap.unfinished import RestoreUnfinished
from app.config import Settings
from audit.note import sign
from foundation.actor import SERVICE
from tests import databases, stores
from tests.backup.conftest import SMALL, Kept, item, let_go
from tests.faults.conftest import SECRETS
from tests.served import app_over
from vault.backup.check import faults
from vault.backup.errors import BackupDamaged, BackupShut, BackupUnfit, BackupUnknown, PlaceNotEmpty
from vault.backup.manifest import DATA, KEYS
from vault.tables import vault_part


def opened(kept: Kept, settings: Settings) -> House:
    return replace(build(settings), clock=kept.house.clock)


def everything(house: House, *leave: str) -> dict[str, Counter[str]]:
    with reading(house.engine) as conn:
        return {
            table.name: Counter(map(repr, conn.execute(sa.select(*_columns(table)))))
            for table in metadata.sorted_tables
            if table.name not in {"session", "idempotency", "unsent", "lease", "job_run", "schema_step", *leave}
        }


def _columns(table: sa.Table) -> list[sa.Column[object]]:
    """But for the numbers of transactions, which are one server's."""
    return [column for column in table.c if column.name not in {"xid", "last_xid"}]


def keys_of(house: House) -> list[str]:
    with house.keystore.moment() as conn:
        return sorted(repr(tuple(row)) for row in conn.exec_driver_sql("select item, version, kek_id from object_key"))


def read(house: House, item: str) -> bytes:
    with house.work() as work:
        reader = work.vault.open_part(item=UUID(item), part=1, actor=SERVICE, now=work.now)
    with reader:
        return b"".join(bytes(piece) for piece in reader.stream())


def items(house: House) -> list[str]:
    with reading(house.engine) as conn:
        return list(conn.scalars(sa.select(vault_part.c.item).where(vault_part.c.state == "live")))


def test_a_restored_service_is_the_one_that_was_backed_up_and_goes_on(kept: Kept) -> None:
    before = everything(kept.house)
    keys = keys_of(kept.house)
    made = kept.both()
    assert made.manifest.content.objects == 2
    item(kept)  # after the backup: lost with the machine
    settings = kept.empty()
    done = kept.restore(settings)
    assert (done.ok, done.objects, done.without_key, done.again) == (True, 2, 0, 0), done
    house = opened(kept, settings)
    after = everything(house)
    for name, rows in before.items():
        # What the backup itself and the restore have entered in the log comes on top.
        assert not rows - after[name] or name in ("audit_head", "audit_writer"), name
    assert all(name.startswith("audit") for name in after if after[name] - before[name])
    assert keys_of(house) == keys
    assert [read(house, each) for each in items(house)] == [SMALL, SMALL]
    started(house)
    moved = replace(kept, scene=kept.scene.over(house))
    item(moved)
    report = logbook.verify(house, SERVICE)
    assert report.ok, report.faults
    assert sweeps.checkpoint(house) > made.manifest.log.size
    let_go(house)


def test_nothing_people_wrote_and_no_key_stands_in_a_backup_in_clear(kept: Kept) -> None:
    kept.both()
    with reading(kept.house.engine) as conn:
        names = [bytes(each, "utf-8") for each in conn.scalars(sa.text("select name from person"))]
    with kept.house.keystore.moment() as keys:
        wrapped = [bytes(each) for each in keys.exec_driver_sql("select wrapped from object_key").scalars()]
    assert names
    assert wrapped
    stored = stored_in(kept, "data"), stored_in(kept, "keys")
    for secret in (*SECRETS, *names, *wrapped, b"@example"):
        assert not any(secret in data for place in stored for data in place.values())
    assert not any("keystore" in name or "keys/" in name for name in stored[0])
    assert not any("content/" in name or "database" in name for name in stored[1])


def stored_in(kept: Kept, name: str) -> dict[str, bytes]:
    from vault.backup.age import read_all

    place = {"data": kept.data, "keys": kept.keys}[name]
    found = {}
    for top in ("content", "data", "keys"):
        for each in place.store.list(top):
            reader = place.store.open(each)
            found[each] = b"".join(read_all(reader))
            reader.close()
    return found


def test_the_second_backup_copies_only_what_is_new(kept: Kept) -> None:
    first = kept.make()
    assert (first.copied, first.bytes > 0) == (2, True)
    item(kept)
    second = kept.make()
    assert (second.copied, second.manifest.content.objects) == (1, 3)
    assert kept.data.ids(DATA) == [first.manifest.id, second.manifest.id]
    trust = kept.house.keys.log.trust
    for backup in kept.data.ids(DATA):
        assert list(faults(kept.data, kept.data.manifest(DATA, backup, trust)[1])) == []


def test_an_older_backup_can_be_asked_for_by_name(kept: Kept) -> None:
    first = kept.make()
    item(kept)
    kept.both()
    sweeps.checkpoint(kept.house)
    source = kept.source(backup=first.manifest.id)
    done = restoring.restore(kept.empty(), source, clock=kept.house.clock)
    assert (done.ok, done.objects) == (True, 2)
    settings = kept.empty()
    (settings.state / "published").mkdir()
    newest = kept.house.settings.state / "published" / "checkpoint"
    (settings.state / "published" / "checkpoint").write_bytes(newest.read_bytes())
    done = restoring.restore(settings, source, clock=kept.house.clock)
    assert "SHORTER" in done.shorter[0], "the machine itself published more than that"


def test_what_was_destroyed_after_the_backup_is_destroyed_again_before_it_opens(kept: Kept) -> None:
    scene = kept.scene
    reference = scene.until_reviewable()
    kept.both()
    scene.retire(reference, "review", "imb-records", proposal="destroy", reason="No longer needed.")
    scene.retire(reference, "approve", "imb-owner")
    scene.clock.later(days=60)
    assert sweeps.dispose(kept.house).destroyed == 1
    (gone,) = {str(each.item) for each in kept.house.ledger.read()}
    settings = kept.empty()
    done = kept.restore(settings)
    assert (done.again, done.faults, done.without_key) == (1, [], 0)
    house = opened(kept, settings)
    assert house.keystore.of_item(UUID(gone)) == []
    assert gone not in items(house)
    started(house)
    let_go(house)


def test_where_the_ledger_is_gone_the_restore_waits_for_a_copy_and_goes_on(kept: Kept) -> None:
    scene = kept.scene
    draft = scene.start_draft()
    scene.attach(draft, SMALL)
    who = scene.actor("staff")
    with kept.house.work(who) as work:
        work.sharing.discard_draft(draft, actor=who, now=work.now)
    assert kept.house.ledger.read()
    kept.both()
    settings = kept.empty(ledger=False)
    with pytest.raises(LedgerBehind, match="disposals replay"):
        kept.restore(settings)
    house = opened(kept, settings)
    with pytest.raises(RestoreUnfinished, match="custodes restore"):
        started(house)
    house.ledger.take_in(kept.house.ledger.text())
    let_go(house)
    assert kept.restore(settings).ok
    house = opened(kept, settings)
    started(house)
    let_go(house)


def test_sessions_and_answers_kept_for_requests_are_not_restored(kept: Kept) -> None:

    kept.scene.app = app_over(kept.house)
    kept.scene.client("staff", "api")
    with kept.house.engine.connect() as conn:
        assert conn.exec_driver_sql("select count(*) from session").scalar_one() > 0
    assert not {"session", "idempotency", "lease"} & kept.both().manifest.rows.keys()
    settings = kept.empty()
    kept.restore(settings)
    engine = make_engine(settings.database_url)
    with engine.connect() as conn:
        assert conn.exec_driver_sql("select count(*) from session").scalar_one() == 0
    engine.dispose()


@pytest.mark.parametrize("what", ["database", "keys", "content"])
def test_nothing_is_restored_over_anything(kept: Kept, what: str) -> None:
    kept.both()
    settings = kept.empty()
    live = kept.house.settings
    changed = {
        "database": {"database_url": live.database_url},
        "keys": {"keystore_url": live.keystore_url},
        "content": {"vault_url": live.vault_url},
    }[what]
    before = everything(kept.house), keys_of(kept.house), stores.files(kept.house)
    with pytest.raises(PlaceNotEmpty, match="CUSTODES"):
        kept.restore(replace(settings, **changed))
    assert (everything(kept.house), keys_of(kept.house), stores.files(kept.house)) == before
    assert not (settings.state / "restoring").exists()


def test_a_backup_of_keys_older_than_that_of_rows_is_refused(kept: Kept) -> None:
    kept.make_keys()
    kept.scene.clock.later(minutes=1)
    kept.make()
    settings = kept.empty()
    with pytest.raises(BackupUnfit, match="older"):
        kept.restore(settings)


def test_only_whom_it_was_sealed_for_opens_it(kept: Kept) -> None:
    kept.both()
    settings = kept.empty()
    source = kept.source()
    with pytest.raises(BackupShut):
        restoring.restore(settings, replace(source, opens=source.opens_keys), clock=kept.house.clock)
    engine = make_engine(settings.database_url)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()
    assert kept.restore(settings).ok, "and it goes on with the right key"


def test_where_there_is_none_it_says_so(kept: Kept) -> None:
    with pytest.raises(BackupUnknown, match="no finished backup"):
        kept.restore()


def test_a_key_backed_up_before_its_item_was_destroyed_is_not_missed(kept: Kept) -> None:
    """Rows first, keys after: an item destroyed in between has rows that call it alive, and an erasure on record."""
    scene = kept.scene
    draft = scene.start_draft()
    scene.attach(draft, SMALL)
    kept.make()
    who = scene.actor("staff")
    with kept.house.work(who) as work:
        work.sharing.discard_draft(draft, actor=who, now=work.now)
    kept.make_keys()
    done = kept.restore()
    assert (done.without_key, done.again, done.faults) == (0, 1, [])


def test_a_log_shorter_than_a_witness_has_seen_it_is_said_loudly(kept: Kept, tmp_path: Path) -> None:
    kept.both()
    item(kept)
    note = logbook.sign(kept.house)
    done = kept.restore(kept=[note.text])
    assert not done.ok
    (said,) = done.shorter
    assert "SHORTER" in said
    assert f"{note.checkpoint.size - done.chosen.data.log.size} are lost" in said
    assert "witness" in said
    assert done.faults == []


def test_a_log_of_another_history_is_said_to_be(kept: Kept) -> None:
    note = logbook.sign(kept.house)
    kept.both()
    kept_head = kept.data.manifest(DATA, kept.data.newest(DATA), None)[1].log
    done = kept.restore(kept=[note.text])
    assert done.ok, done.shorter
    assert kept_head.size >= note.checkpoint.size
    forged = replace(note.checkpoint, root=bytes(32))
    done = kept.restore(kept=[kept.house.keys.log.sign(forged.text)])
    assert any("ANOTHER ONE" in each for each in done.shorter)


def test_an_object_the_store_has_lost_is_named_and_everything_else_comes_back(kept: Kept) -> None:
    name = next(each for each in stores.files(kept.house) if each.startswith("objects/"))
    stores.remove(kept.house, name)
    made = kept.both()
    assert [part.name for part in made.lacking] == [name.removeprefix("objects/")]
    assert made.lacking[0].lacking == "missing"
    done = kept.restore()
    assert done.lacking == [name.removeprefix("objects/")]
    assert (done.objects, done.lost, done.ok) == (1, [], False)


def test_an_object_the_store_has_damaged_is_not_backed_up_as_if_it_were_whole(kept: Kept) -> None:
    name = next(each for each in stores.files(kept.house) if each.startswith("objects/"))
    data = bytearray(stores.read(kept.house, name))
    data[len(data) // 2] ^= 1
    stores.replace(kept.house, name, bytes(data))
    made = kept.both()
    assert [part.lacking for part in made.lacking] == ["damaged"]
    assert made.manifest.content.lacking == 1
    trust = kept.house.keys.log.trust
    assert list(faults(kept.data, kept.data.manifest(DATA, made.manifest.id, trust)[1])) == []


def test_somebody_elses_manifest_is_refused(kept: Kept) -> None:
    made = kept.both()
    forged = sign(made.manifest.text, made.manifest.origin, Ed25519PrivateKey.generate())
    name = f"data/{made.manifest.id}/manifest"
    kept.data.store.delete(name)
    writer = kept.data.store.create(name)
    writer.write(memoryview(forged.encode()))
    writer.publish()
    with pytest.raises(BackupDamaged, match="not signed by this log"):
        kept.restore()


def test_keys_are_numbered_on_from_where_they_were(kept: Kept) -> None:
    """A number given out twice would let a late act change somebody else's row."""
    with kept.house.keystore.moment() as conn:
        before = conn.exec_driver_sql("select 1").scalar_one()
    assert before == 1
    made = kept.make_keys()
    assert made.manifest.kind == KEYS
    kept.make()
    if databases.on_postgresql():
        engine = make_engine(kept.house.settings.database_url)
        with engine.connect() as conn:
            last = conn.exec_driver_sql("select last_value from audit_entry_pos_seq").scalar_one()
        engine.dispose()
        kept.make_keys()
        settings = kept.empty()
        kept.restore(settings)
        engine = make_engine(settings.database_url)
        with engine.connect() as conn:
            assert conn.exec_driver_sql("select last_value from audit_entry_pos_seq").scalar_one() >= last - 5
        engine.dispose()
