"""Styles, scripts and pictures of the package: packed where the browser takes that, kept for ever under their digest.

Pages are not packed: what they say and a secret beside it would show in the length of the answer (BREACH, 2013). What
lies here is the same for everybody.
"""

from __future__ import annotations

import gzip
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, request, send_from_directory, url_for

STATIC = Path(__file__).resolve().parent / "static"
YEAR = "public, max-age=31536000, immutable"
PACKED = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})
WORTH_IT = 1024  # bytes: below, the head of the answer is longer than what is saved


def set_up(app: Flask) -> None:
    """Serve them, and let templates name them."""
    app.add_url_rule("/assets/<path:filename>", endpoint="static", view_func=static)
    app.jinja_env.globals["asset"] = asset


def asset(name: str) -> str:
    """The address of a static file, with its digest: what has this address never changes."""
    return url_for("static", filename=name, v=_digest(name))


def static(filename: str) -> Response:
    """A file of the package, whole; nothing else is under this folder.

    Never a part of it: a browser that goes on where a packed answer broke off would get the rest of the plain one.
    """
    answer = send_from_directory(STATIC, filename, conditional=False, etag=False)
    answer.headers.pop("Last-Modified", None)
    if request.args.get("v"):
        answer.headers["Cache-Control"] = YEAR
    if answer.mimetype in PACKED and (answer.content_length or 0) >= WORTH_IT:
        answer.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"] > 0:
            _pack(answer, filename)
    return answer


def _pack(answer: Response, filename: str) -> None:
    answer.direct_passthrough = False
    answer.response.close()  # type: ignore[union-attr]
    answer.set_data(_packed(filename))
    answer.headers["Content-Encoding"] = "gzip"


@cache
def _packed(name: str) -> bytes:
    """Once a process for each file there is; the same bytes in every worker."""
    return gzip.compress((STATIC / name).read_bytes(), mtime=0)


@cache
def _digest(name: str) -> str:
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]
