"""The process dies at the worst moment of an act that touches more than the database; the next start sets it right.

The vault's own crashes are tried write by write in tests/vault; here the whole act dies, as the application plays it.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from uuid import UUID

import pytest

from app.bootstrap import sweeps
from app.factory import create_app
from audit.examine import verify_database
from bench.live import ROOT, make
from tests.faults.conftest import CONTENT, Scene, Things, state_of
from vault.errors import KeyGone

# Run in a process that then kills itself: {act} ends in `die()`.
SCRIPT = """
import os, signal, sys
from datetime import datetime
from uuid import UUID
from dataclasses import replace
from app.bootstrap import sweeps
from app.bootstrap.house import build
from app.config import Settings
from bench.live import Standing, environment
from pathlib import Path

def die(*_given, **_more):
    os.kill(os.getpid(), signal.SIGKILL)

house = build(Settings.from_env(environment(Path(sys.argv[1]))))
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

# The sweep: `destroy` has deleted the keys in their own database when the case is about to be written down as erased.
DESTROYED_NOT_COMMITTED = """
from app.bootstrap.wiring import VaultEraser
VaultEraser.tombstone = die
sweeps.dispose(house)
"""


@pytest.fixture
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    house, people = make(tmp_path_factory.mktemp("killed") / "state")
    yield Scene(house, people, create_app(house), Things(), Things())
    house.engine.dispose()


def killed(scene: Scene, act: str, thing: object, key: str = "staff") -> None:
    """Another process over the same state does the act and dies in it."""
    given = [str(scene.house.settings.state), scene.house.now().isoformat(), str(thing), scene.people[key].id]
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


def test_a_draft_thrown_away_but_not_committed_can_be_thrown_away_again(scene: Scene) -> None:
    """Its key is gone for good: nobody can read it, and nothing says that it was sent."""
    draft = scene.start_draft()
    scene.attach(draft)
    killed(scene, DISCARDED_NOT_COMMITTED, draft)
    assert scene.count("draft") == 1, "the commit did not happen"
    who = scene.actor("staff")
    with pytest.raises(KeyGone), scene.house.work(who) as work:
        work.sharing.draft(draft, actor=who, now=work.now)
    with scene.house.work(who) as work:
        work.sharing.discard_draft(draft, actor=who, now=work.now)
    assert scene.count("draft") == 0
    scene.clock.later(days=2)
    sweeps.tidy(scene.house)
    assert scene.vault_files() == []
    assert scene.count("vault_part") == 0
    assert scene.count("audit_index", "act = 'vault.key-destroyed'") == 1
    holds(scene)


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
    assert not [path for path in scene.house.settings.vault.rglob("*") if path.is_file()]
    assert CONTENT[:28] not in scene.database.read_bytes()
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
