"""What one item may carry, and an upload to it that may break off and go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Limits:
    """What one item may carry. ``file_bytes`` is of one file; an upload that broke off is kept for so many hours."""

    file_bytes: int
    files: int
    upload_hours: int


@dataclass(frozen=True, slots=True)
class UploadShown:
    """``said`` is the metadata as the client gave it. ``part``: the file of the draft it became, None until then."""

    uuid: UUID
    draft: UUID
    name: str
    media_type: str
    said: str
    size: int
    arrived: int
    part: int | None
    begun: datetime
    expires: datetime

    @property
    def whole(self) -> bool:
        """Every byte is here."""
        return self.arrived == self.size
