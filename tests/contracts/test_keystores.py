"""The key store on either database: the same states, the same refusals, the same outcome whoever meets whom."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.databases import HERE
from vault.errors import KekClosed, KekInUse, KeyExists, KeyGone, StorageFailed
from vault.keyring import Kek
from vault.keystore import Key, KeyStore, open_engine

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"at": NOW, "by": "approver", "reason": "D-1"}
OLD, NEW = "hmip/2026-11/1", "hmip/2026-12/1"


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "keys.db") if request.param == "sqlite" else HERE.create("template0")


@pytest.fixture
def store(where: str) -> Iterator[KeyStore]:
    made = KeyStore(open_engine(where))
    made.keks.know([Kek(one, "hmip", one.split("/")[1], NOW, "live") for one in (OLD, NEW)], now=NOW)
    yield made
    made.dispose()


def a_key(item: UUID | None = None, version: int = 1, **more: Any) -> Key:
    return replace(
        Key(item or uuid4(), version, "hmip", OLD, os.urandom(104), "OS", "pending", NOW, NOW),
        **more,
    )


def together(*acts: Callable[[], object]) -> list[object]:
    """All at once; what each gave or raised."""
    found: list[object] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(at: int, act: Callable[[], object]) -> None:
        gate.wait()
        try:
            found[at] = act()
        except Exception as error:
            found[at] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


class TestEveryKeyStore:
    def test_a_key_goes_through_its_states(self, store: KeyStore) -> None:
        key = a_key()
        assert store.state(key.item) == ""
        store.add(key)
        assert store.get(key.item, 1) == key
        assert store.state(key.item) == "pending"
        store.settle(key.item, 1)
        store.settle(key.item, 1)
        assert store.state(key.item) == "live"
        later = NOW + timedelta(days=1)
        assert store.set_state(key.item, "disabled", now=later) == 1
        assert store.set_state(key.item, "disabled", now=later + timedelta(days=1)) == 1
        assert store.of_item(key.item)[0].changed == later
        store.settle(key.item, 1)
        assert store.state(key.item) == "disabled"
        assert [one.item for one in store.in_state("disabled")] == [key.item]
        assert store.in_state("disabled", before=later) == []
        store.set_state(key.item, "live", now=later)
        assert store.state(key.item) == "live"
        (erased,) = store.destroy(key.item, **WHO)
        assert (erased.kek_id, erased.by, erased.at, erased.final_at) == (key.kek_id, "approver", NOW, None)
        assert store.state(key.item) == "destroyed"
        assert store.get(key.item, 1) is None
        assert store.set_state(key.item, "live", now=later) == 0

    def test_an_item_version_has_one_key_ever(self, store: KeyStore) -> None:
        key = a_key()
        store.add(key)
        with pytest.raises(KeyExists):
            store.add(replace(key, wrapped=b"x" * 104))
        store.destroy(key.item, **WHO)
        with pytest.raises(KeyExists):
            store.add(key)
        assert store.of_item(key.item) == []

    def test_destroying_again_changes_no_record(self, store: KeyStore) -> None:
        key = a_key()
        store.add(key)
        store.add(a_key(key.item, 2))
        first = store.destroy(key.item, **WHO)
        assert len(first) == 2
        assert store.destroy(key.item, at=NOW + timedelta(days=9), by="other", reason="again") == first
        assert store.destroy(uuid4(), **WHO) == []
        assert [each.settled for each in store.unsettled_erasures(before=NOW + timedelta(days=1))] == [False, False]
        store.settle(key.item, 1)
        store.settle(key.item, 2)
        assert store.unsettled_erasures(before=NOW + timedelta(days=1)) == []

    def test_one_version_goes_and_the_other_stays(self, store: KeyStore) -> None:
        key = a_key()
        store.add(key)
        store.add(a_key(key.item, 2))
        store.destroy(key.item, **WHO, versions=[2])
        assert [one.version for one in store.of_item(key.item)] == [1]

    def test_many_items_are_read_at_once(self, store: KeyStore) -> None:
        keys = [a_key() for _ in range(5)]
        for key in keys:
            store.add(key)
        wanted = [key.item for key in keys[:3]] + [uuid4() for _ in range(1200)]
        assert {key.item for key in store.of_items(wanted)} == {key.item for key in keys[:3]}

    def test_a_proposed_wrap_is_in_force_once_promoted(self, store: KeyStore) -> None:
        key = a_key()
        store.add(key)
        number = store.propose(key, kek_id=NEW, wrapped=b"1" * 104, marking="O", now=NOW)
        assert store.get(key.item, 1) == key
        assert store.proposed(key.item, 1, "O")
        assert not store.proposed(key.item, 1, "OS")
        assert [(one.item, one.marking) for one in store.proposals()] == [(key.item, "O")]
        store.promote(number, now=NOW)
        store.promote(number, now=NOW)
        assert store.get(key.item, 1) == replace(key, kek_id=NEW, wrapped=b"1" * 104, marking="O")
        assert store.proposals() == []

    def test_a_proposal_overtaken_by_a_later_one_changes_nothing(self, store: KeyStore) -> None:
        key = a_key()
        store.add(key)
        first = store.propose(key, kek_id=NEW, wrapped=b"1" * 104, marking="O", now=NOW)
        second = store.propose(key, kek_id=NEW, wrapped=b"2" * 104, marking="P", now=NOW)
        store.promote(second, now=NOW)
        store.promote(first, now=NOW)
        found = store.get(key.item, 1)
        assert found is not None
        assert found.marking == "P"

    def test_a_withdrawn_proposal_changes_nothing_and_its_number_is_not_given_again(self, store: KeyStore) -> None:
        key = a_key()
        store.add(key)
        number = store.propose(key, kek_id=NEW, wrapped=b"1" * 104, marking="O", now=NOW)
        store.withdraw(number)
        store.withdraw(number)
        assert store.propose(key, kek_id=NEW, wrapped=b"2" * 104, marking="P", now=NOW) != number
        store.promote(number, now=NOW)
        assert store.get(key.item, 1) == key

    def test_destroying_takes_proposals_with_it_and_none_follows(self, store: KeyStore) -> None:
        key = a_key()
        store.add(key)
        store.propose(key, kek_id=NEW, wrapped=b"1" * 104, marking="O", now=NOW)
        store.destroy(key.item, **WHO)
        assert store.proposals() == []
        with pytest.raises(KeyGone):
            store.propose(key, kek_id=NEW, wrapped=b"1" * 104, marking="O", now=NOW)
        assert store.proposals() == []

    def test_a_move_loses_to_whoever_came_between(self, store: KeyStore) -> None:
        keys = [a_key() for _ in range(3)]
        for key in keys:
            store.add(key)
        number = store.propose(keys[0], kek_id=OLD, wrapped=b"1" * 104, marking="O", now=NOW)
        store.promote(number, now=NOW)
        store.destroy(keys[1].item, **WHO)
        assert store.keks.move([(key, NEW, b"m" * 104) for key in keys]) == 1
        found = {key.item: key.wrapped for key in store.of_items(key.item for key in keys)}
        assert found == {keys[0].item: b"1" * 104, keys[2].item: b"m" * 104}
        assert store.erased(keys[1].item)[0].kek_id == OLD

    def test_what_stands_under_another_key_is_given_in_order_and_in_batches(self, store: KeyStore) -> None:
        item = uuid4()
        keys = sorted([a_key(item, version) for version in (2, 1, 3)] + [a_key() for _ in range(4)], key=str)
        for key in [*keys, a_key(kek_id=NEW), a_key(body="imb", kek_id="imb/2026-11/1")]:
            store.add(key)
        assert store.keks.remaining("hmip", NEW) == 7
        seen: list[Key] = []
        after = ("", 0)
        while batch := store.keks.not_under("hmip", NEW, after=after, limit=3):
            assert len(batch) <= 3
            seen += batch
            after = (str(batch[-1].item), batch[-1].version)
        assert sorted(seen, key=str) == keys
        assert store.keks.bodies() == ["hmip", "imb"]

    def test_nothing_is_wrapped_under_a_closed_key(self, store: KeyStore) -> None:
        key = a_key(kek_id=NEW)
        store.add(key)
        store.keks.close(OLD, now=NOW)
        store.keks.close(OLD, now=NOW + timedelta(days=1))
        assert store.keks.all()[OLD].closed == NOW
        for act in (
            lambda: store.add(a_key()),
            lambda: store.propose(key, kek_id=OLD, wrapped=b"1" * 104, marking="O", now=NOW),
            lambda: store.keks.move([(key, OLD, b"1" * 104)]),
        ):
            with pytest.raises(KekClosed):
                act()
        assert store.get(key.item, 1) == key
        assert store.proposals() == []
        assert store.keks.remaining("hmip", NEW) == 0

    @pytest.mark.parametrize("proposed", [False, True])
    def test_a_key_that_wraps_something_is_not_closed(self, store: KeyStore, proposed: bool) -> None:
        key = a_key(kek_id=NEW if proposed else OLD)
        store.add(key)
        if proposed:
            store.propose(key, kek_id=OLD, wrapped=b"1" * 104, marking="O", now=NOW)
        with pytest.raises(KekInUse, match="1 keys are still"):
            store.keks.close(OLD, now=NOW)
        assert store.keks.all()[OLD].closed is None
        store.add(a_key())

    def test_what_was_erased_is_final_when_its_key_is_gone(self, store: KeyStore) -> None:
        one, two = a_key(), a_key(kek_id=NEW)
        for key in (one, two):
            store.add(key)
            store.destroy(key.item, **WHO)
        store.keks.close(OLD, now=NOW)
        at = NOW + timedelta(days=7)
        store.keks.told(OLD)
        assert store.keks.gone(OLD, at=at) == 1
        assert store.keks.gone(OLD, at=at + timedelta(days=1)) == 1
        assert [store.erased(key.item)[0].final_at for key in (one, two)] == [at, None]
        assert (store.keks.all()[OLD].gone, store.keks.all()[OLD].told) == (at, False)
        counts = store.keks.counts()
        assert (counts[OLD].final, counts[OLD].waiting, counts[NEW].waiting) == (1, 0, 1)

    def test_what_stands_under_each_key_is_counted(self, store: KeyStore) -> None:
        later = NOW + timedelta(hours=1)
        live, off, key = a_key(state="live"), a_key(state="disabled", changed=later), a_key()
        for each in (live, off, key):
            store.add(each)
        store.propose(live, kek_id=NEW, wrapped=b"1" * 104, marking="O", now=NOW)
        counts = store.keks.counts()
        assert (counts[OLD].live, counts[OLD].disabled, counts[OLD].pending, counts[OLD].last) == (1, 1, 1, later)
        assert (counts[OLD].used, counts[NEW].used, counts[NEW].remarking) == (3, 1, 1)

    def test_of_many_who_make_the_tables_all_find_them(self, where: str) -> None:
        found = together(*[lambda: KeyStore(open_engine(where))] * 6)
        assert all(isinstance(one, KeyStore) for one in found), found
        for one in found:
            assert isinstance(one, KeyStore)
            one.dispose()

    def test_closing_and_wrapping_at_once_never_leaves_a_key_under_one_that_is_gone(self, store: KeyStore) -> None:
        """Either the closing sees the key, or the key sees the closing."""
        for number in range(12):
            kek = f"hmip/2027-01/{number + 1}"
            store.keks.know([Kek(kek, "hmip", "2027-01", NOW, "live")], now=NOW)
            keys = [a_key(kek_id=kek) for _ in range(4)]
            closed, *added = together(
                lambda kek=kek: store.keks.close(kek, now=NOW),  # type: ignore[misc]
                *[lambda key=key: store.add(key) for key in keys],  # type: ignore[misc]
            )
            there = len(store.of_items(key.item for key in keys))
            assert there == sum(one is None for one in added)
            assert all(one is None or isinstance(one, KekClosed | StorageFailed) for one in added), added
            if closed is None:
                assert there == 0
                assert store.keks.all()[kek].closed
            else:
                assert isinstance(closed, KekInUse | StorageFailed), closed

    def test_a_move_a_destruction_and_a_marking_at_once_leave_no_wrap_of_what_is_destroyed(
        self, store: KeyStore
    ) -> None:
        for _ in range(8):
            key = a_key()
            store.add(key)
            together(
                lambda key=key: store.keks.move([(key, NEW, b"m" * 104)]),  # type: ignore[misc]
                lambda key=key: store.destroy(key.item, **WHO),  # type: ignore[misc]
                lambda key=key: store.propose(  # type: ignore[misc]
                    key, kek_id=NEW, wrapped=b"1" * 104, marking="O", now=NOW
                ),
                lambda key=key: store.set_state(key.item, "disabled", now=NOW),  # type: ignore[misc]
            )
            store.destroy(key.item, **WHO)
            assert store.of_item(key.item) == []
            assert store.proposals() == []
            assert len(store.erased(key.item)) == 1
            assert store.keks.counts().keys() <= {OLD, NEW}


def test_a_server_that_is_not_there_is_a_refusal_without_a_password() -> None:
    engine = open_engine("postgresql://nobody:hunter2@/none?host=/nonexistent")
    with pytest.raises(StorageFailed) as caught:
        KeyStore(engine)
    assert "hunter2" not in repr(caught.value)
    engine.dispose()
