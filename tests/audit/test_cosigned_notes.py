"""Notes with cosignatures: what real witnesses signed, files good and bad, and every single bit."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import NoteInvalid, VerifierKeyInvalid
from audit.note import COSIGNATURE, MOST_TIME, VerifierKey, cosignature, open_checkpoint, open_note, sign, signatures
from audit.witnesses import witness_key

VECTORS = Path(__file__).parents[1] / "vectors/note"
LOG, WITNESS, SECOND = (
    VerifierKey.parse((VECTORS / f"{name}.vkey").read_text()) for name in ("log", "witness", "second")
)
TRUSTED = (LOG, WITNESS, SECOND)
GOOD = sorted((VECTORS / "good").iterdir())
BAD = sorted((VECTORS / "bad").iterdir())
COUNTS = {"no": 0, "one": 1, "two": 2}
REAL = (VECTORS / "published/arche2025h1").read_text()
REAL_KEYS = [VerifierKey.parse(line) for line in (VECTORS / "published/keys").read_text().splitlines()]


def cosigners(note: str) -> set[VerifierKey]:
    """Who cosigned a checkpoint that the log itself signed."""
    open_checkpoint(note, TRUSTED)
    return {each.key for each in signatures(note, TRUSTED)[1] if each.key.kind == COSIGNATURE}


def test_what_a_real_log_and_real_witnesses_signed_verifies() -> None:
    text, found = signatures(REAL, REAL_KEYS)
    assert text.startswith("arche2025h1.staging.ct.transparency.dev\n1432088532\n")
    assert [(each.key.name, each.time) for each in found] == [
        ("arche2025h1.staging.ct.transparency.dev", None),
        ("transparency.dev/DEV:witness-little-garden", 1779573024),
        ("remora.n621.de", 1779573024),
        ("witness.stagemole.eu", 1779573024),
    ]


@pytest.mark.parametrize("key", REAL_KEYS, ids=lambda key: key.name)
def test_another_size_under_real_signatures_is_refused(key: VerifierKey) -> None:
    with pytest.raises(NoteInvalid):
        open_note(REAL.replace("1432088532", "1432088533"), [key])


def test_the_example_of_the_specification_has_the_form_and_no_key_of_ours() -> None:
    note = (VECTORS / "published/behind-the-sofa").read_text()
    with pytest.raises(NoteInvalid, match="no trusted key"):
        open_note(note, TRUSTED)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_a_good_note_opens_and_counts_its_witnesses(path: Path) -> None:
    assert len(cosigners(path.read_text("utf-8"))) == COUNTS[path.name.split("-")[0]]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.name)
def test_a_bad_note_is_refused(path: Path) -> None:
    with pytest.raises(NoteInvalid):
        cosigners(path.read_bytes().decode())


def test_whoever_knows_no_witness_reads_past_their_lines() -> None:
    for path in GOOD:
        assert open_checkpoint(path.read_text("utf-8"), [LOG]).size == 3


def test_every_single_bit_of_a_cosigned_note_counts() -> None:
    note = (VECTORS / "good/two-witnesses").read_bytes()
    for at in range(len(note)):
        for bit in range(8):
            spoilt = bytearray(note)
            spoilt[at] ^= 1 << bit
            try:
                kept = cosigners(spoilt.decode())
            except (NoteInvalid, UnicodeDecodeError):
                continue
            # Only name and key id of a line can change without making the note invalid: then that witness is missing.
            assert len(kept) < 2, (at, bit)


@given(
    st.integers(0, MOST_TIME),
    st.from_regex(r"[a-z0-9.]{1,20}(/[a-z0-9]{1,9})?", fullmatch=True),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200),
)
def test_what_a_witness_signs_reads_back_with_its_time(time: int, name: str, body: str) -> None:
    key = Ed25519PrivateKey.generate()
    mine = VerifierKey(name, key.public_key().public_bytes_raw(), COSIGNATURE)
    assert VerifierKey.parse(mine.text) == mine == witness_key(mine.text)
    note = sign(f"{body}\n", "log.test", key) + cosignature(f"{body}\n", name, key, time) + "\n"
    (found,) = signatures(note, [mine])[1]
    assert (found.key, found.time) == (mine, time)


@given(st.data())
def test_no_line_whatever_makes_the_reader_fail_otherwise(data: st.DataObject) -> None:
    line = data.draw(st.binary(max_size=90).map(lambda raw: raw.decode("latin-1")) | st.text(max_size=90))
    note = (VECTORS / "good/one-witness").read_text("utf-8") + line
    with suppress(NoteInvalid):
        cosigners(note)


def test_a_log_key_is_no_witness_and_a_witness_key_is_no_log() -> None:
    with pytest.raises(VerifierKeyInvalid, match="no witness"):
        witness_key(LOG.text)
    note = (VECTORS / "good/one-witness").read_text("utf-8")
    with pytest.raises(NoteInvalid, match="own key"):
        open_checkpoint(note, [WITNESS])


@pytest.mark.parametrize("kind", [0, 2, 3, 5, 6, 255])
def test_a_key_of_a_kind_nobody_knows_here_is_refused(kind: int) -> None:
    with pytest.raises(VerifierKeyInvalid):
        VerifierKey.parse(VerifierKey("a.test", bytes(32), bytes([kind])).text)
