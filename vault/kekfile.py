"""One key that wraps, as a file (docs/formats/envelope.md, section 3): read, kept, destroyed."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from foundation.durable import sync, write_new
from vault.errors import KeyringUnsafe

BODY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_FORMAT = "custodes-kek/1"
_MOST = 65_536  # bytes; one has some two hundred
_FILE = re.compile(rf"(?P<body>{BODY.pattern})\.(?P<epoch>\d{{4}}-\d{{2}})\.(?P<number>[1-9]\d*)\.json")


@dataclass(frozen=True, slots=True, order=True)
class KekFile:
    """The key of one body and epoch. They sort from oldest to newest."""

    body: str
    epoch: str
    number: int
    created: datetime = field(compare=False)
    key: bytes = field(compare=False, repr=False)

    @property
    def id(self) -> str:
        return f"{self.body}/{self.epoch}/{self.number}"

    @property
    def file(self) -> str:
        """Its name in the folder of the keyring."""
        return f"{self.body}.{self.epoch}.{self.number}.json"


def read(path: Path) -> KekFile | None:
    """The key, or None where there is no such file. Raises KeyringUnsafe: a link, others' to read, or damaged."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError:
        raise KeyringUnsafe(f"{path.name} cannot be read, or is a link.") from None
    with os.fdopen(fd, "rb") as file:
        refuse_wider(path, os.fstat(file.fileno()), stat.S_IFREG)
        try:
            kek = _parsed(path.name, json.loads(file.read(_MOST).decode()))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            raise KeyringUnsafe(f"{path.name} is damaged. Restore it from its sealed copy.") from None
    if not _FILE.fullmatch(path.name) or path.name != kek.file or len(kek.key) != 32:
        raise KeyringUnsafe(f"{path.name} is not the key its name says. Remove it or restore it.")
    return kek


def _parsed(name: str, said: Any) -> KekFile:
    if said["format"] != _FORMAT:
        raise KeyringUnsafe(f"{name} has a format not known here.")
    body, epoch, number = said["id"].split("/")
    created = datetime.fromisoformat(said["created"]).astimezone(UTC)
    kek = KekFile(said["body"], epoch, int(number), created, base64.b64decode(said["key"], validate=True))
    if (body, said["id"]) != (kek.body, kek.id):
        raise KeyringUnsafe(f"{name} is not the key its name says. Remove it or restore it.")
    return kek


def keep(folder: Path, kek: KekFile) -> None:
    """Whole or not at all, and never over another: a key half written would lose everything wrapped under it."""
    text = json.dumps(
        {
            "format": _FORMAT,
            "id": kek.id,
            "body": kek.body,
            "created": kek.created.astimezone(UTC).isoformat(),
            "key": base64.b64encode(kek.key).decode(),
        }
    )
    partial = folder / f".{uuid4().hex}"
    try:
        write_new(partial, f"{text}\n".encode())
        os.link(partial, folder / kek.file)
    finally:
        partial.unlink(missing_ok=True)
    sync(folder)


def destroy(folder: Path, kek_id: str) -> None:
    """Overwrite the file with zeros, flush it, remove it. Repeating it finishes what a crash broke off.

    A file system that copies on write, an SSD and a backup may keep the old bytes: see docs/security/compromise.md.
    """
    path = folder / f"{kek_id.replace('/', '.')}.json"
    # First out of the readers' sight: a file of zeros under the key's name would make the whole keyring unreadable.
    doomed = folder / f".{path.name}"
    with contextlib.suppress(FileNotFoundError):
        os.rename(path, doomed)
    sync(folder)
    with contextlib.suppress(FileNotFoundError):
        fd = os.open(doomed, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            os.pwrite(fd, bytes(os.fstat(fd).st_size), 0)
            os.fsync(fd)
        finally:
            os.close(fd)
        doomed.unlink()
    sync(folder)


def refuse_wider(path: Path, found: os.stat_result, kind: int) -> None:
    """Raises KeyringUnsafe unless it is of that kind, the serving user's own, and nobody else can reach it."""
    if stat.S_IFMT(found.st_mode) != kind or found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise KeyringUnsafe(
            f"“{path.name}” must belong to the service's own user and to nobody else: chmod 700 the directory, "
            "600 each file, and ask who could read it until now."
        )
