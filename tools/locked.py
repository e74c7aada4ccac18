"""What the locked requirements name: package, version, digests of every file of it that may be installed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Locked:
    """One package of a lock."""

    name: str
    version: str
    sha256: tuple[str, ...]


def read(path: Path) -> list[Locked]:
    """In the order of the file, which is that of the names. Raises ValueError where a package has no digest."""
    text = path.read_text("utf-8")
    pins = list(_PIN.finditer(text))
    ends = [*(pin.start() for pin in pins[1:]), len(text)]
    found = [
        Locked(pin[1].lower(), pin[2], tuple(_HASH.findall(text[pin.start() : end])))
        for pin, end in zip(pins, ends, strict=True)
    ]
    if bare := [each.name for each in found if not each.sha256]:
        msg = f"{path.name}: no digest for {', '.join(bare)}"
        raise ValueError(msg)
    return found
