"""What people were trained in: more operations of the accounts."""

from __future__ import annotations

from typing import Any

from app.api.reply import Reply, once
from app.api.schemas import checks
from app.api.schemas.shapes import Made
from app.api.shown import whole
from app.api.v1.accounts import bp
from app.bootstrap.work import Work
from app.http.house import actor, house

__all__ = ["bp"]


@bp.op("POST", "/accounts/<account>/training", takes=checks.TrainingBody, gives=Made, status=201)
def training(body: dict[str, Any], account: str) -> Reply:
    """The result of a training module. How long it is good follows from the date it was passed."""

    def act(work: Work) -> Reply:
        return Reply({"id": work.identity.record_training(person_id=account, **body, actor=actor(), now=work.now)})

    return once(act)


@bp.op("GET", "/accounts/<account>/training", gives=checks.TrainingResults)
def results(account: str) -> Reply:
    """Everything recorded of somebody, newest first, with who gave it and where the proof lies."""
    with house().work(actor()) as work:
        return Reply(whole(work.identity.results(person_id=account, actor=actor(), now=work.now)))


@bp.op("POST", "/accounts/training", takes=checks.TrainingSeveralBody, gives=checks.TrainingRecorded, status=201)
def training_of_several(body: dict[str, Any]) -> Reply:
    """The same result of a module for several people: recorded for all of them, or for none."""

    def act(work: Work) -> Reply:
        made = work.identity.record_training_several(**body, actor=actor(), now=work.now)
        return Reply({"results": [{"person": person, "id": result} for person, result in made.items()]})

    return once(act)
