"""An item at an office nobody can act for today: who waits for it is told, in general words, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from api_acts import sent

from app.bootstrap.wiring import console_identity
from tests.house import CONSOLE, Live
from tests.trained import record
from tests.web.record_pages import Visitor


@pytest.fixture
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("idle") / "state")
    yield made
    made.close()


def passed_on(live: Live) -> str:
    """At the Board of Leeds, whose turn it is."""
    reference = sent(live)
    live.api("staff").ok("POST", f"/items/{reference}/pass-on", {"office": live.boards["Leeds Board"]})
    return reference


def lapse(live: Live, *keys: str) -> None:
    with live.house.work(CONSOLE) as work:
        for key in keys:
            record(console_identity(work), live.ids[key], until=work.now, actor=CONSOLE, now=work.now)


def unvet(live: Live, key: str) -> None:
    with live.house.work(CONSOLE) as work:
        given = {"until": work.now, "actor": CONSOLE, "now": work.now}
        console_identity(work).record_vetting(person_id=live.ids[key], **given)


def leave(live: Live, key: str) -> None:
    with live.house.work(CONSOLE) as work:
        console_identity(work).leave(person_id=live.ids[key], actor=CONSOLE, now=work.now)


def stuck(live: Live, reference: str, who: str = "officer") -> dict[str, str] | None:
    found: dict[str, str] | None = live.api(who).ok("GET", f"/items/{reference}")["stuck"]
    return found


def test_one_of_two_lapsed_says_nothing_and_both_say_why_without_a_name(live: Live) -> None:
    reference = passed_on(live)
    assert stuck(live, reference) is None
    lapse(live, "chair")
    assert stuck(live, reference) is None
    unvet(live, "vice")
    told = stuck(live, reference)
    assert told is not None
    assert told["office"] == "Leeds Board"
    assert "training in handling is lacking" in told["why"]
    assert "vetting is lacking" in told["why"]
    assert told["ask"].startswith("Ask an administrator of Independent Monitoring Boards to record what is lacking")
    assert not any(name in str(told) for name in ("Chair", "Vice"))
    page = Visitor(live, "officer").get(f"/items/{reference}")
    assert "Nobody in Leeds Board can act today: " in page
    assert "Ask an administrator" in page


def test_an_office_that_nobody_holds_and_one_that_somebody_holds_again(live: Live) -> None:
    reference = passed_on(live)
    leave(live, "chair")
    leave(live, "vice")
    told = stuck(live, reference)
    assert told is not None
    assert told["why"] == "nobody is appointed to it"
    assert "to appoint somebody." in told["ask"]
    with live.house.work(CONSOLE) as work:
        given = {"actor": CONSOLE, "now": work.now}
        board = live.boards["Leeds Board"]
        console_identity(work).appoint(person_id=live.ids["hull"], role="board-chair", office_id=board, **given)
    assert stuck(live, reference) is None


def test_who_does_not_wait_for_the_step_is_not_told(live: Live) -> None:
    reference = passed_on(live)
    live.api("officer").ok("POST", f"/items/{reference}/share", {"person": live.ids["hull"], "purpose": "follow-up"})
    lapse(live, "chair", "vice")
    assert stuck(live, reference) is not None
    assert stuck(live, reference, "hull") is None
    assert stuck(live, reference, "staff") is not None  # who passed it on
    assert live.api("inspector").get(f"/items/{reference}").status_code == 404


def test_what_waits_for_the_national_chair_and_what_the_register_says(live: Live) -> None:
    lapse(live, "national")
    found = live.api("compliance").ok("GET", "/people-register")["idle"]
    why = {each["office"]["name"]: each["why"] for each in found}
    assert why["IMB National Chair"] == ["training"]
    assert why["HM Chief Inspector of Prisons"] == ["appointed"]
    assert "Leeds Board" not in why
    assert "HMIP administration" not in why  # nobody there is let near an item, ever
    for key in ("compliance", "imb-admin"):
        page = Visitor(live, key).get("/people")
        assert "IMB National Chair (IMB): training in handling is lacking or out of date." in page
