"""Houses made once in each process of tests, and copied for whoever wants one: a copy is a tenth of the work.

A copy has everything of its own but what it was made with: folder, keys in files, databases. Keys in a key service are
made for it anew; nothing was wrapped under the first ones.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.bootstrap import house as houses
from app.bootstrap import keys
from app.bootstrap.house import House
from app.config import Settings
from bench.live import Person, Standing, environment, make
from identity.store.hasher import Hasher
from tests import databases, stores

OLD = 300  # seconds: nobody is to find in a house just made what has waited longer than that


@dataclass(frozen=True)
class Original:
    """Its folder, the URL of its database, what its maker told of it, and when it was made, in monotonic seconds."""

    state: Path
    url: str
    known: Any
    born: float


class Originals:
    """Those of this process, each made by the first who asks."""

    def __init__(self) -> None:
        self._made: dict[str, Original] = {}
        self._scratch = tempfile.TemporaryDirectory(prefix="custodes-originals-")
        self._databases: list[str] = []
        self._count = 0

    def stand(self, name: str, state: Path, made: Callable[[Path], Any]) -> Any:
        """Make ``state`` a copy of the original of that name; what ``made(state)`` told when it made and left that."""
        one = self._made.get(name)
        if one is None or time.monotonic() - one.born > OLD:
            self._count += 1
            one = self._made[name] = self._first(Path(self._scratch.name) / f"{name}-{self._count}", made)
        shutil.copytree(one.state, state, dirs_exist_ok=True)
        databases.HERE.houses[state] = databases.copy(one.url, state)
        return deepcopy(one.known)

    def _first(self, state: Path, made: Callable[[Path], Any]) -> Original:
        with databases.HERE.lasting(self._databases):  # as long as the process
            known = made(state)
        return Original(state, databases.HERE.houses[state], known, time.monotonic())


HERE = Originals()


def keyed(house: House) -> House:
    """The same, with keys of its own in a key service."""
    if stores.on_s3():
        given = {"bodies": house.policies.parties, "now": house.now(), "demonstration": house.demonstration}
        chosen = house.settings
        keys.create(chosen.keys, origin=chosen.origin, keyring=chosen.keyring_url, **given)
    return house


def furnished(state: Path, **more: str) -> tuple[House, dict[str, Person]]:
    """What ``bench.live.make`` makes in an empty folder; ``more``: settings of the copy."""
    people = HERE.stand("furnished", state, _furnished)
    settings = Settings.from_env(environment(state, **databases.settings(state), **more))
    house = houses.build(settings, hasher=Hasher(passes=1, memory_kib=8, lanes=1))
    return keyed(replace(house, clock=Standing(datetime.now(UTC)))), people


def _furnished(state: Path) -> dict[str, Person]:
    house, people = make(state, **databases.settings(state))
    house.engine.dispose()
    house.keystore.dispose()
    return people
