"""Tokens: leave for a program to act for oneself."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import url_for

from app.api.reply import Reply, once
from app.api.schemas import tokens as schemas
from app.api.section import Section
from app.api.shown import whole
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import by_hand
from app.http.sessions import current
from identity.model import Token

bp = Section("tokens", "Tokens for programs: one's own, for a time, for no more than one may.")


@bp.op("GET", "/me/tokens", gives=schemas.ApiTokens)
def tokens() -> Reply:
    """One's own, the newest first, the ended ones too. What opens something is shown nowhere."""
    with house().work(actor()) as work:
        return Reply(whole([_shown(each, work.now) for each in work.tokens.mine(actor=actor())]))


@bp.op("POST", "/me/tokens", takes=schemas.TokenBody, gives=schemas.TokenMade, status=201)
@by_hand
def issue(body: dict[str, Any]) -> Reply:
    """Make one, after `POST /session/proof`. `token` is shown once. No token makes a token."""

    def act(work: Work) -> Reply:
        made, text = work.identity.issue_token(**body, session_token=current().token, actor=actor(), now=work.now)
        return Reply(_shown(made, work.now), location=url_for("api_tokens.tokens"), shown_once={"token": text})

    return once(act)


@bp.op("DELETE", "/me/tokens/<token>")
def revoke(token: str) -> Reply:
    """Take one back: it opens nothing from now. No harm when it was before. A program may take back its own."""

    def act(work: Work) -> Reply:
        work.identity.revoke_token(token_id=token, actor=actor(), now=work.now)
        return Reply()

    return once(act)


def _shown(token: Token, now: datetime) -> dict[str, Any]:
    return {**asdict(token), "good": token.good(now)}
