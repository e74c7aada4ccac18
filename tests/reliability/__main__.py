"""``make faults``: every row of docs/reliability.md tried, what was found kept, the page written.

python -m tests.reliability [--most N] [--database sqlite|postgresql|cloud …] [--act NAME …] [--fault NAME …]
                            [--cores N] [--pieces FOLDER]

``--cores``: so many processes share the rows, each with a house of its own. What was found of a row is a piece of its
own in the folder ``--pieces``; of a run that was broken off, the rows that are there already are not tried again. At
the end all pieces are put together with what was kept before.
"""

from __future__ import annotations

import argparse
import gc
import re
import subprocess
import sys
import tempfile
import time
from contextlib import AbstractContextManager, nullcontext, suppress
from itertools import chain
from pathlib import Path

from tests.databases import HERE
from tests.reliability.acts import Act
from tests.reliability.breaking import Fault
from tests.reliability.page import PAGE, page
from tests.reliability.rows import CLOUD, FAULTS, POSTGRESQL, SQLITE, Row, declared, keep, kept, tried
from tests.reliability.services import cloudy
from tests.reliability.trying import Trying
from tests.reliability.world import World, made_in


def main() -> int:
    chosen = _chosen()
    if chosen.worker:
        return _worker(chosen)
    with tempfile.TemporaryDirectory(prefix="faults-") as scratch:
        pieces = chosen.pieces or Path(scratch)
        pieces.mkdir(parents=True, exist_ok=True)
        for begun in pieces.glob("*.begun"):
            begun.unlink()
        command = [sys.executable, "-m", "tests.reliability", *sys.argv[1:], "--pieces", str(pieces), "--worker"]
        ended = []
        for database in chosen.database or FAULTS:  # each in processes of their own: a house is of one kind for life
            workers = [subprocess.Popen([*command, database]) for _ in range(chosen.cores)]
            ended += [worker.wait() for worker in workers]
        found = [row for piece in sorted(pieces.glob("*.json")) for row in kept(piece)]
    keep(found)
    PAGE.write_text(page(), encoding="utf-8")
    return 1 if any(ended) or any(row.wrong for row in found) else 0


def _chosen() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability")
    parser.add_argument("--most", type=int, default=sys.maxsize, help="places of each row that are tried")
    parser.add_argument("--database", action="append", default=[], choices=tuple(FAULTS))
    parser.add_argument("--act", action="append", default=[], help="this act alone; may be given again")
    parser.add_argument("--fault", action="append", default=[], help="this fault alone; may be given again")
    parser.add_argument("--cores", type=int, default=1, help="processes that share the rows")
    parser.add_argument("--pieces", type=Path, help="where what was found is kept, to go on from")
    parser.add_argument("--worker", choices=tuple(FAULTS), help=argparse.SUPPRESS)
    return parser.parse_args()


def _worker(chosen: argparse.Namespace) -> int:
    """Try what nobody else has begun, until there is nothing left."""
    database = chosen.worker
    HERE.kind = POSTGRESQL if database == POSTGRESQL else SQLITE
    todo = (row for row in declared() if row[2] == database and _asked_for(row, chosen))
    first = next(todo, None)
    if first is None:
        return 0
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, _world(database, Path(folder)) as world:
        gc.freeze()  # what is forked of this is not copied for being looked at
        for act, fault, _ in chain([first], todo):
            began = time.monotonic()
            row = tried(Trying(world, act), fault, database, chosen.most)
            _say(row, time.monotonic() - began)
            keep([row], _piece(chosen.pieces, row.name))
    HERE.stop()
    return 0


def _asked_for(row: tuple[Act, Fault, str], chosen: argparse.Namespace) -> bool:
    """Whether it is asked for, not there yet, and begun by nobody: from here on it is."""
    act, fault, database = row
    if (chosen.act and act.name not in chosen.act) or (chosen.fault and fault.name not in chosen.fault):
        return False
    piece = _piece(chosen.pieces, (act.name, fault.name, database))
    if piece.exists():
        return False
    with suppress(FileExistsError):
        piece.with_suffix(".begun").touch(exist_ok=False)
        return True
    return False


def _piece(pieces: Path, name: tuple[str, ...]) -> Path:
    return pieces / (re.sub(r"[^a-z0-9]+", "-", " ".join(name).lower()) + ".json")


def _world(database: str, folder: Path) -> AbstractContextManager[World]:
    return cloudy(folder) if database == CLOUD else nullcontext(made_in(folder))


def _say(row: Row, seconds: float) -> None:
    said = f"{row.act}, {row.fault}, {row.database}: {row.tried} of {row.places} places, {seconds:.0f} s, {row.saw}"
    print(said, flush=True)
    for each in row.wrong:
        print(f"  AMISS {each}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
