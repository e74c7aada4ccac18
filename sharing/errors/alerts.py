"""How sharing says no about alerts."""

from __future__ import annotations

from audit.noted import Noted
from foundation.errors import Conflict, Denied, Invalid, NotFound


class AlertFaulty(Invalid):
    """Fields of an alert, or of an order of call, that cannot be used. ``fields`` names each."""

    code = "sharing.alert-faulty"
    title = "Some of this cannot be used"


class AlertRefused(Noted, Denied):
    """It is for others to raise, acknowledge or pass on."""

    code = "sharing.alert-refused"
    title = "You may not do that"


class AlertNotFound(Noted, NotFound):
    """No such alert, or none that this person may know of."""

    code = "sharing.alert-not-found"
    title = "There is no alert of that address that you may see"


class AlertSettled(Conflict):
    """Somebody acknowledged it, or it went on, in the meantime."""

    code = "sharing.alert-settled"
    title = "It has moved on since you looked"
