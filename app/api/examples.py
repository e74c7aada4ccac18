"""Examples in the description: exchanges that really took place (``tools.api_examples``), and every refusal seen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("recorded")
PROBLEMS, WHO = "problems", "who"
HEADERS = {
    "ETag": "The version, for If-Match and If-None-Match.",
    "Location": "Where what was made is found.",
    "Retry-After": "Seconds after which to ask again.",
    "Content-Range": "Which bytes of the whole these are.",
    "Content-Disposition": "The name to keep it under.",
}

# What an answer of a status never lacks (RFC 9110: 11.6.1, 10.2.3): how to sign in, and when to ask again.
OWED = {
    "401": ("WWW-Authenticate", "How to say who asks.", {"type": "string"}, "Bearer"),
    "429": ("Retry-After", HEADERS["Retry-After"], {"type": "integer", "minimum": 1}, 60),
    "503": ("Retry-After", HEADERS["Retry-After"], {"type": "integer", "minimum": 1}, 30),
}


def owed(status: str) -> dict[str, Any]:
    """The headers such an answer has, for its description; nothing for most."""
    if status not in OWED:
        return {}
    name, text, schema, example = OWED[status]
    return {"headers": {name: {"description": text, "required": True, "schema": schema, "example": example}}}


@cache
def recorded() -> dict[str, dict[str, Any]]:
    """By operationId: path, what was sent, status, answer, headers, and the codes of refusals by status."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(FOLDER.glob("*.json")):
        if file.stem not in (PROBLEMS, WHO):
            found |= json.loads(file.read_text(encoding="utf-8"))
    return found


@cache
def problems() -> dict[str, dict[str, Any]]:
    """One problem of each code that was seen."""
    found: dict[str, dict[str, Any]] = json.loads((FOLDER / f"{PROBLEMS}.json").read_text(encoding="utf-8"))
    return found


@cache
def who() -> dict[str, dict[str, Any]]:
    """By operationId: the roles let in, and what everybody else is told (``tools.access_matrix`` writes it)."""
    found: dict[str, dict[str, Any]] = json.loads((FOLDER / f"{WHO}.json").read_text(encoding="utf-8"))
    return found


def show(raw: dict[str, Any], found: list[tuple[str, str, dict[str, Any]]], said: dict[str, str]) -> None:
    """Put each beside what it is an example of. ``said``: what each status of a refusal means."""
    raw["components"]["examples"] = {
        code: {"summary": problem["title"], "value": problem} for code, problem in problems().items()
    }
    for path, _, operation in found:
        kept = recorded().get(operation["operationId"])
        if kept is None:
            continue
        _asked(operation, kept)
        _answered(operation["responses"].get(str(kept["status"]), {}), kept)
        _refused(operation["responses"], kept, said)
        _in_the_address(raw["paths"][path].get("parameters", ()), path, kept["path"].partition("?")[0])


def _asked(operation: dict[str, Any], kept: dict[str, Any]) -> None:
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content and "body" in kept:
        content["application/json"]["example"] = kept["body"]


def _answered(response: dict[str, Any], kept: dict[str, Any]) -> None:
    content = response.get("content", {})
    if "application/json" in content and "answer" in kept:
        content["application/json"]["example"] = kept["answer"]
    elif "text" in kept and kept.get("type") in content:
        content[kept["type"]]["example"] = kept["text"]
    for name, value in kept.get("headers", {}).items():
        told = {"description": HEADERS[name], "schema": {"type": "string"}, "example": value}
        response.setdefault("headers", {}).setdefault(name, told)


def _refused(responses: dict[str, Any], kept: dict[str, Any], said: dict[str, str]) -> None:
    for status, codes in kept["refused"].items():
        shown = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
        schema = {"$ref": "#/components/schemas/Problem"}
        content = {"application/problem+json": {"schema": schema, "examples": shown}}
        responses[status] = {"description": said[status], "content": content, **owed(status)}


def _in_the_address(parameters: Any, path: str, asked: str) -> None:
    values = dict(_filled(path, asked))
    for parameter in parameters:
        if parameter.get("name") in values:
            parameter["example"] = values[parameter["name"]]


def _filled(path: str, asked: str) -> Iterator[tuple[str, str]]:
    for name, value in zip(path.split("/"), asked.split("/"), strict=False):
        if name.startswith("{"):
            yield name.strip("{}"), value
