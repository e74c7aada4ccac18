"""Files that hold keys: for the service's own user alone, whole or not there, never overwritten by accident."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from audit.errors import KeysMissing, KeysUnsafe
from audit.leaf import Malformed, unb64
from foundation.durable import sync, write_new

_MOST = 4096
MOST_LIST = 1_048_576


def check_directory(directory: Path) -> None:
    try:
        found = os.lstat(directory)
    except FileNotFoundError:
        detail = "The directory of the log’s keys is not there. Restore it, or run the initialisation for a new log."
        raise KeysMissing(detail) from None
    check(directory, found, stat.S_IFDIR)


def check(path: Path, found: os.stat_result, kind: int) -> None:
    if stat.S_IFMT(found.st_mode) != kind or found.st_mode & 0o077 or found.st_uid != os.geteuid():
        wanted = "0700" if kind == stat.S_IFDIR else "0600"
        detail = f"“{path.name}” must belong to the service’s own user, with mode {wanted}, and be no link."
        raise KeysUnsafe(detail)


def read(path: Path, head: str) -> tuple[str, bytes]:
    """Name and 32 secret bytes of a key file."""
    lines = content(path, _MOST).decode("ascii", "replace").split("\n")
    try:
        if len(lines) == 4 and lines[0] == head and lines[3] == "":
            return lines[1], unb64(lines[2], 32)
    except Malformed:
        pass
    raise KeysMissing(unreadable(path.name))


def content(path: Path, most: int) -> bytes:
    """What stands in a file, checked on the open file so that nothing can be swapped in between."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        detail = f"The log’s key file “{path.name}” is not there. Restore it from its safe copy."
        raise KeysMissing(detail) from None
    except OSError:
        detail = f"“{path.name}” must be a plain file that the service’s own user can read."
        raise KeysUnsafe(detail) from None
    with os.fdopen(handle, "rb") as file:
        check(path, os.fstat(file.fileno()), stat.S_IFREG)
        return file.read(most)


def unreadable(name: str) -> str:
    return f"The log’s key file “{name}” cannot be read as a key. Restore it from its safe copy."


def write(path: Path, *lines: str, anew: bool = False) -> None:
    """Whole or not at all, durable. The first of two racing processes wins, or, ``anew``, the last."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        write_new(new, "".join(f"{line}\n" for line in lines).encode())
        try:
            os.replace(new, path) if anew else os.link(new, path)
        except FileExistsError:
            return
    finally:
        new.unlink(missing_ok=True)
    sync(path.parent)
