"""Batches, returns and the disposal day through their pages: by hand from due to approved, with script and without."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page
from shell_house import serving

from app.bootstrap import sweeps
from tests.house import Live
from tests.web import browsing
from tests.web.record_pages import Visitor, closed_item, due_item, hidden, returnless, state_of, step, words


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("batches") / "state")
    yield made
    made.close()


def several(live: Live, number: int, *, declined: bool = True) -> list[str]:
    references = [closed_item(live) for _ in range(number)]
    for ref in references:
        step(live, "imb-records", ref, "confirm_period", months=1, authority="Schedule 7, paragraph 3")
    live.later(days=32)
    sweeps.dispose(live.house)
    for ref in references if declined else ():
        returnless(live, ref)
    return references


def opened(person: Visitor, live: Live, ref: str) -> str:
    """The address of a batch of everything of that item's class."""
    answer = person.post("/disposals/batches/new", retention_class=state_of(live, ref).retention_class)
    return str(answer.headers["Location"])


def propose(person: Visitor, at: str, status: int = 303, **fields: object) -> str:
    answer = person.client.post(f"{at}/propose", data={**hidden(person.client.get(at).text), **fields}, buffered=True)
    assert answer.status_code == status, words(answer.text)[:900]
    return words(answer.text)


def test_a_batch_by_hand_with_what_is_refused_said_item_by_item(live: Live) -> None:
    good, other = several(live, 2)
    (unanswered,) = several(live, 1, declined=False)
    reviewer = Visitor(live, "imb-records")
    assert "Due and ready for review" in reviewer.get("/disposals/day")
    at = opened(reviewer, live, good)
    shown = reviewer.get(at)
    assert all(ref in shown for ref in (good, other, unanswered))
    assert "Tick at least one item" in propose(reviewer, at, 422, which="ticked", proposal="keep", reason="x")
    assert "Enter the reason" in propose(reviewer, at, 422, which="rest", proposal="keep", reason="")
    said = propose(reviewer, at, 200, which="rest", proposal="destroy", reason="Nobody needs them.")
    assert "1 item was refused" in said
    assert f"{unanswered} The item must first be offered back to its source." in said
    propose(reviewer, at, 303, which="ticked", items=[other], proposal="keep", reason="Of interest.")
    asked = reviewer.get(f"{at}/submit")
    assert "1 item is destroyed after the cooling-off" in asked
    assert "Nothing was proposed for 1 item" in asked
    reviewer.post(f"{at}/submit")
    assert "You cannot do this now" in reviewer.get(f"{at}/approve")
    reviewer.post(f"{at}/submit", 403)

    approver = Visitor(live, "imb-owner")
    assert "1 batch waits for approval" in approver.get("/disposals/day")
    step(live, "records", other, "place_hold", reason="An inquest.", issuer="The coroner")
    asked = approver.get(f"{at}/approve")
    assert f"{good} : Intelligence, Leeds (HMP), due" in asked
    assert "Nobody needs them." in asked
    assert f"1 item will be left out and due again {other}: a hold stands on it" in asked
    approver.post(f"{at}/approve")
    after = approver.get(at)
    assert "1 item approved, 1 left out: each is named below with why." in after
    assert f"{other} Left out Something changed since the review." in after
    assert "A hold stands on this item." in after
    assert f"{unanswered} Left out Nothing was proposed for it." in after
    assert [state_of(live, ref).state for ref in (good, other, unanswered)] == ["cooling-off", "due", "due"]
    assert "Approved" in approver.get("/disposals/batches?state=approved&body=imb")


def test_an_approver_who_saw_something_else_is_shown_it_again(live: Live) -> None:
    one, two = several(live, 2)
    reviewer, approver = Visitor(live, "imb-records"), Visitor(live, "imb-owner")
    at = opened(reviewer, live, one)
    propose(reviewer, at, 303, which="ticked", items=[one, two], proposal="keep", reason="Of interest.")
    reviewer.post(f"{at}/submit")
    asked = approver.client.get(f"{at}/approve").text
    approver.post(f"{at}/send-back", 422, which="ticked", reason="Look again.")
    approver.post(f"{at}/send-back", which="ticked", items=[one], reason="Look again.")
    late = approver.client.post(f"{at}/approve", data=hidden(asked))
    assert late.status_code == 409
    assert "Look at what is in it now" in words(late.text)
    assert state_of(live, two).state == "reviewed"
    approver.post(f"{at}/approve")
    assert (state_of(live, one).state, state_of(live, two).state) == ("due", "kept")
    assert f"{one} Sent back Look again." in approver.get(at)


def test_a_batch_is_given_up_and_one_sent_back_whole(live: Live) -> None:
    (ref,) = several(live, 1)
    reviewer = Visitor(live, "imb-records")
    at = opened(reviewer, live, ref)
    assert "is in batch" in reviewer.get(f"/disposals/{ref}")
    reviewer.post(f"{at}/close", 422, reason="")
    reviewer.post(f"{at}/close", reason="Wrong class.")
    assert "Wrong class." in reviewer.get(at)
    again = opened(reviewer, live, ref)
    propose(reviewer, again, 303, which="rest", proposal="keep", reason="x")
    reviewer.post(f"{again}/submit")
    Visitor(live, "imb-owner").post(f"{again}/send-back", which="all", reason="Not now.")
    assert state_of(live, ref).state == "due"


@pytest.mark.parametrize("who", ["records", "imb-owner", "compliance"])
def test_whoever_may_not_open_one_is_told_why(live: Live, who: str) -> None:
    person = Visitor(live, who)
    assert "Open a batch" in person.get("/disposals/batches/new")
    if who != "records":  # a reviewer of the other body opens one of its own
        assert "You cannot do this now" in person.get("/disposals/batches/new")
        assert "/disposals/batches/new" not in person.raw("/disposals/batches").text


def test_returns_of_many_and_the_package(live: Live) -> None:
    one, two = several(live, 2, declined=False)
    holder, source = Visitor(live, "records"), Visitor(live, "imb-records")

    def send(person: Visitor, to: str, status: int = 303, **fields: object) -> str:
        held = hidden(person.client.get("/disposals/returns").text)
        answer = person.client.post(f"/disposals/returns/{to}", data={**held, **fields}, buffered=True)
        assert answer.status_code == status, words(answer.text)[:600]
        return words(answer.text)

    assert one in holder.get("/disposals/returns")
    assert "Tick at least one item" in send(holder, "offers", 422)
    send(holder, "offers", items=[one, two])
    assert "1 item was refused" in send(holder, "offers", 200, items=[one])
    assert "Enter the reason" in send(source, "answers", 422, items=[one], answer="accepted", reason="")
    send(source, "answers", items=[one], answer="accepted", reason="We want it.")
    send(source, "answers", items=[two], answer="declined", reason="We have it.")
    assert [state_of(live, ref).return_state for ref in (one, two)] == ["accepted", "declined"]

    assert "Download the package" not in holder.get(f"/disposals/{one}")
    shown = source.client.get(f"/disposals/{one}").text
    assert "Download the package of this item" in shown
    source.post(f"/disposals/{one}/record-return", 403, manner="package")
    form = shown[shown.index("return-package") :]
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token
    for _ in range(2):  # a connection breaks, and the button is pressed again on the same page
        data = {"csrf_token": token[1]}
        answer = source.client.post(f"/disposals/{one}/return-package", data=data, buffered=True)
        assert answer.status_code == 200, words(answer.text)[:400]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.namelist() == ["manifest.json", "item.json"]
    source.post(f"/disposals/{one}/record-return", manner="package")
    assert "from that package" in source.get(f"/disposals/{one}")


def test_the_day_names_what_is_late_first_and_what_was_reminded_of(live: Live) -> None:
    (ref,) = several(live, 1)
    step(live, "imb-records", ref, "place_hold", reason="A claim.", issuer="A court")
    (late,) = several(live, 1)
    live.later(days=200)
    sweeps.dispose(live.house)
    said = Visitor(live, "imb-records").get("/disposals/day")
    assert said.index("late") < said.index("Batches under way")
    assert "not disposed of yet" in said
    assert "A hold should be looked at again since" in said
    assert late in said
    assert "1 hold" in said


def test_a_reviewer_and_an_approver_find_the_day_at_home(live: Live) -> None:
    for who in ("imb-records", "imb-owner", "records", "owner"):
        assert "/disposals/day" in Visitor(live, who).raw("/").text, who


def test_failed_destructions_are_at_the_top_of_the_day(live: Live) -> None:
    ref = due_item(live)
    returnless(live, ref)
    step(live, "imb-records", ref, "review", proposal="destroy", reason="Old.")
    step(live, "imb-owner", ref, "approve")
    live.later(days=15)
    item = state_of(live, ref).item
    with live.house.work() as work:
        work.retention.sweep(actor=work.actor, now=work.now)
        work.retention.record_failure(item, cause="vault.storage-failed", actor=work.actor, now=work.now)
    said = Visitor(live, "imb-owner").get("/disposals/day")
    assert said.index("A destruction has failed") < said.index("What waits")
    assert f"{ref} : 1 time" in said
    sweeps.dispose(live.house)


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with serving(live.app) as found:
        yield found


def test_a_batch_is_taken_through_by_hand_in_a_browser(
    page: Page, url: str, live: Live, axe: Callable[[Page], None], script: bool
) -> None:
    checked = axe if script else None
    one, two, three = several(live, 3)
    step(live, "imb-records", three, "place_hold", reason="A claim.", issuer="A court")
    browsing.sign_in(page, url, live, "imb-records")
    page.goto(f"{url}/disposals/day")
    browsing.seen(page, checked)
    page.click("text=Due and ready for review")
    browsing.seen(page, checked)
    page.click("button:has-text('Open this batch')")
    assert page.title().startswith("Error: ")
    browsing.seen(page, checked)
    page.select_option("#retention_class", state_of(live, one).retention_class)
    page.click("button:has-text('Open this batch')")
    browsing.seen(page, checked)
    at = page.url
    assert "Left out" in page.inner_text("main")
    page.click("button:has-text('Propose this')")
    assert page.title().startswith("Error: ")
    browsing.links_lead_to_fields(page, script)
    browsing.seen(page, checked)
    page.check(f"input[name=items][value={one}]")
    page.check("input[name=which][value=ticked]")
    page.check("input[name=proposal][value=destroy]")
    page.fill("#reason", "Nobody needs it.")
    page.click("button:has-text('Propose this')")
    page.check("input[name=which][value=rest]")
    page.check("input[name=proposal][value=keep]")
    page.fill("#reason", "Of interest for the history of the wing.")
    page.click("button:has-text('Propose this')")
    browsing.seen(page, checked)
    page.click("text=Submit this batch")
    browsing.seen(page, checked)
    page.click("button:has-text('Submit this batch')")
    assert "The batch waits for its approval" in page.inner_text("main")
    assert "Why you cannot decide on it" in page.inner_text("main")
    browsing.seen(page, checked)

    browsing.sign_in(page, url, live, "imb-owner")
    browsing.seen(page, checked)
    page.goto(at)
    page.click("text=Decide on this batch")
    assert f"{one}: Intelligence, Leeds (HMP), due" in page.inner_text("main")
    browsing.seen(page, checked)
    page.click("text=Send the batch, or single items")
    browsing.seen(page, checked)
    page.goto(f"{at}/approve")
    page.click("button:has-text('Approve this batch')")
    assert "approved." in page.inner_text("main")
    browsing.seen(page, checked)
    assert (state_of(live, one).state, state_of(live, two).state) == ("cooling-off", "kept")
    assert state_of(live, three).state == "due"
    browsing.look(page, f"{url}/disposals/batches", checked)
    browsing.look(page, f"{url}/disposals/returns", checked)
