"""Whole logs verified: ours, the chain in a file, pymerkle's tree. Loads what a verification needs and no more.

    python -m bench.verifying KIND PATH [KEY]

One in a process, for its memory; bench/proving.py starts them by turns.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path


def everything(path: Path, vkey: str) -> int:
    from audit.verify import verify_bundle

    report = verify_bundle(path, [vkey])
    assert report.ok, report.faults
    return report.entries


def stand_alone(path: Path, vkey: str) -> int:
    """By the verifier that shares no code with the log."""
    from verifier import custodes_verify as outsider

    trust = outsider.Trust()
    trust.add(outsider.parse_key(vkey, outsider.LOG))
    trust.check()
    report = outsider.verify_path(path, trust, [])
    assert report.ok, report
    return lines(path)


def roots(path: Path, vkey: str) -> int:
    """The tree and its signed heads, without what the entries say: what the design's target is about."""
    from audit.merkle import Frontier, leaf_hash
    from audit.trust import Trust

    trust, tree = Trust.of([vkey]), Frontier()
    with (path / "checkpoints.jsonl").open(encoding="utf-8") as file:
        due = [trust.open(json.loads(line)).checkpoint for line in file]
    due.reverse()
    with (path / "leaves.jsonl").open("rb") as file:
        for line in file:
            tree.append(leaf_hash(line[:-1]))
            while due and due[-1].size == tree.size:
                assert due.pop().root == tree.root()
    assert not due
    return tree.size


def bare(path: Path, _vkey: str) -> int:
    """What nobody can do without: each entry hashed once."""
    with (path / "leaves.jsonl").open("rb") as file:
        return sum(1 for line in file if sha256(line).digest())


def file_chain(path: Path, _vkey: str) -> int:
    from bench.filechain import verify

    return verify(path)


def merkle_roots(path: Path, _vkey: str) -> int:
    """From the hashes pymerkle stored; the events themselves are not looked at."""
    from pymerkle import SqliteTree

    with SqliteTree(str(path)) as tree:
        assert len(tree.get_root()) == 32
        return int(tree.get_size())


def merkle_events(path: Path, _vkey: str) -> int:
    """From the events, as pymerkle can: in memory."""
    import sqlite3

    from pymerkle import InmemoryTree, SqliteTree

    with SqliteTree(str(path)) as stored:
        kept = stored.get_root()
    made = InmemoryTree()
    with sqlite3.connect(path) as conn:
        made.append_entries(row[0] for row in conn.execute("select entry from leaf order by id"))
    conn.close()
    assert made.get_root() == kept
    return int(made.get_size())


def lines(path: Path) -> int:
    with (path / "leaves.jsonl").open("rb") as file:
        return sum(1 for _ in file)


KINDS: dict[str, tuple[str, Callable[[Path, str], int]]] = {
    "ours": ("ours, every entry and disclosure", everything),
    "outsider": ("the stand-alone verifier, the same", stand_alone),
    "roots": ("ours, root and checkpoints", roots),
    "bare": ("each entry hashed once", bare),
    "chain": ("file chain", file_chain),
    "merkle": ("pymerkle, root from stored hashes", merkle_roots),
    "events": ("pymerkle, root from the events, in memory", merkle_events),
}


LOADED = {
    "ours": ("audit.verify",),
    "outsider": ("verifier.custodes_verify",),
    "roots": ("audit.merkle", "audit.trust"),
    "chain": ("bench.filechain",),
    "merkle": ("pymerkle",),
    "events": ("pymerkle", "sqlite3"),
}


def one(kind: str, path: Path, vkey: str) -> dict[str, float]:
    """In this process. What is loaded once is not counted."""
    for name in LOADED.get(kind, ()):
        importlib.import_module(name)
    began = time.perf_counter()
    count = KINDS[kind][1](path, vkey)
    return {"seconds": time.perf_counter() - began, "events": count, "peak": peak()}


def peak(process: int | str = "self") -> float:
    """The most memory it has held, in MiB."""
    with open(f"/proc/{process}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    print(json.dumps(one(sys.argv[1], Path(sys.argv[2]), (sys.argv[3:] or [""])[0])))
