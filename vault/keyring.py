"""Keyrings: the keys that wrap data keys. Each originating body has a line of its own, one key per epoch (month).

An operator who holds one body's keys cannot open what another originated.
"""

from __future__ import annotations

import base64
import json
import os
import re
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from vault import envelope
from vault.errors import KeyMissing, KeyringUnsafe

_FORMAT = "custodes-kek/1"
_BODY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_FILE = re.compile(rf"(?P<body>{_BODY.pattern})\.(?P<epoch>\d{{4}}-\d{{2}})\.(?P<number>[1-9]\d*)\.json")


class Keyring(Protocol):
    """Wraps data keys. The facts bound into a wrap are ``envelope.wrap_facts``; the keyring adds its key's id."""

    def wrap(self, body: str, dek: bytes, facts: bytes) -> tuple[str, bytes]:
        """(kek id, wrapped) under the newest key of the body. Raises KeyMissing."""
        ...

    def unwrap(self, kek_id: str, wrapped: bytes, facts: bytes) -> bytes:
        """The data key. Raises KeyMissing, and Tampered when wrap, id or facts do not belong together."""
        ...


@dataclass(frozen=True, slots=True, order=True)
class _Kek:
    body: str
    epoch: str
    number: int
    key: bytes = field(compare=False, repr=False)

    @property
    def id(self) -> str:
        return f"{self.body}/{self.epoch}/{self.number}"


class LocalKeyring:
    """Keys as files in one directory (docs/formats/envelope.md, section 3), read once, and again for an unknown id."""

    def __init__(self, folder: Path) -> None:
        """Raises KeyMissing without the directory; KeyringUnsafe when others may reach it, or a file is damaged."""
        self._folder = folder
        self._keks: dict[str, _Kek] = {}
        self._load()

    def create(self, body: str, *, now: datetime) -> str:
        """A new key for the body, newest from now on; its id. Raises ValueError for what is no body id."""
        if not _BODY.fullmatch(body):
            msg = f"{body!r} is no id of a body"
            raise ValueError(msg)
        self._load()
        epoch = now.astimezone(UTC).strftime("%Y-%m")
        taken = [kek.number for kek in self._keks.values() if (kek.body, kek.epoch) == (body, epoch)]
        kek = _Kek(body, epoch, max(taken, default=0) + 1, envelope.new_key())
        self._store(kek, now)
        self._keks[kek.id] = kek
        return kek.id

    def bodies(self) -> frozenset[str]:
        """The bodies that have a key."""
        return frozenset(kek.body for kek in self._keks.values())

    def wrap(self, body: str, dek: bytes, facts: bytes) -> tuple[str, bytes]:
        newest = max((kek for kek in self._keks.values() if kek.body == body), default=None)
        if newest is None:
            raise KeyMissing(f"The keyring has no key for “{body}”. The operator must make one.")
        return newest.id, envelope.seal(newest.key, envelope.wrap_context(newest.id, facts), dek)

    def unwrap(self, kek_id: str, wrapped: bytes, facts: bytes) -> bytes:
        if kek_id not in self._keks:
            self._load()
        if kek_id not in self._keks:
            raise KeyMissing("The keyring lacks a key. The operator must restore it.")
        return envelope.unseal(self._keks[kek_id].key, envelope.wrap_context(kek_id, facts), wrapped)

    def _load(self) -> None:
        try:
            found = self._folder.lstat()
        except FileNotFoundError:
            raise KeyMissing("The keyring's directory is not there. Restore it, or make a first keyring.") from None
        _refuse_wider(self._folder, found, stat.S_IFDIR)
        for path in sorted(self._folder.iterdir()):
            if not path.name.startswith("."):
                kek = _read(path)
                self._keks[kek.id] = kek

    def _store(self, kek: _Kek, now: datetime) -> None:
        """Whole or not at all, and never over another: a key half written would lose everything wrapped under it."""
        text = json.dumps(
            {
                "format": _FORMAT,
                "id": kek.id,
                "body": kek.body,
                "created": now.astimezone(UTC).isoformat(),
                "key": base64.b64encode(kek.key).decode(),
            }
        )
        partial = self._folder / f".{uuid4().hex}"
        fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(fd, "w", encoding="utf-8") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(partial, self._folder / f"{kek.id.replace('/', '.')}.json")
        finally:
            partial.unlink()
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _read(path: Path) -> _Kek:
    named = _FILE.fullmatch(path.name)
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        raise KeyringUnsafe(f"{path.name} cannot be read, or is a link.") from None
    with os.fdopen(fd, encoding="utf-8") as file:
        _refuse_wider(path, os.fstat(file.fileno()), stat.S_IFREG)
        try:
            said = json.load(file)
            if said["format"] != _FORMAT:
                raise KeyringUnsafe(f"{path.name} has a format not known here.")
            kek = _Kek(said["body"], *_split(said["id"]), base64.b64decode(said["key"], validate=True))
        except (ValueError, KeyError, TypeError):
            raise KeyringUnsafe(f"{path.name} is damaged. Restore it from its sealed copy.") from None
    if not named or path.name != f"{kek.id.replace('/', '.')}.json" or said["id"] != kek.id or len(kek.key) != 32:
        raise KeyringUnsafe(f"{path.name} is not the key its name says. Remove it or restore it.")
    return kek


def _split(kek_id: str) -> tuple[str, int]:
    _, epoch, number = kek_id.split("/")
    return epoch, int(number)


def _refuse_wider(path: Path, found: os.stat_result, kind: int) -> None:
    if stat.S_IFMT(found.st_mode) != kind or found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise KeyringUnsafe(
            f"“{path.name}” must belong to the service's own user and to nobody else: chmod 700 the directory, "
            "600 each file, and ask who could read it until now."
        )
