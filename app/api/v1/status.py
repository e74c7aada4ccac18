"""How the service stands: in short for everybody, line by line for whoever operates it."""

from __future__ import annotations

from app.api.reply import Reply
from app.api.schemas import status as schemas
from app.api.section import Section
from app.bootstrap import condition, configured, standing
from app.bootstrap.duties import must
from app.bootstrap.engines import reading
from app.bootstrap.finding import worst
from app.http.house import actor, house
from app.jobs.schedule import JOBS

bp = Section("status", "How the service stands, and how it is operated.")


@bp.op("GET", "/status", gives=schemas.Standing)
def short() -> Reply:
    """Can anything be sent, and when was it last backed up, restored on trial, and signed?"""
    return Reply(standing.standing(house()))


@bp.op("GET", "/operation", gives=schemas.Operation)
def operation() -> Reply:
    """Everything an operator would ask, with what to do. It shows no item, no person and no secret."""
    with house().work(actor()) as work:
        must(work, "operate")
    found = condition.findings(house(), JOBS)
    with reading(house().engine) as conn:
        drill = condition.measured(house(), conn)
    shown = drill and {
        "at": drill.at,
        "rpo_seconds": drill.lost.total_seconds(),
        "rto_seconds": drill.took.total_seconds(),
        "entries_after": drill.entries_after,
    }
    return Reply({"word": worst(found), "findings": found, "drill": shown})


@bp.op("GET", "/operation/configuration", gives=schemas.Configuration)
def configuration() -> Reply:
    """The settings in effect and where each comes from. Of a secret, or an address’s password: that it is set."""
    with house().work(actor()) as work:
        must(work, "operate")
    return Reply({"settings": configured.effective(house().settings)})
