"""Forms that are kept before they are sent: by themselves while somebody types, or by a button. Views know nothing.

Every form that is sent to the address it stands at is one of these. Sent with the field ``unsent`` it is kept and not
acted upon: “auto” by script while somebody types, “later” by the button. Whoever opens the page again finds it filled
in, as after signing in again (``app.http.kept``). Once the form is sent and taken, what was kept of it is erased. Files
and what is secret are never kept.
"""

from __future__ import annotations

import base64
import hmac
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, Response, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.bootstrap import unsent as rows
from app.bootstrap.ways import Way, going
from app.bootstrap.work import Work
from app.http import kept
from app.http.house import actor, house
from foundation.actor import NOBODY
from foundation.errors import ServiceError

FIELD = "unsent"
AUTO, LATER, WAS = "auto", "later", "was"  # typed on, put by, and sent after one of the two
_CONTEXT = b"custodes/unsent/1\0"
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
# Several pages at one address, of which none can be shown from the middle; and whom somebody looks for is not kept.
_NEVER = frozenset({"hold_placing.new", "search.index"})
_ADD = "add"  # one more row: the form is neither sent nor left


@dataclass(frozen=True, slots=True)
class Unsent:
    """One form that is kept. ``name``: what it is called; ``address``: where it goes on."""

    name: str
    address: str
    saved: datetime
    fields: tuple[tuple[str, str], ...]

    @property
    def until(self) -> datetime:
        return self.saved + rows.KEPT_FOR


def step() -> ResponseReturnValue | None:
    """After the form is known to be ours: keep it, or fill it in, or leave it alone."""
    g.keeps = _keeps()
    if not g.keeps:
        return None
    if request.method == "POST" and request.mimetype in _FORMS:
        said = request.form.getlist(FIELD)
        if AUTO in said or LATER in said:
            _keep()
            return Response(status=204) if AUTO in said else _put_by()
        g.was_unsent = WAS in said
        g.sent_unsent = WAS in said and _ADD not in request.form
    elif request.method == "GET" and g.get("kept_form") is None:
        with going(Way.LOOK):
            before = house().do(lambda work: find(work, _address()), actor())
        if before is not None:
            g.kept_form, g.unsent = MultiDict(before.fields), before
    return None


def find(work: Work, address: str) -> Unsent | None:
    """What this person typed there and did not send. What cannot be read is nothing."""
    row = rows.found(work.conn, _name(work.actor.id, address), work.now)
    return _opened(work.actor.id, row) if row is not None else None


def mine(work: Work) -> list[Unsent]:
    """All that this person did not send, the newest first."""
    who = work.actor.id
    all_of = (_opened(who, row) for row in rows.of(work.conn, _keyed(who), work.now))
    return [each for each in all_of if each is not None]


def forget(work: Work, name: str) -> bool:
    """Erase one of this person’s; False when there is no such one."""
    return rows.forget(work.conn, name, _keyed(work.actor.id))


def erase(address: str) -> None:
    """What was kept of the form at ``address``: it was sent, or what it was about is gone."""
    name = _name(actor().id, address)
    with suppress(ServiceError):  # the act is done; what stays of the form ends with its week
        house().do(lambda work: forget(work, name), actor())


def _keeps() -> bool:
    rule = request.url_rule
    if rule is None or rule.methods is None or request.path.startswith("/api/") or g.actor.id == NOBODY.id:
        return False
    view = current_app.view_functions.get(rule.endpoint)
    asks_and_does = {"GET", "POST"} <= set(rule.methods) and rule.endpoint not in _NEVER
    return asks_and_does and getattr(view, "door", "") == "signed-in" and not getattr(view, "streams_body", False)


def _keep() -> None:
    """Nothing typed is nothing kept. Raises RequestEntityTooLarge for more than a form may hold."""
    fields = [(name, text) for name, text in request.form.items(multi=True) if name not in {*kept.NOT_KEPT, FIELD}]
    address = _address()
    body = json.dumps({"address": address, "fields": fields}, ensure_ascii=False)
    if len(body) > kept.MOST:
        raise RequestEntityTooLarge
    if not any(text for _, text in fields):
        erase(address)
        return
    who = actor().id
    name, owner = _name(who, address), _keyed(who)
    sealed = base64.b64encode(house().secrets.seal(_bound(who, name), body.encode())).decode()
    house().do(lambda work: rows.keep(work.conn, name, owner=owner, body=sealed, now=work.now), actor())


def _put_by() -> ResponseReturnValue:
    flash("What you typed is kept, and not sent. Nobody else can see it.")
    return redirect(url_for("unsent.index"), 303)


def _sent(response: Response) -> Response:
    """Taken: what the page answers is where to go now. ``g.gone``: another address, whose form is over with it."""
    if g.get("sent_unsent") and response.status_code < 400:
        erase(_address())
    if g.get("gone") and response.status_code < 400:
        erase(g.gone)
    return response


def _address() -> str:
    return kept.local(request.full_path.rstrip("?"))


def _opened(who: str, row: Any) -> Unsent | None:
    with suppress(ServiceError, ValueError):
        held = json.loads(house().secrets.open(_bound(who, row.id), base64.b64decode(row.body)))
        return Unsent(row.id, held["address"], row.saved, tuple((key, text) for key, text in held["fields"]))
    return None


def _name(who: str, address: str) -> str:
    return _keyed(who, address)


def _bound(who: str, name: str) -> str:
    """What it is sealed for: a row put into another's place opens nothing."""
    return f"unsent/{who}/{name}"


def _keyed(*parts: str) -> str:
    mac = hmac.new(house().keys.web, _CONTEXT, "sha256")
    for part in parts:
        mac.update(len(part.encode()).to_bytes(8, "big") + part.encode())
    return mac.hexdigest()


def endpoint_of(address: str) -> tuple[str, dict[str, object]]:
    """Which page an address of ours is of, with what it names; ("", {}) when there is none any more."""
    adapter = current_app.create_url_adapter(request)
    with suppress(HTTPException):
        if adapter is not None:
            endpoint, arguments = adapter.match(address.partition("?")[0], method="GET")
            return str(endpoint), dict(arguments)
    return "", {}


def set_up(app: Flask) -> None:
    """The step before the views and the one behind them."""
    app.before_request(step)
    app.after_request(_sent)
