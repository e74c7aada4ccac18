"""Keyrings: the keys that wrap data keys. Each originating body has a line of its own, one key per epoch (month).

An operator who holds one body's keys cannot open what another originated.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from vault import envelope, kekfile
from vault.errors import KeyMissing, KeysElsewhere
from vault.kekfile import BODY, KekFile


@dataclass(frozen=True, slots=True)
class Kek:
    """A key that wraps, as an inventory shows it: never the key itself."""

    id: str
    body: str
    epoch: str
    created: datetime
    state: str  # live, or a word of the keyring's own for one that wraps nothing any more


class Keyring(Protocol):
    """Wraps data keys. The facts bound into a wrap are ``envelope.wrap_facts``; the keyring adds its key's id.

    An id is ``<body>/<YYYY-MM>/<n>`` whatever the keyring is made of.
    """

    def wrap(self, body: str, dek: bytes, facts: bytes) -> tuple[str, bytes]:
        """(kek id, wrapped) under the newest key of the body. Raises KeyMissing."""
        ...

    def unwrap(self, kek_id: str, wrapped: bytes, facts: bytes) -> bytes:
        """The data key. Raises KeyMissing, and Tampered when wrap, id or facts do not belong together."""
        ...

    def rewrap(self, kek_id: str, wrapped: bytes, facts: bytes) -> tuple[str, bytes]:
        """The same data key and facts under the newest key of the same body, as ``newest`` last said or newer.

        Raises KeyMissing, Tampered.
        """
        ...

    def newest(self, body: str) -> str:
        """The id of the key that wraps for the body now, whoever made it. Raises KeyMissing."""
        ...

    def ids(self) -> list[Kek]:
        """Every key there is, each body's oldest first."""
        ...

    def create(self, body: str, *, now: datetime) -> str:
        """A new key for the body, newest from now on; its id. Raises ValueError for what is no body id."""
        ...

    def forget(self, item: UUID) -> None:
        """The item's keys were destroyed: drop what is kept of them for a moment."""
        ...

    def retire(self, kek_id: str, *, now: datetime) -> datetime:
        """Destroy the key; from when nothing of it is left in this keyring (``now``, or the end of a waiting period).

        Repeating it is safe. The caller has made sure that nothing is wrapped under it.
        """
        ...


def body_of(kek_id: str) -> str:
    """Whose key it is."""
    return kek_id.partition("/")[0]


def place_of(kek_id: str) -> tuple[str, str, int]:
    """(body, epoch, number): sorts the keys of a body from oldest to newest. Raises ValueError for no id of a key."""
    body, epoch, number = kek_id.split("/")
    return body, epoch, int(number)


class Keyrings:
    """The keyring of each body, so that one body's keys may lie where the other's operator cannot reach them.

    A body without one, where no ``default`` holds all others, has its keys elsewhere: its items stay shut here, and
    everything else works. Is itself a Keyring.
    """

    def __init__(self, of: Mapping[str, Keyring], default: Keyring | None = None) -> None:
        self._of, self._default = dict(of), default

    def of(self, body: str) -> Keyring:
        """Raises KeysElsewhere."""
        found = self._of.get(body, self._default)
        if found is None:
            raise KeysElsewhere(f"The keys of “{body}” are not held here. Ask the service that holds them.")
        return found

    def holds(self, body: str) -> bool:
        """Can items of the body be opened here?"""
        return body in self._of or self._default is not None

    def wrap(self, body: str, dek: bytes, facts: bytes) -> tuple[str, bytes]:
        return self.of(body).wrap(body, dek, facts)

    def unwrap(self, kek_id: str, wrapped: bytes, facts: bytes) -> bytes:
        return self.of(body_of(kek_id)).unwrap(kek_id, wrapped, facts)

    def rewrap(self, kek_id: str, wrapped: bytes, facts: bytes) -> tuple[str, bytes]:
        return self.of(body_of(kek_id)).rewrap(kek_id, wrapped, facts)

    def newest(self, body: str) -> str:
        return self.of(body).newest(body)

    def ids(self) -> list[Kek]:
        found = [kek for body, ring in self._of.items() for kek in ring.ids() if kek.body == body]
        if self._default is not None:
            found += [kek for kek in self._default.ids() if kek.body not in self._of]
        return sorted(found, key=lambda kek: place_of(kek.id))

    def create(self, body: str, *, now: datetime) -> str:
        return self.of(body).create(body, now=now)

    def forget(self, item: UUID) -> None:
        for ring in (*self._of.values(), *((self._default,) if self._default else ())):
            ring.forget(item)

    def retire(self, kek_id: str, *, now: datetime) -> datetime:
        return self.of(body_of(kek_id)).retire(kek_id, now=now)


class LocalKeyring:
    """Keys as files in one directory (docs/formats/envelope.md, section 3).

    The directory is listed before anything is wrapped: a key another process made or destroyed counts at once.
    """

    def __init__(self, folder: Path) -> None:
        """Raises KeyMissing without the directory; KeyringUnsafe when others may reach it, or a file is damaged."""
        self._folder = folder
        self._keks: dict[str, KekFile] = {}
        self._load()

    def create(self, body: str, *, now: datetime) -> str:
        if not BODY.fullmatch(body):
            msg = f"{body!r} is no id of a body"
            raise ValueError(msg)
        self._load()
        epoch = now.astimezone(UTC).strftime("%Y-%m")
        # Never older than what is there, should the clock have gone back: the newest wraps.
        newest = max((kek for kek in self._keks.values() if kek.body == body), default=None)
        number = 1
        if newest is not None and newest.epoch >= epoch:
            epoch, number = newest.epoch, newest.number + 1
        kek = KekFile(body, epoch, number, now, envelope.new_key())
        kekfile.keep(self._folder, kek)
        self._load()
        return kek.id

    @property
    def folder(self) -> Path:
        """The directory, for who keeps copies of it."""
        return self._folder

    def bodies(self) -> frozenset[str]:
        """The bodies that have a key."""
        return frozenset(kek.body for kek in self._keks.values())

    def ids(self) -> list[Kek]:
        self._load()
        return [Kek(kek.id, kek.body, kek.epoch, kek.created, "live") for kek in sorted(self._keks.values())]

    def newest(self, body: str) -> str:
        return self._newest(body).id

    def wrap(self, body: str, dek: bytes, facts: bytes) -> tuple[str, bytes]:
        kek = self._newest(body)
        return kek.id, envelope.seal(kek.key, envelope.wrap_context(kek.id, facts), dek)

    def unwrap(self, kek_id: str, wrapped: bytes, facts: bytes) -> bytes:
        if kek_id not in self._keks:
            self._load()
        kek = self._keks.get(kek_id)
        if kek is None:
            raise KeyMissing("The keyring lacks a key. The operator must restore it.")
        return envelope.unseal(kek.key, envelope.wrap_context(kek_id, facts), wrapped)

    def rewrap(self, kek_id: str, wrapped: bytes, facts: bytes) -> tuple[str, bytes]:
        # The newest as ``newest`` last found it: whoever moves thousands asks once a batch, not for each.
        kek = self._held(body_of(kek_id))
        return kek.id, envelope.seal(kek.key, envelope.wrap_context(kek.id, facts), self.unwrap(kek_id, wrapped, facts))

    def forget(self, item: UUID) -> None:
        """Nothing is kept: an unwrap costs microseconds."""

    def retire(self, kek_id: str, *, now: datetime) -> datetime:
        kekfile.destroy(self._folder, kek_id)
        self._load()
        return now

    def _newest(self, body: str) -> KekFile:
        if self._listed() != {kek.file for kek in self._keks.values()}:
            self._load()
        return self._held(body)

    def _held(self, body: str) -> KekFile:
        newest = max((kek for kek in self._keks.values() if kek.body == body), default=None)
        if newest is None:
            raise KeyMissing(f"The keyring has no key for “{body}”. The operator must make one.")
        return newest

    def _load(self) -> None:
        try:
            found = self._folder.lstat()
        except FileNotFoundError:
            raise _no_folder() from None
        kekfile.refuse_wider(self._folder, found, stat.S_IFDIR)
        read = (kekfile.read(self._folder / name) for name in sorted(self._listed()))
        self._keks = {kek.id: kek for kek in read if kek is not None}

    def _listed(self) -> set[str]:
        try:
            return {name for name in os.listdir(self._folder) if not name.startswith(".")}
        except OSError:
            raise _no_folder() from None


def _no_folder() -> KeyMissing:
    return KeyMissing("The keyring's directory is not there. Restore it, or make a first keyring.")
