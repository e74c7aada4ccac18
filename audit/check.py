"""The examiner of a log: everything passes by once, in order, and what does not fit is written down. No database.

It believes only the tree it builds itself. Rules: docs/formats/log.md, "What a verifier must check".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit import leaf as form
from audit.merkle import Frontier, leaf_hash
from audit.note import Checkpoint, VerifierKey

MOST_FAULTS = 100


@dataclass(slots=True)
class Faults:
    """What was found wrong: the first hundred in words, the rest in number, and the codes of all."""

    found: list[str] = field(default_factory=list)
    more: int = 0
    codes: set[str] = field(default_factory=set)

    def add(self, text: str, code: str = "stored") -> None:
        """``code``: as docs/formats/log.md has them; "stored" for what only a database can have wrong."""
        self.codes.add(code)
        if len(self.found) < MOST_FAULTS:
            self.found.append(text)
        else:
            self.more += 1

    def all(self) -> tuple[str, ...]:
        return (*self.found, *([f"and {self.more} more"] if self.more else []))


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a verification. ``ok`` only without a fault; ``codes`` say of which kinds those are.

    ``entries`` at hand, of which ``disclosed`` could be read and matched, ``redacted`` were erased; ``unsigned``
    stand behind the newest checkpoint; ``root`` and ``time`` (ms since 1970) are the newest checkpoint's. They are
    entries ``first`` … ``end`` - 1 of a log of ``size``, in which ``inside`` writers' chains begin in the middle.
    ``cosigned``: trusted witnesses of the newest checkpoint; ``rotations``: numbers of checkpoints by which the key
    changed; ``stamped`` time-stamps are good, ``unstamped`` could not be checked; ``not_compared`` of the checkpoints
    that the user kept could not be. ``entry`` is what a receipt proves: seq, leaf and disclosed values.
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
    first: int = 0
    end: int = 0
    size: int = 0
    inside: int = 0
    cosigned: tuple[str, ...] = ()
    rotations: tuple[int, ...] = ()
    stamped: int = 0
    unstamped: int = 0
    not_compared: int = 0
    entry: Mapping[str, Any] | None = None
    faults: tuple[str, ...] = ()
    codes: frozenset[str] = frozenset()

    @property
    def ok(self) -> bool:
        return not self.faults


class Signers:
    """Which of the log's keys may sign: docs/formats/checkpoint.md, "Rotation"."""

    def __init__(self) -> None:
        self.in_force: set[VerifierKey] = set()
        self.rotations: list[int] = []
        self._retired: set[VerifierKey] = set()

    def follow(self, number: int, signers: Sequence[VerifierKey]) -> bool:
        """The trusted keys on the next checkpoint: may they?"""
        now, was = set(signers), self.in_force
        old, new = now & was, now - was
        if not was:
            good, self.in_force = len(now) <= 2, now
        else:
            good = len(old) == 1 and len(new) <= 1 and not new & self._retired
            self.in_force = new or old if good else now
            self._retired |= was - self.in_force
        if good and len(now) == 2:
            self.rotations.append(number)
        return good


class LogCheck:
    """Fed with entries and checkpoints in tree order; memory grows with the number of writers only."""

    def __init__(self, faults: Faults, kept: Sequence[Checkpoint] = ()) -> None:
        """``kept``: checkpoints the user has from before, already opened with a trusted key."""
        self.faults = faults
        self.tree = Frontier()
        self.first = 0
        self.end: int | None = None  # where the entries at hand end, if the log goes on
        self.disclosed = self.redacted = self.clock_sets = self.checkpoints = self.inside = 0
        self.last: Checkpoint | None = None
        self.signers = Signers()
        self.hashed = b""  # of the entry just seen, and the nodes it completed
        self.nodes: list[tuple[int, int, bytes]] = []
        self.newest = 0  # the greatest time so far
        self.writers: dict[str, tuple[int, bytes]] = {}
        self._clock_set_at = -1
        self._kept = sorted(kept, key=lambda each: each.size, reverse=True)
        self._compared: set[Checkpoint] = set()
        self._all = list(kept)
        self._compare_kept()

    def begin(self, tree: Frontier) -> None:
        """Before the first entry: what stands left of it."""
        self.tree, self.first = tree, tree.size
        self._compare_kept()

    def entry(
        self, body: bytes, disclosed: Sequence[form.Disclosure] | None
    ) -> tuple[form.Leaf, Mapping[str, str]] | None:
        """The next entry; ``disclosed`` None where it is redacted. Returns what it says if it could be read."""
        seq, hashed = self.tree.size, leaf_hash(body)
        self.hashed, self.nodes = hashed, self.tree.append(hashed)
        if self._kept:
            self._compare_kept()
        try:
            leaf = form.read(body)
        except form.Malformed as error:
            self.faults.add(f"entry {seq}: {error}", "leaf")
            return None
        self._chain(seq, leaf, hashed)
        self._clock(seq, leaf)
        if disclosed is None:
            self.redacted += 1
            return leaf, {}
        try:
            values = form.match(leaf, disclosed)
        except form.Malformed as error:
            self.faults.add(f"entry {seq}: {error}", "disclosure")
            return leaf, {}
        if len(values) != len(form.FIELDS):
            self.faults.add(f"entry {seq}: some of its disclosures are missing", "disclosure")
        self.disclosed += 1
        return leaf, values

    def close(self, tree: Frontier) -> None:
        """After the last entry: the tree with what stands right of it."""
        self.end, self.tree = self.tree.size, tree
        self._compare_kept()

    def checkpoint(self, found: Checkpoint, signers: Sequence[VerifierKey] = ()) -> None:
        """The next checkpoint, offered when the tree has reached its size, or has passed all entries at hand.

        ``signers``: the log's keys on it that count; where none are given nobody asked.
        """
        last, name = self.last, f"checkpoint {found.number}"
        self._follows(found, last, name)
        back = last is not None and found.time < last.time - form.SLACK // 1000
        if back and last is not None and self._clock_set_at < last.size and not self._unseen(last, found):
            self.faults.add(f"{name}: its time goes back", "checkpoint")
        beyond = self.end is not None and self.end < found.size < self.tree.size
        if found.size != self.tree.size and not beyond:
            self.faults.add(f"{name}: says {found.size} entries where there are {self.tree.size}", "checkpoint")
        elif not beyond and found.root != self.tree.root():
            self.faults.add(f"{name}: the entries up to it are not those it was signed over", "checkpoint")
        if signers and not self.signers.follow(found.number, signers):
            self.faults.add(f"{name}: a key signed it that was not in force", "rotation")
        for kept in [each for each in self._all if each.number == found.number]:
            self._compared.add(kept)
            if kept != found:
                self.faults.add(f"the checkpoint you kept, number {found.number}, is another than the one here", "kept")
        self.last = found
        self.checkpoints += 1

    def finish(self) -> None:
        """No more comes."""
        for each in self._all:
            if each.size > self.tree.size:
                text = f"the checkpoint you kept says {each.size} entries; here are only {self.tree.size}"
                self.faults.add(text, "kept")

    def report(self, *, origin: str = "", **more: Any) -> Report:
        """What was found. ``more``: what its reader knows besides."""
        last = self.last
        end = self.tree.size if self.end is None else self.end
        return Report(
            origin=last.origin if last else origin,
            entries=end - self.first,
            disclosed=self.disclosed,
            redacted=self.redacted,
            checkpoints=self.checkpoints,
            unsigned=self.tree.size - (last.size if last else 0),
            clock_sets=self.clock_sets,
            root=last.root if last else b"",
            time=last.time if last else 0,
            first=self.first,
            end=end,
            size=self.tree.size,
            inside=self.inside,
            rotations=tuple(self.signers.rotations),
            not_compared=sum(each not in self._compared and each.size <= self.tree.size for each in self._all),
            faults=self.faults.all(),
            codes=frozenset(self.faults.codes),
            **more,
        )

    def _follows(self, found: Checkpoint, last: Checkpoint | None, name: str) -> None:
        first = 1 if last is None and not self.first else found.number
        if found.number != (last.number + 1 if last else first):
            self.faults.add(
                f"{name}: follows checkpoint {last.number if last else 0}; some are missing or out of order",
                "checkpoint",
            )
        start = form.START if found.number == 1 or not self.first else found.previous
        if found.previous != (last.digest if last else start):
            self.faults.add(f"{name}: does not name the one before it", "checkpoint")
        if last and found.origin != last.origin:
            self.faults.add(f"{name}: is of another log", "checkpoint")
        if last and found.size < last.size:
            self.faults.add(f"{name}: says fewer entries than the one before it", "checkpoint")
        if self.first and found.size <= self.first:
            self.faults.add(f"{name}: ends before this range begins", "checkpoint")

    def _unseen(self, last: Checkpoint, found: Checkpoint) -> bool:
        """Could an entry that corrects the clock stand between them where we cannot see it?"""
        return self.end is not None and found.size > max(self.end, last.size)

    def _chain(self, seq: int, leaf: form.Leaf, hashed: bytes) -> None:
        known = self.writers.get(leaf.w)
        if known is None and self.first and leaf.n:
            self.inside += 1
            known = (leaf.n, leaf.prev)
        n, prev = known or (0, form.START)
        if leaf.n != n or leaf.prev != prev:
            text = f"entry {seq}: does not continue its writer’s chain at number {n}; something is missing"
            self.faults.add(text, "chain")
        self.writers[leaf.w] = (leaf.n + 1, hashed)

    def _clock(self, seq: int, leaf: form.Leaf) -> None:
        if leaf.act == form.CLOCK_SET:
            self.clock_sets += 1
            self._clock_set_at = seq
            self.newest = leaf.t
        elif leaf.t < self.newest - form.SLACK:
            self.faults.add(f"entry {seq}: its time goes back", "time")
        self.newest = max(self.newest, leaf.t)

    def _compare_kept(self) -> None:
        while self._kept and self._kept[-1].size <= self.tree.size:
            kept = self._kept.pop()
            if kept.size < self.tree.size:  # before or inside what is not at hand
                continue
            self._compared.add(kept)
            if kept.root != self.tree.root():
                self.faults.add(f"the checkpoint you kept of {kept.size} entries is of another history", "kept")
