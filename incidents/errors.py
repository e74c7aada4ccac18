"""How incidents says no."""

from __future__ import annotations

from foundation.errors import Conflict, Denied, Invalid, NotFound


class IncidentUnknown(NotFound):
    """No incident of that number."""

    code = "incidents.unknown"
    title = "There is no such incident"


class NotYours(Denied):
    """Only whoever leads on breaches runs an incident."""

    code = "incidents.not-yours"
    title = "You do not run incidents"


class DutyUnknown(Invalid):
    """The rules have no such duty for this kind of incident."""

    code = "incidents.duty-unknown"
    title = "Nothing of that kind is owed"


class OutcomeUnknown(Invalid):
    """The rules know no such ending for this kind of incident."""

    code = "incidents.outcome-unknown"
    title = "An incident of this kind cannot end so"


class AlreadyDone(Conflict):
    """The duty is noted already, or the incident is closed."""

    code = "incidents.already-done"
    title = "That has been done already"


class StillOwed(Conflict):
    """It cannot be closed yet. ``reasons`` names each duty still owed."""

    code = "incidents.still-owed"
    title = "Something is still owed"
