"""Small invented files to attach: a note, a table, a one-page PDF."""

from __future__ import annotations

from app.demo.script import Enclosed


def note(name: str, *lines: str) -> Enclosed:
    """A text file."""
    return Enclosed(name, "text/plain", ("\n".join(lines) + "\n").encode())


def table(name: str, *rows: str) -> Enclosed:
    """A CSV file."""
    return Enclosed(name, "text/csv", ("\r\n".join(rows) + "\r\n").encode())


def page(name: str, *lines: str) -> Enclosed:
    """A PDF of one page that any reader opens. Latin text without brackets or backslashes."""
    said = " ".join(f"({line}) Tj 0 -18 Td" for line in lines)
    content = f"BT /F1 12 Tf 60 760 Td {said} ET".encode("latin-1")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%s\nendobj\n" % (number, each)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table_of = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, rows)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return Enclosed(name, "application/pdf", body + table_of + end)
