"""Certificates that come with a time-stamp: damaged, or so many that following them would never end."""

from __future__ import annotations

import time
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from audit import timestamp
from audit.errors import TrustInvalid
from audit.leaf import Malformed
from audit.trust import parse
from tests.fuzz import keys
from tests.fuzz.both import apart_trust
from tests.fuzz.targets import stamp
from verifier import custodes_verify as apart

pytestmark = pytest.mark.once("no database is touched")
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def made(serial: int, key: Ed25519PrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "one of many")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, None)
    )


def test_many_that_each_issued_all_others_are_followed_once() -> None:
    key = Ed25519PrivateKey.generate()
    many = [made(serial, key) for serial in range(1, timestamp.MOST_CERTIFICATES + 1)]
    began = time.process_time()
    assert not timestamp._leads(many[0], many, [made(99, Ed25519PrivateKey.generate())], NOW)
    assert time.process_time() - began < 2


@pytest.mark.parametrize("change", [1, 2, 16, 32, 128])
def test_any_byte_of_a_reply_another_is_refused_or_the_same_is_proven(change: int) -> None:
    good = stamp.stamped()[1]
    for at in range(0, len(good), 3):
        stamp.one(good[:at] + bytes([good[at] ^ change]) + good[at + 1 :])


def test_a_damaged_certificate_in_a_trust_file_is_refused_by_both() -> None:
    good = made(1, Ed25519PrivateKey.generate()).public_bytes(Encoding.DER)
    version = good.index(bytes.fromhex("a003020102")) + 4
    assert parse(keys.TRUST + b"tsa " + b64encode(good)).authorities == (good,)
    bad = good[:version] + b"\x07" + good[version + 1 :]
    with pytest.raises(TrustInvalid):
        parse(keys.TRUST + b"tsa " + b64encode(bad))
    assert apart_trust(keys.TRUST + b"tsa " + b64encode(bad)) is None
    with pytest.raises(Malformed):
        timestamp._load(bad)
    with pytest.raises(apart.Fault):
        apart.x509_of(bad)
