"""Transfers abroad and the safety override through their pages and the API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.bootstrap import logbook
from foundation.actor import SERVICE
from tests.house import Live
from tests.web.record_pages import Visitor

PAGE = "/data-protection/abroad"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("abroad") / "state")
    yield made
    made.close()


def sent(live: Live, who: str, kind: str, route: str) -> str:
    body = {
        "agreement": "hmip-imb", "kind": kind, "route": route, "marking": "OFFICIAL-SENSITIVE", "title": "Notes",
        "text": "Letters.", "purpose": "To plan.", "establishment": "LEI",
    }  # fmt: skip
    made = live.api(who).ok("POST", "/drafts", body)
    return str(live.api(who).ok("POST", f"/drafts/{made['id']}/send")["reference"])


def test_an_administrator_says_where_somebody_works_and_the_owner_consents(live: Live) -> None:
    theirs = sent(live, "officer", "correspondence", "inspectorate-to-board")
    Visitor(live, "imb-admin").post(f"{PAGE}/people/{live.ids['staff']}", country="ZZ")
    answer = live.api("staff").get(f"/items/{theirs}")
    assert (answer.status_code, answer.json["code"]) == (403, "sharing.act-refused")
    assert "written consent" in answer.text
    later = live.now + timedelta(days=30)
    day = [str(later.day), str(later.month), str(later.year)]
    checker = Visitor(live, "compliance")
    assert "State its conditions" in checker.post(f"{PAGE}/new", 422).text
    given = {"to_party": "imb", "written": "Letter", "conditions": "On a managed device.", "instructions": "None."}
    done = checker.post(f"{PAGE}/new", until=day, person="", country="", **given)
    assert live.api("staff").ok("GET", f"/items/{theirs}")
    assert "On a managed device." in Visitor(live, "staff").get(done.location), (
        "who works under it reads its conditions"
    )
    checker.post(f"{done.location}/withdraw", why="It is over.")
    assert live.api("staff").get(f"/items/{theirs}").status_code == 403
    for page in (PAGE, done.location, f"{PAGE}/new"):
        assert checker.raw(page).status_code == 200
    live.api("imb-admin").ok("POST", f"/accounts/{live.ids['staff']}/country", {"country": "GB"})


def test_the_glass_is_broken_told_and_reviewed(live: Live) -> None:
    reference = sent(live, "officer", "correspondence", "inspectorate-to-board")
    live.api("national").ok("POST", f"/items/{reference}/recuse", {"person": live.ids["hull"], "reason": "x"})
    assert live.api("inspector").get(f"/items/{reference}").status_code == 404
    other = sent(live, "staff", "intelligence", "national-to-inspectorate")
    body = {"reference": other, "danger": "violence", "why": "A threat was made."}
    assert live.api("inspector").post("/safety-overrides", body).status_code == 404
    made = Visitor(live, "national").post(
        "/safety-override/new", reference=reference.lower(), danger="violence", why="A threat was made."
    )
    assert made.location.endswith(reference)
    (found,) = live.api("compliance").ok("GET", "/safety-overrides")["items"]
    assert "The glass was broken" in Visitor(live, "officer").get("/items")
    assert "The glass was broken" in Visitor(live, "compliance").get("/data-protection")
    page = f"/safety-override/{found['id']}"
    assert "A threat was made." in Visitor(live, "officer").get(page)
    Visitor(live, "compliance").post(f"{page}/review", finding="justified", why="It was so.")
    assert "It was so." in Visitor(live, "officer").get(page)
    assert "The glass was broken" not in Visitor(live, "officer").get("/items")


def test_the_log_and_the_rows_say_the_same(live: Live) -> None:
    assert logbook.verify(live.house, SERVICE).ok
