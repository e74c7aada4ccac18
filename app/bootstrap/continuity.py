"""What keeps the service restorable, and how long ago it was done: told by the log, said where people look."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.bootstrap import fixity, rehearsed
from app.bootstrap.engines import reading
from app.bootstrap.events import BACKUP_MADE, DRILL_PASSED, KEYS_BACKED_UP
from audit.fact import Kind
from audit.tables import audit_index
from foundation.orm import from_ms
from vault.continuity import Continuity
from vault.fixity import Fixity

if TYPE_CHECKING:
    from app.bootstrap.house import House

log = logging.getLogger("custodes.start")
WELL, LATE, NEVER = "well", "late", "never"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that must be done again and again. ``word``: well, late or never; of fixity and rehearsals, their own.

    ``do``: what to do where it is not well.
    """

    name: str
    word: str
    last: datetime | None
    text: str
    do: str

    @property
    def well(self) -> bool:
        """Is there nothing to do? What has not begun yet is nobody's fault."""
        return self.word in (WELL, "waiting")


_DO = {
    "backup": "Run “custodes backup make”; docs/runbooks/backup.md.",
    "key_backup": "Run “custodes backup keys”; docs/runbooks/backup.md.",
    "drill": "Run “custodes drill”; docs/runbooks/drill.md.",
    "fixity": "Run “custodes vault fixity”; docs/runbooks/drill.md.",
}


def standing(house: House, conn: sa.Connection, now: datetime) -> list[Line]:
    """Each of them, as the log and the rows have it; a line for each set of keys that shares were to be made of."""
    rules = house.policies.continuity
    return [
        _line(conn, "backup", BACKUP_MADE, rules.backup, now),
        _line(conn, "key_backup", KEYS_BACKED_UP, rules.backup, now),
        _line(conn, "drill", DRILL_PASSED, rules.drill, now),
        *(Line("rehearsal", each.word, each.last, each.text, each.do) for each in rehearsed.standing(house, conn, now)),
        _fixity(conn, rules, now),
    ]


def words(lines: list[Line]) -> dict[str, str]:
    """For /health/ready: of several sets of keys the one that stands worst."""
    worst = [word for word in rehearsed.WORST if any((line.name, line.word) == ("rehearsal", word) for line in lines)]
    return {line.name: worst[0] if line.name == "rehearsal" else line.word for line in lines}


def todo(line: Line) -> str:
    """What to do where something is not well, and the page that says how."""
    return "" if line.well else line.do


def warn(house: House) -> None:
    """At a start, in the process's log. A demonstration has nothing to lose."""
    if house.demonstration:
        return
    with reading(house.engine) as conn:
        for line in standing(house, conn, house.now()):
            if not line.well:
                log.warning("%s %s", line.text, line.do)


def _line(conn: sa.Connection, name: str, kind: Kind, most: timedelta, now: datetime) -> Line:
    column = audit_index.c
    query = sa.select(column.at).where(column.act == kind.name, column.outcome == "allowed")
    at = conn.scalar(query.order_by(column.seq.desc()).limit(1))
    what = {
        "backup": "Backup",
        "key_backup": "Backup of the keys",
        "drill": "Drill",
    }
    if at is None:
        return Line(name, NEVER, None, f"{what[name]}: there was none yet.", _DO[name])
    last = from_ms(at)
    text = f"{what[name]}: the last one was {_ago(now - last)} ago"
    if now - last > most:
        return Line(name, LATE, last, f"{text}, and may be {_ago(most)} old.", _DO[name])
    return Line(name, WELL, last, f"{text}.", "")


def _fixity(conn: sa.Connection, rules: Continuity, now: datetime) -> Line:
    found = fixity.judged(Fixity(conn), rules.fixity, now)
    last = found.round.last_ended if found.round else None
    text = {
        "faults": f"Stored objects: {len(found.faults)} are not as they were stored.",
        "late": f"Stored objects: not all were read again within {_ago(rules.fixity)}.",
        "waiting": "Stored objects: none was read again yet.",
        "well": "Stored objects: as they were stored, as far as they were read again.",
    }
    return Line("fixity", found.word, last, text[found.word], _DO["fixity"])


def _ago(span: timedelta) -> str:
    hours = span // timedelta(hours=1)
    return f"{hours} hours" if hours < 72 else f"{hours // 24} days"
