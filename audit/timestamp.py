"""Time-stamps of RFC 3161: asked for over a checkpoint's text, and verified. No database.

The library is imported where one is at hand: most logs have none.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from audit.leaf import Malformed, b64

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MOST_TOKEN = 1_048_576
MOST_CERTIFICATES = 20  # in one reply
MOST_STEPS = 4  # from the certificate that signed to the one that is trusted
REFUSED = "the time-stamp is not good"


@dataclass(frozen=True, slots=True)
class Request:
    """What a time-stamper is sent (DER), and the nonce its reply must repeat."""

    der: bytes
    nonce: int


def request(text: str) -> Request:
    """Ask for the SHA-512 of a checkpoint's text to be stamped, the stamper's certificates included."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    made = TimestampRequestBuilder().data(text.encode()).hash_algorithm(HashAlgorithm.SHA512).build()
    return Request(made.as_bytes(), int(made.nonce or 0))


def verify(token: bytes, text: str, authorities: Sequence[bytes], *, nonce: int | None = None) -> datetime:
    """When it was stamped, if a TimeStampResp is over this text and leads to one of the certificates (DER).

    ``nonce``: that of the request, where it is known. Raises Malformed.
    """
    from rfc3161_client import VerificationError

    refusals: tuple[type[Exception], ...] = (VerificationError, *_unreadable())
    roots = [_load(each) for each in authorities]
    try:
        return _verified(token, text, roots, nonce)
    except refusals as error:
        raise Malformed(REFUSED) from error


def _verified(token: bytes, text: str, roots: Sequence[Certificate], nonce: int | None) -> datetime:
    from rfc3161_client import VerifierBuilder, decode_timestamp_response

    reply = decode_timestamp_response(_in_order(token))
    certificates = [_load(each) for each in islice(reply.signed_data.certificates, MOST_CERTIFICATES + 1)]
    if len(certificates) > MOST_CERTIFICATES:  # each might have issued each other one
        raise Malformed(REFUSED)
    VerifierBuilder(roots=list(roots), nonce=nonce).build().verify_message(reply, text.encode())
    [signer] = reply.signed_data.signer_infos
    at: datetime = reply.tst_info.gen_time
    mine = [each for each in (*certificates, *roots) if each.serial_number == signer.serial_number]
    found = next((each for each in mine if each.issuer == signer.issuer), None)
    if found is None or not _stamps_only(found) or not _leads(found, certificates, roots, at):
        raise Malformed(REFUSED)
    return at


def certificate(text: str) -> bytes:
    """The DER of a certificate in base64, if it is one. Raises Malformed."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = b""
    if not data or b64(data) != text:
        raise Malformed(_NO_CERTIFICATE)
    _load(data)
    return data


def from_pem(data: bytes) -> tuple[bytes, ...]:
    """The DER of each certificate in a PEM file. Raises Malformed if there is none."""
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return tuple(each.public_bytes(Encoding.DER) for each in load_pem_x509_certificates(data))
    except ValueError:
        raise Malformed(_NO_CERTIFICATE) from None


def _in_order(token: bytes) -> bytes:
    """The certificates in DER's order: widely used stampers leave them as they came, which the library refuses.

    No signature covers their order, and nothing else is moved.
    """
    at, end = 0, len(token)
    for tag, passed in ((0x30, 1), (0x30, 1), (0xA0, 0), (0x30, 3)):  # reply, content, its value, signed data
        at, end = _inside(token, at, end, tag)
        for _ in range(passed):
            at = _inside(token, at, end)[1]
    start, stop = _inside(token, at, end, 0xA0)
    parts, at = [], start
    while at < stop:
        after = _inside(token, at, stop)[1]
        parts.append(token[at:after])
        at = after
    return token[:start] + b"".join(sorted(parts)) + token[stop:]


def _inside(data: bytes, at: int, end: int, tag: int | None = None) -> tuple[int, int]:
    """Where the content of a DER element begins and ends. Raises ValueError."""
    head = data[at : at + 2]
    if len(head) < 2 or (tag is not None and head[0] != tag):
        raise ValueError(REFUSED)
    more = head[1] & 0x7F if head[1] & 0x80 else 0
    size = int.from_bytes(data[at + 2 : at + 2 + more]) if more else head[1]
    start = at + 2 + more
    if start + size > end:
        raise ValueError(REFUSED)
    return start, start + size


def _load(data: bytes) -> Certificate:
    from cryptography.x509 import load_der_x509_certificate

    try:
        return load_der_x509_certificate(data)
    except _unreadable():
        raise Malformed(_NO_CERTIFICATE) from None


def _unreadable() -> tuple[type[Exception], ...]:
    """What reading a certificate can raise, and when: its parts are read only once they are asked for."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.x509 import DuplicateExtension, InvalidVersion, UnsupportedGeneralNameType

    return ValueError, TypeError, UnsupportedAlgorithm, InvalidVersion, DuplicateExtension, UnsupportedGeneralNameType


def _stamps_only(found: Certificate) -> bool:
    """RFC 3161 section 2.3: the key is for time-stamping and nothing else."""
    from cryptography.x509 import ExtendedKeyUsage, ExtensionNotFound
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        usage = found.extensions.get_extension_for_class(ExtendedKeyUsage)
    except (ExtensionNotFound, ValueError):
        return False
    return usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def _leads(found: Certificate, certificates: Sequence[Certificate], roots: Sequence[Certificate], at: datetime) -> bool:
    """By a few steps, each signed by the next, to one that is trusted, all valid at that time."""
    reached = [found] if _valid(found, at) else []
    for _ in range(MOST_STEPS + 1):
        if any(each in roots for each in reached):
            return True
        reached = list(
            dict.fromkeys(each for below in reached for each in _issuers(below, (*certificates, *roots), at))
        )
    return False


def _issuers(below: Certificate, among: Sequence[Certificate], at: datetime) -> Iterator[Certificate]:
    from cryptography.exceptions import InvalidSignature

    for each in dict.fromkeys(among):
        if each != below and _valid(each, at) and _is_authority(each):
            try:
                below.verify_directly_issued_by(each)
            except (ValueError, TypeError, InvalidSignature):
                continue
            yield each


def _valid(found: Certificate, at: datetime) -> bool:
    return found.not_valid_before_utc <= at <= found.not_valid_after_utc


def _is_authority(found: Certificate) -> bool:
    from cryptography.x509 import BasicConstraints, ExtensionNotFound

    try:
        return bool(found.extensions.get_extension_for_class(BasicConstraints).value.ca)
    except (ExtensionNotFound, ValueError):
        return False


_NO_CERTIFICATE = "that is no certificate"
