"""Who vouches for the log besides its keeper, in the words that page, API, health and command line share."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from audit.cosign import Standing
from foundation.errors import Unavailable

if TYPE_CHECKING:
    from app.bootstrap.work import Work

NOBODY, IN_TIME, LATE, UNKNOWN = "nobody", "in-time", "late", "unknown"

log = logging.getLogger("custodes.witnesses")


def standing(work: Work) -> tuple[Standing, ...] | None:
    """How each witness stands; None where it cannot be told, which must keep nobody from the rest."""
    try:
        return work.cosignatures.standing(now=work.now)
    except Unavailable as error:
        log.error("cannot tell how the witnesses stand: %s (%s)", error.detail, error.code)
        return None


def word(found: tuple[Standing, ...] | None) -> str:
    """One word for all of them: nobody, in-time, late or unknown."""
    if found is None:
        return UNKNOWN
    return LATE if any(each.late for each in found) else IN_TIME if found else NOBODY
