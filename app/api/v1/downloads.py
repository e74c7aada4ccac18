"""One file of an item, whole or a range: decided and logged first, then streamed outside any transaction."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from flask import Response, make_response, request

from app.api.errors import RangeUnsatisfiable
from app.api.schemas import items as schemas
from app.api.section import Section
from app.http.errors import refused
from app.http.house import actor, house
from sharing.service.reading import Download

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
    try:
        return _response(found)
    except RangeUnsatisfiable as error:
        found.reader.close()
        refusal = make_response(refused(error))
        refusal.headers["Content-Range"] = f"bytes */{found.size}"
        return refusal
    except BaseException:
        found.reader.close()
        raise


def _response(found: Download) -> Response:
    tag = found.reader.sha256.hex()
    wanted = _wanted(found.size, tag)
    start, stop = wanted or (0, found.size)
    response = Response(_pieces(found, start, stop - start), status=206 if wanted else 200)
    response.call_on_close(found.reader.close)
    response.content_type = found.media_type
    response.content_length = stop - start
    response.set_etag(tag)
    response.accept_ranges = "bytes"
    if wanted:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{found.size}"
    response.headers.set("Content-Disposition", "attachment", **filenames(found.name))
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _pieces(found: Download, start: int, length: int) -> Iterator[bytes]:
    for piece in found.reader.stream(start, length):
        yield bytes(piece)  # the reader writes the next one over it


def _wanted(size: int, tag: str) -> tuple[int, int] | None:
    """The one range to serve, end excluded; None for all of it. Raises RangeUnsatisfiable.

    RFC 9110: If-Range with another tag, several ranges, or anything that is no range of bytes is as if none was asked.
    """
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    if "If-Range" in request.headers and request.headers["If-Range"].strip() != f'"{tag}"':
        return None
    found: tuple[int, int] | None = asked.range_for_length(size)
    if found is None:
        raise RangeUnsatisfiable(f"The file has {size} bytes.")
    return found


def filenames(name: str) -> dict[str, str]:
    """RFC 6266: the name, for whoever reads UTF-8, and one in ASCII for whoever does not."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join("_" if letter in '\\"%' else letter for letter in plain)
    if plain == name:
        return {"filename": name}
    return {"filename": plain or "file", "filename*": f"UTF-8''{quote(name, safe='')}"}
