"""Puts the doors onto the house: one Flask application with pages, API and health."""

from __future__ import annotations

from flask import Flask

from app.api import setup as api
from app.bootstrap.house import House
from app.http import health, measured, order, published
from app.http.repeating import Repeating
from app.jobs.schedule import JOBS
from app.web import setup as web


def create_app(house: House) -> Flask:
    """An application over a built house. Nothing is read from the environment here."""
    app = Repeating("custodes", static_folder=None)
    figures = house.settings.metrics
    metrics = measured.Metrics(house.settings.metrics_folder if figures else None)
    measured.set_up(app, metrics)
    order.set_up(app, house)
    web.set_up(app)
    api.set_up(app)
    health.set_up(app)
    published.set_up(app)
    if figures:
        port, inner = house.settings.metrics_port, app.wsgi_app
        app.wsgi_app = measured.Door(inner, port, lambda: metrics.text(house, JOBS))  # type: ignore[method-assign, assignment]
    return app
