"""Incidents, for whoever leads on them: what is owed, what was done, how it ended."""

from __future__ import annotations

from typing import Any

from app.api import cursor
from app.api.reply import Reply, once
from app.api.schemas import oversight as schemas
from app.api.section import Section
from app.bootstrap.duties import must
from app.bootstrap.work import Work
from app.http.house import actor, house
from incidents.model import Incident

bp = Section("incidents", "Incidents and their clocks.")


@bp.op("GET", "/incidents", query=schemas.IncidentsQuery, gives=schemas.Incidents)
def incidents(query: dict[str, Any]) -> Reply:
    """The newest first."""
    before, limit = cursor.text(query["cursor"]), query["limit"]
    with house().work(actor()) as work:
        must(work, "view-incidents")
        rows = work.incident_list.page(state=query["state"], before=before, size=limit + 1)
        waiting = work.incident_list.count_open()
    following = cursor.of_text(rows[limit - 1].number) if len(rows) > limit else None
    return Reply({"items": rows[:limit], "next": following, "open": waiting})


@bp.op("GET", "/incidents/<number>", gives=schemas.Incident)
def incident(number: str) -> Reply:
    """One incident with all that is owed."""
    with house().work(actor()) as work:
        must(work, "view-incidents")
        return Reply(work.incident_list.one(number))


@bp.op("POST", "/incidents/<number>/duties/<duty>", takes=schemas.DutyBody, gives=schemas.IncidentMade)
def note_done(body: dict[str, Any], number: str, duty: str) -> Reply:
    """Note that a duty was done. The note must not say what was at risk."""

    def act(work: Work) -> Reply:
        must(work, "manage-incidents")
        return _left(work.incidents.note_done(number=number, duty=duty, note=body["note"], actor=actor(), now=work.now))

    return once(act)


@bp.op("POST", "/incidents/<number>/close", takes=schemas.IncidentCloseBody, gives=schemas.IncidentMade)
def close(body: dict[str, Any], number: str) -> Reply:
    """Close it, once everything always owed is done; not by the person who set it off."""

    def act(work: Work) -> Reply:
        must(work, "manage-incidents")
        return _left(work.incidents.close(number=number, **body, actor=actor(), now=work.now))

    return once(act)


def _left(found: Incident) -> Reply:
    return Reply({"number": found.number, "state": found.state})
