"""A security key in software: it makes passkeys and answers as the standard says, or wrongly where told to."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def plain(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Device:
    """One passkey. ``uses`` is the count it tells next; -1: it keeps none."""

    origin: str = "https://custodes.test"
    host: str = "custodes.test"
    uses: int = 1
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def cose(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        point = {-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        return cbor2.dumps({1: 2, 3: -7, -1: 1, **point})

    def make(self, options: str, *, flags: int = PRESENT | VERIFIED, **wrong: Any) -> str:
        """The answer to the options of `create`."""
        client = self._client("webauthn.create", json.loads(options)["challenge"], wrong)
        attested = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + self.cose()
        data = self._data(flags | ATTESTED, wrong) + attested
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": plain(client), "attestationObject": plain(made)})

    def sign(self, options: str, *, flags: int = PRESENT | VERIFIED, **wrong: Any) -> str:
        """The answer to the options of `get`."""
        client = self._client("webauthn.get", json.loads(options)["challenge"], wrong)
        data = self._data(flags, wrong)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        if wrong.get("tampered"):
            data = data[:-1] + bytes([data[-1] ^ 1])
        return self._answer(
            {"clientDataJSON": plain(client), "authenticatorData": plain(data), "signature": plain(signature)}
        )

    def _client(self, kind: str, challenge: str, wrong: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps({**said, **wrong.get("client", {})}).encode()

    def _data(self, flags: int, wrong: dict[str, Any]) -> bytes:
        count = wrong.get("count", max(self.uses, 0))
        if self.uses >= 0 and "count" not in wrong:
            self.uses += 1
        host = wrong.get("host", self.host)
        return sha256(host.encode()).digest() + bytes([flags]) + int(count).to_bytes(4, "big")

    def _answer(self, response: dict[str, str]) -> str:
        called = plain(self.credential)
        return json.dumps({"id": called, "rawId": called, "type": "public-key", "response": response})
