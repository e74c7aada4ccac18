"""Signed notes and checkpoints: the specification's own example, and files good and bad."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.errors import NoteInvalid, VerifierKeyInvalid
from audit.note import Checkpoint, VerifierKey, open_checkpoint, open_note, read_checkpoint, sign
from audit.verify import verify_checkpoint

VECTORS = Path(__file__).parents[1] / "vectors/audit"
VKEY = (VECTORS / "vkey").read_text()
GOOD = sorted((VECTORS / "notes/good").iterdir())
BAD = sorted((VECTORS / "notes/bad").iterdir())

# The example of golang.org/x/mod/sumdb/note, from which the specification grew.
EXAMPLE_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
EXAMPLE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_the_example_of_the_specification_opens() -> None:
    text, names = open_note(EXAMPLE, [VerifierKey.parse(EXAMPLE_KEY)])
    assert text.endswith("what your problem is.\n")
    assert names == ("PeterNeumann",)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_notes_open(path: Path) -> None:
    report = verify_checkpoint(path.read_bytes(), [VKEY])
    assert report.ok
    assert (report.origin, report.entries) == ("custodes.test/log", 3)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_notes_are_refused(path: Path) -> None:
    assert not verify_checkpoint(path.read_bytes(), [VKEY]).ok


def test_every_single_bit_of_a_checkpoint_counts() -> None:
    note = GOOD[-2].read_bytes()
    assert b"witness" not in note
    for at in range(len(note)):
        for bit in range(8):
            spoilt = bytearray(note)
            spoilt[at] ^= 1 << bit
            assert not verify_checkpoint(bytes(spoilt), [VKEY]).ok, (at, bit)


def test_nobody_is_trusted_unless_named() -> None:
    assert not verify_checkpoint(GOOD[0].read_bytes(), []).ok
    assert not verify_checkpoint(GOOD[0].read_bytes(), [EXAMPLE_KEY]).ok


def test_a_trusted_witness_alone_does_not_make_a_checkpoint() -> None:
    witness = Ed25519PrivateKey.generate()
    text = Checkpoint("custodes.test/log", 0, bytes(32), 1, 0).text
    key = VerifierKey("witness.test", witness.public_key().public_bytes_raw())
    assert open_note(sign(text, "witness.test", witness), [key])
    with pytest.raises(NoteInvalid):
        open_checkpoint(sign(text, "witness.test", witness), [key])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000",
        EXAMPLE_KEY.replace("c74f20a3", "c74f20a4"),
        EXAMPLE_KEY.replace("c74f20a3", "C74F20A3"),
        EXAMPLE_KEY[:-1],
        EXAMPLE_KEY.replace("+ARpc", "+AhpC"),
        EXAMPLE_KEY.replace("PeterNeumann", "Peter Neumann"),
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(VerifierKeyInvalid):
        VerifierKey.parse(text)


NUMBERS = st.integers(2, 2**53 - 1)


@given(NUMBERS, NUMBERS, NUMBERS, st.binary(min_size=32, max_size=32))
def test_a_checkpoint_reads_back_as_it_was_written(size: int, number: int, time: int, root: bytes) -> None:
    made = Checkpoint("a.test/log", size, root, number, time, root)
    assert read_checkpoint(made.text) == made


@settings(max_examples=300)
@given(st.text())
def test_no_text_whatever_makes_the_reader_fail_otherwise(text: str) -> None:
    with pytest.raises(NoteInvalid):
        open_note(text, [VerifierKey.parse(EXAMPLE_KEY)])
    with pytest.raises(NoteInvalid):
        read_checkpoint(text)


@pytest.mark.parametrize("origin", ["custodes-bundle/1", "Custodes.test", "a b", "a+b", "/a", "a/", ""])
def test_an_origin_is_a_plain_name_and_never_that_of_a_manifest(origin: str) -> None:
    with pytest.raises(NoteInvalid):
        read_checkpoint(Checkpoint(origin, 1, bytes(32), 1, 0).text)
