"""The recovery file: keys sealed to the public half of a divided secret (docs/formats/recovery.md, sections 2 to 4)."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256, shake_256
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from audit.leaf import Malformed, b64, canonical, parse
from vault.errors import RecoveryFileInvalid, SharesDoNotJoin
from vault.kekfile import BODY

FORMAT: Final = "custodes-recovery/1"
SERVICE: Final = "service"
MOST_BYTES: Final = 16 << 20
_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA512, hpke.AEAD.AES_256_GCM)
_INFO = b"custodes/recovery/1\0"
_SEED, _LATTICE = 64, 1184
_MEMBERS = {"copy", "format", "holds", "made", "public", "renewed", "scope", "share_id", "shares", "threshold"}
_SEGMENT = r"[0-9A-Za-z_][0-9A-Za-z_.-]*"
_NAME = re.compile(rf"{_SEGMENT}(/{_SEGMENT}){{0,2}}")
_SCOPE = re.compile(rf"{SERVICE}|body/({BODY.pattern})")


def scope_of(body: str) -> str:
    """The scope of one body's line of keys."""
    return f"body/{body}"


def set_id_of(fingerprint: str) -> str:
    """The id of a set, from the fingerprint of its public key."""
    return "-".join(fingerprint[start : start + 4] for start in range(0, 16, 4))


def public_of(secret: bytes) -> bytes:
    """The public key of a 32-byte secret: 1,216 bytes."""
    lattice, curve = _private(secret)
    return lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()


@dataclass(frozen=True, slots=True)
class Copy:
    """One recovery file. ``holds`` and everything else but the sealed message can be read without shares."""

    scope: str
    made: datetime
    renewed: datetime
    threshold: int
    shares: int
    share_id: int
    public: bytes = field(repr=False)
    holds: tuple[str, ...] = ()
    message: bytes = field(default=b"", repr=False)

    @property
    def set_id(self) -> str:
        """As printed on every share."""
        return set_id_of(self.fingerprint)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the public key, hex."""
        return sha256(self.public).hexdigest()

    @property
    def body(self) -> str:
        """Whose keys, or "" for those of the service."""
        return self.scope.removeprefix("body/") if self.scope != SERVICE else ""

    def encode(self) -> bytes:
        """The file."""
        return canonical(self.header() | {"copy": b64(self.message)}) + b"\n"

    @classmethod
    def decode(cls, data: bytes) -> Copy:
        """Raises RecoveryFileInvalid for anything ``encode`` would not write."""
        try:
            return _decoded(data)
        except (Malformed, ValueError, KeyError, TypeError, AttributeError, OverflowError):
            raise _invalid() from None

    def sealing(self, files: Mapping[str, bytes], *, now: datetime) -> Copy:
        """The same set, holding these files from now on."""
        made = replace(self, renewed=now, holds=tuple(sorted(files)))
        plain = canonical({"files": {name: b64(files[name]) for name in made.holds}})
        return replace(made, message=_SUITE.encrypt(plain, _public(self.public), _info(made)))

    def open(self, secret: bytes) -> dict[str, bytes]:
        """The files. Raises SharesDoNotJoin (another set's secret); RecoveryFileInvalid (not as it was sealed)."""
        if public_of(secret) != self.public:
            raise SharesDoNotJoin("They are of another set than this file. Look at the set id on the pages.")
        lattice, curve = _private(secret)
        try:
            key = hpke.MLKEM768X25519PrivateKey(lattice, curve)
            plain = _SUITE.decrypt(self.message, key, _info(self))
            files = {name: _unb64(value) for name, value in parse(plain)["files"].items()}
            same = canonical({"files": {name: b64(value) for name, value in files.items()}}) == plain
        except (InvalidTag, Malformed, ValueError, KeyError, TypeError, AttributeError):
            raise _invalid() from None
        if not same or tuple(sorted(files)) != self.holds or not all(fits(self.scope, name) for name in files):
            raise _invalid()
        return files

    def header(self) -> dict[str, Any]:
        """Every member but the message, which is bound to them."""
        return {
            "format": FORMAT,
            "holds": list(self.holds),
            "made": _text(self.made),
            "public": b64(self.public),
            "renewed": _text(self.renewed),
            "scope": self.scope,
            "share_id": self.share_id,
            "shares": self.shares,
            "threshold": self.threshold,
        }


def fits(scope: str, name: str) -> bool:
    """May a file of that name stand in a copy of that scope? Whoever has the public key could have sealed any."""
    if _NAME.fullmatch(name) is None:
        return False
    return scope == SERVICE or ("/" not in name and name.partition(".")[0] == scope.removeprefix("body/"))


def _decoded(data: bytes) -> Copy:
    if len(data) > MOST_BYTES or not data.endswith(b"\n"):
        raise _invalid()
    said = parse(data[:-1])
    if set(said) != _MEMBERS or said["format"] != FORMAT:
        raise _invalid()
    copy = Copy(
        scope=said["scope"],
        made=datetime.fromisoformat(said["made"]),
        renewed=datetime.fromisoformat(said["renewed"]),
        threshold=said["threshold"],
        shares=said["shares"],
        share_id=said["share_id"],
        public=_unb64(said["public"]),
        holds=tuple(said["holds"]),
        message=_unb64(said["copy"]),
    )
    numbers = (copy.threshold, copy.shares, copy.share_id)
    if any(type(number) is not int for number in numbers) or not _SCOPE.fullmatch(copy.scope):
        raise _invalid()
    if not (2 <= copy.threshold <= copy.shares <= 16 and 0 <= copy.share_id < 1 << 15) or copy.encode() != data:
        raise _invalid()
    if not all(isinstance(name, str) for name in copy.holds) or list(copy.holds) != sorted(set(copy.holds)):
        raise _invalid()
    _public(copy.public)
    return copy


def _private(secret: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    seed = shake_256(secret).digest(_SEED + 32)
    return MLKEM768PrivateKey.from_seed_bytes(seed[:_SEED]), X25519PrivateKey.from_private_bytes(seed[_SEED:])


def _public(raw: bytes) -> hpke.MLKEM768X25519PublicKey:
    lattice = MLKEM768PublicKey.from_public_bytes(raw[:_LATTICE])
    return hpke.MLKEM768X25519PublicKey(lattice, X25519PublicKey.from_public_bytes(raw[_LATTICE:]))


def _info(copy: Copy) -> bytes:
    return _INFO + canonical(copy.header())


def _unb64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")


def _invalid() -> RecoveryFileInvalid:
    return RecoveryFileInvalid(
        "It is damaged, or no recovery file. Take another copy of it; its SHA-256 stands in the log since it was made."
    )
