"""A section of the API: each operation with its mark, its body and its answer in one line above the view."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any, NoReturn, TypeVar

from flask import Blueprint as FlaskBlueprint
from flask import Request, Response, g
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, ValidationError
from webargs.core import missing
from webargs.flaskparser import FlaskParser, is_json_request

from app.api.errors import FieldsInvalid, JsonBroken, NotJson
from app.api.reply import Reply, answer
from app.api.schemas.shapes import Nothing
from app.http.permissions import signed_in

PREFIX = "api_"
PATH = "/api/v1"
View = TypeVar("View", bound=Callable[..., Any])


class Parser(FlaskParser):
    """Strict: unknown fields are refused wherever they come, and what is wrong is said by field."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}

    def _raw_load_json(self, req: Request) -> Any:
        data = req.get_data(cache=True)
        if not data:
            return missing
        if not is_json_request(req):
            raise NotJson("Send application/json.")
        try:
            found = json.loads(data, parse_constant=_no_constant, object_pairs_hook=_each_once)
            # A lone half of a surrogate pair is legal JSON and no text: nothing below could keep or show it.
            json.dumps(found, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            wanted = "one JSON object in UTF-8 in which no name stands twice"
            raise JsonBroken(f"Check the syntax; the body must be {wanted}.") from None
        return found

    def handle_error(
        self,
        error: ValidationError,
        req: Request,  # noqa: ARG002
        schema: Schema,  # noqa: ARG002
        *,
        error_status_code: int | None,  # noqa: ARG002
        error_headers: Mapping[str, str] | None,  # noqa: ARG002
    ) -> NoReturn:
        """Raises FieldsInvalid, nested fields as ``subjects.0.name``."""
        found: dict[str, list[str]] = {}
        for messages in error.messages.values() if isinstance(error.messages, dict) else ():
            for name, text in _flat(messages):
                found.setdefault(name, []).append(text)
        raise FieldsInvalid("Correct what is named and send it again.", fields=found)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice is read by one as the first and by another as the last: it is no body of ours."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _flat(messages: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            step = "" if key == "_schema" else str(key)
            yield from _flat(inner, ".".join(part for part in (path, step) if part))
    elif isinstance(messages, list):
        for inner in messages:
            yield from _flat(inner, path)
    else:
        yield path or "body", str(messages)


class Section(Blueprint):  # type: ignore[misc]  # flask-smorest ships no types
    """A blueprint of /api/v1 whose every operation says who may reach it."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, description: str) -> None:
        # Pages have sections of the same names.
        super().__init__(PREFIX + name, __name__, url_prefix=PATH, description=description)

    def undescribed(self, method: str, rule: str) -> Callable[[View], View]:
        """An address that the description has no word for (OPTIONS). The view brings its own mark."""

        def decorate(view: View) -> View:
            FlaskBlueprint.add_url_rule(self, rule, view.__name__, view, methods=[method])
            return view

        return decorate

    def op(
        self,
        method: str,
        rule: str,
        *,
        gives: type[Schema] | None = None,
        status: int = 200,
        takes: type[Schema] | None = None,
        query: type[Schema] | None = None,
        door: Callable[[Any], Any] = signed_in,
        doc: Mapping[str, Any] | None = None,
    ) -> Callable[[View], View]:
        """One operation. The view gets the query, then the body, then what the address names.

        ``gives`` None: no body (204), or the view makes its own response, which ``doc`` then describes.
        """

        if gives is None and doc is None:
            status = 204

        def decorate(view: View) -> View:
            @wraps(view)
            def answering(*args: Any, **kwargs: Any) -> Response:
                g.gives = gives  # what is kept for a repeated request is kept in this form
                found: Reply | Response = view(*args, **kwargs)
                return answer(found, gives, status)

            made = door(answering)
            if takes is not None:
                made = self.arguments(takes, location="json", required=takes is not Nothing)(made)
            if query is not None:
                made = self.arguments(query, location="query")(made)
            made = self.response(status, gives)(made)
            if doc:
                made = self.doc(**doc)(made)
            self.route(rule, methods=[method])(made)
            return view

        return decorate
