"""Puts the doors onto the house: one Flask application with pages, API and health."""

from __future__ import annotations

from flask import Flask

from app.api import setup as api
from app.bootstrap.house import House
from app.http import health, order, published
from app.http.repeating import Repeating
from app.web import setup as web


def create_app(house: House) -> Flask:
    """An application over a built house. Nothing is read from the environment here."""
    app = Repeating("custodes", static_folder=None)
    order.set_up(app, house)
    web.set_up(app)
    api.set_up(app)
    health.set_up(app)
    published.set_up(app)
    return app
