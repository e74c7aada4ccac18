"""One file on its way out: whole, or the range asked for (RFC 9110, 14). Decided and logged before this is called."""

from __future__ import annotations

import contextlib
import time
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Protocol
from urllib.parse import quote

from flask import Response, make_response, request

from app.bootstrap.affected import held_back, served
from app.bootstrap.house import House
from app.http.errors import refused
from app.http.house import actor, house
from foundation.errors import Invalid, ServiceError, Unavailable
from vault.parts import PartReader

_EVERY = 0.1  # seconds
_UNSAFE = frozenset('<>:"/\\|?*')
LONGEST = 250  # characters of the name offered: what file systems take, with room for a browser's "(1)"


class RangeUnsatisfiable(Invalid):
    """No byte of the file lies in the range."""

    code = "api.range-unsatisfiable"
    title = "The file has no such range"


class Found(Protocol):
    """What ``Sharing.download`` gives."""

    @property
    def name(self) -> str: ...

    @property
    def media_type(self) -> str: ...

    @property
    def marking(self) -> str: ...

    @property
    def reader(self) -> PartReader: ...


def streamed(found: Found, *, tag: str, name: str = "", reference: str = "") -> Response:
    """The answer that carries the file. ``tag`` is its strong validator: it must change whenever a byte does.

    The reader is closed when the last byte is out, or the connection lost. A chunk that fails its check breaks the
    connection off: what was announced by length then did not arrive. So does the recall of the item of ``reference``.
    ``name`` stands in place of the file's own.
    """
    try:
        answer = _answer(found.reader, tag, reference)
        if answer.status_code == 416:
            found.reader.close()
            return answer
        answer.headers["Content-Type"] = found.media_type
        answer.headers.set("Content-Disposition", "attachment", **named(name or found.name))
    except BaseException:
        found.reader.close()
        raise
    answer.call_on_close(found.reader.close)
    answer.set_etag(tag)
    answer.accept_ranges = "bytes"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


class Packed(Protocol):
    """What ``Retention.give_back`` gives. ``references``: of the items in it."""

    @property
    def name(self) -> str: ...

    @property
    def references(self) -> Collection[str]: ...

    @property
    def marking(self) -> str: ...

    def stream(self) -> Iterator[bytes]: ...

    def close(self) -> None: ...


def packed(parcel: Packed, *, free: Callable[[], bool] | None = None) -> Response:
    """The answer that carries a package made as it is sent: of no length known before, and so of no range.

    It breaks off when one of the items in it is held back meanwhile, or when ``free`` says so.
    """
    try:
        body = () if request.method == "HEAD" else _told(_while_free(parcel, house(), free), _teller(parcel.name))
        answer = Response(body, mimetype="application/zip", direct_passthrough=True)
        answer.headers.set("Content-Disposition", "attachment", **named(marked(parcel.marking, parcel.name)))
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Content-Type-Options"] = "nosniff"
    except BaseException:
        parcel.close()
        raise
    answer.call_on_close(parcel.close)
    return answer


def _answer(reader: PartReader, tag: str, item: str) -> Response:
    size = reader.size
    asked = wanted(size, tag)
    if asked == ():
        return _nothing_there(size)
    start, stop = asked or (0, size)
    body = () if request.method == "HEAD" else _pieces(reader, start, stop - start, _teller(tag), item)
    answer = Response(body, status=206 if asked else 200, direct_passthrough=True)
    answer.content_length = stop - start
    if asked:
        answer.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return answer


def _nothing_there(size: int) -> Response:
    answer = make_response(refused(RangeUnsatisfiable(f"The file has {size} bytes.")))
    answer.headers["Content-Range"] = f"bytes */{size}"
    return answer


def wanted(size: int, tag: str) -> tuple[int, int] | tuple[()] | None:
    """The one range to serve, its end excluded; None for the whole; () when no byte lies in it.

    If-Range with another tag, several ranges, and what is no range of bytes are as if nothing had been asked.
    """
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    if "If-Range" in request.headers and request.headers["If-Range"].strip() != f'"{tag}"':
        return None
    return asked.range_for_length(size) or ()


def tag_of(reference: str, part: int) -> str:
    """What was sent never changes: its place is a validator as good as its digest, and tells nothing of the content."""
    return f"{reference}.{part}"


def marked(marking: str, name: str) -> str:
    """The name with the marking before it, so that it stays with the file: "OFFICIAL-SENSITIVE name.pdf"."""
    line = marking.partition("\n")[0].replace("/", "-").replace("  ", " ")
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > 10:
        stem, dot, ending = name, "", ""
    room = max(1, LONGEST - len(line) - len(dot + ending) - 1)
    return f"{line} {stem[:room]}{dot}{ending}"


def filename(reference: str, marking: str, name: str) -> str:
    """What a file is called once it is elsewhere: "OFFICIAL-SENSITIVE IMB-2026-00012 letter.pdf".

    Without what a desktop takes for a path, a wildcard or an order to run from right to left. With the marking before
    it no name is one that a desktop keeps for a device.
    """
    safe = "".join("-" if each in _UNSAFE or unicodedata.category(each)[0] == "C" else each for each in name)
    return marked(marking, f"{reference} {safe.strip(' .') or 'file'}")


def named(name: str) -> dict[str, str]:
    """RFC 6266: the name for whoever reads UTF-8, and one in ASCII for whoever does not."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join("_" if letter in '\\"%' else letter for letter in plain)
    if plain == name:
        return {"filename": name}
    return {"filename": plain or "file", "filename*": f"UTF-8''{quote(name, safe='')}"}


def _pieces(
    reader: PartReader, start: int, length: int, tell: Callable[[ServiceError], None], item: str
) -> Iterator[bytes]:
    # the reader writes the next one over it
    pieces = (bytes(piece) for piece in reader.stream(start, length))
    return _told(_while_served(pieces, house(), item) if item else pieces, tell)


class Stopped(Unavailable):
    """It was recalled, or held back for an incident, while a file of it was on its way."""

    code = "api.download-stopped"
    title = "The item was taken back while it was being sent"


def _while_served(pieces: Iterator[bytes], here: House, reference: str) -> Iterator[bytes]:
    """Each piece only while the item may still be served: who takes it back stops what is on its way."""
    return _while(lambda: served(here, reference), pieces, reference)


def _while_free(parcel: Packed, here: House, free: Callable[[], bool] | None) -> Iterator[bytes]:
    """The same of all that is in a package."""
    may = free or (lambda: not held_back(here, parcel.references))
    return _while(may, parcel.stream(), "")


def _while(may: Callable[[], bool], pieces: Iterator[bytes], subject: str) -> Iterator[bytes]:
    """Asked of the database at most ten times a second: a slow reader is stopped at the next piece, a fast one soon."""
    asked = time.monotonic()
    for piece in pieces:
        if time.monotonic() - asked >= _EVERY:
            asked = time.monotonic()
            if not may():
                raise Stopped("Nothing more of it is sent.", subject=subject)
        yield piece


def _told(pieces: Iterable[bytes], tell: Callable[[ServiceError], None]) -> Iterator[bytes]:
    try:
        yield from pieces
    except ServiceError as error:
        tell(error)
        raise


def _teller(tag: str) -> Callable[[ServiceError], None]:
    """Enters in the log that a file broke off. The request is over when it is called, its unit of work committed."""
    here, who = house(), actor()

    def tell(error: ServiceError) -> None:
        error.subject = error.subject or tag
        with contextlib.suppress(ServiceError), here.work(who):
            raise error

    return tell
