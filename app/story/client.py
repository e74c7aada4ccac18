"""A small HTTP client: JSON in and out, files streamed both ways and hashed as they pass. Standard library only."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

PIECE = 1 << 20
PATIENCE = 120  # seconds for one answer


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON; empty where there is none."""
        return json.loads(self.body) if self.body else {}

    @property
    def in_short(self) -> str:
        """Status, and for a refusal what it said."""
        if self.status < 400:
            return str(self.status)
        with contextlib.suppress(ValueError):
            return f"{self.status} {self.json.get('code', '')}: {self.json.get('detail', '')}"
        return f"{self.status} {self.body[:200]!r}"


@dataclass(frozen=True, slots=True)
class Passed:
    """A file that went by: its bytes were counted and hashed, not kept."""

    answer: Answer
    size: int
    sha256: str


class _Hashing:
    """A file read once, hashed on the way."""

    def __init__(self, stream: BinaryIO) -> None:
        self.sha256, self.size, self._stream = hashlib.sha256(), 0, stream

    def read(self, most: int = PIECE) -> bytes:
        """The next bytes."""
        piece = self._stream.read(most)
        self.sha256.update(piece)
        self.size += len(piece)
        return piece


class Client:
    """One connection a request; loopback only."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request; JSON if there is a body."""
        sent = dict(headers or {})
        data = None
        if body is not None:
            data, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        with self._connected() as link:
            link.request(method, path, body=data, headers={**sent, **_bearer(token)})
            return _whole(link.getresponse())

    def upload(self, path: str, file: Path, *, token: str, media_type: str) -> Passed:
        """PUT a file as the raw body, streamed from disk."""
        with file.open("rb") as stream, self._connected() as link:
            passing = _Hashing(stream)
            headers = {"Content-Type": media_type, "Content-Length": str(file.stat().st_size), **_bearer(token)}
            # A refusal may come, and the connection go, before all is sent: the answer says why.
            with contextlib.suppress(ConnectionError):
                link.request("PUT", path, body=passing, headers=headers)
            answer = _whole(link.getresponse())
        return Passed(answer, passing.size, passing.sha256.hexdigest())

    def download(
        self, path: str, *, token: str, headers: Mapping[str, str] | None = None, to: Path | None = None
    ) -> Passed:
        """GET a file piece by piece; kept only if ``to`` says where."""
        with self._connected() as link, contextlib.ExitStack() as stack:
            link.request("GET", path, headers={**(headers or {}), **_bearer(token)})
            response = link.getresponse()
            if response.status >= 400:
                return Passed(_whole(response), 0, "")
            out = stack.enter_context(to.open("wb")) if to else None
            sha256, size = hashlib.sha256(), 0
            while piece := response.read(PIECE):
                sha256.update(piece)
                size += len(piece)
                if out:
                    out.write(piece)
            return Passed(Answer(response.status, dict(response.getheaders()), b""), size, sha256.hexdigest())

    @contextlib.contextmanager
    def _connected(self) -> Iterator[http.client.HTTPConnection]:
        link = http.client.HTTPConnection(self._host, self._port, timeout=PATIENCE, blocksize=PIECE)
        try:
            yield link
        finally:
            link.close()


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _whole(response: http.client.HTTPResponse) -> Answer:
    return Answer(response.status, dict(response.getheaders()), response.read())
