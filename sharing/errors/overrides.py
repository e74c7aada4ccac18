"""How sharing says no about breaking the glass."""

from __future__ import annotations

from audit.noted import Noted
from foundation.errors import Denied, Invalid, NotFound


class OverrideFaulty(Invalid):
    """What was said with it cannot be used. ``fields`` names each fault."""

    code = "sharing.override-faulty"
    title = "Some of this cannot be recorded"


class OverrideNotFound(NotFound):
    """The glass was not broken so, or not where this person may know of it."""

    code = "sharing.override-not-found"
    title = "There is nothing of that name that you may see"


class OverrideRefused(Noted, Denied):
    """Somebody else reviews it."""

    code = "sharing.override-refused"
    title = "You may not do that"
