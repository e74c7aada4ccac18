"""The keys that sign for the log: the one in force, one that is to follow, the public halves of those before.

Files as docs/formats/checkpoint.md has them. Which key signs next is told by the newest checkpoint, not by the files:
so a rotation broken off anywhere leaves one answer.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import note
from audit.errors import KeysMissing, LogDamaged, RotationRunning, TrustInvalid
from audit.key_files import MOST_LIST, content, read, unreadable, write
from audit.leaf import b64
from audit.trust import Trust, Trusted, parse
from foundation.durable import sync

KEY, NEXT, TRUST = "log.key", "log-next.key", "log.trust"
HEAD = "custodes-log-key/1"
_FILES = (KEY, NEXT, TRUST)

_Seen = tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class Signer:
    """One key that can sign. Nothing it signs states a time before ``since`` (ms since 1970)."""

    verifier: note.VerifierKey
    since: int | None
    private: Ed25519PrivateKey

    def sign(self, text: str) -> str:
        """The note of a text, signed by this key alone."""
        return note.sign(text, self.verifier.name, self.private)

    def time(self, ms: int) -> int:
        """That time, or the beginning of this key's, whichever is later."""
        return max(ms, self.since or 0)


@dataclass(frozen=True, slots=True)
class State:
    """``following``: made for a rotation that is not finished. ``trust``: every key of this log with its time."""

    signer: Signer
    following: Signer | None
    trust: Trust
    seen: _Seen


class Signing:
    """The signing keys of one directory. Read anew when another process changed them; threads may share one."""

    def __init__(self, directory: Path) -> None:
        """Raises KeysMissing, KeysUnsafe."""
        self._directory, self._place = directory, str(directory)
        self._lock = threading.Lock()
        self._state = self._load()

    @staticmethod
    def create(directory: Path, origin: str) -> None:
        """The first key."""
        _write(directory / KEY, origin)

    @property
    def state(self) -> State:
        """As the files have it now. A directory that vanished changes nothing for who has read it."""
        if self._seen() != self._state.seen:
            with self._lock, suppress(FileNotFoundError):
                os.stat(f"{self._place}/{KEY}")
                self._state = self._load()
        return self._state

    def after(self, newest: str | None) -> Signer:
        """Who signs what follows that checkpoint's note. Raises KeysMissing, LogDamaged."""
        state = self.state
        if newest is None:
            return state.signer
        origin = state.signer.verifier.name
        ids = set(note.line_ids(newest, origin))
        if ids - {key.id for key in state.trust.keys}:
            detail = "The log’s key was changed on another machine. Bring its folder of the log’s keys to this one."
            raise KeysMissing(detail)
        for each in (state.following, state.signer):
            if each is not None and each.verifier.id in ids:
                return each
        detail = "The newest checkpoint is of a key that was retired since: the database is older than its keys."
        raise LogDamaged(detail)

    @contextmanager
    def rotating(self) -> Iterator[None]:
        """One rotation at a time on this machine. Raises RotationRunning."""
        handle = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            detail = "Another process is changing the log’s key just now. Wait for it."
            raise RotationRunning(detail) from None
        finally:
            os.close(handle)

    def prepare(self) -> Signer:
        """The key that is to follow, made if it is not there yet. Nothing relies on it before a checkpoint names it."""
        _write(self._directory / NEXT, self.state.signer.verifier.name)
        following = self.state.following
        if following is None:
            raise KeysMissing(unreadable(NEXT))
        return following

    def finish(self, at: int) -> None:
        """Put the following key in force, once the checkpoint of time ``at`` that both signed is durable.

        The old key's seed goes with its file. Again after a crash, as often as needed.
        """
        state = self.state
        if state.following is None:
            return
        old, new = state.signer.verifier, state.following.verifier
        rest = [each for each in state.trust.logs if each.key not in (old, new)]
        ended = replace(state.trust.window(old), until=at + 1)
        lines = [each.text for each in (*rest, ended, Trusted(new, since=at))]
        write(self._directory / TRUST, *lines, anew=True)
        os.replace(self._directory / NEXT, self._directory / KEY)
        sync(self._directory)

    def _seen(self) -> _Seen:
        return tuple(_stat(f"{self._place}/{name}") for name in _FILES)

    def _load(self) -> State:
        """All three files as they stood at one moment."""
        while True:
            seen = self._seen()
            try:
                made = self._read(seen)
            except KeysMissing:
                if self._seen() == seen:
                    raise
                continue
            if self._seen() == seen:
                return made

    def _read(self, seen: _Seen) -> State:
        origin, seed = read(self._directory / KEY, HEAD)
        if not note.ORIGIN.match(origin):
            raise KeysMissing(unreadable(KEY))
        listed = self._listed(origin) if seen[2] else ()
        signer = _signer(origin, seed, listed)
        following = None
        if seen[1]:
            named, seed = read(self._directory / NEXT, HEAD)
            if named != origin:
                raise KeysMissing(unreadable(NEXT))
            following = _signer(origin, seed, listed)
        known = {each.key for each in listed}
        here = [each.verifier for each in (signer, following) if each and each.verifier not in known]
        return State(signer, following, Trust(logs=(*listed, *(Trusted(each) for each in here))), seen)

    def _listed(self, origin: str) -> tuple[Trusted, ...]:
        try:
            found = parse(content(self._directory / TRUST, MOST_LIST)).logs
        except TrustInvalid:
            found = ()
        if not found or any(each.key.name != origin for each in found):
            raise KeysMissing(unreadable(TRUST))
        return found


def _signer(origin: str, seed: bytes, listed: tuple[Trusted, ...]) -> Signer:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    verifier = note.VerifierKey(origin, private.public_key().public_bytes_raw())
    return Signer(verifier, Trust(logs=listed).window(verifier).since, private)


def _write(path: Path, origin: str) -> None:
    write(path, HEAD, origin, b64(Ed25519PrivateKey.generate().private_bytes_raw()))


def _stat(path: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
