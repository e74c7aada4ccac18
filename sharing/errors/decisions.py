"""How sharing says no about decisions to share."""

from __future__ import annotations

from audit.noted import Noted
from foundation.errors import Denied, Invalid, NotFound


class DecisionNotFound(NotFound):
    """No such decision to share, or none that this person may know of."""

    code = "sharing.decision-not-found"
    title = "There is no such decision that you may see"


class DecisionRefused(Noted, Denied):
    """Somebody else answers for this decision, or refuses requests to this office."""

    code = "sharing.decision-refused"
    title = "You may not do that"


class DecisionFaulty(Invalid):
    """Answers that cannot be used. ``fields`` names each."""

    code = "sharing.decision-faulty"
    title = "Some of this cannot be recorded"
