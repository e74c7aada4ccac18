"""How often one hears; what waits in the outbox and what failed."""

from __future__ import annotations

from typing import Any

from app.api.reply import Reply, once
from app.api.schemas import outbox as schemas
from app.api.section import Section
from app.bootstrap import outbox_views as views
from app.bootstrap.work import Work
from app.http.house import actor, house

bp = Section("outbox", "Notifications: how often one hears, what waits to be told, partner systems that are told.")


@bp.op("GET", "/me/notifications", gives=schemas.Notifications)
def notifications() -> Reply:
    """How often one hears, of what, and whether the last message got through."""
    with house().work(actor()) as work:
        return Reply(_mine(work))


@bp.op("PUT", "/me/notifications", takes=schemas.PreferenceBody, gives=schemas.Notifications)
def prefer(body: dict[str, Any]) -> Reply:
    """Choose how often one hears of what is not urgent. What is urgent cannot be switched off."""

    def act(work: Work) -> Reply:
        work.outbox.prefer(body["how"], actor=actor(), now=work.now)
        return Reply(_mine(work))

    return once(act)


@bp.op("GET", "/outbox", query=schemas.OutboxQuery, gives=schemas.OutboxMessages)
def messages(query: dict[str, Any]) -> Reply:
    """What waits and what failed: of one's own body for administrators, of all, without names, for operators."""
    with house().work(actor()) as work:
        lines, _ = views.looked(work, query["state"])
        return Reply({"items": [_message(each) for each in lines]})


@bp.op("POST", "/outbox/<message>/try-again", gives=schemas.OutboxMessage)
def try_again(message: str) -> Reply:
    """Put one that was given up back among what waits."""

    def act(work: Work) -> Reply:
        found = work.outbox.try_again(message, actor=actor(), now=work.now)
        return Reply(_message(views.Line(found, "")))

    return once(act)


def _mine(work: Work) -> dict[str, Any]:
    return {
        "how": work.outbox_list.how(actor().id),
        "address": work.people.person(actor().id).email,
        "reached": work.outbox_list.unreached(actor().id) is None,
        "topics": house().policies.notifications.topics,
    }


def _message(line: views.Line) -> dict[str, Any]:
    names = ("id", "sort", "state", "cause", "attempts", "made_at", "next_at", "ended_at")
    return {"whom": line.whom, **{name: getattr(line.message, name) for name in names}}
