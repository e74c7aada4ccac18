"""Makes the vectors beside it from docs/formats/checkpoint.md alone: none of the log's own code is used.

Run once (python tests/vectors/note/generate.py); the files are committed. The keys are test keys.
"""

from __future__ import annotations

import base64
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HERE = Path(__file__).parent
ORIGIN = "custodes.test/log"
TIME = 1_795_167_060


def key(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(sha256(seed.encode()).digest())


LOG, WITNESS, SECOND, STRANGER = (key(f"cosigned notes: {word}") for word in ("log", "witness", "second", "stranger"))
ONE, TWO = "imb.test/witness", "hmip.test/witness"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def key_id(name: str, kind: int, signer: Ed25519PrivateKey) -> bytes:
    return sha256(name.encode() + b"\n" + bytes([kind]) + signer.public_key().public_bytes_raw()).digest()[:4]


def vkey(name: str, kind: int, signer: Ed25519PrivateKey) -> str:
    return f"{name}+{key_id(name, kind, signer).hex()}+{b64(bytes([kind]) + signer.public_key().public_bytes_raw())}"


def text(size: int = 3, root: bytes = bytes(32)) -> str:
    return f"{ORIGIN}\n{size}\n{b64(root)}\ncustodes-checkpoint/1 1 1795167000000 {b64(bytes(32))}\n"


def log_line(body: str, signer: Ed25519PrivateKey = LOG) -> str:
    return f"— {ORIGIN} {b64(key_id(ORIGIN, 1, signer) + signer.sign(body.encode()))}\n"


def raw(
    body: str,
    signer: Ed25519PrivateKey = WITNESS,
    time: int = TIME,
    said: int | None = None,
    head: str = "cosignature/v1",
) -> bytes:
    message = f"{head}\ntime {time}\n{body}".encode()
    return (time if said is None else said).to_bytes(8, "big") + signer.sign(message)


def line(name: str, signature: bytes, signer: Ed25519PrivateKey = WITNESS, kind: int = 4) -> str:
    return f"— {name} {b64(key_id(name, kind, signer) + signature)}\n"


def main() -> None:
    body = text()
    ours, one = log_line(body), line(ONE, raw(body))
    two = line(TWO, raw(body, SECOND), SECOND)
    stranger = line("nobody.test/witness", raw(body, STRANGER), STRANGER)
    flipped = bytearray(raw(body))
    flipped[40] ^= 1
    good = {
        "no-witness": ours,
        "no-witness-but-a-stranger": ours + stranger,
        "no-witness-but-one-of-a-known-name": ours + line(ONE, raw(body, STRANGER), STRANGER),
        "no-witness-but-one-of-the-log-kind": ours + line(ONE, WITNESS.sign(body.encode()), kind=1),
        "one-witness": ours + one,
        "one-witness-first": one + ours,
        "one-witness-at-time-0": ours + line(ONE, raw(body, time=0)),
        "one-witness-at-the-last-time": ours + line(ONE, raw(body, time=(1 << 63) - 1)),
        "one-witness-twice": ours + one + line(ONE, raw(body, time=TIME + 1)),
        "two-witnesses": ours + one + two,
        "two-witnesses-in-100-lines": ours + one + two + stranger * 97,
    }
    other = text(4)
    bad = {
        "cosignature-of-another-text": ours + line(ONE, raw(other)),
        "cosignature-of-another-time": ours + line(ONE, raw(body, said=TIME + 1)),
        "cosignature-flipped": ours + line(ONE, bytes(flipped)),
        "cosignature-of-time-beyond-63-bits": ours + line(ONE, raw(body, time=1 << 63)),
        "cosignature-of-another-header": ours + line(ONE, raw(body, head="cosignature/v2")),
        "cosignature-without-its-time": ours + line(ONE, raw(body)[8:]),
        "cosignature-plain-ed25519": ours + line(ONE, TIME.to_bytes(8, "big") + WITNESS.sign(body.encode())),
        "cosignature-with-a-byte-more": ours + line(ONE, raw(body) + b"\0"),
        "cosignature-with-a-byte-less": ours + line(ONE, raw(body)[:-1]),
        "cosignature-empty": ours + line(ONE, b"\0"),
        "cosignature-good-then-bad": ours + one + line(ONE, bytes(flipped)),
        "cosignature-bad-of-the-second": ours + one + line(TWO, raw(body, WITNESS), SECOND),
        "cosignature-time-little-endian": ours + line(ONE, TIME.to_bytes(8, "little") + raw(body)[8:]),
        "only-a-witness": one,
        "log-line-by-a-witness-key": line(ORIGIN, WITNESS.sign(body.encode()), kind=1) + one,
        "log-line-of-the-witness-kind": line(ORIGIN, raw(body, LOG), LOG) + one,
        "101-lines": ours + one + stranger * 99,
        "crlf": (ours + one).replace("\n", "\r\n"),
        "no-last-line-end": (ours + one)[:-1],
    }
    for folder, notes in (("good", good), ("bad", bad)):
        for old in (HERE / folder).iterdir():
            old.unlink()
        for name, lines in notes.items():
            (HERE / folder / name).write_bytes(f"{body}\n{lines}".encode())
    (HERE / "log.vkey").write_text(vkey(ORIGIN, 1, LOG) + "\n")
    (HERE / "witness.vkey").write_text(vkey(ONE, 4, WITNESS) + "\n")
    (HERE / "second.vkey").write_text(vkey(TWO, 4, SECOND) + "\n")


if __name__ == "__main__":
    main()
