"""Training of several people at once: each named first, all of them or none, and nobody another administrator keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from item_house import Person, fields_of, said

from tests.house import Live

HEARD = {"module": "handling", "passed": "yes", "provider": "The secretariat", "evidence": "Register, page 4"}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("trained") / "state")
    for name in ("amy", "ben", "cai"):
        made.join(name, "imb", "board-member", made.boards["Leeds Board"])
    yield made
    made.close()


def recorded(live: Live, *keys: str) -> list[int]:
    admin = live.api("imb-admin")
    return [len(admin.ok("GET", f"/accounts/{live.ids[each]}/training")["items"]) for each in keys]


def address(live: Live, *keys: str) -> str:
    return "/accounts/training?" + "&".join(f"person={live.ids.get(each, each)}" for each in keys)


def filled(live: Live, page: str) -> dict[str, Any]:
    day = live.now.date()
    return {**fields_of(page, "stand"), **HEARD, "on": [str(day.day), str(day.month), str(day.year)], "sure": "y"}


def test_those_ticked_are_named_and_recorded_together(live: Live) -> None:
    admin = Person(live, "imb-admin")
    assert f'value="{live.ids["amy"]}"' in admin.get("/accounts").text
    page = admin.get(address(live, "amy", "ben", "amy"))
    assert "Record training of 2 people" in said(page)
    before = recorded(live, "amy", "ben", "cai")
    refused = admin.send(address(live, "amy", "ben"), 422, **HEARD)
    assert "Say that you have looked at each of the names" in said(refused)
    assert recorded(live, "amy", "ben", "cai") == before
    answer = admin.client.post(address(live, "amy", "ben"), data=filled(live, page.text))
    assert answer.status_code == 303, said(answer)
    assert recorded(live, "amy", "ben", "cai") == [before[0] + 1, before[1] + 1, before[2]]


def test_nobody_of_another_body_oneself_or_nobody_at_all(live: Live) -> None:
    admin = Person(live, "imb-admin")
    for keys in ((), ("officer", "imb-admin", "none")):
        assert "Nobody whose training you can record is selected" in said(admin.get(address(live, *keys)))
    page = said(admin.get(address(live, "cai", "officer", "imb-admin")))
    assert "Record training of 1 person" in page
    assert "2 people left out" in page


def test_somebody_who_left_in_between_stops_all_of_them(live: Live) -> None:
    admin = Person(live, "imb-admin")
    page = admin.get(address(live, "amy", "cai"))
    live.api("imb-admin").ok("POST", f"/accounts/{live.ids['cai']}/leave", {"reason": "Moved away."})
    before = recorded(live, "amy")
    answer = admin.client.post(address(live, "amy", "cai"), data=filled(live, page.text))
    assert answer.status_code == 422
    assert "These have changed since you looked" in said(answer)
    assert recorded(live, "amy") == before
