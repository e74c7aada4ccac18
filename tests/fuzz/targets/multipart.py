"""Bodies of requests: forms with files, forms, JSON. A file goes to its sink alone; nothing else fails."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

from flask import Flask, g
from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder

from app.http.request import BODY_WITHOUT_FILES, FORM_MEMORY, SealingRequest, abort_unclaimed, typed_fields

INSTRUMENT = ("app.http.request", "werkzeug.sansio.multipart", "werkzeug.formparser")
TYPES = (
    "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=longer-boundary-of-a-browser",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "application/json",
    'multipart/form-data; boundary="x y"; charset=utf-16',
)


class App(Flask):
    request_class = SealingRequest


APP = App("fuzz")


class Sink:
    """What a file is sealed into."""

    def __init__(self) -> None:
        self.data, self.aborted = bytearray(), False

    def write(self, data: bytes, /) -> int:
        self.data += data
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        assert (offset, whence) == (0, 0)
        return 0

    def read(self, size: int = -1, /) -> bytes:
        return b""

    def abort(self) -> None:
        self.aborted = True

    def close(self) -> None: ...


def _refused(*_: object, **__: object) -> None:
    raise AssertionError("a temporary file was asked for: content would lie in clear")


def one(data: bytes) -> None:
    kind, takes_files, body = TYPES[(data[:1] or b"\0")[0] % len(TYPES)], bool((data[1:2] or b"\0")[0] & 1), data[2:]
    kept = tempfile.SpooledTemporaryFile, tempfile.TemporaryFile
    tempfile.SpooledTemporaryFile = tempfile.TemporaryFile = _refused  # type: ignore[assignment,misc]
    try:
        typed = _typed(kind, body)
        fields, sinks = _parsed(kind, body, takes_files)
    finally:
        tempfile.SpooledTemporaryFile, tempfile.TemporaryFile = kept  # type: ignore[misc]
    assert sum(len(value) for _, value in fields) <= max(FORM_MEMORY, len(body) * 3)
    if not sinks and fields and typed and kind.startswith("multipart"):
        assert sorted(name for name, _ in typed) == sorted(name or "" for name, _ in fields)
    assert sum(len(each.data) for each in sinks) <= len(body)
    assert all(each.aborted for each in sinks)


def _environ(kind: str, body: bytes) -> dict[str, object]:
    return dict(EnvironBuilder("/", method="POST", content_type=kind, data=body).get_environ())


def _typed(kind: str, body: bytes) -> list[tuple[str, str]]:
    with APP.request_context(_environ(kind, body)):
        try:
            return typed_fields()
        except (HTTPException, ValueError):  # as whoever asks for them takes it
            return []


def _parsed(kind: str, body: bytes, takes_files: bool) -> tuple[list[tuple[str, str]], list[Sink]]:
    sinks: list[Sink] = []

    def prepared(name: str, media_type: str) -> Sink:
        assert isinstance(name, str)
        assert isinstance(media_type, str)
        sinks.append(Sink())
        return sinks[-1]

    with APP.request_context(_environ(kind, body)) as context:
        request = context.request
        if takes_files:
            g.file_sink = prepared
        else:
            request.max_content_length = BODY_WITHOUT_FILES
        fields: list[tuple[str, str]] = []
        try:
            fields = list(request.form.items(multi=True))
            list(request.files.items(multi=True))
            if request.is_json:
                request.get_json()
        except HTTPException:
            pass
        abort_unclaimed()
    assert takes_files or not sinks
    return fields, sinks


def seeds() -> Iterator[bytes]:
    field = b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nA title\r\n'
    file = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n'
    file += b"Content-Type: text/plain\r\n\r\nabc\r\n"
    end = b"--x--\r\n"
    yield b""
    for takes in (b"\0", b"\1"):
        yield b"\0" + takes + field + end
        yield b"\0" + takes + field + file + field + end
        yield b"\0" + takes + file.replace(b"a.txt", b"").replace(b"abc", b"") + end
        yield b"\0" + takes + file.replace(b'filename="a.txt"', b"filename*=UTF-8''%c3%a9.txt") + end
    yield b"\3\0title=A+title&b=%C3%A9&c"
    yield b'\4\0{"title":"x","files":[1,2,{"a":null}]}'
    yield b"\2\0" + field
    yield b"\5\1" + field.replace(b"--x", b"--x y") + b"--x y--"
