"""Time-stamp tokens of an invented authority, the same bytes each time: RFC 3161 and RFC 5652 by hand.

RSA with PKCS #1 v1.5 signs the same twice, and the primes are searched for from a fixed beginning.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256, sha512
from math import gcd, prod

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DATE = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


_SMALL = prod(each for each in range(3, 4000, 2) if all(each % by for by in range(3, int(each**0.5) + 1, 2)))


def _prime(seed: str) -> int:
    at = int.from_bytes(b"".join(sha512(f"{seed}{part}".encode()).digest() for part in range(2)), "big")
    at |= 3 << 1022 | 1
    while gcd(at, _SMALL) > 1 or any(pow(base, at - 1, at) != 1 for base in (2, 3, 5, 7, 11, 13)) or at % 65537 == 1:
        at += 2
    return at


def key(seed: str) -> rsa.RSAPrivateKey:
    p, q = _prime(f"{seed} p"), _prime(f"{seed} q")
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65537, p * q)
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public).private_key()


def certificate(
    name: str,
    mine: rsa.RSAPrivateKey,
    issuer: str,
    theirs: rsa.RSAPrivateKey,
    *,
    usages: tuple[x509.ObjectIdentifier, ...] = (),
    ca: bool = False,
    years: tuple[int, int] = (2020, 2040),
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(mine.public_key())
        .serial_number(1 + int.from_bytes(sha256(name.encode()).digest()[:8], "big"))
        .not_valid_before(datetime(years[0], 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(years[1], 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(mine.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(theirs.public_key()), critical=False)
    )
    flags = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    usage = x509.KeyUsage(digital_signature=not ca, content_commitment=not ca, key_cert_sign=ca, crl_sign=ca, **flags)
    builder = builder.add_extension(usage, critical=True)
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=True)
    return builder.sign(theirs, hashes.SHA256())


STAMPING = (ExtendedKeyUsageOID.TIME_STAMPING,)
CA_KEY, TSA_KEY, OTHER_KEY = key("a test authority"), key("a test time-stamper"), key("another time-stamper")
CA = certificate("Test authority", CA_KEY, "Test authority", CA_KEY, ca=True)
TSA = certificate("Test time-stamper", TSA_KEY, "Test authority", CA_KEY, usages=STAMPING)
OTHER_CA = certificate("Other authority", OTHER_KEY, "Other authority", OTHER_KEY, ca=True)
NO_STAMPER = certificate(
    "Test web server", TSA_KEY, "Test authority", CA_KEY, usages=(ExtendedKeyUsageOID.SERVER_AUTH,)
)
EXPIRED = certificate("Old time-stamper", TSA_KEY, "Test authority", CA_KEY, usages=STAMPING, years=(2020, 2022))


def der(found: x509.Certificate) -> bytes:
    return found.public_bytes(serialization.Encoding.DER)


def _tlv(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def _int(value: int) -> bytes:
    return _tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _oid(dotted: str) -> bytes:
    first, second, *rest = (int(part) for part in dotted.split("."))
    out = bytes([first * 40 + second])
    for each in rest:
        piece = [each & 127]
        while each := each >> 7:
            piece.insert(0, each & 127 | 128)
        out += bytes(piece)
    return _tlv(6, out)


_NULL = b"\x05\x00"
_SHA256 = _tlv(0x30, _oid("2.16.840.1.101.3.4.2.1"), _NULL)
_SHA512 = _tlv(0x30, _oid("2.16.840.1.101.3.4.2.3"), _NULL)
_RSA = _tlv(0x30, _oid("1.2.840.113549.1.1.1"), _NULL)
_TST = _oid("1.2.840.113549.1.9.16.1.4")


def _attribute(oid: str, value: bytes) -> bytes:
    return _tlv(0x30, _oid(oid), _tlv(0x31, value))


def reply(
    text: str,
    *,
    signer: rsa.RSAPrivateKey = TSA_KEY,
    cert: x509.Certificate = TSA,
    at: datetime = DATE,
    status: int = 0,
    digest: bytes | None = None,
) -> bytes:
    """The TimeStampResp over a checkpoint's text; SHA-512, nonce 7."""
    info = _tlv(
        0x30,
        _int(1),
        _oid("1.3.6.1.4.1.99999.1"),
        _tlv(0x30, _SHA512, _tlv(4, digest or sha512(text.encode()).digest())),
        _int(int.from_bytes(sha256(text.encode()).digest()[:6], "big")),
        _tlv(0x18, at.strftime("%Y%m%d%H%M%SZ").encode()),
        _int(7),
    )
    essential = _tlv(0x30, _tlv(0x30, _tlv(0x30, _tlv(4, sha256(der(cert)).digest()))))
    attributes = sorted(
        [
            _attribute("1.2.840.113549.1.9.3", _TST),
            _attribute("1.2.840.113549.1.9.4", _tlv(4, sha256(info).digest())),
            _attribute("1.2.840.113549.1.9.16.2.47", essential),
        ]
    )
    signature = signer.sign(_tlv(0x31, *attributes), padding.PKCS1v15(), hashes.SHA256())
    who = _tlv(0x30, cert.issuer.public_bytes(), _int(cert.serial_number))
    one = _tlv(0x30, _int(1), who, _SHA256, _tlv(0xA0, *attributes), _RSA, _tlv(4, signature))
    signed = _tlv(
        0x30,
        _int(3),
        _tlv(0x31, _SHA256),
        _tlv(0x30, _TST, _tlv(0xA0, _tlv(4, info))),
        _tlv(0xA0, der(cert)),
        _tlv(0x31, one),
    )
    token = _tlv(0x30, _oid("1.2.840.113549.1.7.2"), _tlv(0xA0, signed))
    return _tlv(0x30, _tlv(0x30, _int(status)), token)
