"""The law of a keyring (vault/keyring.py), held by the one in a folder and the one in AWS KMS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.cloud import REGION, Proxy, enforce_states
from vault.aws import Place
from vault.envelope import new_key, wrap_facts
from vault.errors import KeyMissing, KeyRefused, KeysElsewhere, Tampered
from vault.keyring import Keyring, Keyrings, LocalKeyring
from vault.kms import KmsKeyring

NOVEMBER, DECEMBER = datetime(2026, 11, 21, 9, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
ITEM = UUID("0199f000-0000-7000-8000-0000000000c5")
FACTS = wrap_facts(ITEM, 1, "OS")
Open = Callable[[], Keyring]


@pytest.fixture(scope="module")
def kms() -> Iterator[Proxy]:
    with Proxy(plan=enforce_states) as proxy:
        yield proxy


@pytest.fixture(params=["folder", "kms", "folders by body", "kms by body"])
def opened(request: pytest.FixtureRequest, tmp_path: Path, kms: Proxy) -> Open:
    """Opens the same keys again, as another process would."""
    place, prefix = Place(REGION, endpoint=kms.url), f"test/{uuid4().hex}"
    for body in ("alpha", "beta"):
        (tmp_path / body).mkdir(mode=0o700)

    def one(body: str) -> Keyring:
        return LocalKeyring(tmp_path / body) if "folder" in request.param else KmsKeyring(f"{prefix}/{body}", place)

    def open_it() -> Keyring:
        if "by body" in request.param:
            return Keyrings({"alpha": one("alpha"), "beta": one("beta")})
        return one("alpha")

    return open_it


@pytest.fixture
def keyring(opened: Open) -> Keyring:
    made = opened()
    made.create("alpha", now=NOVEMBER)
    made.create("beta", now=NOVEMBER)
    return made


class TestEveryKeyring:
    def test_what_was_wrapped_is_unwrapped_here_and_elsewhere(self, keyring: Keyring, opened: Open) -> None:
        dek = new_key()
        kek_id, wrapped = keyring.wrap("alpha", dek, FACTS)
        assert kek_id == keyring.newest("alpha") == "alpha/2026-11/1"
        assert dek not in wrapped
        assert keyring.unwrap(kek_id, wrapped, FACTS) == opened().unwrap(kek_id, wrapped, FACTS) == dek

    def test_no_two_wraps_are_alike(self, keyring: Keyring) -> None:
        dek = new_key()
        assert len({keyring.wrap("alpha", dek, FACTS)[1] for _ in range(8)}) == 8

    @pytest.mark.parametrize(
        "facts",
        [wrap_facts(uuid4(), 1, "OS"), wrap_facts(ITEM, 2, "OS"), wrap_facts(ITEM, 1, "O"), wrap_facts(ITEM, 1, "")],
        ids=["item", "version", "marking", "no marking"],
    )
    def test_other_facts_do_not_open_it(self, keyring: Keyring, facts: bytes) -> None:
        kek_id, wrapped = keyring.wrap("alpha", new_key(), FACTS)
        for act in (keyring.unwrap, keyring.rewrap):
            with pytest.raises(Tampered):
                act(kek_id, wrapped, facts)

    def test_a_marking_may_be_empty(self, keyring: Keyring, opened: Open) -> None:
        facts, dek = wrap_facts(ITEM, 1, ""), new_key()
        kek_id, wrapped = keyring.wrap("alpha", dek, facts)
        assert opened().unwrap(kek_id, wrapped, facts) == dek
        with pytest.raises(Tampered):
            opened().unwrap(kek_id, wrapped, FACTS)

    def test_a_changed_cut_or_lengthened_wrap_does_not_open(self, keyring: Keyring) -> None:
        kek_id, wrapped = keyring.wrap("alpha", new_key(), FACTS)
        flipped = bytes([*wrapped[:-20], wrapped[-20] ^ 1, *wrapped[-19:]])
        for bad in (flipped, wrapped[:-1], wrapped + b"\0", b"x"):
            with pytest.raises(Tampered):
                keyring.unwrap(kek_id, bad, FACTS)

    @pytest.mark.parametrize("other", ["beta", "alpha"])
    def test_a_wrap_moved_to_another_key_does_not_open(self, keyring: Keyring, other: str) -> None:
        kek_id, wrapped = keyring.wrap("alpha", new_key(), FACTS)
        moved = keyring.create(other, now=DECEMBER)
        assert moved != kek_id
        with pytest.raises(Tampered):
            keyring.unwrap(moved, wrapped, FACTS)

    def test_what_there_is_no_key_for_is_said(self, keyring: Keyring, opened: Open) -> None:
        _, wrapped = keyring.wrap("alpha", new_key(), FACTS)
        for id_ in ("alpha/2026-11/2", "alpha/2030-01/1"):
            with pytest.raises(KeyMissing):
                opened().unwrap(id_, wrapped, FACTS)
            with pytest.raises(KeyMissing):
                opened().rewrap(id_, wrapped, FACTS)
        for act in (lambda: keyring.wrap("gamma", new_key(), FACTS), lambda: keyring.newest("gamma")):
            with pytest.raises((KeyMissing, KeysElsewhere)):
                act()

    def test_the_newest_wraps_in_every_process_at_once_and_the_older_still_opens(
        self, keyring: Keyring, opened: Open
    ) -> None:
        other, dek = opened(), new_key()
        old = other.wrap("alpha", dek, FACTS)
        newer = keyring.create("alpha", now=DECEMBER)
        assert newer == "alpha/2026-12/1"
        assert other.newest("alpha") == other.wrap("alpha", dek, FACTS)[0] == newer
        assert other.newest("beta") == "beta/2026-11/1"
        assert other.unwrap(*old, FACTS) == dek

    def test_rewrapping_keeps_the_key_and_the_facts(self, keyring: Keyring, opened: Open) -> None:
        dek = new_key()
        old = keyring.wrap("alpha", dek, FACTS)
        newer = keyring.create("alpha", now=DECEMBER)
        kek_id, wrapped = keyring.rewrap(*old, FACTS)
        assert kek_id == newer
        assert opened().unwrap(kek_id, wrapped, FACTS) == dek
        with pytest.raises(Tampered):
            opened().unwrap(kek_id, wrapped, wrap_facts(ITEM, 1, "O"))

    def test_numbers_count_on_and_never_go_back_with_the_clock(self, keyring: Keyring) -> None:
        assert keyring.create("alpha", now=NOVEMBER) == "alpha/2026-11/2"
        assert keyring.create("alpha", now=DECEMBER) == "alpha/2026-12/1"
        assert keyring.create("alpha", now=NOVEMBER) == "alpha/2026-12/2" == keyring.newest("alpha")
        for _ in range(9):
            keyring.create("alpha", now=DECEMBER)
        assert keyring.newest("alpha") == "alpha/2026-12/11"

    def test_the_inventory_shows_every_key_the_oldest_of_a_body_first(self, keyring: Keyring, opened: Open) -> None:
        keyring.create("alpha", now=DECEMBER)
        keyring.create("alpha", now=NOVEMBER)
        found = opened().ids()
        shown = [kek.id for kek in found if kek.body in ("alpha", "beta")]
        assert shown == ["alpha/2026-11/1", "alpha/2026-12/1", "alpha/2026-12/2", "beta/2026-11/1"]
        assert {kek.state for kek in found} == {"live"}
        assert all(kek.created.utcoffset() is not None and kek.epoch == kek.id.split("/")[1] for kek in found)

    @pytest.mark.parametrize("body", ["", "Alpha", "al pha", "alpha/1", "alpha/newest", "../x", "-a", "aws/x"])
    def test_what_is_no_body_gets_no_key(self, keyring: Keyring, body: str) -> None:
        with pytest.raises((ValueError, KeysElsewhere)):
            keyring.create(body, now=NOVEMBER)

    def test_a_retired_key_opens_nothing_anywhere(self, keyring: Keyring, opened: Open) -> None:
        dek, other = new_key(), opened()
        old = keyring.wrap("alpha", dek, FACTS)
        newer = keyring.create("alpha", now=DECEMBER)
        moved = keyring.rewrap(*old, FACTS)
        ends = keyring.retire(old[0], now=DECEMBER)
        assert ends.utcoffset() is not None
        assert keyring.retire(old[0], now=DECEMBER) == ends
        for each in (keyring, opened()):
            for act in (each.unwrap, each.rewrap):
                with pytest.raises((KeyMissing, KeyRefused)):
                    act(*old, FACTS)
        assert {kek.id for kek in other.ids() if kek.state == "live" and kek.body == "alpha"} == {newer}
        assert other.unwrap(*moved, FACTS) == dek

    def test_when_the_newest_is_retired_nothing_is_wrapped(self, keyring: Keyring, opened: Open) -> None:
        keyring.retire(keyring.newest("alpha"), now=DECEMBER)
        for each in (keyring, opened()):
            with pytest.raises((KeyMissing, KeyRefused)):
                each.wrap("alpha", new_key(), FACTS)
