"""Makes the vectors beside it, from docs/formats/recovery.md: nothing of vault/recovery is used.

Run once (python tests/vectors/recovery/generate.py) when the format changes; the files are committed. The secret and
keys in them are test keys and stand here on purpose.
"""

from __future__ import annotations

import base64
import json
from hashlib import sha256, shake_256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from shamir_mnemonic import Share, generate_mnemonics

HERE = Path(__file__).parent
SECRET = sha256(b"a test secret, published").digest()
OTHER = sha256(b"another test secret, published").digest()
SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA512, hpke.AEAD.AES_256_GCM)
FILES = {
    f"hmip.2026-{month}.1.json": json.dumps({"format": "custodes-kek/1", "id": f"hmip/2026-{month}/1"}).encode()
    for month in (11, 12)
}


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def pair(secret: bytes) -> tuple[hpke.MLKEM768X25519PublicKey, bytes]:
    seed = shake_256(secret).digest(96)
    lattice = MLKEM768PrivateKey.from_seed_bytes(seed[:64]).public_key()
    curve = X25519PrivateKey.from_private_bytes(seed[64:]).public_key()
    return hpke.MLKEM768X25519PublicKey(lattice, curve), lattice.public_bytes_raw() + curve.public_bytes_raw()


def copy(secret: bytes, files: dict[str, bytes], **changed: Any) -> dict[str, Any]:
    key, raw = pair(secret)
    header = {
        "format": "custodes-recovery/1",
        "holds": sorted(files),
        "made": "2026-11-21T09:00:00.000+00:00",
        "public": b64(raw),
        "renewed": "2026-12-01T09:00:00.000+00:00",
        "scope": "body/hmip",
        "share_id": SHARE_ID,
        "shares": 5,
        "threshold": 3,
        **changed,
    }
    plain = canonical({"files": {name: b64(body) for name, body in files.items()}})
    return header | {"copy": b64(SUITE.encrypt(plain, key, b"custodes/recovery/1\0" + canonical(header)))}


SHARES = generate_mnemonics(1, [(3, 5)], SECRET, iteration_exponent=0)[0]
SHARE_ID = Share.from_mnemonic(SHARES[0]).identifier
STRANGERS = generate_mnemonics(1, [(3, 5)], OTHER, iteration_exponent=0)[0]


def copies() -> list[dict[str, Any]]:
    good = copy(SECRET, FILES)
    message = bytearray(base64.b64decode(good["copy"]))
    message[-20] ^= 1
    bad: dict[str, bytes] = {
        "bad-flipped.json": canonical(good | {"copy": b64(bytes(message))}) + b"\n",
        "bad-cut.json": canonical(good)[:-40] + b"\n",
        "bad-no-line-feed.json": canonical(good),
        "bad-two-line-feeds.json": canonical(good) + b"\n\n",
        "bad-spaced.json": json.dumps(good, sort_keys=True).encode() + b"\n",
        "bad-member-more.json": canonical(good | {"note": "x"}) + b"\n",
        "bad-member-less.json": canonical({name: good[name] for name in good if name != "made"}) + b"\n",
        "bad-other-set.json": canonical(copy(OTHER, FILES)) + b"\n",
        "bad-name.json": canonical(copy(SECRET, {"../hmip.2026-11.1.json": b"x"})) + b"\n",
        "bad-other-body.json": canonical(copy(SECRET, {"imb.2026-11.1.json": b"x"})) + b"\n",
        "bad-inside-and-holds.json": canonical(copy(SECRET, FILES, holds=["hmip.2026-11.1.json"])) + b"\n",
        "bad-threshold-one.json": canonical(copy(SECRET, FILES, threshold=1)) + b"\n",
    }
    for name, value in {
        "format": "custodes-recovery/2",
        "holds": ["hmip.2026-11.1.json"],
        "made": "2026-11-22T09:00:00.000+00:00",
        "public": b64(pair(OTHER)[1]),
        "renewed": "2026-12-02T09:00:00.000+00:00",
        "scope": "body/imb",
        "share_id": SHARE_ID ^ 1,
        "shares": 6,
        "threshold": 2,
    }.items():
        bad[f"bad-changed-{name.replace('_', '-')}.json"] = canonical(good | {name: value}) + b"\n"
    service = {"index": b"i" * 32, "log/log.key": b"k"}
    right = {
        "good-body.json": (good, FILES),
        "good-service.json": (copy(SECRET, service, scope="service"), service),
    }
    told = []
    for name, (said, files) in right.items():
        (HERE / name).write_bytes(canonical(said) + b"\n")
        told.append({"file": name, "opens": True, "files": {key: b64(body) for key, body in files.items()}})
    for name, data in bad.items():
        (HERE / name).write_bytes(data)
        told.append({"file": name, "opens": False})
    return told


def shares() -> list[dict[str, Any]]:
    first, second, third, *_ = SHARES
    words = first.split()
    swapped = [*words[:9], words[10], words[9], *words[11:]]
    changed = [*words[:20], "academic" if words[20] != "academic" else "acid", *words[21:]]
    unusable, unwanted, apart = "vault.share-unusable", "vault.share-unwanted", "vault.shares-do-not-join"
    bad = {
        "word-changed": ([" ".join(changed), second, third], unusable),
        "words-swapped": ([" ".join(swapped), second, third], unusable),
        "word-missing": ([" ".join(words[:-1]), second, third], unusable),
        "word-unknown": ([" ".join([*words[:-1], "custodes"]), second, third], unusable),
        "twice": ([first, second, second], unwanted),
        "another-sets": ([first, second, STRANGERS[2]], unwanted),
        "too-few": ([first, second], apart),
    }
    good = {"first-three": SHARES[:3], "last-three": SHARES[2:], "any-order": [SHARES[4], SHARES[0], SHARES[2]]}
    return [{"name": name, "given": given, "joins": True} for name, given in good.items()] + [
        {"name": name, "given": given, "joins": False, "refused": code} for name, (given, code) in bad.items()
    ]


if __name__ == "__main__":
    said = {"secret": SECRET.hex(), "share_id": SHARE_ID, "threshold": 3, "copies": copies(), "shares": shares()}
    (HERE / "vectors.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
