"""Puts the pages into the application: templates, filters, components, static files, blueprints."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, g
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from jinja2.runtime import Macro

from app.http import csrf
from app.http.house import house
from app.http.ways_out import way_out
from app.web import assets, filters, nav
from app.web.pages import (
    about,
    abroad,
    access_review,
    account,
    accounts,
    acts,
    agreement_versions,
    agreements,
    alerts,
    attest_several,
    audit_log,
    auth,
    batches,
    certificates,
    conferrals,
    copies,
    data_protection,
    decisions,
    demonstration,
    directory,
    disposal_day,
    disposals,
    drafts,
    files,
    foresight,
    handling,
    hold_placing,
    holds,
    home,
    incident_containing,
    incident_reports,
    incidents,
    invitations,
    items,
    known_to,
    languages,
    leavers,
    log_retention,
    media,
    notifications,
    offices,
    outbox,
    overrides,
    overview,
    papers,
    partner_systems,
    passkeys,
    people,
    providers,
    recoveries,
    registers,
    renaming,
    requests,
    returns,
    schedules,
    search,
    several,
    status,
    tasks,
    tokens,
    training,
    training_several,
    transfers,
    unsent,
    uploads,
)
from foundation.actor import NOBODY

HERE = Path(__file__).resolve().parent
SERVICE_NAME = "Custodes"
DOORS = (home.bp, auth.bp, invitations.bp, account.bp, handling.bp, about.bp, status.bp, languages.bp)
ITEMS = (
    several.bp,
    items.bp,
    acts.bp,
    renaming.bp,
    files.bp,
    drafts.bp,
    uploads.bp,
    search.bp,
    directory.bp,
    unsent.bp,
)
RECORDS = (
    disposals.bp,
    batches.bp,
    copies.bp,
    disposal_day.bp,
    hold_placing.bp,
    holds.bp,
    returns.bp,
    schedules.bp,
    foresight.bp,
    transfers.bp,
    certificates.bp,
    audit_log.bp,
    log_retention.bp,
    passkeys.bp,
    providers.bp,
    recoveries.bp,
    conferrals.bp,
    accounts.bp,
    tokens.bp,
    training.bp,
    training_several.bp,
    leavers.bp,
    attest_several.bp,
    access_review.bp,
    people.bp,
    offices.bp,
    incidents.bp,
    media.bp,
    papers.bp,
    incident_containing.bp,
    incident_reports.bp,
    agreements.bp,
    agreement_versions.bp,
    requests.bp,
    requests.corrections,
    known_to.bp,
    tasks.bp,
    alerts.bp,
    registers.bp,
    data_protection.bp,
    abroad.bp,
    overrides.bp,
    notifications.bp,
    outbox.bp,
    partner_systems.bp,
    overview.bp,
    decisions.bp,
)


def set_up(app: Flask) -> None:
    """Register everything a page needs. Other sections register their blueprint in the factory, beside this."""
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader(HERE / "templates"),
            PrefixLoader(
                {
                    "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
                    "govuk_frontend_wtf": PackageLoader("govuk_frontend_wtf"),
                }
            ),
        ]
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    filters.set_up(app)
    assets.set_up(app)
    app.jinja_env.globals.update(way_out=way_out, csrf_token=csrf.token, service_name=SERVICE_NAME)
    app.jinja_env.globals["ui"] = components(app)
    app.context_processor(shown_everywhere)
    for section in (*DOORS, *ITEMS, *RECORDS):
        app.register_blueprint(section)
    if app.extensions["custodes"].demonstration:
        app.register_blueprint(demonstration.bp)
    auth.set_up(app)
    handling.set_up(app)


def components(app: Flask) -> SimpleNamespace:
    """Every macro of templates/components under one name: a template writes ui.table(…), ui.timeline(…)."""
    found: dict[str, Any] = {}
    for path in sorted((HERE / "templates" / "components").glob("*.html")):
        module = app.jinja_env.get_template(f"components/{path.name}").module
        macros = {name: macro for name, macro in vars(module).items() if isinstance(macro, Macro)}
        if twice := found.keys() & macros.keys():
            msg = f"{path.name}: {', '.join(twice)} is the name of another component"
            raise RuntimeError(msg)
        found |= macros
    return SimpleNamespace(**found)


def shown_everywhere() -> dict[str, Any]:
    """What the layouts need. Evaluated once a page, without the database."""
    actor = g.get("actor", NOBODY)
    present = actor.id != NOBODY.id
    return {
        "signed_in": present,
        "nav": nav.links(actor),
        "home_url": nav.home(actor),
        "party_name": g.get("party_name", ""),
        "footer_links": nav.FOOTER,
        "demonstration": g.get("demonstration", False),
        "idle_seconds": g.get("idle_seconds", 0),
        "file_limit": house().settings.file_limit,
        "request_id": g.get("request_id", ""),
    }
