"""C2SP signed notes and the text of a checkpoint. Format: docs/formats/checkpoint.md. No database."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.errors import NoteInvalid, VerifierKeyInvalid
from audit.leaf import SAFE, START, Malformed, b64, unb64
from audit.merkle import EMPTY

ED25519 = b"\x01"  # a log's key: signs the text
COSIGNATURE = b"\x04"  # a witness's key: signs the time and the text (C2SP tlog-cosignature)
KINDS = (ED25519, COSIGNATURE)
ORIGIN = re.compile(r"(?!custodes-bundle)(?=.{1,120}\Z)[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*)*\Z")
NUMBER = re.compile(r"(0|[1-9][0-9]{0,15})\Z")
CHECKPOINT = "custodes-checkpoint/1"
MOST_NOTE = 1_000_000
MOST_SIGNATURES = 100
MOST_TIME = (1 << 63) - 1

MOST_NAME = 120

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NAME = re.compile(rf"[^\s+]{{1,{MOST_NAME}}}\Z")
_SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})\Z")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key by name: a log’s, or (``kind``) a witness’s. ``text`` is the form given to auditors ("vkey")."""

    name: str
    public: bytes
    kind: bytes = ED25519

    @property
    def id(self) -> bytes:
        """First four bytes of the digest of name, kind and key."""
        return sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:4]

    @property
    def text(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64(self.kind + self.public)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Raises VerifierKeyInvalid."""
        parts = text.strip().split("+", 2)
        try:
            raw = unb64(parts[2], 33) if len(parts) == 3 else b""
            key = cls(parts[0], raw[1:], raw[:1])
            parts[0].encode()
        except (Malformed, UnicodeEncodeError):
            key = cls("", b"")
        if not _NAME.match(key.name) or key.kind not in KINDS or key.text != text.strip():
            detail = "Give the verifier key as its keeper published it: name+number+key, on one line."
            raise VerifierKeyInvalid(detail)
        return key

    def verifies(self, signature: bytes, text: bytes) -> bool:
        """Is it a signature of this key over a note's text? A witness's begins with its time."""
        message = text
        if self.kind == COSIGNATURE:
            time, signature = int.from_bytes(signature[:8]), signature[8:]
            if time > MOST_TIME:
                return False
            message = cosigned(text, time)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signed:
    """A good signature line of a note. ``time``: a witness's, seconds since 1970; None for a log's key."""

    key: VerifierKey
    time: int | None
    line: str


def cosigned(text: bytes, time: int) -> bytes:
    """What a witness signs: its time and the whole text of the note."""
    return b"cosignature/v1\ntime %d\n" % time + text


def cosignature(text: str, name: str, key: Ed25519PrivateKey, time: int) -> str:
    """A witness's line over the text of a note, without line end; ``time`` in seconds since 1970."""
    mine = VerifierKey(name, key.public_key().public_bytes_raw(), COSIGNATURE)
    return f"— {name} {b64(mine.id + time.to_bytes(8) + key.sign(cosigned(text.encode(), time)))}"


def sign(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """The note of a text that ends with a line end, signed once."""
    mine = VerifierKey(name, key.public_key().public_bytes_raw())
    return f"{text}\n— {name} {b64(mine.id + key.sign(text.encode()))}\n"


def open_note(note: str, trusted: Sequence[VerifierKey]) -> tuple[str, tuple[str, ...]]:
    """Text of a note and the names of the trusted keys that signed it; at least one did. Raises NoteInvalid."""
    text, found = signatures(note, trusted)
    return text, tuple(dict.fromkeys(each.key.name for each in found))


def signatures(note: str, trusted: Sequence[VerifierKey]) -> tuple[str, tuple[Signed, ...]]:
    """Text of a note and every line of a trusted key, all of them good; at least one. Raises NoteInvalid."""
    text, lines = _parts(note)
    message, found = text.encode(), []
    for line in lines:
        name, raw = _read_line(line)
        for key in trusted:
            if name == key.name and raw[:4] == key.id:
                if not key.verifies(raw[4:], message):
                    _invalid("a signature is wrong")
                time = int.from_bytes(raw[4:12]) if key.kind == COSIGNATURE else None
                found.append(Signed(key, time, line))
    if not found:
        _invalid("no trusted key signed it")
    return text, tuple(found)


def line_ids(note: str, name: str) -> tuple[bytes, ...]:
    """Ids of the keys of that name whose lines have the size of a log's signature, known or not. Raises NoteInvalid."""
    found = (_read_line(line) for line in _parts(note)[1])
    return tuple(dict.fromkeys(raw[:4] for who, raw in found if who == name and len(raw) == 68))


def _read_line(line: str) -> tuple[str, bytes]:
    found = _SIGNATURE.match(line)
    raw = _decode(found[2]) if found else b""
    if found is None or len(raw) < 5:
        _invalid("a signature line is malformed")
    return found[1], raw


def _parts(note: str) -> tuple[str, list[str]]:
    if not isinstance(note, str):  # a database may hand out anything
        _invalid("it is no text")
    cut = note.rfind("\n\n")
    try:
        fits = len(note.encode()) <= MOST_NOTE
    except UnicodeEncodeError:
        fits = False
    if cut < 0 or not fits or not note.endswith("\n") or _CONTROL.search(note):
        _invalid("it is not of the form of a note")
    lines = note[cut + 2 : -1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        _invalid("it has too many signatures")
    return note[: cut + 1], lines


def _decode(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return raw if b64(raw) == text else b""


def _invalid(what: str) -> NoReturn:
    detail = f"The signed note cannot be relied upon: {what}."
    raise NoteInvalid(detail)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint says. ``time`` in milliseconds since 1970; ``previous`` digest of the one before."""

    origin: str
    size: int
    root: bytes
    number: int
    time: int
    previous: bytes = START

    @property
    def text(self) -> str:
        last = f"{CHECKPOINT} {self.number} {self.time} {b64(self.previous)}"
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n{last}\n"

    @property
    def digest(self) -> bytes:
        """What the next checkpoint names."""
        return sha256(self.text.encode()).digest()


def read_checkpoint(text: str) -> Checkpoint:
    """The strict reading of a checkpoint's text. Raises NoteInvalid."""
    lines = text.split("\n")
    words = lines[3].split(" ") if len(lines) == 5 else []
    if len(words) != 4 or words[0] != CHECKPOINT or not all(map(is_number, (lines[1], *words[1:3]))):
        _invalid("it is not of the form of a checkpoint")
    try:
        found = Checkpoint(
            lines[0], int(lines[1]), unb64(lines[2], 32), int(words[1]), int(words[2]), unb64(words[3], 32)
        )
    except Malformed:
        found = Checkpoint("", 0, b"", 0, 0)
    if found.text != text or not ORIGIN.match(found.origin) or found.number < 1:
        _invalid("it is not of the form of a checkpoint")
    if (found.number == 1 and found.previous != START) or (not found.size and found.root != EMPTY):
        _invalid("the first checkpoint names one before it, or an empty log has a root of its own")
    return found


def is_number(text: str) -> bool:
    """Decimal without leading zeros or sign, at most 2^53 − 1."""
    return NUMBER.match(text) is not None and int(text) <= SAFE


def open_checkpoint(note: str, trusted: Sequence[VerifierKey]) -> Checkpoint:
    """A checkpoint signed by the trusted key of its own log. Raises NoteInvalid."""
    text, signed = signatures(note, trusted)
    found = read_checkpoint(text)
    if not any(each.key.kind == ED25519 and each.key.name == found.origin for each in signed):
        _invalid("the log’s own key did not sign it")
    return found
