"""What is done with the whole log: verified where it lies, or taken away. Neither keeps others from writing."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import closing, suppress
from dataclasses import replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING

from app.bootstrap import sequencing
from app.bootstrap.clock import SystemClock
from app.bootstrap.compared import Comparison
from app.bootstrap.engines import reading
from app.bootstrap.events import EXPORTED
from audit.bundle import Exported, day_of
from audit.bundle import export as export_log
from audit.check import Report
from audit.checkpoint import Note
from audit.errors import RangeUnusable
from audit.events import LOG_VERIFIED
from audit.examine import verify_database
from audit.fact import Value
from foundation.actor import SERVICE, Actor
from foundation.errors import Unavailable

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from app.bootstrap.house import House
    from app.bootstrap.work import Work

FOLDER = "exports"
STALE = 3600  # seconds after which a file left by a process that died is removed


def verify(house: House, actor: Actor) -> Report:
    """Verify the whole log as it stands at one moment, and what other tables say against what it says; then record that
    it was done and what came of it.
    """
    sequencing.catch_up(house)
    with reading(house.engine) as conn, closing(Comparison(house)) as comparison:
        report = verify_database(conn, house.keys.log, comparison.told)
        apart = tuple(comparison.differences(conn)) if report.ok else ()  # a log at fault is no measure of anything
    report = replace(report, faults=(*report.faults, *apart), codes=report.codes | ({"tables"} if apart else set()))
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
    """Record that the log is taken away: in a unit of work of its own, before ``export``, whose last entry it is."""
    work.trail.record(EXPORTED, actor=work.actor, now=work.now)


def sign(house: House, actor: Actor = SERVICE) -> Note:
    """The newest checkpoint over everything committed before now; a new one if something came since."""
    sequencing.settle(house)
    return house.do(lambda work: work.checkpoints.current(now=work.now), actor)


def export(house: House, path: Path, *, first: str = "", end: str = "") -> Exported:
    """The log, signed first, as a bundle at ``path``; the disclosures leave their seals.

    ``first``: an entry's number, or a day ("2026-11-20", UTC) that it begins with. ``end``: the number of the entry
    before which it ends, or the last day in it. Raises RangeUnusable, and what ``audit.bundle.export`` raises.
    """
    sign(house)
    with reading(house.engine) as conn:
        start = _place(conn, first, after=False) if first else 0
        stop = _place(conn, end, after=True) if end else None
        return export_log(conn, house.keys.log, path, now=house.now(), verifier=verifier(), first=start, end=stop)


def verifier() -> bytes:
    """The text of the stand-alone verifier. It is only copied from here, never run."""
    found = find_spec("verifier")
    place = found.submodule_search_locations if found else None
    if not place:
        msg = "this installation is not whole: the stand-alone verifier is missing"
        raise RuntimeError(msg)
    return (Path(place[0]) / "custodes_verify.py").read_bytes()


def _place(conn: Connection, text: str, *, after: bool) -> int:
    if text.isascii() and text.isdecimal() and len(text) < 16:
        return int(text)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise RangeUnusable("Give the number of an entry, or a day like 2026-11-20.") from None
    return day_of(conn, day, after=after)


def bundle(house: House, *, first: str = "", end: str = "") -> IO[bytes]:
    """The same as an open file without a name: when it is closed, or the process ends, nothing of it is left."""
    folder = house.settings.state / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    _clear(folder)
    with tempfile.TemporaryDirectory(dir=folder) as inner:
        path = Path(inner) / "log.zip"
        export(house, path, first=first, end=end)
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC), "rb")


def _clear(folder: Path) -> None:
    """What a process that died in the middle left behind: it is as sensitive as the log."""
    now = SystemClock().now().timestamp()  # files know the machine's time, not the demonstration's
    for left in folder.iterdir():
        with suppress(FileNotFoundError):
            if now - left.stat().st_mtime > STALE:
                shutil.rmtree(left, ignore_errors=True)
