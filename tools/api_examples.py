"""Examples of the API, recorded: python -m tools.api_examples (several minutes; `FILES` of tests to record, else all).

Tests ask the API of real houses with an invented cast; what they sent and were answered is set down, ids and secrets
are given others of the same form, lists are shortened, and each operation keeps one exchange and the codes of its
refusals in app/api/recorded/. What is there and still fits the description stays as it is, so that a change is small.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from app.api.section import PREFIX
from app.api.spec import EXTENSION, operations
from tests.house import Live
from tools.recording import OUT

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "app" / "api" / "recorded"
WHERE = ("tests/api", "tests/custody", "tests/outbox", "tests/identity", "tests/incidents", "tests/web", "tests/matrix")
MOST_ENTRIES, MOST_TEXT, MOST_BYTES = 2, 300, 6000
_HOLE = re.compile(r"<(?:[^<>:]*:)?([a-z_]+)>")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DIGEST = re.compile(r"\b[0-9a-f]{32,}\b")
_SECRET = re.compile(r"[A-Za-z0-9_\-+]{32,}={0,2}")
_ONCE = ("secret", "token", "passphrase", "seal", "invitation", "totp_uri", "challenge")


def main() -> None:
    """Record, choose, write."""
    with tempfile.TemporaryDirectory() as folder:
        live = Live.create(Path(folder) / "state")
        described = live.app.extensions[EXTENSION]
        live.close()
        recorded = _recorded(sys.argv[1:], Path(folder) / "recorded.json")
    write(described, recorded)


def write(described: dict[str, Any], recorded: list[dict[str, Any]]) -> None:
    """One file for each section, and one with every refusal seen."""
    by_operation: dict[tuple[str, str], list[dict[str, Any]]] = {}
    problems: dict[str, Any] = {}
    for each in recorded:
        shape = _HOLE.sub(r"{\1}", each["rule"])
        by_operation.setdefault((shape, each["method"].lower()), []).append(each)
        if each["code"]:
            problems.setdefault(each["code"], named_again(each["answer"], each["code"]))
    KEPT.mkdir(exist_ok=True)
    sections: dict[str, dict[str, Any]] = {}
    for path, method, operation in operations(described):
        tag = operation["tags"][0].removeprefix(PREFIX)
        file = KEPT / f"{tag}.json"
        before = json.loads(file.read_text("utf-8")) if file.exists() else {}
        name = operation["operationId"]
        kept = kept_or_chosen(before.get(name), by_operation.get((path, method), []), operation, described)
        if kept:
            sections.setdefault(tag, {})[name] = kept
    for tag, found in sections.items():
        _put(KEPT / f"{tag}.json", found)
    file = KEPT / "problems.json"
    before = json.loads(file.read_text("utf-8")) if file.exists() else {}
    _put(file, dict(sorted({**problems, **before}.items())))


def _put(file: Path, what: Any) -> None:
    file.write_text(json.dumps(what, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def kept_or_chosen(
    before: dict[str, Any] | None, seen: list[dict[str, Any]], operation: dict[str, Any], described: dict[str, Any]
) -> dict[str, Any] | None:
    """The exchange kept before if it still fits, else the fullest of those seen; and every refusal seen, by status."""
    refused: dict[str, set[str]] = {each: set(codes) for each, codes in (before or {}).get("refused", {}).items()}
    for each in seen:
        if each["code"]:
            refused.setdefault(str(each["status"]), set()).add(each["code"])
    fits = _fits(operation, described)
    whole = before if before and fits(before) else _chosen(seen, operation, fits)
    if whole is None:
        return None
    return {**whole, "refused": {each: sorted(codes) for each, codes in sorted(refused.items())}}


def _fits(operation: dict[str, Any], described: dict[str, Any]) -> Callable[[dict[str, Any]], bool]:
    asked = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")

    def holds(schema: dict[str, Any] | None, value: Any) -> bool:
        return schema is None or Draft202012Validator({**schema, "components": described["components"]}).is_valid(value)

    def fits(kept: dict[str, Any]) -> bool:
        answered = operation["responses"].get(str(kept["status"]), {}).get("content", {})
        schema = answered.get("application/json", {}).get("schema")
        return str(kept["status"]) in operation["responses"] and (
            (asked is None or (kept.get("body") is not None and holds(asked, kept["body"])))
            and (schema is None or (kept.get("answer") is not None and holds(schema, kept["answer"])))
        )

    return fits


def _chosen(
    seen: list[dict[str, Any]], operation: dict[str, Any], fits: Callable[[dict[str, Any]], bool]
) -> dict[str, Any] | None:
    good = [_shown(each, operation["operationId"]) for each in seen if each["status"] < 300 and not each["code"]]
    good = [each for each in good if fits(each) and len(json.dumps(each)) <= MOST_BYTES] or [
        each for each in good if fits(each)
    ]
    return max(good, key=_worth, default=None)


def _worth(each: dict[str, Any]) -> tuple[int, int]:
    """One that nobody wrote says `x`; of the others, the one that tells most."""
    written = '"x"' not in json.dumps(each.get("body"))
    return int(written), sum(1 for _ in _leaves([each.get("body"), each.get("answer")]))


def _leaves(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    elif value not in (None, "", "x"):
        yield value


def _shown(each: dict[str, Any], name: str) -> dict[str, Any]:
    body = each["body"] if each["body"] is not None else {}
    kept = {
        "path": each["path"] + (f"?{each['query']}" if each["query"] else ""),
        "sent": each["sent"],
        "body": body,
        "status": each["status"],
        "type": each["type"].partition(";")[0],
        "answer": _short(each["answer"]),
        "text": "\n".join(each["text"].splitlines()[:6]),
        "headers": {k: v for k, v in each["headers"].items() if k != "Idempotency-Replayed"},
    }
    again: dict[str, Any] = named_again(kept, name)
    needed = ("path", "status")
    return {
        key: value
        for key, value in again.items()
        if key in needed or (value not in ("", None) and (value or key in ("body", "answer")))
    }


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_short(inner) for inner in value[:MOST_ENTRIES]]
    if isinstance(value, str) and len(value) > MOST_TEXT and " " in value:
        return value[:MOST_TEXT].rpartition(" ")[0] + " …"
    return value


def named_again(value: Any, name: str) -> Any:
    """The same with ids counted from one, and digests and secrets that say nothing."""
    said = json.dumps(value, ensure_ascii=False)
    ids = {
        each: f"{place:08d}-0000-4000-8000-000000000000"
        for place, each in enumerate(dict.fromkeys(_UUID.findall(said)), 1)
    }
    said = _UUID.sub(lambda found: ids[found[0]], said)
    said = _DIGEST.sub(lambda found: _other(found[0], name, "0123456789abcdef"), said)
    return _without_secrets(json.loads(said), name, "")


def _without_secrets(value: Any, name: str, key: str) -> Any:
    if isinstance(value, dict):
        return {each: _without_secrets(inner, name, each) for each, inner in value.items()}
    if isinstance(value, list):
        return [_without_secrets(inner, name, key) for inner in value]
    if not isinstance(value, str) or _UUID.fullmatch(value) or _DIGEST.fullmatch(value):
        return value
    if key in _ONCE and " " not in value and len(value) > 12:
        return _other(value, name)
    return _SECRET.sub(lambda found: _other(found[0], name) if _random(found[0]) else found[0], value)


def _random(word: str) -> bool:
    return not _UUID.search(word) and all(re.search(each, word) for each in ("[A-Z]", "[a-z]", "[0-9]"))


def _other(word: str, name: str, hexadecimal: str = "") -> str:
    """A word of the same form, the same for ever."""
    stream = b"".join(sha256(f"{name}{place}".encode()).digest() for place in range(len(word) // 32 + 1))
    alphabets = (
        [hexadecimal] if hexadecimal else ["ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789"]
    )
    out = []
    for letter, byte in zip(word, stream, strict=False):
        alphabet = next((each for each in alphabets if letter in each), "")
        out.append(alphabet[byte % len(alphabet)] if alphabet else letter)
    prefix = next((each for each in ("custodes_", "whsec_") if word.startswith(each)), "")
    return prefix + "".join(out)[len(prefix) :]


def _recorded(files: list[str], out: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "pytest", "-p", "tools.recording", "-q", *(files or WHERE)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, OUT: str(out)}, check=False)
    found: list[dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    main()
