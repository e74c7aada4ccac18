"""How an operation is asked for, ready to be copied: by curl, and by the Python client. Made from its example."""

from __future__ import annotations

import json
from pprint import pformat
from shlex import quote
from typing import Any

from app.api.section import PATH

_WIDTH = 88
_AT = '"$CUSTODES'


def by_curl(method: str, path: str, operation: dict[str, Any], kept: dict[str, Any]) -> str:
    """The command; `$CUSTODES` is the address of the service, `$TOKEN` the token."""
    words = [f'curl {_method(method, kept)}{_AT}{kept.get("path", path)}"']
    if operation.get("security") != []:
        words.append('-H "Authorization: Bearer $TOKEN"')
    words += [f"-H {quote(f'{name}: {value}')}" for name, value in kept.get("sent", {}).items()]
    kinds = list(operation.get("requestBody", {}).get("content", {}))
    if "application/json" in kinds and kept.get("body"):
        words += ["--json " + quote(json.dumps(kept["body"], ensure_ascii=False))]
    elif "multipart/form-data" in kinds:
        words += ["-F files=@letter.pdf"]
    elif kinds and "application/json" not in kinds:
        words += [f"-H {quote(f'Content-Type: {kinds[0]}')}", "--data-binary @file"]
    return " \\\n  ".join(words)


def _method(method: str, kept: dict[str, Any]) -> str:
    implied = "POST" if kept.get("body") else "GET"
    return "" if method == implied else f"-X {method} "


def by_python(method: str, path: str, operation: dict[str, Any], kept: dict[str, Any]) -> str:
    """One call of the client (client/custodes_client.py)."""
    at = kept.get("path", path).removeprefix(PATH)
    kinds = list(operation.get("requestBody", {}).get("content", {}))
    if kinds and "application/json" not in kinds:
        return _of_bytes(method, at, kinds[0])
    if method == "GET":
        answered = operation["responses"].get("200", {}).get("content", {"application/json": {}})
        return f"custodes.get({at!r})" if "application/json" in answered else f'custodes.fetch({at!r}, Path("file"))'
    body = kept.get("body") or None
    if method == "PATCH":
        return _call("change", at, body)
    return _call("post", at, body) if method == "POST" else _call("do", method, at, body)


def _of_bytes(method: str, at: str, kind: str) -> str:
    if kind == "multipart/form-data":
        return 'custodes.attach(draft, Path("letter.pdf"))  # one after the other'
    if method == "PUT":
        return f'custodes.put({at!r}, Path("file"))'
    return f'custodes.do({method!r}, {at!r}, data=Path("file").read_bytes(), headers={{"Content-Type": {kind!r}}})'


def _call(name: str, *given: Any) -> str:
    shown = [pformat(each, width=_WIDTH, sort_dicts=False) for each in given if each is not None]
    whole = f"custodes.{name}({', '.join(shown)})"
    if len(whole) <= _WIDTH and "\n" not in whole:
        return whole
    inner = ",\n".join(shown)
    return f"custodes.{name}(\n    " + inner.replace("\n", "\n    ") + ",\n)"
