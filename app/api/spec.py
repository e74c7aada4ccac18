"""The description of the API (OpenAPI 3.1): made from the sections, put right where the tools know less than we do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask

from app.api import examples, hooks, links
from app.api.schemas.shapes import Problem
from app.api.section import PATH, PREFIX
from app.bootstrap.idempotency import KEPT_FOR
from app.http.idempotency import HEADER

EXTENSION = "custodes-api"  # under which the application keeps the description
INFO = {
    "title": "Custodes",
    "version": "1",
    "openapi": "3.1.1",
    "description": (
        "Everything a page can do, under the same decisions. Sign in with `POST /api/v1/session` and "
        "`POST /api/v1/session/code`; send the token as `Authorization: Bearer …`. Every refusal is a problem "
        "(RFC 9457) with a stable `code` and all its reasons. What may not be known is answered as if it were not "
        "there."
    ),
}
PROBLEMS = {
    "400": "What was sent cannot be used.",
    "401": "Nobody is signed in, or no longer.",
    "403": "It may not be done by this person, or not now; `reasons` says why.",
    "404": "There is nothing of that name, or nothing one may know of: the two look alike.",
    "409": "Somebody or something was there first, or the Idempotency-Key was used for another request.",
    "410": "It was destroyed, or its time is over.",
    "412": "If-Match names another version.",
    "413": "Too large; `detail` names the limit.",
    "415": "The body is not of the type this takes.",
    "416": "No byte of the file lies in that range.",
    "428": "Say with If-Match which version is meant.",
    "429": "Too often. `Retry-After` says when to ask again.",
    "460": "The piece is not as its checksum says; nothing of it counts.",
    "500": "A fault of ours. Nothing was changed.",
    "503": "It cannot be done safely now. Nothing was changed and nothing served.",
}
# Both come in the same header; which operations a token reaches, its holder chose when it was made.
BEARERS = {
    "session": {
        "type": "http",
        "scheme": "bearer",
        "description": (
            "What `POST /session/code` or a passkey gives: good for 30 minutes after the last request, and for 12 "
            "hours at most. Everything its person may."
        ),
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "custodes_…",
        "description": (
            "For a program (`POST /me/tokens`): for one person, all they hold or one appointment, to look only or to "
            "act, until its last day. It makes no tokens, changes no password and accepts no handling requirements."
        ),
    },
}
# Signing out or running the sweep twice does no harm, and a token is shown once.
KEEPS_NOTHING = (
    "/api/v1/session",
    "/api/v1/disposals/sweep",
    "/api/v1/demonstration",
    "/api/v1/people/search",
    "/api/v1/holds/preview",
)
# A piece of an upload is sent once: its offset says so.
GOES_ON = ("patch", "/api/v1/drafts/{draft}/uploads/{upload}")
ALWAYS = ("400", "500", "503")
# Who tries to come in too often waits (ASVS 6.3.1): wherever attempts are counted by where they come from.
COUNTED = (
    "/api/v1/session",
    "/api/v1/session/code",
    "/api/v1/session/passkey/options",
    "/api/v1/invitations/accept",
)
METHODS = ("get", "post", "put", "patch", "delete")
_REF = {"$ref": "#/components/schemas/Problem"}


def described(raw: dict[str, Any], app: Flask, events: Mapping[str, str]) -> dict[str, Any]:
    """The finished description of what the sections registered. ``events``: what webhooks tell, by type, in words."""
    components = raw.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = _problem_schema(raw)
    components["responses"] = {f"Problem{status}": _problem(status, text) for status, text in PROBLEMS.items()}
    components["schemas"]["WebhookEvent"] = hooks.event_schema(events)
    components["securitySchemes"] = BEARERS
    components["parameters"] = {
        "IdempotencyKey": {
            "in": "header",
            "name": HEADER,
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            "description": f"The same request under the same key, within {KEPT_FOR.days} days, gets the same answer.",
        },
        "IfMatch": {
            "in": "header",
            "name": "If-Match",
            "schema": {"type": "string"},
            "description": "The ETag of what was looked at; without it, whatever stands is meant.",
        },
    }
    for path, method, operation in operations(raw):
        _lift_examples(operation.get("parameters", ()))
        _finish(path, method, operation, app)
    for tag in raw["tags"]:
        tag["name"] = tag["name"].removeprefix(PREFIX)
    raw["security"] = [{name: []} for name in BEARERS]
    raw["webhooks"] = hooks.webhooks(events)
    found = list(operations(raw))
    examples.show(raw, found, PROBLEMS)
    links.draw(found)
    return raw


def operations(raw: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method, operation) of each."""
    for path, item in raw["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def _finish(path: str, method: str, operation: dict[str, Any], app: Flask) -> None:
    responses = operation["responses"]
    operation["tags"] = [tag.removeprefix(PREFIX) for tag in operation["tags"]]
    for automatic in ("default", "422", "304"):
        responses.pop(automatic, None)
    public = _is_public(path, method, app)
    if public:
        operation["security"] = []
    for status in _statuses(path, method, public):
        responses[status] = {"$ref": f"#/components/responses/Problem{status}"}
    responses |= {own: _problem(own, responses[own]["description"]) for own in ("416", "460") if own in responses}
    if method in ("post", "put", "patch", "delete") and not public:
        parameters = operation.setdefault("parameters", [])
        if not path.startswith(KEEPS_NOTHING) and not path.endswith("/open") and (method, path) != GOES_ON:
            parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
        if "{reference}" in path or "{draft}" in path:
            parameters.append({"$ref": "#/components/parameters/IfMatch"})
    operation["operationId"] = operation_id(method, path)


def _lift_examples(parameters: Any) -> None:
    """A field's example stands in its schema; readers of a description look for it beside the parameter's name."""
    for parameter in parameters:
        if "example" in parameter.get("schema", {}):
            parameter["example"] = parameter["schema"].pop("example")


def operation_id(method: str, path: str) -> str:
    """What an operation is called: `get-items-reference`."""
    return f"{method.lower()}{path.removeprefix(PATH).replace('/', '-').replace('{', '').replace('}', '')}"


def _statuses(path: str, method: str, public: bool) -> Iterator[str]:
    yield from ALWAYS
    # Signing in is public, and refused with 401 all the same.
    if not public or path.startswith("/api/v1/session"):
        yield from ("401", "403")
    if "{" in path:
        yield "404"
    if path in COUNTED and method == "post":
        yield "429"
    if method != "get":
        yield from ("409", "413", "415")
        if "{reference}" in path or "{draft}" in path:
            yield "412"
    if method == "patch":
        yield "428"


def _is_public(path: str, method: str, app: Flask) -> bool:
    for rule in app.url_map.iter_rules():
        shape = rule.rule.replace("<path:", "{").replace("<", "{").replace(">", "}")
        if shape == path and method.upper() in (rule.methods or ()):
            return bool(getattr(app.view_functions[rule.endpoint], "door", "") == "public")
    return False


def _problem(status: str, text: str) -> dict[str, Any]:
    said = {"description": text, "content": {"application/problem+json": {"schema": _REF}}}
    return {**said, **examples.owed(status)}


def _problem_schema(raw: dict[str, Any]) -> dict[str, Any]:
    known: dict[str, Any] = raw["components"]["schemas"].get("Problem", {})
    if not known:
        msg = f"{Problem.__name__} is registered with the sections"
        raise RuntimeError(msg)
    return {
        **known,
        "examples": [
            {
                "type": "/problems/sharing.wrong-way",
                "title": "The agreement does not let it go that way",
                "status": 403,
                "detail": "It goes through the National Chair (M30).",
                "code": "sharing.wrong-way",
                "reasons": [
                    {"rule": "route.inspectorate-to-board", "text": "Through the National Chair.", "clause": "M30"}
                ],
                "instance": "/api/v1/drafts",
            }
        ],
    }
