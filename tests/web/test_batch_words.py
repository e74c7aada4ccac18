"""What a tired volunteer meets on the pages of batches and returns: no dead end, no lost word, nothing untrue."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from app.bootstrap import sweeps
from app.http import kept
from retention.model.batch import MOST
from tests.house import Live
from tests.web.record_pages import Visitor, hidden, in_days, state_of, step, words
from tests.web.test_batch_pages import opened, propose, several

TITLE = "Use of force on B wing"  # of every item here


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("batch-words") / "state")
    yield made
    made.close()


def submitted(live: Live, refs: list[str], **fields: object) -> tuple[Visitor, str]:
    reviewer = Visitor(live, "imb-records")
    at = opened(reviewer, live, refs[0])
    propose(reviewer, at, 303, which="ticked", items=refs, reason="Nobody needs them.", **fields)
    reviewer.post(f"{at}/submit")
    return Visitor(live, "imb-owner"), at


def test_an_approver_sees_what_each_item_is_and_until_when_never_what_it_is_about(live: Live) -> None:
    one, two = several(live, 2)
    reviewer = Visitor(live, "imb-records")
    at = opened(reviewer, live, one)
    propose(reviewer, at, 303, which="ticked", items=[one], proposal="destroy", reason="Nobody needs it.")
    until = list(in_days(live, 60).values())
    propose(reviewer, at, 303, which="ticked", items=[two], proposal="extend", reason="An appeal.", until=until)
    reviewer.post(f"{at}/submit")
    approver = Visitor(live, "imb-owner")
    asked = approver.get(f"{at}/approve")
    assert "1 item is destroyed after the cooling-off" in asked
    assert "1 item is kept for longer" in asked
    assert f"{one} : Intelligence, Leeds (HMP), due" in asked
    assert "kept until" in asked
    assert "Nobody needs it." in asked
    for path in (at, f"{at}/approve", f"{at}/send-back", f"{at}/submit", "/disposals/day", "/disposals/batches"):
        assert TITLE not in approver.raw(path).text, path
        assert TITLE not in reviewer.raw(path).text, path
    approver.post(f"{at}/send-back", which="all", reason="Not now.")


def test_every_page_of_a_batch_says_in_its_title_what_it_asks(live: Live) -> None:
    (ref,) = several(live, 1)
    reviewer = Visitor(live, "imb-records")
    at = opened(reviewer, live, ref)
    titles = [reviewer.raw(f"{at}{path}").text.partition("<title")[2].partition("</title")[0]
              for path in ("", "/submit", "/close", "/approve", "/send-back")]  # fmt: skip
    assert len(set(titles)) == 5, titles
    reviewer.post(f"{at}/close", reason="Seen.")


def test_nothing_is_said_to_be_recorded_where_all_was_refused(live: Live) -> None:
    (ref,) = several(live, 1, declined=False)
    reviewer = Visitor(live, "imb-records")
    at = opened(reviewer, live, ref)
    said = propose(reviewer, at, 200, which="ticked", items=[ref], proposal="destroy", reason="Old.")
    assert "1 item was refused" in said
    assert "proposal is recorded" not in said
    reviewer.post(f"{at}/close", reason="Not now.")


def test_a_hold_in_a_batch_says_who_must_be_named_and_then_that_it_stands(live: Live) -> None:
    (ref,) = several(live, 1)
    reviewer = Visitor(live, "imb-records")
    at = opened(reviewer, live, ref)
    said = propose(reviewer, at, 422, which="rest", proposal="hold", reason="The coroner asked.")
    assert "Enter who asked for the hold" in said
    propose(
        reviewer,
        at,
        303,
        which="ticked",
        items=[ref],
        proposal="hold",
        reason="The coroner asked.",
        issuer="The coroner",
    )
    assert "A hold stands on 1 item" in reviewer.get(at)
    assert f"{ref} Left out A hold stands on this item." in reviewer.get(at)
    reviewer.post(f"{at}/close", reason="Not now.")


def test_all_that_is_wanting_of_an_answer_is_said_at_once(live: Live) -> None:
    (ref,) = several(live, 1, declined=False)
    step(live, "records", ref, "offer_return")
    source = Visitor(live, "imb-records")
    held = hidden(source.client.get("/disposals/returns").text)
    said = words(source.client.post("/disposals/returns/answers", data=held).text)
    for fault in ("Tick at least one item in the list", "Select your answer", "Enter the reason"):
        assert fault in said
    step(live, "imb-records", ref, "answer_return", answer="declined", reason="No.")


@pytest.mark.parametrize("path", ["/disposals/returns/offers", "/disposals/returns/answers"])
def test_an_address_that_acts_shows_its_page_when_it_is_asked_for(live: Live, path: str) -> None:
    assert "Offered to you: answer" in Visitor(live, "imb-records").get(path)


def test_a_proposal_typed_when_the_session_ended_comes_back_and_is_not_sent(live: Live) -> None:
    (ref,) = several(live, 1)
    reviewer = Visitor(live, "imb-records")
    at = opened(reviewer, live, ref)
    typed = {"which": "ticked", "items": [ref], "proposal": "keep", "reason": "Typed before the session ended"}
    form = {**hidden(reviewer.client.get(at).text), **typed}
    live.later(minutes=31)
    assert reviewer.client.post(f"{at}/propose", data=form).status_code == 401
    again = Visitor(live, "imb-records")
    token = hidden(again.client.get(at).text)["csrf_token"]
    shown = again.client.post(f"{at}/propose", data={**form, "csrf_token": token, kept.MARK: "1"})
    assert shown.status_code == 200, words(shown.text)[:300]
    assert 'value="Typed before the session ended"' in shown.text
    assert f'value="{ref}" checked' in shown.text
    assert state_of(live, ref).state == "due"
    again.post(f"{at}/close", reason="Not now.")


def test_an_item_of_a_batch_is_decided_there_and_its_own_page_leads_there(live: Live) -> None:
    (ref,) = several(live, 1)
    approver, at = submitted(live, [ref], proposal="destroy")
    shown = approver.raw(f"/disposals/{ref}").text
    assert f"/disposals/{ref}/approve" not in shown
    assert f"/disposals/{ref}/send-back" not in shown
    assert at in shown
    assert "It is in batch" in approver.get(f"/disposals/{ref}/approve")
    assert "You cannot do this now" in approver.get(f"/disposals/{ref}/approve")
    approver.post(f"{at}/send-back", which="all", reason="Not now.")


def test_what_became_of_a_batch_is_read_on_its_page_until_the_certificate(live: Live) -> None:
    one, two = several(live, 2)
    reviewer = Visitor(live, "imb-records")
    at = opened(reviewer, live, one)
    propose(reviewer, at, 303, which="ticked", items=[one], proposal="destroy", reason="Old.")
    until = list(in_days(live, 40).values())
    propose(reviewer, at, 303, which="ticked", items=[two], proposal="extend", reason="An appeal.", until=until)
    reviewer.post(f"{at}/submit")
    approver = Visitor(live, "imb-owner")
    approver.post(f"{at}/approve")
    assert "2 items approved." in (after := approver.get(at))
    assert "Cooling off" in after
    assert "Being kept" in after
    live.later(days=45)
    sweeps.dispose(live.house)
    number = state_of(live, one).certificate
    assert number
    step(live, "records", two, "offer_return")
    step(live, "imb-records", two, "answer_return", answer="declined", reason="No.")
    step(live, "imb-records", two, "review", proposal="keep", reason="This is of another review.")
    after = Visitor(live, "imb-owner").get(at)
    assert f"Disposed of {number}" in after
    assert "Keep it for longer" in after
    assert "This is of another review" not in after, "another review is not this batch's"
    again = Visitor(live, "imb-owner").get(f"{at}/approve")
    assert "This batch was approved; this is for one that waits for its approval." in again


def test_the_day_leads_an_approver_to_what_waits_and_to_nothing_they_may_not(live: Live) -> None:
    (ref,) = several(live, 1)
    approver, at = submitted(live, [ref], proposal="keep")
    shown = approver.raw("/disposals/day").text
    assert f'href="{at}"' in shown.partition("What waits at")[0]
    assert "Open a batch" not in shown
    assert "Open a batch" in Visitor(live, "imb-records").get("/disposals/day")
    approver.post(f"{at}/approve")


def test_as_many_as_a_batch_holds_can_be_ticked_at_once(live: Live) -> None:
    (ref,) = several(live, 1)
    reviewer = Visitor(live, "imb-records")
    at = opened(reviewer, live, ref)
    ticked = [ref, *(f"IMB-1999-{number:05}" for number in range(MOST - 1))]
    propose(reviewer, at, 303, which="ticked", items=ticked, proposal="keep", reason="Of interest.")
    assert state_of(live, ref).state == "reviewed"
    reviewer.post(f"{at}/close", reason="Not now.")


def test_a_batch_out_of_which_everything_was_held_says_what_to_do(live: Live) -> None:
    (ref,) = several(live, 1)
    reviewer = Visitor(live, "imb-records")
    at = opened(reviewer, live, ref)
    members = re.findall(r'name="items" type="checkbox" value="([^"]+)"', reviewer.raw(at).text)
    propose(reviewer, at, 303, which="ticked", items=members, proposal="hold", reason="x", issuer="The coroner")
    shown = reviewer.get(at)
    assert "Nothing is left in this batch" in shown
    assert "Propose this" not in shown
    reviewer.post(f"{at}/close", reason="Everything is held.")


def test_a_return_is_downloaded_before_it_is_confirmed(live: Live) -> None:
    (ref,) = several(live, 1, declined=False)
    step(live, "records", ref, "offer_return")
    step(live, "imb-records", ref, "answer_return", answer="accepted", reason="We want it.")
    shown = Visitor(live, "imb-records").get(f"/disposals/{ref}")
    assert shown.index("Download the package") < shown.index("Confirm that you have it back")
