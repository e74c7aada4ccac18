"""The process dies at the worst moment of an act that touches more than the database; the next start sets it right.

The vault's own crashes are tried write by write in tests/vault; here the whole act dies, as the application plays it.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.bootstrap import sweeps
from app.bootstrap.house import started
from audit.errors import LogUnavailable
from audit.examine import verify_database
from audit.tables import audit_disclosure, audit_entry
from bench.live import ROOT, environment
from foundation.actor import SERVICE
from retention.errors import DisposalRefused
from tests import databases
from tests.faults.conftest import CONTENT, Scene, Things, state_of
from tests.ready import furnished
from tests.served import app_over
from vault.errors import KeyDisabled, KeyGone
from vault.keystore import erased

# Run in a process that then kills itself: {act} ends in `die()`.
SCRIPT = """
import os, signal, sys
from datetime import datetime
from uuid import UUID
from dataclasses import replace
from app.bootstrap import sweeps
from app.bootstrap.house import build
from app.config import Settings
from bench.live import Standing
import json

def die(*_given, **_more):
    os.kill(os.getpid(), signal.SIGKILL)

house = build(Settings.from_env(json.loads(sys.argv[1])))
house = replace(house, clock=Standing(datetime.fromisoformat(sys.argv[2])))
thing, person = sys.argv[3:5]
with house.work() as work:
    who = work.people.actor(person, now=work.now)
{act}
"""

BEFORE_ATTACHING = """
with house.work(who) as work:
    writer = work.sharing.begin_file(UUID(thing), "a.bin", actor=who, now=work.now)
writer.write(bytes(3_000_000))
writer.finish()
die()
"""

ATTACHED_NOT_COMMITTED = """
with house.work(who) as work:
    writer = work.sharing.begin_file(UUID(thing), "a.bin", actor=who, now=work.now)
writer.write(bytes(3_000_000))
sealed = writer.finish()
with house.work(who) as work:
    work.sharing.attach(UUID(thing), sealed, "a.bin", actor=who, now=work.now)
    die()
"""

DISCARDED_NOT_COMMITTED = """
with house.work(who) as work:
    work.sharing.discard_draft(UUID(thing), actor=who, now=work.now)
    die()
"""

# Committed, and dead before the key store hears of it.
DISCARDED_NOT_TOLD = """
from vault.keystore import KeyStore
KeyStore.destroy = die
with house.work(who) as work:
    work.sharing.discard_draft(UUID(thing), actor=who, now=work.now)
"""

APPROVED_NOT_TOLD = """
from vault.keystore import KeyStore
KeyStore.set_state = die
with house.work(who) as work:
    case = work.disposals.case(thing)
    work.retention.approve(case.item, version=case.version, actor=who, now=work.now)
"""

HELD_NOT_TOLD = """
from vault.keystore import KeyStore
KeyStore.set_state = die
with house.work(who) as work:
    item = work.disposals.case(thing).item
    work.retention.place_hold(item, reason="An inquiry asks.", issuer="Inquiry", actor=who, now=work.now)
"""

DESTROYING = """
from foundation.actor import SERVICE
from app.bootstrap.work import Work
from vault.disposal import Disposal
from vault.keystore import KeyStore
Backend = type(house.backend)
with house.work() as work:
    item = work.disposals.case(thing).item
{where} = die
with house.work() as work:
    work.retention.carry_out(item, actor=SERVICE, now=work.now)
"""

# The sweep: `destroy` has deleted the keys in their own database when the case is about to be written down as erased.
DESTROYED_NOT_COMMITTED = """
from app.bootstrap.wiring import VaultEraser
VaultEraser.tombstone = die
sweeps.dispose(house)
"""


@pytest.fixture
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    state = tmp_path_factory.mktemp("killed") / "state"
    house, people = furnished(state)
    yield Scene(house, people, app_over(house), Things(), Things())
    house.engine.dispose()


def killed(scene: Scene, act: str, thing: object, key: str = "staff") -> None:
    """Another process over the same state does the act and dies in it."""
    state = scene.house.settings.state
    given = [
        json.dumps(environment(state, **databases.settings(state))),
        scene.house.now().isoformat(),
        str(thing),
        scene.people[key].id,
    ]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(act=act), *given], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def holds(scene: Scene) -> None:
    """The log verifies from its first entry to its last."""
    with scene.house.engine.connect() as conn:
        report = verify_database(conn, scene.house.keys.log)
    assert report.ok, report.faults


@pytest.mark.parametrize("act", [BEFORE_ATTACHING, ATTACHED_NOT_COMMITTED], ids=["sealed", "attached"])
def test_a_file_that_was_never_attached_is_swept(scene: Scene, act: str) -> None:
    draft = scene.start_draft()
    before = state_of(scene)
    killed(scene, act, draft)
    assert len(scene.vault_files()) == 2, "the object and its entry in fresh/"
    scene.clock.later(hours=1)
    sweeps.tidy(scene.house)
    assert len(scene.vault_files()) == 2, "it might still be under way"
    scene.clock.later(days=1)
    sweeps.tidy(scene.house)
    assert scene.vault_files() == []
    assert scene.count("vault_part") == scene.count("item_file") == 0
    changed = {table for table, digest in state_of(scene).items() if before.get(table) != digest}
    # The draft counts the numbers it has given out; invitations end on their own day.
    assert {table for table in changed if not table.startswith("audit_")} <= {"draft", "invitation"}
    scene.attach(draft)
    assert scene.send(draft)
    holds(scene)


def read(scene: Scene, thing: object, key: str = "staff") -> bytes:
    """The first file of an item, or of a draft."""
    who = scene.actor(key)
    with scene.house.work(who) as work:
        reader = work.vault.open_part(item=UUID(str(thing)), part=1, actor=who, now=work.now)
    with reader:
        return b"".join(bytes(piece) for piece in reader.stream())


def case_of(scene: Scene, reference: str) -> Any:
    with scene.house.work() as work:
        return work.disposals.case(reference)


def said(scene: Scene, act: str, item: object) -> int:
    """How often the log says it of the item, in the tree or not yet."""
    query = (
        sa.select(audit_entry.c.body)
        .join(audit_disclosure, audit_disclosure.c.pos == audit_entry.c.pos)
        .where(audit_disclosure.c.item == str(item))
    )
    with scene.house.engine.connect() as conn:
        return [json.loads(bytes(body))["act"] for body in conn.scalars(query)].count(act)


@contextmanager
def commits_fail(scene: Scene) -> Iterator[None]:
    """The database takes everything but the commit."""

    def refuse(_conn: object) -> None:
        raise sa.exc.OperationalError("COMMIT", {}, OSError("the disk went away"))

    sa.event.listen(scene.house.engine, "commit", refuse)
    try:
        with pytest.raises(LogUnavailable, match="Nothing was changed"):
            yield
    finally:
        sa.event.remove(scene.house.engine, "commit", refuse)


def test_a_draft_thrown_away_but_not_committed_is_all_there(scene: Scene) -> None:
    draft = scene.start_draft()
    scene.attach(draft)
    killed(scene, DISCARDED_NOT_COMMITTED, draft)
    who = scene.actor("staff")
    with commits_fail(scene), scene.house.work(who) as work:
        work.sharing.discard_draft(draft, actor=who, now=work.now)
    assert read(scene, draft) == CONTENT
    with scene.house.work(who) as work:
        assert work.sharing.draft(draft, actor=who, now=work.now)
    scene.clock.later(days=2)
    sweeps.tidy(scene.house)
    assert read(scene, draft) == CONTENT
    with scene.house.work(who) as work:
        work.sharing.discard_draft(draft, actor=who, now=work.now)
    thrown_away(scene, draft)


def test_a_draft_thrown_away_and_committed_is_gone_at_once_and_its_key_at_the_next_start(scene: Scene) -> None:
    draft = scene.start_draft()
    scene.attach(draft)
    killed(scene, DISCARDED_NOT_TOLD, draft)
    assert scene.count("draft") == 0
    assert scene.house.keystore.state(draft) == "live", "the key store never heard"
    with pytest.raises(KeyGone):
        read(scene, draft)
    started(scene.house)
    thrown_away(scene, draft)


def thrown_away(scene: Scene, draft: object) -> None:
    assert scene.house.keystore.state(UUID(str(draft))) == "destroyed"
    assert scene.count("draft") == scene.count("vault_part") == 0
    assert scene.vault_files() == []
    for act in ("vault.key-condemned", "vault.key-destroyed", "vault.content-removed"):
        assert said(scene, act, draft) == 1, act
    scene.clock.later(days=2)
    assert sweeps.tidy(scene.house) == 0
    holds(scene)


def until_reviewed(scene: Scene) -> tuple[str, str]:
    """(reference, item) of a case whose destruction somebody proposed."""
    reference = scene.until_reviewable()
    scene.retire(reference, "review", "imb-records", proposal="destroy", reason="No longer needed.")
    return reference, case_of(scene, reference).item


def test_an_approval_that_is_not_committed_leaves_the_item_open(scene: Scene) -> None:
    reference, item = until_reviewed(scene)
    with commits_fail(scene):
        scene.retire(reference, "approve", "imb-owner")
    assert case_of(scene, reference).state == "reviewed"
    assert read(scene, item) == CONTENT


def test_an_approval_that_is_committed_shuts_the_item_though_the_key_store_never_heard(scene: Scene) -> None:
    reference, item = until_reviewed(scene)
    killed(scene, APPROVED_NOT_TOLD, reference, "imb-owner")
    assert case_of(scene, reference).state == "cooling-off"
    assert scene.house.keystore.state(UUID(item)) == "live"
    with pytest.raises(KeyDisabled):
        read(scene, item)
    started(scene.house)
    assert scene.house.keystore.state(UUID(item)) == "disabled"
    holds(scene)


def hold(scene: Scene, item: str) -> None:
    who = scene.actor("imb-records")
    with scene.house.work(who) as work:
        work.retention.place_hold(item, reason="An inquiry asks.", issuer="Inquiry", actor=who, now=work.now)


def test_a_hold_in_the_cooling_off_that_is_not_committed_changes_nothing(scene: Scene) -> None:
    reference, item = until_reviewed(scene)
    scene.retire(reference, "approve", "imb-owner")
    with commits_fail(scene):
        hold(scene, item)
    assert case_of(scene, reference).state == "cooling-off"
    with pytest.raises(KeyDisabled):
        read(scene, item)
    assert scene.house.keystore.state(UUID(item)) == "disabled"


def test_a_hold_that_is_committed_is_never_destroyed_and_opens_at_the_next_start(scene: Scene) -> None:
    reference, item = until_reviewed(scene)
    scene.retire(reference, "approve", "imb-owner")
    killed(scene, HELD_NOT_TOLD, reference, "imb-records")
    assert case_of(scene, reference).state != "cooling-off"
    scene.clock.later(days=60)
    done = sweeps.dispose(scene.house)
    assert (done.begun, done.destroyed) == (0, 0)
    started(scene.house)
    assert read(scene, item) == CONTENT
    scene.clock.later(days=60)
    assert sweeps.dispose(scene.house).destroyed == 0
    assert read(scene, item) == CONTENT
    holds(scene)


@pytest.mark.parametrize("where", ["KeyStore.destroy_all", "Disposal.remove_all", "Backend.delete", "Work._finish"])
def test_a_destruction_killed_at_any_of_its_acts_ends_in_one_certificate(scene: Scene, where: str) -> None:
    reference, item = until_reviewed(scene)
    scene.retire(reference, "approve", "imb-owner")
    scene.clock.later(days=60)
    with scene.house.work() as work:
        work.retention.begin_destruction(item, actor=SERVICE, now=work.now)
    killed(scene, DESTROYING.format(where=where), reference)
    assert case_of(scene, reference).state == "destroying"
    assert said(scene, "vault.key-destroyed", item) == 0, "never said before it is so"
    with pytest.raises((KeyGone, KeyDisabled)):
        read(scene, item)
    who = scene.actor("imb-records")
    with pytest.raises(DisposalRefused), scene.house.work(who) as work:
        work.retention.place_hold(item, reason="Too late.", issuer="Inquiry", actor=who, now=work.now)
    assert sweeps.dispose(scene.house).certified == 1
    for act in ("vault.key-destroyed", "vault.content-removed", "retention.certificate-issued"):
        assert said(scene, act, item) == 1, act
    assert scene.house.keystore.state(UUID(item)) == "destroyed"
    scene.clock.later(days=2)
    assert sweeps.tidy(scene.house) == 0
    holds(scene)


def test_a_key_store_restored_from_a_backup_loses_again_what_was_destroyed(scene: Scene) -> None:
    draft = scene.start_draft()
    scene.attach(draft)
    kept = scene.house.keystore.get(draft, 1)
    who = scene.actor("staff")
    with scene.house.work(who) as work:
        work.sharing.discard_draft(draft, actor=who, now=work.now)
    with scene.house.keystore._engine.begin() as conn:
        conn.execute(sa.delete(erased))
    assert kept is not None
    scene.house.keystore.add(kept)
    assert scene.house.keystore.state(draft) == "live"
    started(scene.house)
    assert scene.house.keystore.state(draft) == "destroyed"


def test_a_destruction_broken_off_after_its_keys_went_ends_in_a_certificate(scene: Scene) -> None:
    reference = scene.until_reviewable()
    scene.retire(reference, "review", "imb-records", proposal="destroy", reason="No longer needed.")
    scene.retire(reference, "approve", "imb-owner")
    scene.clock.later(days=60)
    killed(scene, DESTROYED_NOT_COMMITTED, reference)
    with scene.house.work() as work:
        case = work.disposals.case(reference)
        assert case.state == "destroying", "begun and committed, not carried out"
    assert not scene.house.keystore.of_item(UUID(case.item)), "the keys went before"
    assert sweeps.dispose(scene.house).certified == 1
    with scene.house.work() as work:
        case = work.disposals.case(reference)
        assert case.state == "destroyed"
        assert case.certificate
    assert scene.vault_files() == []
    assert scene.count("audit_index", "act = 'vault.key-destroyed'") == 1
    assert scene.vault_files() == []
    assert CONTENT[:28] not in databases.everything(scene.house.settings.database_url)
    scene.clock.later(days=2)
    assert sweeps.tidy(scene.house) == 0, "nothing is left to be set right"
    holds(scene)


def test_the_killer_kills_only_where_it_should(scene: Scene) -> None:
    """The control: the same destruction, not killed."""
    reference = scene.until_reviewable()
    scene.retire(reference, "review", "imb-records", proposal="destroy", reason="No longer needed.")
    scene.retire(reference, "approve", "imb-owner")
    scene.clock.later(days=60)
    done = sweeps.dispose(scene.house)
    assert (done.begun, done.destroyed, done.certified, done.failed) == (1, 1, 1, 0)
