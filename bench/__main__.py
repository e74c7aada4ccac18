"""Every measurement, one after another, each in a process of its own: ``make bench``.

    python -m bench [--quick] [--save] [NAME …]

``--quick`` takes small sizes: whether it runs, not how fast. ``--save`` keeps the figures of a full run in
bench/results/ and draws docs/benchmarks.md from them; it waits for the machine to be at rest before each, and does not
keep what was measured on one that is not.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass

from bench import draw, results

PATIENCE = 600  # seconds for the load of whatever ran before to be gone


@dataclass(frozen=True)
class Bench:
    """``python -m bench.<module>`` with its arguments; ``takes``: about how long a full one is."""

    about: str
    module: str
    full: tuple[str, ...]
    quick: tuple[str, ...]
    takes: str


_FEW = ("--pairs", "3")
BENCHES = {
    "vault": Bench("Sealing and opening, beside the cipher's own speed", "vault", (), ("8",), "1 minute"),
    "rewrap": Bench(
        "100,000 keys wrapped anew on SQLite",
        "vault",
        ("--rewrap", "100000"),
        ("--rewrap", "1000"),
        "1 minute",
    ),
    "rewrap-postgresql": Bench(
        "The same on PostgreSQL",
        "vault",
        ("--rewrap", "100000", "postgresql"),
        ("--rewrap", "1000", "postgresql"),
        "1 minute",
    ),
    "cloud": Bench("S3 and KMS as moto serves them, beside plain boto3", "cloud", (), ("16",), "2 minutes"),
    "audit": Bench(
        "The log: appends, taking in, verification, receipts",
        "audit",
        (),
        ("--appends", "200", "--entries", "2000"),
        "5 minutes",
    ),
    "peers": Bench(
        "Log and vault beside what else could do their work",
        "peers",
        ("append", "detect", "encrypt", "--pairs", "3", "--seconds", "1"),
        ("append", "detect", "encrypt", *_FEW, "--seconds", "0.3", "--clients", "1,4", "--sizes", "1000,4194304"),
        "12 minutes",
    ),
    "proofs": Bench(
        "A log of a million entries verified, and proofs from it, beside what else could do it",
        "peers",
        ("verify", "proofs", "--pairs", "3"),
        ("verify", "proofs", *_FEW, "--events", "2000"),
        "6 minutes",
    ),
    "access": Bench("Lists, counts, searches and decisions", "access", (), ("5000",), "2 minutes"),
    "affected": Bench(
        "Whom an item reached, by ten million entries", "affected", ("10000000",), ("150000",), "25 minutes"
    ),
    "agreement": Bench(
        "An agreement over a million items: overdue list, its page, a Chair's first page, a new version",
        "agreement",
        (),
        ("--items", "3000", "--duties", "2000", "--people", "50", "--boards", "5", "--rounds", "3"),
        "5 minutes",
    ),
    "doors": Bench(
        "Pages over a million items and two thousand people on PostgreSQL, beside a bare template; a first visit",
        "doors",
        (),
        ("--items", "3000", "--people", "50", "--boards", "5", "--rounds", "3", "--seconds", "1"),
        "8 minutes",
    ),
    "disposal": Bench(
        "Disposal: a sweep over very many, destruction beside shred, readers meanwhile",
        "disposal",
        (),
        ("--cases", "20000", "--due", "40", "--kib", "8"),
        "30 minutes",
    ),
    "backup": Bench(
        "A backup beside a plain copy, fixity, a drill of the demonstration",
        "backup",
        (),
        ("--mib", "16"),
        "5 minutes",
    ),
    "drills": Bench(
        "A drill of the demonstration, on SQLite with folders and on PostgreSQL with S3 and KMS",
        "backup",
        ("--drills",),
        ("--drills",),
        "1 minute",
    ),
    "fixity": Bench(
        "Pages while stored objects are read again at their bounded rate",
        "fixity",
        (),
        ("--mib", "8", "--rounds", "2"),
        "3 minutes",
    ),
    "transfer": Bench("A large file in and out of the service", "transfer", (), ("--gib", "0.0625"), "2 minutes"),
    "pages": Bench("The server's time for each page, and the story", "pages", (), ("--rounds", "3"), "1 minute"),
    "load": Bench(
        "Many people at once, several workers, PostgreSQL and SQLite",
        "load",
        (),
        ("--users", "6", "--seconds", "4", "--items", "20"),
        "10 minutes",
    ),
}


def at_rest() -> bool:
    """Whether the machine is, at last."""
    until = time.monotonic() + PATIENCE
    while results.load() > results.BUSY:
        if time.monotonic() > until:
            return False
        time.sleep(5)
    return True


def run(name: str, *, quick: bool, save: bool) -> bool:
    """One of them; whether it ended well, every target met."""
    bench = BENCHES[name]
    env = dict(os.environ)
    kept = results.FOLDER / f"{name}.json"
    if save and at_rest():
        env[results.SAVE] = str(kept)
    elif save:
        print(f"the load is {os.getloadavg()[0]:.1f}: measured all the same, and not kept", flush=True)
    began = time.time()
    command = [sys.executable, "-m", f"bench.{bench.module}", *(bench.quick if quick else bench.full)]
    done = subprocess.run(command, check=False, env=env).returncode == 0
    if results.SAVE in env:
        there = kept.exists() and kept.stat().st_mtime >= began
        print(f"kept in bench/results/{kept.name}" if there else "nothing kept: it did not end well", flush=True)
    return done


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--save", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(BENCHES):
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}")
    if chosen.quick and chosen.save:
        parser.error("a quick run shows that it runs; its figures are not kept")
    failed = []
    print(results.in_words(results.conditions()), flush=True)
    for name in chosen.names or BENCHES:
        began = time.perf_counter()
        takes = "" if chosen.quick else f"; about {BENCHES[name].takes}"
        print(f"\n{BENCHES[name].about} (bench/{BENCHES[name].module}.py{takes})\n", flush=True)
        if not run(name, quick=chosen.quick, save=chosen.save):
            failed.append(name)
        print(f"\n{time.perf_counter() - began:.0f} s, load {os.getloadavg()[0]:.1f}", flush=True)
    if chosen.save:
        draw.write()
    if failed:
        print(f"\nfailed, or short of a target: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
