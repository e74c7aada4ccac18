"""A RECIPIENTS ONLY item of somebody who left goes where its sender says, and attesters find their review."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.bootstrap import logbook
from foundation.actor import SERVICE
from sharing.model.item import Subject, Written
from tests.house import Live, _join
from tests.web.record_pages import Visitor, by

ONLY = "OFFICIAL-SENSITIVE - RECIPIENTS ONLY"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("instead") / "state")
    for key in ("officer2", "officer3"):
        made.ids[key], made.secrets[key] = _join(made.house, key, "hmip", "hmip-correspondence-officer", "")
    yield made
    report = logbook.verify(made.house, SERVICE)
    made.close()
    assert report.faults == ()


def sent(live: Live, *keys: str) -> str:
    """From IMB staff, for these people of HMIP alone."""

    def start(work: Any) -> Any:
        (office,) = work.actor.offices
        written = Written(
            marking=ONLY, title="For you alone", text="Words.", sharing_purpose="To inform.", establishment="LEI",
            subjects=(Subject("Joan Smith", (("prison-number", "A1234BC"),)),),
            recipients=tuple(work.people.person(live.ids[key]).principal for key in keys),
        )  # fmt: skip
        given = {"agreement": "hmip-imb", "kind": "intelligence", "office": office, "route": "national-to-inspectorate"}
        return work.sharing.start_draft(written, **given, actor=work.actor, now=work.now)

    draft = by(live, "staff", start)
    return str(by(live, "staff", lambda w: w.sharing.send(draft.uuid, actor=w.actor, now=w.now)).reference)


def test_the_sender_is_asked_and_names_a_colleague_with_one_click(live: Live) -> None:
    ref = sent(live, "officer")
    admin, staff = live.api("admin"), live.api("staff")
    person = live.ids["officer"]
    assert staff.ok("GET", "/name-instead")["items"] == []  # they are there still
    early = staff.post(f"/items/{ref}/name-instead", {"before": person, "to": live.ids["officer2"]})
    assert (early.status_code, early.json["code"]) == (400, "sharing.who-unknown")
    admin.ok("POST", f"/accounts/{person}/leave", {"reason": "Left."})
    moved = admin.post(f"/accounts/{person}/open-matters", {"to": live.ids["officer2"], "matters": [ref]})
    assert moved.status_code == 403
    assert "is asked among their items" in Visitor(live, "admin").get(f"/accounts/{person}/open-matters")
    assert live.api("officer2").get(f"/items/{ref}").status_code == 404
    visitor = Visitor(live, "staff")
    assert "1 item you sent has a recipient who is gone" in visitor.get("/")
    assert "1 item you sent cannot reach a recipient who is gone" in visitor.get("/items")
    at = f"/name-instead/{ref}/{person}"
    assert "in place of Officer" in visitor.get("/name-instead")
    for key in ("staff2", "officer2", "national", "imb-admin"):
        other = Visitor(live, key)
        assert other.client.get(at).status_code in (403, 404), key
        refused = live.api(key).post(f"/items/{ref}/name-instead", {"before": person, "to": live.ids["officer2"]})
        assert refused.status_code in (403, 404), key
    stranger = staff.post(f"/items/{ref}/name-instead", {"before": person, "to": live.ids["inspector"]})
    assert stranger.status_code == 400
    assert "<title>Error: " in visitor.post(at, 422).text
    visitor.post(at, to=live.ids["officer2"])
    assert live.api("officer2").get(f"/items/{ref}").status_code == 200
    assert live.api("officer3").get(f"/items/{ref}").status_code == 404
    assert "cannot reach" not in visitor.get("/items")
    again = staff.post(f"/items/{ref}/name-instead", {"before": person, "to": live.ids["officer3"]})
    assert again.status_code == 400


def test_the_sender_may_name_nobody(live: Live) -> None:
    ref = sent(live, "officer2", "officer3")
    live.api("admin").ok("POST", f"/accounts/{live.ids['officer3']}/suspend", {"reason": "Looked into."})
    staff = live.api("staff")
    (waiting,) = staff.ok("GET", "/name-instead")["items"]
    assert (waiting["reference"], waiting["person"]) == (ref, live.ids["officer3"])
    staff.ok("POST", f"/items/{ref}/name-instead", {"before": live.ids["officer3"]})
    assert staff.ok("GET", "/name-instead")["items"] == []
    live.api("admin").ok("POST", f"/accounts/{live.ids['officer3']}/reinstate", {"reason": "Nothing found."})
    live.tokens.pop("officer3", None)
    assert live.api("officer3").get(f"/items/{ref}").status_code == 404


def test_whoever_attests_access_finds_the_review_in_the_menu_and_what_is_due_at_home(live: Live) -> None:
    live.later(days=80)
    home = Visitor(live, "chair").raw("/").text
    assert 'href="/access-review"' in home
    assert "to attest" in home
    other = Visitor(live, "inspector").raw("/").text
    assert "to attest" not in other
    assert 'href="/access-review"' not in other
