"""What a witness keeps on its own machine: key, state, evidence. Formats: docs/formats/checkpoint.md."""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.errors import AlreadyThere, VerifierKeyInvalid, WitnessFileFaulty, WitnessRunning
from audit.leaf import Malformed, b64, canonical, parse, unb64
from audit.note import COSIGNATURE, MOST_NOTE, VerifierKey, cosignature
from audit.views import FORK
from audit.witnesses import witness_key
from foundation.durable import sync, write_new
from foundation.orm import to_ms

STATE = "custodes-witness/1"
EVIDENCE = "custodes-evidence/1"
MOST_EVIDENCE = 100  # a log that shows ever new forks fills no disk
_KEY_HEAD = "custodes-witness-key/1"
_MOST = 3 * MOST_NOTE
_STATE_KEYS = frozenset({"v", "note", "posted", "first"})
_EVIDENCE_KEYS = frozenset({"v", "found", "at", "held", "shown", "proof"})


class WitnessKey:
    """A witness's own key: it lies where the log's keeper cannot reach it."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.verifier = VerifierKey(name, key.public_key().public_bytes_raw(), COSIGNATURE)

    @classmethod
    def create(cls, path: Path, name: str) -> WitnessKey:
        """A new one in a new file of mode 0600. Raises AlreadyThere; VerifierKeyInvalid for a name that is none."""
        made = cls(name, Ed25519PrivateKey.generate())
        try:
            witness_key(made.verifier.text)
            good = name.isprintable() and name.isascii()
        except VerifierKeyInvalid:
            good = False
        if not good:
            detail = (
                "A witness has a name like monitors.example/witness: no space, no plus sign, at most 120 characters."
            )
            raise VerifierKeyInvalid(detail)
        seed = b64(made._key.private_bytes_raw())
        try:
            write_new(path, f"{_KEY_HEAD}\n{name}\n{seed}\n".encode())
        except FileExistsError:
            detail = f"There is a file “{path}” already. Keys are never overwritten; choose another."
            raise AlreadyThere(detail) from None
        sync(path.parent)
        return made

    @classmethod
    def load(cls, path: Path) -> WitnessKey:
        """Raises WitnessFileFaulty if it is not there, no key, or open to others."""
        lines = _read(path).decode("ascii", "replace").split("\n")
        try:
            if len(lines) == 4 and lines[0] == _KEY_HEAD and lines[3] == "":
                return cls(lines[1], Ed25519PrivateKey.from_private_bytes(unb64(lines[2], 32)))
        except Malformed:
            pass
        detail = f"“{path}” is no witness’s key. Restore it, or make one with “custodes audit witness-key”."
        raise WitnessFileFaulty(detail)

    def cosign(self, text: str, *, now: datetime) -> str:
        """The signature line over the text of a note, with its line end."""
        return cosignature(text, self.verifier.name, self._key, to_ms(now) // 1000) + "\n"


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a witness knows of the log. ``note``: text, log's line, own line; ``first``: at, number, root, size."""

    note: str
    posted: bool
    first: dict[str, Any]


class Memory:
    """The state file, held by one process alone: ``with Memory(path) as memory``. Raises WitnessRunning."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = -1

    def __enter__(self) -> Self:
        self._lock = os.open(f"{self.path}.lock", os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            detail = f"Another process works with “{self.path}”. One witness remembers in one place; wait, or stop it."
            raise WitnessRunning(detail) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._lock)

    def read(self) -> Remembered | None:
        """None before the first contact. Raises WitnessFileFaulty: it must never be taken for a first contact."""
        return remembered(self.path) if os.path.lexists(self.path) else None

    def write(self, state: Remembered) -> None:
        """Whole, flushed to the disk and the old one gone, before it returns."""
        body = {"v": STATE, "note": state.note, "posted": state.posted, "first": state.first}
        new = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        write_new(new, canonical(body) + b"\n")
        os.replace(new, self.path)
        sync(self.path.parent)

    def accuse(self, found: str, held: str, shown: str, proof: Sequence[bytes] | None, *, now: datetime) -> Path:
        """Keep what was refused, so that others can check it; the same twice is kept once. Returns where."""
        digest = sha256(f"{held}\n\n{shown}".encode("utf-8", "replace")).hexdigest()[:16]
        path = self.path.with_name(f"{self.path.name}.evidence-{found}-{digest}.json")
        if not path.exists() and (found == FORK or len(self._evidence("*")) < MOST_EVIDENCE):
            steps = None if proof is None else [b64(step) for step in proof]
            body = {"v": EVIDENCE, "found": found, "at": to_ms(now), "held": held, "shown": shown, "proof": steps}
            write_new(path, canonical(body) + b"\n")
            sync(path.parent)
        return path

    def forks(self) -> list[Path]:
        """Evidence of a proven fork: none can be unproven, so a person has to look and move it away."""
        return self._evidence(FORK)

    def _evidence(self, found: str) -> list[Path]:
        return sorted(self.path.parent.glob(f"{_literal(self.path.name)}.evidence-{found}-*.json"))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What somebody refused, as kept in a file."""

    found: str
    held: str
    shown: str
    proof: list[bytes] | None


def remembered(path: Path) -> Remembered:
    """A witness's state, this or another's. Raises WitnessFileFaulty."""
    raw = _json(path, _STATE_KEYS, STATE)
    if not (isinstance(raw["note"], str) and isinstance(raw["posted"], bool) and isinstance(raw["first"], dict)):
        raise _faulty(path)
    return Remembered(raw["note"], raw["posted"], raw["first"])


def evidence(path: Path) -> Evidence:
    """Raises WitnessFileFaulty."""
    raw = _json(path, _EVIDENCE_KEYS, EVIDENCE)
    found, held, shown = raw["found"], raw["held"], raw["shown"]
    try:
        proof = None if raw["proof"] is None else [unb64(step, 32) for step in raw["proof"]]
    except (Malformed, TypeError):
        raise _faulty(path) from None
    if not (isinstance(found, str) and isinstance(held, str) and isinstance(shown, str)):
        raise _faulty(path)
    return Evidence(found, held, shown, proof)


def _json(path: Path, keys: frozenset[str], version: str) -> dict[str, Any]:
    data = _read(path, secret=False)
    try:
        raw = parse(data.removesuffix(b"\n"))
    except Malformed:
        raise _faulty(path) from None
    if not isinstance(raw, dict) or raw.keys() != keys or raw["v"] != version:
        raise _faulty(path)
    return raw


def _faulty(path: Path) -> WitnessFileFaulty:
    detail = (
        f"“{path}” is not what a witness writes. Restore it from its copy: a witness that has forgotten trusts "
        "whatever history comes next."
    )
    return WitnessFileFaulty(detail)


def _read(path: Path, *, secret: bool = True) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (os.O_NOFOLLOW if secret else 0))
    except OSError as error:
        detail = f"“{path}” cannot be read: {error.strerror}."
        raise WitnessFileFaulty(detail) from None
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or (secret and (found.st_mode & 0o077 or found.st_uid != os.geteuid())):
            detail = (
                f"Others can read “{path}”, or it is no plain file of your own. Make it yours alone: chmod go= {path}"
            )
            raise WitnessFileFaulty(detail)
        return file.read(_MOST)


def _literal(name: str) -> str:
    return "".join(f"[{each}]" if each in "*?[" else each for each in name)
