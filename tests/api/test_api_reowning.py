"""What waited for somebody alone goes to a colleague who may hold it, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from api_acts import OS, draft, sent

from tests.house import Live, _join
from tests.web.record_pages import Visitor


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("leavers") / "state")
    yield made
    made.close()


def matters(live: Live, key: str) -> list[tuple[str, str]]:
    found = live.api("imb-admin").ok("GET", f"/accounts/{live.ids[key]}/open-matters")["items"]
    return [(each["kind"], each["id"]) for each in found]


def named(live: Live, key: str) -> str:
    """An item on which this person is named beside the route."""
    reference = sent(live)
    live.api("officer").ok("POST", f"/items/{reference}/share", {"person": live.ids[key], "purpose": "follow-up"})
    return reference


def test_what_waits_for_a_leaver_goes_to_a_colleague_and_holds_to_nobody_else(live: Live) -> None:
    reference = named(live, "vice")
    begun = draft(live, "staff2", kind="intelligence", route="national-to-inspectorate")
    assert matters(live, "vice") == [("named", reference)]
    assert matters(live, "staff2") == [("draft", begun)]
    admin = live.api("imb-admin")
    address = f"/accounts/{live.ids['vice']}/open-matters"
    stranger = admin.post(address, {"to": live.ids["hull"]})
    assert (stranger.status_code, stranger.json["code"]) == (400, "sharing.who-unknown")
    admin.ok("POST", f"/accounts/{live.ids['vice']}/leave", {"reason": "Left."})
    assert matters(live, "vice") == [("named", reference)]
    assert admin.ok("POST", address, {"to": live.ids["chair"]}) == {"moved": 1}
    assert matters(live, "vice") == []
    assert live.api("chair").get(f"/items/{reference}").status_code == 200
    decided = live.api("imb-admin").ok("GET", "/sharing-decisions")["items"]
    assert [(each["act"], each["reference"]) for each in decided] == [("named", reference)], (
        "naming somebody else is a decision to share (M45)"
    )
    assert admin.ok("POST", f"/accounts/{live.ids['staff2']}/open-matters", {"to": live.ids["staff"]})["moved"] == 1
    assert live.api("staff").get(f"/drafts/{begun}").status_code == 200
    assert live.api("staff2").get(f"/drafts/{begun}").status_code == 404


def test_only_their_administrator_moves_it_and_sees_no_title(live: Live) -> None:
    named(live, "staff")
    address = f"/accounts/{live.ids['staff']}/open-matters"
    for key in ("staff", "admin", "compliance", "chair"):
        assert live.api(key).get(address).status_code == 403
    page = Visitor(live, "imb-admin").get(address)
    assert "Named on" in page
    assert "Use of force" not in page


def test_nobody_is_given_what_a_rule_keeps_from_them(live: Live) -> None:
    reference = named(live, "staff")
    live.api("officer").ok(
        "POST", f"/items/{reference}/recuse", {"person": live.ids["staff2"], "reason": "Named in it."}
    )
    address = f"/accounts/{live.ids['staff']}/open-matters"
    barred = live.api("imb-admin").post(address, {"to": live.ids["staff2"], "matters": [reference]})
    assert barred.status_code == 400
    assert ("named", reference) in matters(live, "staff")


def test_an_answer_goes_to_nobody_who_may_not_see_what_it_answers(live: Live) -> None:
    leeds = live.boards["Leeds Board"]
    live.ids["member"], live.secrets["member"] = _join(live.house, "member", "imb", "board-member", leeds)
    reference = sent(live)
    staff = live.api("staff")
    board = next(each for each in staff.ok("GET", f"/items/{reference}")["to_offices"] if each["name"] == "Leeds Board")
    staff.ok("POST", f"/items/{reference}/pass-on", {"office": board["id"], "note": "For you."})
    words = {"marking": OS, "title": "Outcome", "text": "What she said.", "purpose": "The outcome."}
    answer = live.api("national").post(f"/items/{reference}/answer", words)
    assert answer.status_code == 403
    begun = live.api("chair").ok("POST", f"/items/{reference}/answer", words)["id"]
    live.api("officer").ok(
        "POST", f"/items/{reference}/recuse", {"person": live.ids["member"], "reason": "Named in it."}
    )
    address, given = f"/accounts/{live.ids['chair']}/open-matters", {"to": live.ids["member"], "matters": [begun]}
    barred = live.api("imb-admin").post(address, given)
    assert (barred.status_code, barred.json["code"]) == (400, "sharing.who-unknown")
    assert live.api("member").get(f"/drafts/{begun}").status_code == 404
    assert live.api("chair").get(f"/drafts/{begun}").status_code == 200
