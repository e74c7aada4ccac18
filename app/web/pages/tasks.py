"""Matters of an agreement, such as inspections: a list of them, and each as a list of tasks."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.bootstrap import alerts, matters
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import agreement_view as words
from app.web import task_view as view
from app.web.names import Names
from app.web.page import page
from sharing.rules.duties import recording
from sharing.service.recording import held_by

bp = Blueprint("tasks", __name__, url_prefix="/agreements")


@bp.get("/tasks")
@signed_in
def start() -> ResponseReturnValue:
    """What of all lists is this person's to do now."""
    with house().work(actor()) as work:
        called, parts = view.establishments(work), []
        for of in work.agreed.in_force(work.now):
            for task_list in of.tasks.values():
                found = matters.matters(work, of, task_list)
                matters.noted(work, task_list)
                rows = [view.matter_row(each, called) for each in found if view.own(each)]
                parts.append((of, task_list, rows, len(found)))
    return page("tasks/start.html", parts=parts)


@bp.get("/<agreement>/tasks/<tasks>")
@signed_in
def index(agreement: str, tasks: str) -> ResponseReturnValue:
    """The matters this person may see, newest first."""
    with house().work(actor()) as work:
        of = work.agreed.agreement(agreement, work.now)
        task_list = work.agreed.task_list(of, tasks)
        found = matters.matters(work, of, task_list)
        matters.noted(work, task_list)
        called = view.establishments(work)
        rows = [view.matter_row(each, called) for each in found]
        kind = of.records[task_list.record]
        may = not recording.against_making(kind, held_by(work.people, work.actor, work.now))
    return page("tasks/index.html", of=of, task_list=task_list, rows=rows, kind=kind, may=may)


@bp.get("/records/<record>/tasks")
@signed_in
def show(record: str) -> ResponseReturnValue:
    """One matter: each step, how it stands, whose it is, and the way to do it."""
    with house().work(actor()) as work:
        found, root = matters.matter(work, record)
        called, people = view.establishments(work), Names(work)
        kind = found.agreement.records[root.kind]
        rows = [view.task(work, found, each, people) for each in found.tasks]
        kinds = found.agreement.records
        shown: dict[str, Any] = {
            "title": view.title(found, called),
            "summary": words.record_summary(found.agreement, kind, root, called),
            "others": [words.record_row(kinds[each.kind], each, called, people) for each in found.others],
            "ended": view.ended(found, people),
            "known_by": view.known_by(work, root),
            "alerts": view.alerts(work, root, called),
            "alert_head": view.ALERT_HEAD,
            "raising": view.raising(alerts.raised_here(work), root),
        }
    parts = [(part, list(some)) for part, some in groupby(rows, lambda row: row.part)]
    mine = [row for row in rows if row.mine]
    return page("tasks/show.html", found=found, root=root, kind=kind, parts=parts, mine=mine, **shown)
