"""A log of a million events verified whole, and proofs of single ones: ours, pymerkle, and the chain in a file.

Every verification is a process of its own, for its memory (bench/verifying.py); all of them take turns.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.bootstrap.engines import make_engine, reading
from audit.bundle import export
from audit.checkpoint import Checkpoints, stored_tree
from audit.keys import LogKeys
from audit.merkle import Tree, extends, includes
from audit.trail import Trail
from bench import results
from bench.appending import EVENT, make_tables
from bench.audit import NOW, append
from bench.filechain import FileChain
from bench.verifying import KINDS

BATCH = 10_000
PROOFS = 200


@dataclass(frozen=True)
class Built:
    """The same number of events in each."""

    engine: sa.Engine
    keys: LogKeys
    bundle: Path
    chain: Path
    merkle: Path
    sizes: tuple[int, ...]


def build(folder: Path, count: int) -> Built:
    """Unsynchronised or in batches: how fast they append is measured elsewhere."""
    from pymerkle import SqliteTree

    folder.mkdir(parents=True)
    url = f"sqlite:///{folder / 'ours.db'}"
    make_tables(url)
    engine, keys = make_engine(url), LogKeys.create(folder / "keys", "bench.test/log")
    sizes = (*(10**power for power in range(3, 9) if 10**power < count), count)
    stops = sorted({*range(0, count, BATCH), *sizes})
    for start, stop in pairwise(stops):
        with engine.begin() as conn:
            trail = Trail(conn, keys=keys, writer="main", policies="p" * 64)
            for at in range(start, stop):
                append(trail, at)
            if stop in sizes or stop % 100_000 == 0:
                Checkpoints(conn, keys).make(now=NOW + timedelta(milliseconds=stop))
    bundle = folder / "bundle"
    with reading(engine) as conn:
        export(conn, keys, bundle, now=NOW, verifier=b"# not needed here\n")
    chain, merkle = FileChain(folder / "chain"), folder / "merkle.db"
    for at in range(count):
        chain.append(event(at), flush=False)
    chain.close()
    with SqliteTree(str(merkle)) as tree:
        tree.append_entries(event(at) for at in range(count))
    return Built(engine, keys, bundle, folder / "chain", merkle, sizes)


def event(at: int) -> bytes:
    return f"{at:010}".encode().ljust(EVENT, b"e")


# --- the whole of it ----------------------------------------------------------------------------------------------


def verification(built: Built, rounds: int) -> None:
    """Figures of the whole."""
    places = {"chain": built.chain, "merkle": built.merkle, "events": built.merkle}
    found: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    for number in range(rounds):
        for kind in KINDS if number % 2 == 0 else reversed(KINDS):
            found[kind].append(in_a_process(kind, places.get(kind, built.bundle), built.keys.vkey))
    count = built.sizes[-1]
    results.condition("verified", f"{count:,} events")
    for kind, (name, _) in KINDS.items():
        assert all(each["events"] == count for each in found[kind]), kind
        results.say(f"verify, {name}", [count / each["seconds"] for each in found[kind]], "events/s", places=0)
        target = "<= 64" if kind in ("ours", "roots") else ""
        results.say(f"verify, {name}, memory", [each["peak"] for each in found[kind]], "MiB", target=target, places=0)
    ratio = [a["seconds"] / b["seconds"] for a, b in zip(found["roots"], found["bare"], strict=True)]
    results.say("verify, root and checkpoints, of hashing alone", ratio, "times", target="<= 2")


def in_a_process(kind: str, path: Path, vkey: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.verifying", kind, str(path), vkey]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, float] = json.loads(done.stdout)
    return found


# --- proofs -------------------------------------------------------------------------------------------------------


def proofs(built: Built, blocks: int = 10) -> None:
    """Inclusion and consistency at each size, pymerkle's beside ours, in blocks by turns."""
    from pymerkle import SqliteTree

    with reading(built.engine) as conn, SqliteTree(str(built.merkle)) as theirs:
        ours = stored_tree(conn)
        for size in built.sizes:
            chance = random.Random(size)
            made = {"ours": Times(), "pymerkle": Times()}
            for _ in range(blocks):
                asked = [chance.randrange(size) for _ in range(PROOFS // blocks)]
                with_ours(ours, conn, asked, size, made["ours"])
                with_pymerkle(theirs, asked, size, made["pymerkle"])
            tell(size, made)


class Times:
    """Microseconds of each, and the bytes of the hashes in a proof."""

    def __init__(self) -> None:
        self.inclusion: list[float] = []
        self.consistency: list[float] = []
        self.checked: list[float] = []
        self.outside: list[float] = []
        self.bytes: list[float] = []

    @staticmethod
    def of(act: Callable[[], Any], into: list[float]) -> Any:
        began = time.perf_counter()
        found = act()
        into.append((time.perf_counter() - began) * 1e6)
        return found


def with_ours(tree: Tree, conn: sa.Connection, asked: list[int], size: int, made: Times) -> None:
    from verifier.custodes_verify import root_of_proof

    root = tree.root(size)
    for index in asked:
        proof = made.of(lambda index=index: tree.inclusion(index, size), made.inclusion)
        leaf = conn.exec_driver_sql("select leaf from audit_leaf where seq = ?", (index,)).scalar_one()
        assert made.of(lambda p=proof, leaf=leaf, index=index: includes(leaf, index, size, p, root), made.checked)
        outside = made.of(lambda p=proof, leaf=leaf, index=index: root_of_proof(leaf, index, size, p), made.outside)
        assert outside == root
        made.bytes.append(32 * len(proof))
        old = index + 1
        steps = made.of(lambda old=old: tree.consistency(old, size), made.consistency)
        assert extends(old, size, steps, tree.root(old), root)


def with_pymerkle(tree: Any, asked: list[int], size: int, made: Times) -> None:
    from pymerkle import verify_consistency, verify_inclusion

    root = tree.get_root(size)
    for index in asked:
        proof = made.of(lambda index=index: tree.prove_inclusion(index + 1, size), made.inclusion)
        made.of(lambda p=proof, at=index + 1: verify_inclusion(tree.get_leaf(at), root, p), made.checked)
        made.bytes.append(32 * len(proof.path))
        old = index + 1
        steps = made.of(lambda old=old: tree.prove_consistency(old, size), made.consistency)
        verify_consistency(tree.get_root(old), root, steps)


def tell(size: int, made: dict[str, Times]) -> None:
    at = f"{size:,} entries"
    for name, times in made.items():
        results.say(f"inclusion proof at {at}, {name}", times.inclusion, "us", places=0)
        results.say(f"inclusion proof at {at}, {name}, p99", results.percentile(times.inclusion, 0.99), "us", places=0)
        results.say(f"consistency proof at {at}, {name}", times.consistency, "us", places=0)
        results.say(f"proof checked at {at}, {name}", times.checked, "us", places=1)
        results.say(f"proof at {at}, {name}, hashes", times.bytes, "bytes", places=0)
    results.say(f"proof checked at {at}, the stand-alone verifier", made["ours"].outside, "us", places=1)
    ratio = statistics.median(made["pymerkle"].inclusion) / statistics.median(made["ours"].inclusion)
    target = ">= 10" if size == 1_000_000 else ""
    results.say(f"inclusion proof at {at}, times faster than pymerkle", ratio, "times", target=target, places=1)


def whole(folder: Path, count: int, *, rounds: int, sections: set[str]) -> Iterator[str]:
    """Build once, for both."""
    began = time.perf_counter()
    built = build(folder / "logs", count)
    yield f"{count:,} events in each log, built in {time.perf_counter() - began:.0f} s; {os.cpu_count()} CPUs"
    if "verify" in sections:
        verification(built, rounds)
    if "proofs" in sections:
        proofs(built)
    built.engine.dispose()
