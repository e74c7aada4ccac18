"""The tree agrees with the vectors of Certificate Transparency and with the definition written out plainly."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.merkle import EMPTY, STRIDE, Frontier, Tree, extends, includes, leaf_hash, node_hash

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/audit/tree.json").read_text())
LEAVES = [leaf_hash(bytes.fromhex(each)) for each in VECTORS["leaves"]]
ROOTS = [bytes.fromhex(each) for each in VECTORS["roots"]]


def plain_root(hashes: list[bytes]) -> bytes:
    """RFC 9162 2.1.1, word by word."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha256(b"\x01" + plain_root(hashes[:k]) + plain_root(hashes[k:])).digest()


def grown(count: int) -> tuple[list[bytes], Tree, Frontier]:
    hashes = [leaf_hash(str(at).encode()) for at in range(count)]
    frontier, nodes = Frontier(), {}
    for at, each in enumerate(hashes):
        nodes[0, at] = each
        for level, idx, node in frontier.append(each):
            nodes[level, idx] = node
    return hashes, Tree(lambda level, a, b: [nodes[level, at] for at in range(a, b) if (level, at) in nodes]), frontier


HASHES, TREE, _ = grown(700)
sizes = st.integers(0, 700)


@pytest.mark.parametrize("size", range(9))
def test_known_roots(size: int) -> None:
    frontier = Frontier()
    for each in LEAVES[:size]:
        frontier.append(each)
    assert frontier.root() == ROOTS[size]
    assert Frontier.unpack(size, frontier.pack()).root() == ROOTS[size]


def known_tree() -> Tree:
    return Tree(lambda level, a, b: LEAVES[a:b])


@pytest.mark.parametrize("case", VECTORS["inclusion"], ids=str)
def test_known_inclusion_proofs(case: dict) -> None:
    proof = [bytes.fromhex(each) for each in case["proof"]]
    assert known_tree().inclusion(case["index"], case["size"]) == proof
    assert includes(LEAVES[case["index"]], case["index"], case["size"], proof, ROOTS[case["size"]])


@pytest.mark.parametrize("case", VECTORS["consistency"], ids=str)
def test_known_consistency_proofs(case: dict) -> None:
    proof = [bytes.fromhex(each) for each in case["proof"]]
    assert known_tree().consistency(case["old"], case["size"]) == proof
    assert extends(case["old"], case["size"], proof, ROOTS[case["old"]], ROOTS[case["size"]])


@given(sizes)
def test_root_is_the_one_of_the_definition(size: int) -> None:
    assert TREE.root(size) == plain_root(HASHES[:size]) == TREE.frontier(size).root()


def test_only_every_eighth_level_is_stored() -> None:
    frontier = Frontier()
    stored = [node[:2] for at in range(1 << 9) for node in frontier.append(leaf_hash(bytes([at % 256])))]
    assert stored == [(STRIDE, 0), (STRIDE, 1)]


def test_levels_above_the_first_stored_one_are_found() -> None:
    hashes, tree, frontier = grown((1 << 16) + 300)
    assert tree.root(len(hashes)) == frontier.root() == plain_root(hashes)
    proof = tree.inclusion(77, len(hashes))
    assert includes(hashes[77], 77, len(hashes), proof, frontier.root())


@given(st.integers(1, 700), st.data())
def test_every_entry_is_included(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = TREE.inclusion(index, size)
    assert includes(HASHES[index], index, size, proof, TREE.root(size))


@given(sizes, sizes)
def test_every_prefix_is_consistent(one: int, other: int) -> None:
    old, size = sorted((one, other))
    assert extends(old, size, TREE.consistency(old, size), TREE.root(old), TREE.root(size))


@given(st.integers(2, 700), st.data())
def test_no_other_entry_index_size_or_root_is_proven(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda each: each != index))
    proof, root = TREE.inclusion(index, size), TREE.root(size)
    assert not includes(HASHES[other], index, size, proof, root)
    assert not includes(HASHES[index], other, size, proof, root)
    assert not includes(HASHES[index], index, size, proof, TREE.root(size - 1))
    assert not includes(HASHES[index], index, size, proof[:-1], root)
    assert not includes(HASHES[index], index, size, [*proof, root], root)
    assert not includes(HASHES[index], size, size, proof, root)
    assert not includes(HASHES[index], -1, size, proof, root)


@given(st.integers(1, 699), st.data())
def test_a_fork_is_never_consistent(old: int, data: st.DataObject) -> None:
    size = data.draw(st.integers(old + 1, 700))
    proof = TREE.consistency(old, size)
    forked = plain_root([leaf_hash(b"forged"), *HASHES[1:old]])
    assert not extends(old, size, proof, forked, TREE.root(size))
    assert not extends(old, size, proof, TREE.root(old), forked)
    assert not extends(old, size, [*proof, forked], TREE.root(old), TREE.root(size))
    assert not extends(old, size, [], TREE.root(old), TREE.root(size))
    assert not extends(size, old, proof, TREE.root(size), TREE.root(old))


@given(st.integers(2, 700), st.data())
def test_every_single_bit_of_a_proof_counts(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = TREE.inclusion(index, size)
    at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    proof[at] = (int.from_bytes(proof[at]) ^ 1 << bit).to_bytes(32)
    assert not includes(HASHES[index], index, size, proof, TREE.root(size))


def test_an_empty_tree_is_the_beginning_of_any_but_only_by_its_own_root() -> None:
    assert extends(0, 5, [], EMPTY, TREE.root(5))
    assert not extends(0, 5, [], TREE.root(1), TREE.root(5))
    assert not extends(0, 5, [EMPTY], EMPTY, TREE.root(5))


def test_a_leaf_cannot_pass_for_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


@pytest.mark.parametrize(("size", "hashes"), [(1, []), (2, [EMPTY, EMPTY]), (1, [b"short"]), (-1, [EMPTY])])
def test_a_frontier_that_does_not_fit_is_refused(size: int, hashes: list[bytes]) -> None:
    with pytest.raises(ValueError, match="frontier"):
        Frontier(size, hashes)


def test_proofs_outside_the_tree_and_missing_hashes_are_refused() -> None:
    with pytest.raises(ValueError, match="no such entry"):
        TREE.inclusion(5, 5)
    with pytest.raises(ValueError, match="older tree"):
        TREE.consistency(6, 5)
    with pytest.raises(LookupError):
        TREE.root(701)
