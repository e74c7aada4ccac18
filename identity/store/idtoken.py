"""Signatures of ID tokens, and ours under what says to a provider who asks. The one place that meets joserfc.

The key is one of those the provider publishes, the algorithm one of ours; what the token's own header offers as a key
(``jwk``, ``jku``, ``x5u``) is never looked at.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key

MOST_TOKEN = 100_000  # characters
LEAST_RSA = 342  # characters of a modulus of 2,048 bits in base64url
_PUBLIC = frozenset({"RSA", "EC", "OKP"})
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})  # nobody should publish these; somebody will
_OURS = {"RSA": "PS256", "EC": "ES256"}
# What a parser of bytes from outside may meet in them, beside the refusals of its own library.
_MALFORMED = (JoseError, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)


class NotSigned(Exception):
    """The token is none, or not signed as it must be. ``cause``: token, algorithm, key-unknown, signature."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


def verified(token: str, published: Mapping[str, Any], algorithms: Collection[str]) -> dict[str, Any]:
    """The claims. Raises NotSigned; ``key-unknown`` is worth asking for the keys anew."""
    header = _header(token)
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise NotSigned("algorithm")
    keys = [key for key in usable(published) if kid is None or key.kid == kid]
    if not keys:
        raise NotSigned("key-unknown")
    for key in keys:
        try:
            claims = json.loads(jws.deserialize_compact(token, key, algorithms=[algorithm]).payload)
        except _MALFORMED:
            continue
        if isinstance(claims, dict):
            return claims
    # Without a name the key may be one that was not published yet when we looked.
    raise NotSigned("signature" if kid is not None else "key-unknown")


def usable(published: Mapping[str, Any]) -> list[RSAKey | ECKey | OKPKey]:
    """The public keys for signatures of what a provider publishes. What cannot be read is passed over."""
    found: list[RSAKey | ECKey | OKPKey] = []
    listed = published.get("keys")
    for each in listed if isinstance(listed, list) else []:
        try:
            key = import_key(_public(each))
        except _MALFORMED:
            continue
        if isinstance(key, RSAKey | ECKey | OKPKey):
            found.append(key)
    return found


def assertion(pem: bytes, *, client: str, audience: str, key_id: str, jti: str, now: datetime) -> str:
    """Who asks, signed with our own key (RFC 7523): good for a minute, once. Raises ValueError for what is no key."""
    try:
        key = _own(pem)
        algorithm = _OURS[key.key_type]
        header = {"alg": algorithm, **({"kid": key_id} if key_id else {})}
        at = int(now.timestamp())
        until = int((now + timedelta(minutes=1)).timestamp())
        claims = {"iss": client, "sub": client, "aud": audience, "jti": jti, "iat": at, "exp": until}
        return jwt.encode(header, claims, key, algorithms=[algorithm])
    except _MALFORMED:
        raise ValueError("no private key") from None


def is_key(pem: bytes) -> bool:
    """Whether it is a private key that ``assertion`` can sign with."""
    try:
        return bool(_own(pem).is_private)
    except _MALFORMED:
        return False


def _public(described: Any) -> dict[str, Any]:
    """The public half of a key for signatures. Raises ValueError for what is none, or too weak."""
    if not isinstance(described, dict) or described.get("kty") not in _PUBLIC or described.get("use", "sig") != "sig":
        raise ValueError("no key for signatures")
    if described["kty"] == "RSA" and len(str(described.get("n", ""))) < LEAST_RSA:
        raise ValueError("too weak")
    return {name: value for name, value in described.items() if name not in _PRIVATE}


def _own(pem: bytes) -> RSAKey | ECKey:
    kind: type[RSAKey | ECKey]
    for kind in (RSAKey, ECKey):
        try:
            key = kind.import_key(pem)
        except _MALFORMED:
            continue
        if key.is_private:
            return key
    raise ValueError("no private key")


def _header(token: str) -> dict[str, Any]:
    if len(token) > MOST_TOKEN:
        raise NotSigned("token")
    try:
        return dict(jws.extract_compact(token.encode()).headers())
    except _MALFORMED:
        raise NotSigned("token") from None
