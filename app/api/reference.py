"""The description of the API as a page: what the template needs said in words and links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

_SCHEMAS = "#/components/schemas/"


class Words:
    """Reads one description. Everything in it is ours, and escaped all the same."""

    def __init__(self, description: dict[str, Any]) -> None:
        self._description = description

    def named(self, operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """(where, parameter) of each parameter of an operation, references followed."""
        path = self._description["paths"][operation["path"]]
        for parameter in (*path.get("parameters", ()), *operation.get("parameters", ())):
            found = self._follow(parameter)
            yield {"path": "In the address", "query": "In the query", "header": "Header"}[found["in"]], found

    def linked(self, shape: dict[str, Any]) -> Markup:
        """A schema or a response in words; what has a name of its own is a link to it."""
        reference = shape.get("$ref", "")
        if reference:
            return self._link(reference.rpartition("/")[2])
        if "content" in shape or "schema" in shape:
            return self._content(shape)
        if shape.get("type") == "array":
            return Markup("list of {}").format(self.linked(shape["items"]))
        return said(_plain(shape))

    def refusals(self, operation: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
        """(status, what it means, the codes that were seen) of each refusal, in their order."""
        responses = [(status, shape) for status, shape in operation["responses"].items() if status >= "400"]
        found = []
        for status, shape in sorted(responses):
            whole = self._follow(shape)
            codes = whole["content"]["application/problem+json"].get("examples", {})
            found.append((status, whole["description"], sorted(codes)))
        return found

    def _content(self, response: dict[str, Any]) -> Markup:
        found = [self.linked(content["schema"]) for content in response.get("content", {}).values()]
        return Markup(" ").join([said(response.get("description", "")), *found])

    def _follow(self, shape: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in shape:
            return shape
        found: dict[str, Any] = self._description
        for step in shape["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return found

    def _link(self, name: str) -> Markup:
        return Markup('<a class="govuk-link" href="#schema-{0}">{0}</a>').format(name)


def used(operations: list[dict[str, Any]], schemas: dict[str, Any]) -> dict[str, Any]:
    """The schemas that these operations name, and those that they name in turn."""
    wanted = list(_names(operations))
    found: dict[str, Any] = {}
    while wanted:
        name = wanted.pop(0)
        if name not in found and name != "Problem":
            found[name] = schemas[name]
            wanted += _names(schemas[name])
    return dict(sorted(found.items()))


def _names(shape: Any) -> Iterator[str]:
    if isinstance(shape, dict):
        reference = shape.get("$ref", "")
        if isinstance(reference, str) and reference.startswith(_SCHEMAS):
            yield reference.removeprefix(_SCHEMAS)
        for inner in shape.values():
            yield from _names(inner)
    elif isinstance(shape, list):
        for inner in shape:
            yield from _names(inner)


def said(text: str) -> Markup:
    """Words, with what stands between `backticks` as code."""
    parts = text.split("`")
    plain, code = Markup("{}"), Markup("<code>{}</code>")
    shown = [(code if place % 2 else plain).format(part) for place, part in enumerate(parts)]
    return Markup("").join(shown)


def _plain(shape: dict[str, Any]) -> str:
    kinds = shape.get("type", shape.get("description", "anything"))
    words = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    told = [str(shape["format"])] if "format" in shape else []
    told += [f"one of {', '.join(map(str, shape['enum']))}"] if "enum" in shape else []
    told += [str(shape["description"])] if "description" in shape and "type" in shape else []
    return f"{words} ({'; '.join(told)})" if told else words
