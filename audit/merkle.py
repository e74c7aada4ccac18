"""The Merkle tree of RFC 9162 section 2.1: pure, over hashes. Checked by the vectors of Certificate Transparency.

A tree is known by its *frontier*: the roots of the perfect subtrees of its entries, biggest (leftmost) first, one for
each bit set in its size. That is all an append needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from itertools import islice

HASH = 32
EMPTY = sha256().digest()

# Perfect subtrees whose roots are stored: every eighth level. Between them at most 255 hashes are made again.
STRIDE = 8


def leaf_hash(leaf: bytes) -> bytes:
    """Hash of one leaf."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def fold(frontier: Sequence[bytes]) -> bytes:
    """Root of adjoining subtrees, biggest first. EMPTY for none."""
    if not frontier:
        return EMPTY
    root = frontier[-1]
    for left in reversed(frontier[:-1]):
        root = node_hash(left, root)
    return root


class Frontier:
    """A growing tree: ``append`` costs two hashes on average, memory grows with the logarithm of the size."""

    __slots__ = ("hashes", "size")

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        """Raises ValueError if there are not as many hashes as bits set in ``size``."""
        self.size = size
        self.hashes = list(hashes)
        if size < 0 or len(self.hashes) != size.bit_count() or any(len(each) != HASH for each in self.hashes):
            msg = "frontier and size do not fit"
            raise ValueError(msg)

    @classmethod
    def unpack(cls, size: int, packed: bytes) -> Frontier:
        """From ``pack``."""
        return cls(size, (packed[at : at + HASH] for at in range(0, len(packed), HASH)))

    def pack(self) -> bytes:
        """The hashes, joined."""
        return b"".join(self.hashes)

    def append(self, hashed: bytes) -> list[tuple[int, int, bytes]]:
        """Add one leaf hash. Returns the stored nodes completed by it: (level, index, hash), lowest first."""
        done: list[tuple[int, int, bytes]] = []
        level, index = 0, self.size
        while index & 1:
            hashed = node_hash(self.hashes.pop(), hashed)
            index >>= 1
            level += 1
            if level % STRIDE == 0:
                done.append((level, index, hashed))
        self.hashes.append(hashed)
        self.size += 1
        return done

    def root(self) -> bytes:
        """Root of the tree as it is."""
        return fold(self.hashes)


# Reads stored hashes of one level (0 = leaves): indexes start to stop, stop excluded, in order.
Read = Callable[[int, int, int], Sequence[bytes]]


class Tree:
    """Roots and proofs from stored hashes: leaves, and nodes at every STRIDE levels."""

    def __init__(self, read: Read) -> None:
        self._read = read

    def root(self, size: int) -> bytes:
        """Root of the first ``size`` entries."""
        return self._range(0, size)

    def frontier(self, size: int) -> Frontier:
        """Frontier of the first ``size`` entries."""
        held = self._held([_stored(*piece) for piece in _pieces(0, size)])
        return Frontier(size, [_climbed(held, *piece) for piece in _pieces(0, size)])

    def right(self, start: int, widths: Sequence[int]) -> list[bytes]:
        """Roots of adjoining perfect subtrees of those widths from entry ``start``, each aligned to its width."""
        found = []
        for width in widths:
            found.append(self._perfect(width.bit_length() - 1, start // width))
            start += width
        return found

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Proof that entry ``index`` stands in the tree of ``size``: RFC 9162 2.1.3.1. Raises ValueError outside it."""
        return self.inclusions([index], size)[0]

    def inclusions(self, indexes: Sequence[int], size: int) -> list[list[bytes]]:
        """The same of many entries, what they have in common read and hashed once. Raises ValueError likewise."""
        if not all(0 <= index < size for index in indexes):
            msg = "no such entry in a tree of that size"
            raise ValueError(msg)
        paths = [_path(index, size) for index in indexes]
        roots = iter(self._roots([each for path in paths for each in path]))
        return [list(islice(roots, len(path))) for path in paths]

    def consistency(self, old: int, size: int) -> list[bytes]:
        """Proof that the tree of ``old`` is the beginning of that of ``size``: RFC 9162 2.1.4.1."""
        if not 0 <= old <= size:
            msg = "the older tree must be the smaller one"
            raise ValueError(msg)
        if old in (0, size):
            return []
        start, stop, whole = 0, size, True
        ranges: list[tuple[int, int]] = []
        while old != stop:
            middle = start + _split(stop - start)
            if old <= middle:
                ranges.append((middle, stop))
                stop = middle
            else:
                ranges.append((start, middle))
                start, whole = middle, False
        if not whole:
            ranges.append((start, stop))
        return self._roots(ranges[::-1])

    def _range(self, start: int, stop: int) -> bytes:
        (found,) = self._roots([(start, stop)])
        return found

    def _roots(self, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """Roots of ranges, each aligned to its start: what all of them need of the stored hashes is read together."""
        pieces = [_pieces(*each) for each in ranges]
        held = self._held([_stored(*piece) for each in pieces for piece in each])
        return [fold([_climbed(held, *piece) for piece in each]) for each in pieces]

    def _perfect(self, level: int, index: int) -> bytes:
        return _climbed(self._held([_stored(level, index)]), level, index)

    def _held(self, spans: Sequence[Span]) -> dict[tuple[int, int], bytes]:
        """The stored hashes of the spans, by level and index, in as few reads as there are places they lie in."""
        held: dict[tuple[int, int], bytes] = {}
        for level, start, stop in _joined(spans):
            hashes = self._read(level, start, stop)
            if len(hashes) != stop - start:  # what comes after a gap would be taken for its neighbour
                msg = "stored hashes are missing"
                raise LookupError(msg)
            held.update(((level, at), found) for at, found in enumerate(hashes, start))
        return held


# (level stored, start, stop): stored hashes of one level, stop excluded.
Span = tuple[int, int, int]
# Two spans with no more than this between them are read as one: the siblings on the way up from an entry lie side by
# side, with the way itself between them, so a proof is about one read for every STRIDE levels.
_NEAR = 1


def _joined(spans: Sequence[Span]) -> list[Span]:
    found: list[Span] = []
    for level, start, stop in sorted(spans):
        if found and found[-1][0] == level and start - found[-1][2] <= _NEAR:
            found[-1] = (level, found[-1][1], max(stop, found[-1][2]))
        else:
            found.append((level, start, stop))
    return found


def _pieces(start: int, stop: int) -> list[tuple[int, int]]:
    """(level, index) of the perfect subtrees that make up a range whose start is aligned to it, biggest first."""
    found = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def _stored(level: int, index: int) -> Span:
    """What is stored of a perfect subtree."""
    width = 1 << (level % STRIDE)
    return level - level % STRIDE, index * width, (index + 1) * width


def _climbed(held: dict[tuple[int, int], bytes], level: int, index: int) -> bytes:
    """The root of a perfect subtree, kept in ``held`` for whoever needs it too. Raises LookupError for a gap."""
    found = held.get((level, index))
    if found is None:
        if level % STRIDE == 0:
            msg = "stored hashes are missing"
            raise LookupError(msg)
        left, right = (_climbed(held, level - 1, 2 * index + side) for side in (0, 1))
        found = held[level, index] = node_hash(left, right)
    return found


def _path(index: int, size: int) -> list[tuple[int, int]]:
    """The ranges beside the way from an entry up to the root, from the entry on."""
    start, stop = 0, size
    ranges: list[tuple[int, int]] = []
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            ranges.append((middle, stop))
            stop = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Does the proof lead from this leaf *hash* to the root? RFC 9162 2.1.3.2."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(step, found)
            at, last = _climb(at, last)
        else:
            found = node_hash(found, step)
        at >>= 1
        last >>= 1
    return last == 0 and found == root


def extends(old: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> bool:
    """Is the tree of ``old`` the beginning of that of ``size``? RFC 9162 2.1.4.2."""
    if old == size or old == 0:
        return not proof and (old_root == root if old == size else old_root == EMPTY)
    if not 0 < old < size or not proof:
        return False
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    at, last = old - 1, size - 1
    while at & 1:
        at >>= 1
        last >>= 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(step, before), node_hash(step, after)
            at, last = _climb(at, last)
        else:
            after = node_hash(after, step)
        at >>= 1
        last >>= 1
    return last == 0 and before == old_root and after == root


def _split(width: int) -> int:
    """The largest power of two below ``width``."""
    return 1 << ((width - 1).bit_length() - 1)


def _climb(at: int, last: int) -> tuple[int, int]:
    while at and not at & 1:
        at >>= 1
        last >>= 1
    return at, last
