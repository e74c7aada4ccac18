"""Trust files, verifier keys and lists of witnesses: the same keys for the same times, or refused, by both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from audit import witnesses
from audit.errors import VerifierKeyInvalid, WitnessesFaulty
from audit.note import VerifierKey
from audit.trust import Trust, lines, parse
from tests.fuzz import keys
from tests.fuzz.both import apart_trust, house_trust

VECTORS = Path(__file__).parents[2] / "vectors"
INSTRUMENT = ("audit", "verifier")


def one(data: bytes) -> None:
    if data[:1] == b"w":
        _witnesses(data[1:])
        return
    if data[:1] == b"v":
        _key(data[1:].decode("utf-8", "replace"))
        return
    data = keys.TRUST + data[1:] if data[:1] == b"+" else data[1:]
    mine, theirs = house_trust.__wrapped__(data), apart_trust.__wrapped__(data)
    assert (mine is None) == (theirs is None), data
    if mine is not None and theirs is not None:
        assert mine.quorum == (theirs.quorum or 0)
        windows = {
            (each.key.name, each.key.id): (each.key.public, each.since, each.until)
            for each in (*mine.logs, *mine.witnesses)
        }
        assert windows.keys() == theirs.keys.keys()
        for name, (public, since, until) in windows.items():
            other = theirs.keys[name]
            assert public == other.public
            assert since in (None, other.start)
            assert until in (None, other.end)
        assert len(mine.authorities) == len(theirs.authorities)
        _printed(mine)


def _printed(mine: Trust) -> None:
    text = lines((*mine.logs, *mine.witnesses))
    again = parse(text.encode())
    assert (again.logs, again.witnesses) == (mine.logs, mine.witnesses)


def _key(text: str) -> None:
    with suppress(VerifierKeyInvalid):
        found = VerifierKey.parse(text)
        assert found.text == text.strip()
        found.verifies(bytes(72), b"text\n")


def _witnesses(data: bytes) -> None:
    with suppress(WitnessesFaulty):
        found = witnesses._parse(data)
        assert data == "".join(f"{each}\n" for each in ("custodes-witnesses/1", *(w.text for w in found))).encode()


def seeds() -> Iterator[bytes]:
    yield b""
    for said in (keys.TRUST, keys.WITNESSED, keys.ROTATED):
        yield b"r" + said
    yield (
        b"+\r\n# x\nquorum 0 \nlog "
        + keys.SECOND.vkey.encode()
        + b" from=2026-01-01T00:00:00Z until=2027-01-01T00:00:00.5Z"
    )
    yield b"v" + keys.LOG.vkey.encode()
    yield b"v" + keys.WITNESS_KEY.text.encode()
    yield b"wcustodes-witnesses/1\n" + keys.WITNESS_KEY.text.encode() + b" from=1 until=2 party=imb\n"
    yield b"r" + (VECTORS / "log/good/stamped/trust").read_bytes()
    for name in ("comments-and-spaces", "rotation", "cosigned-by-two"):
        yield b"r" + (VECTORS / f"log/good/{name}/trust").read_bytes()
