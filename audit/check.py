"""The examiner of a log: everything passes by once, in order, and what does not fit is written down. No database.

It believes only the tree it builds itself. Rules: docs/formats/log.md, "What a verifier must check".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit import leaf as form
from audit.merkle import Frontier, leaf_hash
from audit.note import Checkpoint

MOST_FAULTS = 100


@dataclass(slots=True)
class Faults:
    """What was found wrong: the first hundred in words, the rest in number."""

    found: list[str] = field(default_factory=list)
    more: int = 0

    def add(self, text: str) -> None:
        if len(self.found) < MOST_FAULTS:
            self.found.append(text)
        else:
            self.more += 1

    def all(self) -> tuple[str, ...]:
        return (*self.found, *([f"and {self.more} more"] if self.more else []))


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a verification. ``ok`` only without a fault.

    ``entries`` of the log, of which ``disclosed`` could be read and matched, ``redacted`` were erased; ``unsigned``
    stand behind the newest checkpoint; ``root`` and ``time`` (ms since 1970) are the newest checkpoint's. ``entry`` is
    what a receipt proves: seq, leaf and disclosed values.
    """

    origin: str = ""
    entries: int = 0
    disclosed: int = 0
    redacted: int = 0
    checkpoints: int = 0
    unsigned: int = 0
    clock_sets: int = 0
    root: bytes = b""
    time: int = 0
    entry: Mapping[str, Any] | None = None
    faults: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.faults


class LogCheck:
    """Fed with entries and checkpoints in tree order; memory grows with the number of writers only."""

    def __init__(self, faults: Faults, kept: Sequence[Checkpoint] = ()) -> None:
        """``kept``: checkpoints the user has from before, already opened with a trusted key."""
        self.faults = faults
        self.tree = Frontier()
        self.disclosed = self.redacted = self.clock_sets = self.checkpoints = 0
        self.last: Checkpoint | None = None
        self.hashed = b""  # of the entry just seen, and the nodes it completed
        self.nodes: list[tuple[int, int, bytes]] = []
        self.newest = 0  # the greatest time so far
        self.writers: dict[str, tuple[int, bytes]] = {}
        self._clock_set_at = -1
        self._kept = sorted(kept, key=lambda each: each.size, reverse=True)
        self._compare_kept()

    def entry(
        self, body: bytes, disclosed: Sequence[form.Disclosure] | None
    ) -> tuple[form.Leaf, Mapping[str, str]] | None:
        """The next entry; ``disclosed`` None where it is redacted. Returns what it says if it could be read."""
        seq, hashed = self.tree.size, leaf_hash(body)
        self.hashed, self.nodes = hashed, self.tree.append(hashed)
        self._compare_kept()
        try:
            leaf = form.read(body)
        except form.Malformed as error:
            self.faults.add(f"entry {seq}: {error}")
            return None
        self._chain(seq, leaf, hashed)
        self._clock(seq, leaf)
        if disclosed is None:
            self.redacted += 1
            return leaf, {}
        try:
            values = form.match(leaf, disclosed)
        except form.Malformed as error:
            self.faults.add(f"entry {seq}: {error}")
            return leaf, {}
        if len(values) != len(form.FIELDS):
            self.faults.add(f"entry {seq}: some of its disclosures are missing")
        self.disclosed += 1
        return leaf, values

    def checkpoint(self, found: Checkpoint) -> None:
        """The next checkpoint, offered when the tree has reached its size."""
        last, name = self.last, f"checkpoint {found.number}"
        if found.number != (last.number + 1 if last else 1):
            self.faults.add(
                f"{name}: follows checkpoint {last.number if last else 0}; some are missing or out of order"
            )
        if found.previous != (last.digest if last else form.START):
            self.faults.add(f"{name}: does not name the one before it")
        if last and found.origin != last.origin:
            self.faults.add(f"{name}: is of another log")
        back = last is not None and found.time < last.time - form.SLACK // 1000
        if back and last is not None and self._clock_set_at < last.size:
            self.faults.add(f"{name}: its time goes back")
        if found.size != self.tree.size:
            self.faults.add(f"{name}: says {found.size} entries where there are {self.tree.size}")
        elif found.root != self.tree.root():
            self.faults.add(f"{name}: the entries up to it are not those it was signed over")
        self.last = found
        self.checkpoints += 1

    def finish(self) -> None:
        """No more comes."""
        for each in self._kept:
            self.faults.add(f"the checkpoint you kept says {each.size} entries; here are only {self.tree.size}")

    def report(self, *, origin: str = "") -> Report:
        """What was found."""
        last = self.last
        return Report(
            origin=last.origin if last else origin,
            entries=self.tree.size,
            disclosed=self.disclosed,
            redacted=self.redacted,
            checkpoints=self.checkpoints,
            unsigned=self.tree.size - (last.size if last else 0),
            clock_sets=self.clock_sets,
            root=last.root if last else b"",
            time=last.time if last else 0,
            faults=self.faults.all(),
        )

    def _chain(self, seq: int, leaf: form.Leaf, hashed: bytes) -> None:
        n, prev = self.writers.get(leaf.w, (0, form.START))
        if leaf.n != n or leaf.prev != prev:
            self.faults.add(f"entry {seq}: does not continue its writer’s chain at number {n}; something is missing")
        self.writers[leaf.w] = (leaf.n + 1, hashed)

    def _clock(self, seq: int, leaf: form.Leaf) -> None:
        if leaf.act == form.CLOCK_SET:
            self.clock_sets += 1
            self._clock_set_at = seq
            self.newest = leaf.t
        elif leaf.t < self.newest - form.SLACK:
            self.faults.add(f"entry {seq}: its time goes back")
        self.newest = max(self.newest, leaf.t)

    def _compare_kept(self) -> None:
        while self._kept and self._kept[-1].size == self.tree.size:
            if self._kept.pop().root != self.tree.root():
                self.faults.add(f"the checkpoint you kept of {self.tree.size} entries is of another history")
