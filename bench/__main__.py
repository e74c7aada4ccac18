"""Every measurement, one after another, each in a process of its own: ``make bench``.

    python -m bench [--quick] [NAME …]        vault, audit, access, transfer, pages

``--quick`` takes small sizes: whether it runs, not how fast. docs/benchmarks.md keeps the figures of a full run.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import subprocess
import sys
import time

FULL: dict[str, tuple[str, ...]] = {
    "vault": (),
    "audit": (),
    "access": (),
    "transfer": (),
    "pages": (),
}
QUICK: dict[str, tuple[str, ...]] = {
    "vault": ("8",),
    "audit": ("--appends", "200", "--entries", "2000"),
    "access": ("5000",),
    "transfer": ("--gib", "0.0625"),
    "pages": ("--rounds", "3"),
}
ABOUT = {
    "vault": "Sealing and opening, beside the cipher's own speed",
    "audit": "The log, beside a bare insert",
    "access": "Lists, counts, searches and decisions",
    "transfer": "A large file in and out of the service",
    "pages": "The server's time for each page, and the story",
}


def conditions() -> str:
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{os.cpu_count()} CPUs, {platform.machine()}, Linux {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, load {load}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FULL))
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(FULL):
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}")
    failed = []
    print(conditions(), flush=True)
    for name, given in (QUICK if chosen.quick else FULL).items():
        if chosen.names and name not in chosen.names:
            continue
        began = time.perf_counter()
        print(f"\n{ABOUT[name]} (bench/{name}.py)\n", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}", *given], check=False).returncode:
            failed.append(name)
        print(f"\n{time.perf_counter() - began:.0f} s, load {os.getloadavg()[0]:.1f}", flush=True)
    if failed:
        print(f"\nfailed, or short of a target: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
