"""The drill: a backup is restored beside the living service, which neither notices nor is changed by it."""

from __future__ import annotations

import json
import logging

import pytest

from app.bootstrap import continuity, logbook, sweeps
from app.bootstrap.continuity import standing
from app.bootstrap.engines import reading
from app.bootstrap.house import House, started
from audit.follow import facts
from foundation.actor import SERVICE
from foundation.errors import ServiceError
from tests import databases, stores
from tests.backup.conftest import Kept, item
from tests.backup.test_backup_and_restore import everything, keys_of
from vault.backup.errors import BackupDamaged, BackupUnfit


def recorded(house: House, kind: str) -> list[dict[str, object]]:
    logbook.sign(house)
    with reading(house.engine) as conn:
        found = facts(conn, house.keys.log)
        return [dict(fact.what) for _, fact in found if fact is not None and fact.kind == kind]


def word(house: House, name: str) -> str:
    with reading(house.engine) as conn:
        lines = standing(house, conn, house.now())
    return continuity.words(lines)[name]


def test_a_drill_measures_and_records_and_leaves_nothing_behind(kept: Kept) -> None:
    made = kept.both()
    item(kept)
    logbook.sign(kept.house)
    kept.scene.clock.later(minutes=10)
    before = set(kept.folder.rglob("*"))
    stored, keys = stores.files(kept.house), keys_of(kept.house)
    done = kept.drill()
    assert done.ok, done.faults
    assert (done.backup, done.objects, done.opened) == (made.manifest.id, 2, 2)
    assert 600 <= done.age_seconds < 700
    assert done.entries_after > 0
    assert done.seconds >= sum(done.stages.values()) > 0
    assert set(done.stages) == {"content", "keys", "database", "disposals", "verification"}
    assert json.loads(json.dumps(done.as_json()))["rto_seconds"] == round(done.seconds, 3)
    (said,) = recorded(kept.house, "app.drill-passed")
    assert (said["backup"], said["sha256"], said["faults"]) == (made.manifest.id, made.sha256, 0)
    assert (stores.files(kept.house), keys_of(kept.house)) == (stored, keys)
    assert {path for path in kept.folder.rglob("*") if "published" not in path.parts} <= before
    report = logbook.verify(kept.house, SERVICE)
    assert report.ok, report.faults


def test_a_drill_destroys_again_what_was_destroyed_and_does_not_touch_the_living(kept: Kept) -> None:
    scene = kept.scene
    reference = scene.until_reviewable()
    kept.both()
    scene.retire(reference, "review", "imb-records", proposal="destroy", reason="No longer needed.")
    scene.retire(reference, "approve", "imb-owner")
    scene.clock.later(days=60)
    assert sweeps.dispose(kept.house).destroyed == 1
    ledger = kept.house.ledger.text()
    checkpoints = databases.everything(kept.house.settings.database_url).count(b"custodes-checkpoint/1")
    done = kept.drill()
    assert (done.ok, done.again) == (True, 1), done.faults
    assert kept.house.ledger.text() == ledger
    now = databases.everything(kept.house.settings.database_url).count(b"custodes-checkpoint/1")
    assert now == checkpoints, "a scratch log signed by the real key would be a second history"


@pytest.mark.parametrize("what", ["index", "database.age", "content"])
def test_a_damaged_backup_fails_the_drill_and_the_log_says_so(kept: Kept, what: str) -> None:
    made = kept.both()
    top = "content" if what == "content" else f"data/{made.manifest.id}"
    name = next(each for each in kept.data.store.list(top) if what == "content" or each.endswith(what))
    reader = kept.data.store.open(name)
    data = bytearray(reader.size)
    reader.read_into(0, memoryview(data))
    reader.close()
    data[len(data) // 2] ^= 1
    kept.data.store.delete(name)
    writer = kept.data.store.create(name)
    writer.write(memoryview(data))
    writer.publish()
    if what == "content":
        done = kept.drill()
        assert not done.ok
        assert "lost or damaged" in done.faults[0]
        assert done.opened == 1
    else:
        with pytest.raises(BackupDamaged):
            kept.drill()
    (said,) = recorded(kept.house, "app.drill-failed")
    assert said["faults"] != 0
    assert word(kept.house, "drill") == "never"


@pytest.mark.database("postgresql")
def test_on_postgresql_a_drill_asks_for_a_database_and_leaves_it_empty(kept: Kept) -> None:
    from app.bootstrap import drilling

    kept.both()
    with pytest.raises(BackupUnfit, match="--database"):
        drilling.drill(kept.house, kept.source(), kept.folder)
    url = databases.empty(kept.folder)
    for _ in range(2):
        assert drilling.drill(kept.house, kept.source(), kept.folder, database_url=url).ok


def test_what_is_due_is_said_at_a_start_and_in_health(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    house = kept.house
    with caplog.at_level(logging.WARNING, "custodes.start"):
        started(house)
    assert {"Backup: there was none yet", "Drill: there was none yet"} <= {
        record.getMessage().split(".")[0] for record in caplog.records
    }
    kept.both()
    kept.drill()
    logbook.sign(house)
    assert [word(house, name) for name in ("backup", "key_backup", "drill", "rehearsal")] == ["well"] * 3 + ["never"]
    kept.scene.clock.later(days=2)
    assert [word(house, name) for name in ("backup", "drill")] == ["late", "well"]
    kept.scene.clock.later(days=100)
    caplog.clear()
    with caplog.at_level(logging.WARNING, "custodes.start"):
        started(house)
    assert any("Drill: the last one was 102 days ago, and may be 92 days old" in r.getMessage() for r in caplog.records)


def test_the_living_service_is_as_it_was(kept: Kept) -> None:
    kept.both()
    before = everything(kept.house, "audit_entry", "audit_disclosure", "audit_index", "audit_leaf", "audit_node")
    kept.drill()
    after = everything(kept.house, "audit_entry", "audit_disclosure", "audit_index", "audit_leaf", "audit_node")
    assert {name for name in before if before[name] != after[name]} <= {"audit_head", "audit_writer"}


def test_a_backup_that_is_none_is_a_refusal(kept: Kept) -> None:
    with pytest.raises(ServiceError, match="no finished backup"):
        kept.drill()
