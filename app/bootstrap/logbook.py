"""What is done with the whole log: verified where it lies, or taken away. Neither keeps others from writing."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import closing, suppress
from dataclasses import replace
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING

import sqlalchemy as sa

from app.bootstrap import outside, sequencing
from app.bootstrap.clock import SystemClock
from app.bootstrap.compared import Comparison
from app.bootstrap.engines import reading
from app.bootstrap.events import EXPORTED
from audit.bundle import Exported, day_of, export_sealed
from audit.bundle import export as export_log
from audit.check import Report
from audit.checkpoint import Note, head
from audit.errors import ClockNotBehind, RangeUnusable
from audit.events import CLOCK_CORRECTED, LOG_FAULTY, LOG_VERIFIED
from audit.examine import verify_database
from audit.fact import Value
from audit.leaf import SLACK
from audit.sealing import Recipient
from audit.tables import audit_head
from foundation.actor import SERVICE, Actor
from foundation.errors import Unavailable
from foundation.orm import to_ms

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
        report = verify_database(conn, house.keys.log, comparison.told, outside.authorities(house))
        apart = tuple(comparison.differences(conn)) if report.ok else ()  # a log at fault is no measure of anything
    report = replace(report, faults=(*report.faults, *apart), codes=report.codes | ({"tables"} if apart else set()))
    # A log so damaged that nothing can be added to it: then the faults found are still to be seen.
    with suppress(*(() if report.ok else (Unavailable,))), house.work(actor) as work:
        work.trail.record(LOG_VERIFIED, actor=actor, now=work.now, what=_counts(report))
        if not report.ok:  # a fact of its own, for those who follow facts and not figures
            found: dict[str, Value] = {"faults": len(report.faults), "codes": sorted(report.codes)}
            work.trail.record(LOG_FAULTY, actor=actor, now=work.now, what=found)
    return report


def _counts(report: Report) -> dict[str, Value]:
    return {
        "entries": report.entries,
        "disclosed": report.disclosed,
        "redacted": report.redacted,
        "faults": len(report.faults),
    }


def announce_export(work: Work, *, first: str = "", end: str = "", recipient: Recipient | None = None) -> None:
    """Record that the log, or a range of it, is taken away: in a unit of work of its own, before ``export``.

    Of an export without ``end`` it is the last entry. Raises RangeUnusable, at the field that is wrong, for what the
    log has not; then nothing was taken. Let ``sequencing.catch_up`` go before.
    """
    what: dict[str, Value] = {"first": None, "end": None, "recipient": recipient.text if recipient else None}
    if first or end:
        size = head(work.conn).size
        start, stop = _places(work.conn, first, end)
        if start >= size:
            raise _unusable("first", f"The log has {size} entries. The first is number 0.")
        if stop is not None and not start < stop <= size:
            text = f"The log has {size} entries." if stop > size else "It must end after it begins."
            raise _unusable("end", text)
        what |= {"first": start, "end": stop}
    work.trail.record(EXPORTED, actor=work.actor, now=work.now, what=what)


def sign(house: House, actor: Actor = SERVICE) -> Note:
    """The newest checkpoint over everything committed before now; a new one if something came since."""
    sequencing.settle(house)
    return house.do(lambda work: work.checkpoints.current(now=work.now), actor)


def correct_clock(house: House, why: str, actor: Actor) -> timedelta:
    """Enter that the clock had run ahead when newest entry or checkpoint were made, and is right now; by how much.

    From here times start again. Raises ClockNotBehind where the clock is not behind the log by more than it may be.
    """
    sequencing.settle(house)
    with house.work(actor) as work:
        entered, signed = work.conn.scalar(sa.select(audit_head.c.time)) or 0, work.checkpoints.latest()
        ahead = max(entered // 1000, signed.checkpoint.time if signed else 0) - to_ms(work.now)
        if ahead <= SLACK // 1000:
            raise ClockNotBehind("There is nothing to correct. Set the machine’s clock right first.")
        work.trail.record(CLOCK_CORRECTED, actor=actor, now=work.now, what={"ahead": ahead}, why=why)
    sequencing.settle(house)  # what comes after is measured by the tree
    return timedelta(milliseconds=ahead)


def export(house: House, path: Path, *, first: str = "", end: str = "", recipient: Recipient | None = None) -> Exported:
    """The log, signed first, as a bundle at ``path``; the disclosures leave their seals.

    ``first``: an entry's number, or a day ("2026-11-20", UTC) that it begins with. ``end``: the number of the entry
    before which it ends, or the last day in it. ``recipient``: sealed for them, in one file. Raises RangeUnusable, and
    what ``audit.bundle.export`` raises.
    """
    sign(house)
    with reading(house.engine) as conn:
        start, stop = _places(conn, first, end)
        keys, now, tool = house.keys.log, house.now(), verifier()
        if recipient is None:
            return export_log(conn, keys, path, now=now, verifier=tool, first=start, end=stop)
        return export_sealed(conn, keys, path, recipient, now=now, verifier=tool, first=start, end=stop)


def verifier() -> bytes:
    """The text of the stand-alone verifier. It is only copied from here, never run."""
    found = find_spec("verifier")
    place = found.submodule_search_locations if found else None
    if not place:
        msg = "this installation is not whole: the stand-alone verifier is missing"
        raise RuntimeError(msg)
    return (Path(place[0]) / "custodes_verify.py").read_bytes()


def _places(conn: Connection, first: str, end: str) -> tuple[int, int | None]:
    """Where a range begins, and before which entry it ends; None: with the log."""
    return (_place(conn, "first", first) if first else 0), (_place(conn, "end", end) if end else None)


def _place(conn: Connection, field: str, text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) < 16:
        return int(text)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # weeks and the like are not offered, so not taken
        raise _unusable(field, "Give the number of an entry, or a day like 2026-11-20.")
    try:
        return day_of(conn, day, after=field == "end")
    except RangeUnusable as error:
        raise _unusable(field, error.detail) from None


def _unusable(field: str, text: str) -> RangeUnusable:
    return RangeUnusable(text, fields={field: [text]})


def bundle(house: House, *, first: str = "", end: str = "") -> IO[bytes]:
    """The same as an open file without a name: when it is closed, or the process ends, nothing of it is left."""
    with tempfile.TemporaryDirectory(dir=own_folder(house)) as inner:
        path = Path(inner) / "log.zip"
        export(house, path, first=first, end=end)
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC), "rb")


def own_folder(house: House) -> Path:
    """Where a file that somebody takes away is made: its owner's alone, and rid of what was left there."""
    folder = house.settings.state / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    _clear(folder)
    return folder


def _clear(folder: Path) -> None:
    """What a process that died in the middle left behind: it is as sensitive as the log."""
    now = SystemClock().now().timestamp()  # files know the machine's time, not the demonstration's
    for left in folder.iterdir():
        with suppress(FileNotFoundError):
            if now - left.stat().st_mtime > STALE:
                shutil.rmtree(left, ignore_errors=True)
