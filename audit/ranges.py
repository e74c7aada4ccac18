"""A part of a log, proven by what stands before and after it (compact range). Pure. Format: docs/formats/log.md."""

from __future__ import annotations

from dataclasses import dataclass

from audit.leaf import Malformed, b64, canonical, parse, unb64, whole
from audit.merkle import HASH, Frontier, Tree, node_hash

MOST_RANGE = 65_536
_KEYS = frozenset({"from", "left", "right", "size", "to"})


@dataclass(frozen=True, slots=True)
class Range:
    """Entries ``first`` … ``end`` - 1 of a log of ``size``; the roots of what is left and right of them."""

    first: int
    end: int
    size: int
    left: tuple[bytes, ...] = ()
    right: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """The file ``range``."""
        told = {
            "from": self.first,
            "left": [b64(each) for each in self.left],
            "right": [b64(each) for each in self.right],
            "size": self.size,
            "to": self.end,
        }
        return canonical(told) + b"\n"

    def begin(self) -> Frontier:
        """The tree before the first entry."""
        return Frontier(self.first, self.left)

    def close(self, tree: Frontier) -> Frontier:
        """The tree of the whole log, from that of the entries up to ``end``."""
        hashes, at = list(tree.hashes), self.end
        for width, hashed in zip(widths(self.end, self.size), self.right, strict=True):
            joined, index = hashed, at // width
            while index & 1:
                joined = node_hash(hashes.pop(), joined)
                index >>= 1
            hashes.append(joined)
            at += width
        return Frontier(self.size, hashes)


def widths(start: int, stop: int) -> list[int]:
    """How wide the largest aligned perfect subtrees are that cover ``start`` … ``stop`` - 1, left to right."""
    found = []
    while start < stop:
        widest = 1 << ((stop - start).bit_length() - 1)
        width = min(start & -start, widest) if start else widest
        found.append(width)
        start += width
    return found


def read(data: bytes) -> Range:
    """The strict reading of the file ``range``. Raises Malformed."""
    raw = parse(data[:-1]) if data.endswith(b"\n") else None
    if not isinstance(raw, dict) or raw.keys() != _KEYS:
        raise Malformed(_WRONG)
    first, end, size = raw["from"], raw["to"], raw["size"]
    if not (whole(first) and whole(end) and whole(size) and first <= end <= size):
        raise Malformed(_WRONG)
    found = Range(first, end, size, _hashes(raw["left"]), _hashes(raw["right"]))
    if len(found.left) != first.bit_count() or len(found.right) != len(widths(end, size)):
        raise Malformed(_WRONG)
    return found


def proven(tree: Tree, first: int, end: int, size: int) -> Range:
    """The range of a stored tree. Raises LookupError if stored hashes are missing."""
    return Range(first, end, size, tuple(tree.frontier(first).hashes), tuple(tree.right(end, widths(end, size))))


def _hashes(raw: object) -> tuple[bytes, ...]:
    return tuple(unb64(each, HASH) for each in raw) if isinstance(raw, list) else (b"",) * 10_000


_WRONG = "range: is not of the known form"
