"""Files good and bad for every format that has no test of its own kind: made from the pages, read by the readers."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit import key_files, leaf, merkle, ranges, witness_files
from audit.errors import VerifierKeyInvalid
from audit.keys import LogKeys
from audit.leaf import Malformed
from audit.note import VerifierKey
from audit.witnesses import _parse as read_witnesses
from foundation.bound import Binder
from foundation.errors import ServiceError
from tests.fuzz.both import apart_trust, house_trust
from tests.fuzz.targets.envelope import Stored, read
from tests.fuzz.targets.proof import _mine, _theirs, begun
from tests.vectors.readers import generate
from vault import envelope, kekfile
from vault.errors import Tampered
from vault.ledger import Ledger
from vault.ranges import RangeReader
from verifier import custodes_verify as apart

pytestmark = pytest.mark.once("no database is touched")
VECTORS = Path(__file__).parents[1] / "vectors"
HERE = VECTORS / "readers"
FILES = sorted(path for path in HERE.rglob("*") if path.parent.name in {"good", "bad"})
REFUSED = (Malformed, VerifierKeyInvalid, Tampered, apart.Fault, ServiceError)


def trust(data: bytes, _: Path) -> bool:
    mine, theirs = house_trust(data), apart_trust(data) if len(data) <= apart.TRUST_LIMIT else None
    assert (mine is None) == (theirs is None)
    return mine is not None


def both(house: Callable[[bytes], object], other: Callable[[bytes], object]) -> Callable[[bytes, Path], bool]:
    """Good only where both take it; they agree."""

    def takes(read_: Callable[[bytes], object], data: bytes) -> bool:
        try:
            read_(data)
        except REFUSED:
            return False
        return True

    def ask(data: bytes, _: Path) -> bool:
        said = takes(house, data)
        assert takes(other, data) is said
        return said

    return ask


def in_a_file(name: str, read_: Callable[[Path], object]) -> Callable[[bytes, Path], bool]:
    def ask(data: bytes, folder: Path) -> bool:
        path = folder / name
        path.write_bytes(data)
        path.chmod(0o600)
        read_(path)
        return True

    return ask


def compact(data: bytes, _: Path) -> bool:
    assert _mine(data) == _theirs(data)
    return _mine(data) is not None


def inclusion(data: bytes, _: Path) -> bool:
    said: dict[str, Any] = json.loads(data)
    hashed, root, steps = b64decode(said["leaf"]), b64decode(said["root"]), [b64decode(each) for each in said["proof"]]
    holds = merkle.includes(hashed, said["index"], said["size"], steps, root)
    if 0 <= said["index"] < said["size"]:
        try:
            led = apart.root_of_proof(hashed, said["index"], said["size"], steps)
        except apart.Fault:
            led = b""
        assert holds is (led == root)
    return holds


def consistency(data: bytes, _: Path) -> bool:
    said: dict[str, Any] = json.loads(data)
    before, after, steps = (b64decode(said[key]) for key in ("old_root", "root")), said["size"], said["proof"]
    old_root, root = before
    proof = [b64decode(each) for each in steps]
    holds = merkle.extends(said["old"], after, proof, old_root, root)
    if 0 < said["old"] < after:
        assert holds is (begun(said["old"], after, proof, old_root) == (old_root, root))
    return holds


def vkey(data: bytes, _: Path) -> bool:
    return VerifierKey.parse(data.decode()).text == data.decode()


def disclosure_key(data: bytes, folder: Path) -> bool:
    keys = folder / "keys"
    made = LogKeys.create(keys, "custodes.test/log")
    path = keys / "disclosure-2026-11.key"
    path.write_bytes(data)
    path.chmod(0o600)
    entry = bytes(16)
    assert made.open("2026-11", entry, made.seal("2026-11", entry, b"x")) == b"x"
    return True


def message(data: bytes, _: Path) -> bool:
    """Known answers: the bytes for key, context and salt, written from the page and read in every way."""

    def small() -> bytes:
        return envelope.unseal(generate.KEY, generate.CONTEXT, data)

    def whole() -> bytes:
        found = RangeReader(generate.KEY, generate.CONTEXT, Stored(data))
        return read(found, 0, found.size)

    def ranged() -> bytes:
        found = RangeReader(generate.KEY, generate.CONTEXT, Stored(data))
        return read(found, 0, 1) + read(found, 1, found.size)

    found = []
    for way in (small, whole, ranged):
        try:
            found.append(way())
        except Tampered:
            found.append(None)
    assert found[0] == found[1] == found[2]
    if found[0] is not None:
        assert found[0] == generate.plain(len(found[0]))
        assert generate.message(found[0]) == data
    return found[0] is not None


READERS: dict[str, Callable[[bytes, Path], bool]] = {
    "trust": trust,
    "canonical-json": both(leaf.parse, apart.canonical),
    "leaf": both(leaf.read, apart.read_leaf),
    "range": compact,
    "inclusion": inclusion,
    "consistency": consistency,
    "vkey": vkey,
    "log-key": in_a_file("log.key", lambda path: key_files.read(path, "custodes-log-key/1")),
    "disclosure-key": disclosure_key,
    "witness-key": in_a_file("key", witness_files.WitnessKey.load),
    "witnesses": lambda data, _: read_witnesses(data) is not None,
    "kek": in_a_file("alpha.2026-03.1.json", kekfile.read),
    "witness-state": in_a_file("state", witness_files.remembered),
    "evidence": in_a_file("evidence", witness_files.evidence),
    "message": message,
    "ledger": lambda data, folder: Ledger(folder / "destroyed", Binder(generate.LEDGER_KEY)).parsed(data) is not None,
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parents[1].name}-{path.parent.name}-{path.name}")
def test_what_is_good_is_read_and_what_is_bad_is_refused(path: Path, tmp_path: Path) -> None:
    try:
        taken = READERS[path.parents[1].name](path.read_bytes(), tmp_path)
    except REFUSED:
        taken = False
    assert taken is (path.parent.name == "good")


def test_every_reader_has_files_good_and_bad() -> None:
    sides = {(path.parents[1].name, path.parent.name) for path in FILES}
    assert sides == {(name, side) for name in READERS for side in ("good", "bad")}
    assert apart.LIMITS["range"] == ranges.MOST_RANGE


# Where the vectors of each page lie, good and bad.
PAGES = {
    "backup.md": ("backup/good-*", "backup/bad-*"),
    "batch-certificate.md": ("batch-certificate/good", "batch-certificate/bad"),
    "certificate.md": ("certificate/good", "certificate/bad"),
    "checkpoint.md": (
        "note/good",
        "note/bad",
        "audit/notes/good",
        "audit/notes/bad",
        "readers/vkey/good",
        "readers/vkey/bad",
    ),
    "envelope.md": ("readers/message/good", "readers/message/bad", "readers/kek/good", "readers/kek/bad"),
    "log.md": (
        "log/good",
        "log/bad",
        "audit/receipts/good",
        "audit/receipts/bad",
        "readers/leaf/good",
        "readers/leaf/bad",
    ),
    "ledger.md": ("readers/ledger/good", "readers/ledger/bad"),
    "pack.md": ("pack/good", "pack/bad"),
    "recovery.md": ("recovery/good-*", "recovery/bad-*"),
    "schedule.md": ("schedule/table/good", "schedule/table/bad", "schedule/text/good", "schedule/text/bad"),
    "trust.md": ("readers/trust/good", "readers/trust/bad"),
}

# What only others read: each is read back, by code of its own, in the test named.
WRITTEN = {
    "media-container.md": "vault/test_encrypted_zip.py",
    "return.md": "web/test_batch_pages.py",
    "transfer.md": "web/test_transfer.py",
}


def test_every_page_of_a_format_has_vectors_good_and_bad() -> None:
    pages = {path.name for path in (VECTORS.parents[1] / "docs/formats").glob("*.md")}
    assert pages - {"index.md"} == PAGES.keys() | WRITTEN.keys()
    assert all((VECTORS.parent / path).is_file() for path in WRITTEN.values())
    for page, places in PAGES.items():
        for place in places:
            assert re.match(r".*(good|bad)", place)
            assert list(VECTORS.glob(place if "*" in place else f"{place}/*")), (page, place)


def test_the_page_counts_the_vectors_as_they_are() -> None:
    page = (VECTORS.parents[1] / "docs/fuzzing.md").read_text(encoding="utf-8")
    counted = re.findall(r"`([a-z/-]+)` ([0-9]+) \+ ([0-9]+)", page)
    assert {f"readers/{name}" for name in READERS} <= {name for name, _, _ in counted}
    for name, good, bad in counted:
        for side, number in (("good", good), ("bad", bad)):
            here = VECTORS / name / side
            found = list(here.iterdir()) if here.is_dir() else list((VECTORS / name).glob(f"{side}-*"))
            assert len(found) == int(number), (name, side)
