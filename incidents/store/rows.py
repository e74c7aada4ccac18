"""Rows of incidents written: by the follower alone, from facts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from incidents.model.incident import CLOSED, CLOSING, OPEN
from incidents.tables import (
    incident,
    incident_asked,
    incident_counter,
    incident_duty,
    incident_entry,
    incident_measure,
    incident_party,
)

# Upsert with RETURNING reads the same on SQLite and PostgreSQL, and holds the row until the transaction ends.
_NEXT = sa.text(
    "INSERT INTO incident_counter (year, last) VALUES (:year, 1) "
    "ON CONFLICT (year) DO UPDATE SET last = incident_counter.last + 1 RETURNING last"
)
TABLES = (
    incident, incident_party, incident_duty, incident_entry, incident_measure, incident_asked, incident_counter,
)  # fmt: skip


def next_running(conn: sa.Connection, year: int) -> int:
    """What the next running number of this year will be. The fact that takes it moves the counter (``took``)."""
    last = conn.scalar(sa.select(incident_counter.c.last).where(incident_counter.c.year == year))
    return int(last or 0) + 1


def took(conn: sa.Connection, year: int) -> None:
    """One number of this year is taken."""
    conn.execute(_NEXT, {"year": year})


def add(
    conn: sa.Connection, values: Mapping[str, Any], parties: Sequence[str], owed: Mapping[str, datetime | None]
) -> None:
    """Insert an incident with the bodies it concerns and all it owes, in order."""
    conn.execute(sa.insert(incident).values(**values))
    concerns(conn, str(values["id"]), parties)
    blank = {"done_at": None, "done_by": "", "stages": "", "ended": False, "reminded": None}
    for place, (duty, due) in enumerate(owed.items()):
        row = {"incident_id": values["id"], "place": place, "duty": duty, "due_at": due, **blank}
        conn.execute(sa.insert(incident_duty).values(row))


def concerns(conn: sa.Connection, id_: str, parties: Sequence[str]) -> None:
    """It concerns these bodies as well. None is taken off: who has been told knows."""
    there = set(conn.scalars(sa.select(incident_party.c.party).where(incident_party.c.incident_id == id_)))
    for party in sorted(set(parties) - there):
        conn.execute(sa.insert(incident_party).values(party=party, incident_id=id_))


def exists(conn: sa.Connection, id_: str) -> bool:
    """Is there an incident of this id?"""
    return conn.scalar(sa.select(incident.c.id).where(incident.c.id == id_)) is not None


def change(conn: sa.Connection, id_: str, **values: Any) -> None:
    """What changed of an incident's own row."""
    conn.execute(sa.update(incident).where(incident.c.id == id_).values(**values))


def coded_of(conn: sa.Connection, id_: str) -> dict[str, Any]:
    """What stands coded in its row."""
    found: dict[str, Any] = json.loads(conn.scalar(sa.select(incident.c.coded).where(incident.c.id == id_)) or "{}")
    return found


def entered(conn: sa.Connection, values: Mapping[str, Any]) -> None:
    """One more thing somebody did or wrote."""
    column = incident_entry.c
    last = conn.scalar(sa.select(sa.func.max(column.place)).where(column.incident_id == values["incident_id"]))
    conn.execute(sa.insert(incident_entry).values(place=int(last or 0) + 1, **values))


def duty_done(conn: sa.Connection, id_: str, duty: str, stage: str, at: datetime, by: str, *, ended: bool) -> bool:
    """Mark a duty done, or a further report of it; False when that report was made already."""
    column = incident_duty.c
    row = conn.execute(sa.select(incident_duty).where(column.incident_id == id_, column.duty == duty)).one_or_none()
    if row is None or (row.done_at is not None and not _may_follow(stage, row.stages.split(","))):
        return False
    stages = sorted({*filter(None, row.stages.split(",")), *([stage] if stage else [])})
    first = {"done_at": at, "done_by": by} if row.done_at is None else {}
    done = conn.execute(
        sa.update(incident_duty)
        .where(column.incident_id == id_, column.duty == duty, column.stages == row.stages)
        .where(column.done_at.is_(None) if row.done_at is None else column.done_at.is_not(None))
        .values(stages=",".join(stages), ended=row.ended or ended, **first)
    )
    return done.rowcount == 1


def _may_follow(stage: str, done: Sequence[str]) -> bool:
    """A further report: any number in between, one at the end."""
    return stage == "follow-up" or (stage != "" and stage not in done)


def moved(conn: sa.Connection, id_: str, due: Mapping[str, datetime | None]) -> None:
    """Each duty falls due at another moment; what was said of the old one counts no more."""
    column = incident_duty.c
    for duty, at in due.items():
        here = (column.incident_id == id_, column.duty == duty)
        conn.execute(sa.update(incident_duty).where(*here).values(due_at=at, reminded=None))


def reminded(conn: sa.Connection, id_: str, duty: str, minutes: int) -> None:
    """The last reminder of a duty."""
    column = incident_duty.c
    conn.execute(
        sa.update(incident_duty).where(column.incident_id == id_, column.duty == duty).values(reminded=minutes)
    )


def move(conn: sa.Connection, id_: str, before: str, after: str, **values: Any) -> bool:
    """From one state to the next; False when it was not there any more."""
    moved = conn.execute(
        sa.update(incident).where(incident.c.id == id_, incident.c.state == before).values(state=after, **values)
    )
    return moved.rowcount == 1


def propose(conn: sa.Connection, id_: str, outcome: str, by: str) -> bool:
    """Somebody proposed to close it."""
    return move(conn, id_, OPEN, CLOSING, outcome=outcome, proposed_by=by)


def reopen(conn: sa.Connection, id_: str) -> bool:
    """It was sent back."""
    return move(conn, id_, CLOSING, OPEN, outcome="", proposed_by="")


def close(conn: sa.Connection, id_: str, at: datetime, by: str) -> bool:
    """It is closed."""
    return move(conn, id_, CLOSING, CLOSED, closed_at=at, closed_by=by)


def measure(conn: sa.Connection, values: Mapping[str, Any]) -> None:
    """One more thing was stopped."""
    conn.execute(sa.insert(incident_measure).values(**values))


def measured(conn: sa.Connection, id_: str, before: str, **values: Any) -> bool:
    """What became of it; False when it was not as it was thought to be."""
    column = incident_measure.c
    done = conn.execute(sa.update(incident_measure).where(column.id == id_, column.state == before).values(**values))
    return done.rowcount == 1


def asked(conn: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """These people were asked; whoever was before, was."""
    for row in rows:
        key = {name: row[name] for name in ("person", "incident_id", "item")}
        if conn.execute(sa.select(incident_asked.c.at).filter_by(**key)).first() is None:
            conn.execute(sa.insert(incident_asked).values(**row))


def answered(conn: sa.Connection, person: str, id_: str, item: str, **values: Any) -> bool:
    """What one of them said; False for who was not asked, or has said so before."""
    done = conn.execute(
        sa.update(incident_asked)
        .filter_by(person=person, incident_id=id_, item=item)
        .where(incident_asked.c.answer.in_(["", "cannot"]))
        .values(**values)
    )
    return done.rowcount == 1
