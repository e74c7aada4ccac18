"""The service with one address more: a bare template, rendered by the same workers, with nothing before or after it.

    python -m bench.bare

``/bench/bare?rows=50&bytes=30000``: a table of so many rows, padded to so many bytes. No session, no decision, no
database, no log. What a page of the service costs above it is what the service does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from flask import Flask
from jinja2 import Environment

from app.config import Settings
from app.serving import Server

PATH = "/bench/bare"
_TEXT = """<!doctype html><html lang="en"><head><title>Bare</title></head><body><table><tbody>
{% for row in rows %}<tr><th scope="row"><a href="/items/{{ row.reference }}">{{ row.reference }}</a></th>
<td>{{ row.marking }}</td><td>{{ row.place }}</td><td>{{ row.sent }}</td><td>{{ row.state }}</td></tr>
{% endfor %}</tbody></table><p>{{ rest }}</p></body></html>"""
_TEMPLATE = Environment(autoescape=True).from_string(_TEXT)
_ROW = {"marking": "OFFICIAL", "place": "Fernmoor (HMP)", "sent": "1 November 2026", "state": "open"}


def rendered(rows: int, padding: str) -> bytes:
    """The table, and what makes it as long as the page it is compared with."""
    given = [{**_ROW, "reference": f"HMIP-2026-{number}"} for number in range(rows)]
    return _TEMPLATE.render(rows=given, rest=padding).encode()


class WithBare(Server):
    """Before the application, as a server in front of it would be."""

    def load(self) -> Flask:
        app = super().load()
        inner = app.wsgi_app
        padding: dict[tuple[int, int], str] = {}

        def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            if environ["PATH_INFO"] != PATH:
                return inner(environ, start)
            asked = parse_qs(environ["QUERY_STRING"])
            rows, size = int(asked["rows"][0]), int(asked["bytes"][0])
            if (rows, size) not in padding:
                padding[rows, size] = "x" * max(0, size - len(rendered(rows, "")))
            body = rendered(rows, padding[rows, size])
            start("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))])
            return [body]

        app.wsgi_app = answer  # type: ignore[method-assign]
        return app


if __name__ == "__main__":
    WithBare(Settings.from_env()).run()
