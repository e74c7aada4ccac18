"""Inclusion and consistency proofs, and compact ranges: against the definition of RFC 9162, written once more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from audit import ranges
from audit.leaf import Malformed
from audit.merkle import Frontier, Tree, extends, includes, node_hash
from tests.verifier.writing import sha, tree_head
from verifier import custodes_verify as apart

INSTRUMENT = ("audit", "verifier")


def begun(old: int, size: int, proof: list[bytes], old_root: bytes) -> tuple[bytes, bytes] | None:
    """Both roots a consistency proof leads to (section 2.1.4, read backwards); None where it has a wrong length."""
    left = list(proof)

    def walk(m: int, n: int, whole: bool) -> tuple[bytes, bytes]:
        if m == n:
            hashed = old_root if whole else left.pop()
            return hashed, hashed
        split = 1 << (n - 1).bit_length() - 1
        other = left.pop()
        if m <= split:
            before, after = walk(m, split, whole)
            return before, node_hash(after, other)
        before, after = walk(m - split, n - split, False)
        return node_hash(other, before), node_hash(other, after)

    try:
        found = walk(old, size, True)
    except IndexError:
        return None
    return None if left else found


def tree_of(hashes: list[bytes]) -> Tree:
    stored = {0: hashes}
    for level in range(8, 64, 8):
        below, width = stored[level - 8], 256
        stored[level] = [tree_head(below[at : at + width]) for at in range(0, len(below) - width + 1, width)]
    return Tree(lambda level, start, stop: stored[level][start:stop])


def one(data: bytes) -> None:
    if data[:1] == b"t":
        _of_a_tree(data[1:])
    elif data[:1] == b"g":
        _range(data[1:])
    else:
        _anything(data[1:])


def _anything(data: bytes) -> None:
    """Sizes and hashes as they come, up to what a log may have."""
    head, rest = data[:16].ljust(16, b"\0"), data[16:]
    a, b = int.from_bytes(head[:7]) >> head[14] % 56, int.from_bytes(head[7:14]) >> head[15] % 56
    steps = [rest[at : at + 32].ljust(32, b"\0") for at in range(0, len(rest), 32)][:64]
    leaf, root = sha(b"leaf"), sha(b"root")
    assert not includes(leaf, a, b, steps, root)
    led = _led(leaf, a, b, steps)
    if led is not None:
        assert includes(leaf, a, b, steps, led)
    assert not extends(a, b, steps, leaf, root) or (a == 0 and not steps)
    if 0 < a < b:
        both = begun(a, b, steps, leaf)
        if both is not None:
            assert extends(a, b, steps, *both)
            assert not extends(a, b, steps, both[0], sha(both[1]))


def _led(leaf: bytes, index: int, size: int, steps: list[bytes]) -> bytes | None:
    if not 0 <= index < size:
        return None
    try:
        return apart.root_of_proof(leaf, index, size, steps)
    except apart.Fault:
        return None


def _of_a_tree(data: bytes) -> None:
    """Every proof of a small tree holds; with any one thing changed it does not."""
    size, index, old, what, at = (*data[:5], 0, 0, 0, 0, 0)[:5]
    size = 1 + size % 80
    index, old = index % size, 1 + old % size
    hashes = [sha(b"%d" % each) for each in range(size)]
    tree, root = tree_of(hashes), tree_head(hashes)
    proof, grown = tree.inclusion(index, size), tree.consistency(old, size)
    assert includes(hashes[index], index, size, proof, root)
    assert _led(hashes[index], index, size, proof) == root
    assert extends(old, size, grown, tree_head(hashes[:old]), root)
    assert old == size or begun(old, size, grown, tree_head(hashes[:old])) == (tree_head(hashes[:old]), root)
    for steps, holds in (
        (proof, lambda changed: includes(hashes[index], index, size, changed, root)),
        (grown, lambda changed: extends(old, size, changed, tree_head(hashes[:old]), root)),
    ):
        changed = list(steps)
        if what % 3 == 0 and changed:
            changed[at % len(changed)] = sha(b"no leaf" + data)
        elif what % 3 == 1 and changed:
            del changed[at % len(changed)]
        else:
            changed.insert(at % (len(changed) + 1), sha(b"no leaf" + data))
        assert not holds(changed)
    _between(tree, hashes, *sorted((index, old)))


def _between(tree: Tree, hashes: list[bytes], first: int, end: int) -> None:
    """A compact range leads to the root, printed and read again."""
    found = ranges.proven(tree, first, end, len(hashes))
    assert ranges.read(found.encode()) == found
    grown = found.begin()
    for hashed in hashes[first:end]:
        grown.append(hashed)
    assert found.close(grown).root() == tree_head(hashes)


def _range(data: bytes) -> None:
    """The file ``range``: alike by both."""
    with suppress(Malformed):
        found = ranges.read(data)
        assert found.encode() == data
        whole = found.begin()
        assert isinstance(whole, Frontier)
    assert _mine(data) == _theirs(data)


def _mine(data: bytes) -> tuple[int, int, int, list[bytes], list[bytes]] | None:
    try:
        found = ranges.read(data)
    except Malformed:
        return None
    return found.first, found.end, found.size, list(found.left), list(found.right)


class _Whole:
    """What the stand-alone verifier reads from."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def whole(self) -> bytes:
        return self.data


def _theirs(data: bytes) -> tuple[int, int, int, list[bytes], list[bytes]] | None:
    try:
        found = apart.read_range(_Whole(data))  # type: ignore[arg-type]
    except apart.Fault:
        return None
    return found.start, found.end, found.size, found.left, found.right


def seeds() -> Iterator[bytes]:
    yield b""
    for size, index, old in ((0, 0, 0), (7, 3, 4), (8, 7, 2), (22, 16, 20), (79, 64, 78)):
        for what in range(3):
            yield b"t" + bytes([size, index, old, what, 1])
    for first, end, size in ((0, 7, 7), (3, 5, 7), (1, 23, 23), (16, 16, 64)):
        hashes = [sha(b"%d" % each) for each in range(size)]
        yield b"g" + ranges.proven(tree_of(hashes), first, end, size).encode()
    yield b"a" + (5).to_bytes(7) + (7).to_bytes(7) + b"\0\0" + bytes(range(96))
    yield b"a" + bytes([255]) * 200
