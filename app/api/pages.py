"""The description of the API as pages: one with every address, one for each section. No script is needed."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, render_template
from flask.typing import ResponseReturnValue

from app.api import examples
from app.api.asking import by_curl, by_python
from app.api.reference import Words, said, used
from app.api.spec import EXTENSION, operations
from app.http.house import house
from app.http.permissions import public


@public
def reference() -> ResponseReturnValue:
    """Every operation, section by section, and what is the same everywhere."""
    description = _description()
    words = Words(description)
    return render_template(
        "api/reference.html", api=description, groups=_groups(description), linked=words.linked, said=said
    )


@public
def section(section: str) -> ResponseReturnValue:
    """One section: who may, what is sent, what is answered, examples, refusals, and where the answer leads."""
    description = _description()
    groups = _groups(description)
    if section not in groups:
        abort(404)
    words = Words(description)
    titles = {place["operationId"]: place for group in groups.values() for place in group}
    return render_template(
        "api/section.html",
        tag=next(tag for tag in description["tags"] if tag["name"] == section),
        found=[_shown(place) for place in groups[section]],
        schemas=used(groups[section], description["components"]["schemas"]),
        titles=titles,
        words=words,
        said=said,
    )


def _groups(description: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in description["tags"]}
    for path, method, operation in operations(description):
        groups[operation["tags"][0]].append({"path": path, "method": method.upper(), **operation})
    return groups


def _shown(place: dict[str, Any]) -> dict[str, Any]:
    kept = examples.recorded().get(place["operationId"], {})
    asked = place["method"], place["path"], place, kept
    return {
        **place,
        "kept": kept,
        "who": _who(place["operationId"]),
        "curl": by_curl(*asked),
        "python": by_python(*asked),
    }


def _who(operation: str) -> str:
    """In words, as the reviewed table of access has it."""
    row = examples.who().get(operation)
    if row is None:
        return ""
    roles = house().policies.roles
    names = dict.fromkeys(roles[role].name if role in roles else role for role in row["in"])
    inside = {"anybody": "Anybody.", "everybody": "Everybody who is signed in."}.get(row["all"], "")
    others = {"no": "Others are refused (403).", "hidden": "To others it does not exist (404)."}.get(row["rest"], "")
    return " ".join(each for each in (inside or f"{', '.join(names) or 'Only whose it is'}.", others) if each)


def _description() -> dict[str, Any]:
    found: dict[str, Any] = current_app.extensions[EXTENSION]
    return found
