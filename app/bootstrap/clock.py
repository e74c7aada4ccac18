"""Where time enters. Everything below is handed an instant; the demonstration's clock can be moved on, never back."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from foundation.errors import Invalid


class ClockRefused(Invalid):
    """The demonstration's clock cannot be set so."""

    code = "app.clock-refused"
    title = "The clock cannot be moved so"


class Clock(Protocol):
    """Tells the instant: aware, UTC, whole milliseconds."""

    def now(self) -> datetime: ...


def _whole_ms(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return _whole_ms(datetime.now(UTC))


class DemonstrationClock:
    """The machine's clock plus an offset kept in a file, shared by all processes of one demonstration."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        return _whole_ms(datetime.now(UTC) + self._offset())

    def move_to(self, instant: datetime) -> None:
        """Move on to a later instant. Raises ClockRefused for an earlier one: the log's time only advances."""
        ahead = instant - datetime.now(UTC)
        if instant <= self.now():
            msg = "The demonstration's clock only moves forward. Choose a later time."
            raise ClockRefused(msg)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(str(int(ahead.total_seconds() * 1000)), encoding="ascii")
        os.replace(fresh, self._path)

    def _offset(self) -> timedelta:
        try:
            return timedelta(milliseconds=int(self._path.read_text(encoding="ascii")))
        except FileNotFoundError:
            return timedelta()
