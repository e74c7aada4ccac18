"""One file of an item, whole or a range: decided and logged first, then streamed outside any transaction."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.api.schemas import items as schemas
from app.api.section import Section
from app.http.downloads import streamed, tag_of
from app.http.house import actor, house

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


@bp.op("GET", "/items/<reference>/files/<part>", query=schemas.DownloadQuery, doc=DOC)
def download(query: dict[str, Any], reference: str, part: str) -> Response:
    """The file as it was sent. `purpose` is owed as for opening. An error on the way breaks the connection off."""
    number = int(part) if part.isascii() and part.isdecimal() and len(part) < 10 else 0
    with house().work(actor()) as work:
        found = work.sharing.download(reference, number, query["purpose"], actor=actor(), now=work.now)
    return streamed(found, tag=tag_of(reference, number))
