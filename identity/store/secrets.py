"""Secrets at rest: AES-256-GCM, bound to whose secret it is, so that a row copied to another account opens nothing."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from identity.errors import SecretUnreadable

KEY_BYTES = 32
_VERSION = b"\x01"
_NONCE_BYTES = 12
_CONTEXT = b"custodes/identity-secret/1\0"


class SecretBox:
    """Seals small secrets. Sealed form: version (1 byte), nonce (12), ciphertext and tag."""

    def __init__(self, key: bytes) -> None:
        """``key``: 32 random bytes from the key file. Raises ValueError for any other length."""
        if len(key) != KEY_BYTES:
            msg = f"the identity key must be {KEY_BYTES} bytes"
            raise ValueError(msg)
        self._cipher = AESGCM(key)

    def seal(self, owner: str, value: bytes) -> bytes:
        """``value`` sealed for this owner alone."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, value, _CONTEXT + owner.encode())

    def open(self, owner: str, sealed: bytes) -> bytes:
        """The secret of this owner. Raises SecretUnreadable for another key, another owner or a changed byte."""
        start = len(_VERSION)
        nonce, body = sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :]
        if sealed[:start] != _VERSION or len(nonce) != _NONCE_BYTES:
            raise SecretUnreadable(_DETAIL, subject=owner)
        try:
            return self._cipher.decrypt(nonce, body, _CONTEXT + owner.encode())
        except InvalidTag:
            raise SecretUnreadable(_DETAIL, subject=owner) from None


_DETAIL = "The second factor of this account cannot be read. Ask an administrator to reset it."
