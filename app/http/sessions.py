"""Sessions over identity's: the cookie (or the API's bearer token) holds a random token, the rest is on the server.

Flask asks for the session before its error handlers stand ready, so nothing is read then; ``identify`` reads it as the
first step of the request, where a failing database becomes a 503. A visitor has no session until a form needs one.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from hashlib import sha256
from typing import Any, cast

from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict

from app.bootstrap.ways import Way, going
from app.bootstrap.work import Work
from app.http import errors, tokens
from app.http.browsers import kind_of
from app.http.csrf import API
from app.http.house import house
from foundation.actor import NOBODY, Actor
from foundation.errors import ServiceError
from identity.model import SessionView, SignIn
from identity.rules.session import IDLE

SECURE_COOKIE = "__Host-custodes"
LOOPBACK_COOKIE = "custodes"


class WebSession(CallbackDict[str, Any], SessionMixin):
    """What the server keeps for one browser. ``token`` is the cookie's value; "" while there is none."""

    def __init__(self) -> None:
        super().__init__(on_update=_changed)
        self.token = ""
        self.stage = "visitor"
        self.modified = False
        self.cookie_due = False

    def load(self, token: str, view: SessionView) -> None:
        """Take over what the server keeps."""
        self.token, self.stage = token, view.stage
        self.update(json.loads(view.data))
        self.modified = False

    def adopt(self, token: str, stage: str, *, keep: bool) -> None:
        """Go on under a new token after a step of sign-in; identity has ended the old one. ``keep`` its data or not."""
        held = dict(self) if keep else {}
        self.clear()
        self.update(held)
        self.token, self.stage, self.cookie_due = token, stage, True
        self.modified = False

    def enter(self, answer: SignIn, way: str, *, keep: bool = True) -> None:
        """Signed in: which way and from what kind of browser is kept, for the person's list of sessions."""
        self.adopt(answer.token, answer.stage, keep=keep)
        self["way"], self["browser"] = way, kind_of(request.headers.get("User-Agent", ""))

    def drop(self) -> None:
        """Forget it all: signed out."""
        self.clear()
        self.token, self.stage, self.cookie_due, self.modified = "", "visitor", True, False


def _changed(kept: CallbackDict[str, Any]) -> None:
    cast("WebSession", kept).modified = True


class Interface(SessionInterface):
    """Flask's hook. Reading is ``identify``'s; here what changed is saved and the cookie set."""

    def open_session(self, app: Flask, request: Request) -> WebSession:  # noqa: ARG002
        """An empty one."""
        return WebSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002
        """Save what the request changed; if that cannot be done the answer is the refusal and not the page."""
        kept = cast("WebSession", session)
        try:
            if kept.modified:
                _save(kept)
        except ServiceError as error:
            answer = current_app.make_response(errors.refused(error))
            response.set_data(answer.get_data())
            response.status_code, response.content_type = answer.status_code, answer.content_type
        if kept.cookie_due:
            _set_cookie(response, kept.token)


def _save(kept: WebSession) -> None:
    data = json.dumps(dict(kept))

    def save(work: Work) -> str:
        if not kept.token:
            return work.identity.open_session(data=data, actor=g.actor, now=work.now)
        work.identity.save_session(token=kept.token, data=data, actor=g.actor, now=work.now)
        return kept.token

    token = house().do(save, NOBODY)
    kept.cookie_due = kept.cookie_due or token != kept.token
    kept.token = token


def _set_cookie(response: Response, token: str) -> None:
    secure = bool(current_app.config["CUSTODES_SECURE"])
    name = SECURE_COOKIE if secure else LOOPBACK_COOKIE
    if token:
        response.set_cookie(name, token, secure=secure, httponly=True, samesite="Lax", path="/")
    else:
        response.delete_cookie(name, secure=secure, httponly=True, samesite="Lax", path="/")
        # What a browser kept of the pages goes with the session: the next at a shared computer may press “back”.
        response.headers["Clear-Site-Data"] = '"cache", "storage"'


def cookie_name() -> str:
    """What the cookie is called here: the prefix ties it to this host and to HTTPS."""
    return SECURE_COOKIE if current_app.config["CUSTODES_SECURE"] else LOOPBACK_COOKIE


def current() -> WebSession:
    """The session of this request."""
    # Flask's `session` stands for the object of our interface; its own type does not know that.
    return cast("WebSession", session._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001


def session_id() -> str:
    """What this session is called in a list of them."""
    return sha256(current().token.encode()).hexdigest()


def identify() -> None:
    """First of all: who is asking. Sets ``g.actor`` (NOBODY when not fully signed in) and ``g.request_id``."""
    g.request_id = secrets.token_hex(8)
    g.actor, g.party_name = replace(NOBODY, request_id=g.request_id), ""
    g.demonstration, g.idle_seconds = house().demonstration, int(IDLE.total_seconds())
    token = _presented()
    if not token or request.endpoint == "static":
        return
    with going(Way.LOOK):  # it is seldom more than that
        house().do(lambda work: _recognise(work, token), NOBODY)


def _recognise(work: Work, token: str) -> None:
    if tokens.is_one(token):
        if request.path.startswith(API) and (who := tokens.recognise(work, token)):
            become(who)
        return
    view = work.identity.touch_session(token=token, actor=g.actor, now=work.now)
    if view is None or view.door != ("api" if request.path.startswith(API) else "web"):
        return
    current().load(token, view)
    become(work.people.actor_of(view, now=work.now, request_id=g.request_id))


def become(who: Actor) -> None:
    """From here on the request is this person's."""
    party = house().policies.parties.get(who.party)
    g.actor, g.party_name = who, party.short if party else ""


def _presented() -> str:
    """The API takes a bearer token and no cookie (so no form elsewhere can use it); pages take the cookie alone."""
    if request.path.startswith(API):
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""
    return request.cookies.get(cookie_name(), "")


def set_up(app: Flask) -> None:
    """The hook and the first step."""
    app.session_interface = Interface()
    app.before_request(identify)
    app.after_request(_number)


def _number(response: Response) -> Response:
    if "request_id" in g:
        response.headers.setdefault("X-Request-Id", g.request_id)
    return response
