"""The settings in effect, each with where it comes from; what could open something is said to be set, and no more."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.config import Settings
from app.settings import SETTINGS, Setting

GIVEN, DEFAULT = "environment", "default"
_SECRET = re.compile(r"pass|secret|key|token", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Effective:
    """One setting. ``value`` is what is in effect; of an address that holds a password all but the password."""

    name: str
    value: str
    source: str
    meaning: str


def effective(settings: Settings) -> list[Effective]:
    """Every setting of the table, in its order."""
    return [_of(settings, each) for each in SETTINGS]


def _of(settings: Settings, each: Setting) -> Effective:
    value = settings.said.get(each.name, "")
    source = GIVEN if each.name in settings.given else DEFAULT
    return Effective(each.name, shown(value, secret=each.secret), source, each.meaning)


def shown(value: str, *, secret: bool) -> str:
    """As it may be read out: of a secret that it is set, of an address with a password all but the password."""
    if secret:
        return "set" if value else "not set"
    if "://" not in value:
        return value
    try:
        split = urlsplit(value)
        bare = split.password is None and _SECRET.search(split.query) is None
        user, host, port = split.username, split.hostname or "", split.port
    except ValueError:
        return "set"  # no address for sure, so nobody knows what is in it
    if bare:
        return value
    where = f"{user}@{host}" if user else host
    return f"{split.scheme}://{where}{f':{port}' if port else ''}{split.path} (password set)"
