"""Holds through their pages: placed step by step, looked after, decided on, lifted; with script and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page
from shell_house import serving

from app.bootstrap import sweeps
from retention.model.hold import Hold
from tests.house import Live
from tests.web import browsing
from tests.web.record_pages import Visitor, acts, closed_item, cooling_item, hidden, in_days, state_of, step, words

WHY = {"occasion": "inquiry", "issuer": "The inquiry", "reason": "It asked for everything."}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("holds") / "state")
    yield made
    made.close()


def on(person: Visitor, text: str, status: int = 200, path: str = "/holds/new", **fields: object) -> str:
    """Send the form on the page just shown (its last one, with what it carries) and get the next."""
    answer = person.client.post(path, data={**hidden(text.rpartition("<form")[2]), **fields}, buffered=True)
    assert answer.status_code == status, f"{answer.status_code} {words(answer.text)[:900]}"
    return str(answer.text)


def placed(live: Live) -> Hold:
    with live.house.work() as work:
        return max((row.hold for row in work.holds.holds()), key=lambda hold: hold.id)


def place(live: Live, person: Visitor, **scope: object) -> Hold:
    first = person.client.get("/holds/new").text
    preview = on(person, main(first), **scope)
    check = on(person, main_form(preview, "Continue"), **WHY)
    on(person, main_form(check, "Place this hold"), 303)
    return placed(live)


def main(text: str) -> str:
    return text.partition("<main")[2].partition("</main")[0].partition("</form>")[0]


def main_form(text: str, button: str) -> str:
    """The form with this button."""
    forms = [each for each in text.split("<form")[1:] if button in each.partition("</form>")[0]]
    return "<form" + forms[-1].partition("</form>")[0]


def test_a_hold_is_placed_step_by_step_after_seeing_what_it_catches(live: Live) -> None:
    cooling, closed = cooling_item(live), closed_item(live)
    person = Visitor(live, "imb-records")
    first = person.client.get("/holds/new").text
    preview = on(person, main(first), people="a1234bc\nJoan Smith")
    said = words(preview)
    assert "About: prison-number: a1234bc; name: Joan Smith" in said
    assert "1 item is approved for destruction and cooling off" in said
    assert closed in said
    assert not state_of(live, closed).held
    assert "Enter who asked for the hold" in words(on(person, main_form(preview, "Continue"), 422))
    check = on(person, main_form(preview, "Continue"), **WHY)
    assert "1 approval to destroy will be taken back" in words(check)
    file = person.client.post("/holds/new.csv", data=hidden(main_form(preview, "Save all as CSV")))
    assert file.headers["Content-Type"].startswith("text/csv")
    assert {cooling, closed} <= {line.partition(",")[0] for line in file.text.splitlines()}
    on(person, main_form(check, "Place this hold"), 303)
    hold = placed(live)
    assert (state_of(live, cooling).state, state_of(live, closed).held) == ("due", True)
    shown = person.get(f"/holds/{hold.id}")
    assert "Joan Smith" in shown
    assert "The hold is placed" in shown
    other = Visitor(live, "records").get(f"/holds/{hold.id}")
    assert "Joan" not in other
    assert "2 names or numbers" in other
    assert "Lift this hold" not in other
    later = closed_item(live)
    sweeps.dispose(live.house)
    assert state_of(live, later).held
    person.post(f"/holds/{hold.id}/lift", reason="It reported.")
    assert not state_of(live, later).held


def test_what_was_named_is_changed_without_typing_it_again(live: Live) -> None:
    person = Visitor(live, "imb-records")
    preview = on(person, main(person.client.get("/holds/new").text), establishments=["LEI"], words="About a fire.",
                 since=["1", "2", "2020"])  # fmt: skip
    again = on(person, main_form(preview, "Change what it names"))
    assert "About a fire." in again
    assert 'value="LEI" checked' in " ".join(again.split())
    assert 'value="2020"' in again


@pytest.mark.parametrize(("given", "said"), [
    ({}, "Say what the hold catches"),
    ({"people": "A1234B"}, "a line has figures and is no prison number"),
    ({"references": "IMB-1999-00001"}, "No retention clock runs for IMB-1999-00001"),
    ({"since": ["31", "2", "2026"]}, "must be a real date"),
])  # fmt: skip
def test_a_scope_that_cannot_be_used_is_said_on_its_page(live: Live, given: dict[str, object], said: str) -> None:
    person = Visitor(live, "imb-records")
    assert said in words(on(person, main(person.client.get("/holds/new").text), 422, **given))


def test_what_somebody_else_wrote_or_nobody_begins_again(live: Live) -> None:
    one, other = Visitor(live, "imb-records"), Visitor(live, "records")
    preview = on(one, main(one.client.get("/holds/new").text), establishments=["LEI"])
    theirs = hidden(main_form(preview, "Continue"))
    token = hidden(main(other.client.get("/holds/new").text))["csrf_token"]
    for draft in (theirs["draft"], "nonsense", ""):
        answer = other.client.post("/holds/new", data={"csrf_token": token, "stage": "place", "draft": draft})
        assert "What must be held?" in words(answer.text)
    assert acts(live, 1)[0][0] != "retention.hold-placed"


def test_a_hold_is_looked_after_page_by_page(live: Live) -> None:
    ref = closed_item(live)
    person = Visitor(live, "imb-records")
    hold = place(live, person, references=ref.lower(), words="About children.")
    at = f"/holds/{hold.id}"
    assert "Held until somebody has looked" in person.get(at)
    assert ref in person.get(f"{at}/decide")
    person.post(f"{at}/decide", references=f"{ref}\nIMB-1999-00001", fits="no", reason="About post.")
    page = person.get(at)
    assert "IMB-1999-00001: no retention clock runs for it" in page
    assert "Let go: somebody said that the words do not fit" in page
    assert not state_of(live, ref).held
    day = in_days(live, 300)
    person.post(f"{at}/renew", 422, reason="x")
    person.post(f"{at}/renew", reason="It sits.", review_on=[day["day"], day["month"], day["year"]])
    assert "A hold was looked at again and stays" in person.get(at)
    person.post(f"{at}/owner", 422, owner="", reason="x")
    assert "imb-records".replace("-", " ").split()[0] in person.get("/holds").lower()
    live.later(days=301)
    person = Visitor(live, "imb-records")
    assert "should be looked at again" in person.get("/holds?state=overdue")
    assert "its date is past" in person.get(at)
    assert "The inquiry" not in Visitor(live, "imb-records").get("/holds?occasion=police")
    assert "You cannot do this" in Visitor(live, "records").get(f"{at}/lift")
    Visitor(live, "records").post(f"{at}/lift", 403, reason="x")
    person.post(f"{at}/lift", reason="Over.")
    for gone in ("lift", "renew", "owner", "decide"):
        person.get(f"{at}/{gone}", 404)
    assert "Lifted" in person.get(at)


@pytest.mark.parametrize("who", ["compliance", "imb-owner"])
def test_whoever_reads_disposals_sees_holds_and_places_none(live: Live, who: str) -> None:
    assert "Place a hold" not in Visitor(live, who).get("/holds").partition("Look at it")[0]
    person = Visitor(live, who)
    assert "You cannot place a hold" in person.get("/holds/new")
    on(person, main(person.client.get("/holds/new").text), 403, establishments=["LEI"])


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with serving(live.app) as found:
        yield found


def test_the_pages_of_holds_are_accessible_and_work_with_and_without_script(
    page: Page, url: str, live: Live, axe: Callable[[Page], None], script: bool
) -> None:
    ref = closed_item(live)
    checked = axe if script else None
    step(live, "imb-records", ref, "place_hold", reason="A claim.", issuer="A court")
    browsing.sign_in(page, url, live, "imb-records")
    browsing.look(page, f"{url}/holds", checked)
    page.click("text=Place a hold")
    browsing.seen(page, checked)
    page.click("button:has-text('Continue')")
    assert page.title().startswith("Error: ")
    page.check("input[value=LEI]")
    page.fill("#words", "About the care of children.")
    page.click("button:has-text('Continue')")
    browsing.seen(page, checked)
    page.click("button:has-text('Continue')")
    assert page.title().startswith("Error: ")
    browsing.seen(page, checked)
    browsing.links_lead_to_fields(page, script)
    page.check("input[value=inquiry]")
    page.fill("#issuer", "The inquiry")
    page.fill("#reason", "It asked for everything.")
    page.click("button:has-text('Continue')")
    browsing.seen(page, checked)
    page.click("button:has-text('Place this hold')")
    assert "The hold is placed" in page.inner_text("main")
    browsing.seen(page, checked)
    at = page.url
    for slug in ("decide", "renew", "owner", "lift"):
        browsing.look(page, f"{at}/{slug}", checked)
    browsing.look(page, f"{url}/disposals/{ref}", checked)
    browsing.look(page, f"{url}/disposals/{ref}/hold", checked)
