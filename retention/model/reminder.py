"""The noun of a reminder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Stage = Literal["due", "approval", "hold-review", "return", "cooling-off"]
STAGES: tuple[Stage, ...] = ("due", "approval", "hold-review", "return", "cooling-off")


@dataclass(frozen=True, slots=True)
class Reminder:
    """That those of ``party`` were reminded of an item, or a hold, that came to a stage on ``since``.

    Of a cooling-off ``since`` is the day it ends.
    """

    subject: str
    stage: Stage
    since: date
    party: str
    at: datetime
