"""Breaking the glass (M06)."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.api.reply import Reply, once
from app.api.schemas import overrides as schemas
from app.api.schemas.decisions import DecisionMade
from app.api.section import Section
from app.api.shown import whole
from app.bootstrap.work import Work
from app.http.house import actor, house

bp = Section("overrides", "Safety override: breaking the glass, and its review.")


@bp.op("GET", "/safety-overrides", gives=schemas.OverridesSeen)
def overrides() -> Reply:
    """Each time that concerns the asker, newest first."""
    with house().work(actor()) as work:
        return Reply(whole(work.protection.overrides.seen(actor=work.actor, now=work.now)))


@bp.op("GET", "/safety-overrides/<override>", gives=schemas.OverrideSeen)
def override(override: str) -> Reply:
    """One, with what was said."""
    with house().work(actor()) as work:
        return Reply(work.protection.overrides.one(override, actor=work.actor, now=work.now))


@bp.op("POST", "/safety-overrides", takes=schemas.OverrideBody, gives=DecisionMade, status=201)
def break_glass(body: dict[str, Any]) -> Reply:
    """See and open an item for a short time, because somebody's safety demands it."""

    def act(work: Work) -> Reply:
        id_ = work.sharing.break_glass(**body, safety=house().policies.safety, actor=work.actor, now=work.now)
        return Reply({"id": id_}, location=url_for("api_overrides.override", override=id_))

    return once(act)


@bp.op("POST", "/safety-overrides/<override>/review", takes=schemas.OverrideReviewBody)
def review(body: dict[str, Any], override: str) -> Reply:
    """Say what was found: a compliance officer of the body the item came from, once."""

    def act(work: Work) -> Reply:
        work.sharing.review_override(override, **body, actor=work.actor, now=work.now)
        return Reply()

    return once(act)
