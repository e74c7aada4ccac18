"""Ask both verifiers about the same bytes, in this process: they must say the same, and fail in no other way."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from app.cli.verifying import judged
from audit.errors import TrustInvalid
from audit.trust import Trust, parse
from verifier import custodes_verify as apart


@cache
def _file() -> Path:
    shared = Path("/dev/shm")
    return Path(mkdtemp(dir=shared if shared.is_dir() else None)) / "file"


@cache
def house_trust(text: bytes) -> Trust | None:
    """The house's reading; None where it refuses."""
    try:
        return parse(text)
    except TrustInvalid:
        return None


@cache
def apart_trust(text: bytes) -> apart.Trust | None:
    """The stand-alone verifier's reading."""
    found = apart.Trust()
    try:
        found.read(text)
        found.check()
    except apart.Fault:
        return None
    return found


def agree(data: bytes, trust: bytes) -> bool:
    """Does it hold? Both must say so, or both not."""
    mine, theirs = house_trust(trust), apart_trust(trust)
    assert mine is not None
    assert theirs is not None
    path = _file()
    path.write_bytes(data)
    house = judged(path, mine)
    report = apart.verify_path(path, theirs, [])
    assert house.ok == report.ok, (house.faults, report.faults)
    return house.ok
