"""Access attested every three months, by whom the policy names, never by oneself; what is taken away ends at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.bootstrap.wiring import console_identity
from foundation.actor import Actor
from identity.errors import AppointmentUnknown, AttestingRefused, ReasonMissing
from identity.rules.reviewing import DUE, LATER, OVERDUE, Line
from tests.house import CONSOLE, Live


@pytest.fixture
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("review") / "state")
    yield made
    made.close()


def who(live: Live, key: str) -> Actor:
    with live.house.work() as work:
        return work.people.actor(live.ids[key], now=work.now)


def line_of(live: Live, key: str) -> Line:
    with live.house.work() as work:
        every = work.identity.reviewed(everyone=True, actor=CONSOLE, now=work.now)
    return next(each for each in every if each.held.person_id == live.ids[key])


def attest(live: Live, by: str, key: str, *, keep: bool = True, why: str = "") -> None:
    wanted = line_of(live, key).held.id
    with live.house.work(who(live, by)) as work:
        work.identity.attest(appointment_id=wanted, keep=keep, why=why, actor=work.actor, now=work.now)


def test_it_falls_due_after_three_months_and_is_overdue_the_day_after(live: Live) -> None:
    assert line_of(live, "vice").state == LATER
    due = line_of(live, "vice").due
    live.later(days=(due - live.now.date()).days)
    assert line_of(live, "vice").state == DUE
    live.later(days=1)
    assert line_of(live, "vice").state == OVERDUE
    attest(live, "chair", "vice")
    assert line_of(live, "vice").state == LATER


def test_the_chair_attests_the_board_and_another_the_chair(live: Live) -> None:
    assert line_of(live, "vice").role == "board-chair"
    assert line_of(live, "chair").role == "board-vice-chair"
    for by, key in (("chair", "chair"), ("staff", "vice"), ("inspector", "vice"), ("hull", "vice")):
        with pytest.raises(AttestingRefused):
            attest(live, by, key)


def test_a_board_without_a_chair_is_attested_by_the_next_and_nobody_is_said_so(live: Live) -> None:
    with live.house.work(CONSOLE) as work:
        desk, given = console_identity(work), {"actor": CONSOLE, "now": work.now}
        desk.suspend(person_id=live.ids["chair"], **given)
    assert line_of(live, "vice").role == "national-chair"
    with live.house.work(CONSOLE) as work:
        desk, given = console_identity(work), {"actor": CONSOLE, "now": work.now}
        for key in ("national", "imb-compliance"):
            if key in live.ids:
                desk.suspend(person_id=live.ids[key], **given)
    assert line_of(live, "vice").attesters == frozenset()


def test_what_is_taken_away_ends_at_once_with_its_reason(live: Live) -> None:
    with pytest.raises(ReasonMissing):
        attest(live, "chair", "vice", keep=False, why="  ")
    attest(live, "chair", "vice", keep=False, why="Has not been active since spring.")
    assert who(live, "vice").offices == frozenset()
    with live.house.work(who(live, "chair")) as work, pytest.raises(AppointmentUnknown):
        work.identity.attest(appointment_id="none", keep=True, actor=work.actor, now=work.now)


def test_their_groups_are_attested_with_them_or_ended(live: Live) -> None:
    with live.house.work(CONSOLE) as work:
        desk, given = console_identity(work), {"actor": CONSOLE, "now": work.now}
        stays, goes = (desk.create_group(name=name, party="imb", **given) for name in ("Healthcare", "Night visits"))
        for group in (stays, goes):
            desk.join_group(group_id=group, person_id=live.ids["vice"], **given)
    chair = live.api("chair")
    address = f"/access-review/{line_of(live, 'vice').held.id}"
    assert live.api("staff").post(address, {"keep": True, "leave": [goes]}).status_code == 403
    chair.ok("POST", address, {"keep": True, "leave": [goes, "none"]})
    with live.house.work() as work:
        assert [each.id for each in work.people.groups_of(live.ids["vice"], now=work.now)] == [stays]
        assert work.people.actor(live.ids["vice"], now=work.now).groups


def test_the_same_by_the_api(live: Live) -> None:
    chair = live.api("chair")
    (mine,) = [each for each in chair.ok("GET", "/access-review")["items"] if each["person"] == live.ids["vice"]]
    address = f"/access-review/{mine['appointment']['id']}"
    assert chair.post(address, {"keep": False}).json["code"] == "identity.reason-missing"
    chair.ok("POST", address, {"keep": True})
    refused = live.api("staff").post(address, {"keep": True})
    assert (refused.status_code, refused.json["code"]) == (403, "identity.attesting-refused")
