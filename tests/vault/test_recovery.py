"""Shares, recovery files and what is recovered: the laws, and the vectors."""

from __future__ import annotations

import base64
import json
import os
import random
import stat
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic import Share
from shamir_mnemonic.wordlist import WORDLIST

from audit.leaf import canonical
from audit.trail import Trail
from foundation.errors import ServiceError
from vault.errors import (
    KeyringUnsafe,
    RecoveryFileInvalid,
    RecoverySetUnknown,
    RecoveryThere,
    SharesDoNotJoin,
    SharesImpossible,
    ShareUnusable,
    ShareUnwanted,
)
from vault.keyring import LocalKeyring
from vault.recovery import files as key_files
from vault.recovery.sealed import Copy, fits, public_of, scope_of
from vault.recovery.service import Recovery
from vault.recovery.shares import Gathering, divide

pytestmark = pytest.mark.folder("local keyrings are what is recovered; a key service keeps its own")

VECTORS = Path(__file__).parents[1] / "vectors" / "recovery"
KNOWN: dict[str, Any] = json.loads((VECTORS / "vectors.json").read_text("utf-8"))
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
FILES = {"hmip.2026-11.1.json": b"a key", "hmip.2026-12.1.json": b"another key"}
SECRET = bytes(range(32))
MOFN = st.integers(2, 16).flatmap(lambda n: st.tuples(st.integers(2, n), st.just(n)))


def sealed(secret: bytes = SECRET, share_id: int = 7, **changed: Any) -> Copy:
    given = {"scope": "body/hmip", "threshold": 2, "shares": 3, **changed}
    blank = Copy(made=NOW, renewed=NOW, share_id=share_id, public=public_of(secret), **given)
    return blank.sealing(FILES, now=NOW)


def gathered(share_id: int, threshold: int, *words: str) -> bytes:
    gathering = Gathering(share_id, threshold)
    for text in words:
        gathering.add(text)
    return gathering.secret()


@settings(max_examples=60)
@given(st.binary(min_size=32, max_size=32), MOFN, st.randoms(use_true_random=False))
def test_any_m_of_n_shares_restore_the_secret(secret: bytes, mofn: tuple[int, int], chance: random.Random) -> None:
    threshold, count = mofn
    division = divide(secret, threshold, count)
    assert len(set(division.words)) == count
    chosen = chance.sample(division.words, threshold)
    assert gathered(division.share_id, threshold, *chosen) == secret


def test_every_three_of_five_restore_and_no_two_do() -> None:
    division = divide(SECRET, 3, 5)
    assert {gathered(division.share_id, 3, *three) for three in combinations(division.words, 3)} == {SECRET}
    for two in combinations(division.words, 2):
        with pytest.raises(SharesDoNotJoin):
            gathered(division.share_id, 3, *two)


def test_the_shares_of_one_secret_are_others_each_time() -> None:
    """Each is random by itself: what stands in fewer than m of them is no function of the secret."""
    made = [{Share.from_mnemonic(words).value for words in divide(SECRET, 3, 5).words} for _ in range(20)]
    assert len(set.union(*made)) == 100
    assert all(value != SECRET for values in made for value in values)


@settings(max_examples=150)
@given(st.integers(0, 32), st.integers(1, 1023), st.integers(0, 2))
def test_a_changed_word_is_caught_whichever_it_is(place: int, by: int, which: int) -> None:
    words = DIVIDED.words[which].split()
    words[place] = WORDLIST[(WORDLIST.index(words[place]) + by) % 1024]
    with pytest.raises(ShareUnusable) as caught:
        Gathering(DIVIDED.share_id, 2).add(" ".join(words))
    assert not any(word in caught.value.detail.split() for word in words if len(word) > 5)


DIVIDED = divide(SECRET, 2, 3)


@settings(max_examples=150)
@given(st.integers(0, 31), st.integers(1, 32))
def test_two_words_in_each_others_place_are_caught(one: int, by: int) -> None:
    words = DIVIDED.words[0].split()
    other = (one + by) % 33
    if words[one] == words[other]:
        return
    words[one], words[other] = words[other], words[one]
    with pytest.raises(ShareUnusable):
        Gathering(DIVIDED.share_id, 2).add(" ".join(words))


def test_how_a_share_is_written_down_does_not_matter() -> None:
    first, second, _ = DIVIDED.words
    numbered = "  ".join(f"{place:2}. {word.upper()}," for place, word in enumerate(first.split(), 1))
    assert gathered(DIVIDED.share_id, 2, numbered, second) == SECRET


@pytest.mark.parametrize("text", ["", "one two", "é" * 40, "academic " * 33, "academic " * 32, "academic " * 34])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ShareUnusable):
        Gathering(0, 2).add(text)


@settings(max_examples=200)
@given(st.text() | st.lists(st.sampled_from(WORDLIST), min_size=30, max_size=36).map(" ".join))
def test_whatever_is_typed_is_a_share_or_a_refusal(text: str) -> None:
    with pytest.raises((ShareUnusable, ShareUnwanted)):
        Gathering(DIVIDED.share_id, 2).add(text)


def test_the_same_share_twice_helps_once_and_one_of_another_set_not_at_all() -> None:
    gathering = Gathering(DIVIDED.share_id, 2)
    assert gathering.add(DIVIDED.words[1]) == 2
    with pytest.raises(ShareUnwanted, match="given already"):
        gathering.add(DIVIDED.words[1])
    with pytest.raises(ShareUnwanted, match="another set"):
        gathering.add(divide(SECRET, 2, 3).words[0])
    with pytest.raises(ShareUnwanted, match="another set"):
        gathering.add(_renamed(divide(bytes(32), 2, 3).words[1], DIVIDED.share_id))
    assert gathering.missing == 1
    gathering.add(DIVIDED.words[0])
    assert gathering.secret() == SECRET


def _renamed(words: str, share_id: int) -> str:
    """A share of another set that by chance has the same 15-bit id."""
    from dataclasses import replace

    return str(replace(Share.from_mnemonic(words), identifier=share_id).mnemonic())


def test_shares_of_two_sets_with_the_same_id_do_not_join() -> None:
    other = _renamed(divide(bytes(32), 2, 3).words[0], DIVIDED.share_id)
    with pytest.raises(SharesDoNotJoin):
        gathered(DIVIDED.share_id, 2, other, DIVIDED.words[1])


@pytest.mark.parametrize(("threshold", "count"), [(1, 3), (0, 3), (-1, 3), (4, 3), (2, 17), (17, 17), (2, 1)])
def test_impossible_divisions_are_refused(threshold: int, count: int) -> None:
    with pytest.raises(SharesImpossible):
        divide(SECRET, threshold, count)


def test_a_copy_opens_with_its_secret_and_with_no_other() -> None:
    copy = Copy.decode(sealed().encode())
    assert copy.open(SECRET) == FILES
    with pytest.raises(SharesDoNotJoin):
        copy.open(bytes(32))


def test_what_is_sealed_to_a_set_needs_no_secret_and_opens_with_the_same_shares() -> None:
    more = FILES | {"hmip.2027-01.1.json": b"made later"}
    renewed = Copy.decode(sealed().encode()).sealing(more, now=NOW)
    assert renewed.set_id == sealed().set_id
    assert renewed.open(SECRET) == more


def test_every_flipped_bit_of_a_recovery_file_is_refused() -> None:
    data = sealed().encode()
    for place in random.Random(3).sample(range(len(data) * 8), 1200):
        changed = bytearray(data)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises((RecoveryFileInvalid, SharesDoNotJoin)):
            Copy.decode(bytes(changed)).open(SECRET)


def test_every_member_of_the_file_is_bound_to_what_is_sealed() -> None:
    said = json.loads(sealed().encode())
    for name, value in {
        "holds": ["hmip.2026-11.1.json"],
        "made": "2026-11-22T09:00:00.000+00:00",
        "renewed": "2026-11-22T09:00:00.000+00:00",
        "scope": "body/imb",
        "share_id": 8,
        "shares": 4,
        "threshold": 3,
    }.items():
        with pytest.raises(RecoveryFileInvalid):
            Copy.decode(canonical(said | {name: value}) + b"\n").open(SECRET)


@settings(max_examples=200)
@given(st.binary(max_size=300) | st.sampled_from(sorted(json.loads(sealed().encode()))).map(lambda n: n.encode()))
def test_anything_at_all_is_a_recovery_file_or_refused(data: bytes) -> None:
    with pytest.raises(RecoveryFileInvalid):
        Copy.decode(data)


@settings(max_examples=200)
@given(
    st.sampled_from(sorted(json.loads(sealed().encode()))),
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=3)) | st.just({}),
)
def test_a_member_of_another_kind_is_refused(name: str, value: object) -> None:
    said = json.loads(sealed().encode())
    if said[name] == value:
        return
    with pytest.raises((RecoveryFileInvalid, SharesDoNotJoin)):
        Copy.decode(canonical(said | {name: value}) + b"\n").open(SECRET)


def test_a_name_that_leads_elsewhere_is_refused_even_when_rightly_sealed() -> None:
    for scope, name in (
        ("body/hmip", "imb.2026-11.1.json"),
        ("body/hmip", "hmip/../../x"),
        ("body/hmip", ".hmip"),
        ("service", "../index"),
        ("service", "/etc/passwd"),
        ("service", "a/b/c/d"),
        ("service", "log/.hidden"),
        ("service", "log//x"),
        ("service", "index\n"),
    ):
        assert not fits(scope, name)
        copy = Copy(scope, NOW, NOW, 2, 3, 7, public_of(SECRET)).sealing({name: b"x"}, now=NOW)
        with pytest.raises(RecoveryFileInvalid):
            Copy.decode(copy.encode()).open(SECRET)


# --- vectors


@pytest.mark.parametrize("case", KNOWN["copies"], ids=lambda case: str(case["file"]))
def test_the_vectors_of_files(case: dict[str, Any]) -> None:
    data, secret = (VECTORS / case["file"]).read_bytes(), bytes.fromhex(KNOWN["secret"])
    if case["opens"]:
        files = Copy.decode(data).open(secret)
        assert {name: base64.b64encode(body).decode() for name, body in files.items()} == case["files"]
        return
    with pytest.raises((RecoveryFileInvalid, SharesDoNotJoin)):
        Copy.decode(data).open(secret)


@pytest.mark.parametrize("case", KNOWN["shares"], ids=lambda case: str(case["name"]))
def test_the_vectors_of_shares(case: dict[str, Any]) -> None:
    if case["joins"]:
        assert gathered(KNOWN["share_id"], KNOWN["threshold"], *case["given"]).hex() == KNOWN["secret"]
        return
    with pytest.raises((ShareUnusable, ShareUnwanted, SharesDoNotJoin)) as refused:
        gathered(KNOWN["share_id"], KNOWN["threshold"], *case["given"])
    assert refused.value.code == case["refused"]


# --- folders of keys, and what is recorded


@pytest.fixture
def keyring(tmp_path: Path) -> Path:
    """Two bodies' lines in one folder."""
    (tmp_path / "keyring").mkdir(mode=0o700)
    ring = LocalKeyring(tmp_path / "keyring")
    for body in ("hmip", "hmip", "imb"):
        ring.create(body, now=NOW)
    return tmp_path / "keyring"


def test_one_bodys_keys_are_taken_and_no_others(keyring: Path) -> None:
    assert set(key_files.of_body(keyring, "hmip")) == {"hmip.2026-11.1.json", "hmip.2026-11.2.json"}
    with pytest.raises(SharesImpossible):
        key_files.of_body(keyring, "nobody")


def test_what_is_put_back_is_a_keyring_again_and_overwrites_nothing(keyring: Path, tmp_path: Path) -> None:
    files, back = key_files.of_body(keyring, "hmip"), tmp_path / "new" / "keyring"
    key_files.put_back(back, "body/hmip", files)
    assert stat.S_IMODE(back.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in back.iterdir()} == {0o600}
    dek = os.urandom(32)
    kek_id, wrapped = LocalKeyring(keyring).wrap("hmip", dek, b"facts")
    assert LocalKeyring(back).unwrap(kek_id, wrapped, b"facts") == dek
    (back / "hmip.2026-11.1.json").unlink()
    with pytest.raises(RecoveryThere):
        key_files.put_back(back, "body/hmip", files)
    assert sorted(path.name for path in back.iterdir()) == ["hmip.2026-11.2.json"]
    key_files.put_back(back, "body/imb", key_files.of_body(keyring, "imb"))
    assert LocalKeyring(back).bodies() == {"hmip", "imb"}


def test_keys_are_not_put_where_others_can_read(tmp_path: Path) -> None:
    (tmp_path / "wide").mkdir(mode=0o755)
    (tmp_path / "wide").chmod(0o755)
    with pytest.raises(KeyringUnsafe):
        key_files.put_back(tmp_path / "wide", "body/hmip", FILES)
    assert list((tmp_path / "wide").iterdir()) == []


def test_the_services_keys_are_all_but_the_keyrings(keyring: Path, tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    for name in ("index", "log/log.key"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "recovery").mkdir()
    (tmp_path / "recovery" / "service").write_bytes(b"note")
    found = key_files.of_service(tmp_path, keyrings=[keyring], leave={"recovery"})
    assert found == {"index": b"index", "log/log.key": b"log/log.key"}
    (tmp_path / "link").symlink_to(keyring / "hmip.2026-11.1.json")
    with pytest.raises(KeyringUnsafe):
        key_files.of_service(tmp_path, keyrings=[keyring])


def recovery(world: Any, act: str, **given: Any) -> Any:
    with world.engine.begin() as conn:
        service = Recovery(Trail(conn, keys=world.log, writer="test", policies="sha256:test"))
        return getattr(service, act)(**given, **world.by)


@pytest.mark.once("looks for secrets in the bytes of the file")
def test_making_rehearsing_and_renewing_are_recorded_and_nothing_of_the_keys_is(world: Any) -> None:
    files = key_files.of_body(world.keyring.folder, "hmip")
    made = recovery(world, "make", scope=scope_of("hmip"), files=files, threshold=2, shares=3)
    secret = gathered(made.copy.share_id, 2, *made.shares[1:])
    assert made.copy.open(secret) == files
    assert recovery(world, "rehearse", copy=made.copy, secret=secret, files=files).ok
    world.keyring.create("hmip", now=world.now)
    more = key_files.of_body(world.keyring.folder, "hmip")
    behind = recovery(world, "rehearse", copy=made.copy, secret=secret, files=more)
    assert (behind.ok, len(behind.lacking)) == (False, 1)
    renewed = recovery(world, "renew", copy=made.copy, fingerprint=made.copy.fingerprint, files=more)
    assert renewed.open(secret) == more
    gone = recovery(world, "rehearse", copy=renewed, secret=secret, files=files)
    assert (gone.ok, len(gone.retired)) == (True, 1)
    other = dict.fromkeys(more, b"{}")
    assert len(recovery(world, "rehearse", copy=renewed, secret=secret, files=other).differing) == 2
    base = (world.root / "app.db").read_bytes() + (world.root / "app.db-wal").read_bytes()
    for word in (secret, *files.values(), *(share.encode() for share in made.shares)):
        assert word not in base
        assert base64.b64encode(word) not in base


def test_nothing_is_sealed_to_a_public_key_that_is_not_the_set_in_force(world: Any) -> None:
    files = key_files.of_body(world.keyring.folder, "hmip")
    made = recovery(world, "make", scope="body/hmip", files=files, threshold=2, shares=3)
    strangers = sealed(bytes(32))
    with pytest.raises(RecoverySetUnknown):
        recovery(world, "renew", copy=strangers, fingerprint=made.copy.fingerprint, files=files)


def test_no_keys_and_another_bodys_keys_make_no_shares(world: Any) -> None:
    for files in ({}, {"imb.2026-11.1.json": b"x"}):
        with pytest.raises(SharesImpossible):
            recovery(world, "make", scope="body/hmip", files=files, threshold=2, shares=3)


def test_what_holds_secrets_does_not_print_them(world: Any) -> None:
    files = key_files.of_body(world.keyring.folder, "hmip")
    made = recovery(world, "make", scope="body/hmip", files=files, threshold=2, shares=3)
    shown = f"{made!r} {divide(SECRET, 2, 3)!r}"
    assert not any(share in shown for share in made.shares)


def test_no_refusal_of_a_share_repeats_it() -> None:
    words = DIVIDED.words[0].split()
    for text in (" ".join(words[:-1]), " ".join([*words[:-1], words[-1] + "x"]), " ".join(words[::-1])):
        with pytest.raises(ServiceError) as refused:
            Gathering(DIVIDED.share_id, 2).add(text)
        assert not {word for word in words if len(word) > 4} & set(refused.value.detail.lower().split())
