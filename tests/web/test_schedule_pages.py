"""Schedules by pages and API: one proposes, another looks and approves; of a bad table nothing is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page
from shell_house import serving

from app.bootstrap import sweeps
from foundation.calendar import london_date
from tests.house import Live
from tests.web import browsing
from tests.web.record_pages import Visitor, by, closed_item, cooling_item, hidden, state_of, words

AUTHORITY = "Invented sample schedule 7"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("schedules") / "state")
    yield made
    made.close()


def table(live: Live, months: int) -> str:
    """The schedule in force, with a period for intelligence."""
    text = Visitor(live, "imb-records").raw("/schedules/imb.csv").text.removeprefix("\ufeff")
    rows = [
        line.replace("first,,,review", f"first,{months},,destroy").removesuffix("no") + "yes"
        if line.startswith("intelligence,")
        else line
        for line in text.splitlines()
    ]
    return "\r\n".join(rows) + "\r\n"


def begins(live: Live, days: int) -> Any:
    with live.house.work() as work:
        return london_date(work.now) + timedelta(days=days)


def sent(visitor: Visitor, data: bytes, status: int, day: Any, **changed: str) -> Any:
    form = {**hidden(visitor.client.get("/schedules/propose").text), "authority": AUTHORITY, "applies": "live",
            "reason": "A source was found.", **changed}  # fmt: skip
    # As a browser sends it; the test client's own form would spool a large file to the disk.
    fields = [*form.items(), *(("effective_from", str(part)) for part in (day.day, day.month, day.year))]
    body = b"".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields
    )
    body += b'--b\r\nContent-Disposition: form-data; name="table"; filename="schedule.csv"\r\n\r\n' + data + b"\r\n"
    answer = visitor.client.post(
        "/schedules/propose", data=body + b"--b--\r\n", content_type="multipart/form-data; boundary=b", buffered=True
    )
    assert answer.status_code == status, words(answer.text)[:900]
    return answer


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("first,4,", "first,-4,"), "Line 4, period_months"),
        (lambda text: text.replace("verified", "sure", 1), "Column “verified” is missing"),
        (lambda text: "", "is missing"),
        (lambda text: text + "x" * (1 << 20), "over 512 KiB"),
    ],
)
def test_each_fault_of_a_table_is_told_on_the_page_and_nothing_is_taken(
    live: Live, change: Callable[[str], str], said: str
) -> None:
    reviewer = Visitor(live, "imb-records")
    data = change(table(live, 4)).encode()
    before = len(live.api("imb-records").ok("GET", "/schedule-versions")["items"])
    answer = sent(reviewer, data, 422, begins(live, 5))
    assert said.lower() in words(answer.text).lower()
    assert len(live.api("imb-records").ok("GET", "/schedule-versions")["items"]) == before


def test_the_api_proposes_shows_rejects_and_refuses_by_line_and_column(live: Live) -> None:
    closed_item(live)
    api, day = live.api("imb-records"), begins(live, 9).isoformat()
    body = {"table": table(live, 6), "authority": AUTHORITY, "effective_from": day, "reason": "A source."}
    bad = api.post("/schedules/imb/versions", {**body, "table": body["table"].replace("first,6,", "first,x,")})
    assert bad.status_code == 400
    assert bad.json["code"] == "retention.schedule-faulty"
    assert any("period_months" in name for name in bad.json["errors"])
    assert api.post("/schedules/hmip/versions", body).status_code == 403
    made = api.ok("POST", "/schedules/imb/versions", body)
    seen = api.ok("GET", f"/schedule-versions/{made['id']}")
    assert {"code", "what", "before", "after"} == set(seen["changes"][0])
    assert seen["dry_run"]["total"]["cases"] >= 1
    assert api.post(f"/schedule-versions/{made['id']}/approve").status_code == 403
    done = live.api("imb-owner").ok("POST", f"/schedule-versions/{made['id']}/reject", {"reason": "Not yet."})
    assert done["state"] == "rejected"


def test_a_closed_item_is_reopened_until_its_destruction_is_approved(live: Live) -> None:
    ref = closed_item(live)
    officer = Visitor(live, "officer")
    officer.post(f"/items/{ref}/reopen", reason="Something else has come in.")
    assert state_of(live, ref).state == "stopped"
    assert "Stopped: the item was reopened" in Visitor(live, "imb-records").get(f"/disposals/{ref}")
    officer.post(f"/items/{ref}/close", outcome="Settled.")
    assert state_of(live, ref).state in ("running", "no-period")
    approved = cooling_item(live)
    refused = live.api("officer").post(f"/items/{approved}/reopen", {"reason": "x"})
    assert refused.status_code == 403
    assert "must be withdrawn" in refused.text


@pytest.mark.parametrize("key", ["staff", "officer", "admin", "operator"])
def test_nobody_without_the_duty_sees_schedules(live: Live, key: str) -> None:
    visitor = Visitor(live, key)
    for path in ("/schedules", "/schedules/imb.csv", "/schedules/propose"):
        visitor.get(path, 403)


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with serving(live.app) as found:
        yield found


def test_the_pages_of_schedules_are_accessible_and_work_with_and_without_script(
    page: Page, url: str, live: Live, axe: Callable[[Page], None], script: bool
) -> None:
    data, day = table(live, 12).encode(), begins(live, 30 if script else 31)

    def propose(work: Any) -> str:
        given = {"authority": AUTHORITY, "effective_from": day, "applies": "live", "reason": "A source."}
        return str(work.scheduling.propose("imb", table=data, **given, actor=work.actor, now=work.now).id)

    closed_item(live)
    at = f"/schedules/versions/{by(live, 'imb-records', propose)}"
    checked = axe if script else None
    browsing.sign_in(page, url, live, "imb-records")
    for path in ("/schedules", "/schedules/propose", at):
        browsing.look(page, url + path, checked)
    page.goto(f"{url}/schedules/propose")
    page.click("button:has-text('Propose this version')")
    assert page.title().startswith("Error: ")
    browsing.seen(page, checked)
    browsing.sign_in(page, url, live, "imb-owner")
    browsing.look(page, f"{url}{at}/approve", checked)
    browsing.look(page, f"{url}{at}/reject", checked)
    page.goto(f"{url}{at}/approve")
    page.click("button:has-text('Approve this version')")
    assert "The version is approved" in page.inner_text("main")


def test_a_version_is_proposed_looked_at_approved_and_applied(live: Live) -> None:
    ref = closed_item(live)
    day = begins(live, 40)
    reviewer = Visitor(live, "imb-records")
    at = sent(reviewer, table(live, 3).encode(), 303, day).location
    shown = reviewer.get(at)
    assert "None: a person confirms it" not in shown
    assert "3 months" in shown
    assert "First date" in shown
    assert ref in reviewer.raw(f"{at}/dry-run.csv").text
    assert "You proposed this version" in reviewer.get(f"{at}/approve")
    assert state_of(live, ref).state == "no-period", "nothing changes by proposing"
    approver = Visitor(live, "imb-owner")
    assert AUTHORITY in approver.get(f"{at}/approve")
    approver.post(f"{at}/approve")
    live.later(days=40)
    sweeps.dispose(live.house)
    case = state_of(live, ref)
    assert (case.state, case.period_months) == ("running", 3)
    page = Visitor(live, "imb-records").get(f"/disposals/{ref}")
    assert f"By version {case.schedule_version} of the schedule of" in page
    assert f"Version 1 → {case.schedule_version}" in page
