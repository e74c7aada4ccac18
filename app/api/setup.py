"""Puts the API into the application: its sections, its description, and the page that shows it."""

from __future__ import annotations

from typing import Any

import flask_smorest
from flask import Flask, Response, current_app, jsonify

from app.api import pages
from app.api.schemas.shapes import Problem
from app.api.spec import EXTENSION, INFO, described
from app.api.v1 import (
    abroad,
    acts,
    agreements,
    alerts,
    audit,
    batches,
    conferrals,
    copies,
    decisions,
    demonstration,
    disposals,
    downloads,
    drafts,
    files,
    foresight,
    holds,
    incidents,
    items,
    links,
    log_retention,
    media,
    outbox,
    overrides,
    papers,
    partner_systems,
    passkeys,
    people,
    recoveries,
    registers,
    requests,
    schedules,
    session,
    status,
    tokens,
    training,
    transfers,
    uploads,
    versions,
)
from app.bootstrap.house import House
from app.http.permissions import public

SECTIONS = (
    session.bp,
    tokens.bp,
    passkeys.bp,
    people.bp,
    drafts.bp,
    files.bp,
    uploads.bp,
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
    media.bp,
    outbox.bp,
    partner_systems.bp,
    papers.bp,
    training.bp,
    links.bp,
    recoveries.bp,
    conferrals.bp,
    agreements.bp,
    versions.bp,
    alerts.bp,
    registers.bp,
    requests.bp,
    decisions.bp,
    abroad.bp,
    overrides.bp,
    status.bp,
)


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
    app.extensions[EXTENSION] = described(api.spec.to_dict(), app, _events(house))
    app.add_url_rule("/api/v1/openapi.json", "api.openapi", openapi)
    app.add_url_rule("/api/docs", "api.reference", pages.reference)
    app.add_url_rule("/api/docs/<section>", "api.section", pages.section)


def _events(house: House) -> dict[str, str]:
    """What partner systems are told, and in which words people are: the first topic of each."""
    topics = reversed(house.policies.notifications.topics)
    return {topic.event: f"{topic.name}." for topic in topics if topic.event}


@public
def openapi() -> Response:
    """The description, for machines."""
    return jsonify(_description())


def _description() -> dict[str, Any]:
    found: dict[str, Any] = current_app.extensions[EXTENSION]
    return found
