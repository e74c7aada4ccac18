"""Pages while stored objects are read again at their bounded rate, beside the same pages without.

    python -m bench.fixity [--mib 128] [--rounds 10]

In one process, as in the worker that leads the jobs: a thread checks, another answers requests. Rounds without and with
alternate; what is compared is the median of each round.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.bootstrap import fixity
from app.bootstrap.house import House
from app.factory import create_app
from app.serving import settle
from bench import results
from bench.backup import MIB, fill
from bench.live import InProcess, Person, actor_of, make
from bench.pages import must

PAGES = ("/items", "/drafts", "/search")
REQUESTS = 20  # of each page in a round


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.fixity")
    parser.add_argument("--mib", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=10)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-fixity-") as folder:
        house, people = make(Path(folder) / "state")
        fill(house, actor_of(house, people["staff"]), chosen.mib * MIB)
        measured(house, people["staff"], chosen.rounds)
        house.engine.dispose()
        house.keystore.dispose()


def measured(house: House, person: Person, rounds: int) -> None:
    """Ratios of each round, and how fast was read meanwhile."""
    client = InProcess(create_app(house))
    settle()
    client.sign_in_to_pages(person, house.now())
    took(client)
    shares, rates = [], []
    for _ in range(rounds):
        alone = took(client)
        with checking(house) as rate:
            shares.append(took(client) / alone)
        rates += rate
    results.condition("rate", f"at most {house.settings.fixity_mib} MiB/s")
    results.say("a page while fixity is checked, of the time without", shares, "times", target="<= 1.2")
    results.say("fixity meanwhile", rates, "MB/s")


def took(client: InProcess) -> float:
    """Seconds: the median of all requests of a round."""
    found = []
    for path in PAGES * REQUESTS:
        began = time.perf_counter()
        must(client.get(path), 200)
        found.append(time.perf_counter() - began)
    return statistics.median(found)


@contextmanager
def checking(house: House) -> Iterator[list[float]]:
    """A round of the check after another until the end of the block; then how fast each read."""
    stop, began = threading.Event(), threading.Event()
    size = sum(path.stat().st_size for path in (house.settings.vault / "objects").rglob("*") if path.is_file())
    rates: list[float] = []

    def check() -> None:
        while not stop.is_set():
            start = time.perf_counter()
            began.set()
            fixity.whole(house)
            rates.append(size / (time.perf_counter() - start) / 1e6)

    thread = threading.Thread(target=check, name="fixity")
    thread.start()
    began.wait()
    try:
        yield rates
    finally:
        stop.set()
        thread.join()


if __name__ == "__main__":
    main()
