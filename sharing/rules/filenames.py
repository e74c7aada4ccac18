"""What a file may be called. The name is shown and offered for saving, never used as a path.

Cleaned: folders before the name (some browsers send them), spaces and dots at the end, the composed form of accents.
Refused, so that the person chooses the new name: nothing left, ``..``, over 255 characters, control characters,
invisible characters (a right-to-left mark makes “exe.fdp” of “pdf.exe”), and names a desktop keeps for devices.
Kept as they are: HTML, quotes and every script; whoever shows the name escapes it.
"""

from __future__ import annotations

import re
import unicodedata

MOST = 255
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")
_UNKNOWN_MEDIA = "application/octet-stream"


class NameRefused(ValueError):
    """This name cannot be kept. The message says what to change."""


def clean(given: str) -> str:
    """The name to keep. Raises NameRefused."""
    if len(given) > 8 * MOST:
        raise NameRefused(_too_long(len(given)))
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") for letter in given):
        raise NameRefused("The file’s name holds characters that cannot be seen. Rename the file and try again")
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1].strip().rstrip(". ")
    if not last:
        raise NameRefused("The file has no name. Rename the file and try again")
    if len(last) > MOST:
        raise NameRefused(_too_long(len(last)))
    if _DEVICE.fullmatch(last):
        raise NameRefused("Some computers keep that name for a device. Rename the file and try again")
    return last


def media_type(given: str) -> str:
    """What the sender’s machine called the content, if it can be a media type; else octets. Told on, never trusted."""
    bare = given.partition(";")[0].strip().lower()
    return bare if _MEDIA_TYPE.fullmatch(bare) else _UNKNOWN_MEDIA


def _too_long(length: int) -> str:
    return f"The file’s name is {length} characters long; {MOST} is the most. Rename the file and try again"
