"""A restore that was broken off: the service does not open over half of a backup."""

from __future__ import annotations

from app.config import Settings
from foundation.errors import Unavailable

MARK = "restoring"


class RestoreUnfinished(Unavailable):
    """Somebody began to restore a backup here, and it is not done."""

    code = "app.restore-unfinished"
    title = "A restore is not finished"


def refuse_unfinished(settings: Settings) -> None:
    """Raises RestoreUnfinished."""
    if (settings.state / MARK).exists():
        raise RestoreUnfinished("Run “custodes restore” again with the same backup: it goes on where it was.")
