"""The audit log through its pages: looked at, filtered, verified, taken away; and who may."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page
from shell_house import serving

from app.bootstrap import logbook, sequencing
from app.bootstrap.duties import DutyRefused
from app.web.pages import audit_log
from audit.errors import LogUnavailable
from audit.tables import audit_entry
from audit.verify import verify_bundle, verify_checkpoint, verify_receipt
from foundation.actor import SERVICE
from tests import databases
from tests.house import Live
from tests.web import browsing
from tests.web.record_pages import Visitor, actor, acts, closed_item, words


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("audit") / "state")
    yield made
    made.close()


@pytest.fixture(scope="module")
def ref(live: Live) -> str:
    return closed_item(live)


@pytest.fixture
def reader(live: Live, ref: str) -> Visitor:
    return Visitor(live, "compliance")


def first_entry(reader: Visitor, query: str = "") -> str:
    found = reader.raw(f"/audit{query}").text.partition('href="/audit/0')[2]
    return "0" + found.partition('"')[0]


def test_the_list_says_who_did_what_to_which_item_and_records_the_look(live: Live, ref: str, reader: Visitor) -> None:
    page = reader.get(f"/audit?item={ref.lower()}&outcome=allowed")
    assert "Nothing more is owed on an item" in page
    assert "Officer" in page
    assert ref in page
    assert acts(live, 1) == [("audit.log-viewed", "allowed")]


def test_the_filters_find_by_act_person_and_dates(live: Live, ref: str, reader: Visitor) -> None:
    assert ref in reader.get("/audit?act=sharing.item-closed&person=officer")
    assert "No entry fits" in reader.get("/audit?act=sharing.item-closed&person=staff2@example.test")
    today, before = f"{live.now:%d/%m/%Y}", f"{live.now - timedelta(days=1):%d/%m/%Y}"  # it was closed before midnight
    assert ref in reader.get(f"/audit?act=sharing.item-closed&since={before}&until={today}")
    assert "No entry fits" in reader.get("/audit?act=sharing.item-closed&until=1/1/2020")
    assert "Remove this filter: 1/1/2020" in reader.get("/audit?until=1/1/2020")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("since=31/2/2026", "From must be a real date"),
        ("until=yesterday", "To must be a real date"),
        ("person=nobody-at-all", "Nobody is called like"),
        ("person=imb", "people are called like"),
        ("item=HMIP-1999-00001", "No item has the reference"),
        ("item=<b>x</b>", "No item has the reference"),
    ],
)
def test_a_filter_that_cannot_be_used_shows_nothing_and_says_why(reader: Visitor, query: str, said: str) -> None:
    page = reader.get(f"/audit?{query}")
    assert said in page
    assert "Entries, newest first" not in page


def test_pages_go_back_to_the_first_entry(reader: Visitor) -> None:
    text, seen = reader.raw("/audit").text, 1
    while 'rel="next"' in text:
        href = text.partition("govuk-pagination__next")[2].partition('href="')[2].partition('"')[0]
        text, seen = reader.raw(href.replace("&amp;", "&")).text, seen + 1
    assert seen > 1
    assert "entry 0" in words(text)


def test_one_entry_and_its_receipt_which_verifies_offline(live: Live, reader: Visitor) -> None:
    entry = first_entry(reader, "?act=sharing.item-closed")
    page = reader.get(f"/audit/{entry}")
    assert "Officer (HMIP)" in page
    assert "Retention class intelligence" in page
    file = reader.raw(f"/audit/{entry}.json")
    key = live.app.test_client().get("/audit/key").text.strip()
    report = verify_receipt(file.data, [key])
    assert report.ok, report.faults
    assert report.entry is not None
    assert report.entry["act"] == "sharing.item-closed"
    broken = file.data.replace(b"sharing.item-closed", b"sharing.item-opened")
    assert not verify_receipt(broken, [key]).ok


def test_the_whole_log_is_verified_and_that_is_recorded(live: Live, reader: Visitor) -> None:
    reader.post("/audit/verify", page="/audit")
    page = reader.get("/audit")
    assert "The whole log was verified" in page
    assert "The log holds" in page
    assert "by Compliance" in page
    assert ("audit.log-verified", "allowed") in acts(live)


def test_the_bundle_is_the_whole_log_and_nothing_of_it_stays_behind(
    live: Live, reader: Visitor, tmp_path: Path
) -> None:
    assert "who did what" in reader.get("/audit/export")
    answer = reader.post("/audit/export", 200)
    file = tmp_path / "log.zip"
    file.write_bytes(answer.data)
    key = live.app.test_client().get("/audit/key").text.strip()
    report = verify_bundle(file, [key])
    assert report.ok, report.faults
    assert report.unsigned == 0
    assert [name for name, _ in acts(live, 1)] == ["app.log-exported"]
    assert list((live.house.settings.state / "exports").iterdir()) == []


def bounds(data: bytes) -> tuple[int, int]:
    with ZipFile(io.BytesIO(data)) as found:
        told = json.loads(found.read("range"))
    return told["from"], told["to"]


def test_a_range_is_taken_by_numbers_the_last_included_and_by_days(live: Live, reader: Visitor, tmp_path: Path) -> None:
    answer = reader.post("/audit/export", 200, first="2", end="5")
    assert "-part.zip" in answer.headers["Content-Disposition"]
    file = tmp_path / "part.zip"
    file.write_bytes(answer.data)
    assert bounds(answer.data) == (2, 6)
    report = verify_bundle(file, [live.app.test_client().get("/audit/key").text.strip()])
    assert (report.faults, report.first, report.entries) == ((), 2, 4)
    entry = reader.raw(f"/audit/{first_entry(reader, '?act=app.log-exported')}.json").get_data(as_text=True)
    assert '\\"first\\":2' in entry
    assert '\\"end\\":6' in entry
    days = bounds(reader.post("/audit/export", 200, first="3", end=f"{live.now:%d/%m/%Y}").data)
    assert (days[0], days[1] > 6) == (3, True)
    assert bounds(reader.post("/audit/export", 200, end="2").data) == (0, 3)


@pytest.mark.parametrize(
    ("first", "end", "field", "said"),
    [
        ("yesterday", "", "first", "From entry must be the number of an entry, or a real date"),
        ("", "31/2/2026", "end", "To entry must be the number of an entry, or a real date"),
        ("999999", "", "first", "The log has"),
        ("", "999999", "end", "The log has"),
        ("5", "2", "end", "It must end after it begins"),
        ("1/1/2100", "", "first", "The log has no entry there"),
        ("", "1/1/1990", "end", "The log has no entry there"),
    ],
)
def test_a_range_that_is_none_is_said_at_its_field_and_nothing_is_taken(
    live: Live, reader: Visitor, first: str, end: str, field: str, said: str
) -> None:
    text = reader.post("/audit/export", 422, first=first, end=end).text
    assert "There is a problem" in words(text)
    assert said in words(text)
    assert f'href="#{field}"' in text
    assert ("app.log-exported", "allowed") not in acts(live, 1)


def test_others_write_while_the_log_is_verified_or_exported(live: Live) -> None:
    from app.bootstrap.engines import reading

    with reading(live.house.engine) as conn:
        before = conn.scalar(sa.select(sa.func.count()).select_from(audit_entry))
        with live.house.work(SERVICE) as work:
            logbook.announce_export(work)
        assert conn.scalar(sa.select(sa.func.count()).select_from(audit_entry)) == before


def test_what_a_process_that_died_left_of_an_export_is_removed(live: Live) -> None:
    import os

    left = live.house.settings.state / "exports" / "left"
    left.mkdir(parents=True, exist_ok=True)
    os.utime(left, (1, 1))
    with live.house.work(SERVICE) as work:
        logbook.announce_export(work)
    logbook.bundle(live.house).close()
    assert not left.exists()


def test_the_checkpoint_and_the_key_are_text(live: Live, reader: Visitor) -> None:
    with live.house.work(SERVICE) as work:
        work.checkpoints.current(now=work.now)
    note = reader.raw("/audit/checkpoint")
    assert note.content_type.startswith("text/plain")
    assert verify_checkpoint(note.data, [reader.raw("/audit/key").text.strip()]).ok


def test_the_csv_never_begins_a_cell_like_a_formula() -> None:
    from flask import Flask

    from app.web.spreadsheet import csv_file

    with Flask("x").test_request_context():
        text = csv_file("x", ["a"], [["=1+1"], ["@x"], ["-1"], ["fine"], [None]]).get_data(as_text=True)
    assert text.splitlines() == ["\ufeffa", "'=1+1", "'@x", "'-1", "fine", '""']


def test_the_csv_holds_the_filtered_entries(ref: str, reader: Visitor) -> None:
    rows = reader.raw("/audit.csv?act=sharing.item-closed").text.splitlines()
    assert len(rows) == 2
    assert ref in rows[1]


def test_the_csv_is_recorded_first_and_keeps_nobody_from_writing_while_it_goes_out(
    live: Live, reader: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "BATCH", 2)
    going = reader.client.get("/audit.csv", buffered=False)
    pieces = iter(going.response)
    assert "Entry" in str(next(pieces))
    assert acts(live, 1) == [("audit.log-viewed", "allowed")]  # another connection sees it before the file ends
    with live.house.work(SERVICE) as work:
        logbook.announce_export(work)
    rows = "".join(each.decode() for each in pieces).splitlines()
    numbers = [int(row.split(",")[0]) for row in rows]
    assert numbers == list(range(numbers[0], -1, -1))
    assert "app.log-exported" not in rows[0]
    going.close()


def test_the_csv_says_where_it_was_cut_off(reader: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "BATCH", 2)
    monkeypatch.setattr(audit_log, "MOST_CSV", 5)
    rows = reader.raw("/audit.csv").text.splitlines()
    assert len(rows) == 1 + 5 + 1
    assert "Filter the list for the others" in rows[-1]


def test_a_csv_that_cannot_be_recorded_is_not_served(
    live: Live, reader: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise LogUnavailable("The disk is full.")

    monkeypatch.setattr(audit_log.view, "note_view", full)
    answer = reader.raw("/audit.csv")
    assert answer.status_code == 503
    assert answer.content_type.startswith("text/html")


@pytest.mark.parametrize("key", ["staff", "officer", "imb-records", "imb-owner", "admin", "operator", "security"])
@pytest.mark.parametrize("path", ["/audit", "/audit.csv", "/audit/export"])
def test_nobody_without_the_duty_reads_the_log(live: Live, ref: str, key: str, path: str) -> None:
    page = VISITORS.setdefault(key, Visitor(live, key)).get(path, 403)
    assert ref not in page
    assert "Your duties do not include this" in page
    assert acts(live, 1) == [("app.refused", "refused")]


VISITORS: dict[str, Visitor] = {}


def test_a_post_without_the_duty_verifies_and_exports_nothing(live: Live, ref: str) -> None:
    visitor = Visitor(live, "staff")
    for path in ("/audit/verify", "/audit/export"):
        visitor.post(path, 403, page="/account")
    found = [name for name, outcome in acts(live, 4) if outcome == "allowed"]
    assert "audit.log-verified" not in found
    assert "app.log-exported" not in found


def test_nobody_signed_out_reads_the_log_but_anybody_may_have_the_key(live: Live) -> None:
    client = live.app.test_client()
    for path in ("/audit", "/audit.csv", "/audit/export"):
        assert client.get(path).location.partition("?")[0] == "/sign-in"
    assert client.get("/audit/key").status_code == 200


def test_an_unknown_entry_is_not_found(reader: Visitor) -> None:
    reader.get("/audit/0190d6c2-0000-7000-8000-00000000000a", 404)
    reader.get("/audit/0190d6c2-0000-7000-8000-00000000000a.json", 404)
    reader.get("/audit/not-an-id", 404)


def test_a_changed_entry_is_found_and_said_on_the_page(tmp_path: Path) -> None:
    live = Live.create(tmp_path / "state")
    try:
        reader = Visitor(live, "compliance")
        sequencing.settle(live.house)
        with live.house.engine.begin() as conn:
            databases.unguarded(conn)
            conn.execute(sa.update(audit_entry).where(audit_entry.c.pos.in_(_oldest(conn))).values(body=b"{}"))
        page = words(reader.post("/audit/verify", 200, page="/audit").text)
        assert "The log does not hold" in page
        assert "is not what its stored hash was made of" in page
        assert "The last verification found faults" in reader.get("/audit")
    finally:
        live.close()


def _oldest(conn: sa.Connection) -> list[str]:
    return list(conn.execute(sa.select(audit_entry.c.pos).order_by(audit_entry.c.pos).limit(1)).scalars())


def test_duties_are_refused_with_their_reasons(live: Live) -> None:
    from app.bootstrap.duties import must

    with pytest.raises(DutyRefused) as refused, live.house.work(actor(live, "staff")) as work:
        must(work, "view-audit-log")
    assert refused.value.reasons[0].rule == "no-permit"


@pytest.fixture(scope="module")
def url(live: Live, ref: str) -> Iterator[str]:
    with serving(live.app) as found:
        yield found


def test_the_pages_of_the_log_are_accessible_and_work_with_and_without_script(
    page: Page, url: str, live: Live, axe: Callable[[Page], None], script: bool
) -> None:
    checked = axe if script else None
    browsing.sign_in(page, url, live, "compliance")
    for path in ("/audit", "/audit?outcome=refused&since=1/1/2020", "/audit?until=never", "/audit/export"):
        browsing.look(page, url + path, checked)
    page.goto(f"{url}/audit?act=sharing.item-closed")
    page.click("tbody a")
    browsing.seen(page, checked)
    with page.expect_download() as download:
        page.click("text=Save the receipt")
    assert json.loads(download.value.path().read_bytes())["leaf"]
    page.goto(f"{url}/audit")
    page.click("text=Verify the whole log now")
    assert "The whole log was verified" in page.inner_text("main")
    browsing.seen(page, checked)
    page.click("text=Take the log away")
    with page.expect_download() as bundle:
        page.click("text=Save the log")
    assert io.BytesIO(bundle.value.path().read_bytes()).read(2) == b"PK"
