"""Records known to named people alone: who learns of them, who does not, and what the log says of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from audit.follow import facts
from sharing.errors.agreements import NamingFaulty, NamingRefused, RecordFaulty, RecordNotFound
from sharing.model.agreement import Agreements
from sharing.model.coverage import Record
from sharing.model.duty import RECORD_MADE, Pattern
from sharing.model.terms import Embargo
from sharing.queries.agreed import Agreed
from sharing.rules.duties import coverage
from sharing.service.agreeing import Agreeing
from sharing.service.duty_follower import Duties
from sharing.service.duty_replay import DutyReplay
from sharing.tables.agreements import agreement_named
from tests.duty_tables import Words
from tests.sharing import again
from tests.sharing.world import World
from tests.taken_in import take_in

AGREEMENT = "hmip-imb"
WORDS = Words()
TOLD = Pattern(RECORD_MADE, {"record": "disagreement-step", "became": "referred"})
SECRET = "The Governor of Leeds"


@pytest.fixture
def world(house: World) -> Iterator[World]:
    """The shipped agreement, in which disagreements are known to named people until they are referred."""
    (version,) = house.agreements.versions
    terms = Embargo("quiet", "Quiet", ("disagreement",), ("imb/national-chair", "imb/secretariat"), 1, TOLD, ("M40",))
    named = replace(version.records["joint-work"], named=("imb/national-chair",))
    version = replace(version, embargoes={"quiet": terms}, records={**version.records, "joint-work": named})
    house.agreements = Agreements((version,))
    house.followers = (Duties(house.agreements, WORDS),)
    start = len(house.log(""))
    yield house
    check = DutyReplay(house.agreements, WORDS, "p" * 64)
    with again.followed_again(house, check, "p" * 64, start=start) as conn:
        found = list(check.differences(conn))
        if conn.execute(sa.delete(agreement_named)).rowcount:
            assert any("of record" in each for each in check.differences(conn))
    assert found == [], "what every test leaves follows from the log"


agreeing = again.asking(Agreeing)


def record(world: World, who: str, kind: str, *named: str, **given: str) -> Record:
    values = {key.replace("_", "-"): value for key, value in given.items()}
    people = [world.ids[one] for one in named]
    found: Record = agreeing(world, who, "record", AGREEMENT, kind, given=values, named=people)
    return found


def quarrel(world: World, *named: str) -> Record:
    return record(world, "tess", "disagreement", *named, arose_on=today(world), matter=SECRET)


def step(world: World, who: str, of: Record, became: str) -> Record:
    given = {"disagreement": of.id, "held_on": today(world), "resolution": SECRET}
    return record(world, who, "disagreement-step", became=became, **given)


def change(world: World, who: str, of: Record, whom: str, act: str, reason: str = "They lead it now.") -> None:
    agreeing(world, who, "change_known", of.id, world.ids[whom], act, reason=reason)


def today(world: World) -> str:
    return world.now.date().isoformat()


def sees(world: World, who: str, found: Record) -> bool:
    """By every way there is, and they agree."""
    (version,) = world.agreements.in_force(world.now.date())
    kind = version.records[found.kind]

    def look(w: Any) -> set[bool]:
        room = Agreed(w.conn, world.agreements, WORDS)
        knows = room.knows(world.ids[who])
        listed = found.id in {each.id for each in room.records(version, kind, knows=knows)}
        duty = next(each for each in version.duties.values() if each.number == "M40")
        owed = found.id in {each.source for each in room.occurrences(version, duty, knows=knows)}
        try:
            opened = bool(room.record(found.id, knows=knows, words=True))
        except RecordNotFound:
            opened = False
        return {listed, opened, owed} if found.kind == "disagreement" else {listed, opened}

    (answer,) = world.do(look)
    return bool(answer)


def page(world: World) -> str:
    """What everybody sees of how the agreement stands."""
    (version,) = world.agreements.in_force(world.now.date())
    lines = world.do(lambda w: Agreed(w.conn, world.agreements, WORDS).coverage(version, world.now))
    return coverage.table([(version, lines)])


def attend(world: World) -> None:
    agreeing(world, "olu", "attend")


def test_only_those_named_learn_that_it_is_there(world: World) -> None:
    before = page(world)
    found = quarrel(world, "ivo")
    assert found.words == {"matter": SECRET}
    assert {who: sees(world, who, found) for who in ("tess", "ivo", "cora", "bola", "nia", "olu", "ann")} == {
        "tess": True, "ivo": True, "cora": False, "bola": False, "nia": False, "olu": False, "ann": False,
    }  # fmt: skip
    assert page(world) == before, "no count, no date and no state tells of it"
    step(world, "ivo", found, "resolved-at-working-level")
    attend(world)
    world.later(days=60)
    attend(world)
    kept = page(world)
    assert next(line for line in kept.splitlines() if ",M40," in line) == next(
        line for line in before.splitlines() if ",M40," in line
    )


def test_what_names_it_is_known_to_the_same_and_meets_what_is_owed_there(world: World) -> None:
    found, other = quarrel(world), quarrel(world)
    made = step(world, "tess", found, "resolved-at-working-level")
    assert (made.circle, made.closed) == (found.id, True)
    assert not sees(world, "cora", made)
    (version,) = world.agreements.in_force(world.now.date())

    def owed(w: Any) -> dict[str, str]:
        room = Agreed(w.conn, world.agreements, WORDS)
        duty = version.duties["working-level"]
        return {
            each.source: each.state for each in room.occurrences(version, duty, knows=room.knows(world.ids["tess"]))
        }

    assert world.do(owed) == {found.id: "met", other.id: "open"}
    with pytest.raises(RecordFaulty) as unknown:
        step(world, "cora", found, "resolved")
    with pytest.raises(RecordFaulty) as missing:
        step(world, "cora", replace(found, id=world.ids["ann"]), "resolved")
    assert unknown.value.fields == missing.value.fields, "as if it were not there"


def test_the_log_tells_whoever_checks_it_neither_kind_nor_place_nor_day_nor_reason(world: World) -> None:
    found = quarrel(world, "ivo")
    change(world, "tess", found, "cora", "name", "Because of the Governor of Leeds.")
    world.later(days=90)
    attend(world)
    step(world, "cora", found, "resolved-at-working-level")
    attend(world)
    take_in(world.engine)
    with world.engine.connect() as conn:
        all_of_it = [fact for _, fact in facts(conn, world.log_keys) if fact is not None]
    about = [each for each in all_of_it if each.kind.startswith("sharing.")]
    told = json.dumps([[dict(each.what), each.why, list(each.rules)] for each in about if "duty-" in each.kind])
    assert {each.kind for each in about} >= {
        "sharing.named-record-made", "sharing.record-named", "sharing.duty-opened", "sharing.duty-met",
        "sharing.duty-overdue", "sharing.duty-escalated",
    }  # fmt: skip
    for word in ("M40", "working-level", found.id):
        assert word not in told
    made = next(each for each in about if each.kind == "sharing.named-record-made")
    plain = {name: value for name, value in made.what.items() if name != "sealed"}
    assert set(plain) == {"agreement", "agreement_version", "circle", "named", "by", "party"}
    assert plain["named"] == [world.ids["tess"], world.ids["ivo"]]
    assert made.rules == ()
    said = [{name: value for name, value in each.what.items() if name != "sealed"} for each in about]
    assert "Governor" not in repr(said)
    assert "disagreement" not in repr(plain)


def test_the_embargo_ends_with_its_event_and_those_entitled_see_all_of_it(world: World) -> None:
    found = quarrel(world)
    early = step(world, "tess", found, "resolved-at-working-level")
    attend(world)
    world.later(days=2)
    step(world, "tess", found, "tried")
    made = step(world, "tess", found, "referred")
    assert (made.circle, made.closed) == (found.id, False)
    told: Any = world.last("sharing.record-made")
    assert told.subject == made.id
    assert all(sees(world, who, found) and sees(world, who, early) for who in ("cora", "bola", "nia"))
    line = next(line for line in page(world).splitlines() if ",M40," in line)
    assert made.on.isoformat() in line
    attend(world)
    opened: Any = world.last("sharing.duty-opened")
    assert opened.what["number"] in ("M40", "M42")
    with pytest.raises(NamingFaulty):
        change(world, "tess", found, "cora", "name")


def test_whoever_is_barred_is_barred_also_when_everybody_entitled_may_know(world: World) -> None:
    found = quarrel(world, "ivo")
    change(world, "tess", found, "ivo", "bar", "They are concerned.")
    assert not sees(world, "ivo", found)
    change(world, "tess", found, "bola", "bar", "It is about them.")
    step(world, "tess", found, "tried")
    step(world, "tess", found, "referred")
    assert {who: sees(world, who, found) for who in ("ivo", "bola", "vic")} == {
        "ivo": False, "bola": False, "vic": True,
    }  # fmt: skip
    with pytest.raises(NamingFaulty):
        change(world, "tess", quarrel(world), "ann", "name")


def test_when_the_embargo_is_over_those_who_were_named_still_say_who_is_barred_and_nobody_else(world: World) -> None:
    found = quarrel(world)
    step(world, "tess", found, "tried")
    step(world, "tess", found, "referred")
    assert sees(world, "nia", found)
    with pytest.raises(NamingRefused):
        change(world, "nia", found, "bola", "bar", "I may make such records, and was never named on this one.")
    assert sees(world, "bola", found)
    change(world, "tess", found, "bola", "bar", "It is about them.")
    assert not sees(world, "bola", found)


def test_naming_and_ending_are_acts_with_a_reason_of_those_who_make_such_records(world: World) -> None:
    found = quarrel(world)
    with pytest.raises(NamingRefused, match="Nobody would be left"):
        change(world, "tess", found, "tess", "end")
    change(world, "tess", found, "nia", "name")
    change(world, "nia", found, "cora", "name")
    assert sees(world, "cora", found)
    change(world, "cora", found, "nia", "end", "It is not theirs.")
    assert not sees(world, "nia", found)
    with pytest.raises(RecordNotFound):
        change(world, "nia", found, "ivo", "name")
    with pytest.raises(RecordNotFound):
        change(world, "olu", found, "olu", "name")
    for reason in ("", "  ", "x" * 4001):
        with pytest.raises(NamingFaulty):
            change(world, "tess", found, "ivo", "name", reason)
    with pytest.raises(NamingFaulty):
        change(world, "tess", found, "ivo", "sing")
    with pytest.raises(NamingFaulty):
        change(world, "tess", found, "ivo", "end")
    with pytest.raises(NamingFaulty):
        agreeing(world, "tess", "change_known", found.id, "nobody", "bar", reason="Why not.")
    assert [name for name, _ in world.log("sharing.record-nam")] == [
        "sharing.record-named", "sharing.record-named", "sharing.record-naming-ended",
    ]  # fmt: skip


@pytest.mark.parametrize("whom", ["ann", "olu", "nobody"])
def test_nobody_is_named_who_holds_no_office_that_may_be_told(world: World, whom: str) -> None:
    world.ids["nobody"] = "0190d6c2-0000-7000-8000-0000000000ff"
    with pytest.raises(RecordFaulty) as refused:
        quarrel(world, whom)
    assert "named" in refused.value.fields
    with pytest.raises(NamingFaulty):
        change(world, "tess", quarrel(world), whom, "name")


def test_people_are_named_for_nothing_that_anybody_entitled_may_know(world: World) -> None:
    with pytest.raises(RecordFaulty) as refused:
        record(world, "sana", "meeting", "nia", held_on=today(world))
    assert "named" in refused.value.fields


def test_what_is_closed_for_good_stays_so(world: World) -> None:
    given = {"considered_on": today(world), "decision": "not-jointly", "issue": SECRET}
    found = record(world, "sana", "joint-work", **given)
    assert (found.circle, found.closed) == (found.id, True)
    assert [sees(world, who, found) for who in ("sana", "seth", "tess")] == [True, False, False]
    assert next(line for line in page(world).splitlines() if ",M16," in line).count("2026-11") == 0
    world.later(days=400)
    assert not sees(world, "seth", found)
