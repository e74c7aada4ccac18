"""The files that travel: those given on the command line, or a few made for the purpose, one of them of 20 MB."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Sequence
from pathlib import Path

LARGE = 20_000_000
NOTE = "Note of what three people said.\nInvented for the story.\n"


def enclosed(given: Sequence[Path], folder: Path) -> list[Path]:
    """What IMB staff will send."""
    if given:
        return list(given)
    folder.mkdir()
    note = folder / "what they said – notes, 2nd visit (café).txt"
    note.write_text(NOTE, encoding="utf-8")
    table = folder / "cell bells.csv"
    table.write_text("landing,rung,answered\nInduction 1,01:12,01:51\n", encoding="utf-8")
    recording = folder / "recording of the meeting.bin"
    recording.write_bytes(os.urandom(LARGE))
    return [note, table, recording]


def media_type(file: Path) -> str:
    """What the name suggests."""
    return mimetypes.guess_type(file.name)[0] or "application/octet-stream"
