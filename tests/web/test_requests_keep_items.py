"""Nothing is destroyed that somebody asked about, or whose use is restricted: from the request to the disposal page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.bootstrap import logbook, sweeps
from app.bootstrap.requests import requests
from foundation.actor import SERVICE
from retention.errors import DisposalRefused
from sharing.service.rights.receiving import Asked
from tests.house import Live, _join
from tests.web.record_pages import (
    Visitor,
    by,
    closed_item,
    cooling_item,
    due_item,
    state_of,
    step,
)

JOAN = (("prison-number", "A1234BC"),)
OFFICERS = {"dora": "imb", "hope": "hmip"}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("kept") / "state")
    for key, party in OFFICERS.items():
        made.ids[key], made.secrets[key] = _join(made.house, key, party, f"{party}-data-protection-officer", "")
    yield made
    report = logbook.verify(made.house, SERVICE)
    made.close()
    assert report.faults == ()


def act(live: Live, key: str, method: str, *args: Any, **given: Any) -> Any:
    def do(work: Any) -> Any:
        return getattr(requests(work), method)(*args, **given, actor=work.actor, now=work.now)

    return by(live, key, do)


def asked(live: Live, right: str = "access", identifiers: Any = JOAN, key: str = "dora") -> str:
    given = Asked(
        right=right, received_on=live.now.date(), channel="post", requester="Joan Smith, 1 Invented Row",
        subject="Somebody Uncommon", gist="All of it.", identity="Passport seen.", identifiers=identifiers,
    )  # fmt: skip
    return str(act(live, key, "receive", given).reference)


def signed_in(live: Live, key: str) -> Any:
    """Anew: the clock was moved, and sessions ended by it."""
    live.tokens.pop(key, None)
    return live.api(key)


def holds(live: Live, key: str, request: str) -> list[Any]:
    """In force, in the name of this request, as this person sees them."""
    found = signed_in(live, key).ok("GET", "/holds?in_force=true")["items"]
    return [each for each in found if each["issuer"] == request]


def withdrawn(live: Live, request: str) -> None:
    act(live, "dora", "withdraw_request", request, on=live.now.date(), words="She wrote that she asks no more.")


def reconsidered(live: Live, ref: str) -> str:
    """Proposed and approved again, and its cooling-off over; the state it comes to."""
    step(live, "imb-records", ref, "review", proposal="destroy", reason="No longer needed.")
    step(live, "imb-owner", ref, "approve")
    live.later(days=15)
    sweeps.dispose(live.house)
    return str(state_of(live, ref).state)


def test_what_an_open_request_covers_is_not_destroyed_before_it_is_answered(live: Live) -> None:
    ref = cooling_item(live)
    request = asked(live)  # nobody has looked for anything yet
    case = state_of(live, ref)
    assert (case.state, case.held) == ("due", True)
    live.later(days=30)
    sweeps.dispose(live.house)
    with pytest.raises(DisposalRefused, match="A hold stands on this item"):
        step(live, "imb-records", ref, "review", proposal="destroy", reason="No longer needed.")
    reviewer = Visitor(live, "imb-records")
    shown = reviewer.get(f"/disposals/{ref}")
    assert "What it is held for: an open request of a data subject" in shown
    assert "Lift the hold of" not in shown
    (hold,) = holds(live, "imb-records", request)
    assert (hold["occasion"], hold["stands_on"]) == ("subject-request", 1)
    assert "It ends when the request it stands for is answered" in reviewer.get(f"/holds/{hold['id']}")
    lifting = signed_in(live, "imb-records").post(f"/holds/{hold['id']}/lift", {"reason": "It is in the way."})
    assert lifting.status_code == 403, lifting.text
    assert lifting.json["reasons"][0]["rule"] == "RET-asked"
    withdrawn(live, request)
    assert not state_of(live, ref).held
    assert reconsidered(live, ref) == "destroyed"


def test_a_request_covers_what_is_closed_later_and_what_answers_what_was_found(live: Live) -> None:
    request = asked(live)
    ref = due_item(live)
    assert state_of(live, ref).held
    act(live, "dora", "add_alias", request, "name", "Ada Uncommon", evidence="On a letter")
    act(live, "dora", "remove_alias", request, _alias(live, request), words="Another’s")
    assert not state_of(live, ref).held
    act(live, "dora", "name_item", request, ref, words="She gave its number.")
    assert state_of(live, ref).held
    withdrawn(live, request)


def test_the_other_body_does_not_learn_that_somebody_asked_before_it_is_asked_itself(live: Live) -> None:
    ref = closed_item(live)  # of IMB staff; HMIP received it
    request = asked(live)
    other = signed_in(live, "records")
    assert holds(live, "records", request) == []
    assert other.ok("GET", f"/disposals/{ref}")["holds"] == []
    assert "On hold" in Visitor(live, "records").get(f"/disposals/{ref}")
    (hold,) = holds(live, "imb-records", request)
    assert other.get(f"/holds/{hold['id']}").status_code == 404
    act(live, "dora", "refer", request, "hmip", words="You may hold something.")
    (own,) = holds(live, "records", request)
    assert (own["party"], own["stands_on"]) == ("hmip", 0)
    act(live, "hope", "answer_referral", request, taken=False, words="Nothing of ours.")
    assert holds(live, "records", request) == []
    assert state_of(live, ref).held
    withdrawn(live, request)


def _alias(live: Live, request: str) -> str:
    with live.house.work() as work:
        case = work.request_list.case(request, "imb", words=True)
    return str(next(each.id for each in case.aliases if each.kind == "prison-number"))


def test_what_is_restricted_stays_after_the_answer_until_the_restriction_is_lifted(live: Live) -> None:
    ref = cooling_item(live)
    item = state_of(live, ref).item
    request = asked(live, "restriction", ())
    act(live, "dora", "find", request)
    act(live, "dora", "name_item", request, ref, words="She gave its number.")
    assert [each["occasion"] for each in holds(live, "imb-records", request)] == ["subject-request"] * 2
    act(live, "dora", "decide_match", request, item, outcome="restricted", words="Its accuracy is contested.")
    act(live, "dora", "tell_recipients", request, item, words="Do not use it.")
    act(live, "dora", "answer_request", request, on=live.now.date())
    assert state_of(live, ref).held
    shown = Visitor(live, "imb-records").get(f"/disposals/{ref}")
    assert "What it is held for: its use is restricted" in shown
    assert shown.count("Lifted") >= 1  # the request's own hold ended with the answer
    live.later(days=30)
    sweeps.dispose(live.house)
    assert state_of(live, ref).state == "due"
    (hold,) = holds(live, "imb-records", request)
    assert hold["occasion"] == "restriction"
    assert signed_in(live, "imb-records").post(f"/holds/{hold['id']}/lift", {"reason": "x"}).status_code == 403
    act(live, "dora", "lift_restriction", request, item, words="They were told.")
    assert reconsidered(live, ref) == "destroyed"


def test_a_request_for_erasure_stops_no_disposal(live: Live) -> None:
    ref = cooling_item(live)
    request = asked(live, "erasure")
    assert state_of(live, ref).state == "cooling-off"
    withdrawn(live, request)


def test_a_request_that_comes_too_late_is_named_and_stops_nothing_that_can_only_be_finished(live: Live) -> None:
    ref = cooling_item(live)
    live.later(days=15)
    case = state_of(live, ref)
    with live.house.work() as work:
        work.retention.begin_destruction(case.item, actor=SERVICE, now=work.now)
    request = asked(live)
    assert "Came too late" in Visitor(live, "imb-records").get(f"/disposals/{ref}")
    sweeps.dispose(live.house)
    assert state_of(live, ref).state == "destroyed"
    withdrawn(live, request)


def test_no_hold_of_a_request_is_placed_by_hand(live: Live) -> None:
    ref = closed_item(live)
    body = {"scope": {"references": [ref]}, "issuer": "x", "reason": "x", "occasion": "restriction"}
    assert signed_in(live, "imb-records").post("/holds", body).status_code in (400, 422)
