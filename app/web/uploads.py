"""Files of a form on their way into a draft: each begun in one unit of work, sealed as it comes, attached in another.

A name that cannot be kept, an empty file or one too many is told beside the others and stops none of them. A file over
the limit stops the upload at the first byte beyond it: what follows could be as long as anything.
"""

from __future__ import annotations

from uuid import UUID

from app.http.house import actor, house
from app.http.request import FileSink
from app.http.uploads import Incoming
from app.web.filters import filesize, plural
from app.web.forms import Form
from foundation.errors import Conflict, Invalid
from vault.errors import TooLarge


class Arriving:
    """``app.http.request.Sink`` for one file. ``fault`` says why it was not taken; its bytes then go nowhere."""

    def __init__(self, draft: UUID, name: str, media_type: str) -> None:
        """Raises DraftNotFound and ActRefused before a byte is read."""
        self.name, self.fault = name, ""
        self._file: Incoming | None = None
        self._passed = 0
        try:
            self._file = Incoming(draft, name, media_type)
        except Invalid as error:
            self.fault = error.detail

    def write(self, data: bytes, /) -> int:
        """Seal it. Raises TooLarge at the first byte over the limit, of a file not taken too."""
        if self._file is not None:
            return self._file.write(data)
        self._passed += len(data)
        if self._passed > house().settings.file_limit:
            raise TooLarge(f"A file may be at most {filesize(house().settings.file_limit)}. Nothing of it was kept.")
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """The form parser rewinds what it has filled."""
        return self._file.seek(offset, whence) if self._file else 0

    def attach(self) -> bool:
        """Make it part of the draft; whether it is."""
        if self._file is None:
            return False
        try:
            file, sealed = self._file, self._file.finish()
            house().do(lambda work: file.attach(work, sealed), actor())
        except (Invalid, Conflict) as error:
            self.fault = error.detail
            return False
        self._file.settled()
        return True

    def abort(self) -> None:
        """Remove what was sealed and the row that announced it; of a file attached, nothing."""
        if self._file is not None:
            self._file.abort()

    def close(self) -> None:
        """The parser lets go of it; ``attach`` or ``abort`` says what becomes of it."""


def pasted(draft: UUID, name: str, text: str) -> None:
    """Attach text as a file, with an ending that says what it is. Raises as ``Incoming``."""
    data = text.encode("utf-8")
    file = Incoming(draft, name if "." in name else f"{name}.txt", "text/plain", size=len(data))
    try:
        file.write(data)
        sealed = file.finish()
        house().do(lambda work: file.attach(work, sealed), actor())
        file.settled()
    finally:
        file.abort()


def into(draft: UUID) -> FileSink:
    """For ``receives_files``."""
    return lambda name, media_type: Arriving(draft, name, media_type)


def attach_all(form: Form, files: list[Arriving]) -> str:
    """Attach what arrived and say each fault on the form, by file. “2 files are added.”, or nothing."""
    good = [file.attach() for file in files]
    for file in files:
        if file.fault:
            form.say(f"{file.name}: {file.fault}", "files")
    return f"{plural(sum(good), 'file is', 'files are')} added." if any(good) else ""
