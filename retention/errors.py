"""How retention says no."""

from __future__ import annotations

from foundation.errors import Conflict, Denied, Invalid, NotFound, Unavailable


class CaseNotFound(NotFound):
    """No retention clock runs for that item, or the asker may not know of it."""

    code = "retention.case-not-found"
    title = "There is no disposal case for that"


class HoldNotFound(NotFound):
    """No such hold, or lifted already."""

    code = "retention.hold-not-found"
    title = "There is no hold of that number in force"


class BatchNotFound(NotFound):
    """No such batch."""

    code = "retention.batch-not-found"
    title = "There is no such batch"


class BatchChanged(Conflict):
    """What is in the batch is not what the asker saw."""

    code = "retention.batch-changed"
    title = "This batch has changed since you looked at it"


class CertificateNotFound(NotFound):
    """No certificate of that number."""

    code = "retention.certificate-not-found"
    title = "There is no certificate of that number"


class CopyNotFound(NotFound):
    """No such copy in the register."""

    code = "retention.copy-not-found"
    title = "There is no copy of that number"


class TransferNotFound(NotFound):
    """Nothing of that item was packaged for the archive."""

    code = "retention.transfer-not-found"
    title = "Nothing was packaged for the archive"


class DisposalRefused(Denied):
    """A rule of disposal stands against it. ``reasons`` holds every one."""

    code = "retention.disposal-refused"
    title = "This step of the disposal may not be taken"


class DetailsInvalid(Invalid):
    """A period, date, reason or authority that cannot be used."""

    code = "retention.details-invalid"
    title = "Some details need correcting"


class ScheduleNotFound(NotFound):
    """No such version of a schedule."""

    code = "retention.schedule-not-found"
    title = "There is no such version of a schedule"


class ScheduleFaulty(Invalid):
    """A schedule that cannot be taken. ``fields`` names each fault by line and column."""

    code = "retention.schedule-faulty"
    title = "The schedule cannot be taken as it is"


class ScheduleDecided(Conflict):
    """The version was decided on already, or another was approved since it was proposed."""

    code = "retention.schedule-decided"
    title = "This version of the schedule can no longer be decided on"


class ScheduleDamaged(Unavailable):
    """The text kept for an approved version is not the one that was approved."""

    code = "retention.schedule-damaged"
    title = "A retention schedule was changed behind the service"


class CaseChanged(Conflict):
    """The case is not as the asker saw it."""

    code = "retention.case-changed"
    title = "This case has changed since you looked at it"


class DisposalUnproven(Unavailable):
    """The rows say that it may be destroyed and the log does not: somebody edited them behind the service."""

    code = "retention.disposal-unproven"
    title = "The log does not bear this disposal out"


class DestructionFailed(Unavailable):
    """The content could not be shown to be gone. The case stays in destroying and the next sweep tries again."""

    code = "retention.destruction-failed"
    title = "The destruction could not be completed"
