"""Every stored object is read again in its time; whatever is done to one of them is found, recorded and told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.bootstrap import fixity
from app.bootstrap.house import build
from foundation.actor import SERVICE
from foundation.ident import new_id
from tests import stores
from tests.backup.conftest import SMALL, Kept, item, let_go
from tests.backup.test_drill import recorded, word
from vault.errors import StorageFailed
from vault.fixity import fault_of
from vault.sweep import name_for

Harm = Callable[[Kept, str], None]


def objects(kept: Kept) -> list[str]:
    return [name for name in stores.files(kept.house) if name.startswith("objects/")]


def flip(kept: Kept, name: str) -> None:
    data = bytearray(stores.read(kept.house, name))
    data[len(data) // 3] ^= 4
    stores.replace(kept.house, name, bytes(data))


def cut(kept: Kept, name: str) -> None:
    stores.replace(kept.house, name, stores.read(kept.house, name)[:-1])


def lose(kept: Kept, name: str) -> None:
    stores.remove(kept.house, name)


HARM: dict[str, Harm] = {"changed": flip, "size": cut, "missing": lose}


def whole(kept: Kept) -> fixity.Standing:
    assert fixity.whole(kept.house) != "somebody else is looking"
    return fixity.standing(kept.house)


def test_where_all_is_well_a_round_says_so_once(kept: Kept) -> None:
    assert fixity.standing(kept.house).word == "waiting"
    found = whole(kept)
    assert found.word == "well"
    assert found.round is not None
    assert (found.round.last_objects, found.round.objects) == (2, 2)
    assert found.round.last_bytes == sum(len(stores.read(kept.house, name)) for name in objects(kept))
    (said,) = recorded(kept.house, "vault.fixity-round")
    assert (said["objects"], said["faults"]) == (2, 0)
    assert str(fixity.run(kept.house)) == "0 objects read, none left for now"


@pytest.mark.parametrize("harm", HARM)
def test_harm_is_found_told_once_and_over_when_it_is_undone(kept: Kept, harm: str) -> None:
    name = objects(kept)[0]
    before = stores.read(kept.house, name)
    HARM[harm](kept, name)
    found = whole(kept)
    assert [(each.object, each.fault) for each in found.faults] == [(name.removeprefix("objects/"), harm)]
    assert (found.word, word(kept.house, "fixity")) == ("faults", "faults")
    whole(kept)
    assert len(recorded(kept.house, "vault.fixity-fault")) == 1, "the same fault is one fact"
    if harm == "missing":
        path = kept.house.backend.create(name.removeprefix("objects/"))
        path.write(memoryview(before))
        path.publish()
        kept.house.backend.settle(name.removeprefix("objects/"))
    else:
        stores.replace(kept.house, name, before)
    assert whole(kept).word == "well"
    (over,) = recorded(kept.house, "vault.fixity-cleared")
    assert over["fault"] == harm


def test_what_no_row_knows_is_told_when_it_is_old_enough_and_left_where_it_is(kept: Kept) -> None:
    scene = kept.scene
    stranger = uuid4()
    for when in (scene.clock.now(), None):
        name = name_for(stranger, 1, 1, when) if when else f"{stranger.hex[-2:]}/{stranger}/thumbs.db"
        writer = kept.house.backend.create(name)
        writer.write(memoryview(SMALL))
        writer.publish()
        kept.house.backend.settle(name)
    found = whole(kept)
    assert [(each.object.rpartition("/")[2], each.fault) for each in found.faults] == [("thumbs.db", "unknown")]
    scene.clock.later(days=2)
    assert len(whole(kept).faults) == 2, "the other one could still have been on its way"
    for each in found.faults:
        kept.house.backend.delete(each.object)
        assert each.object.split("/")[1] == str(stranger)
    assert len(whole(kept).faults) == 1


@pytest.mark.once("how far it is is the same rows on both")
def test_it_goes_on_where_it_was_after_a_restart(kept: Kept) -> None:
    for _ in range(3):
        item(kept)
    seen: list[str] = []
    real = kept.house.backend.open

    def opening(name: str) -> object:
        seen.append(name)
        return real(name)

    kept.house.backend.open = opening  # type: ignore[method-assign, assignment]
    house = kept.house
    for number in range(400):
        # A slice so short that it ends after one object; now and then by a process that has just been started.
        if number % 20 == 0:
            house = replace(build(kept.house.settings), clock=kept.house.clock, backend=kept.house.backend)
        looked = fixity.run(house, seconds=0.0001)
        if number % 20 == 19:
            let_go(house)
        if not isinstance(looked, str) and looked.over:
            break
    let_go(house)
    assert sorted(seen) == sorted({name.removeprefix("objects/") for name in objects(kept)}), "each once"
    assert fixity.standing(kept.house).word == "well"


@pytest.mark.once("how far it is is the same rows on both")
def test_a_round_comes_due_by_half_a_period_and_is_late_after_a_whole_one(kept: Kept) -> None:
    whole(kept)
    kept.scene.clock.later(days=14)
    assert str(fixity.run(kept.house)).startswith("0 objects")
    kept.scene.clock.later(days=2)
    assert fixity.standing(kept.house).word == "well"
    assert str(fixity.run(kept.house)).startswith("2 objects")
    kept.scene.clock.later(days=31)
    assert fixity.standing(kept.house).word == "late"
    fixity.run(kept.house)
    assert fixity.standing(kept.house).word == "well"


@pytest.mark.once("how far it is is the same rows on both")
def test_it_reads_no_faster_than_it_may() -> None:
    pace = fixity.Pace(1_000_000, lambda: None)
    began = time.monotonic()
    for _ in range(30):
        pace(10_000)
    assert time.monotonic() - began >= 0.25


def test_readers_and_writers_go_on_while_an_object_is_being_read(kept: Kept) -> None:
    """The store hangs in the middle of an object: nobody waits for that."""
    reading, go_on = threading.Event(), threading.Event()
    real = kept.house.backend.open

    def opening(name: str) -> object:
        reading.set()
        assert go_on.wait(300)
        return real(name)

    house = replace(build(kept.house.settings), clock=kept.house.clock)
    house.backend.open = opening  # type: ignore[method-assign, assignment]
    thread = threading.Thread(target=fixity.whole, args=(house,))
    thread.start()
    assert reading.wait(120)
    item(kept)
    with kept.house.work() as work:
        for each in {name.split("/")[2] for name in objects(kept)}:
            work.vault.open_part(item=UUID(each), part=1, actor=SERVICE, now=work.now).close()
    assert thread.is_alive()
    go_on.set()
    thread.join()
    house.engine.dispose()
    house.keystore.dispose()
    assert fixity.standing(kept.house).word == "well"


def test_an_item_destroyed_while_it_is_looked_at_is_no_fault(kept: Kept) -> None:
    scene = kept.scene
    draft = scene.start_draft()
    scene.attach(draft, SMALL)
    real, who = kept.house.backend.open, scene.actor("staff")

    def opening(name: str) -> object:
        if str(draft) in name:
            kept.house.backend.open = real  # type: ignore[method-assign]
            with kept.house.work(who) as work:
                work.sharing.discard_draft(draft, actor=who, now=work.now)
        return real(name)

    kept.house.backend.open = opening  # type: ignore[method-assign, assignment]
    assert whole(kept).word == "well"


@pytest.mark.once("how far it is is the same rows on both")
def test_a_store_that_fails_is_no_fault_of_an_object_and_it_goes_on_later(kept: Kept) -> None:
    real = kept.house.backend.open

    def failing(name: str) -> object:
        raise StorageFailed("It does not answer.")

    kept.house.backend.open = failing  # type: ignore[method-assign, assignment]
    with pytest.raises(StorageFailed):
        fixity.whole(kept.house)
    kept.house.backend.open = real  # type: ignore[method-assign]
    assert fixity.standing(kept.house).faults == []
    assert whole(kept).word == "well"


@pytest.mark.once("no database is in it")
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(min_size=1, max_size=4000), at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_any_one_bit_and_any_length_show(tmp_path: object, data: bytes, at: int, bit: int) -> None:
    from hashlib import sha256

    from vault.backends.memory import MemoryBackend
    from vault.backup.content import Part

    part = Part(f"00/{new_id_text()}", len(data), sha256(data).hexdigest())
    bad = bytearray(data)
    bad[at % len(data)] ^= 1 << bit
    for stored, fault in ((data, ""), (bytes(bad), "changed"), (data[:-1], "size"), (data + b"x", "size")):
        backend = MemoryBackend()
        writer = backend.create(part.name)
        writer.write(memoryview(stored))
        writer.publish()
        assert fault_of(backend, part) == fault
    assert fault_of(MemoryBackend(), part) == "missing"


def new_id_text() -> str:
    from datetime import UTC, datetime

    return str(new_id(datetime(2026, 11, 22, tzinfo=UTC)))
