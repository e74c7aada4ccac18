"""Makes the vectors of docs/formats/backup.md: ``python -m tests.vectors.backup.generate``. Its key is no service's."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import note
from vault.backup.content import Part
from vault.backup.manifest import DATA, Content, File, Head, Manifest

HERE = Path(__file__).parent
ORIGIN = "custodes.example/log"
KEY = Ed25519PrivateKey.from_private_bytes(sha256(b"a vector").digest())
OTHER = Ed25519PrivateKey.from_private_bytes(sha256(b"another vector").digest())
ITEM = "3f/0199f000-0000-7000-8000-00000000003f/1.{}.0199f00000007000800000000000000{}"

MANIFEST = Manifest(
    id="20261122T083344123Z-0a1b2c3d",
    kind=DATA,
    made="2026-11-22T08:33:44.123+00:00",
    newest="2026-11-22T08:33:40.000+00:00",
    origin=ORIGIN,
    software="0.1.0",
    schema="0001",
    policies="ab" * 32,
    database="sqlite",
    files=(File("index", 300, "cd" * 32), File("database.age", 5000, "ef" * 32)),
    rows={"audit_entry": 3, "item": 1},
    log=Head(3, "01" * 32, 0, 3, ""),
    content=Content(2, 2048, 1),
)
INDEX = Part(ITEM.format(1, 1), 1024, "11" * 32).line + Part(ITEM.format(2, 2), 1024, "22" * 32, "missing").line
TABLES = b"".join(
    json.dumps(line, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    for line in (
        {"format": "custodes-tables/1"},
        {"columns": ["id", "body", "day"], "table": "one"},
        [1, {"b": "AAEC"}, {"d": "2026-11-22"}],
        [2, None, None],
        {"rows": 2},
        {"columns": ["id"], "table": "two"},
        {"rows": 0},
        {"counters": {"one": 2}},
    )
)


def signed(text: str, key: Ed25519PrivateKey = KEY) -> bytes:
    """A note of this text."""
    return note.sign(text, ORIGIN, key).encode()


def _manifest(change: Callable[[str], str]) -> bytes:
    return signed(change(MANIFEST.text))


def vectors() -> dict[str, tuple[str, str, bytes]]:
    """Name: what it is, what must be said of it, its bytes."""
    good = signed(MANIFEST.text)
    return {
        "good-manifest": ("manifest", "good", good),
        "bad-manifest-signed-by-another": ("manifest", "bad", signed(MANIFEST.text, OTHER)),
        "bad-manifest-changed": ("manifest", "bad", good.replace(b'"size":5000', b'"size":5001')),
        "bad-manifest-cut": ("manifest", "bad", good[:-40]),
        "bad-manifest-format": ("manifest", "bad", _manifest(lambda text: text.replace("backup/1", "backup/2"))),
        "bad-manifest-spaced": ("manifest", "bad", _manifest(lambda text: text.replace('":', '": '))),
        "bad-manifest-member-more": ("manifest", "bad", _manifest(lambda text: text.replace("{", '{"a":1,', 1))),
        "bad-manifest-member-less": ("manifest", "bad", _manifest(lambda text: text.replace('"kind":"data",', ""))),
        "bad-manifest-kind": ("manifest", "bad", _manifest(lambda text: text.replace('"data"', '"rows"'))),
        "bad-manifest-file-elsewhere": (
            "manifest",
            "bad",
            _manifest(lambda text: text.replace("database.age", "../x")),
        ),
        "bad-manifest-negative": ("manifest", "bad", _manifest(lambda text: text.replace("5000", "-5000"))),
        "bad-manifest-no-zone": ("manifest", "bad", _manifest(lambda text: text.replace("44.123+00:00", "44.123"))),
        "good-index": ("index", "good", INDEX),
        "good-index-empty": ("index", "good", b""),
        "bad-index-order": ("index", "bad", b"".join(reversed(INDEX.splitlines(keepends=True)))),
        "bad-index-twice": ("index", "bad", INDEX.splitlines(keepends=True)[0] * 2),
        "bad-index-cut": ("index", "bad", INDEX[:-1]),
        "bad-index-name": ("index", "bad", INDEX.replace(b"3f/", b"../")),
        "bad-index-digest": ("index", "bad", INDEX.replace(b"11" * 32, b"11" * 31)),
        "bad-index-spaced": ("index", "bad", INDEX.replace(b'":"', b'": "')),
        "bad-index-lacking": ("index", "bad", INDEX.replace(b"missing", b"mislaid")),
        "good-tables": ("tables", "good", TABLES),
        "bad-tables-format": ("tables", "bad", TABLES.replace(b"tables/1", b"tables/2")),
        "bad-tables-row-less": ("tables", "bad", TABLES.replace(b"[2,null,null]\n", b"")),
        "bad-tables-row-short": ("tables", "bad", TABLES.replace(b"[2,null,null]", b"[2,null]")),
        "bad-tables-value": ("tables", "bad", TABLES.replace(b'{"b":', b'{"x":')),
        "bad-tables-columns": ("tables", "bad", TABLES.replace(b'"body"', b'"boby"')),
        "bad-tables-unknown": ("tables", "bad", TABLES.replace(b'"two"', b'"too"')),
        "bad-tables-no-end": ("tables", "bad", TABLES.rsplit(b"\n", 2)[0] + b"\n"),
        "bad-tables-after-the-end": ("tables", "bad", TABLES + b'{"rows":0}\n'),
        "bad-tables-cut": ("tables", "bad", TABLES[:-1]),
    }


def main() -> None:
    said = {}
    for name, (what, how, data) in vectors().items():
        (HERE / name).write_bytes(data)
        said[name] = {"is": what, "must": how}
    trusted = note.VerifierKey(ORIGIN, KEY.public_key().public_bytes_raw()).text
    text = json.dumps({"files": said, "trusted": trusted}, indent=1, sort_keys=True)
    (HERE / "vectors.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
