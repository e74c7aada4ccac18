"""A record made as a step of a matter: what is known of it already, and where its maker goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import request, url_for

from app.bootstrap import matters
from app.bootstrap.work import Work
from app.web import task_view
from sharing.errors.agreements import RecordNotFound
from sharing.model.agreement import Agreement
from sharing.model.coverage import Record
from sharing.model.record import RecordKind


@dataclass(frozen=True, slots=True)
class StepAsked:
    """The step asked for; blank where a record is made by itself. ``known`` by field; ``back`` leads to the matter."""

    title: str = ""
    clauses: tuple[str, ...] = ()
    matter: str = ""
    back: str = ""
    known: Mapping[str, str] = field(default_factory=dict)


def asked_for(work: Work, agreement: Agreement, kind: RecordKind) -> StepAsked:
    """What the address asks for. Raises RecordNotFound, as for any record that is not there or not theirs to know."""
    about, id_ = request.args.get("about", ""), request.args.get("step", "")
    if not id_:
        return StepAsked()
    found, root = matters.matter(work, about)
    step = next((each for each in found.task_list.steps if each.id == id_ and each.record == kind.id), None)
    parent = next((each.id for each in kind.fields if each.type == "record" and root.kind in each.of), "")
    if step is None or found.agreement.id != agreement.id:
        raise RecordNotFound("Check the address.")
    return StepAsked(
        title=step.title,
        clauses=step.clauses,
        matter=task_view.title(found, task_view.establishments(work)),
        back=url_for("tasks.show", record=root.id),
        known={**step.values, parent: root.id},
    )


def after(agreement: Agreement, kind: RecordKind, made: Record, step: StepAsked) -> str:
    """Back to the matter; of a record that begins one, to its list of tasks; else to the record."""
    if any(each.record == kind.id for each in agreement.tasks.values()):
        return url_for("tasks.show", record=made.id)
    return step.back or url_for("agreements.record", record=made.id)
