"""What is given on the command line, and how it ended: exit code 0 only if every step held."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from app.story.offline import verify_offline
from app.story.play import Played, play
from app.story.service import LOG, Service
from app.story.telling import Telling, Unexpected


def main(argv: list[str] | None = None) -> None:
    """Play the story; leaves with 0, or with 1 and what was expected."""
    given = _arguments(argv)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="custodes-story-") as folder:
        telling = Telling()
        try:
            _tell(Path(folder), telling, given)
        except Unexpected as error:
            telling.failed(error)
            _what_the_service_said(Path(folder) / LOG)
            sys.exit(1)
    print(f"\nEvery step held: {telling.steps} steps in {time.monotonic() - started:.0f} seconds.")


def _tell(folder: Path, telling: Telling, given: argparse.Namespace) -> None:
    files: list[Path] = given.files
    service = Service(folder / "state", largest=max((path.stat().st_size for path in files), default=0))
    telling.title("A fresh service, in demonstration mode, with an invented cast")
    service.prepare(telling, given.establishments)
    with service.running():
        telling.said(f"It listens on http://{service.host}:{service.port}")
        played: Played = play(service, telling, files, given.establishments, folder)
    telling.title("The service is stopped. Somebody who trusts nobody verifies, in processes of their own")
    verify_offline(telling, played)


def _what_the_service_said(log: Path) -> None:
    said = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    for line in said[-20:]:
        print(f"     service: {line}")


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m app.story",
        description="Start a fresh service, play one item’s whole life through its HTTP API, verify it offline.",
    )
    parser.add_argument("--establishments", type=_file, metavar="CSV", help="import these, and tell the story of one")
    parser.add_argument("files", nargs="*", type=_file, metavar="FILE", help="files to send, of any size")
    return parser.parse_args(argv)


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file “{text}”")
    if not path.stat().st_size:
        raise argparse.ArgumentTypeError(f"“{text}” is empty, and the service takes no empty file")
    return path.resolve()
