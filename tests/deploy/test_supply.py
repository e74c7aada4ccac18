"""What an installation brings in: listed from the lock, and looked up where anybody keeps word of what is known."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tools import audit, locked, sbom

ROOT = Path(__file__).parents[2]


def test_the_same_lock_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        sbom.main([str(tmp_path / name)])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == sbom.bill().encode()


def test_it_lists_every_package_with_every_digest_and_once() -> None:
    document = json.loads(sbom.bill())
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", document["serialNumber"])
    text = (ROOT / "requirements" / "run.txt").read_text("utf-8")
    pins = re.findall(r"^([\w.-]+)==(\S+) ", text, re.M)
    assert [(each["name"], each["version"]) for each in document["components"]] == pins
    refs = [each["bom-ref"] for each in document["components"]]
    assert len(set(refs)) == len(refs)
    assert document["dependencies"][0]["dependsOn"] == refs
    assert sum(len(each["properties"]) for each in document["components"]) == text.count("--hash=sha256:")
    assert "timestamp" not in document["metadata"]


def test_another_lock_is_another_bill(tmp_path: Path) -> None:
    other = tmp_path / "run.txt"
    other.write_text(sbom.LOCK.read_text("utf-8").replace("flask==", "flask==9.", 1))
    assert json.loads(sbom.bill(other))["serialNumber"] != json.loads(sbom.bill())["serialNumber"]


def test_a_package_without_a_digest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.txt").write_text("flask==3.1.3\n")
    with pytest.raises(ValueError, match="no digest for flask"):
        locked.read(tmp_path / "run.txt")


@contextmanager
def advisories(answer: Any) -> Iterator[tuple[str, list[Any]]]:
    """A stand-in for the published API of OSV, and what it was asked."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            said = answer(asked[-1][1]) if callable(answer) else answer
            self.send_response(200)
            self.end_headers()
            self.wfile.write(said if isinstance(said, bytes) else json.dumps(said).encode())

        def log_message(self, *_args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def told(query: Any) -> Any:
    """Something is known against one package."""
    bad = {"vulns": [{"id": "GHSA-xxxx-yyyy-zzzz"}, {"id": "PYSEC-2026-1"}]}
    return {"results": [bad if each["package"]["name"] == "jinja2" else {} for each in query["queries"]]}


def test_what_is_known_is_said_and_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with advisories(told) as (source, asked):
        monkeypatch.setenv("ADVISORIES", source)
        assert audit.main([]) == audit.KNOWN
    assert re.search(r"KNOWN AGAINST jinja2 \S+: GHSA-xxxx-yyyy-zzzz, PYSEC-2026-1", capsys.readouterr().out)
    path, query = asked[0]
    assert path == "/v1/querybatch"
    assert {"package": {"name": "flask", "ecosystem": "PyPI"}, "version": "3.1.3"} in query["queries"]
    assert set(query) == {"queries"}


def test_where_nothing_is_known_it_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    with advisories(lambda query: {"results": [{}] * len(query["queries"])}) as (source, _):
        monkeypatch.setenv("ADVISORIES", source)
        assert audit.main([]) == audit.CLEAN


@pytest.mark.parametrize("answer", [b"<html>sign in</html>", {"results": []}, {}, b"[]", {"results": None}])
def test_an_answer_that_is_none_is_no_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: Any
) -> None:
    with advisories(answer) as (source, _):
        monkeypatch.setenv("ADVISORIES", source)
        assert audit.main([]) == audit.BLIND
    assert "NOT AUDITED" in capsys.readouterr().out


def test_a_source_that_is_away_is_no_word(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ADVISORIES", "http://127.0.0.1:9")
    assert audit.main([]) == audit.BLIND
    assert "NOT AUDITED" in capsys.readouterr().out
