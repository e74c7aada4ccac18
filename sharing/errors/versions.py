"""How sharing says no about changes to an agreement."""

from __future__ import annotations

from audit.noted import Noted
from foundation.errors import Conflict, Denied, Invalid, NotFound, Unavailable


class VersionFaulty(Invalid):
    """A proposed version that cannot be used. ``fields`` names each fault by its key in the file."""

    code = "sharing.version-faulty"
    title = "The version cannot be taken as it is"


class VersionInvalid(Invalid):
    """What was said about a version is incomplete."""

    code = "sharing.version-invalid"
    title = "Some of this is missing"


class VersionRefused(Noted, Denied):
    """It is somebody else's to do, or not now."""

    code = "sharing.version-refused"
    title = "You may not do that"


class VersionNotFound(NotFound):
    """No such version or proposal."""

    code = "sharing.version-not-found"
    title = "There is no such version of an agreement"


class VersionChanged(Conflict):
    """Somebody acted on the proposal a moment ago."""

    code = "sharing.version-changed"
    title = "Somebody acted on this proposal in the same moment"


class VersionDamaged(Unavailable):
    """The text of a signed version is not the one that was signed, or the log does not hold the signatures."""

    code = "sharing.version-damaged"
    title = "A signed version of an agreement was changed behind the service"
