"""Partner systems: programs of a body that are told of events, signed."""

from __future__ import annotations

import secrets
from typing import Any

from app.api.reply import Reply, once
from app.api.schemas import outbox as schemas
from app.api.section import Section
from app.bootstrap import outbox_views as views
from app.bootstrap.work import Work
from app.http.house import actor, house
from outbox.model.message import Hook
from outbox.rules.signing import BYTES

bp = Section("partner_systems", "Partner systems of one’s own body, told of events by webhooks that are signed.")


@bp.op("GET", "/partner-systems", gives=schemas.Systems)
def systems() -> Reply:
    """Those of one's own body, for its administrators."""
    with house().work(actor()) as work:
        return Reply({"items": [_shown(each) for each in views.systems(work)]})


@bp.op("POST", "/partner-systems", takes=schemas.SystemBody, gives=schemas.SystemWithSecret, status=201)
def register(body: dict[str, Any]) -> Reply:
    """Register one. Its secret stands in this answer and in no other."""

    def act(work: Work) -> Reply:
        made, secret = work.outbox.register(body["url"], secrets.token_bytes(BYTES), actor=actor(), now=work.now)
        return _with_secret(work, made, secret)

    return once(act)


@bp.op("POST", "/partner-systems/<system>/rotate", gives=schemas.SystemWithSecret)
def rotate(system: str) -> Reply:
    """Give it another secret. That before stays valid beside it for a while; until then both sign."""

    def act(work: Work) -> Reply:
        made, secret = work.outbox.rotate(system, secrets.token_bytes(BYTES), actor=actor(), now=work.now)
        return _with_secret(work, made, secret)

    return once(act)


@bp.op("POST", "/partner-systems/<system>/disable", gives=schemas.System)
def disable(system: str) -> Reply:
    """Tell it nothing any more."""
    return once(lambda work: _one(work, work.outbox.disable(system, actor=actor(), now=work.now)))


@bp.op("POST", "/partner-systems/<system>/enable", gives=schemas.System)
def enable(system: str) -> Reply:
    """Tell it again."""
    return once(lambda work: _one(work, work.outbox.enable(system, actor=actor(), now=work.now)))


@bp.op("DELETE", "/partner-systems/<system>")
def remove(system: str) -> Reply:
    """Remove it and its secrets, for good."""

    def act(work: Work) -> Reply:
        work.outbox.unregister(system, actor=actor(), now=work.now)
        return Reply()

    return once(act)


def _one(work: Work, hook: Hook) -> Reply:
    return Reply(_shown(views.system(work, hook)))


def _with_secret(work: Work, hook: Hook, secret: str) -> Reply:
    return Reply(_shown(views.system(work, hook)), shown_once={"secret": secret})


def _shown(found: views.System) -> dict[str, Any]:
    hook = found.hook
    until = hook.before_until if found.old_valid else None
    names = ("id", "state", "made_at", "failing_since")
    return {"url": found.url, "before_until": until, **{name: getattr(hook, name) for name in names}}
