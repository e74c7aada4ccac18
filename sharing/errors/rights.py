"""How sharing says no about requests people make about the data held on them."""

from __future__ import annotations

from audit.noted import Noted
from foundation.errors import Conflict, Denied, Invalid, NotFound


class RequestNotFound(Noted, NotFound):
    """No such request, or none that this body deals with."""

    code = "sharing.request-not-found"
    title = "There is no such request that you may see"


class RequestFaulty(Invalid):
    """What was given of a request cannot be used. ``fields`` names each."""

    code = "sharing.request-faulty"
    title = "Some of this cannot be used"


class RequestRefused(Noted, Denied):
    """Somebody else does this, or a second person must."""

    code = "sharing.request-refused"
    title = "You may not do that"


class RequestUnready(Noted, Conflict):
    """It is not, or no longer, where that can be done. The reasons say what comes first."""

    code = "sharing.request-unready"
    title = "That cannot be done yet, or any more"
