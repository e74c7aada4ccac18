"""The key files that are recovered: read from their folder, put back into one."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Mapping
from pathlib import Path

from foundation import durable
from vault.errors import KeyringUnsafe, RecoveryThere, SharesImpossible
from vault.keyring import LocalKeyring
from vault.recovery.sealed import fits

_MOST = 64 * 1024


def of_body(folder: Path, body: str) -> dict[str, bytes]:
    """One body's line in a local keyring, checked by the keyring itself first.

    Raises KeyMissing, KeyringUnsafe; SharesImpossible where the body has no key there.
    """
    if body not in LocalKeyring(folder).bodies():
        raise SharesImpossible(
            f"The keyring has no key of “{body}”. Give the id of a body, as in policies/parties.toml."
        )
    mine = [path for path in sorted(folder.iterdir()) if path.name.split(".")[0] == body]
    return {path.name: _read(path) for path in mine}


def of_service(folder: Path, *, keyrings: Collection[Path], leave: Collection[str] = ()) -> dict[str, bytes]:
    """Every key file below the folder of keys but the keyrings', each of which is a body's own, and ``leave``.

    Raises KeyringUnsafe.
    """
    apart = {path.resolve() for path in keyrings}
    found = {}
    for where, folders, names in os.walk(folder):
        here = Path(where)
        folders[:] = sorted(name for name in folders if (here / name).resolve() not in apart and name not in leave)
        for name in sorted(names):
            if not name.startswith("."):
                found[(here / name).relative_to(folder).as_posix()] = _read(here / name)
    return found


def put_back(folder: Path, scope: str, files: Mapping[str, bytes]) -> None:
    """Write them into ``folder`` (0700, made if absent), each 0600 and durable.

    Raises RecoveryThere, having written none.
    """
    for name in files:
        if not fits(scope, name):
            msg = f"{name!r} is no name of a key"
            raise RuntimeError(msg)
        if os.path.lexists(folder / name):
            raise RecoveryThere(f"“{name}” is in that folder already. Keys are never overwritten: give a new folder.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_wide(folder)
    for name, body in files.items():
        path = folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(path, body)


def write_new(path: Path, body: bytes) -> None:
    """A new file 0600, whole on the disk when this returns. Raises RecoveryThere."""
    try:
        durable.write_new(path, body)
    except FileExistsError:
        raise RecoveryThere(f"“{path.name}” is there already. Nothing is overwritten: give a new folder.") from None
    durable.sync(path.parent)


def replace_with(path: Path, body: bytes) -> None:
    """Put a file in the place of another: whoever looks sees one of them whole."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    write_new(fresh, body)
    fresh.replace(path)
    durable.sync(path.parent)


def _read(path: Path) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        raise KeyringUnsafe(f"{path.name} cannot be read, or is a link.") from None
    with os.fdopen(fd, "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST:
            raise KeyringUnsafe(f"{path.name} is no key. Move it out of the folder of keys.")
        return file.read()


def _refuse_wide(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise KeyringUnsafe(f"“{folder.name}” must be your own and closed to others: chmod 700, or give a new folder.")
