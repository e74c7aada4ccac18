"""The name the service is opened by. What the Host of a request says decides nothing, least of all where a link leads.

Where the address is set (CUSTODES_ADDRESS) a request for another name is refused before anything is looked up, and
every link that leaves the service names the address. A demonstration is opened by whatever name its machine has.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, request, url_for
from werkzeug.exceptions import HTTPException

from app.http.house import house
from identity.ports import Site

HEALTH = "health."


class MisdirectedRequest(HTTPException):
    """RFC 9110, 15.5.20: asked for under a name that is not ours."""

    code = 421
    description = "This service does not answer to that name. Nothing was looked up or changed."


def check() -> None:
    """First of all. What watches the process asks by whatever name the machine has. Raises MisdirectedRequest."""
    site = _ours()
    # The name alone: a proxy may leave the port away.
    if site and request.host.partition(":")[0].lower() != site.host and not (request.endpoint or "").startswith(HEALTH):
        raise MisdirectedRequest


def _ours() -> Site | None:
    settings = house().settings
    return None if settings.demonstration else settings.site


def address(endpoint: str, **named: Any) -> str:
    """A link to be given to somebody: below the address of the service, whatever name it was asked for under."""
    site = _ours()
    return f"{site.origin}{url_for(endpoint, **named)}" if site else url_for(endpoint, _external=True, **named)


def set_up(app: Flask) -> None:
    """Before anything is looked up for anybody. Nor does the router lead on, by the name it was asked for, where an
    address has a slash too many: there is no such address.
    """
    app.url_map.merge_slashes = False
    app.before_request(check)
