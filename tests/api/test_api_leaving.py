"""What stands in the name of somebody who leaves: ended, or listed as staying, each logged, and no more than that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from api_acts import closed, sent

from app.bootstrap.wiring import console_identity
from tests.custody.desk import paper
from tests.house import CONSOLE, Live
from tests.web.record_pages import Visitor, acts


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("leaving") / "state")
    yield made
    made.close()


def matters(live: Live, key: str) -> dict[str, tuple[str, str]]:
    found = live.api("imb-admin").ok("GET", f"/accounts/{live.ids[key]}/open-matters")["items"]
    return {each["kind"]: (each["id"], each["then"]) for each in found}


def in_a_group(live: Live, key: str) -> str:
    group = str(live.api("imb-admin").ok("POST", "/groups", {"name": f"Group of {key}", "party": "imb"})["id"])
    given = {"person": live.ids[key], "words": "Works on it."}
    live.confirm(live.api("imb-admin").ok("POST", f"/groups/{group}/members", given)["id"])
    return group


def granted(live: Live, key: str) -> str:
    reference = sent(live)
    until = (live.now + timedelta(days=9)).isoformat()
    said = {"person": live.ids[key], "until": until, "reason": "To advise."}
    live.api("officer").ok("POST", f"/items/{reference}/grants", said)
    return reference


def test_sight_groups_and_the_order_of_call_end_each_logged(live: Live) -> None:
    reference, group = granted(live, "vice"), in_a_group(live, "vice")
    board = live.boards["Leeds Board"]
    order = {"first": live.ids["vice"], "deputy": live.ids["chair"]}
    live.api("imb-admin").ok("PUT", f"/offices/{board}/order-of-call", order)
    expected = {"grant": (reference, "end"), "group": (group, "end"), "order": (board, "end")}
    assert matters(live, "vice") == expected
    assert live.api("vice").get(f"/items/{reference}").status_code == 200
    admin = Visitor(live, "imb-admin")
    address = f"/accounts/{live.ids['vice']}/open-matters"
    assert f"Sight of {reference} for a time." in admin.get(address)
    answer = admin.post(f"{address}/end", 303, matters=[reference])
    assert answer.location.endswith(address)
    assert matters(live, "vice").keys() == {"group", "order"}
    assert live.api("vice").get(f"/items/{reference}").status_code == 404
    assert live.api("imb-admin").ok("POST", f"{address}/end") == {"ended": 2}
    assert matters(live, "vice") == {}
    assert admin.raw(f"{address}/end").location.endswith(address), "nothing is left to end"
    assert "/accounts" in Visitor(live, "imb-admin").raw("/").text, "administrators find them at home"
    left = live.api("imb-admin").ok("GET", f"/offices/{board}/order-of-call")
    assert (left["first"], left["deputy"]) == (live.ids["chair"], "")
    told = {name for name, _ in acts(live)}
    assert {"sharing.sight-ended", "identity.group-left", "sharing.order-of-call-set"} <= told


def test_holds_and_paper_stay_and_are_said_and_leaving_leads_there(live: Live) -> None:
    reference = closed(live)
    paper(live, reference, "staff2")
    body = {"scope": {"references": [reference]}, "reason": "An inquest.", "issuer": "The coroner."}
    hold = str(live.api("imb-records").ok("POST", "/holds", body)["id"])
    assert matters(live, "staff2") == {"paper": (reference, "stays")}
    assert matters(live, "imb-records") == {"hold": (hold, "stays")}
    admin = Visitor(live, "imb-admin")
    for key, slug in (("staff2", "leave"), ("imb-records", "suspend")):
        answer = admin.post(f"/accounts/{live.ids[key]}/{slug}", 303, why="Moves on.")
        assert answer.location.endswith(f"/accounts/{live.ids[key]}/open-matters")
    page = admin.get(f"/accounts/{live.ids['staff2']}/open-matters")
    assert f"A copy of {reference} on paper. It must be moved to somebody" in page
    assert "inquest" not in admin.get(f"/accounts/{live.ids['imb-records']}/open-matters")
    assert live.api("imb-admin").ok("POST", f"/accounts/{live.ids['imb-records']}/open-matters/end") == {"ended": 0}
    assert matters(live, "imb-records") == {"hold": (hold, "stays")}


@pytest.mark.parametrize("key", ["inspector", "admin", "compliance", "hull"])
def test_nobody_else_sees_or_ends_any_of_it(live: Live, key: str) -> None:
    address = f"/accounts/{live.ids['chair']}/open-matters"
    assert live.api(key).get(address).status_code == 403
    assert live.api(key).post(f"{address}/end").status_code == 403


def test_the_administrator_moves_nothing_marked_recipients_only(live: Live) -> None:
    reference = sent(
        live,
        "staff",
        kind="intelligence",
        route="national-to-inspectorate",
        marking="OFFICIAL-SENSITIVE - RECIPIENTS ONLY",
        recipients=[live.ids["officer"]],
    )
    admin, address = live.api("admin"), f"/accounts/{live.ids['officer']}/open-matters"
    found = admin.ok("GET", address)["items"]
    assert [(each["id"], each["then"]) for each in found if each["kind"] == "named"] == [(reference, "sender")]
    with live.house.work(CONSOLE) as work:
        office = next(iter(work.people.offices(party="hmip", kind="correspondence")))
        console_identity(work).appoint(
            person_id=live.ids["inspector"],
            role="hmip-correspondence-officer",
            office_id=office.id,
            actor=CONSOLE,
            now=work.now,
        )
    refused = admin.post(address, {"to": live.ids["inspector"], "matters": [reference]})
    assert (refused.status_code, refused.json["code"]) == (403, "sharing.reowning-refused")
    assert admin.ok("POST", address, {"to": live.ids["inspector"]}) == {"moved": 0}
    assert reference in Visitor(live, "admin").get(address)
    del live.tokens["inspector"]  # signed out by the appointment
    assert live.api("inspector").get(f"/items/{reference}").status_code == 404
