"""The keys of a service: made by ``custodes init``, found at start-up, refused when missing, shared or borrowed."""

from __future__ import annotations

import secrets
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from audit.keys import LogKeys
from foundation.durable import sync, write_new
from foundation.errors import Unavailable
from vault.addresses import Aliases, keyrings_of
from vault.errors import KeyMissing
from vault.keyring import Keyring, Keyrings, LocalKeyring

# Whoever finds this beside keys knows that they were made for a demonstration and protect nothing.
DEMONSTRATION = "DEMONSTRATION"
SECRETS = ("index", "identity", "web", "facts")


class KeysRefused(Unavailable):
    """The keys are missing, readable by others, or a demonstration's."""

    code = "app.keys-refused"
    title = "The keys cannot be used"


@dataclass(frozen=True, slots=True)
class Keys:
    """``index`` searches, ``identity`` seals second factors, ``web`` digests what an Idempotency-Key was
    used with, ``facts`` binds the rows that access is decided from: 32 bytes each.
    """

    log: LogKeys
    vault: Keyrings
    index: bytes
    identity: bytes
    web: bytes
    facts: bytes


def create(  # each says what the keys are made for
    folder: Path, *, origin: str, bodies: Iterable[str], now: datetime, demonstration: bool, keyring: str = ""
) -> None:
    """Make them all, or, where they are, only those of bodies that are new. Folders 0700, files 0600.

    Raises KeysRefused where some are there and some are not: a new key would open nothing that the lost one closed,
    and a search under a new index key would find nothing without saying why.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    keyring = keyring or str(folder / "vault")
    own = folder / "vault" in keyrings_of(keyring).values()
    names = (*SECRETS, "log", *(("vault",) if own else ()))
    there = [name for name in names if (folder / name).exists()]
    if not there:
        _make(folder, origin=origin, demonstration=demonstration)
    elif lost := [name for name in names if name not in there]:
        msg = (
            f"“{lost[0]}” is missing beside others in “{folder}”. Restore that folder from its copy. Where "
            "“custodes init” broke off before anything was kept, remove it and run that again."
        )
        raise KeysRefused(msg)
    if not there:
        for place in keyrings_of(keyring).values():
            if isinstance(place, Path):
                place.mkdir(parents=True, exist_ok=True, mode=0o700)
    rings = keyrings(keyring)
    for body in sorted(set(bodies)):
        if rings.holds(body) and _has_none(rings.of(body), body):
            rings.create(body, now=now)


def keyrings(text: str) -> Keyrings:
    """Whatever CUSTODES_KEYRING_URL says. Raises KeyMissing, KeyringUnsafe; a key service is asked nothing yet."""
    rings = {body: _keyring(place) for body, place in keyrings_of(text).items()}
    default = rings.pop("", None)
    return Keyrings(rings, default)


def _keyring(place: Path | Aliases) -> Keyring:
    if isinstance(place, Path):
        return LocalKeyring(place)
    from vault.kms import KmsKeyring  # a service on files need not read it

    return KmsKeyring(place.prefix, place.place, wait=place.wait)


def _has_none(keyring: Keyring, body: str) -> bool:
    try:
        keyring.newest(body)
    except KeyMissing:
        return True
    return False


def _make(folder: Path, *, origin: str, demonstration: bool) -> None:
    if demonstration:
        write_new(folder / DEMONSTRATION, b"These keys protect nothing but a demonstration.\n")
    for name in SECRETS:
        write_new(folder / name, secrets.token_bytes(32))
    LogKeys.create(folder / "log", origin)
    sync(folder)  # what was sealed under a secret that a power cut took could not be read again


def load(folder: Path, *, demonstration: bool, keyring: str = "") -> Keys:
    """Every key. Raises KeysRefused saying what to do."""
    _refuse_wide(folder)
    _refuse_borrowed(folder, demonstration=demonstration)
    found = {}
    for name in SECRETS:
        path = folder / name
        if not path.is_file():
            msg = f"The key “{name}” is missing. Restore the folder of keys from its copy."
            raise KeysRefused(msg)
        _refuse_wide(path)
        found[name] = path.read_bytes()
    return Keys(log=LogKeys.load(folder / "log"), vault=keyrings(keyring or str(folder / "vault")), **found)


def _refuse_borrowed(folder: Path, *, demonstration: bool) -> None:
    marked = (folder / DEMONSTRATION).exists()
    if marked and not demonstration:
        msg = "These are a demonstration’s keys. Choose another CUSTODES_KEYS folder and run “custodes init”."
        raise KeysRefused(msg)
    if demonstration and not marked:
        # Its clock could be moved on until what is real falls due, by somebody whose password is on the sign-in page.
        msg = "These are a real service’s keys. Choose another folder for the demonstration, with --state."
        raise KeysRefused(msg)


def _refuse_wide(path: Path) -> None:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError as error:
        msg = f"There is no “{path.name}”. Run “custodes init”."
        raise KeysRefused(msg) from error
    if mode & 0o077:
        msg = f"Others can read “{path.name}”. Make it its owner’s alone: chmod go= {path.name}"
        raise KeysRefused(msg)
