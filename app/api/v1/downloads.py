"""One file of an item, whole or a range: decided and logged first, then streamed outside any transaction."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.api.schemas import items as schemas
from app.api.section import Section
from app.http import handed
from app.http.downloads import filename, streamed, tag_of
from app.http.house import actor, house
from app.http.zipped import everything

bp = Section("downloads", "Files of an item.")
_FILE = {"schema": {"type": "string", "format": "binary"}}
DOC: dict[str, Any] = {
    "parameters": [
        {"in": "query", "name": "purpose", "schema": {"type": "string"}, "description": "A purpose of the agreement."},
        {"in": "header", "name": "Range", "schema": {"type": "string"}, "description": "One range of bytes."},
        {"in": "header", "name": "If-Range", "schema": {"type": "string"}, "description": "The file's ETag."},
    ],
    "responses": {
        "200": {"description": "The file.", "content": {"application/octet-stream": _FILE}},
        "206": {"description": "The range of it.", "content": {"application/octet-stream": _FILE}},
        "416": {"description": "No byte of the file lies in the range."},
    },
}
ALL: dict[str, Any] = {
    "parameters": DOC["parameters"][:1],
    "responses": {"200": {"description": "The files.", "content": {"application/zip": _FILE}}},
}


@bp.op("GET", "/items/<reference>/files/<part>", query=schemas.DownloadQuery, doc=DOC)
def download(query: dict[str, Any], reference: str, part: str) -> Response:
    """The file as it was sent. `purpose` is owed as for opening. An error on the way breaks the connection off.

    Ranges asked for within a quarter of an hour belong to the entry of the first.
    """
    number = int(part) if part.isascii() and part.isdecimal() and len(part) < 10 else 0
    tag, purpose = tag_of(reference, number), query["purpose"]
    with house().work(actor()) as work:
        again = handed.goes_on(tag, purpose, work.now)
        found = work.sharing.download(reference, number, purpose, again=again, actor=actor(), now=work.now)
    if not again:
        handed.remember(tag, purpose, work.now)
    return streamed(found, tag=tag, name=filename(reference, found.marking, found.name), reference=reference)


@bp.op("GET", "/items/<reference>/files.zip", query=schemas.DownloadQuery, doc=ALL)
def download_all(query: dict[str, Any], reference: str) -> Response:
    """Every file in one ZIP, made as it is sent. `purpose` is owed as for opening; each file is an entry of its own."""
    return everything(reference, query["purpose"])
