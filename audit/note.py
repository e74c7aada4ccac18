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
from audit.leaf import START, Malformed, b64, unb64

ED25519 = b"\x01"
ORIGIN = re.compile(r"(?!custodes-bundle)(?=.{1,120}\Z)[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*)*\Z")
NUMBER = re.compile(r"(0|[1-9][0-9]{0,15})\Z")
CHECKPOINT = "custodes-checkpoint/1"
MOST_NOTE = 1_000_000
MOST_SIGNATURES = 100

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})\Z")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key by name. ``text`` is the form given to auditors ("vkey")."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """First four bytes of the digest of name, algorithm and key."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def text(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64(ED25519 + self.public)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Raises VerifierKeyInvalid."""
        parts = text.strip().split("+", 2)
        try:
            raw = unb64(parts[2], 33) if len(parts) == 3 else b""
            key = cls(parts[0], raw[1:])
        except Malformed:
            key = cls("", b"")
        if not key.name or re.search(r"\s", key.name) or key.text != text.strip():
            detail = "Give the log’s verifier key as its keeper published it: name+number+key, on one line."
            raise VerifierKeyInvalid(detail)
        return key

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Is it a signature of this key over the message?"""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def sign(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """The note of a text that ends with a line end, signed once."""
    mine = VerifierKey(name, key.public_key().public_bytes_raw())
    return f"{text}\n— {name} {b64(mine.id + key.sign(text.encode()))}\n"


def open_note(note: str, trusted: Sequence[VerifierKey]) -> tuple[str, tuple[str, ...]]:
    """Text of a note and the names of the trusted keys that signed it; at least one did. Raises NoteInvalid."""
    text, lines = _parts(note)
    names: list[str] = []
    for line in lines:
        found = _SIGNATURE.match(line)
        raw = _decode(found[2]) if found else b""
        if found is None or len(raw) < 5:
            _invalid("a signature line is malformed")
        for key in trusted:
            if found[1] == key.name and raw[:4] == key.id and key.name not in names:
                if not key.verifies(raw[4:], text.encode()):
                    _invalid("a signature is wrong")
                names.append(key.name)
    if not names:
        _invalid("no trusted key signed it")
    return text, tuple(names)


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
    if len(words) != 4 or words[0] != CHECKPOINT or not all(NUMBER.match(each) for each in (lines[1], *words[1:3])):
        _invalid("it is not of the form of a checkpoint")
    try:
        found = Checkpoint(
            lines[0], int(lines[1]), unb64(lines[2], 32), int(words[1]), int(words[2]), unb64(words[3], 32)
        )
    except Malformed:
        found = Checkpoint("", 0, b"", 0, 0)
    if found.text != text or not ORIGIN.match(found.origin) or found.number < 1:
        _invalid("it is not of the form of a checkpoint")
    return found


def open_checkpoint(note: str, trusted: Sequence[VerifierKey]) -> Checkpoint:
    """A checkpoint signed by the trusted key of its own log. Raises NoteInvalid."""
    text, names = open_note(note, trusted)
    found = read_checkpoint(text)
    if found.origin not in names:
        _invalid("the log’s own key did not sign it")
    return found
