"""A certificate to read and print: PDF/A-3a and PDF/UA-1, with the certificate's file attached byte for byte.

Made when it is asked for, always the same bytes for the same certificate. What counts is the file within; the page says
nothing that does not stand in it, people by their account ids.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import typst

from app.http import certificate_words as words
from retention.rules import batch_certificate

STANDARDS = ("a-3a", "ua-1")
_ATTACHED = "certificate.json"
# Everything shown comes from the data beside it and is never read as markup.
_PAGE = """\
#let said = json("said.json")
#set document(
  title: said.title,
  author: said.holder,
  description: said.description,
  date: datetime(year: said.day.at(0), month: said.day.at(1), day: said.day.at(2), hour: said.day.at(3),
    minute: said.day.at(4), second: said.day.at(5)),
)
#set text(lang: "en", region: "gb", size: 10pt, ligatures: false)
#set page(
  paper: "a4",
  margin: (x: 2cm, top: 2.2cm, bottom: 2.4cm),
  header: align(center, strong(said.marking)),
  footer: context align(center)[
    #said.number, page #counter(page).display() of #counter(page).final().first() #linebreak() #strong(said.marking)
  ],
)
#show heading.where(level: 1): set text(size: 17pt)
#show heading.where(level: 2): set block(above: 1.5em, below: 0.7em, sticky: true)
#pdf.attach(
  "certificate.json",
  relationship: "source",
  mime-type: "application/json",
  description: said.attached,
)
#heading(level: 1, said.title)
#said.statement
#for part in said.parts {
  heading(level: 2, part.heading)
  terms(
    separator: none, hanging-indent: 4.8cm, spacing: 0.75em,
    ..part.rows.map(row => terms.item(box(width: 4.8cm, row.at(0)), row.at(1))),
  )
}
#for part in said.tables {
  heading(level: 2, part.heading)
  table(
    columns: (auto,) + (1fr,) * (part.head.len() - 1), stroke: (x, y) => (top: 0.4pt + luma(70%)),
    inset: (x: 3pt, y: 4.5pt), align: left + top,
    table.header(..part.head.map(strong)),
    ..part.rows.flatten(),
  )
}
#heading(level: 2, "How to check it")
#said.check
"""


class _Ids:
    """People and places as the certificate names them."""

    def person(self, id_: str) -> str:
        return id_

    def place(self, key: str) -> str:
        return key


def made(text: str) -> bytes:
    """The PDF of a certificate's file, of an item or of a batch. ``text``: as issued."""
    file = json.loads(text)
    body = file["body"]
    issued = datetime.fromisoformat(body["issued_at"]).replace(microsecond=0)
    told = _batch(body) if file["format"] == batch_certificate.FORMAT else _item(body)
    said = {
        **told,
        "number": body["number"],
        "holder": body["holder"],
        "marking": "OFFICIAL",
        "attached": "The certificate as issued, with the proofs of the audit log: this is what counts",
        "day": [issued.year, issued.month, issued.day, issued.hour, issued.minute, issued.second],
        "check": (
            "What counts is the attached file certificate.json. Save it from this document and verify it on any "
            "computer, without a connection to this service: custodes verify certificate.json --trust key.txt. The "
            "file key.txt holds the verifier key of the log: get it by another way than this document."
        ),
    }
    files = {"main.typ": _PAGE.encode(), "said.json": json.dumps(said).encode(), _ATTACHED: text.encode()}
    # Its stubs do not know of several files.
    pdf = typst.compile(  # type: ignore[call-overload]
        files, format="pdf", pdf_standards=list(STANDARDS), timestamp=issued, ignore_system_fonts=True
    )
    if not isinstance(pdf, bytes):
        msg = "a certificate is one document"
        raise TypeError(msg)
    return pdf


def _item(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": f"Certificate of destruction {body['number']}",
        "description": f"That item {body['reference']} was destroyed, by which rule, who agreed and how",
        "statement": (
            f"Item {body['reference']} was destroyed as said below. People stand in this certificate by their account "
            "ids; who they were is in the audit log. Times are London’s."
        ),
        "parts": _parts(words.sections(body, _Ids())),
        "tables": [],
    }


def _batch(body: Mapping[str, Any]) -> dict[str, Any]:
    tables = words.batch_tables(body)
    return {
        "title": f"Certificate of destruction of a batch {body['number']}",
        "description": f"That the items of batch {body['number'].removeprefix('BC-')} were destroyed, and who agreed",
        "statement": (
            "What two people agreed to destroy in this batch was destroyed. Each item has a certificate of its own, "
            "named below by the SHA-256 of its file. People stand in this certificate by their account ids. Times are "
            "London’s."
        ),
        "parts": _parts(words.batch_sections(body, _Ids())),
        "tables": [{"heading": caption, "head": head, "rows": rows} for caption, head, rows in tables],
    }


def _parts(sections: list[tuple[str, words.Rows]]) -> list[dict[str, Any]]:
    return [{"heading": heading, "rows": [list(row) for row in rows]} for heading, rows in sections]
