"""From a refusal to an answer: a page for people, problem+json (RFC 9457) for machines. Neither shows our insides."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from app.http import language, next_steps
from app.http.csrf import API
from app.http.language import N_
from app.http.permissions import answers_problems
from app.http.ways_out import way_out
from foundation.errors import Conflict, Denied, Invalid, NotFound, Reason, ServiceError, Unavailable

log = logging.getLogger("custodes.http")
RETRY_AFTER = 30  # seconds; what a 503 asks of its asker

STATUS = {Invalid: 400, Denied: 403, NotFound: 404, Conflict: 409, Unavailable: 503}

# Refusals for which HTTP has a truer word than their kind.
STATUS_OF_CODE = {
    "vault.too-large": 413,
    "sharing.file-too-large": 413,
    "sharing.item-disposed": 410,
    "api.sign-in-failed": 401,
    "identity.too-many-attempts": 429,
    "api.precondition-failed": 412,
    "api.precondition-required": 428,
    "api.range-unsatisfiable": 416,
    "api.not-json": 415,
    "api.tus-version": 412,
    "api.tus-media-type": 415,
    "api.tus-checksum": 460,  # tus.io: the protocol's own status
    "sharing.upload-too-long": 413,
}

PAGES = frozenset({400, 403, 404, 409, 410, 413, 429, 500, 503})
TITLES = {
    400: N_("There is a problem with what was sent"),
    401: N_("Sign in first"),
    403: N_("You cannot do this"),
    404: N_("Page not found"),
    405: N_("There is a problem with what was sent"),
    409: N_("Something changed in the meantime"),
    410: N_("This item was disposed of"),
    413: N_("This is too large"),
    429: N_("Too many requests"),
    500: N_("Something went wrong"),
    503: N_("This cannot be done safely now"),
}


def status_of(error: ServiceError) -> int:
    """The HTTP status of a refusal."""
    if error.code in STATUS_OF_CODE:
        return STATUS_OF_CODE[error.code]
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def wants_problem() -> bool:
    """Machines get JSON under the API, people a page everywhere else: never the one in place of the other."""
    return request.path.startswith(API) or answers_problems(request.endpoint or _endpoint_of_others())


def _endpoint_of_others() -> str | None:
    """Where the method is wrong no view was found: whose the address is, is told by the methods that it has."""
    wrong = request.routing_exception
    if not isinstance(wrong, MethodNotAllowed) or not wrong.valid_methods:
        return None
    adapter = current_app.create_url_adapter(request)
    found = adapter.match(method=next(iter(wrong.valid_methods))) if adapter else None
    return str(found[0]) if found else None


def problem(status: int, *, code: str, title: str, detail: str, **more: Any) -> Response:
    """RFC 9457. ``type`` is a relative reference that stays the same for a code; extensions come as ``more``."""
    body = {"type": f"/problems/{code}", "title": title, "status": status, "detail": detail, "code": code}
    answer = jsonify(
        {**body, "instance": request.path, **_numbered(), **{key: value for key, value in more.items() if value}}
    )
    answer.status_code = status
    answer.content_type = "application/problem+json"
    return answer


def _numbered() -> dict[str, str]:
    """The request's number, as the process's log has it: what an asker can tell the operator without telling more."""
    return {"request_id": g.request_id} if "request_id" in g else {}


def refused(error: ServiceError) -> ResponseReturnValue:
    """Any room's refusal, with all its reasons."""
    status = status_of(error)
    if wants_problem():
        reasons = [_reasoned(one) for one in error.reasons]
        fields = {name: list(faults) for name, faults in error.fields.items()}
        title = error.title or TITLES[status]
        more = {"reasons": reasons, "errors": fields, "next_step": _todo(error, status)}
        answer = problem(status, code=error.code, title=title, detail=error.detail, **more)
        if status == 401:
            answer.headers["WWW-Authenticate"] = "Bearer"
    else:
        answer = make_response(_said(error, status))
    if status in (429, 503):
        answer.headers["Retry-After"] = str(getattr(error, "retry_after", RETRY_AFTER))
    return answer


def _reasoned(reason: Reason) -> dict[str, str]:
    """A reason for machines, with what would work where the reason itself does not say it."""
    said = {"rule": reason.rule, "text": reason.text, "clause": reason.clause}
    way = way_out(reason.rule)
    return {**said, "way_out": way} if way else said


def _todo(error: ServiceError, status: int) -> str:
    """What is not there and what is not for somebody look alike: one thing for both. A reason has its own."""
    return "" if status == 404 or error.reasons else next_steps.of(error.code)


def _said(error: ServiceError, status: int) -> tuple[str, int]:
    given = {"title": error.title, "detail": error.detail, "reasons": error.reasons, "faults": error.fields}
    return page(status, todo=_todo(error, status), **given)


def http_refused(error: HTTPException) -> ResponseReturnValue:
    """What Flask and Werkzeug refuse: unknown addresses, wrong methods, broken bodies."""
    status = error.code or 500
    if status < 400:  # a redirect is an HTTPException too
        return error.get_response()
    detail = str(error.description or "") if type(error).__module__.startswith("app.") else ""
    if wants_problem():
        title = TITLES.get(status, error.name)
        answer = problem(status, code=f"http.{status}", title=title, detail=detail or str(error.description or ""))
        answer.headers.extend(_kept_headers(error))
        return answer
    return (*page(status, detail=detail), _kept_headers(error))


def _kept_headers(error: HTTPException) -> dict[str, str]:
    """What a status owes its asker: which methods there are, how to sign in."""
    given: dict[str, str] = dict(error.get_headers())
    found: dict[str, str] = {name: given[name] for name in ("Allow", "Retry-After") if name in given}
    return {**found, "WWW-Authenticate": "Bearer"} if error.code == 401 else found


def broke(error: Exception) -> ResponseReturnValue:
    """A fault of ours. The log of the process has it; the answer has nothing but the request's number."""
    log.exception("unhandled", exc_info=error)
    if wants_problem():
        detail = "Nothing was changed. Try again; if it goes on, tell the operator the request id."
        return problem(500, code="http.500", title=TITLES[500], detail=detail)
    return page(500)


def page(status: int, **shown: Any) -> tuple[str, int]:
    """The page of a status, or the general one of its hundred."""
    title = shown.get("title") or TITLES.get(status, TITLES[400])
    shown |= {"title": language.told(title), "heading": language.said(title)}
    name = status if status in PAGES else 400 if status < 500 else 500
    return render_template(f"errors/{name}.html", status=status, **shown), status


def set_up(app: Flask) -> None:
    """Register the three ways an answer becomes an error."""
    app.register_error_handler(ServiceError, refused)
    app.register_error_handler(HTTPException, http_refused)
    app.register_error_handler(Exception, broke)
