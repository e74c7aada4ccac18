"""What a backup says of itself, signed with the log's key and written last: without it there is no backup.

Format: docs/formats/backup.md, section 2. Nothing in it is secret; names and content stand in the sealed files alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from audit.errors import NoteInvalid
from audit.note import signatures
from audit.trust import Trust
from vault.backup.errors import BackupDamaged

FORMAT = "custodes-backup/1"
DATA, KEYS = "data", "keys"
MOST = 4 << 20
_ID = re.compile(r"[0-9]{8}T[0-9]{9}Z-[0-9a-f]{8}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class File:
    """One file of a backup, as it is stored."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Head:
    """How far the log was: entries in its tree and their root; of the newest, its number in the database it came from.

    ``checkpoint``: the newest one, as signed and cosigned; empty before the first.
    """

    size: int = 0
    root: str = ""
    last_xid: int = 0
    last_pos: int = 0
    checkpoint: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """How many objects the rows name, and their bytes; ``lacking``: those the store had lost or damaged already."""

    objects: int = 0
    bytes: int = 0
    lacking: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup. ``made``: the moment of the rows in it; ``newest``: the last act recorded by then ("" for none)."""

    id: str
    kind: str
    made: str
    newest: str
    origin: str
    software: str
    schema: str
    policies: str
    database: str
    files: tuple[File, ...]
    rows: Mapping[str, int]
    log: Head = field(default_factory=Head)
    content: Content = field(default_factory=Content)

    @property
    def at(self) -> datetime:
        """``made`` as an instant."""
        return datetime.fromisoformat(self.made)

    @property
    def text(self) -> str:
        """What is signed."""
        said = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return f"{FORMAT}\n{said}\n"

    def file(self, name: str) -> File:
        """Raises BackupDamaged where there is none of that name."""
        for each in self.files:
            if each.name == name:
                return each
        raise _damaged(f"names no “{name}”")


def digest(note: str) -> str:
    """What the log keeps of a backup."""
    return sha256(note.encode()).hexdigest()


def is_id(text: str) -> bool:
    """Could a backup be called so?"""
    return _ID.fullmatch(text) is not None


def read(data: bytes, trust: Trust | None) -> Manifest:
    """A manifest as it was signed; without ``trust`` only its form is checked. Raises BackupDamaged."""
    try:
        note = data.decode()
        text = signatures(note, trust.keys)[0] if trust is not None else note.rpartition("\n\n")[0] + "\n"
    except NoteInvalid as error:
        raise _damaged(f"is not signed by this log: {error}") from None
    except UnicodeDecodeError:
        raise _damaged("is no text") from None
    head, _, body = text.partition("\n")
    if head != FORMAT or len(data) > MOST:
        raise _damaged("is of another format")
    try:
        found = _of(json.loads(body))
    except (KeyError, TypeError, ValueError):
        raise _damaged("lacks what it must say") from None
    if found.text != text:
        raise _damaged("is written otherwise than it must be")
    return found


def _of(said: dict[str, Any]) -> Manifest:
    files = tuple(File(**each) for each in said.pop("files"))
    log, content = Head(**said.pop("log")), Content(**said.pop("content"))
    found = Manifest(**said, files=files, log=log, content=content)
    numbers = [each.size for each in files] + list(found.rows.values())
    good = found.kind in (DATA, KEYS) and is_id(found.id) and all(type(n) is int and n >= 0 for n in numbers)
    if not good or not all(_DIGEST.fullmatch(each.sha256) and "/" not in each.name for each in files):
        raise ValueError
    if found.at.tzinfo is None:
        raise ValueError
    return found


def _damaged(what: str) -> BackupDamaged:
    return BackupDamaged(f"The manifest {what}. Do not restore it; take another backup, and ask who could write there.")
