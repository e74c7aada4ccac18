"""Certificates of items and batches as people meet them: page, file, PDF, by API too; with script and without."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader
from shell_house import serving

from app.bootstrap import sweeps
from app.bootstrap.cells import cell
from app.http import certificate_words
from retention.queries.verify import verify_certificate
from tests.house import Caller, Live
from tests.web import browsing
from tests.web.batch_ends import PAPER, PRIVATE, Ended, account, approved, copy, ended
from tests.web.record_pages import Visitor, cooling_item, state_of


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("certificates") / "state")
    yield made
    made.close()


@pytest.fixture(scope="module")
def done(live: Live) -> Ended:
    return ended(live)


@pytest.fixture(scope="module")
def url(live: Live) -> Iterator[str]:
    with serving(live.app) as found:
        yield found


def api(live: Live, key: str) -> Caller:
    """Signed in just now: the clock was moved far."""
    live.tokens.pop(key, None)
    return live.api(key)


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def leaves(value: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*way, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from leaves(inner, (*way, str(at)))
    else:
        yield way, value


class Ids:
    def person(self, id_: str) -> str:
        return id_

    def place(self, key: str) -> str:
        return key


def rows_of(live: Live, body: dict[str, Any], *, batch: bool = False) -> str:
    with live.app.test_request_context():
        sections = (certificate_words.batch_sections if batch else certificate_words.sections)(body, Ids())
        tables = certificate_words.batch_tables(body) if batch else []
    cells = [text for _, rows in sections for row in rows for text in row]
    return "\n".join([*cells, *(text for _, _, rows in tables for row in rows for text in row)])


def test_the_batch_is_certified_by_the_run_that_ends_its_last_item(live: Live) -> None:
    gone, held, batch = approved(live, 2)
    open_ = copy(live, gone[0], PAPER)
    live.later(days=15)
    assert sweeps.dispose(live.house).certified == 1
    reader = Visitor(live, "imb-records")
    assert "Waits for 1 item to be destroyed and certified" in reader.get(f"/disposals/batches/{batch}")
    reader.get(f"/certificates/batches/{batch}", 404)
    assert api(live, "compliance").get(f"/batches/{batch}/certificate").status_code == 404
    account(live, open_, fate="destroyed", method="incinerate")
    assert sweeps.dispose(live.house).certified == 1
    number = api(live, "compliance").ok("GET", f"/batches/{batch}")["certificate"]
    assert re.fullmatch(r"BC-IMB-\d+", number)
    shown = Visitor(live, "imb-records").get(f"/disposals/batches/{batch}")
    assert number in shown
    page = Visitor(live, "imb-records").get(f"/certificates/batches/{batch}")
    for said in (number, *(f"DC-{ref}" for ref in gone), held, "RET-held", "Left out"):
        assert said in page, said
    assert sweeps.dispose(live.house).failed == 0
    with live.house.work() as work:
        assert work.certifying.owed(actor=work.actor, now=work.now) == []


def test_the_file_of_a_batch_verifies_and_names_the_files_of_its_items(live: Live, done: Ended) -> None:
    reader = Visitor(live, "compliance")
    raw = reader.raw(f"/certificates/batches/{done.batch}.json")
    assert raw.headers["Content-Disposition"] == f'attachment; filename="{done.number}.json"'
    report = verify_certificate(raw.data, [live.house.keys.log.vkey])
    assert report.ok, report.faults
    named = {each["number"]: each["sha256"] for each in report.body["certificates"]}
    assert named == {
        f"DC-{ref}": sha256(reader.raw(f"/certificates/DC-{ref}.json").data).hexdigest() for ref in done.gone
    }
    assert api(live, "compliance").get(f"/batches/{done.batch}/certificate").data == raw.data


def test_the_pdf_is_the_same_by_page_and_api_and_holds_the_file(live: Live, done: Ended) -> None:
    reader, caller = Visitor(live, "compliance"), api(live, "compliance")
    for page, given in (
        (f"/certificates/DC-{done.gone[0]}", f"/certificates/DC-{done.gone[0]}"),
        (f"/certificates/batches/{done.batch}", f"/batches/{done.batch}/certificate"),
    ):
        pdf = caller.get(f"{given}/pdf")
        assert (pdf.status_code, pdf.content_type) == (200, "application/pdf")
        assert pdf.data == reader.raw(f"{page}.pdf").data
        (attached,) = PdfReader(io.BytesIO(pdf.data)).attachments["certificate.json"]
        assert attached == reader.raw(f"{page}.json").data
    assert api(live, "officer").get(f"/certificates/DC-{done.gone[0]}/pdf").status_code == 403
    assert api(live, "officer").get(f"/batches/{done.batch}/certificate/pdf").status_code == 403
    assert caller.get("/certificates/DC-HMIP-1999-1/pdf").status_code == 404


@pytest.mark.parametrize("which", ["item", "batch"])
def test_the_pdf_keeps_what_archives_and_screen_readers_ask_for(live: Live, done: Ended, which: str) -> None:
    """PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1), as far as the file itself says it."""
    at = f"/certificates/batches/{done.batch}" if which == "batch" else f"/certificates/DC-{done.gone[0]}"
    pdf = PdfReader(io.BytesIO(Visitor(live, "compliance").raw(f"{at}.pdf").data))
    root = pdf.trailer["/Root"]
    xmp = root["/Metadata"].get_object().get_data().decode()
    for name, value in (("pdfaid:part", "3"), ("pdfaid:conformance", "A"), ("pdfuaid:part", "1")):
        assert f"<{name}>{value}<" in xmp, name
    assert "dc:title" in xmp
    assert root["/Lang"] == "en-GB"
    assert str(root["/MarkInfo"]["/Marked"]) == "True"
    assert str(root["/ViewerPreferences"]["/DisplayDocTitle"]) == "True"
    (intent,) = root["/OutputIntents"]
    assert intent.get_object()["/S"] == "/GTS_PDFA1"
    (file,) = [each.get_object() for each in root["/AF"]]
    assert (file["/AFRelationship"], file["/UF"], file["/EF"]["/F"].get_object()["/Subtype"]) == (
        "/Source", "certificate.json", "/application/json"
    )  # fmt: skip
    assert file["/Desc"]
    assert "/Encrypt" not in pdf.trailer
    tags = list(structure(root["/StructTreeRoot"]))
    assert tags.count("/H1") == 1
    assert tags.count("/H2") > 3
    assert tags.count("/LI") > 9, "each row is an item of a list"
    if which == "batch":
        assert tags.count("/Table") == 2
        assert tags.count("/TH") == 5
    for page in pdf.pages:
        assert page["/Tabs"] == "/S"
        assert page["/StructParents"] is not None
        for font in page["/Resources"]["/Font"].values():
            (held,) = font.get_object()["/DescendantFonts"]
            kept = held.get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(kept.get_object()), "every font is in the file"
            assert "/ToUnicode" in font.get_object()


def structure(node: Any) -> Iterator[str]:
    node = node.get_object()
    if isinstance(node, list):
        for each in node:
            yield from structure(each)
    elif isinstance(node, dict):
        if "/S" in node:
            yield str(node["/S"])
        if "/K" in node:
            yield from structure(node["/K"])


DATED = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+Z)?")
# Said in other words than the body's: how, and what must stand there.
SAID = {
    ("hold_check", "held"): "None stood on it",
    ("operator",): "The service; no person carried it out",
    ("class", "verified"): "not verified",
    ("period", "months"): "1 month",
    ("return", "state"): "Offered to its source, which declined",
    ("review", "proposal"): "to destroy it",
    ("marking",): "OFFICIAL-SENSITIVE",
    ("originator",): "IMB",
    ("kind",): "Intelligence",
    ("copies", "accounted", "0", "kind"): "A print of it",
    ("copies", "accounted", "1", "kind"): "A disk, stick, tape or disc: it came on one, or was put on one",
    ("copies", "accounted", "0", "fate"): "Destroyed",
    ("copies", "accounted", "1", "fate"): "Returned to its source",
    ("copies", "accounted", "0", "witnessed"): "A witness saw it",
    ("copies", "accounted", "1", "witnessed"): "A witness saw it",
}


def test_everything_in_the_file_is_said_on_page_and_paper(live: Live, done: Ended) -> None:
    reader = Visitor(live, "compliance")
    number = f"DC-{done.gone[0]}"
    body = json.loads(reader.raw(f"/certificates/{number}.json").data)["body"]
    assert len(body["copies"]["accounted"]) == 2
    shown = rows_of(live, body).casefold()
    with live.app.test_request_context():
        dates = {way: certificate_words._time(value) if "T" in value else certificate_words._date(value)
                 for way, value in leaves(body) if DATED.fullmatch(str(value))}  # fmt: skip
        words = {way: certificate_words.phrases.words(str(value)) for way, value in leaves(body) if way[-1] == "code"}
        words |= {("trigger", "kind"): certificate_words.phrases.act(body["trigger"]["kind"])}
    for way, value in leaves(body):
        if value in ("", None) or way == ("number",):
            continue
        wanted = SAID.get(way) or dates.get(way) or words.get(way) or f"{value}"
        wanted = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) and way not in SAID else wanted
        assert wanted.casefold() in shown, way
    page = reader.get(f"/certificates/{number}")
    paper = text_of(reader.raw(f"/certificates/{number}.pdf").data)
    for said in ("A print of it", "Shredded", "DIN 66399 level 4", "A witness saw it", "Returned to its source"):
        assert said in page, said
        assert said in paper, said
    for words_ in PRIVATE:
        assert words_ not in page + paper + json.dumps(body), words_


def test_everything_in_a_batchs_file_is_said_too(live: Live, done: Ended) -> None:
    body = json.loads(Visitor(live, "compliance").raw(f"/certificates/batches/{done.batch}.json").data)["body"]
    shown = rows_of(live, body, batch=True)
    for each in (*body["certificates"], *body["kept_out"]):
        assert (each.get("number") or each["reference"]) in shown
    people = (body["submitted"]["by"], body["approval"]["by"], *body["review"]["by"])
    digests = (each["sha256"] for each in body["certificates"])
    for value in (body["batch"], body["holder"], body["evidence"]["batch-approved"], *people, *digests):
        assert value in shown


def test_who_has_a_copy_and_who_saw_it_go_is_known_to_the_body_that_said_so(live: Live, done: Ended) -> None:
    """The other body sees that there is one, and what became of it: no name."""
    at = f"/disposals/{done.gone[0]}"
    own = Visitor(live, "imb-records").get(at)
    for words in (PAPER["holder"], PAPER["place"], "Dougal Witness"):
        assert words in own, words
    assert "Known to HMIP" in own
    for key in ("records", "compliance"):
        other = Visitor(live, key).get(at)
        assert PAPER["holder"] not in other
        assert "Known to IMB" in other
    found = api(live, "records").ok("GET", f"{at}/copies")["items"]
    assert {each["party"]: bool(each["holder"] or each["witness"]) for each in found} == {"imb": False, "hmip": True}
    (mine,) = [each["id"] for each in found if each["party"] == "imb"]
    assert PAPER["holder"] not in Visitor(live, "records").get(f"/copies/{mine}/account")


def test_a_filter_of_the_log_shows_nothing_that_it_should_not(live: Live, done: Ended) -> None:
    """Ids, codes and dates: no filter, however it is spelt, brings a name out or what it leaves out in."""
    reader = Visitor(live, "compliance")
    for query in (
        "body=hmip",
        "body=imb'--",
        "class=%25",
        "text=%25",
        "text=_",
        "since=zzz",
        "until=1/1/2001",
        "before=zzz",
    ):
        for path in ("/certificates", "/certificates/log.csv"):
            answer = reader.raw(f"{path}?{query}")
            assert answer.status_code == 200, query
            assert not any(words in answer.text for words in (*PRIVATE, "Joan Smith", "Use of force")), query
    for query in ("body=hmip", "class=%25", "text=%25", "text=_", "until=1/1/2001"):
        assert done.gone[0] not in reader.raw(f"/certificates/log.csv?{query}").text, query
    for key in ("officer", "inspector", "staff", "chair", "operator"):
        assert Visitor(live, key).raw("/certificates/log.csv").status_code == 403, key


def test_no_cell_of_an_export_begins_like_a_formula(live: Live, done: Ended) -> None:
    for evil in ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1"):
        assert cell(evil) == f"'{evil}"
    rows = csv.reader(io.StringIO(Visitor(live, "compliance").raw("/certificates/log.csv").data.decode("utf-8-sig")))
    assert all(not each.startswith(("=", "+", "-", "@")) for row in rows for each in row)


def test_the_log_as_a_file_has_all_of_it_however_long(live: Live, done: Ended, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.web.pages import certificates

    monkeypatch.setattr(certificates, "MOST", 1)  # rows a batch
    text = Visitor(live, "compliance").raw("/certificates/log.csv").data.decode("utf-8-sig")
    numbers = [row[0] for row in csv.reader(io.StringIO(text))][1:]
    assert numbers == sorted(set(numbers), reverse=True)
    assert {f"DC-{ref}" for ref in done.gone} <= set(numbers)


def test_the_pages_of_certificates_and_copies_are_accessible_with_and_without_script(
    page: Page, url: str, live: Live, done: Ended, axe: Callable[[Page], None], script: bool
) -> None:
    checked = axe if script else None
    ref = cooling_item(live)
    browsing.sign_in(page, url, live, "compliance")
    number = f"DC-{done.gone[0]}"
    of_batch = (f"/certificates/batches/{done.batch}", f"/disposals/batches/{done.batch}")
    for path in ("/certificates", f"/certificates/{number}", "/certificates/pack", *of_batch,
                 f"/disposals/{done.gone[0]}", "/disposals"):  # fmt: skip
        browsing.look(page, url + path, checked)
    page.goto(f"{url}/certificates/pack")
    page.click("button:has-text('Save the compliance pack')")
    assert page.title().startswith("Error: ")
    browsing.seen(page, checked)
    browsing.links_lead_to_fields(page, script)
    browsing.sign_in(page, url, live, "imb-records")
    browsing.look(page, f"{url}/disposals/{ref}/copies/new", checked)
    page.click("button:has-text('Register this copy')")
    assert page.title().startswith("Error: ")
    browsing.seen(page, checked)
    browsing.links_lead_to_fields(page, script)
    page.check("input[value=printed]")
    page.fill("#holder", "The clerk")
    page.fill("#place", "Cabinet 4")
    for at, value in enumerate((live.now.day, live.now.month, live.now.year)):
        page.locator(".govuk-date-input__input").nth(at).fill(str(value))
    page.click("button:has-text('Register this copy')")
    assert "The copy is registered" in page.inner_text("main")
    browsing.seen(page, checked)
    page.click("a:has-text('Account for it')")
    browsing.seen(page, checked)
    page.click("button:has-text('Record what became of it')")
    assert page.title().startswith("Error: ")
    browsing.seen(page, checked)
    browsing.links_lead_to_fields(page, script)
    page.check("input[value=destroyed]")
    page.select_option("#method", "shred-paper")
    page.fill("#witness", "A witness")
    page.fill("#evidence", "Certificate 12")
    for at, value in enumerate((live.now.day, live.now.month, live.now.year)):
        page.locator(".govuk-date-input__input").nth(at).fill(str(value))
    page.click("button:has-text('Record what became of it')")
    assert "The copy is accounted for" in page.inner_text("main")
    assert state_of(live, ref).state == "cooling-off"


def test_every_disposal_of_an_establishment_in_a_month_is_found_without_typing(live: Live, done: Ended) -> None:
    compliance = Visitor(live, "compliance")
    every = set(re.findall(r"DC-[A-Z]+-\d{4}-\d{5}", compliance.raw("/certificates").text))
    rows = list(csv.DictReader(io.StringIO(compliance.raw("/certificates/log.csv").data.decode("utf-8-sig"))))
    assert every == {row["Certificate"] for row in rows} != set()
    month = f"{live.now:%Y-%m}"
    for place, name in (("LEI", "Leeds (HMP)"), ("HLI", "Hull (HMP)")):
        page = compliance.raw(f"/certificates?establishment={place}&month={month}").text
        wanted = {row["Certificate"] for row in rows if row["Establishment"] == place and month in row["Issued"][:7]}
        assert set(re.findall(r"DC-[A-Z]+-\d{4}-\d{5}", page)) == wanted
        assert f'value="{place}" selected' in page
        assert name in page
    assert "No certificate is in this list" in compliance.get("/certificates?month=2001-01")
    assert every == set(re.findall(r"DC-[A-Z]+-\d{4}-\d{5}", compliance.raw("/certificates?month=99-x").text))
    assert done
