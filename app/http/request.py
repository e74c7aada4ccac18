"""How a body is read. A file goes chunk by chunk into the stream its endpoint prepared, which seals it.

Werkzeug's own request writes uploads over 500 kB to a temporary file in the clear. Here a file that arrives where
nobody prepared a place for it is refused before its first byte is read, and a stream nobody finished is aborted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Any, Protocol, TypeVar, cast

from flask import Request, current_app, g, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

KIB = 1 << 10
FORM_MEMORY = 500 * 1000  # all typed fields of one form together; twice the longest account of the agreement's forms
FORM_PARTS = 1000
BODY_WITHOUT_FILES = 1 << 20


class Sink(Protocol):
    """Where one file goes: written once, from the start; the view finishes it. ``abort`` after that does nothing."""

    def write(self, data: bytes, /) -> int: ...

    def seek(self, offset: int, whence: int = 0, /) -> int: ...

    def abort(self) -> None: ...

    def close(self) -> None: ...


FileSink = Callable[[str, str], Sink]
"""Given the file's name and declared media type, the stream it is sealed into. It may refuse with a ServiceError."""


class FileNotExpected(BadRequest):
    """A file was sent where none is taken."""

    description = "This page does not take a file. Go back, and use the page of the item the file belongs to."


class SealingRequest(Request):
    """The request of every door."""

    max_form_memory_size = FORM_MEMORY
    max_form_parts = FORM_PARTS

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002  Werkzeug calls all four by name
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        # A browser sends an empty part, with an empty name, for a file field left alone.
        sink = _Nothing() if not filename else _prepared()(filename, content_type or "")
        g.setdefault("open_sinks", []).append(sink)
        return cast("IO[bytes]", sink)


def _prepared() -> FileSink:
    sink: FileSink | None = g.get("file_sink")
    if sink is None:
        raise FileNotExpected
    return sink


class _Nothing:
    """The place of a file field left empty: it takes no byte."""

    size = 0

    def write(self, data: bytes, /) -> int:
        if data:
            raise FileNotExpected
        return 0

    def seek(self, offset: int, whence: int = 0, /) -> int:  # noqa: ARG002
        return 0

    def read(self, size: int = -1, /) -> bytes:  # noqa: ARG002
        return b""

    def abort(self) -> None: ...

    def close(self) -> None: ...


View = TypeVar("View", bound=Callable[..., Any])


def receives_files(prepare: Callable[..., FileSink]) -> Callable[[View], View]:
    """Mark a view that takes files. ``prepare`` gets the view's URL arguments and decides before the body is read."""

    def mark(view: View) -> View:
        view.prepare_sink = prepare  # type: ignore[attr-defined]
        return view

    return mark


def streams_body(view: View) -> View:
    """Mark a view that reads ``request.stream`` itself, in chunks, under its own limit (a raw upload of the API)."""
    view.streams_body = True  # type: ignore[attr-defined]
    return view


def check_length() -> None:
    """Refuse by the announced length, and prepare the sink, before anything reads the body.

    A body for an endpoint without files is bounded here; a file's own limit is told by its sink at the first chunk.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    prepare = getattr(view, "prepare_sink", None)
    streams = getattr(view, "streams_body", False)
    if prepare is not None and request.method == "POST":
        g.file_sink = prepare(**(request.view_args or {}))
    elif not streams:
        request.max_content_length = BODY_WITHOUT_FILES
        if (request.content_length or 0) > BODY_WITHOUT_FILES:
            raise RequestEntityTooLarge


def abort_unclaimed(_error: BaseException | None = None) -> None:
    """Whatever was sealed and not finished goes: a failed check, a refusal, a connection lost half way."""
    for sink in g.pop("open_sinks", []):
        sink.abort()


def typed_fields() -> list[tuple[str, str]]:
    """The typed fields of a form nobody may submit (no session), up to its first file. No file is read.

    Used to hand the person back what they typed. What is longer than FORM_MEMORY is not kept.
    """
    if request.mimetype == "application/x-www-form-urlencoded":
        return list(request.form.items(multi=True))
    if request.mimetype != "multipart/form-data":
        return []
    boundary = request.mimetype_params.get("boundary", "").encode("latin-1", "replace")
    if not boundary:
        return []
    return _fields(MultipartDecoder(boundary, max_form_memory_size=FORM_MEMORY, max_parts=FORM_PARTS))


def _fields(decoder: MultipartDecoder) -> list[tuple[str, str]]:
    parts: list[tuple[str, bytearray]] = []
    left = FORM_MEMORY
    while True:
        event = decoder.next_event()
        if isinstance(event, NeedData):
            decoder.receive_data(request.stream.read(64 * KIB) or None)
        elif isinstance(event, Field):
            parts.append((event.name or "", bytearray()))  # a part may have no name at all
        elif isinstance(event, Data) and parts:
            left -= len(event.data)
            if left < 0:
                raise RequestEntityTooLarge
            parts[-1][1].extend(event.data)
        elif isinstance(event, (File, Epilogue)):
            return [(name, value.decode("utf-8", "replace")) for name, value in parts]
