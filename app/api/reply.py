"""From what a view says to an answer over HTTP: JSON by schema, ETag, Location; conditional; asked twice, done once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from flask import Response, g, jsonify, request
from marshmallow import Schema

from app.api.errors import PreconditionFailed, PreconditionRequired
from app.bootstrap.work import Work
from app.http import idempotency
from app.http.house import actor, house
from app.http.idempotency import Asked, Kept
from foundation.errors import ServiceError
from retention.errors import BatchChanged, CaseChanged
from sharing.errors.items import Changed

_ETAG = re.compile(r'"(\d{1,9})(?:\.[0-9a-f]{16})?"')
NEVER = -1  # a version nothing has


@dataclass(frozen=True, slots=True)
class Reply:
    """What a view answers. ``version`` makes the ETag; ``shown_once`` joins the body and is never kept."""

    body: Any = None
    version: int | None = None
    location: str = ""
    shown_once: Mapping[str, Any] = field(default_factory=dict)
    replayed: bool = False


def answer(reply: Reply | Response, gives: type[Schema] | None, status: int) -> Response:
    """The response of a reply. A GET that is asked for conditionally may become 304."""
    if isinstance(reply, Response):
        return reply
    if gives is None:
        response = Response(status=204 if reply.body is None else status)
    elif reply.replayed:  # kept as it was given
        response = jsonify(reply.body)
        response.status_code = status
    else:
        shown = reply.body if not reply.shown_once else {**reply.body, **reply.shown_once}
        response = jsonify(gives().dump(shown))
        response.status_code = status
    if reply.location:
        response.headers["Location"] = reply.location
    if reply.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    if reply.version is not None:
        response.headers["ETag"] = f'"{reply.version}"'
        if request.method in ("GET", "HEAD"):
            _conditional(response, reply.version)
    return response


def _conditional(response: Response, version: int) -> None:
    """What is shown depends on more than the version (the day, the asker), so its digest is part of the tag."""
    tag = f"{version}.{sha256(response.get_data()).hexdigest()[:16]}"
    response.set_etag(tag)
    if request.if_none_match.contains_weak(tag):
        response.status_code = 304
        response.set_data(b"")


def expected(*, required: bool = False) -> int | None:
    """The version the asker saw, from If-Match; None when they do not say, or say “any”.

    Raises PreconditionRequired. What is no tag of ours names a version nothing has, and so fails.
    """
    given = request.headers.get("If-Match")
    if given is None and required:
        raise PreconditionRequired("Send If-Match with the ETag you were given, so that nobody's change is lost.")
    if given is None or given.strip() == "*":
        return None
    found = _ETAG.fullmatch(given.strip())
    return int(found[1]) if found else NEVER


def once(
    act: Callable[[Work], Reply], *, parts: Iterable[bytes] | None = None, names: Mapping[str, str] | None = None
) -> Reply:
    """Do it in one unit of work, once for each Idempotency-Key.

    ``parts`` stands for the body where that is not JSON. ``names``: what the API calls fields the room calls
    otherwise. A stale If-Match is 412, whoever noticed it.
    """
    wanted = asked(parts)

    def do(work: Work) -> Reply:
        before = idempotency.claim(work.conn, house().secrets, wanted, work.now) if wanted else None
        if before is not None:
            return replay(before)
        reply = _act(act, work, names or {})
        if wanted:
            idempotency.keep(work.conn, house().secrets, wanted, Kept(_as_given(reply), reply.location, reply.version))
        return reply

    return house().do(do, actor())


def _as_given(reply: Reply) -> Any:
    """The body by its schema, without what is shown once."""
    gives = g.get("gives")
    return reply.body if gives is None or reply.body is None else gives().dump(reply.body)


@contextmanager
def as_asked() -> Iterator[None]:
    """What is not as somebody saw it is 412 for whoever sent If-Match."""
    try:
        yield
    except (Changed, CaseChanged, BatchChanged) as error:
        if "If-Match" in request.headers:
            raise PreconditionFailed(error.detail, subject=error.subject) from None
        raise


def asked(parts: Iterable[bytes] | None = None) -> Asked | None:
    """This request under its key; None when it has none. Raises KeyInvalid."""
    key = request.headers.get(idempotency.HEADER)
    if key is None:
        return None
    body = tuple(parts) if parts is not None else (request.get_data(cache=True),)
    target = request.full_path.encode()
    whole = (request.method.encode(), target, request.headers.get("If-Match", "").encode(), *body)
    return idempotency.asked(house().keys.web, person=actor().id, key=key, parts=whole)


def replay(before: Kept) -> Reply:
    """The answer given before."""
    return Reply(before.body, before.version, before.location, replayed=True)


def _act(act: Callable[[Work], Reply], work: Work, names: Mapping[str, str]) -> Reply:
    try:
        with as_asked():
            return act(work)
    except ServiceError as error:
        error.fields = {names.get(name, name): faults for name, faults in error.fields.items()}
        raise
