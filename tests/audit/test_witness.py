"""A witness and a log made of hashes alone: what it cosigns, what it refuses, what it remembers whatever happens."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import views
from audit.errors import (
    AlreadyThere,
    LogUnreachable,
    VerifierKeyInvalid,
    WitnessFileFaulty,
    WitnessRunning,
)
from audit.leaf import START
from audit.merkle import Frontier, Tree, leaf_hash
from audit.note import COSIGNATURE, Checkpoint, VerifierKey, open_checkpoint, sign, signatures
from audit.trust import Trust
from audit.witness import CLOCK, COSIGNED, FIRST, NOTHING_NEW, OTHER_KEY, POSTED, ROLL_BACK, Lap, Witness
from audit.witness_files import Memory, Remembered, WitnessKey, evidence, remembered
from foundation.orm import to_ms

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NAME = "imb.test/witness"


class Hashes:
    """A log of bare hashes, signed for real. ``fork``: another log that begins like this one and signs with its key."""

    origin = "custodes.test/log"

    def __init__(self, key: Ed25519PrivateKey | None = None, entries: Sequence[bytes] = ()) -> None:
        self.key = key or Ed25519PrivateKey.generate()
        self.entries = list(entries)
        self.notes: list[str] = []
        self.shown: str | None = None
        self.taken: list[str] = []
        self.refuses = ""
        self.falls_over = False

    @property
    def vkey(self) -> VerifierKey:
        return VerifierKey(self.origin, self.key.public_key().public_bytes_raw())

    def grow(self, count: int = 1, *, word: str = "") -> None:
        self.entries += [leaf_hash(f"{word}{len(self.entries) + at}".encode()) for at in range(count)]

    def tree(self) -> Tree:
        stored: dict[tuple[int, int], bytes] = {(0, at): entry for at, entry in enumerate(self.entries)}
        frontier = Frontier()
        for entry in self.entries:
            stored |= {(level, index): node for level, index, node in frontier.append(entry)}
        return Tree(lambda level, start, stop: [stored[level, at] for at in range(start, stop)])

    def made(self, *, now: datetime = NOW, time: int | None = None) -> str:
        last = open_checkpoint(self.notes[-1], [self.vkey]) if self.notes else None
        checkpoint = Checkpoint(
            self.origin,
            len(self.entries),
            self.tree().root(len(self.entries)),
            last.number + 1 if last else 1,
            to_ms(now) if time is None else time,
            last.digest if last else START,
        )
        self.notes.append(sign(checkpoint.text, self.origin, self.key))
        return self.notes[-1]

    def fork(self) -> Hashes:
        other = Hashes(self.key, self.entries)
        other.notes = list(self.notes)
        return other

    def newest(self) -> str:
        if self.falls_over:
            raise LogUnreachable("It fell over.")
        return self.notes[-1] if self.shown is None else self.shown

    def proof(self, old: int, size: int) -> Sequence[bytes] | None:
        return self.tree().consistency(old, size) if size <= len(self.entries) else None

    def post(self, note: str) -> str:
        if self.falls_over:
            raise LogUnreachable("It fell over.")
        if not self.refuses:
            self.taken.append(note)
            if self.shown is None:
                self.notes[-1] = note
        return self.refuses


class Desk:
    """A witness's machine."""

    def __init__(self, folder: Path, log: Hashes) -> None:
        self.state, self.log = folder / "state", log
        self.key = WitnessKey.create(folder / "key", NAME)
        self.trust = Trust.of([log.vkey.text])

    def look(self, log: Hashes | None = None, *, now: datetime = NOW, peers: Sequence[str] = ()) -> Lap:
        with Memory(self.state) as memory:
            watcher = Witness(memory, self.key, self.trust, log or self.log)
            return watcher.lap(now=now, tolerance=5 * MINUTE, peers=peers)

    def holds(self) -> Checkpoint:
        return open_checkpoint(remembered(self.state).note, self.trust.keys)


@pytest.fixture
def log() -> Hashes:
    made = Hashes()
    made.grow(5)
    made.made()
    return made


@pytest.fixture
def desk(tmp_path: Path, log: Hashes) -> Desk:
    return Desk(tmp_path, log)


def test_the_first_contact_is_trusted_said_aloud_and_remembered(desk: Desk, log: Hashes) -> None:
    lap = desk.look()
    assert lap.found == FIRST
    assert "FIRST CONTACT" in lap.says
    assert "5 entries" in lap.says
    state = remembered(desk.state)
    assert (state.posted, state.first["size"], state.first["at"]) == (True, 5, to_ms(NOW))
    assert desk.holds().size == 5


def test_what_it_cosigns_verifies_and_carries_its_time(desk: Desk, log: Hashes) -> None:
    desk.look()
    (note,) = log.taken
    found = signatures(note, [log.vkey, desk.key.verifier])[1]
    assert [(each.key, each.time) for each in found] == [
        (log.vkey, None),
        (desk.key.verifier, to_ms(NOW) // 1000),
    ]


def test_growth_is_proven_and_cosigned_and_the_first_contact_stays_known(desk: Desk, log: Hashes) -> None:
    desk.look()
    for count in (1, 7, 300, 1):
        log.grow(count)
        log.made()
        assert desk.look().found == COSIGNED
        assert desk.holds().size == len(log.entries)
    assert remembered(desk.state).first["size"] == 5


def test_nothing_new_is_nothing_done(desk: Desk, log: Hashes) -> None:
    desk.look()
    was = desk.state.read_bytes()
    assert desk.look(now=NOW + MINUTE).found == NOTHING_NEW
    assert desk.state.read_bytes() == was
    assert len(log.taken) == 1


def test_a_checkpoint_over_the_same_entries_is_cosigned_too(desk: Desk, log: Hashes) -> None:
    desk.look()
    log.made(now=NOW + MINUTE)
    assert desk.look(now=NOW + MINUTE).found == COSIGNED


def refused(desk: Desk, lap: Lap, found: str) -> Path:
    """Nothing signed, nothing forgotten, evidence kept."""
    assert lap.found == found, lap
    assert lap.evidence is not None
    kept = evidence(lap.evidence)
    assert kept.found == found
    assert kept.shown
    return lap.evidence


def test_a_log_of_the_same_size_and_another_root_is_a_fork(desk: Desk, log: Hashes) -> None:
    desk.look()
    other = Hashes(log.key, log.entries[:4])
    other.grow(1, word="another")
    other.made()
    path = refused(desk, desk.look(other), views.FORK)
    assert other.taken == []
    kept = evidence(path)
    one, two = (open_checkpoint(note, [log.vkey]) for note in (kept.held, kept.shown))
    assert views.compare(one, two).found == views.FORK


def test_after_a_proven_fork_nothing_is_signed_until_a_person_moves_the_evidence(desk: Desk, log: Hashes) -> None:
    desk.look()
    other = Hashes(log.key, log.entries[:4])
    other.grow(1, word="another")
    other.made()
    path = desk.look(other).evidence
    log.grow()
    log.made()
    assert desk.look().found == views.FORK
    assert path is not None
    path.rename(path.with_name("seen"))
    assert desk.look().found == COSIGNED


def test_a_longer_log_without_a_good_proof_is_refused(desk: Desk, log: Hashes) -> None:
    desk.look()
    other = Hashes(log.key, log.entries[:4])
    other.notes = list(log.notes)
    other.grow(9, word="another")
    made = Checkpoint(log.origin, 13, other.tree().root(13), 7, to_ms(NOW), bytes(32))
    other.notes.append(sign(made.text, log.origin, log.key))
    kept = evidence(refused(desk, desk.look(other), views.NO_PROOF))
    assert kept.proof == other.tree().consistency(5, 13)
    assert desk.holds().size == 5


def test_a_log_that_will_give_no_proof_is_refused(desk: Desk, log: Hashes, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.look()
    log.grow(3)
    log.made()
    monkeypatch.setattr(Hashes, "proof", lambda *_: None)
    assert evidence(refused(desk, desk.look(), views.NO_PROOF)).proof is None


def test_a_smaller_log_is_a_roll_back(desk: Desk, log: Hashes) -> None:
    before = log.notes[-1]
    desk.look()
    log.grow(4)
    log.made()
    desk.look()
    log.shown = before
    refused(desk, desk.look(), ROLL_BACK)
    assert desk.holds().size == 9


def test_a_log_rolled_back_and_grown_anew_is_a_fork_though_longer(desk: Desk, log: Hashes) -> None:
    copy = log.fork()
    log.grow(4)
    log.made()
    desk.look()
    copy.grow(20, word="anew")
    copy.made()
    refused(desk, desk.look(copy), views.FORK)


def test_a_checkpoint_of_another_key_is_refused(desk: Desk, log: Hashes) -> None:
    desk.look()
    other = Hashes(entries=log.entries)
    other.grow(1)
    other.made()
    refused(desk, desk.look(other), OTHER_KEY)
    assert other.taken == []


def test_what_is_no_note_is_refused_and_kept_as_it_came(desk: Desk, log: Hashes) -> None:
    log.shown = "<html>Sign in first</html>"
    assert evidence(refused(desk, desk.look(), OTHER_KEY)).shown == log.shown


@pytest.mark.parametrize("apart", [timedelta(minutes=6), timedelta(days=400)])
def test_a_log_whose_clock_is_far_ahead_is_refused(desk: Desk, log: Hashes, apart: timedelta) -> None:
    log.grow()
    log.made(now=NOW + apart)
    refused(desk, desk.look(), CLOCK)
    assert not desk.state.exists()


def test_a_log_whose_clock_went_back_is_refused_and_one_a_little_apart_is_not(desk: Desk, log: Hashes) -> None:
    desk.look()
    log.made(now=NOW - 4 * MINUTE)
    assert desk.look().found == COSIGNED
    log.made(now=NOW - 10 * MINUTE)
    refused(desk, desk.look(), CLOCK)


def test_the_same_offence_is_kept_once_and_never_overwritten(desk: Desk, log: Hashes) -> None:
    log.made(now=NOW + timedelta(days=1))
    one = desk.look().evidence
    assert one is not None
    was = one.read_bytes()
    assert desk.look(now=NOW + MINUTE).evidence == one
    assert one.read_bytes() == was
    assert one.stat().st_mode & 0o777 == 0o600


def test_it_remembers_before_the_signature_leaves_and_hands_it_in_later(desk: Desk, log: Hashes) -> None:
    log_post, seen = log.post, []

    def post(note: str) -> str:
        seen.append(remembered(desk.state).note == note)  # on the disk before anybody else has it
        raise LogUnreachable("It fell over.")

    log.post = post  # type: ignore[method-assign]
    with pytest.raises(LogUnreachable):
        desk.look()
    assert seen == [True]
    assert not remembered(desk.state).posted
    log.post = log_post  # type: ignore[method-assign]
    assert desk.look(now=NOW + MINUTE).found == POSTED
    assert remembered(desk.state).posted
    (note,) = log.taken
    # the very signature made before, not a second one
    assert signatures(note, [desk.key.verifier])[1][0].time == to_ms(NOW) // 1000


def test_a_log_that_lost_the_cosignature_gets_it_again(desk: Desk, log: Hashes) -> None:
    bare = log.notes[-1]
    desk.look()
    log.notes[-1] = bare
    assert desk.look().found == POSTED
    assert len(log.taken) == 2


def test_a_log_that_takes_no_cosignature_is_said_so_and_asked_again(desk: Desk, log: Hashes) -> None:
    log.refuses = "nobody trusts you here"
    assert desk.look().untaken == "nobody trusts you here"
    log.refuses = ""
    assert (desk.look().found, desk.look().found) == (POSTED, NOTHING_NEW)


def test_two_at_once_are_refused(desk: Desk) -> None:
    with Memory(desk.state), pytest.raises(WitnessRunning):
        desk.look()
    desk.look()


@pytest.mark.parametrize("spoilt", [b"", b"{}", b"null\n", b'{"v":"custodes-witness/2"}', b"\xff"])
def test_a_spoilt_memory_is_never_taken_for_a_first_contact(desk: Desk, spoilt: bytes) -> None:
    desk.look()
    desk.state.write_bytes(spoilt)
    with pytest.raises(WitnessFileFaulty, match="Restore it"):
        desk.look()


def test_a_memory_of_another_key_asks_for_that_key(desk: Desk, log: Hashes) -> None:
    desk.look()
    desk.trust = Trust.of([Hashes().vkey.text])
    with pytest.raises(WitnessFileFaulty, match="older key"):
        desk.look()


def test_a_failed_write_leaves_the_old_memory_whole_and_signs_nothing(
    desk: Desk, log: Hashes, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.look()
    was = desk.state.read_bytes()
    log.grow()
    log.made()
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        desk.look()
    assert desk.state.read_bytes() == was
    assert len(log.taken) == 1


# Two witnesses of one log.


def test_what_another_witness_holds_of_the_same_history_is_no_matter(desk: Desk, log: Hashes, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Desk(tmp_path / "other", log)
    other.trust = desk.trust
    other.look()
    log.grow(6)
    log.made()
    assert desk.look(peers=[remembered(other.state).note]).found == FIRST
    assert other.look(peers=[remembered(desk.state).note]).found == COSIGNED


@pytest.mark.parametrize("mine", [0, 3])
def test_two_histories_shown_to_two_witnesses_are_found_by_either(
    desk: Desk, log: Hashes, tmp_path: Path, mine: int
) -> None:
    copy = log.fork()
    log.grow(3 + mine)
    log.made()
    copy.grow(3, word="other")
    copy.made()
    (tmp_path / "other").mkdir()
    other = Desk(tmp_path / "other", copy)
    other.trust = desk.trust
    assert other.look().found == FIRST
    lap = desk.look(peers=[remembered(other.state).note])
    refused(desk, lap, views.FORK)
    assert log.taken == []


def test_a_history_longer_at_the_other_witness_and_unknown_to_this_log_is_found(
    desk: Desk, log: Hashes, tmp_path: Path
) -> None:
    copy = log.fork()
    copy.grow(30, word="other")
    for _ in range(3):
        copy.made()
    log.grow(2)
    log.made()
    (tmp_path / "other").mkdir()
    other = Desk(tmp_path / "other", copy)
    other.trust = desk.trust
    other.look()
    refused(desk, desk.look(peers=[remembered(other.state).note]), views.NO_PROOF)


# What two signed notes say by themselves.

SIZES = st.integers(0, 40)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SIZES, SIZES)
def test_two_views_of_one_history_are_always_consistent(one: int, more: int) -> None:
    log = Hashes()
    log.grow(one)
    before = open_checkpoint(log.made(), [log.vkey])
    log.grow(more)
    after = open_checkpoint(log.made(), [log.vkey])
    for pair in ((before, after), (after, before)):
        assert views.compare(*pair, log.proof).found == views.CONSISTENT


@settings(max_examples=150)
@given(st.integers(0, 20), st.integers(1, 20), st.integers(1, 20), st.integers(1, 3))
def test_two_histories_are_never_consistent_whichever_of_them_is_asked(
    common: int, one: int, two: int, extra: int
) -> None:
    log = Hashes()
    log.grow(common)
    log.made()
    other = log.fork()
    log.grow(one)
    log.made()
    other.grow(two, word="other")
    for _ in range(extra):
        other.made()
    pair = open_checkpoint(log.notes[-1], [log.vkey]), open_checkpoint(other.notes[-1], [log.vkey])
    for asked in (None, log.proof, other.proof):
        found = views.compare(*pair, asked).found
        assert found in ({views.FORK, views.NO_PROOF} if asked else {views.FORK, views.UNKNOWN})


def test_every_way_in_which_two_notes_contradict_each_other_is_named() -> None:
    one = Checkpoint("a.test/log", 5, bytes(32), 3, 1000)
    contradictions = [
        Checkpoint("a.test/log", 5, b"x" * 32, 9, 1000),
        Checkpoint("a.test/log", 9, b"x" * 32, 3, 1000),
        Checkpoint("a.test/log", 5, bytes(32), 3, 1001),
        Checkpoint("a.test/log", 9, b"x" * 32, 2, 1000),
        Checkpoint("a.test/log", 9, b"x" * 32, 4, 1000, b"y" * 32),
    ]
    for other in contradictions:
        assert views.compare(one, other).found == views.compare(other, one).found == views.FORK
    assert views.compare(one, Checkpoint("a.test/log", 9, b"x" * 32, 4, 1000, one.digest)).found == views.UNKNOWN
    assert views.compare(one, Checkpoint("b.test/log", 5, bytes(32), 3, 1000)).found == views.OTHER_LOG


# Its own key.


def test_a_key_is_its_owners_alone_and_never_overwritten(tmp_path: Path) -> None:
    made = WitnessKey.create(tmp_path / "key", NAME)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert WitnessKey.load(tmp_path / "key").verifier == made.verifier
    assert made.verifier.kind == COSIGNATURE
    with pytest.raises(AlreadyThere):
        WitnessKey.create(tmp_path / "key", NAME)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "x" * 121, "wítness", "a\nb"])
def test_a_name_that_could_not_stand_in_a_note_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(VerifierKeyInvalid):
        WitnessKey.create(tmp_path / "key", name)
    assert not (tmp_path / "key").exists()


def test_a_key_others_can_read_or_that_is_a_link_or_none_is_refused(tmp_path: Path) -> None:
    WitnessKey.create(tmp_path / "key", NAME)
    (tmp_path / "link").symlink_to(tmp_path / "key")
    (tmp_path / "junk").write_text("junk")
    (tmp_path / "junk").chmod(0o600)
    for name in ("link", "junk", "missing"):
        with pytest.raises(WitnessFileFaulty):
            WitnessKey.load(tmp_path / name)
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(WitnessFileFaulty, match="chmod"):
        WitnessKey.load(tmp_path / "key")


def test_a_state_written_is_the_state_read(tmp_path: Path) -> None:
    with Memory(tmp_path / "state") as memory:
        assert memory.read() is None
        state = Remembered("a note\n", posted=False, first={"at": 1, "number": 1, "root": "", "size": 0})
        memory.write(state)
        assert memory.read() == state
        assert (tmp_path / "state").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
