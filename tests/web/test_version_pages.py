"""A change to the agreement through its pages and the API: proposed, seen, assessed, signed, in force everywhere."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from time import process_time

import pytest
from playwright.sync_api import Page
from shell_house import serving

from app.bootstrap import house as houses
from app.bootstrap import logbook, sweeps
from app.bootstrap.house import started
from app.web.version_view import lines
from tests.house import CONSOLE, POLICIES, Live, _join
from tests.web import browsing
from tests.web.record_pages import Visitor, words

FILE = (POLICIES / "agreements" / "hmip-imb.toml").read_text("utf-8")
ALL = "/agreements/hmip-imb/versions"
MORE = {
    "chief": ("hmip", "hmip-chief-inspector"),
    "gil": ("imb", "imb-compliance-officer"),
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("versions") / "state")
    for key, (party, role) in MORE.items():
        made.ids[key], made.secrets[key] = _join(made.house, key, party, role, "")
    yield made
    made.close()


def newest(live: Live) -> int:
    with live.house.work() as work:
        return work.agreements.of("hmip-imb")[-1].version


def next_text(live: Live, days: int = 30, **changed: str) -> str:
    """The shipped file as the next version, in force some days from now."""
    day = (live.now + timedelta(days=days)).date()
    text = FILE.replace("\nversion = 1\n", f"\nversion = {newest(live) + 1}\n")
    text = text.replace("\nin_force = 2024-09-17\n", f"\nin_force = {day}\n")
    for was, now in changed.items():
        assert was in text
        text = text.replace(was, now)
    return text


MONTHLY = {'every = { months = 3, source = "clause" }': 'every = { months = 1, source = "clause" }'}


def test_a_file_with_a_line_put_in_after_each_is_shown_at_once() -> None:
    """It took half a minute for whoever opened the page, and anybody who may propose could bring that about."""
    after = "".join(line + "#\n" * 30 for line in FILE.splitlines(keepends=True)) + "# the last\n"
    began = process_time()
    found = lines(FILE, after.replace("version = 1\n", "version = 2\n"))
    assert process_time() - began < 2
    assert found[:2] == ["-version = 1", "+#"]
    shown = lines(FILE, FILE.replace("version = 1\n", "version = 2\n"))
    assert [each for each in shown if each[0] in "+-"] == ["--- before", "+++ after", "-version = 1", "+version = 2"]


def proposed(live: Live, text: str = "", key: str = "compliance") -> str:
    body = {"file": text or next_text(live, **MONTHLY), "reason": "Meet every month."}
    return str(live.api(key).ok("POST", ALL, body)["id"])


def signed(live: Live, text: str = "") -> str:
    found = proposed(live, text)
    api = f"/agreement-versions/{found}"
    live.api("gil").ok("POST", f"{api}/assess", {"decision": "not-needed", "reason": "Nothing more is processed."})
    for key in ("national", "chief"):
        live.api(key).ok("POST", f"{api}/sign", {"sha256": live.api(key).ok("GET", api)["sha256"]})
    return found


def test_a_change_goes_its_way_through_the_pages_and_every_process_follows_without_a_restart(live: Live) -> None:
    sweeps.attend(live.house)  # the quarterly meeting is owed under version 1
    other = houses.build(live.house.settings)  # another worker, started before
    officer = Visitor(live, "compliance")
    assert "Versions, and changes proposed" in officer.get("/agreements/hmip-imb")
    assert "Nothing was proposed here yet" in officer.get(ALL)
    file = (io.BytesIO(next_text(live, **MONTHLY).encode()), "next.toml")
    answer = officer.post(f"{ALL}/propose", file=file, reason="Meet every month.")
    place = str(answer.location)
    shown = officer.get(place)
    assert "every 3 months, counted from the last" in shown
    assert "every 1 month, counted from the last" in shown
    assert "Owed now" in shown
    assert "keeps version 1" in shown
    assert "Not decided: nobody can sign before it is" in shown
    chair = Visitor(live, "national")
    assert "You cannot sign it" in chair.get(f"{place}/sign")
    assess = Visitor(live, "gil")
    assess.post(f"{place}/assess", decision="not-needed", reason="Nothing more is processed.")
    chair.post(f"{place}/sign", read="y")
    assert "Signed for IMB" in chair.get(place)
    chief = Visitor(live, "chief")
    chief.post(f"{place}/sign", read="y")
    assert "Signed by all" in chief.get(place)
    with other.work() as work:
        assert [a.version for a in work.agreements.of("hmip-imb")] == [1, 2]
        assert work.agreed.agreement("hmip-imb", work.now).version == 1
    live.later(days=31)
    with other.work() as work:
        assert work.agreed.agreement("hmip-imb", work.now).version == 2
    officer = Visitor(live, "compliance")
    assert "version 2, in force since" in officer.get("/agreements/hmip-imb")
    assert "Every 1 month" in officer.get("/agreements/hmip-imb/duties/M15")
    started(other)
    other.engine.dispose()
    assert logbook.verify(live.house, CONSOLE).faults == ()


def test_each_fault_of_a_file_stands_in_the_summary_and_nothing_is_kept(live: Live) -> None:
    officer = Visitor(live, "compliance")
    bad = next_text(live, **{"months = 3": "months = 0", 'home = "context"': 'home = "contxt"'})
    answer = officer.post(f"{ALL}/propose", status=422, text=bad, reason="x")
    said = words(answer.text)
    assert "every.months: must be at least 1" in said
    assert "home: must be one of" in said
    answer = officer.post(f"{ALL}/propose", status=422, reason="x")
    assert "The file is empty" in words(answer.text)
    answer = officer.post(f"{ALL}/propose", status=422, file=(io.BytesIO(b"\xff" * 10), "x.toml"), reason="x")
    assert "is not UTF-8" in words(answer.text)
    answer = officer.post(f"{ALL}/propose", status=422, file=(io.BytesIO(b"#" * 300_000), "x.toml"), reason="x")
    assert "is longer than 256 KiB" in words(answer.text)


def test_who_may_not_is_told_why_and_sees_the_difference_all_the_same(live: Live) -> None:
    found = proposed(live)
    chair = Visitor(live, "chair")
    assert "You cannot do this" in chair.get(f"{ALL}/propose")
    shown = chair.get(f"/agreements/versions/{found}")
    assert "What it changes" in shown
    assert "What it would do to what is open" not in shown
    assert chair.post(f"/agreements/versions/{found}/decline", status=403, page="/account", reason="x")
    assert "Withdraw it" in Visitor(live, "compliance").get(f"/agreements/versions/{found}")
    Visitor(live, "compliance").post(f"/agreements/versions/{found}/withdraw", reason="Not now.")
    assert "Withdrawn" in chair.get(f"/agreements/versions/{found}")
    assert chair.raw("/agreements/versions/none").status_code == 404
    assert chair.raw(f"{ALL}/99.toml").status_code == 404


def test_the_api_says_the_same_and_refuses_by_kind(live: Live) -> None:
    api = live.api("compliance")
    text = next_text(live, **{"months = 3": "months = 2"})
    found = proposed(live, text)
    seen = api.ok("GET", f"/agreement-versions/{found}")
    assert [each["fate"] for each in seen["dry_run"]["duties"]] == ["changes"]
    assert live.api("chair").ok("GET", f"/agreement-versions/{found}")["dry_run"] is None
    assert api.get(f"/agreement-versions/{found}/file").text == text
    assert live.api("national").post(f"/agreement-versions/{found}/sign", {"sha256": "0" * 64}).status_code == 403
    faulty = api.post(ALL, {"file": 'id = "x"', "reason": "x"})
    assert faulty.status_code == 400
    assert "version" in faulty.json["errors"]
    assert api.post(ALL, {"file": "\ud800", "reason": "x"}).status_code == 400
    listed = api.ok("GET", ALL)
    assert [each["version"] for each in listed["versions"]] == [1, 2]
    assert listed["proposals"][0]["id"] == found
    live.api("chief").ok("POST", f"/agreement-versions/{found}/decline", {"reason": "Not now."})


def test_a_file_that_comes_later_for_a_day_or_number_signed_here_is_told_at_the_start(live: Live) -> None:
    with live.house.work() as work:
        (_, two) = work.agreements.of("hmip-imb")
    assert two.version == 2
    house = houses.build(live.house.settings)
    started(house)
    object.__setattr__(house.policies, "agreements", house.policies.agreements.plus([_later(two.in_force)]))
    with pytest.raises(Exception, match="overlaps"):
        started(house)
    house.engine.dispose()


def _later(day: object) -> object:
    from dataclasses import replace
    from datetime import date

    from app.bootstrap import policies

    assert isinstance(day, date)
    assert not isinstance(day, datetime)
    (one,) = policies.load(POLICIES).agreements.versions
    return replace(one, version=9, in_force=day, digest="another")


@pytest.mark.parametrize("script", ["js"], indirect=True)
def test_the_pages_in_a_browser(live: Live, page: Page, script: bool, axe: Callable[[Page], None]) -> None:
    found = proposed(live, next_text(live, **MONTHLY))
    checked = axe if script else None
    with serving(live.app) as url:
        browsing.sign_in(page, url, live, "gil")
        for path in (ALL, f"{ALL}/propose", f"/agreements/versions/{found}", f"/agreements/versions/{found}/assess"):
            browsing.look(page, f"{url}{path}", checked)
        page.click("button:has-text('Record the decision')")
        assert page.title().startswith("Error: ")
        browsing.links_lead_to_fields(page, script)
        page.check("input[value='not-needed']")
        page.fill("textarea[name='reason']", "Nothing more is processed.")
        page.click("button:has-text('Record the decision')")
        assert "Impact assessment: not needed" in page.inner_text("main")
        browsing.sign_in(page, url, live, "national")
        browsing.look(page, f"{url}/agreements/versions/{found}/sign", checked)
        page.click("button:has-text('Sign this version')")
        assert page.title().startswith("Error: ")
        page.check("input[name='read']")
        page.click("button:has-text('Sign this version')")
        assert "waits for the other" in page.inner_text("body")


def test_what_a_version_ended_while_it_was_owed_is_listed_until_it_is_met(live: Live) -> None:
    sweeps.attend(live.house)
    assert "Ended, and still owed" not in Visitor(live, "chair").get(ALL)
    text = next_text(live, days=40)
    part = text[(start := text.index('number = "M15"')) : text.index("[[duty]]", start)]
    ended = "".join(line for line in part.splitlines(keepends=True) if not line.startswith("every ="))
    ended = ended[: ended.index("escalate =")].replace('home = "tracked"', 'home = "recorded"') + "\n"
    signed(live, text.replace(part, ended))
    live.later(days=41)
    shown = Visitor(live, "chair").get(ALL)
    assert "Ended, and still owed" in shown
    assert "M15" in shown
    (left,) = live.api("staff").ok("GET", ALL)["left"]
    assert (left["number"], left["version"], left["open"]) == ("M15", newest(live) - 1, 1)
