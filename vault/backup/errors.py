"""How a backup or a restore says no."""

from __future__ import annotations

from foundation.errors import Conflict, Invalid, NotFound, Unavailable


class BackupUnknown(NotFound):
    """There is no finished backup of that name, or none at all."""

    code = "vault.backup-unknown"
    title = "There is no such backup"


class BackupDamaged(Unavailable):
    """A file of the backup is missing, changed or cut, or its manifest is not as it was signed."""

    code = "vault.backup-damaged"
    title = "The backup is not as it was made"


class BackupUnfit(Conflict):
    """It is another service's, another version's or for another database."""

    code = "vault.backup-unfit"
    title = "The backup does not fit this service"


class BackupShut(Invalid):
    """The private key given does not open it, or is none."""

    code = "vault.backup-shut"
    title = "The backup does not open with that key"


class BackupRunning(Conflict):
    """Somebody is making one just now."""

    code = "vault.backup-running"
    title = "A backup is being made already"


class BackupUnsettled(Conflict):
    """Items were destroyed again and again while their rows were being copied."""

    code = "vault.backup-unsettled"
    title = "Too much was destroyed meanwhile"


class PlaceNotEmpty(Conflict):
    """Nothing is ever restored over anything."""

    code = "vault.place-not-empty"
    title = "There is something there already"
