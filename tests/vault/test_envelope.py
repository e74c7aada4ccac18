"""The envelope against its vectors, the official ones, the library and itself."""

from __future__ import annotations

import base64
import json
import random
import zlib
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import hashes
from hypothesis import given, settings
from hypothesis import strategies as st

from vault import envelope
from vault.envelope import CHUNK, HEADER, WIRE, Meta
from vault.errors import Tampered
from vault.ranges import RangeReader

VECTORS = Path(__file__).parents[1] / "vectors" / "vault"
KNOWN: dict[str, Any] = json.loads((VECTORS / "envelope.json").read_text())
OFFICIAL: list[dict[str, Any]] = json.loads((VECTORS / "c2sp.json").read_text())["vectors"]
KEY, CONTEXT = bytes(range(32)), b"test"


class Bytes:
    """Stored bytes."""

    def __init__(self, data: bytes) -> None:
        self._data, self.size = data, len(data)

    def read_into(self, offset: int, into: memoryview) -> None:
        assert 0 <= offset <= offset + len(into) <= self.size, "only what is there may be asked for"
        into[:] = self._data[offset : offset + len(into)]


class Sha256Reader(RangeReader):
    """The instance of the official vectors."""

    HASH = hashes.SHA256


def read(reader: RangeReader, start: int, length: int) -> bytes:
    return b"".join(bytes(piece) for piece in reader.stream(start, length))


def by_ranges(reader: RangeReader) -> bytes:
    """Everything, but never through the library's decryptor."""
    half = reader.size // 2
    return read(reader, 0, half) + read(reader, half, reader.size) if half else read(reader, 0, 1)


def context_of(facts: dict[str, Any]) -> bytes:
    item, version = UUID(facts["item"]), facts["version"]
    if facts["kind"] == "field":
        return envelope.field_context(item, version, facts["name"])
    encode = {"content": envelope.content_context, "meta": envelope.meta_context}[facts["kind"]]
    return encode(item, version, facts["part"])


@pytest.mark.parametrize("vector", KNOWN["vectors"], ids=lambda vector: vector["file"])
def test_known_files_open_or_are_refused(vector: dict[str, Any]) -> None:
    key, stored = bytes.fromhex(vector["key"]), (VECTORS / vector["file"]).read_bytes()
    context = context_of(vector["context"])
    assert context.hex() == vector["context_hex"]
    ways = (
        lambda: envelope.unseal(key, context, stored),
        lambda: by_ranges(RangeReader(key, context, Bytes(stored))),
        lambda: read(RangeReader(key, context, Bytes(stored)), 0, len(stored)),
    )
    for way in ways:
        if vector["expect"] == "opens":
            plain = way()
            assert (len(plain), sha256(plain).hexdigest()) == (vector["size"], vector["sha256"])
            assert envelope.stored_size(len(plain)) == len(stored)
        else:
            with pytest.raises(Tampered):
                way()


def test_every_vector_file_is_named_and_there_are_good_and_bad() -> None:
    named = {vector["file"] for vector in KNOWN["vectors"]}
    assert named == {path.name for path in VECTORS.glob("*.bin")}
    assert {vector["expect"] for vector in KNOWN["vectors"]} == {"opens", "refused"}


def test_the_known_wrapped_key_opens() -> None:
    wrap = KNOWN["wrap"]
    facts = wrap["facts"]
    bound = envelope.wrap_facts(UUID(facts["item"]), facts["version"], facts["marking"])
    context = envelope.wrap_context(wrap["kek_id"], bound)
    assert context.hex() == wrap["context_hex"]
    dek = envelope.unseal(bytes.fromhex(wrap["kek"]), context, bytes.fromhex(wrap["wrapped"]))
    assert dek.hex() == wrap["dek"]


@pytest.mark.parametrize("vector", OFFICIAL, ids=lambda vector: vector["name"])
def test_the_official_vectors_hold(vector: dict[str, Any]) -> None:
    stored = base64.b64decode(vector["ciphertext"])
    stored = zlib.decompress(stored) if vector.get("compressed") else stored
    key, context = bytes.fromhex(vector["key"]), vector["context"].encode()
    if vector["expect"] == "success":
        plain = by_ranges(Sha256Reader(key, context, Bytes(stored)))
        assert (len(plain), sha256(plain).hexdigest()) == (vector["payload_length"], vector["payload_sha256"])
    else:
        with pytest.raises(Tampered):
            by_ranges(Sha256Reader(key, context, Bytes(stored)))


@pytest.mark.parametrize("size", [0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 50])
def test_every_truncation_is_refused(size: int) -> None:
    stored = envelope.seal(KEY, CONTEXT, bytes(size))
    near = {at + by for at in range(HEADER, len(stored) + WIRE, WIRE) for by in range(-20, 20)}
    lengths = range(len(stored)) if size <= 100 else near | set(random.Random(1).sample(range(len(stored)), 300))
    for length in lengths:
        if 0 <= length < len(stored):
            with pytest.raises(Tampered):
                RangeReader(KEY, CONTEXT, Bytes(stored[:length]))
            with pytest.raises(Tampered):
                envelope.unseal(KEY, CONTEXT, stored[:length])


# Sizes and offsets that matter lie around the edges of chunks and of the megabyte window.
near_edges = st.builds(
    lambda edge, by: max(0, edge + by),
    st.sampled_from([0, CHUNK, 2 * CHUNK, 3 * CHUNK, 63 * CHUNK, 64 * CHUNK, 65 * CHUNK, 128 * CHUNK]),
    st.integers(-3, 3),
)


@settings(max_examples=80)
@given(size=near_edges | st.integers(0, 3 * CHUNK), start=near_edges, length=near_edges | st.integers(0, 2**22))
def test_a_range_is_the_slice_of_the_plaintext(size: int, start: int, length: int) -> None:
    plain = random.Random(size).randbytes(size)
    stored = envelope.seal(KEY, CONTEXT, plain)
    reader = RangeReader(KEY, CONTEXT, Bytes(stored))
    assert reader.size == size
    pieces = [bytes(piece) for piece in reader.stream(start, length)]
    assert b"".join(pieces) == plain[start : start + length]
    assert all(0 < len(piece) <= 2**20 for piece in pieces)
    assert read(reader, 0, size) == plain


@settings(max_examples=60)
@given(size=near_edges, data=st.data())
def test_any_flipped_bit_is_refused_and_nothing_wrong_comes_out(size: int, data: st.DataObject) -> None:
    plain = random.Random(size).randbytes(size)
    stored = bytearray(envelope.seal(KEY, CONTEXT, plain))
    bit = data.draw(st.integers(0, len(stored) * 8 - 1))
    stored[bit // 8] ^= 1 << bit % 8
    for start in (0, min(1, size)):
        out = bytearray()
        with pytest.raises(Tampered):
            _drink(bytes(stored), start, out)
        assert plain[start:].startswith(bytes(out))


def test_another_message_under_the_same_key_and_context_is_told_by_its_salt() -> None:
    one, two = (envelope.seal(KEY, CONTEXT, b"x") for _ in range(2))
    RangeReader(KEY, CONTEXT, Bytes(one), salt=one[:24])
    with pytest.raises(Tampered):
        RangeReader(KEY, CONTEXT, Bytes(two), salt=one[:24])


@given(st.integers(0, 2**40))
def test_sizes_and_stored_sizes_are_each_others_inverse(size: int) -> None:
    assert envelope.plain_size(envelope.stored_size(size)) == size


@given(st.integers(0, 2**20))
def test_a_stored_size_no_message_has_is_refused(stored: int) -> None:
    try:
        size = envelope.plain_size(stored)
    except Tampered:
        return
    assert envelope.stored_size(size) == stored


@pytest.mark.parametrize("start", [-1, -5])
def test_a_range_before_the_beginning_is_a_mistake(start: int) -> None:
    reader = RangeReader(KEY, CONTEXT, Bytes(envelope.seal(KEY, CONTEXT, b"x")))
    with pytest.raises(ValueError, match="range"):
        list(reader.stream(start, 1))
    with pytest.raises(ValueError, match="range"):
        list(reader.stream(0, start))


small = st.integers(0, 2**32 - 1)
names = st.text(st.characters(codec="utf-8"), max_size=20)
facts = st.one_of(
    st.tuples(st.just("content"), st.uuids(), small, small),
    st.tuples(st.just("meta"), st.uuids(), small, small),
    st.tuples(st.just("field"), st.uuids(), small, names),
    st.tuples(st.just("dek"), names.filter(lambda name: len(name.encode()) < 256), st.uuids(), small, names),
)


def encode(made: tuple[Any, ...]) -> bytes:
    kind, *rest = made
    if kind == "dek":
        return envelope.wrap_context(rest[0], envelope.wrap_facts(*rest[1:]))
    if kind == "field":
        return envelope.field_context(*rest)
    return {"content": envelope.content_context, "meta": envelope.meta_context}[kind](*rest)


@given(facts, facts)
def test_no_two_sets_of_facts_encode_alike(one: tuple[Any, ...], two: tuple[Any, ...]) -> None:
    assert (encode(one) == encode(two)) == (one == two)


@given(facts)
def test_facts_can_be_read_back_from_their_encoding(made: tuple[Any, ...]) -> None:
    """Injectivity by having an inverse, which needs no two lucky draws."""
    assert decode(encode(made)) == made


def decode(raw: bytes) -> tuple[Any, ...]:
    label, rest = raw.split(b"\0", 1)
    kind = label.decode().removeprefix("custodes/").removesuffix("/1")
    kek: tuple[Any, ...] = ()
    if kind == "dek":
        kek, rest = (rest[1 : 1 + rest[0]].decode(),), rest[1 + rest[0] :]
    item, version, rest = UUID(bytes=rest[:16]), int.from_bytes(rest[16:20], "big"), rest[20:]
    if kind in ("content", "meta"):
        assert len(rest) == 4
        return kind, item, version, int.from_bytes(rest, "big")
    assert int.from_bytes(rest[:2], "big") == len(rest) - 2
    return kind, *kek, item, version, rest[2:].decode()


def test_sealed_facts_have_one_length() -> None:
    meta = Meta(7, b"h" * 32, b"s" * 24)
    assert Meta.unpack(meta.pack()) == meta
    assert len(meta.pack()) == 64
    for wrong in (meta.pack()[:-1], meta.pack() + b"x", b""):
        with pytest.raises(Tampered):
            Meta.unpack(wrong)


def _drink(stored: bytes, start: int, out: bytearray) -> None:
    for piece in RangeReader(KEY, CONTEXT, Bytes(stored)).stream(start, 2**30):
        out += piece
    if not out and len(stored) > HEADER:  # nothing asked for: the bit may lie in a chunk nobody read
        envelope.unseal(KEY, CONTEXT, stored)
