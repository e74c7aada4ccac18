"""Copies on paper: registered, printed, locked away, moved, missing, destroyed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from custody.errors import AskedWrong, CustodyRefused, PaperNotFound, StateOver
from custody.model import Paper
from sharing.errors.items import ActRefused, ItemNotFound, PurposeUnknown
from tests.custody.desk import ASKER, HOLDER, act, act_refused, do, gone, item, paper, refused, rules
from tests.house import Live


@pytest.fixture(scope="module")
def ref(shared: Live) -> str:
    return item(shared, files={})


def copies(live: Live, ref: str) -> dict[str, tuple[str, str, str]]:
    with live.house.work() as work:
        uuid = work.conn.execute(sa.text("select uuid from item where reference = :r"), {"r": ref}).scalar_one()
        return {each.id: (each.kind, each.fate, each.method) for each in work.outstanding.copies(uuid)}


def line(live: Live, sheet: Paper, key: str = ASKER) -> object:
    return do(live, key, lambda w: w.kept.paper(sheet.id, actor=w.actor, now=w.now))


def moved(live: Live, sheet: Paper) -> Paper:
    return act(live, ASKER, "send", sheet.id, to=live.ids[HOLDER], way="courier", covered=True)


def test_from_its_registration_to_its_destruction(live: Live, ref: str) -> None:
    sheet = paper(live, ref)
    assert (sheet.state, sheet.keeper, sheet.place) == ("held", live.ids[ASKER], "Cabinet 3, room 12")
    assert copies(live, ref)[sheet.id] == ("paper", "open", "")
    sent = moved(live, sheet)
    assert (sent.state, sent.to, sent.way) == ("on-the-way", live.ids[HOLDER], "courier")
    assert sent.due_on is not None
    here = act(live, HOLDER, "receive", sheet.id, place="Safe 1", locked=True)
    assert (here.state, here.keeper, here.place, here.to) == ("held", live.ids[HOLDER], "Safe 1", "")
    ended = act(live, HOLDER, "end_paper", sheet.id, gone(live, method="shred-paper"))
    assert (ended.state, ended.fate, ended.method) == ("ended", "destroyed", "shred-paper")
    assert copies(live, ref)[sheet.id] == ("paper", "destroyed", "shred-paper")


def test_each_print_is_a_copy_on_paper(live: Live, ref: str) -> None:
    before = copies(live, ref)
    given = {"copies": 3, "place": "Printer room, then cabinet 4", "locked": True}
    made = act(live, ASKER, "print_copies", ref, "follow-up", **given)
    assert {each.kind for each in made} == {"printed"}
    assert {each.purpose for each in made} == {"follow-up"}
    assert len(copies(live, ref)) == len(before) + 3
    for wrong, kind in (
        ({"copies": 0}, AskedWrong),
        ({"copies": 11}, AskedWrong),
        ({"place": " "}, AskedWrong),
        ({"locked": False}, AskedWrong),
    ):
        assert isinstance(act_refused(live, ASKER, "print_copies", ref, "follow-up", **{**given, **wrong}), kind)
    assert isinstance(act_refused(live, ASKER, "print_copies", ref, "", **given), ActRefused), "a purpose is owed"
    assert isinstance(act_refused(live, ASKER, "print_copies", ref, "because", **given), PurposeUnknown)
    assert isinstance(act_refused(live, "chair", "print_copies", ref, "follow-up", **given), ItemNotFound)
    assert len(copies(live, ref)) == len(before) + 3


def test_registering_needs_to_know_a_place_and_a_lock(live: Live, ref: str) -> None:
    given = {"place": "Cabinet", "locked": True, "made_on": live.now.date()}
    assert isinstance(act_refused(live, "chair", "register", ref, **given), ItemNotFound)
    assert isinstance(act_refused(live, "compliance", "register", ref, **given), ActRefused)
    for wrong, field in (
        ({"locked": False}, "locked"),
        ({"place": ""}, "place"),
        ({"place": "x" * 401}, "place"),
        ({"made_on": live.now.date() + timedelta(days=1)}, "made_on"),
    ):
        error = act_refused(live, ASKER, "register", ref, **{**given, **wrong})
        assert isinstance(error, AskedWrong)
        assert field in error.fields


def test_paper_goes_only_to_somebody_of_the_body_who_may_see_the_item(live: Live, ref: str) -> None:
    sheet = paper(live, ref)
    given = {"way": "by-hand", "covered": True}
    for to, rule in ((ASKER, "CUS-to"), ("chair", "CUS-to"), ("officer", "CUS-to-body"), ("imb-records", "CUS-to")):
        error = act_refused(live, ASKER, "send", sheet.id, to=live.ids[to], **given)
        assert rule in rules(error), to
    for wrong, field in (({"way": "pigeon"}, "way"), ({"covered": False}, "covered"), ({"to": "nobody"}, "to")):
        error = act_refused(live, ASKER, "send", sheet.id, **{"to": live.ids[HOLDER], **given, **wrong})
        assert field in error.fields
    for key in (HOLDER, "imb-records", "imb-owner"):
        error = act_refused(live, key, "send", sheet.id, to=live.ids[HOLDER], **given)
        assert "CUS-keeper" in rules(error)
    moved(live, sheet)
    assert isinstance(act_refused(live, ASKER, "send", sheet.id, to=live.ids[HOLDER], **given), StateOver)
    other = act_refused(live, ASKER, "receive", sheet.id, place="Here", locked=True)
    assert isinstance(other, CustodyRefused), "nobody receives for somebody else"
    assert isinstance(
        act_refused(live, ASKER, "end_paper", sheet.id, gone(live, method="pulp")), CustodyRefused | StateOver
    )
    assert act_refused(live, HOLDER, "receive", sheet.id, place="Here", locked=False).fields.keys() == {"locked"}
    act(live, HOLDER, "receive", sheet.id, place="Here", locked=True)
    assert isinstance(act_refused(live, HOLDER, "receive", sheet.id, place="Here", locked=True), StateOver)


def test_what_does_not_arrive_is_shown_to_both_and_to_the_register(live: Live, ref: str) -> None:
    sheet = paper(live, ref)
    moved(live, sheet)
    live.later(days=9)
    for key in (ASKER, HOLDER, "imb-records"):
        assert line(live, sheet, key).stage == "not-received", key  # type: ignore[attr-defined]
    assert act(live, HOLDER, "miss", sheet.id, "It did not come. Reported.").state == "missing"
    assert line(live, sheet).stage == "missing"  # type: ignore[attr-defined]
    assert copies(live, ref)[sheet.id][1] == "open", "what is missing holds the certificate open"
    assert isinstance(act_refused(live, ASKER, "end_paper", sheet.id, gone(live, method="pulp")), StateOver)
    found = act(live, "imb-records", "find", sheet.id, place="In the post room", locked=True)
    assert (found.state, found.keeper) == ("held", live.ids["imb-records"])


def test_its_lock_is_confirmed_by_its_holder_in_its_time(live: Live, ref: str) -> None:
    sheet = paper(live, ref)
    live.later(days=90)
    assert line(live, sheet).stage == ""  # type: ignore[attr-defined]
    live.later(days=1)
    assert line(live, sheet).stage == "lock-due"  # type: ignore[attr-defined]
    assert isinstance(act_refused(live, HOLDER, "confirm", sheet.id, locked=True), CustodyRefused)
    assert isinstance(act_refused(live, ASKER, "confirm", sheet.id, locked=False), AskedWrong)
    assert act(live, ASKER, "confirm", sheet.id, locked=True).locked_on == live.now.date()
    assert line(live, sheet).stage == ""  # type: ignore[attr-defined]


def test_no_ending_of_paper_that_cannot_be(live: Live, ref: str) -> None:
    sheet = paper(live, ref, made_on=date(2024, 2, 29))
    for changed, field in (
        ({"method": "shred-media"}, "method"),
        ({"method": "burnt"}, "method"),
        ({"method": "pulp", "on": date(2024, 2, 28)}, "on"),
        ({"method": "pulp", "witness": ASKER.title()}, "witness"),
        ({"method": "pulp", "evidence": ""}, "evidence"),
    ):
        error = act_refused(live, ASKER, "end_paper", sheet.id, gone(live, **changed))
        assert field in error.fields, changed
    for key in (HOLDER, "chair", "records"):
        assert isinstance(act_refused(live, key, "end_paper", sheet.id, gone(live, method="pulp")), CustodyRefused), key
    done = act(live, "imb-records", "end_paper", sheet.id, gone(live, method="incinerate", on=date(2024, 2, 29)))
    assert done.ended_on == date(2024, 2, 29)


def test_retention_leaves_what_became_of_it_to_the_register(live: Live, ref: str) -> None:
    sheet = paper(live, ref)
    with live.house.work() as work:
        found = work.outstanding.copy(sheet.id)
    from retention.rules.steps import copying
    from tests.custody.desk import actor

    against = copying.may_account(found, actor(live, "imb-records"))
    assert [each.rule for each in against] == ["RET-copy-elsewhere"]


def test_who_may_know_of_paper(live: Live, ref: str) -> None:
    sheet = paper(live, ref)
    for key in (ASKER, "imb-records", HOLDER):  # HOLDER by the office and the item
        assert line(live, sheet, key) is not None
    for key in ("chair", "officer", "compliance", "records", "imb-admin"):
        error = refused(live, key, lambda w: w.kept.paper(sheet.id, actor=w.actor, now=w.now))
        assert isinstance(error, PaperNotFound), key
    live.api(HOLDER).ok("POST", f"/items/{ref}/recuse", {"person": live.ids[ASKER], "reason": "Named in it."})
    other = paper(live, ref, HOLDER)
    error = refused(live, ASKER, lambda w: w.kept.paper(other.id, actor=w.actor, now=w.now))
    assert isinstance(error, PaperNotFound), "who is barred from the item learns nothing of its paper"
