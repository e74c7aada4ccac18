"""What happens to every request, and in which order: who asks, may they come here, how long is it, is the form ours.

The order is the safety: reading a form reads the files in it, so what can refuse without reading comes first.
"""

from __future__ import annotations

from flask import Flask

from app.bootstrap.house import House
from app.http import csrf, errors, hosts, kept, language, permissions, request, security, sessions, tokens, unsent


def set_up(app: Flask, house: House) -> None:
    """Called once by the factory, before any page or API is registered."""
    app.extensions["custodes"] = house
    app.config["CUSTODES_SECURE"] = house.settings.secure
    app.request_class = request.SealingRequest
    security.set_up(app)
    hosts.set_up(app)
    sessions.set_up(app)
    language.set_up(app)
    app.before_request(permissions.require_sign_in)
    app.before_request(tokens.check)
    app.before_request(request.check_length)
    app.before_request(csrf.check)
    app.before_request(kept.reopen)
    unsent.set_up(app)
    app.teardown_request(request.abort_unclaimed)
    errors.set_up(app)
