"""The certificate to print: what a reader, a screen reader and an archive find in it, and the file within."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pypdf import PdfReader

from retention.queries.verify import verify_certificate
from tests.house import Live
from tests.web.record_pages import Visitor, certified_item, state_of


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("pdf") / "state")
    yield made
    made.close()


@pytest.fixture(scope="module")
def number(live: Live) -> str:
    return str(state_of(live, certified_item(live)).certificate)


@pytest.fixture(scope="module")
def pdf(live: Live, number: str) -> bytes:
    answer = Visitor(live, "compliance").raw(f"/certificates/{number}.pdf")
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    return bytes(answer.data)


def root_of(pdf: bytes) -> Any:
    return PdfReader(io.BytesIO(pdf)).trailer["/Root"]


def test_the_file_within_is_the_certificate_byte_for_byte_and_verifies(live: Live, number: str, pdf: bytes) -> None:
    (attached,) = PdfReader(io.BytesIO(pdf)).attachments["certificate.json"]
    assert attached == Visitor(live, "compliance").raw(f"/certificates/{number}.json").data
    assert verify_certificate(attached, [live.house.keys.log.vkey]).ok
    root = root_of(pdf)
    (named,) = [each.get_object() for each in root["/AF"]]
    assert (named["/AFRelationship"], named["/UF"]) == ("/Source", "certificate.json")


def test_it_says_that_it_is_for_archives_and_for_everybody(pdf: bytes) -> None:
    xmp = root_of(pdf)["/Metadata"].get_object().get_data().decode()
    said = {name: re.findall(rf"<{name}>([^<]*)<", xmp) for name in
            ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")}  # fmt: skip
    assert said == {"pdfaid:part": ["3"], "pdfaid:conformance": ["A"], "pdfuaid:part": ["1"]}


def test_it_is_tagged_and_has_a_title_and_a_language(number: str, pdf: bytes) -> None:
    root = root_of(pdf)
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value
    assert root["/StructTreeRoot"]
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    title = PdfReader(io.BytesIO(pdf)).metadata
    assert title is not None
    assert title.title == f"Certificate of destruction {number}"


def test_it_is_the_same_bytes_each_time(live: Live, number: str, pdf: bytes) -> None:
    assert Visitor(live, "imb-owner").raw(f"/certificates/{number}.pdf").data == pdf


def test_it_says_what_the_file_says_and_names_nobody(live: Live, number: str, pdf: bytes) -> None:
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())
    (attached,) = PdfReader(io.BytesIO(pdf)).attachments["certificate.json"]
    body = json.loads(attached)["body"]
    close = text.replace(" ", "")
    for said in (number, body["reference"], body["holder"], body["review"]["by"], body["approval"]["by"]):
        assert said.replace(" ", "") in close, said
    assert "OFFICIAL" in text
    with live.house.work() as work:
        names = [work.people.actor(body[part]["by"], now=work.now).name for part in ("review", "approval")]
    assert not any(name in text for name in names)


def test_it_is_for_those_who_see_the_log_of_disposals(live: Live, number: str) -> None:
    assert Visitor(live, "officer").raw(f"/certificates/{number}.pdf").status_code == 403
    assert Visitor(live, "compliance").raw("/certificates/DC-HMIP-1999-1.pdf").status_code == 404
