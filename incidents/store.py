"""Writes and reads rows of incidents."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from incidents.errors import IncidentUnknown
from incidents.model import CLOSED, OPEN, Duty, Incident, Kind, Owed, Rules
from incidents.tables import incident, incident_counter, incident_duty


def next_running(conn: sa.Connection, year: int) -> int:
    """The next running number of this year, taken in the caller's transaction."""
    moved = conn.execute(
        sa.update(incident_counter)
        .where(incident_counter.c.year == year)
        .values(last=incident_counter.c.last + 1)
        .returning(incident_counter.c.last)
    ).scalar()
    if moved is not None:
        return int(moved)
    conn.execute(sa.insert(incident_counter).values(year=year, last=1))
    return 1


def add(conn: sa.Connection, new: Incident) -> None:
    """Insert an incident with all it owes."""
    conn.execute(
        sa.insert(incident).values(
            id=new.id,
            number=new.number,
            kind=new.kind.code,
            opened_at=new.opened_at,
            awareness_at=new.awareness_at,
            reported_by=new.reported_by,
            subject=new.subject,
            state=OPEN,
            marking_claimed=new.marking_claimed,
            outcome="",
            closed_at=None,
            closed_by="",
        )
    )
    for place, owed in enumerate(new.owed):
        conn.execute(
            sa.insert(incident_duty).values(
                incident_id=new.id, place=place, duty=owed.duty.code, due_at=owed.due_at, done_at=None, done_by=""
            )
        )


def duty_done(conn: sa.Connection, id_: str, duty: str, at: datetime, by: str) -> bool:
    """Mark one duty done; False when it was not open any more."""
    done = conn.execute(
        sa.update(incident_duty)
        .where(incident_duty.c.incident_id == id_, incident_duty.c.duty == duty, incident_duty.c.done_at.is_(None))
        .values(done_at=at, done_by=by)
    )
    return done.rowcount == 1


def close(conn: sa.Connection, id_: str, outcome: str, at: datetime, by: str) -> bool:
    """Close it; False when it was not open any more."""
    done = conn.execute(
        sa.update(incident)
        .where(incident.c.id == id_, incident.c.state == OPEN)
        .values(state=CLOSED, outcome=outcome, closed_at=at, closed_by=by)
    )
    return done.rowcount == 1


def exists(conn: sa.Connection, id_: str) -> bool:
    """Is there an incident of this id?"""
    return conn.scalar(sa.select(incident.c.id).where(incident.c.id == id_)) is not None


def find(conn: sa.Connection, number: str, rules: Rules) -> Incident:
    """One incident by its number. Raises IncidentUnknown."""
    row = conn.execute(sa.select(incident).where(incident.c.number == number)).one_or_none()
    if row is None:
        raise IncidentUnknown("There is no incident of that number.")
    return assemble(conn, [row], rules)[0]


def assemble(conn: sa.Connection, rows: list[sa.Row[tuple[object, ...]]], rules: Rules) -> list[Incident]:
    """Rows of `incident` as incidents, with what each owes: one further query for all of them."""
    found: dict[str, list[Owed]] = {row.id: [] for row in rows}
    kinds = {row.id: rules.kinds.get(row.kind) or Kind(row.kind, row.kind, (), (), "") for row in rows}
    owed = conn.execute(
        sa.select(incident_duty)
        .where(incident_duty.c.incident_id.in_(found))
        .order_by(incident_duty.c.incident_id, incident_duty.c.place)
    )
    for each in owed:
        duty = _duty(kinds[each.incident_id], each.duty)
        found[each.incident_id].append(Owed(duty, each.due_at, each.done_at, each.done_by))
    return [_incident(row, kinds[row.id], tuple(found[row.id])) for row in rows]


def _duty(kind: Kind, code: str) -> Duty:
    # The rules may have dropped it since; what was owed is owed still, under the name it had.
    gone = Duty(code, code, "", None, "", False, "")
    return next((duty for duty in kind.duties if duty.code == code), gone)


def _incident(row: sa.Row[tuple[object, ...]], kind: Kind, owed: tuple[Owed, ...]) -> Incident:
    return Incident(
        id=row.id,
        number=row.number,
        kind=kind,
        opened_at=row.opened_at,
        awareness_at=row.awareness_at,
        reported_by=row.reported_by,
        subject=row.subject,
        state=row.state,
        marking_claimed=row.marking_claimed,
        outcome=row.outcome,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        owed=owed,
    )
