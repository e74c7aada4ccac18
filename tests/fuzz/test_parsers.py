"""Each reader of outside or stored bytes: its own refusal or a right answer, in little time, and printed as it was."""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.api import cursor
from app.api.errors import CursorInvalid
from app.bootstrap.policies import load as load_policies
from app.config import Settings, SettingsFaulty
from app.settings import SETTINGS
from audit import key_files, leaf, ranges, trust, witness_files
from audit.anchor import ADDRESS
from audit.errors import KeysMissing, NoteInvalid, TrustInvalid, VerifierKeyInvalid, WitnessesFaulty, WitnessFileFaulty
from audit.note import VerifierKey, open_note, read_checkpoint
from audit.timestamp import certificate as read_authority
from audit.timestamp import from_pem
from audit.verify import verify_bundle, verify_checkpoint, verify_receipt
from audit.witnesses import _parse as read_witnesses
from classification.errors import MarkingInvalid
from classification.policy import load as load_scheme
from classification.rules.parse import parse as read_marking
from classification.rules.show import show
from foundation.errors import ServiceError
from foundation.policy import Faults, PolicyFaulty
from identity.errors import EstablishmentsFaulty
from identity.rules import establishments
from retention.queries.verify import verify_certificate
from sharing.rules import filenames, identifiers
from tests.fuzz import keys
from tests.fuzz.hostile import ENDLESS, anything, texts
from tests.verifier.writing import Log, canon
from vault import addresses, kekfile
from vault.errors import KeyringUnsafe, RecoveryFileInvalid, SharesDoNotJoin, ShareUnusable, ShareUnwanted
from vault.recovery.sealed import Copy
from vault.recovery.shares import Gathering

pytestmark = pytest.mark.once("no database is touched")
ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests/vectors"
HOUSE = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
SCHEME = load_scheme(ROOT / "policies", Faults(), organisations={"HMIP": "hmip", "IMB": "imb"})
NOTE = keys.signed("a\n", 9)
RECOVERY = (VECTORS / "recovery/good-body.json").read_bytes()
KEK = b'{"format":"custodes-kek/1","id":"a/2026-03/1","body":"a","created":"2026-03-01T00:00:00+00:00","key":"%s="}'
WITNESS = f"custodes-witnesses/1\n{keys.WITNESS_KEY.text} from=1 until=22 party=imb\n".encode()
CSV = (
    b"key,name,name_welsh,kind,active_in_register,town,country,source\nLEI,Leeds,,PRISON,true,Leeds,England,register\n"
)
STAMPED = (VECTORS / "log/good/stamped/trust").read_bytes()
RECEIPT = (VECTORS / "audit/receipts/good/whole.json").read_bytes()
CERTIFICATE = (VECTORS / "certificate/good/verified-class.json").read_bytes()
BUNDLE = (VECTORS / "audit/bundles/good/seven-entries.zip").read_bytes()
LINE = canon(Log.of(1).leaves[0]).encode()


def in_a_file(read: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    def write(data: bytes, folder: Path) -> object:
        path = folder / "a.2026-03.1.json"
        path.write_bytes(data)
        path.chmod(0o600)
        return read(path)

    return write


def of_text(read: Callable[[str], object]) -> Callable[[bytes, Path], object]:
    return lambda data, _: read(data.decode("utf-8", "surrogateescape"))


def of_bytes(read: Callable[[bytes], object]) -> Callable[[bytes, Path], object]:
    return lambda data, _: read(data)


# Name, reader, its own refusals, a sample or two that it reads.
READERS: dict[str, tuple[Callable[[bytes, Path], object], tuple[type[Exception], ...], tuple[bytes, ...]]] = {
    "canonical JSON": (of_bytes(leaf.parse), (leaf.Malformed,), (b'{"a":[1,"x",null]}',)),
    "leaf": (of_bytes(leaf.read), (leaf.Malformed,), (LINE,)),
    "disclosures": (of_bytes(leaf.disclosures), (leaf.Malformed,), (canon(Log.of(1).disclosed[0]).encode(),)),
    "range": (of_bytes(ranges.read), (leaf.Malformed,), (b'{"from":0,"left":[],"right":[],"size":3,"to":3}\n',)),
    "note": (of_text(lambda text: open_note(text, [keys.WITNESS_KEY])), (NoteInvalid,), (NOTE.encode(),)),
    "checkpoint": (of_text(read_checkpoint), (NoteInvalid,), (NOTE.encode(),)),
    "verifier key": (of_text(VerifierKey.parse), (VerifierKeyInvalid,), (keys.LOG.vkey.encode(),)),
    "trust file": (of_bytes(trust.parse), (TrustInvalid,), (keys.WITNESSED, STAMPED)),
    "time-stamper's certificate": (of_text(read_authority), (leaf.Malformed,), (STAMPED.split(b"tsa ")[1][:400],)),
    "PEM": (
        of_bytes(from_pem),
        (leaf.Malformed,),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",),
    ),
    "list of witnesses": (of_bytes(read_witnesses), (WitnessesFaulty,), (WITNESS,)),
    "witness's state": (
        in_a_file(witness_files.remembered),
        (WitnessFileFaulty,),
        (b'{"first":{"at":1},"note":"n","posted":true,"v":"custodes-witness/1"}\n',),
    ),
    "evidence": (
        in_a_file(witness_files.evidence),
        (WitnessFileFaulty,),
        (b'{"at":1,"found":"fork","held":"a","proof":[],"shown":"b","v":"custodes-evidence/1"}\n',),
    ),
    "witness's key": (
        in_a_file(witness_files.WitnessKey.load),
        (WitnessFileFaulty,),
        (b"custodes-witness-key/1\nimb.test/witness\n" + b"A" * 43 + b"=\n",),
    ),
    "log's key": (
        in_a_file(lambda path: key_files.read(path, "custodes-log-key/1")),
        (KeysMissing,),
        (b"custodes-log-key/1\na.test/log\n" + b"A" * 43 + b"=\n",),
    ),
    "key that wraps": (in_a_file(kekfile.read), (KeyringUnsafe,), (KEK % (b"A" * 43),)),
    "recovery file": (of_bytes(Copy.decode), (RecoveryFileInvalid,), (RECOVERY,)),
    "share": (
        of_text(lambda text: Gathering(1, 2).add(text)),
        (ShareUnusable, ShareUnwanted, SharesDoNotJoin),
        (b"academic acid " * 16,),
    ),
    "establishments": (of_bytes(establishments.read), (EstablishmentsFaulty,), (CSV,)),
    "file name": (of_text(filenames.clean), (filenames.NameRefused,), (b"a report.pdf", b"con.txt", b"..")),
    "media type": (of_text(filenames.media_type), (), (b"text/plain; charset=utf-8",)),
    "marking": (
        of_text(lambda text: read_marking(text, SCHEME)),
        (MarkingInvalid, ServiceError),
        (b"OFFICIAL-SENSITIVE",),
    ),
    "vault's address": (of_text(addresses.vault_of), (ValueError,), (b"s3://bucket/prefix?region=eu-west-2",)),
    "keyring's address": (
        of_text(addresses.keyrings_of),
        (ValueError,),
        (b"a=aws-kms://alias/x?wait=7&region=r,b=/keys", b"/keys"),
    ),
    "anchor's address": (of_text(ADDRESS.match), (), (b"s3://bucket/prefix",)),
    "cursor of a text": (of_text(cursor.text), (CursorInvalid,), (b"YWJj",)),
    "cursor of a number": (of_text(cursor.number), (CursorInvalid,), (b"MTIz", b"MDAwMDAw")),
    **{
        f"identifier {kind}": (
            of_text(lambda text, kind=kind: identifiers.normalise(kind, text)),  # type: ignore[misc]
            (identifiers.Unreadable,),
            (b"A1234BC", b"2003/0011985X", b"SF39/4H"),
        )
        for kind in sorted(identifiers.KINDS)
    },
}
REPORTS: dict[str, tuple[Callable[[bytes, Path], Any], bytes]] = {
    "checkpoint": (of_bytes(lambda data: verify_checkpoint(data, [keys.LOG.vkey])), NOTE.encode()),
    "receipt": (of_bytes(lambda data: verify_receipt(data, [keys.LOG.vkey])), RECEIPT),
    "certificate": (of_bytes(lambda data: verify_certificate(data, [keys.LOG.vkey])), CERTIFICATE),
    "bundle": (in_a_file(lambda path: verify_bundle(path, [keys.LOG.vkey])), BUNDLE),
}


@pytest.mark.parametrize("name", READERS)
@HOUSE
@given(data=st.data())
def test_it_answers_or_refuses_in_its_own_words(name: str, data: st.DataObject, tmp_path: Path) -> None:
    read, refusals, samples = READERS[name]
    with suppress(refusals):
        read(data.draw(anything(*samples)), tmp_path)


@pytest.mark.parametrize("name", READERS)
def test_what_is_endless_or_deep_is_soon_over(name: str, tmp_path: Path) -> None:
    read, refusals, samples = READERS[name]
    for data in (*ENDLESS, *(sample[: len(sample) // 2] + each for sample in samples for each in ENDLESS)):
        began = time.process_time()
        with suppress(refusals):
            read(data, tmp_path)
        assert time.process_time() - began < 2, data[:40]


@pytest.mark.parametrize("name", REPORTS)
@HOUSE
@given(data=st.data())
def test_what_is_verified_is_reported_never_raised(name: str, data: st.DataObject, tmp_path: Path) -> None:
    verify, sample = REPORTS[name]
    assert not verify(data.draw(anything(sample)), tmp_path).ok


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_on_what_is_endless_is_soon_there(name: str, tmp_path: Path) -> None:
    verify, sample = REPORTS[name]
    for data in (*ENDLESS, *(sample[: len(sample) // 2] + each for each in ENDLESS)):
        began = time.process_time()
        assert not verify(data, tmp_path).ok
        assert time.process_time() - began < 2, data[:40]


@HOUSE
@given(texts("OFFICIAL-SENSITIVE", "OFFICIAL", "OFFICIAL-SENSITIVE – PERSONAL DATA"))
def test_a_marking_read_is_printed_as_it_stood(line: str) -> None:
    with suppress(ServiceError):
        assert show(read_marking(line, SCHEME)) == line


@given(texts("A1234BC", "2003/0011985X", "Joan O’Smith"))
def test_an_identifier_folded_is_folded_to_itself(text: str) -> None:
    for kind in identifiers.KINDS:
        with suppress(identifiers.Unreadable):
            folded = identifiers.normalise(kind, text)
            assert identifiers.normalise(kind, folded) == folded


@given(texts("a report.pdf", "C:\\x\\y.txt", "é/ü"))
def test_a_file_name_kept_is_kept_again_as_it_is(name: str) -> None:
    with suppress(filenames.NameRefused):
        kept = filenames.clean(name)
        assert filenames.clean(kept) == kept
        assert "/" not in kept
        assert "\0" not in kept


@given(st.integers(0, 2**62 - 1), st.text(st.characters(codec="ascii"), max_size=50))
def test_a_cursor_printed_is_read(number: int, text: str) -> None:
    assert cursor.number(cursor.of_number(number) or "") == number
    assert cursor.text(cursor.of_text(text) or "") == text


@HOUSE
@given(
    st.dictionaries(
        st.sampled_from([each.name for each in SETTINGS]), texts("0", "127.0.0.1", "s3://b/p", "/a"), max_size=5
    )
)
def test_settings_are_read_or_faulted_by_name(given_: dict[str, str]) -> None:
    environ = {name: text.replace("\0", "") for name, text in given_.items()}
    faults: object = None
    try:
        found = Settings.from_env(environ)
    except SettingsFaulty as error:
        faults = error.fields
    assert faults or 1 <= found.port <= 65535


@pytest.mark.parametrize("name", [each.name for each in SETTINGS])
@pytest.mark.parametrize(
    "text", ["9" * 5000, "x" * 5000, "٣", "http://[", "s3://[::1", "sqlite:///" + "a" * 5000, "\udcff"]
)
def test_an_endless_setting_is_faulted_by_name(name: str, text: str) -> None:
    other = {"CUSTODES_TSA_URL": "http://a.test"} if name == "CUSTODES_TSA_CERTIFICATE" else {}
    with suppress(SettingsFaulty):
        Settings.from_env({name: text, **other})


POLICIES = sorted(
    path.relative_to(ROOT / "policies")
    for path in (ROOT / "policies").rglob("*")
    if path.suffix in {".toml", ".cedar", ".cedarschema", ".csv"}
)


def with_policy(name: Path, data: bytes, folder: Path) -> None:
    """A copy of the policies with one file changed, read."""
    for path in (ROOT / "policies").rglob("*"):
        to = folder / path.relative_to(ROOT / "policies")
        if path.is_dir():
            to.mkdir(exist_ok=True)
        elif not to.exists():
            to.hardlink_to(path) if path.stat().st_dev == folder.stat().st_dev else to.write_bytes(path.read_bytes())
    (folder / name).unlink()
    (folder / name).write_bytes(data)
    try:
        with suppress(PolicyFaulty):
            load_policies(folder)
    finally:
        (folder / name).unlink()
        (folder / name).write_bytes((ROOT / "policies" / name).read_bytes())


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_policies_are_read_or_every_fault_named(data: st.DataObject, tmp_path: Path) -> None:
    name = data.draw(st.sampled_from(POLICIES))
    with_policy(name, data.draw(anything((ROOT / "policies" / name).read_bytes())), tmp_path)


@pytest.mark.parametrize("suffix", [".toml", ".cedar", ".cedarschema", ".csv"])
def test_an_endless_policy_is_faulted(suffix: str, tmp_path: Path) -> None:
    name = next(path for path in POLICIES if path.suffix == suffix)
    for body in (
        b"a = " + b"[" * 100_000,
        b"a = " + b"9" * 50_000,
        b"[[a.b" + b".c" * 20_000 + b"]]",
        b"(" * 50_000,
        b"\0",
    ):
        with_policy(name, body, tmp_path)
    assert tomllib.loads("a=1") == {"a": 1}


@given(st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=4) | st.none(), max_size=4))
def test_canonical_json_has_one_reader_and_one_writer(value: dict[str, Any]) -> None:
    good = all(key.isascii() for key in value) and all(
        not isinstance(each, int) or abs(each) <= leaf.SAFE for each in value.values()
    )
    data = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")
    try:
        assert leaf.parse(data) == value
    except leaf.Malformed:
        assert not good or b"\xed" in data
    else:
        assert good
