"""Recovery files, shares, key files: what is not exactly what the service writes is refused, whatever it is."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from audit.errors import KeysMissing
from audit.key_files import read as read_log_key
from vault import kekfile
from vault.errors import KeyringUnsafe, RecoveryFileInvalid, SharesDoNotJoin, ShareUnusable, ShareUnwanted
from vault.recovery.sealed import Copy
from vault.recovery.shares import Gathering

VECTORS = Path(__file__).parents[2] / "vectors/recovery"
INSTRUMENT = ("vault", "audit.key_files")
KEK = "alpha.2026-03.1.json"


@cache
def _folder() -> Path:
    shared = Path("/dev/shm")
    return Path(mkdtemp(dir=shared if shared.is_dir() else None))


@cache
def _known() -> Any:
    return json.loads((VECTORS / "vectors.json").read_text())


def _kept(name: str, data: bytes) -> Path:
    path = _folder() / name
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    return path


def one(data: bytes) -> None:
    how, rest = data[:1], data[1:]
    if how == b"s":
        _share(rest.decode("utf-8", "replace"))
    elif how == b"k":
        with suppress(KeyringUnsafe):
            found = kekfile.read(_kept(KEK, rest))
            assert found is not None
            assert (found.file, len(found.key)) == (KEK, 32)
    elif how == b"l":
        with suppress(KeysMissing):
            name, key = read_log_key(_kept("log.key", rest), "custodes-log-key/1")
            assert len(key) == 32
            assert rest.startswith(b"custodes-log-key/1\n")
            assert "\n" not in name
    else:
        _copy(rest)


def _copy(data: bytes) -> None:
    try:
        copy = Copy.decode(data)
    except RecoveryFileInvalid:
        return
    assert copy.encode() == data
    assert all(isinstance(name, str) for name in copy.holds)
    with suppress(SharesDoNotJoin, RecoveryFileInvalid):
        copy.open(bytes.fromhex(_known()["secret"]))
    assert copy.body or copy.scope == "service"


def _share(text: str) -> None:
    gathering = Gathering(_known()["share_id"], _known()["threshold"])
    with suppress(ShareUnusable, ShareUnwanted):
        assert 1 <= gathering.add(text) <= 16
        taken = re.findall(r"[a-z]+", text, re.ASCII | re.IGNORECASE)
        assert len(taken) == 33, "letters beyond a to z are no letters of a share"
    with suppress(SharesDoNotJoin):
        gathering.secret()


def seeds() -> Iterator[bytes]:
    yield b""
    for name in ("good-body.json", "good-service.json", "bad-name.json", "bad-spaced.json", "bad-cut.json"):
        yield b"c" + (VECTORS / name).read_bytes()
    said = json.loads((VECTORS / "good-body.json").read_bytes())
    told = {**said, "made": "0001-01-01T00:00:00.000+14:00"}
    yield b"c" + json.dumps(told, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    yield from (b"s" + each.encode() for each in _known()["shares"][0]["given"][:2])
    yield b"s" + _known()["shares"][0]["given"][0].replace("k", "\N{KELVIN SIGN}").encode()
    yield (
        b'k{"format": "custodes-kek/1", "id": "alpha/2026-03/1", "body": "alpha", '
        b'"created": "2026-03-01T00:00:00+00:00", "key": "' + b"A" * 43 + b'="}\n'
    )
    yield b"lcustodes-log-key/1\ncustodes.test/log\n" + b"A" * 43 + b"=\n"
