"""The audit log through its pages: looked at, filtered, verified, taken away; and who may."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page
from shell_house import serving

from app.bootstrap import logbook
from app.bootstrap.duties import DutyRefused
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
    today = f"{live.now:%d/%m/%Y}"
    assert ref in reader.get(f"/audit?act=sharing.item-closed&since={today}&until={today}")
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
    page.click("text=Take the whole log away")
    with page.expect_download() as bundle:
        page.click("text=Save the whole log")
    assert io.BytesIO(bundle.value.path().read_bytes()).read(2) == b"PK"
