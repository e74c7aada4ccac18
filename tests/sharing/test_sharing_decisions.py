"""The record of every decision to share: made from the act, asked for once, seen by those it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from foundation.actor import Actor
from sharing.errors.decisions import DecisionFaulty, DecisionNotFound, DecisionRefused
from sharing.errors.items import DoneAlready, DraftFaulty
from sharing.model.decision import COVER, FULL, DecisionTo, Refusal
from sharing.model.item import ItemRef
from sharing.queries.decisions import DecisionList, Wanted
from sharing.service.deciding import Deciding
from sharing.service.decision_follower import Decisions
from sharing.service.decision_replay import DecisionReplay
from sharing.tables.decisions import sharing_decision
from tests.duty_tables import Words
from tests.sharing import again
from tests.sharing.world import ADMIN, OS, World, written_of

WORDS = Words()


def differences(house: World, start: int) -> list[str]:
    return again.differences(house, DecisionReplay(), start=start)


@pytest.fixture
def world(house: World) -> Iterator[World]:
    house.followers = (Decisions(),)
    start = len(house.log(""))
    yield house
    assert differences(house, start) == [], "what every test leaves follows from the log"


def overseer(house: World, party: str) -> Actor:
    """Somebody of a body who checks compliance."""
    known = house.actor("olu")
    return known if party == "hmip" else Actor(
        id="0190d6c2-0000-7000-8000-0000000000dd", name="Ola", party="imb", principal=900_002,
        duties=frozenset({"compliance-officer"}),
    )  # fmt: skip


def lists(house: World, who: str | Actor, act: str, *args: object, **given: object) -> Any:
    actor = house.actor(who) if isinstance(who, str) else who

    def do(w: Any) -> Any:
        found = DecisionList(w.conn, house.decider, w.vault, WORDS)
        return getattr(found, act)(*args, **given, actor=actor, now=house.now)

    return house.do(do)


def page(house: World, who: str | Actor, **wanted: Any) -> tuple[DecisionTo, ...]:
    found: tuple[DecisionTo, ...] = lists(house, who, "page", Wanted(**wanted)).rows
    return found


def deciding(house: World, who: str | Actor, act: str, *args: object, **given: object) -> Any:
    actor = house.actor(who) if isinstance(who, str) else who

    def do(w: Any) -> Any:
        room = Deciding(
            w.conn, w.trail, vault=w.vault, agreements=house.agreements, processing=house.processing,
            decider=house.decider, people=w.people, words=WORDS,
        )  # fmt: skip
        return getattr(room, act)(*args, **given, actor=actor, now=house.now)

    return house.do(do)


def refusal(house: World, **changed: Any) -> Refusal:
    given: dict[str, Any] = {
        "agreement": "hmip-imb", "office": house.office("secretariat"), "kind": "intelligence", "asked_by": "hmip",
        "who": "An inspector", "asked_on": house.now.date(), "what": "Everything on one wing.", "why": "Not necessary.",
    }  # fmt: skip
    return Refusal(**{**given, **changed})


def test_sending_makes_the_record_from_what_the_sender_gave(world: World) -> None:
    ref = world.send("sana", written=written_of(told="notice"))
    (found,) = page(world, "sana")
    assert (found.act, found.reference, found.party, found.kind) == ("sent", ref.reference, "imb", "intelligence")
    assert found.to_parties == ("hmip",)
    assert found.to == (world.office("correspondence"),)
    assert (found.persons, found.told, found.missing) == (1, "notice", ())
    one = lists(world, "sana", "one", found.id)
    assert one.words == {"purpose": "To inform the next inspection."}
    said = {each.heading: each for each in one.stated}
    assert said["Lawful basis"].words
    assert not said["Lawful basis"].verified, "nobody has confirmed it, and the record says so"
    assert said["Data sharing agreement"].source == "M01"


def test_what_nobody_answered_is_asked_for_once_and_nothing_else_is(world: World) -> None:
    world.send("sana")
    (found,) = page(world, "sana", missing=True)
    assert found.missing == ("told",)
    deciding(world, "sana", "answer", found.id, told="other", why="He asked us not to.", holds=["personal"])
    assert page(world, "sana", missing=True) == ()
    after = lists(world, "sana", "one", found.id)
    assert (after.told, after.holds, after.holds_said) == ("other", ("personal",), True)
    assert after.words["untold"] == "He asked us not to."
    with pytest.raises(DoneAlready):
        deciding(world, "sana", "answer", found.id, told="told")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"told": "perhaps"}, "told"),
        ({"told": ""}, "told"),
        ({"told": "other"}, "why"),
        ({"told": "other", "why": " "}, "why"),
        ({"told": "told", "why": "x" * 4001}, "why"),
        ({"told": "told", "holds": ["everything"]}, "holds"),
    ],
)
def test_an_answer_that_cannot_be_used_names_its_field(world: World, given: dict[str, Any], field: str) -> None:
    world.send("sana")
    (found,) = page(world, "sana")
    with pytest.raises(DecisionFaulty) as caught:
        deciding(world, "sana", "answer", found.id, **given)
    assert list(caught.value.fields) == [field]
    assert page(world, "sana", missing=True)


def test_a_draft_takes_no_answer_that_needs_words(world: World) -> None:
    with pytest.raises(DraftFaulty) as caught:
        world.draft("sana", written=written_of(told="other"))
    assert "told" in caught.value.fields


def test_passing_on_naming_and_granting_are_decisions_too(world: World) -> None:
    ref = world.send("cora", "correspondence")
    world.act("sana", "pass_on", ref.reference, world.office("Leeds Board"), "For the Board.")
    world.act("bola", "share", ref.reference, world.number("mora"), "follow-up")
    world.act("bola", "grant", ref.reference, world.number("seth"), world.now + timedelta(days=2), "To check a date.")
    found = {each.act: each for each in page(world, overseer(world, "imb"), party="imb")}
    assert set(found) == {"passed-on", "named", "granted"}
    assert (found["passed-on"].to, found["named"].purpose) == ((world.office("Leeds Board"),), "follow-up")
    assert lists(world, "bola", "one", found["granted"].id).words == {"why": "To check a date."}
    assert all(not each.missing for each in found.values()), "whether those concerned know was for the sender to say"


def test_the_other_body_sees_the_cover_and_no_word(world: World) -> None:
    world.send("sana", written=written_of(told="risk"))
    (found,) = page(world, overseer(world, "hmip"))
    assert (found.sight, found.party) == (COVER, "imb")
    assert lists(world, overseer(world, "hmip"), "one", found.id).words is None
    assert page(world, overseer(world, "imb"))[0].sight == FULL
    assert page(world, "cora") == (), "who received it has the item, not the other office’s record"
    assert page(world, "bola") == ()


def test_a_colleague_learns_of_no_item_they_may_not_see(world: World) -> None:
    named = written_of(marking=f"{OS} - RECIPIENTS ONLY", recipients=[world.number("cora")])
    ref = world.send("sana", written=named)
    (found,) = page(world, "sana")
    assert found.reference == ref.reference
    assert page(world, "seth") == ()
    with pytest.raises(DecisionNotFound):
        lists(world, "seth", "one", found.id)
    world.send("sana")
    assert len(page(world, "seth")) == 1


def test_an_embargo_keeps_it_from_the_other_body_until_its_time(world: World) -> None:
    until = world.now + timedelta(days=3)
    line = f"This information will remain classified until ANNOUNCEMENT on {until:%d/%m/%y} at {until:%H:%M}, "
    marking = f"{OS} - EMBARGOED\n{line}after which the information will be {OS}"
    world.send("sana", written=written_of(marking=marking, embargo_lead=world.number("cora")))
    assert page(world, overseer(world, "hmip")) == ()
    assert page(world, overseer(world, "imb")), "the body that decided answers for it all the same"
    world.later(days=4)
    assert page(world, overseer(world, "hmip"))


def test_a_request_refused_is_a_decision_of_the_refusing_body_alone(world: World) -> None:
    id_ = deciding(world, "sana", "refuse", refusal(world))
    found = lists(world, "seth", "one", id_)
    assert (found.act, found.item, found.missing) == ("refused", "", ())
    assert found.words == {"who": "An inspector", "what": "Everything on one wing.", "why": "Not necessary."}
    assert page(world, overseer(world, "imb"), act="refused")
    assert page(world, overseer(world, "hmip")) == ()
    assert page(world, "cora") == ()
    with world.engine.connect() as conn:
        kept = repr(conn.execute(sa.select(sharing_decision)).all())
    assert "Everything on one wing" not in kept


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"agreement": "none"}, "agreement"),
        ({"asked_by": "imb"}, "asked_by"),
        ({"asked_by": "somebody"}, "asked_by"),
        ({"kind": "gossip"}, "kind"),
        ({"who": " "}, "who"),
        ({"what": ""}, "what"),
        ({"why": "x" * 4001}, "why"),
    ],
)
def test_a_refusal_that_cannot_be_used_names_its_field(world: World, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(DecisionFaulty) as caught:
        deciding(world, "sana", "refuse", refusal(world, **changed))
    assert list(caught.value.fields) == [field]


def test_nobody_refuses_for_an_office_they_do_not_hold_or_on_a_day_to_come(world: World) -> None:
    with pytest.raises(DecisionRefused):
        deciding(world, "cora", "refuse", refusal(world))
    with pytest.raises(DecisionFaulty):
        deciding(world, "sana", "refuse", refusal(world, asked_on=world.now.date() + timedelta(days=1)))


def test_only_whoever_decided_and_their_bodys_overseer_answer(world: World) -> None:
    world.send("sana")
    (found,) = page(world, "sana")
    for who in ("cora", "seth", overseer(world, "hmip")):
        with pytest.raises(DecisionNotFound):
            deciding(world, who, "answer", found.id, told="told")
    deciding(world, overseer(world, "imb"), "answer", found.id, told="told")


def test_the_words_end_with_the_items_key_and_the_codes_stay(world: World) -> None:
    ref: ItemRef = world.send("sana", written=written_of(told="told"))
    (found,) = page(world, "sana")
    held = overseer(world, "imb")
    world.do(lambda w: w.vault.disable(item=UUID(found.item), actor=ADMIN, now=world.now))
    assert lists(world, held, "one", found.id).words is None
    world.do(lambda w: w.vault.destroy(item=UUID(found.item), actor=ADMIN, now=world.now))
    after = lists(world, held, "one", found.id)
    assert (after.words, after.told, after.reference) == (None, "told", ref.reference)


def test_pages_follow_one_another_without_a_gap(world: World) -> None:
    sent = []
    for _ in range(5):
        sent.append(world.send("sana").reference)
        world.later(seconds=1)
    found, cursor = [], ""
    for _ in range(5):
        got = lists(world, "sana", "page", Wanted(), cursor=cursor, size=2)
        found += [each.reference for each in got.rows]
        cursor = got.next
        if not cursor:
            break
    assert found == sent[::-1]


def test_an_edit_a_removal_and_an_addition_are_told(house: World) -> None:
    house.followers = (Decisions(),)
    start = len(house.log(""))
    for _ in range(2):
        house.send("sana")
    one, two = (each.id for each in page(house, "sana"))
    table = sharing_decision
    with house.engine.begin() as conn:
        row = conn.execute(sa.select(table).where(table.c.id == one)).mappings().one()
        conn.execute(sa.update(table).where(table.c.id == one).values(told="told"))
        conn.execute(sa.delete(table).where(table.c.id == two))
        conn.execute(table.insert().values(**{**row, "id": "0" * 36}))
    assert sorted(differences(house, start)) == sorted(
        [f"decision {one}: not as recorded", f"decision {two}: is missing", f"decision {'0' * 36}: was never recorded"]
    )
