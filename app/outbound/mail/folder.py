"""Mail as files in a folder: the demonstration, and where nobody set up anything else."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from app.outbound.mail.composed import Unusable, composed
from foundation.durable import sync
from outbox.model.message import DELIVERED, FAILED, Letter, Outcome

SENDER = "custodes@localhost.localdomain"


class Folder:
    """``outbox.ports.Carrier``. One file a letter, named by its id: written twice it is there once."""

    name = "file"

    def __init__(self, folder: Path, sender: str, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._sender = sender or SENDER
        self._clock = clock

    def send(self, letter: Letter) -> Outcome:
        """It lies there: that is all the delivery there is."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write(letter, composed(letter, self._sender, self._clock()).as_bytes())
        except Unusable:
            return Outcome(FAILED, "address-unusable", permanent=True)
        except OSError:
            return Outcome(FAILED, "folder-unwritable")
        return Outcome(DELIVERED)

    def ask(self, remotes: Mapping[str, str]) -> Mapping[str, Outcome]:  # noqa: ARG002 - nothing is under way
        """Nothing more is ever known."""
        return {}

    def _write(self, letter: Letter, body: bytes) -> None:
        """Whole or not at all: what a broken-off attempt left is written over."""
        half = self._folder / f".{letter.id}"
        fd = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        half.replace(self._folder / f"{letter.id}.eml")
        sync(self._folder)
