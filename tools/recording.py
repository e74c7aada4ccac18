"""A plugin of pytest: what is asked of the API in the tests, and what it answers, set down as it went over the wire."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

OUT = "CUSTODES_RECORDING"  # where to; the plugin is loaded by tools.api_examples alone
MOST = 8  # of each operation and outcome: enough to choose from
SHOWN = ("ETag", "Location", "Retry-After", "Idempotency-Replayed", "Content-Range", "Content-Disposition")
_kept: list[dict[str, Any]] = []
_counted: Counter[tuple[str, str, int, str]] = Counter()
_open = FlaskClient.open


def _opened(self: FlaskClient, *args: Any, **given: Any) -> Any:
    body = given.get("json")
    response = _open(self, *args, **given)
    _keep(self, response, body)
    return response


def _keep(client: FlaskClient, response: Any, body: Any) -> None:
    asked = response.request
    if not asked.path.startswith("/api/v1/"):
        return
    try:
        rule, _ = client.application.url_map.bind("").match(asked.path, method=asked.method, return_rule=True)
    except HTTPException:
        return
    answer = response.get_json(silent=True) if response.is_json or "json" in response.content_type else None
    code = answer.get("code", "") if response.status_code >= 400 and isinstance(answer, dict) else ""
    name = (asked.method, rule.rule, response.status_code, code)
    _counted[name] += 1
    if _counted[name] > MOST:
        return
    _kept.append(
        {
            "method": asked.method,
            "rule": rule.rule,
            "status": response.status_code,
            "code": code,
            "path": asked.path,
            "query": asked.query_string.decode(),
            "body": body,
            "type": response.content_type or "",
            "answer": answer,
            "headers": {each: response.headers[each] for each in SHOWN if each in response.headers},
            "sent": {each: asked.headers[each] for each in ("If-Match", "Range") if each in asked.headers},
            "text": _text(response),
        }
    )


def _text(response: Any) -> str:
    """The beginning of what is read by people; the end of the first thousands of bytes may cut a letter."""
    readable = response.status_code < 300 and response.content_type.startswith("text/")
    return response.get_data()[:2000].decode("utf-8", "ignore") if readable else ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is seen in a browser asks nothing of the API."""
    items[:] = [each for each in items if "browser" not in getattr(each, "fixturenames", ())]


def pytest_sessionstart() -> None:
    FlaskClient.open = _opened  # type: ignore[method-assign]


def pytest_sessionfinish() -> None:
    Path(os.environ[OUT]).write_text(json.dumps(_kept), encoding="utf-8")
