"""The application over a house of the tests: put together once in a process, for that takes longer than most tests.

Nothing but ``extensions`` and ``config`` of it belongs to one house (``app.http.order``, ``app.api.setup``); what is
registered depends on the settings named here alone, and how partner systems' messages are described on the policies,
which whoever changes them does not ask about. Whoever wants figures, or registers something, makes their own.
"""

from __future__ import annotations

from copy import copy

from flask import Flask

from app.bootstrap.house import House
from app.factory import create_app

_MADE: dict[tuple[bool, bool], Flask] = {}


def app_over(house: House) -> Flask:
    """What ``create_app(house)`` would give, with its own house and its own settings."""
    settings = house.settings
    if settings.metrics:  # one application's
        return create_app(house)
    key = (house.demonstration, settings.secure)
    if key not in _MADE:
        _MADE[key] = create_app(house)
    app = copy(_MADE[key])
    app.config = copy(app.config)
    app.config["CUSTODES_SECURE"] = settings.secure
    app.extensions = {**app.extensions, "custodes": house}
    return app
