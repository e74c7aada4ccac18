"""How the service stands: in short for everybody who is signed in, line by line for whoever operates it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.bootstrap import condition, configured, standing
from app.bootstrap.duties import against
from app.bootstrap.engines import reading
from app.bootstrap.finding import ORDER, WELL, Finding, worst
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.jobs.schedule import JOBS
from app.web import filters
from app.web.looking import holding
from app.web.page import page

bp = Blueprint("status", __name__)

OPERATE = "operate"
SOURCES = {configured.GIVEN: "The environment", configured.DEFAULT: "As it comes"}


@bp.get("/status")
@signed_in
def show() -> ResponseReturnValue:
    """Can I send, and is what I sent kept safe?"""
    found = standing.standing(house())
    with house().work(actor()) as work:
        operates = not against(work, OPERATE)
    return page("status/show.html", found=found, operates=operates)


@bp.get("/operation")
@signed_in
def operation() -> ResponseReturnValue:
    """Everything an operator would ask, what is wrong first. It shows no item, no person and no secret."""
    with holding(OPERATE):
        pass
    found = sorted(condition.findings(house(), JOBS), key=lambda each: ORDER.index(each.word))
    with reading(house().engine) as conn:
        measured = condition.measured(house(), conn)
    return page(
        "status/operation.html",
        worst=worst(found),
        todo=sum(each.word != WELL for each in found),
        lines=[_line(each) for each in found if not each.check.startswith("job")],
        jobs=[_line(each) for each in found if each.check.startswith("job")],
        measured=measured,
    )


@bp.get("/operation/configuration")
@signed_in
def configuration() -> ResponseReturnValue:
    """The settings this process started with."""
    with holding(OPERATE):
        pass
    rows = [
        [{"text": each.name, "minor": each.meaning}, each.value or "Not set", SOURCES[each.source]]
        for each in configured.effective(house().settings)
    ]
    return page("status/configuration.html", rows=rows)


def _line(each: Finding) -> list[Any]:
    what = {"text": each.text, "minor": each.do}
    return [what, {"status": f"finding-{each.word}"}, filters.gds_datetime(each.last) if each.last else ""]
