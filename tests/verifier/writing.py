"""A log written by hand, from docs/formats/ alone: what a keeper with the signing key could make, honest or not."""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "by-hand.test/log"
NAMES = ["checkpoint", "checkpoints.jsonl", "disclosures.jsonl", "keys", "leaves.jsonl", "range", "timestamps.jsonl"]
NAMES += ["verify.py"]
START = 1_790_000_000_000


def b64(data: bytes) -> str:
    return b64encode(data).decode()


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def canon(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass
class Key:
    seed: int = 1
    name: str = ORIGIN

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes([self.seed]) * 32)

    @property
    def typed(self) -> bytes:
        return b"\x01" + self.private.public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        return sha(self.name.encode() + b"\n" + self.typed)[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64(self.typed)}"

    def note(self, text: str) -> str:
        return f"{text}\n— {self.name} {b64(self.id + self.private.sign(text.encode()))}\n"


def tree_head(hashes: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1, as it stands there."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha(b"")
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha(b"\x01" + tree_head(hashes[:split]) + tree_head(hashes[split:]))


@dataclass
class Log:
    """Leaves and disclosures as Python values; everything else is made from them."""

    key: Key = field(default_factory=Key)
    leaves: list[dict[str, Any]] = field(default_factory=list)
    disclosed: list[list[list[str]] | None] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, count: int, writers: int = 2, every: int = 4) -> Log:
        log = cls()
        for seq in range(count):
            log.add(f"w{seq % writers}", START + seq * 1000)
        log.sizes = sorted({*range(every, count + 1, every), count})
        return log

    def add(self, writer: str, at: int, act: str = "test.done") -> None:
        mine = [leaf for leaf in self.leaves[-64:] if leaf["w"] == writer][-1:]
        seq = len(self.leaves)
        person = {"id": f"p{seq}", "name": f"Ásta {seq}", "party": "x", "principal": seq, "request": ""}
        values = [canon(person), f"item-{seq}", canon({"step": seq, "words": ["a", "“b”\n"]}), "why not?\n"]
        salts = [sha(b"%d %d" % (seq, place)) for place in range(4)]
        fields = [[b64(s), n, v] for s, n, v in zip(salts, ("who", "subject", "what", "why"), values, strict=True)]
        digits = f"{at:012x}"
        self.leaves.append(
            {
                "v": 1,
                "id": f"{digits[:8]}-{digits[8:]}-7000-8000-{seq:012x}",
                "t": at * 1000,
                "w": writer,
                "n": mine[0]["n"] + 1 if mine else 0,
                "prev": b64(sha(b"\0" + canon(mine[0]).encode()) if mine else bytes(32)),
                "act": act,
                "out": "allowed",
                "cls": 'O"S\\',
                "pol": "p",
                "rules": ["a", 'b"\\'],
                "sd": [
                    b64(sha(s + n.encode() + b"\0" + v.encode())) for s, (_, n, v) in zip(salts, fields, strict=True)
                ],
            }
        )
        self.disclosed.append(fields)

    def checkpoints(self, lines: list[str]) -> Iterator[str]:
        hashes = [sha(b"\0" + line.encode()) for line in lines]
        previous = bytes(32)
        for number, size in enumerate(self.sizes, 1):
            head = f"{ORIGIN}\n{size}\n{b64(tree_head(hashes[:size]))}\n"
            text = f"{head}custodes-checkpoint/1 {number} {START + size * 1000} {b64(previous)}\n"
            previous = sha(text.encode())
            yield self.key.note(text)

    def files(self) -> dict[str, bytes]:
        lines = [canon(leaf) for leaf in self.leaves]
        notes = list(self.checkpoints(lines))
        shown = [canon({"disclosed": d, "id": leaf["id"]}) for d, leaf in zip(self.disclosed, self.leaves, strict=True)]
        files = {
            "checkpoint": notes[-1],
            "checkpoints.jsonl": "".join(canon(note) + "\n" for note in notes),
            "disclosures.jsonl": "".join(line + "\n" for line in shown),
            "keys": f"log {self.key.vkey}\n",
            "leaves.jsonl": "".join(line + "\n" for line in lines),
            "range": canon({"from": 0, "left": [], "right": [], "size": len(lines), "to": len(lines)}) + "\n",
            "timestamps.jsonl": "",
            "verify.py": "# by hand\n",
        }
        return self.signed({name: text.encode() for name, text in files.items()})

    def signed(self, files: dict[str, bytes]) -> dict[str, bytes]:
        """The manifest made and signed anew, whatever the files have become."""
        shown = files["disclosures.jsonl"].splitlines()
        redacted = sum(line.startswith(b'{"disclosed":null') for line in shown)
        text = f"custodes-bundle/2\norigin {ORIGIN}\nmade {START + 10**9}\n"
        lines = {name: files[name].count(10) for name in NAMES}
        text += f"entries {lines['leaves.jsonl']}\ndisclosed {len(shown) - redacted}\nredacted {redacted}\n"
        text += f"checkpoints {lines['checkpoints.jsonl']}\ntimestamps {lines['timestamps.jsonl']}\n"
        text += "".join(f"file {len(files[name])} {sha(files[name]).hex()} {name}\n" for name in NAMES)
        return {**{name: files[name] for name in NAMES}, "manifest": self.key.note(text).encode()}


def as_folder(files: dict[str, bytes], to: Path) -> Path:
    to.mkdir()
    for name, data in files.items():
        (to / name).write_bytes(data)
    return to


def as_zip(files: dict[str, bytes], to: Path) -> Path:
    """The zip of the page, byte by byte."""
    body, directory = b"", b""
    for name, data in files.items():
        same = struct.pack("<5H3I2H", 20, 0, 0, 0, 0x21, zlib.crc32(data), len(data), len(data), len(name), 0)
        tail = struct.pack("<3H2I", 0, 0, 0, 0x81800000, len(body))
        directory += b"PK\x01\x02\x14\x03" + same + tail + name.encode()
        body += b"PK\x03\x04" + same + name.encode() + data
    count = len(files)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(body), 0)
    to.write_bytes(body + directory + end)
    return to
