"""Checkpoints as files, for whoever fetches them by another way than HTTP. Only what is committed is written."""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from app.bootstrap.engines import reading
from audit.checkpoint import Checkpoints
from foundation.errors import ServiceError

if TYPE_CHECKING:
    from app.bootstrap.house import House

FOLDER = "published"
NEWEST = "checkpoint"
EACH = "checkpoints"
BACK = 3  # newest ones looked at again: a cosignature may have come to them since

log = logging.getLogger("custodes.published")


def publish(house: House) -> int:
    """Write what is not there yet or has gained a cosignature; how many files changed.

    The act itself is committed by now, so nothing that fails here may undo it: it is said in the process's log, and the
    next run makes it good.
    """
    try:
        folder = house.settings.state / FOLDER
        (folder / EACH).mkdir(mode=0o755, parents=True, exist_ok=True)
        with _alone(folder), reading(house.engine) as conn:
            _clear(folder)
            return sum(_write(path, text) for path, text in _notes(Checkpoints(conn, house.keys.log), folder))
    except (OSError, DBAPIError, ServiceError) as error:
        log.error("checkpoints could not be published as files: %s", error)
        return 0


def _notes(checkpoints: Checkpoints, folder: Path) -> Iterator[tuple[Path, str]]:
    newest = checkpoints.latest()
    if newest is None:
        return
    last = newest.checkpoint.number
    number = last
    while number > 0 and (number > last - BACK or not (folder / EACH / str(number)).exists()):
        note = checkpoints.numbered(number)
        if note is not None:
            yield folder / EACH / str(number), note.text
        number -= 1
    yield folder / NEWEST, newest.text


def _write(path: Path, text: str) -> bool:
    data = text.encode()
    if path.exists() and path.read_bytes() == data:
        return False
    new = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with new.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)
    return True


def _clear(folder: Path) -> None:
    """What a process that died while it wrote has left: nobody else writes now."""
    for left in (*folder.glob(".*"), *(folder / EACH).glob(".*")):
        left.unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Else a slower process could put an older checkpoint over a newer one."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
