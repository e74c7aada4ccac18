"""A trust file says what it says, or is refused with line and fault."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import TrustInvalid
from audit.leaf import b64
from audit.note import COSIGNATURE, ED25519, Checkpoint, VerifierKey, cosignature, sign
from audit.trust import Trust, Trusted, Untrusted, lines, parse

LOG = Ed25519PrivateKey.from_private_bytes(bytes(32))
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\1")
LOG_KEY = VerifierKey("custodes.test/log", LOG.public_key().public_bytes_raw())
OTHER_KEY = VerifierKey("custodes.test/log", WITNESS.public_key().public_bytes_raw())
WITNESS_KEY = VerifierKey("imb.test/w", WITNESS.public_key().public_bytes_raw(), COSIGNATURE)
ONE = f"log {LOG_KEY.text}\n"
VECTORS = Path(__file__).parents[1] / "vectors/log"


def test_every_kind_of_line_is_read() -> None:
    tsa = next(line for line in (VECTORS / "good/stamped/trust").read_text().splitlines() if line.startswith("tsa "))
    found = parse(
        f"# all of it\n\nlog {LOG_KEY.text} until=2027-01-01T00:00:00.5Z\r\n \tlog\t{OTHER_KEY.text} "
        f"from=2026-12-31T23:59:59Z until=2028-01-01T00:00:00Z \nwitness {WITNESS_KEY.text}\nquorum 1\n{tsa}".encode()
    )
    assert [each.key for each in found.logs] == [LOG_KEY, OTHER_KEY]
    assert (found.logs[0].since, found.logs[0].until) == (None, 1_798_761_600_500)
    assert found.logs[1].since == 1_798_761_599_000
    assert (found.witnesses[0].key, found.quorum, len(found.authorities)) == (WITNESS_KEY, 1, 1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "names no key"),
        ("# nothing\n", "names no key"),
        ("nonsense\n", "line 1 of the trust file: that is no verifier key"),
        (f"{ONE}loog {OTHER_KEY.text}\n", "line 2 of the trust file: “loog” is no word"),
        ("log\n", "line 1 of the trust file: there is no verifier key"),
        (f"log {LOG_KEY.text[:-2]}\n", "line 1 of the trust file: that is no verifier key"),
        (f"{ONE}\n{ONE}", "line 3 of the trust file: that key stands in the file twice"),
        (f"log {WITNESS_KEY.text}\n", "line 1 of the trust file: that is no key of a log"),
        (f"{ONE}witness {OTHER_KEY.text}\n", "line 2 of the trust file: that is no key of a witness"),
        (f"log {LOG_KEY.text} until=yesterday\n", "line 1 of the trust file: a time is written like"),
        (f"log {LOG_KEY.text} until=2027-02-30T00:00:00Z\n", "line 1 of the trust file: a time is written like"),
        (f"log {LOG_KEY.text} until=2027-01-01T00:00:00+00:00\n", "line 1 of the trust file: a time is written like"),
        (f"log {LOG_KEY.text} until=2027-01-01T00:00:00.1234Z\n", "line 1 of the trust file: a time is written like"),
        (f"log {LOG_KEY.text} since=2027-01-01T00:00:00Z\n", "neither from=… nor until=…"),
        (f"log {LOG_KEY.text} from=2027-01-01T00:00:00Z from=2027-01-01T00:00:00Z\n", "stands there twice"),
        (f"log {LOG_KEY.text} from=2027-01-01T00:00:00Z until=2027-01-01T00:00:00Z\n", "ends before it begins"),
        (f"{ONE}quorum 1\n", "line 2 of the trust file: more witnesses are asked for"),
        (f"{ONE}quorum 0\nquorum 0\n", "line 3 of the trust file: a quorum is asked for twice"),
        (f"{ONE}quorum -1\n", "line 2 of the trust file: a quorum is a number"),
        (f"{ONE}quorum 01\n", "line 2 of the trust file: a quorum is a number"),
        (f"{ONE}quorum\n", "line 2 of the trust file: a quorum is a number"),
        (f"{ONE}tsa AAAA\n", "line 2 of the trust file: that is no certificate"),
        (f"{ONE}tsa\n", "line 2 of the trust file: that is no certificate"),
        (f"{LOG_KEY.text} from=2027-01-01T00:00:00Z\n", "is no word"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(text: str, told: str) -> None:
    with pytest.raises(TrustInvalid, match=told):
        parse(text.encode())


def test_what_is_no_text_or_endless_is_refused() -> None:
    for data in (b"\xff\xfe", ONE.encode() + b"#" * 1_048_576):
        with pytest.raises(TrustInvalid):
            parse(data)


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: ONE.encode() + text.encode("utf-8", "replace")))
def test_no_file_whatever_breaks_the_reader(data: bytes) -> None:
    with suppress(TrustInvalid):
        parse(data)


@given(since=st.none() | st.integers(0, 10**12), length=st.none() | st.integers(1, 10**12))
def test_what_is_written_is_read_as_the_same(since: int | None, length: int | None) -> None:
    until = None if length is None else (since or 0) + length
    keys = (Trusted(LOG_KEY, since, until), Trusted(OTHER_KEY))
    assert parse(lines(keys).encode()).logs == keys


def checkpoint(at: datetime, size: int = 3) -> Checkpoint:
    return Checkpoint("custodes.test/log", size, bytes(32), 1, int(at.timestamp() * 1000))


AT = datetime(2026, 11, 20, tzinfo=UTC)


@given(st.integers(-5, 5))
def test_a_window_holds_its_beginning_and_not_its_end(ms: int) -> None:
    begin = int(AT.timestamp() * 1000)
    trust = Trust(logs=(Trusted(LOG_KEY, begin, begin + 3),))
    note = sign(checkpoint(AT + timedelta(milliseconds=ms)).text, LOG_KEY.name, LOG)
    if 0 <= ms < 3:
        assert trust.open(note).signers == (LOG_KEY,)
    else:
        with pytest.raises(Untrusted) as refused:
            trust.open(note)
        assert refused.value.about == "window"


def test_a_witness_never_stands_for_the_log() -> None:
    named = VerifierKey(LOG_KEY.name, WITNESS_KEY.public, COSIGNATURE)
    text = checkpoint(AT).text
    note = f"{text}\n{cosignature(text, named.name, WITNESS, 7)}\n"
    with pytest.raises(Untrusted) as refused:
        Trust(logs=(Trusted(LOG_KEY),), witnesses=(Trusted(named),)).open(note)
    assert refused.value.about == "signature"


def test_strangers_of_the_logs_name_are_told() -> None:
    text = checkpoint(AT).text
    note = sign(text, LOG_KEY.name, LOG) + sign(text, OTHER_KEY.name, WITNESS).removeprefix(f"{text}\n")
    opened = Trust(logs=(Trusted(LOG_KEY),)).open(note)
    assert opened.strangers == (OTHER_KEY.id.hex(),)
    assert Trust.of([LOG_KEY.text, OTHER_KEY.text]).open(note).strangers == ()


def test_bare_keys_are_trusted_without_an_end() -> None:
    assert Trust.of([LOG_KEY.text]) == parse(f"{LOG_KEY.text}\n".encode())
    assert b64(ED25519 + LOG_KEY.public) in LOG_KEY.text
