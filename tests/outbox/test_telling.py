"""People hear that something waits, once, as often as they chose, and never what it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.bootstrap import posting, sweeps
from app.bootstrap.wiring import console_identity
from outbox.model.message import FAILED, Outcome
from tests.api.api_acts import sent
from tests.house import CONSOLE, Live
from tests.outbox.postbox import Taken, emptied, letters_in, next_day, states, swept

SECRETS = ("Use of force", "Three people", "Joan", "A1234BC", "Leeds", "Board", "HMIP-", "IMB-", "correspondence")


def prefers(live: Live, key: str, how: str) -> None:
    live.api(key).ok("PUT", "/me/notifications", {"how": how})


def test_who_holds_the_office_hears_of_an_item_in_the_next_digest_and_nothing_of_what_it_is(live: Live) -> None:
    emptied(live)
    sent(live)
    sent(live)
    assert swept(live).letters == [], "they hear once a day until they choose otherwise"
    next_day(live)
    taken = swept(live)
    (letter,) = taken.to("national")
    assert letter.subject == "OFFICIAL: 2 items wait for you in Custodes"
    assert letter.body.startswith("OFFICIAL\n")
    assert letter.body.endswith("\nOFFICIAL\n")
    assert f"http://127.0.0.1:{live.house.settings.port}/sign-in" in letter.body
    assert not [word for word in SECRETS if word in letter.subject + letter.body]
    assert taken.to("officer") == [], "whoever sent it knows, and so does the office"
    assert swept(live).letters == [], "nobody is told twice"


def test_people_choose_how_often_and_settle_what_they_saw_to(live: Live) -> None:
    emptied(live)
    prefers(live, "staff", "at-once")
    prefers(live, "staff2", "weekly")
    reference = sent(live)
    taken = swept(live)
    assert [each.address for each in taken.letters] == ["staff@example.test"]
    assert taken.letters[0].subject == "OFFICIAL: 1 item waits for you in Custodes"
    live.api("officer").ok("POST", f"/items/{reference}/withdraw", {"reason": "Sent by mistake."})
    live.later(days=8)
    live.tokens.clear()
    later = swept(live)
    assert later.to("staff2") == [], "it was taken back: nobody need hear of it any more"
    prefers(live, "staff", "daily")
    prefers(live, "staff2", "daily")
    answer = live.api("staff").put("/me/notifications", json={"how": "never"})
    assert (answer.status_code, list(answer.json["errors"])) == (400, ["how"])


def test_recipients_only_is_heard_of_by_those_it_names_and_no_count_tells_others(live: Live) -> None:
    emptied(live)
    named = {"marking": "OFFICIAL-SENSITIVE - RECIPIENTS ONLY", "recipients": [live.ids["officer"]]}
    sent(live, "staff", kind="intelligence", route="national-to-inspectorate", **named)
    next_day(live)
    taken = swept(live)
    assert [each.address for each in taken.letters] == ["officer@example.test"]
    assert "1 item waits" in taken.letters[0].subject


def test_a_leaver_and_a_suspended_person_hear_nothing_even_of_what_waited(live: Live) -> None:
    emptied(live)
    sent(live)
    next_day(live)
    down = Taken([Outcome(FAILED, "unreachable")] * 9)
    swept(live, down)
    assert down.to("staff2"), "it was tried, and waits"
    with live.house.work(CONSOLE) as work:
        console_identity(work).suspend(person_id=live.ids["staff2"], actor=CONSOLE, now=work.now, why="Tested")
    sent(live)
    next_day(live)
    taken = swept(live)
    assert taken.to("staff")
    assert taken.to("staff2") == []
    assert "dropped" in states(live)
    with live.house.work(CONSOLE) as work:
        console_identity(work).reinstate(person_id=live.ids["staff2"], actor=CONSOLE, now=work.now)


def test_what_fails_for_a_while_is_tried_again_and_what_fails_for_good_is_shown(live: Live) -> None:
    emptied(live)
    sent(live)
    next_day(live)
    swept(live, Taken([Outcome(FAILED, "unreachable")] * 9))
    assert swept(live).letters == [], "not at once"
    live.later(minutes=2)
    taken = swept(live, Taken([Outcome(FAILED, "address-refused", permanent=True)] * 9))
    assert taken.to("national")
    assert live.api("national").ok("GET", "/me/notifications")["reached"] is False
    assert live.api("national").get("/outbox").status_code == 403
    failed = live.api("imb-admin").ok("GET", "/outbox?state=failed")["items"]
    mine = next(each for each in failed if each["whom"] == "National")
    assert (mine["cause"], mine["attempts"]) == ("address-refused", 2)
    assert "count" not in mine
    everybody = live.api("operator").ok("GET", "/outbox?state=failed")["items"]
    assert {each["whom"] for each in everybody} == {"A person"}
    assert live.api("admin").ok("GET", "/outbox?state=failed")["items"] == [], "another body's"
    assert live.api("admin").post(f"/outbox/{mine['id']}/try-again").status_code == 404
    live.api("imb-admin").ok("POST", f"/outbox/{mine['id']}/try-again")
    assert live.api("imb-admin").post(f"/outbox/{mine['id']}/try-again").status_code == 409
    assert [each.id for each in swept(live).to("national")] == [mine["id"]], "the same message"
    assert live.api("national").ok("GET", "/me/notifications")["reached"] is True


def test_it_is_given_up_after_the_period_of_the_policy(live: Live) -> None:
    emptied(live)
    sent(live)
    next_day(live)
    retry = live.house.policies.notifications.retry
    attempts, until = 0, live.now + retry.give_up + 3 * retry.most
    while live.now < until:
        attempts += len(swept(live, Taken([Outcome(FAILED, "unreachable")] * 9)).to("staff"))
        live.later(minutes=61 * 6)
    failed = live.api("imb-admin").ok("GET", "/outbox?state=failed")["items"]
    assert {"Staff"} & {each["whom"] for each in failed}
    assert attempts > 3
    assert timedelta() < retry.first < retry.most


def test_training_and_reviews_are_said_by_the_clock_once(live: Live) -> None:
    emptied(live)
    first = posting.remind(live.house)
    assert posting.remind(live.house) == 0
    live.later(days=40)
    again = posting.remind(live.house)
    next_day(live)
    told = {each.address for each in swept(live).letters}
    assert first + again == 0 or told, "what was said reached somebody"


def test_the_default_is_a_folder_and_a_message_is_one_file_there(live: Live) -> None:
    emptied(live)
    sent(live)
    next_day(live)
    swept_ = posting.sweep(live.house)
    assert (swept_.failed, swept_.gone > 0) == (0, True)
    found = letters_in(live.house.settings.state / "outbox")
    assert len(found) == swept_.gone
    assert {each["Auto-Submitted"] for each in found} == {"auto-generated"}
    assert all(each["Message-ID"].endswith("@localhost.localdomain>") for each in found)


@pytest.mark.parametrize("hour", [6, 12])
def test_an_alert_is_told_at_once_whatever_was_chosen(live: Live, hour: int) -> None:
    emptied(live)
    prefers(live, "officer", "weekly")
    body = {
        "urgency": "now", "establishment": "LEI", "gist": "Somebody may be at risk.", "marking": "OS",
        "to": ["hmip/correspondence"],
    }  # fmt: skip
    live.api("staff").ok("POST", "/agreements/hmip-imb/alerts/concern-to-inspectorate", body)
    (letter,) = swept(live).letters
    assert letter.subject == "OFFICIAL: URGENT: 1 item waits for you in Custodes"
    live.later(hours=hour)
    sweeps.alerts(live.house)
    assert swept(live).letters, "it went on to others, who hear of it"
