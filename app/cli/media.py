"""``custodes media verify``: is the file on the medium the one that was written? Needs no database and no service."""

from __future__ import annotations

import re
import sys
from hashlib import sha256
from pathlib import Path

import click

from app.cli.console import say

_PIECE = 1 << 20


@click.group()
def media() -> None:
    """Removable media."""


@media.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sha256", "digest", required=True, help="As the page of the medium shows it: 64 letters and digits.")
def verify(file: Path, digest: str) -> None:
    """Compare FILE, as it lies on the medium, with what was written. Exit code 1: it is not the same.

    The service says “exported” only when the file is given back to it: by its page, or PUT /media/<id>/read-back.
    """
    wanted = re.sub(r"\s", "", digest).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", wanted):
        msg = "--sha256 must be 64 letters and digits."
        raise click.UsageError(msg)
    total = sha256()
    with file.open("rb") as source:
        while piece := source.read(_PIECE):
            total.update(piece)
    same = total.hexdigest() == wanted
    said = "It is the container that was written." if same else "It is NOT the container that was written."
    say(f"{file.name}: {file.stat().st_size} bytes. {said}", error=not same)
    sys.exit(0 if same else 1)
