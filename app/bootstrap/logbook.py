"""What is done with the whole log: verified where it lies, or taken away. Neither keeps others from writing."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from app.bootstrap.clock import SystemClock
from app.bootstrap.engines import reading
from app.bootstrap.events import EXPORTED
from audit.bundle import Exported
from audit.bundle import export as export_log
from audit.check import Report
from audit.events import LOG_VERIFIED
from audit.examine import verify_database
from audit.fact import Value
from foundation.actor import Actor
from foundation.errors import Unavailable

if TYPE_CHECKING:
    from app.bootstrap.house import House
    from app.bootstrap.work import Work

FOLDER = "exports"
STALE = 3600  # seconds after which a file left by a process that died is removed


def verify(house: House, actor: Actor) -> Report:
    """Verify the whole log as it stands at one moment, then record that it was done and what came of it."""
    with reading(house.engine) as conn:
        report = verify_database(conn, house.keys.log)
    # A log so damaged that nothing can be added to it: then the faults found are still to be seen.
    with suppress(*(() if report.ok else (Unavailable,))), house.work(actor) as work:
        work.trail.record(LOG_VERIFIED, actor=actor, now=work.now, what=_counts(report))
    return report


def _counts(report: Report) -> dict[str, Value]:
    return {
        "entries": report.entries,
        "disclosed": report.disclosed,
        "redacted": report.redacted,
        "faults": len(report.faults),
    }


def announce_export(work: Work) -> None:
    """Record that the log is taken away, and sign its head: in a unit of work of its own, before ``export``."""
    work.trail.record(EXPORTED, actor=work.actor, now=work.now)
    work.checkpoints.current(now=work.now)


def export(house: House, path: Path) -> Exported:
    """The log up to its newest checkpoint as a bundle at ``path``; the disclosures leave their seals."""
    with reading(house.engine) as conn:
        return export_log(conn, house.keys.log, path, now=house.now())


def bundle(house: House) -> IO[bytes]:
    """The same as an open file without a name: when it is closed, or the process ends, nothing of it is left."""
    folder = house.settings.state / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    _clear(folder)
    with tempfile.TemporaryDirectory(dir=folder) as inner:
        path = Path(inner) / "log.zip"
        export(house, path)
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC), "rb")


def _clear(folder: Path) -> None:
    """What a process that died in the middle left behind: it is as sensitive as the log."""
    now = SystemClock().now().timestamp()  # files know the machine's time, not the demonstration's
    for left in folder.iterdir():
        with suppress(FileNotFoundError):
            if now - left.stat().st_mtime > STALE:
                shutil.rmtree(left, ignore_errors=True)
