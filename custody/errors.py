"""How custody says no."""

from __future__ import annotations

from audit.noted import Noted
from foundation.errors import Conflict, Denied, Invalid, NotFound


class MediumNotFound(NotFound):
    """No such medium, or none they may know of."""

    code = "custody.medium-not-found"
    title = "There is no medium of that number"


class PaperNotFound(NotFound):
    """No such copy on paper, or none they may know of."""

    code = "custody.paper-not-found"
    title = "There is no copy on paper of that number"


class CustodyRefused(Noted, Denied):
    """A rule of media or paper stands against it. ``reasons`` holds every one."""

    code = "custody.refused"
    title = "This may not be done with the medium or the paper"


class AskedWrong(Invalid):
    """Something asked for cannot be used. ``fields`` names each."""

    code = "custody.asked-wrong"
    title = "Some details need correcting"


class StateOver(Conflict):
    """It is not at that point any more, or not yet."""

    code = "custody.not-now"
    title = "It is at another point now"


class PassphraseUnknown(Conflict):
    """The passphrase was not made for this writing, or was used."""

    code = "custody.passphrase-unknown"
    title = "That passphrase was not made for this"


class ReadBackDiffers(Noted, Invalid):
    """What was read back from the medium is not what was written."""

    code = "custody.read-back-differs"
    title = "The file read back is not the one that was written"
