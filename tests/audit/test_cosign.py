"""Cosignatures at the log's own side: who may hand them in, over what; kept, missed, found again by the examiner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from audit_log import NOW, Log

from audit.checkpoint import Checkpoints
from audit.cosign import Cosignatures, Standing
from audit.errors import (
    AlreadyThere,
    CheckpointUnknown,
    CosignatureBehind,
    CosignatureUnusable,
    NoteInvalid,
    SizesUnusable,
    VerifierKeyInvalid,
    WitnessesFaulty,
    WitnessUnknown,
)
from audit.examine import verify_database
from audit.merkle import extends
from audit.note import open_checkpoint, signatures
from audit.policy import Cosigning
from audit.reading import page
from audit.receipts import receipt
from audit.tables import audit_cosignature, audit_late
from audit.witness_files import WitnessKey
from foundation.actor import SERVICE, Actor
from tests import databases

MINUTE = timedelta(minutes=1)
RULES = Cosigning(within=30 * MINUTE, ahead=5 * MINUTE)
WITNESS = Actor(id="witness", name="imb.test/witness", party="imb", principal=0)


@pytest.fixture
def witness(tmp_path: Path, log: Log) -> WitnessKey:
    """A witness that the log trusts."""
    made = WitnessKey.create(tmp_path / "witness", "imb.test/witness")
    log.keys.witnesses.trust(made.verifier.text, party="imb", now=NOW)
    return made


def sealed(log: Log, minutes: int = 0) -> str:
    """Another entry, and a checkpoint over it."""
    log.write(1, start=minutes, step=MINUTE)
    log.take_in()
    with log.engine.begin() as conn:
        return Checkpoints(conn, log.keys).make(now=NOW + minutes * MINUTE).text


def cosigned(note: str, witness: WitnessKey, minutes: int = 0) -> str:
    text, _, _ = note.partition("\n\n")
    return note + witness.cosign(f"{text}\n", now=NOW + minutes * MINUTE)


def take(log: Log, note: str, minutes: int = 0) -> str:
    with log.engine.begin() as conn:
        found = Cosignatures(conn, log.keys, RULES)
        return found.take(note, log.trail(conn), actor=WITNESS, now=NOW + minutes * MINUTE).text


def watch(log: Log, minutes: int) -> list[str]:
    with log.engine.begin() as conn:
        late = Cosignatures(conn, log.keys, RULES).watch(log.trail(conn), actor=SERVICE, now=NOW + minutes * MINUTE)
    return [each.id for each in late]


def standing(log: Log, minutes: int) -> Standing:
    with log.engine.begin() as conn:
        (found,) = Cosignatures(conn, log.keys, RULES).standing(now=NOW + minutes * MINUTE)
    return found


def facts(log: Log) -> list[str]:
    log.take_in()
    with log.engine.begin() as conn:
        rows = page(conn, log.keys, n=100).rows
    return [row.act for row in reversed(rows) if row.act.startswith("audit.")]


def count(log: Log, table: sa.Table = audit_cosignature) -> int:
    with log.engine.begin() as conn:
        return conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_cosignature_is_kept_recorded_and_served_with_the_note(log: Log, witness: WitnessKey) -> None:
    note = sealed(log)
    given = cosigned(note, witness)
    assert take(log, given) == given
    with log.engine.begin() as conn:
        latest = Checkpoints(conn, log.keys).latest()
        assert latest is not None
        assert latest.text == given
        assert Checkpoints(conn, log.keys).numbered(1) == latest
    assert facts(log) == ["audit.cosigned"]


def test_the_same_twice_is_once_and_the_first_stays(log: Log, witness: WitnessKey) -> None:
    note = sealed(log)
    first = take(log, cosigned(note, witness))
    assert take(log, cosigned(note, witness, 3), 3) == first
    assert (count(log), facts(log)) == (1, ["audit.cosigned"])


def test_a_receipt_carries_the_cosignatures_there_are(log: Log, witness: WitnessKey) -> None:
    note = sealed(log)
    take(log, cosigned(note, witness))
    with log.engine.begin() as conn:
        entry_id = page(conn, log.keys, n=100).rows[-1].id
        found = receipt(conn, log.keys, entry_id, now=NOW)
    assert signatures(found["checkpoint"], [witness.verifier])[1]


def test_several_witnesses_cosign_one_checkpoint(log: Log, witness: WitnessKey, tmp_path: Path) -> None:
    second = WitnessKey.create(tmp_path / "second", "hmip.test/witness")
    log.keys.witnesses.trust(second.verifier.text, now=NOW)
    note = sealed(log)
    take(log, cosigned(note, witness))
    text = take(log, cosigned(note, second))
    assert len(signatures(text, [witness.verifier, second.verifier])[1]) == 2


def refused(log: Log, note: str, error: type[Exception], minutes: int = 0) -> None:
    with log.engine.begin() as conn, pytest.raises(error):
        Cosignatures(conn, log.keys, RULES).check(note, now=NOW + minutes * MINUTE)
    assert count(log) == 0


def test_a_stranger_is_refused(log: Log, witness: WitnessKey, tmp_path: Path) -> None:
    stranger = WitnessKey.create(tmp_path / "stranger", "imb.test/witness")
    note = sealed(log)
    refused(log, cosigned(note, stranger), WitnessUnknown)
    refused(log, note, WitnessUnknown)


def test_a_witness_no_longer_trusted_is_refused_and_what_it_cosigned_stays(log: Log, witness: WitnessKey) -> None:
    take(log, cosigned(sealed(log), witness))
    log.keys.witnesses.end(witness.verifier.text, now=NOW)
    note = sealed(log, 1)
    with log.engine.begin() as conn, pytest.raises(WitnessUnknown):
        Cosignatures(conn, log.keys, RULES).check(cosigned(note, witness), now=NOW)
    assert count(log) == 1
    assert examined(log) == ()


def test_a_cosignature_that_does_not_verify_is_refused(log: Log, witness: WitnessKey) -> None:
    note = sealed(log)
    other = witness.cosign("another text\n", now=NOW)
    refused(log, note + other, NoteInvalid)


def test_a_checkpoint_this_log_never_made_is_refused_though_its_key_signed_it(log: Log, witness: WitnessKey) -> None:
    note = sealed(log)
    made = open_checkpoint(note, log.keys.trusted)
    for text in (made.text.replace("\n1\n", "\n2\n"), made.text.replace("/1 1 ", "/1 9 ")):
        forged = log.keys.sign(text)
        refused(log, cosigned(forged, witness), CheckpointUnknown)


def test_a_note_of_another_log_is_refused(log: Log, witness: WitnessKey, new_log: Callable[[], Log]) -> None:
    sealed(log)
    refused(log, cosigned(sealed(new_log()), witness), NoteInvalid)


@pytest.mark.parametrize("note", ["", "nothing", "a\n\n— b c\n", "\x00"])
def test_what_is_no_note_is_refused(log: Log, witness: WitnessKey, note: str) -> None:
    sealed(log)
    refused(log, note, NoteInvalid)


def test_a_witness_whose_clock_is_ahead_is_refused(log: Log, witness: WitnessKey) -> None:
    note = sealed(log)
    refused(log, cosigned(note, witness, 6), CosignatureUnusable)
    take(log, cosigned(note, witness, 5))


def test_two_witnesses_in_one_note_are_refused(log: Log, witness: WitnessKey, tmp_path: Path) -> None:
    second = WitnessKey.create(tmp_path / "second", "hmip.test/witness")
    log.keys.witnesses.trust(second.verifier.text, now=NOW)
    note = sealed(log)
    refused(log, cosigned(cosigned(note, witness), second), CosignatureUnusable)


def test_a_witness_never_goes_back(log: Log, witness: WitnessKey) -> None:
    first, second = sealed(log), sealed(log, 1)
    take(log, cosigned(second, witness))
    with log.engine.begin() as conn, pytest.raises(CosignatureBehind):
        Cosignatures(conn, log.keys, RULES).check(cosigned(first, witness), now=NOW)
    assert count(log) == 1


# Missing and late.


def test_a_witness_in_time_is_well(log: Log, witness: WitnessKey) -> None:
    take(log, cosigned(sealed(log), witness), 1)
    found = standing(log, 10_000)
    assert (found.late, found.number, found.due, found.party) == (False, 1, None, "imb")


def test_lateness_is_counted_from_the_oldest_checkpoint_that_waits(log: Log, witness: WitnessKey) -> None:
    take(log, cosigned(sealed(log), witness), 1)
    sealed(log, 10)
    sealed(log, 20)
    assert standing(log, 20).due == NOW + 40 * MINUTE
    assert not standing(log, 40).late
    assert standing(log, 41).late


def test_a_cosignature_of_a_later_checkpoint_makes_up_for_those_before(log: Log, witness: WitnessKey) -> None:
    sealed(log)
    take(log, cosigned(sealed(log, 10), witness), 15)
    assert standing(log, 500).due is None


def test_a_witness_just_trusted_is_not_late_for_what_came_before(tmp_path: Path, log: Log) -> None:
    sealed(log)
    made = WitnessKey.create(tmp_path / "witness", "imb.test/witness")
    log.keys.witnesses.trust(made.verifier.text, now=NOW + 600 * MINUTE)
    assert standing(log, 620).due == NOW + 630 * MINUTE


def test_lateness_is_recorded_once_and_so_is_that_it_is_over(log: Log, witness: WitnessKey) -> None:
    note = sealed(log)
    assert watch(log, 30) == []
    assert watch(log, 31) == watch(log, 32) == ["imb.test/witness+" + witness.verifier.id.hex()]
    take(log, cosigned(note, witness), 33)
    assert watch(log, 34) == []
    assert facts(log) == ["audit.cosignature-late", "audit.cosigned", "audit.cosignature-in-time"]
    # and late again is another lateness
    sealed(log, 101)
    watch(log, 140)
    watch(log, 141)
    assert facts(log).count("audit.cosignature-late") == 2


def test_a_witness_that_ends_is_late_no_more(log: Log, witness: WitnessKey) -> None:
    sealed(log)
    watch(log, 60)
    log.keys.witnesses.end(witness.verifier.text, now=NOW)
    assert watch(log, 61) == []
    assert count(log, audit_late) == 0
    assert "audit.cosignature-in-time" not in facts(log)


def test_a_log_without_witnesses_has_none_late(log: Log) -> None:
    sealed(log)
    with log.engine.begin() as conn:
        assert Cosignatures(conn, log.keys, RULES).standing(now=NOW) == ()
    assert watch(log, 10_000) == []


# The examiner.


def examined(log: Log) -> tuple[str, ...]:
    log.take_in()
    with log.engine.begin() as conn:
        return verify_database(conn, log.keys).faults


@pytest.fixture
def spoilt(log: Log, witness: WitnessKey) -> Callable[[str], tuple[str, ...]]:
    """Change what is stored as somebody with the database could, and examine it."""
    take(log, cosigned(sealed(log), witness))
    take(log, cosigned(sealed(log, 1), witness, 1), 1)
    assert examined(log) == ()

    def change(statement: str) -> tuple[str, ...]:
        with log.engine.begin() as conn:
            unfenced(conn)
            conn.exec_driver_sql(statement)
        return examined(log)

    return change


def unfenced(conn: sa.Connection) -> None:
    databases.unguarded(conn)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("delete from audit_cosignature where number = 2", "the cosignature it records is missing"),
        ("update audit_cosignature set line = replace(line, 'A', 'B')", "does not verify"),
        ("update audit_cosignature set time = time + 1 where number = 1", "does not verify"),
        ("update audit_cosignature set number = 3 where number = 2", "stands over no checkpoint"),
        ("update audit_cosignature set number = 90 where number = 2", "over no checkpoint"),
        ("update audit_cosignature set witness = 'x+00000000' where number = 1", "no witness this service ever"),
        ("update audit_cosignature set entry_id = 'x' where number = 1", "recorded in no entry"),
    ],
)
def test_the_examiner_finds_it(spoilt: Callable[[str], tuple[str, ...]], statement: str, said: str) -> None:
    assert any(said in fault for fault in spoilt(statement))


@pytest.mark.parametrize("statement", ["delete from audit_cosignature", "update audit_cosignature set time = 0"])
def test_the_database_itself_refuses_to_change_a_cosignature(log: Log, witness: WitnessKey, statement: str) -> None:
    take(log, cosigned(sealed(log), witness))
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), log.engine.begin() as conn:
        conn.exec_driver_sql(statement)


# What is published.


def test_proofs_between_published_sizes_hold_and_beyond_them_there_are_none(log: Log) -> None:
    roots = {}
    for at in range(6):
        made = open_checkpoint(sealed(log, at), log.keys.trusted)
        roots[made.size] = made.root
    with log.engine.begin() as conn:
        found = Checkpoints(conn, log.keys)
        for old, root in roots.items():
            assert extends(old, max(roots), found.consistency(old, max(roots)), root, roots[max(roots)])
        for old, size in ((-1, 2), (3, 2), (0, max(roots) + 1), (10**9, 10**9)):
            with pytest.raises(SizesUnusable):
                found.consistency(old, size)


# The list of witnesses.


def test_the_list_reads_back_and_keeps_those_that_ended(log: Log, witness: WitnessKey) -> None:
    (found,) = log.keys.witnesses.trusted()
    assert (found.key, found.party, found.since) == (witness.verifier, "imb", int(NOW.timestamp() * 1000))
    log.keys.witnesses.end(witness.verifier.text, now=NOW + MINUTE)
    assert log.keys.witnesses.trusted() == ()
    assert [each.key for each in log.keys.witnesses.known()] == [witness.verifier]
    log.keys.witnesses.trust(witness.verifier.text, now=NOW + 2 * MINUTE)
    assert len(log.keys.witnesses.known()) == len(log.keys.witnesses.trusted()) == 1


def test_a_key_is_trusted_once_whatever_it_is_called(log: Log, witness: WitnessKey) -> None:
    with pytest.raises(AlreadyThere):
        log.keys.witnesses.trust(witness.verifier.text, now=NOW)
    with pytest.raises(VerifierKeyInvalid):
        log.keys.witnesses.trust(log.keys.vkey, now=NOW)
    with pytest.raises(WitnessUnknown):
        log.keys.witnesses.end(WitnessKey.create(log.folder / "other", "other.test/w").verifier.text, now=NOW)


@pytest.mark.parametrize("body", [b"", b"junk", b"custodes-witnesses/1", b"custodes-witnesses/1\njunk\n", b"\xff\n"])
def test_a_list_that_cannot_be_read_is_refused_and_never_taken_for_an_empty_one(log: Log, body: bytes) -> None:
    path = log.folder / "keys" / "witnesses"
    path.write_bytes(body)
    path.chmod(0o600)
    with pytest.raises(WitnessesFaulty):
        log.keys.witnesses.trusted()


def test_a_list_others_could_change_is_refused(log: Log, witness: WitnessKey) -> None:
    (log.folder / "keys" / "witnesses").chmod(0o622)
    with pytest.raises(WitnessesFaulty, match="Others"):
        log.keys.witnesses.trusted()
