"""Notes, checkpoints, cosignatures: read strictly, alike by both verifiers, whoever signed them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from audit.errors import NoteInvalid
from audit.note import Checkpoint, open_note, read_checkpoint, signatures
from audit.trust import Untrusted
from tests.fuzz import keys
from tests.fuzz.both import agree, house_trust

VECTORS = Path(__file__).parents[2] / "vectors"
INSTRUMENT = ("audit", "verifier")
TEXT = Checkpoint(keys.ORIGIN, 3, bytes(range(32)), 2, 1_790_000_009_000, bytes(32)).text


def one(data: bytes) -> None:
    trust, how, rest = data[:1], data[1:2] or b"\0", data[2:]
    if trust == b"t":  # a text that the log's own key signs, whatever it says
        text = rest.decode("utf-8", "replace")
        rest = keys.signed(text, how[0]).encode()
    for said in (keys.TRUST, keys.WITNESSED):
        if agree(rest, said):
            _holds(rest.decode(), said)
    try:
        note = rest.decode()
        found, lines = signatures(note, house_trust(keys.WITNESSED).keys)  # type: ignore[union-attr]
        assert open_note(note, [lines[0].key])[0] == found
    except (UnicodeDecodeError, NoteInvalid):
        return


def _holds(note: str, said: bytes) -> None:
    """What was read is printed as the same text, and not one byte of that may change."""
    trust = house_trust(said)
    assert trust is not None
    opened = trust.open(note)
    text = opened.checkpoint.text
    assert note.startswith(f"{text}\n")
    assert read_checkpoint(text) == opened.checkpoint
    at = len(note) % len(text)
    changed = text[:at] + ("1" if text[at] != "1" else "2") + text[at + 1 :]
    try:
        trust.open(changed + note[len(text) :])
    except Untrusted:
        return
    raise AssertionError("a changed text still counts as signed")


def seeds() -> Iterator[bytes]:
    yield b""
    for how in (0, 1, 2, 3, 5, 9, 25, 31):
        yield b"t" + bytes([how]) + TEXT.encode()
        yield b"rr" + keys.signed(TEXT, how).encode()
    first = Checkpoint(keys.ORIGIN, 0, bytes(32), 1, 0, bytes(32)).text
    yield b"t\x01" + first.encode()
    for path in (*(VECTORS / "note/good").iterdir(), *(VECTORS / "note/bad").iterdir()):
        if path.stat().st_size < 1500:
            yield b"rr" + path.read_bytes()
