"""Files on their way in: a real scanner looks at each, and markings in them are set against the one declared."""

from __future__ import annotations

import io
import json
import socket
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import typst
from api_acts import OS, draft, form_of
from pypdf import PdfReader, PdfWriter

from app.outbound.clamd import Scan, ScannerUnavailable
from app.scanner import Scanner
from audit.tables import audit_entry
from tests.house import Live
from tests.scanner import EICAR, LIMIT_MIB, running

MIB = 1 << 20


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A house whose files pass clamd."""
    with running(tmp_path_factory.mktemp("clamd")) as path:
        made = Live.create(tmp_path_factory.mktemp("house") / "state", CUSTODES_SCANNER=f"clamd:{path}")
        yield made
        made.close()


def pdf(header: str, body: str = "Dear Chair", tmp: str = "") -> bytes:
    return typst.compile(f"#set page(header: [{header}])\n{body}\n{tmp}".encode())


def packed(**members: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/") + ".xml", text)
    return made.getvalue()


def word(*paragraphs: str, header: str = "") -> bytes:
    def said(each: str) -> str:  # as a word processor does: a word may be in several runs
        half = len(each) // 2
        return f"<w:p><w:r><w:t>{each[:half]}</w:t></w:r><w:r><w:t>{each[half:]}</w:t></w:r></w:p>"

    body = "".join(map(said, paragraphs))
    whole = '<w:document xmlns:w="urn:w"><w:body>{}</w:body></w:document>'
    return packed(word__document=whole.format(body), word__header1=whole.format(said(header)))


def odt(text: str, header: str) -> bytes:
    content = '<o:doc xmlns:o="urn:o" xmlns:text="urn:text"><text:p>{}</text:p></o:doc>'
    return packed(content=content.format(text), styles=content.format(header))


def put(live: Live, made: str, name: str, content: bytes) -> Any:
    return live.api("officer").put(f"/drafts/{made}/files/{name}", data=content, content_type="application/x-any")


def logged(live: Live, act: str) -> int:
    """How often that stands in the log."""
    with live.house.engine.connect() as conn:
        return [json.loads(bytes(body))["act"] for body in conn.scalars(sa.select(audit_entry.c.body))].count(act)


def nothing_of_it_is_left(live: Live, made: str) -> None:
    assert live.api("officer").ok("GET", f"/drafts/{made}")["files"] == []
    live.nothing_half_stored()


# --- malware ----------------------------------------------------------------------------------------------------------


def test_a_clean_file_is_scanned_and_says_so(live: Live) -> None:
    made = draft(live)
    assert put(live, made, "letter.txt", b"Dear Chair").status_code == 201
    (file,) = live.api("officer").ok("GET", f"/drafts/{made}")["files"]
    assert (file["scanned"], file["searched"], file["markings"]) == (True, True, [])


def test_malware_is_refused_recorded_and_nothing_of_it_is_kept(live: Live) -> None:
    made, before = draft(live), logged(live, "sharing.malware-refused")
    answer = put(live, made, "letter.txt", EICAR)
    assert (answer.status_code, answer.json["code"]) == (403, "sharing.malware-found")
    nothing_of_it_is_left(live, made)
    assert logged(live, "sharing.malware-refused") == before + 1


def test_of_a_form_with_one_bad_file_nothing_is_kept(live: Live) -> None:
    made = draft(live)
    answer = live.api("officer")(
        "POST", f"/drafts/{made}/files", **form_of(("files", "a.txt", b"good"), ("files", "b.txt", EICAR))
    )
    assert answer.json["code"] == "sharing.malware-found"
    nothing_of_it_is_left(live, made)


def test_a_file_larger_than_the_scanner_looks_into_is_not_accepted(live: Live) -> None:
    made = draft(live)
    answer = put(live, made, "large.bin", b"\0" * (LIMIT_MIB * MIB + 1))
    assert (answer.status_code, answer.json["code"]) == (400, "app.too-large-to-scan")
    nothing_of_it_is_left(live, made)


@pytest.mark.parametrize("answer", [b"", b"stream: Something ERROR\0", b"nonsense\0", b"OK\0", b"\xff" * 9000])
def test_no_clear_word_of_the_scanner_is_no_word(tmp_path: Path, answer: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "clamd"))
        door.listen()

        def speak() -> None:
            heard, _ = door.accept()
            with heard:
                heard.sendall(answer)
                heard.recv(1)

        speaking = threading.Thread(target=speak)
        speaking.start()
        scan = Scan(Scanner(path=str(tmp_path / "clamd")))
        scan.write(b"x" * 10)
        with pytest.raises(ScannerUnavailable):
            scan.finish()
        speaking.join()


def test_without_a_scanner_that_answers_no_file_is_accepted(tmp_path: Path) -> None:
    made = Live.create(tmp_path / "state", CUSTODES_SCANNER=f"clamd:{tmp_path / 'nobody'}")
    try:
        answer = put(made, draft(made), "letter.txt", b"Dear Chair")
        assert (answer.status_code, answer.json["code"]) == (503, "app.scanner-unavailable")
        made.nothing_half_stored()
    finally:
        made.close()


# --- markings ---------------------------------------------------------------------------------------------------------

DOCUMENTS = [
    ("letter.pdf", pdf("OFFICIAL-SENSITIVE - PERSONAL DATA"), "page 1"),
    ("letter.docx", word("Dear Chair", header="OFFICIAL-SENSITIVE - PERSONAL DATA"), "the header"),
    ("letter.odt", odt("Dear Chair", "OFFICIAL-SENSITIVE - PERSONAL DATA"), "a header or footer"),
    ("letter.txt", "Dear Chair\r\nOFFICIAL–SENSITIVE - PERSONAL DATA".encode("utf-16"), "lines 1 to 2"),
    ("long.txt", b"Dear Chair\n" * 9000 + b"OFFICIAL-SENSITIVE - PERSONAL DATA", "lines 9001 to 9001"),
]


@pytest.mark.parametrize(("name", "content", "place"), DOCUMENTS, ids=[name for name, _, _ in DOCUMENTS])
def test_a_file_marked_higher_waits_until_the_marking_is_raised(
    live: Live, name: str, content: bytes, place: str
) -> None:
    officer, made = live.api("officer"), draft(live)
    assert put(live, made, name, content).status_code == 201
    shown = officer.get(f"/drafts/{made}")
    (file,) = shown.json["files"]
    assert file["markings"] == [{"place": place, "says": "OFFICIAL-SENSITIVE - PERSONAL DATA", "sure": True}]
    assert [each["rule"] for each in shown.json["missing"]] == ["marking-found"]
    assert f"“{name}” says OFFICIAL-SENSITIVE - PERSONAL DATA on {place}" in shown.json["missing"][0]["text"]
    assert officer("POST", f"/drafts/{made}/send", {}).json["code"] == "sharing.draft-faulty"
    raised = {"marking": "OFFICIAL-SENSITIVE - PERSONAL DATA"}
    officer.ok("PATCH", f"/drafts/{made}", raised, headers={"If-Match": shown.headers["ETag"]})
    officer.ok("POST", f"/drafts/{made}/send")


def test_or_until_the_sender_says_why_which_whoever_opens_it_reads(live: Live) -> None:
    officer, made = live.api("officer"), draft(live, marking="OFFICIAL")
    part = put(live, made, "letter.pdf", pdf("OFFICIAL-SENSITIVE")).json["part"]
    assert officer("POST", f"/drafts/{made}/markings/{part}", {"why": " "}).json["code"] == "sharing.words-missing"
    assert officer("POST", f"/drafts/{made}/markings/{part + 1}", {"why": "x"}).json["code"] == "sharing.file-not-found"
    assert live.api("staff")("POST", f"/drafts/{made}/markings/{part}", {"why": "x"}).status_code == 404
    officer.ok("POST", f"/drafts/{made}/markings/{part}", {"why": "Its author has lowered it in writing."})
    reference = officer.ok("POST", f"/drafts/{made}/send")["reference"]
    (file,) = live.api("national").ok("POST", f"/items/{reference}/open", {"purpose": "pass-on"})["files"]
    assert file["explained"] == "Its author has lowered it in writing."
    assert logged(live, "sharing.marking-explained") == 1


def test_why_holds_only_while_the_item_is_marked_as_high_as_when_it_was_said(live: Live) -> None:
    officer, made = live.api("officer"), draft(live, marking=OS)
    part = put(live, made, "letter.pdf", pdf("OFFICIAL-SENSITIVE - RECIPIENTS ONLY")).json["part"]
    officer.ok("POST", f"/drafts/{made}/markings/{part}", {"why": "All of the Board is to read it."})
    assert officer.ok("GET", f"/drafts/{made}")["missing"] == []
    tag = officer.get(f"/drafts/{made}").headers["ETag"]
    officer.ok("PATCH", f"/drafts/{made}", {"marking": "OFFICIAL"}, headers={"If-Match": tag})
    assert [each["rule"] for each in officer.ok("GET", f"/drafts/{made}")["missing"]] == ["marking-found"]


def test_what_is_written_in_the_item_itself_is_searched_as_well(live: Live) -> None:
    officer, made = live.api("officer"), draft(live, marking="OFFICIAL", text="OFFICIAL-SENSITIVE\nDear Chair")
    (missing,) = officer.ok("GET", f"/drafts/{made}")["missing"]
    assert missing["text"].startswith("You wrote OFFICIAL-SENSITIVE")
    officer.ok("POST", f"/drafts/{made}/markings/0", {"why": "It quotes the old letter."})
    assert officer.ok("GET", f"/drafts/{made}")["missing"] == []


@pytest.mark.parametrize("content", [pdf("SECRET"), word("TOP SECRET"), b"SECRET - UK EYES ONLY\nDear Chair"])
def test_a_file_above_official_is_not_stored_and_opens_an_incident(live: Live, content: bytes) -> None:
    made, before = draft(live), len(live.api("security").ok("GET", "/incidents")["items"])
    refused = logged(live, "sharing.spill-refused")
    answer = put(live, made, "letter", content)
    assert (answer.status_code, answer.json["code"]) == (403, "sharing.marking-spill")
    nothing_of_it_is_left(live, made)
    assert logged(live, "sharing.spill-refused") == refused + 1
    assert len(live.api("security").ok("GET", "/incidents")["items"]) == before + 1


def test_words_above_official_are_not_kept_either(live: Live) -> None:
    officer, made = live.api("officer"), draft(live)
    tag = officer.get(f"/drafts/{made}").headers["ETag"]
    answer = officer("PATCH", f"/drafts/{made}", {"text": "SECRET\nDear Chair"}, headers={"If-Match": tag})
    assert answer.json["code"] == "sharing.marking-spill"
    assert "SECRET" not in officer.ok("GET", f"/drafts/{made}")["text"]


def test_talk_of_secrets_is_asked_about_and_stored(live: Live) -> None:
    officer, made = live.api("officer"), draft(live)
    assert put(live, made, "letter.txt", b"He said that the file was SECRET, which it is not.").status_code == 201
    (missing,) = officer.ok("GET", f"/drafts/{made}")["missing"]
    assert missing["rule"] == "marking-found"


def locked(content: bytes) -> bytes:
    writer, made = PdfWriter(clone_from=PdfReader(io.BytesIO(content))), io.BytesIO()
    writer.encrypt("a password", algorithm="AES-256")
    writer.write(made)
    return made.getvalue()


def deep(levels: int) -> bytes:
    return packed(word__document="<a>" * levels + "</a>" * levels)


UNREAD = {
    "encrypted": locked(pdf("OFFICIAL-SENSITIVE")),
    "no pdf": b"%PDF-1.7\n" + b"x" * 3000,
    "no zip": b"PK\x03\x04" + b"x" * 3000,
    "no document": packed(other="x"),
    "broken xml": packed(word__document="<a><b></a>"),
    "a bomb": packed(word__document="<a>" + " " * (65 << 20) + "</a>"),
    "entities": packed(word__document='<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'),
    "no text": bytes(range(256)) * 20,
}


@pytest.mark.parametrize("what", UNREAD)
def test_a_file_that_cannot_be_read_is_accepted_and_says_that_nobody_looked(live: Live, what: str) -> None:
    made = draft(live)
    assert put(live, made, "a.file", UNREAD[what]).status_code == 201
    (file,) = live.api("officer").ok("GET", f"/drafts/{made}")["files"]
    assert (file["scanned"], file["searched"]) == (True, False)


def test_a_document_of_many_levels_takes_nothing_with_it(live: Live) -> None:
    assert put(live, draft(live), "deep.docx", deep(100_000)).status_code == 201


def test_taking_the_file_off_takes_with_it_what_was_found(live: Live) -> None:
    officer, made = live.api("officer"), draft(live, marking="OFFICIAL")
    part = put(live, made, "letter.pdf", pdf("OFFICIAL-SENSITIVE")).json["part"]
    officer.ok("POST", f"/drafts/{made}/markings/{part}", {"why": "Lowered."})
    officer.ok("DELETE", f"/drafts/{made}/files/{part}")
    assert officer.ok("GET", f"/drafts/{made}")["missing"] == []
    with live.house.work() as work:
        for table in ("file_marking", "marking_reason"):
            left = sa.text(f"select count(*) from {table} where item_uuid = :item")
            assert work.conn.execute(left, {"item": made}).scalar() == 0
        why = sa.text("select count(*) from item_field where item_uuid = :item and name like 'marking-why%'")
        assert work.conn.execute(why, {"item": made}).scalar() == 0
