"""How incidents says no."""

from __future__ import annotations

from foundation.errors import Conflict, Denied, Invalid, NotFound


class IncidentUnknown(NotFound):
    """No incident of that number, or none that concerns the body of whoever asks."""

    code = "incidents.unknown"
    title = "There is no such incident"


class NotYours(Denied):
    """Only whoever leads on breaches runs an incident."""

    code = "incidents.not-yours"
    title = "You do not run incidents"


class SecondPerson(Denied):
    """Whoever proposed it, or set it off, does not agree to it."""

    code = "incidents.second-person"
    title = "A second person must do this"


class ReportFaulty(Invalid):
    """Something in a report or an assessment is missing or wrong; ``fields`` says what."""

    code = "incidents.report-faulty"
    title = "The report cannot be used as it is"


class DataInWords(Invalid):
    """What was written holds what looks like somebody's data: the record of a breach must not be the next one."""

    code = "incidents.data-in-words"
    title = "It must not hold anybody's data"


class DutyUnknown(Invalid):
    """The rules have no such duty for this kind of incident."""

    code = "incidents.duty-unknown"
    title = "Nothing of that kind is owed"


class OutcomeUnknown(Invalid):
    """The rules know no such ending for this kind of incident."""

    code = "incidents.outcome-unknown"
    title = "An incident of this kind cannot end so"


class MeasureUnknown(Invalid):
    """There is no such way to contain it, or nothing such to contain."""

    code = "incidents.measure-unknown"
    title = "That cannot be contained so"


class AlreadyDone(Conflict):
    """It is noted already, or the incident is closed."""

    code = "incidents.already-done"
    title = "That has been done already"


class StillOwed(Conflict):
    """It cannot be closed yet. ``reasons`` names everything still owed."""

    code = "incidents.still-owed"
    title = "Something is still owed"
