"""The rows of docs/reliability.md: each act with each fault, and what came of every time it was tried."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.reliability.acts import ACTS, BROKE, DIED, DONE, REFUSED, Act
from tests.reliability.breaking import AWAY, CLOCK, DISK, KILLED, Fault, Strike
from tests.reliability.services import SERVICES
from tests.reliability.trying import Tried, Trying

KEPT = Path(__file__).parent / "found.json"
SQLITE, POSTGRESQL, CLOUD = "sqlite", "postgresql", "cloud"
SEED = "a spread of the places, the same in every run"
# Which faults are tried on which database: a disk's are tried where its files are the service's own.
FAULTS = {SQLITE: (*DISK, *AWAY, *CLOCK), POSTGRESQL: (KILLED, *AWAY), CLOUD: SERVICES}
SAID = {
    "api": "503, problem+json",
    "page": "503, a page",
    "command": "a refusal, exit code 2",
    "job": "nobody: the next run goes on",
}
WORDS = {DONE: "it was done", DIED: "nothing: the connection broke", BROKE: "500"}


@dataclass
class Row:
    """``places``: where it may strike; ``tried``: at how many it did; ``saw``: what its caller saw, how often;
    ``done``: how often the act had been done in the end all the same, before anybody asked again.
    """

    act: str
    fault: str
    database: str
    places: int
    tried: int = 0
    saw: dict[str, int] = field(default_factory=dict)
    done: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def name(self) -> tuple[str, str, str]:
        return self.act, self.fault, self.database

    def add(self, act: Act, tried: Tried) -> None:
        if not tried.struck:
            return
        self.tried += 1
        word = SAID[act.door] if tried.saw.how == REFUSED else WORDS[tried.saw.how]
        self.saw = dict(Counter(self.saw) + Counter([word]))
        self.done += tried.found.done
        self.wrong += [f"{tried.where}: {each}" for each in tried.found.faults]


def declared() -> list[tuple[Act, Fault, str]]:
    """Every row there is, in the order of the page."""
    return [
        (act, fault, database)
        for database, faults in FAULTS.items()
        for fault in faults
        for act in ACTS
        if act.door in fault.doors
    ]


def spread(strikes: Sequence[Strike], most: int, act: Act, fault: Fault) -> list[Strike]:
    """So many of them, chosen by lot and always the same."""
    if len(strikes) <= most:
        return list(strikes)
    chosen = random.Random(f"{SEED} {act.name} {fault.name}").sample(range(len(strikes)), most)
    return [strikes[each] for each in sorted(chosen)]


def tried(trying: Trying, fault: Fault, database: str, most: int) -> Row:
    """One row, at no more places than ``most``."""
    strikes = fault.strikes(trying)
    row = Row(trying.act.name, fault.name, database, len(strikes))
    for each in spread(strikes, most, trying.act, fault):
        try:
            row.add(trying.act, trying.at(each))
        except (AssertionError, OSError, RuntimeError) as error:  # it hangs, or cannot be judged: found, like the rest
            row.wrong.append(f"{each.where}: {error!r}"[:500])
    return row


def kept(where: Path = KEPT) -> list[Row]:
    return [Row(**each) for each in json.loads(where.read_text("utf-8"))] if where.exists() else []


def keep(rows: Iterable[Row], where: Path = KEPT) -> None:
    """Beside those of other rows that are kept already."""
    found = {row.name: row for row in kept(where)}
    found |= {row.name: row for row in rows}
    order = [(act.name, fault.name, database) for act, fault, database in declared()]
    lines = [json.dumps(asdict(found[name]), ensure_ascii=False) for name in order if name in found]
    where.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
