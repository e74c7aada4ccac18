"""Tokens of programs at the door: who acts with one, and what it is not for, before anything of the body is read."""

from __future__ import annotations

from flask import current_app, g, request

from app.bootstrap.ways import Way
from app.bootstrap.work import Work
from app.http.house import actor, house
from foundation.actor import Actor
from foundation.errors import Denied
from identity.model import Token
from identity.rules.tokens import PREFIX


class TokenNotForThis(Denied):
    """Its person may, perhaps; this token may not."""

    code = "api.token-not-for-this"
    title = "The token is not for this"


READS_ONLY = "It was made to look and change nothing. Make another on your account page if the program must act."
BY_HAND = "This is for a person who has signed in. Sign in with password and code."


def is_one(text: str) -> bool:
    """Whether it claims to be a token of a program; a session's never looks like one."""
    return text.startswith(PREFIX)


def recognise(work: Work, text: str) -> Actor | None:
    """Who acts with it, seen now; None when it opens nothing. The API alone asks this: pages take no token."""
    found = work.tokens.acting(text, now=work.now, request_id=g.request_id)
    if found is None:
        return None
    token, who = found
    work.identity.touch_token(token=token, actor=who, now=work.now)
    g.token = token
    return who


def held() -> Token | None:
    """The token of this request; None where a person has signed in, or nobody."""
    found: Token | None = g.get("token")
    return found


def check() -> None:
    """Before the body is read. Raises TokenNotForThis, recorded like every refusal."""
    token = held()
    if token is None or request.endpoint is None:
        return
    view = current_app.view_functions.get(request.endpoint)
    said = BY_HAND if getattr(view, "by_hand", False) else READS_ONLY if token.reads_only and not _looks(view) else ""
    if said:
        with house().work(actor()):
            raise TokenNotForThis(said, subject=token.id)


def _looks(view: object) -> bool:
    """Whether it changes nothing but the log."""
    return request.method in ("GET", "HEAD") or getattr(view, "way", Way.ACT) is Way.LOOK
