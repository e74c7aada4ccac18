"""A real log changes its key between two cosigned checkpoints, before the eyes of a witness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from audit_log import ASHA, NOW, Log

from audit import rotation, views
from audit.checkpoint import Checkpoints
from audit.errors import WitnessFileFaulty
from audit.leaf import b64
from audit.note import read_checkpoint, signatures
from audit.trust import Trust, parse
from audit.verify import verify_checkpoint
from audit.witness import COSIGNED, FIRST, OTHER_KEY, POSTED, ROLL_BACK, Lap, Witness
from audit.witness_files import Memory, WitnessKey, evidence, remembered

MINUTE = timedelta(minutes=1)


class Published:
    """The log as a witness reaches it. ``shown``: what it shows instead of its newest note."""

    def __init__(self, log: Log) -> None:
        self.log, self.taken, self.shown = log, list[str](), ""

    def newest(self) -> str:
        with self.log.engine.connect() as conn:
            note = Checkpoints(conn, self.log.keys).latest()
        assert note is not None
        return self.shown or note.text

    def proof(self, old: int, size: int) -> Sequence[bytes] | None:
        with self.log.engine.connect() as conn:
            return Checkpoints(conn, self.log.keys).consistency(old, size)

    def post(self, note: str) -> str:
        self.taken.append(note)
        return ""


class Desk:
    """The witness, who began with the log's first key."""

    def __init__(self, folder: Path, log: Log) -> None:
        folder.mkdir()
        self.log, self.published = log, Published(log)
        self.key = WitnessKey.create(folder / "key", "imb.test/witness")
        self.state = folder / "state"
        self.trust = parse(f"log {log.keys.vkey}\n".encode())

    def look(self, minutes: int = 0, trust: Trust | None = None) -> Lap:
        with Memory(self.state) as memory:
            watcher = Witness(memory, self.key, trust or self.trust, self.published)
            return watcher.lap(now=at(minutes), tolerance=5 * MINUTE)

    def refused(self, lap: Lap, found: str) -> None:
        """Nothing signed, nothing remembered anew, evidence kept."""
        assert (lap.found, lap.evidence is not None) == (found, True), lap


def at(minutes: int) -> datetime:
    return NOW + minutes * MINUTE


def seal(log: Log, minutes: int, start: int) -> str:
    log.write(3, start=start)
    with log.engine.begin() as conn:
        return Checkpoints(conn, log.keys).make(now=at(minutes)).text


def rotate(log: Log, minutes: int) -> str:
    log.keys.signing.prepare()
    with log.engine.begin() as conn:
        checkpoints = Checkpoints(conn, log.keys)
        note = rotation.rotate(log.trail(conn), checkpoints, log.keys, actor=ASHA, now=at(minutes))
    log.take_in()
    with log.engine.connect() as conn:
        done = rotation.rotated(conn, log.keys)
    assert done is not None
    log.keys.signing.finish(done)
    return note.text


@pytest.fixture
def desk(log: Log, tmp_path: Path) -> Desk:
    """It has cosigned one checkpoint of the old key."""
    made = Desk(tmp_path / "desk", log)
    seal(log, 1, 0)
    assert made.look(1).found == FIRST
    return made


def published(log: Log) -> Trust:
    """What its keeper hands over after the change: both keys, each with its time."""
    return parse(log.keys.published.encode())


def test_with_the_old_key_alone_it_cosigns_the_change_and_refuses_what_follows_saying_what_to_do(
    desk: Desk, log: Log
) -> None:
    rotate(log, 30)
    assert desk.look(30).found == COSIGNED  # signed by the key it trusts, and by the new one
    seal(log, 50, 2000)
    before, taken = desk.state.read_bytes(), list(desk.published.taken)
    lap = desk.look(50)
    desk.refused(lap, OTHER_KEY)
    assert "have the new verifier key handed over by another way" in lap.says
    new = log.keys.verifier
    assert f"It says that it is signed by {new.name}+{new.id.hex()}." in lap.says
    assert (desk.state.read_bytes(), desk.published.taken) == (before, taken)


def test_with_the_new_trust_file_it_goes_on_where_it_was(desk: Desk, log: Log) -> None:
    rotate(log, 30)
    desk.look(30)
    seal(log, 50, 2000)
    desk.refused(desk.look(50), OTHER_KEY)
    lap = desk.look(51, published(log))
    assert (lap.found, lap.untaken) == (COSIGNED, "")
    assert remembered(desk.state).first["number"] == 1  # no first contact anew
    note = desk.published.taken[-1]
    found = signatures(note, [*published(log).keys, desk.key.verifier])[1]
    assert [each.key for each in found] == [log.keys.verifier, desk.key.verifier]
    lines = f"{log.keys.published}witness {desk.key.verifier.text}\nquorum 1\n"
    report = verify_checkpoint(note, parse(lines.encode()))
    assert (report.faults, len(report.cosigned)) == ((), 1)


def test_one_that_was_away_during_the_change_has_the_growth_across_it_proven(desk: Desk, log: Log) -> None:
    rotate(log, 30)
    seal(log, 50, 2000)
    desk.refused(desk.look(50), OTHER_KEY)
    assert desk.look(51, published(log)).found == COSIGNED


def test_with_the_new_key_alone_what_it_remembers_is_not_thrown_away(desk: Desk, log: Log) -> None:
    rotate(log, 30)
    seal(log, 50, 2000)
    with pytest.raises(WitnessFileFaulty, match="Give the older key, too"):
        desk.look(50, Trust.of([log.keys.vkey]))
    assert remembered(desk.state).first["number"] == 1


def forged(log: Log, note: str) -> str:
    """Another root for the same checkpoint, signed by the key in force."""
    real = read_checkpoint(signatures(note, log.keys.trusted)[0])
    return log.keys.signer(note).sign(replace(real, root=bytes(32)).text)


def test_a_fork_after_the_change_is_proven_to_anybody(desk: Desk, log: Log) -> None:
    rotate(log, 30)
    desk.look(30)
    note = seal(log, 50, 2000)
    assert desk.look(51, published(log)).found == COSIGNED
    desk.published.shown = forged(log, note)
    lap = desk.look(52, published(log))
    desk.refused(lap, views.FORK)
    assert lap.evidence is not None
    kept = evidence(lap.evidence)
    one, two = (published(log).open(each).checkpoint for each in (kept.held, kept.shown))
    assert (one.number, b64(one.root) == b64(two.root)) == (two.number, False)
    assert views.compare(one, two).found == views.FORK
    desk.published.shown = ""
    assert desk.look(53, published(log)).found == views.FORK  # until a person has looked


def test_a_fork_at_the_change_itself_is_found_though_both_keys_sign_it(desk: Desk, log: Log) -> None:
    """Who has both keys shows one history to one witness and another to the next."""
    log.keys.signing.prepare()
    old, new = log.keys.signing.state.signer, log.keys.signing.state.following
    note = rotate(log, 30)
    desk.look(30)
    assert new is not None
    other = replace(read_checkpoint(signatures(note, log.keys.trusted)[0]), root=bytes(32)).text
    desk.published.shown = old.sign(other) + new.sign(other).rpartition("\n\n")[2]
    desk.refused(desk.look(31, published(log)), views.FORK)


def test_the_retired_key_forks_nothing_that_the_new_trust_file_counts(desk: Desk, log: Log) -> None:
    """A thief's copy of the old key: behind its window it counts for nobody, before it contradicts what was seen."""
    old = log.keys.signing.state.signer
    rotate(log, 30)
    note = seal(log, 50, 2000)
    assert desk.look(51, published(log)).found == COSIGNED
    real = read_checkpoint(signatures(note, log.keys.trusted)[0])
    later = replace(real, number=real.number + 1, size=real.size + 1, root=bytes(32), previous=real.digest)
    desk.published.shown = old.sign(replace(later, time=real.time + 60_000).text)
    desk.refused(desk.look(52, published(log)), OTHER_KEY)
    early = replace(real, number=1, size=2, root=bytes(32), previous=bytes(32), time=real.time - 45 * 60_000)
    desk.published.shown = old.sign(early.text)
    desk.refused(desk.look(53, published(log)), ROLL_BACK)
    desk.published.shown = ""
    assert desk.look(54, published(log)).found == POSTED
