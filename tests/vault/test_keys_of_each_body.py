"""Each body's keys in a place of their own: a service without them opens none of that body's items, and all others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from foundation.ident import new_id
from tests.vault.conftest import CANARY, World
from vault import errors
from vault.keyring import Keyrings, LocalKeyring

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def rings(tmp_path: Path) -> dict[str, LocalKeyring]:
    found = {}
    for body in ("hmip", "imb"):
        (tmp_path / body).mkdir(mode=0o700)
        found[body] = LocalKeyring(tmp_path / body)
        found[body].create(body, now=NOW)
    return found


@pytest.fixture
def two(world: World, rings: dict[str, LocalKeyring]) -> World:
    """A world whose bodies keep their keys apart, with an item of each."""
    any_world: Any = world
    any_world.keyring = Keyrings(rings)
    for body in ("hmip", "imb"):
        item = new_id(world.now)
        world.items.append(item)
        with world.work() as vault:
            vault.create(item=item, body=body, marking="OS", **world.by)
        world.store(item, CANARY + body.encode())
    return world


def test_each_body_is_wrapped_in_its_own_place(two: World, rings: dict[str, LocalKeyring]) -> None:
    assert [two.keystore.get(item, 1).kek_id for item in two.items] == ["hmip/2026-11/1", "imb/2026-11/1"]
    assert [kek.id for kek in two.keyring.ids()] == ["hmip/2026-11/1", "imb/2026-11/1"]
    for ring, own in ((rings["hmip"], "hmip"), (rings["imb"], "imb")):
        assert ring.bodies() == {own}
    assert two.read(two.items[0]) == CANARY + b"hmip"
    assert two.read(two.items[1]) == CANARY + b"imb"


def test_without_a_bodys_keyring_its_items_are_refused_by_name_and_all_else_works(
    two: World, rings: dict[str, LocalKeyring]
) -> None:
    ours, theirs = two.items
    with two.work() as vault:
        sealed = {(item, "title"): vault.seal(item=item, name="title", value=b"t", **two.by) for item in two.items}
    any_world: Any = two
    any_world.keyring = Keyrings({"hmip": rings["hmip"]})
    assert (two.keyring.holds("hmip"), two.keyring.holds("imb")) == (True, False)
    with pytest.raises(errors.KeysElsewhere, match="“imb”"):
        two.read(theirs)
    assert two.read(ours) == CANARY + b"hmip"
    with two.work() as vault:
        for refused in (
            lambda: vault.create(item=new_id(two.now), body="imb", marking="OS", **two.by),
            lambda: vault.seal(item=theirs, name="title", value=b"t", **two.by),
            lambda: vault.begin_part(item=theirs, part=2, **two.by),
            lambda: vault.remark(item=theirs, marking="O", **two.by),
        ):
            with pytest.raises(errors.KeysElsewhere):
                refused()
        assert vault.open_many(sealed=sealed, **two.by) == {(ours, "title"): b"t"}
        # Closing and destroying need no keyring: an end that was agreed comes wherever the keys are.
        vault.disable(item=theirs, **two.by)
        vault.enable(item=theirs, **two.by)
        vault.condemn(item=theirs, **two.by)
    assert two.keystore.state(theirs) == "destroyed"
    two.later(days=2)
    with two.work() as vault:
        vault.sweep(**two.by)


def test_whoever_is_not_named_lies_in_the_place_of_all_others(rings: dict[str, LocalKeyring], tmp_path: Path) -> None:
    (tmp_path / "rest").mkdir(mode=0o700)
    rest = LocalKeyring(tmp_path / "rest")
    rest.create("hmip", now=NOW)  # one of a named body in the wrong place wraps nothing and is not listed
    rest.create("other", now=NOW)
    ring = Keyrings({"hmip": rings["hmip"]}, rest)
    assert [kek.id for kek in ring.ids()] == ["hmip/2026-11/1", "other/2026-11/1"]
    assert ring.create("hmip", now=NOW) == ring.newest("hmip") == "hmip/2026-11/2"
    assert rings["hmip"].newest("hmip") == "hmip/2026-11/2"
    assert rest.newest("hmip") == "hmip/2026-11/1"
    assert ring.newest("other") == "other/2026-11/1"


def test_a_key_made_or_destroyed_by_another_process_counts_at_once(rings: dict[str, LocalKeyring]) -> None:
    mine, other = rings["hmip"], LocalKeyring(rings["hmip"]._folder)
    assert mine.wrap("hmip", bytes(32), b"facts")[0] == "hmip/2026-11/1"
    other.create("hmip", now=NOW)
    assert mine.wrap("hmip", bytes(32), b"facts")[0] == mine.newest("hmip") == "hmip/2026-11/2"
    other.retire("hmip/2026-11/2", now=NOW)
    assert mine.wrap("hmip", bytes(32), b"facts")[0] == "hmip/2026-11/1"


def test_a_clock_gone_back_makes_no_key_older_than_the_newest(rings: dict[str, LocalKeyring]) -> None:
    assert rings["imb"].create("imb", now=NOW - timedelta(days=60)) == "imb/2026-11/2"
    assert rings["imb"].newest("imb") == "imb/2026-11/2"


class TestRetiring:
    def test_the_file_is_overwritten_before_it_goes(self, rings: dict[str, LocalKeyring], tmp_path: Path) -> None:
        path = tmp_path / "hmip" / "hmip.2026-11.1.json"
        kept = tmp_path / "kept"
        kept.hardlink_to(path)  # shows what lies on the disk once the name is gone
        size = path.stat().st_size
        assert rings["hmip"].retire("hmip/2026-11/1", now=NOW) == NOW
        assert rings["hmip"].retire("hmip/2026-11/1", now=NOW) == NOW
        assert list((tmp_path / "hmip").iterdir()) == []
        assert kept.read_bytes() == bytes(size)
        with pytest.raises(errors.KeyMissing):
            rings["hmip"].unwrap("hmip/2026-11/1", bytes(104), b"facts")

    def test_broken_off_in_between_the_keyring_still_opens_and_a_repeat_finishes(
        self, rings: dict[str, LocalKeyring], tmp_path: Path
    ) -> None:
        rings["hmip"].create("hmip", now=NOW)
        path = tmp_path / "hmip" / "hmip.2026-11.1.json"
        doomed = tmp_path / "hmip" / ".hmip.2026-11.1.json"
        path.rename(doomed)
        doomed.write_bytes(bytes(10))
        assert LocalKeyring(tmp_path / "hmip").newest("hmip") == "hmip/2026-11/2"
        rings["hmip"].retire("hmip/2026-11/1", now=NOW)
        assert not doomed.exists()
