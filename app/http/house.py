"""The house this process serves, and the person this request is from."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app, g

from identity.errors import PasskeysOff

if TYPE_CHECKING:
    from app.bootstrap.house import House
    from foundation.actor import Actor
    from identity.ports import Site


def house() -> House:
    """What bootstrap built at start: ``with house().work(actor) as work`` is one unit of work."""
    return cast("House", current_app.extensions["custodes"])


def site() -> Site:
    """Where passkeys are made and answer. Raises PasskeysOff where no address is configured."""
    found = house().settings.site
    if found is None:
        raise PasskeysOff("Whoever runs the service has not set its address. Use your password and a code.")
    return found


def actor() -> Actor:
    """Who is asking, as the session says; NOBODY before sign-in."""
    return cast("Actor", g.actor)
