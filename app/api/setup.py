"""Puts the API into the application: its sections, its description, and the page that shows it."""

from __future__ import annotations

from typing import Any

import flask_smorest
from flask import Flask, Response, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue

from app.api.reference import Words, said
from app.api.schemas.shapes import Problem
from app.api.spec import INFO, described, operations
from app.api.v1 import (
    accounts,
    acts,
    agreements,
    audit,
    batches,
    copies,
    demonstration,
    disposals,
    downloads,
    drafts,
    files,
    foresight,
    holds,
    incidents,
    items,
    log_retention,
    people,
    schedules,
    session,
    transfers,
)
from app.bootstrap.house import House
from app.http.permissions import public

SECTIONS = (
    session.bp,
    people.bp,
    drafts.bp,
    files.bp,
    items.bp,
    acts.bp,
    downloads.bp,
    disposals.bp,
    batches.bp,
    copies.bp,
    holds.bp,
    schedules.bp,
    foresight.bp,
    transfers.bp,
    audit.bp,
    log_retention.bp,
    incidents.bp,
    accounts.bp,
    agreements.bp,
)
EXTENSION = "custodes-api"


class Api(flask_smorest.Api):  # type: ignore[misc]  # flask-smorest ships no types
    """Describes; it handles no error, since every door has the same mapping (``app.http.errors``)."""

    def _register_error_handlers(self) -> None:
        """None: flask-smorest would take over the errors of the pages, too."""


def set_up(app: Flask) -> None:
    """Register every section. The demonstration's exists in demonstration mode alone."""
    house: House = app.extensions["custodes"]
    app.config.update(
        API_TITLE=INFO["title"], API_VERSION=INFO["version"], OPENAPI_VERSION=INFO["openapi"], OPENAPI_URL_PREFIX=None
    )
    api = Api(app, spec_kwargs={"info": {"description": INFO["description"]}})
    api.spec.components.schema("Problem", schema=Problem)
    for section in (*SECTIONS, *((demonstration.bp,) if house.demonstration else ())):
        api.register_blueprint(section)
    app.extensions[EXTENSION] = described(api.spec.to_dict(), app)
    app.add_url_rule("/api/v1/openapi.json", "api.openapi", openapi)
    app.add_url_rule("/api/docs", "api.reference", reference)


@public
def openapi() -> Response:
    """The description, for machines."""
    return jsonify(_description())


@public
def reference() -> ResponseReturnValue:
    """The description, for people: no script, nothing from elsewhere."""
    description = _description()
    groups: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in description["tags"]}
    for path, method, operation in operations(description):
        groups[operation["tags"][0]].append({"path": path, "method": method.upper(), **operation})
    schemas = description["components"]["schemas"]
    words = Words(description)
    return render_template(
        "api/reference.html",
        api=description,
        groups=groups,
        schemas=schemas,
        named=words.named,
        linked=words.linked,
        said=said,
    )


def _description() -> dict[str, Any]:
    found: dict[str, Any] = current_app.extensions[EXTENSION]
    return found
