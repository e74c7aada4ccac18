"""A request the database refused for somebody else's sake is dispatched again, before anybody hears of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue

from app.bootstrap.contention import again
from app.bootstrap.ways import Way, going
from app.http.sessions import current

View = TypeVar("View", bound=Callable[..., Any])


def looks(view: View) -> View:
    """Mark a view that only looks though it is asked by POST. Were it to change something, it is begun again."""
    view.way = Way.LOOK  # type: ignore[attr-defined]
    return view


def acts(view: View) -> View:
    """Mark a view that changes something though it is asked by GET: a browser sent back here from elsewhere."""
    view.acts = True  # type: ignore[attr-defined]
    return view


def in_turn(view: View) -> View:
    """Mark a view that is sure to meet its like: they wait for each other instead of one beginning again."""
    view.way = Way.TURN  # type: ignore[attr-defined]
    return view


class Repeating(Flask):
    """Flask, calling a view as often as it takes: from its start, with the session and ``g`` as they were then.

    Only while nothing of the request is committed but entries of the log: who looked twice, looked twice. A body that
    is sealed as it streams in is gone when it is read, so such a view is called once; its units of work repeat alone.
    """

    def dispatch_request(self) -> ResponseReturnValue:
        """The view's answer. Raises Contended at last."""
        if request.routing_exception is not None or streams():
            return super().dispatch_request()
        with going(_way()):
            return again(super().dispatch_request, before=_AsItWas())


def streams() -> bool:
    """Whether the view takes its body piece by piece."""
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "streams_body", False)) or g.get("file_sink") is not None


def _way() -> Way:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method in ("GET", "HEAD"):
        return Way.ACT if getattr(view, "acts", False) else Way.LOOK
    chosen: Way = getattr(view, "way", Way.ACT)
    return chosen


class _AsItWas:
    """What a view may change in memory before its unit of work is refused, kept to be put back."""

    def __init__(self) -> None:
        session = current()
        self._data, self._rest = dict(session), (session.token, session.stage, session.modified, session.cookie_due)
        self._context: dict[str, Any] = dict(vars(g._get_current_object()))  # noqa: SLF001

    def __call__(self) -> None:
        session = current()
        session.clear()
        session.update(self._data)
        session.token, session.stage, session.modified, session.cookie_due = self._rest
        held = vars(g._get_current_object())  # noqa: SLF001
        held.clear()
        held.update(self._context)
