"""A recall reaches whoever holds a copy that somebody else made; what is held back is said to be, and not which."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.bootstrap import logbook
from foundation.actor import SERVICE
from tests.api.api_acts import sent
from tests.custody import desk
from tests.house import Live
from tests.web.record_pages import Visitor


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("recalled") / "state")
    desk.desk_of(made)
    yield made
    report = logbook.verify(made.house, SERVICE)
    made.close()
    assert report.faults == ()


def asked(live: Live, key: str, ref: str) -> bool:
    return any(each["asked"]["reference"] == ref for each in live.api(key).ok("GET", "/me/incidents")["asked"])


def test_whoever_holds_a_copy_is_asked_whoever_made_it_and_where_it_goes_too(live: Live) -> None:
    ref = sent(live)  # from HMIP to IMB staff
    held = desk.paper(live, ref)  # staff2 made it, and gives it to staff
    desk.act(live, desk.ASKER, "send", held.id, to=live.ids[desk.HOLDER], way="courier", covered=True)
    desk.act(live, desk.HOLDER, "receive", held.id, place="Safe 1", locked=True)
    on_its_way = desk.paper(live, ref)
    desk.act(live, desk.ASKER, "send", on_its_way.id, to=live.ids["national"], way="courier", covered=True)
    gone = live.api("officer").ok("POST", f"/items/{ref}/recall", {"reason": "To the wrong office."})
    assert {live.ids["staff"], live.ids["national"], live.ids["staff2"]} <= set(gone["took"])
    for key in ("staff", "national", "staff2"):
        assert asked(live, key, ref), key
    for key in ("chair", "vice", "inspector"):
        assert not asked(live, key, ref), key


def test_whoever_holds_a_medium_with_it_is_asked(live: Live) -> None:
    ref = sent(live, files={"a.txt": b"x" * 9000})
    medium = desk.approved(live, ref)
    desk.write(live, medium)
    gone = live.api("officer").ok("POST", f"/items/{ref}/recall", {"reason": ""})
    assert live.ids[desk.HOLDER] in gone["took"]


def test_a_list_says_how_many_are_held_back_and_not_which(live: Live) -> None:
    ref = sent(live)
    made = live.api("staff").ok("POST", f"/items/{ref}/not-for-me", {})
    lead = live.api("security")
    (uuid,) = lead.ok("GET", f"/incidents/{made['number']}")["items"]
    before = live.api("staff").ok("GET", "/items")["held_back"]
    lead.ok("POST", f"/incidents/{made['number']}/measures", {"act": "quarantine", "target": uuid})
    assert live.api("staff").ok("GET", "/items")["held_back"] == before + 1
    page = Visitor(live, "staff").get("/items")
    assert "1 item is held back" in page
    assert ref not in page
    assert live.api("hull").ok("GET", "/items")["held_back"] == 0, "it never was theirs"
    assert "held back" not in Visitor(live, "hull").get("/items")


def test_a_lead_corrects_awareness_by_page_and_api(live: Live) -> None:
    body = {"kind": "loss", "happened": "A print is gone.", "aware_at": live.now.isoformat()}
    number = live.api("chair").ok("POST", "/incidents", body)["number"]
    lead, at = Visitor(live, "security"), f"/incidents/{number}/awareness"
    day = live.now.date() - timedelta(days=1)
    given = {"aware_on": [str(day.day), str(day.month), str(day.year)], "reason": "A note of the desk says so."}
    assert "Enter a time like 14:30" in lead.post(at, 422, **given, aware_time="noon").text
    lead.post(at, **given, aware_time="14:30")
    shown = lead.get(f"/incidents/{number}")
    assert "Recorded before:" in shown
    assert "Moved earlier on" in shown
    assert "Read the alert and acknowledge it" not in shown, "what was sent for an incident is no alert"
    assert "A note of the desk says so." in shown
    later = {"aware_at": (live.now + timedelta(hours=1)).isoformat(), "reason": "x"}
    refused = live.api("security").post(at.removeprefix("/"), later)
    assert refused.status_code in (400, 404)
    refused = live.api("security").post(at, later)
    assert (refused.status_code, refused.json["code"]) == (400, "incidents.report-faulty")
    assert live.api("chair").post(at, later).status_code == 403
    (said,) = live.api("security").ok("GET", f"/incidents/{number}")["corrected"]
    assert said["reason"] == "A note of the desk says so."
