"""A time-stamp is kept only if it is good, and an examiner finds out what it says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from audit_log import NOW, Log
from hypothesis import given
from hypothesis import strategies as st

from audit import stamping
from audit.bundle import export
from audit.check import Report
from audit.checkpoint import Checkpoints, Note
from audit.errors import StampRefused
from audit.examine import verify_database
from audit.leaf import Malformed, b64
from audit.tables import audit_timestamp
from audit.timestamp import Request, certificate, from_pem, request, verify
from audit.trust import Trust, Trusted, parse
from audit.verify import verify_bundle
from tests import databases
from tests.authority import Authority, authority


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with authority(tmp_path_factory.mktemp("tsa")) as made:
        yield made


@pytest.fixture
def noted(log: Log) -> Note:
    log.write(5)
    with log.engine.begin() as conn:
        return Checkpoints(conn, log.keys).make(now=NOW)


def roots(tsa: Authority) -> tuple[bytes, ...]:
    return from_pem(tsa.certificate.read_bytes())


def keep(log: Log, note: Note, reply: bytes, asked: Request, trusted: tuple[bytes, ...]) -> None:
    with log.engine.begin() as conn:
        stamping.keep(conn, note, reply, asked, trusted)


def bundle(log: Log, name: str) -> Path:
    with log.engine.begin() as conn:
        export(conn, log.keys, log.folder / name, now=NOW + timedelta(hours=1), verifier=b"#\n")
    return log.folder / name


def test_a_real_authoritys_stamp_is_kept_exported_and_verified(log: Log, noted: Note, tsa: Authority) -> None:
    asked = request(noted.checkpoint.text)
    keep(log, noted, tsa.stamp(asked.der), asked, roots(tsa))
    with log.engine.connect() as conn:
        assert stamping.stamped(conn, noted.checkpoint.number)
        at = conn.scalar(sa.select(audit_timestamp.c.at))
    assert abs(datetime.now(UTC).timestamp() * 1000 - at) < 600_000
    path, vkey = bundle(log, "out.zip"), log.keys.vkey
    unchecked = verify_bundle(path, [vkey])
    assert (unchecked.faults, unchecked.stamped, unchecked.unstamped) == ((), 0, 1)
    trust = parse(f"log {vkey}\ntsa {b64(roots(tsa)[0])}\n".encode())
    checked = verify_bundle(path, trust)
    assert (checked.faults, checked.stamped, checked.unstamped) == ((), 1, 0)


def test_the_service_verifies_the_stamps_it_keeps_and_names_what_is_broken(
    log: Log, noted: Note, tsa: Authority, tmp_path: Path
) -> None:
    asked = request(noted.checkpoint.text)
    keep(log, noted, tsa.stamp(asked.der), asked, roots(tsa))
    with log.engine.begin() as conn:
        later = Checkpoints(conn, log.keys).make(now=NOW + timedelta(minutes=1))
    other = request(later.checkpoint.text)
    keep(log, later, tsa.stamp(other.der), other, roots(tsa))

    def examined(authorities: tuple[bytes, ...]) -> Report:
        with log.engine.connect() as conn:
            return verify_database(conn, log.keys, authorities=authorities)

    def stored(change: str) -> Report:
        with log.engine.begin() as conn:
            databases.unguarded(conn)
            conn.exec_driver_sql(change)
            report = verify_database(conn, log.keys, authorities=roots(tsa))
            conn.rollback()
        assert report.codes == {"timestamp"}
        return report

    sound, unchecked = examined(roots(tsa)), examined(())
    assert (sound.faults, sound.stamped, sound.unstamped) == ((), 2, 0)
    assert (unchecked.faults, unchecked.stamped, unchecked.unstamped) == ((), 0, 2)
    folder = tmp_path / "stranger"
    folder.mkdir()
    with authority(folder) as stranger:
        report = examined(roots(stranger))
    assert [fault.partition(":")[0].split(" of ")[1] for fault in report.faults] == ["checkpoint 1", "checkpoint 2"]
    assert report.codes == {"timestamp"}
    moved = "UPDATE audit_timestamp SET at = at + 60000 WHERE number = 2"
    assert "checkpoint 2: is not good, or of another moment" in stored(moved).faults[0]
    # another checkpoint's good reply, its digest beside it: only the text it is over tells
    swapped = stored(
        "UPDATE audit_timestamp SET (token, at) = (SELECT token, at FROM audit_timestamp WHERE number = 1), "
        "digest = (SELECT digest FROM audit_timestamp WHERE number = 1) WHERE number = 2"
    )
    assert swapped.stamped == 1
    assert "checkpoint 2: is not good" in swapped.faults[0]
    cut = "UPDATE audit_timestamp SET token = (SELECT token FROM audit_timestamp WHERE number = 2) WHERE number = 1"
    assert "checkpoint 1: is not the reply that was kept" in stored(cut).faults[0]
    lost = "UPDATE audit_timestamp SET number = 9 WHERE number = 2"
    assert "checkpoint 9: there is no such checkpoint" in stored(lost).faults[0]


def test_a_stamp_of_another_authority_is_refused(noted: Note, log: Log, tsa: Authority, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Authority(tmp_path / "other")
    asked = request(noted.checkpoint.text)
    reply = other.stamp(asked.der)
    with pytest.raises(StampRefused):
        keep(log, noted, reply, asked, roots(tsa))
    keep(log, noted, reply, asked, (*roots(tsa), *roots(other)))
    trust = Trust(logs=(Trusted(log.keys.verifier),), authorities=roots(tsa))
    report = verify_bundle(bundle(log, "out"), trust)
    assert report.codes == {"timestamp"}


def test_an_old_reply_another_text_and_an_altered_reply_are_refused(log: Log, noted: Note, tsa: Authority) -> None:
    asked, again = request(noted.checkpoint.text), request(noted.checkpoint.text)
    reply = tsa.stamp(asked.der)
    with pytest.raises(StampRefused):  # another request's nonce: a replay
        keep(log, noted, reply, again, roots(tsa))
    other = request("another text\n")
    with pytest.raises(StampRefused):
        keep(log, noted, tsa.stamp(other.der), other, roots(tsa))
    for at in range(0, len(reply), 41):
        spoilt = reply[:at] + bytes([reply[at] ^ 4]) + reply[at + 1 :]
        try:
            verify(spoilt, noted.checkpoint.text, roots(tsa), nonce=asked.nonce)
        except Malformed:
            continue
        # Certificates and attributes nobody signed may differ; what was stamped, when and by whom may not.
        assert verify(spoilt, noted.checkpoint.text, roots(tsa)) == verify(reply, noted.checkpoint.text, roots(tsa))
    for nothing in (b"", b"no token", reply[:-9], b"\0" * 2_000_000):
        with pytest.raises(StampRefused):
            keep(log, noted, nothing, asked, roots(tsa))


def test_the_trusted_certificate_must_be_one(tsa: Authority) -> None:
    assert certificate(b64(roots(tsa)[0])) == roots(tsa)[0]
    for text in ("", "AAAA", b64(roots(tsa)[0])[:-4], b64(roots(tsa)[0]) + "\n"):
        with pytest.raises(Malformed):
            certificate(text)
    for pem in (b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(Malformed):
            from_pem(pem)


def test_a_query_carries_the_digest_and_asks_for_certificates_and_a_nonce() -> None:
    import hashlib

    one, two = request("x\n"), request("x\n")
    assert hashlib.sha512(b"x\n").digest() in one.der
    assert one.nonce != two.nonce
    assert one.der.endswith(b"\x01\x01\xff")


@given(st.binary(max_size=400))
def test_no_reply_whatever_breaks_the_reader(data: bytes) -> None:
    with pytest.raises(Malformed):
        verify(data, "x\n", ())
