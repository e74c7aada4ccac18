"""Entries, disclosures and canonical JSON: one form for each value, read alike by both."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress

from audit import leaf as form
from audit import shape
from audit.unpack import _line
from tests.verifier.writing import Log, canon
from verifier import custodes_verify as apart

INSTRUMENT = ("audit", "verifier")
SALT = bytes(32)


def one(data: bytes) -> None:
    how, rest = data[:1], data[1:]
    if how == b"l":
        _leaf(rest)
    elif how in {b"0", b"1", b"2", b"3"}:
        _value(int(how), rest)
    elif how == b"d":
        _disclosed(rest)
    else:
        _json(rest)


def _json(data: bytes) -> None:
    mine, theirs = _either(lambda: form.parse(data), lambda: apart.canonical(data))
    assert mine == theirs
    if mine is not None:
        assert form.canonical(mine[0]) == data


def _leaf(data: bytes) -> None:
    mine, theirs = _either(lambda: form.read(data), lambda: apart.read_leaf(data))
    assert (mine is None) == (theirs is None)
    slow, _ = _either(lambda: form.strictly(data) if len(data) <= form.MOST_LEAF else None, lambda: None)
    assert (slow and slow[0]) == (mine and mine[0])
    if mine is not None and theirs is not None:
        here, there = mine[0], theirs[0]
        assert here.encode() == data
        assert (here.n, here.t, here.act, here.w) == (there.n, there.t, there.act.decode(), there.w.decode())
        assert [form.b64(each).encode() for each in here.sd] == list(there.sd.values())


def _value(place: int, data: bytes) -> None:
    """A disclosed value that matches its commitment: is it of its form?"""
    with suppress(UnicodeDecodeError):
        name, value = form.FIELDS[place], data.decode()
        entry = Log.of(1).leaves[0]
        commitment = form.commit(SALT, name, value)
        entry["sd"][place] = form.b64(commitment)
        line = canon(entry).encode()
        told = [[b64encode(SALT).decode(), name, value]]
        mine, theirs = _either(
            lambda: form.match(form.read(line), form.unpack(told)), lambda: apart.disclose(apart.read_leaf(line), told)
        )
        assert mine == theirs


def _disclosed(data: bytes) -> None:
    """A line of a bundle: the short way and the long way are one."""
    short, long = _either(lambda: shape.line(data), lambda: None)[0], _either(lambda: _line(data), lambda: None)[0]
    if short is not None and short[0] is not None:
        assert long is not None
        assert (short[0][0], list(short[0][1])) == (long[0][0], list(long[0][1] or ()))


def _either(house, other):  # type: ignore[no-untyped-def]
    try:
        mine = (house(),)
    except form.Malformed:
        mine = None
    try:
        theirs = (other(),)
    except apart.Fault:
        theirs = None
    return mine, theirs


def seeds() -> Iterator[bytes]:
    yield b""
    log = Log.of(3)
    for leaf, told in zip(log.leaves, log.disclosed, strict=True):
        yield b"l" + canon(leaf).encode()
        yield b"d" + canon({"disclosed": told, "id": leaf["id"]}).encode()
        for place, (_, _, value) in enumerate(told or ()):
            yield b"%d" % place + value.encode()
    yield b"d" + canon({"disclosed": None, "id": log.leaves[0]["id"]}).encode()
    yield b'j{"a":-1,"b":[null,true,"\xc3\xa9\\n\\u001f\x7f"]}'
    yield b"j9007199254740991"
    yield b"j-9007199254740992"
    yield b'2{"a":["x","y"],"b":null,"c":-9007199254740991}'
    yield b'0{"id":"","name":"","party":"","principal":-9007199254740991,"request":""}'
