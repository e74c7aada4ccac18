"""Side by side with what else could keep a log or seal a file: the same machine, the same disk, by turns.

    python -m bench.peers [append] [detect] [verify] [proofs] [encrypt] [--pairs 5] [--seconds 2]
                          [--clients 1,4,8,16,32,64] [--events 1000000] [--sizes 1000,100000,536870912,4294967296]
                          [--folder DIR]

- append: events kept by 1 to 64 clients, each flushed before the next: ours on both databases, the bare insert, a hash
  chain in a file, pymerkle's SQLite tree;
- detect: what shows of tampering, for each;
- verify, proofs: whole logs and single entries, ours, pymerkle, the file;
- encrypt: files sealed and opened, ours, age, GnuPG, the cipher alone.

Medians of the pairs with the quartiles beside them; the durability of each side stands in its line.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

from bench import appending, proving, results, sealing, tampering
from bench.postgresql import binary

SECTIONS = ("append", "detect", "verify", "proofs", "encrypt")


def numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.peers")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--clients", type=numbers, default=[1, 4, 8, 16, 32, 64])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--sizes", type=numbers, default=[1000, 100_000, 512 << 20, 4 << 30])
    parser.add_argument("--folder", type=Path, help="on the disk to measure; 13 GiB must be free")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.sections) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    folder = Path(tempfile.mkdtemp(prefix="bench-peers-", dir=chosen.folder))
    try:
        run(folder, set(chosen.sections or SECTIONS), chosen)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(folder: Path, sections: set[str], chosen: argparse.Namespace) -> None:
    results.condition("pymerkle", version("pymerkle"))
    results.condition("psycopg", version("psycopg"))
    if "append" in sections:
        results.condition("PostgreSQL", appending.release(binary("postgres")))
        appending.run(folder, chosen.clients, rounds=chosen.pairs, seconds=chosen.seconds)
    if "detect" in sections:
        tampering.detection(folder / "tampering")
    if sections & {"verify", "proofs"}:
        for line in proving.whole(folder, chosen.events, rounds=chosen.pairs, sections=sections):
            print(line, flush=True)
        shutil.rmtree(folder / "logs")
    if "encrypt" in sections:
        sealing.encryption(folder / "sealing", chosen.sizes, chosen.pairs)


if __name__ == "__main__":
    main()
