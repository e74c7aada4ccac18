"""What of a file can be shown on a page of ours, and how: told by its first bytes, never by what its sender called it.

Text is shown as text, whatever it says of itself. A picture goes to the browser as it is, under a policy that lets
nothing run. A PDF is drawn page by page in a process of its own (``page_drawer``), with its words beside.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from app.outbound.apart import started
from app.outbound.documents import PDF, TEXT, kind_of
from foundation.errors import Invalid, Unavailable
from foundation.phrases import Phrase

MOST_TEXT = 1 << 20  # bytes shown as text
MOST_DRAWN = 64 << 20  # bytes of a file that is shown otherwise: held whole by the browser, or by the drawing process
SECONDS = 30
AT_ONCE = 2  # drawing processes of one serving process
PICTURES = {  # how each begins, and what it is then told to be
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_turns = threading.BoundedSemaphore(AT_ONCE)


class NotShown(Invalid):
    """A file that cannot be shown on a page; it can still be downloaded."""

    code = "app.not-shown"
    title = "This file cannot be shown here"


class DrawingBusy(Unavailable):
    """As many pages are being drawn as may be at once."""

    code = "app.drawing-busy"
    title = "The page cannot be drawn just now"


@dataclass(frozen=True, slots=True)
class PageWords:
    """One page of a PDF."""

    pages: int
    words: str


def told_by(head: bytes, size: int) -> str:
    """text, pdf, or the media type of a picture; "" for what cannot be shown."""
    for begins, media_type in PICTURES.items():
        if head.startswith(begins):
            return media_type if size <= MOST_DRAWN else ""
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp" if size <= MOST_DRAWN else ""
    kind = kind_of(head)
    if kind == PDF:
        return PDF if size <= MOST_DRAWN else ""
    return TEXT if kind == TEXT and size <= MOST_TEXT else ""


def text_of(data: bytes) -> str:
    """Raises NotShown for what is no text."""
    try:
        found = data.decode("utf-16" if data.startswith(_WIDE) else "utf-8-sig")
    except UnicodeError:
        found = data.decode("cp1252", "replace")
    return "".join(each if each in "\n\t" or each.isprintable() else " " for each in found.replace("\r\n", "\n"))


def words_of(pieces: Iterable[bytes], page: int) -> PageWords:
    """The words of one page, and how many pages there are. Raises NotShown, DrawingBusy."""
    try:
        return PageWords(**json.loads(_asked("words", page, pieces)))
    except (ValueError, TypeError):
        raise _not_shown() from None


def picture_of(pieces: Iterable[bytes], page: int) -> bytes:
    """One page as a PNG. Raises NotShown, DrawingBusy."""
    return _asked("picture", page, pieces)


def _asked(what: str, page: int, pieces: Iterable[bytes]) -> bytes:
    if not _turns.acquire(timeout=SECONDS):
        raise DrawingBusy(Phrase("Others are looking at documents, too. Try again in a moment."))
    try:
        return _run(what, page, pieces)
    finally:
        _turns.release()


def _run(what: str, page: int, pieces: Iterable[bytes]) -> bytes:
    drawer = started("app.outbound.page_drawer", what, str(page))
    with drawer:
        try:
            with contextlib.suppress(OSError):  # it ended early: of its limits, or of a fault of its own
                for piece in pieces:
                    drawer.stdin.write(piece)  # type: ignore[union-attr]
            out, _ = drawer.communicate(timeout=SECONDS)
        except (subprocess.TimeoutExpired, ValueError):
            raise _not_shown() from None
        finally:
            drawer.kill()
    if drawer.returncode or not out:
        raise _not_shown()
    return out


def _not_shown() -> NotShown:
    return NotShown(Phrase("It may be damaged, protected by a password, or too large. Download it instead."))
