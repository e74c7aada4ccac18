"""The API of Custodes for programs: one file, Python 3.11 or newer, nothing to install. Its words: docs/api.md.

    custodes = Custodes("https://custodes.example", token)
    draft = custodes.draft(agreement="…", kind="intelligence", route="…", marking="OFFICIAL", title="…", purpose="…")
    custodes.attach(draft, Path("letter.pdf"))
    print(custodes.send(draft))

What the service refuses is raised as `Refused`, with its code and every reason; what cannot be reached as
`Unreachable`. A request that changes something carries an Idempotency-Key, so that it may be asked again safely: it
is, where the connection breaks and where the service says 503 with Retry-After.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import mimetypes
import ssl
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode, urlsplit

ROOT = "/api/v1"
PIECE = 4 << 20  # bytes: what the service seals at a time, and so what is lost at most when an upload breaks off
BLOCK = 1 << 20  # bytes sent and read at a time
PATIENCE = 120.0  # seconds for one answer
TOLERANCE = 300  # seconds that a webhook's time may be off
SAFE = ("GET", "HEAD")


class Refused(Exception):
    """The service said no (RFC 9457). `code` is the same for ever; `reasons` are {rule, text, clause} each."""

    def __init__(self, answer: Answer) -> None:
        said = answer.problem
        self.answer, self.status = answer, answer.status
        self.code, self.detail = str(said.get("code", "")), str(said.get("detail", ""))
        self.reasons: list[dict[str, str]] = said.get("reasons", [])
        self.errors: dict[str, list[str]] = said.get("errors", {})
        super().__init__(answer.in_short)


class Unreachable(Exception):
    """No answer came, or one that broke off."""


class NotWhole(Exception):
    """What arrived is not what was sent: its length or its SHA-256 is another."""


class NotSigned(Exception):
    """Not from the service, or not now: nothing of it may be believed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service answered. `headers` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON; empty where there is none."""
        return json.loads(self.body) if self.body else {}

    @property
    def problem(self) -> dict[str, Any]:
        """What a refusal says; empty where a machine between gave the answer."""
        with contextlib.suppress(ValueError):
            found = self.json
            return found if isinstance(found, dict) else {}
        return {}

    @property
    def in_short(self) -> str:
        """Status, and for a refusal what it said."""
        said = self.problem if self.status >= 400 else {}
        return f"{self.status} {said.get('code', '')}: {said.get('detail', '')}" if said else str(self.status)


@dataclass(frozen=True, slots=True)
class Passed:
    """A file that went by: its bytes were counted and hashed, not kept."""

    answer: Answer
    size: int
    sha256: str


@dataclass(slots=True)
class Hashed:
    """A file read once, hashed on the way."""

    stream: BinaryIO
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def read(self, most: int = BLOCK) -> bytes:
        """The next bytes."""
        piece = self.stream.read(most)
        self.digest.update(piece)
        self.size += len(piece)
        return piece


@dataclass(slots=True)
class Custodes:
    """A service at an address, asked with a token. `attempts`: how often something is tried before it is given up."""

    address: str
    token: str = ""
    attempts: int = 4
    longest_wait: float = 30.0  # seconds between two attempts
    context: ssl.SSLContext | None = None  # for an authority of one's own

    # Anything the API has

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
    ) -> Answer:
        """One request below /api/v1, once: whatever is answered is returned. Raises Unreachable."""
        sent = {**self._headers(), **(headers or {})}
        if body is not None:
            data, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        with self._link() as link:
            link.request(method, ROOT + path, body=data, headers=sent)
            return _whole(link.getresponse())

    def do(self, method: str, path: str, body: Any = None, **given: Any) -> Answer:
        """One request until it is answered, and refused or done. Raises Refused, Unreachable."""
        headers = dict(given.pop("headers", None) or {})
        if method not in SAFE:
            headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
        for left in reversed(range(self.attempts)):
            try:
                answer = self.ask(method, path, body, headers=headers, **given)
            except Unreachable:
                if not left:
                    raise
                self._pause(None)
                continue
            if answer.status != 503 or "retry-after" not in answer.headers or not left:
                break
            self._pause(answer)
        if answer.status >= 400:
            raise Refused(answer)
        return answer

    def get(self, path: str, **query: Any) -> Any:
        """What an address shows."""
        return self.do("GET", path + _query(query)).json

    def post(self, path: str, body: Any = None, *, key: str = "") -> Any:
        """An act. `key`: an Idempotency-Key of one's own, so that it is done once though the program starts anew."""
        return self.do("POST", path, {} if body is None else body, headers={"Idempotency-Key": key} if key else {}).json

    def change(self, path: str, body: Any) -> Any:
        """PATCH what was looked at just before: If-Match with its ETag. Refused with 412 where it changed since."""
        tag = self.do("GET", path).headers["etag"]
        return self.do("PATCH", path, body, headers={"If-Match": tag}).json

    def every(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Each entry of a list, page after page."""
        while True:
            page = self.get(path, **query)
            yield from page["items"]
            if not page.get("next"):
                return
            query["cursor"] = page["next"]

    # What most programs do

    def draft(self, **written: Any) -> str:
        """Begin an item; `get("/ways")` says what may go where. Its id."""
        return str(self.post("/drafts", written)["id"])

    def attach(self, draft: str, file: Path, *, name: str = "", media_type: str = "") -> int:
        """A file of any size; goes on where it breaks off. The number of the part. Raises NotWhole."""
        name, kind = name or file.name, media_type or type_of(file)
        told = {"filename": name, "filetype": kind}
        pairs = ",".join(f"{key} {_base64(value.encode())}" for key, value in told.items())
        headers = {**_TUS, "Upload-Length": str(file.stat().st_size), "Upload-Metadata": pairs}
        begun = self.do("POST", f"/drafts/{draft}/uploads", data=b"", headers=headers)
        place = urlsplit(begun.headers["location"]).path.removeprefix(ROOT)
        with file.open("rb") as stream:
            self._go_on(place, stream, file.stat().st_size)
        return int(self.get(place)["part"])

    def send(self, draft: str) -> str:
        """From here on it is an item. Its reference."""
        return str(self.post(f"/drafts/{draft}/send")["reference"])

    def open(self, reference: str, purpose: str) -> dict[str, Any]:
        """Read an item; that it was read, by whom and what for, is recorded."""
        found: dict[str, Any] = self.post(f"/items/{reference}/open", {"purpose": purpose})
        return found

    def download(self, reference: str, part: int, purpose: str, to: Path, *, sha256: str = "") -> Passed:
        """A file of an item into ``to``, whole or not at all; what breaks off goes on by range.

        ``sha256``: what whoever sent it says of it. Raises NotWhole where it, or the length, is another.
        """
        path = f"/items/{quote(reference)}/files/{part}{_query({'purpose': purpose})}"
        partly = to.with_name(f"{to.name}.part")
        passed = self._fetched(path, partly, {})
        size, tag = _length(passed.answer), passed.answer.headers.get("etag", "")
        for _ in range(self.attempts):
            if (here := partly.stat().st_size) >= size:
                break
            passed = self._fetched(path, partly, {"Range": f"bytes={here}-", "If-Range": tag})
        here, came = partly.stat().st_size, _digest(partly)
        if here != size or (sha256 and came != sha256):
            partly.unlink()
            raise NotWhole(f"{reference} part {part}: {here} of {size} bytes, SHA-256 {came}")
        partly.replace(to)
        return Passed(passed.answer, here, came)

    # Files, streamed and hashed as they pass

    def put(self, path: str, file: Path, *, media_type: str = "") -> Passed:
        """PUT a file as the body, in one go."""
        headers = {"Content-Type": media_type or type_of(file), "Content-Length": str(file.stat().st_size)}
        with file.open("rb") as stream, self._link() as link:
            passing = Hashed(stream)
            # A refusal may come, and the connection go, before all is sent: the answer says why.
            with contextlib.suppress(ConnectionError):
                link.request("PUT", ROOT + path, body=passing, headers={**self._headers(), **headers})
            answer = _whole(link.getresponse())
        return Passed(answer, passing.size, passing.digest.hexdigest())

    def fetch(
        self, path: str, to: Path | None = None, *, headers: Mapping[str, str] | None = None, also: bool = False
    ) -> Passed:
        """GET a file piece by piece; kept only if ``to`` says where, after what is there if ``also``.

        A body that breaks off is given back short: compare lengths, or digests.
        """
        with self._link() as link, contextlib.ExitStack() as stack:
            link.request("GET", ROOT + path, headers={**self._headers(), **(headers or {})})
            response = link.getresponse()
            if response.status >= 400:
                return Passed(_whole(response), 0, "")
            kept = also and response.status == 206
            out = stack.enter_context(to.open("ab" if kept else "wb")) if to else None
            passing = Hashed(response)
            with contextlib.suppress(ConnectionError, TimeoutError, http.client.HTTPException):
                while piece := passing.read():
                    if out:
                        out.write(piece)
            return Passed(Answer(response.status, _named(response), b""), passing.size, passing.digest.hexdigest())

    def _fetched(self, path: str, to: Path, headers: Mapping[str, str]) -> Passed:
        passed = self.fetch(path, to, headers=headers, also=bool(headers))
        if passed.answer.status >= 400:
            raise Refused(passed.answer)
        return passed

    def _go_on(self, place: str, stream: BinaryIO, size: int) -> None:
        """Piece by piece from where the service says it is, until it says that the last byte is here and attached."""
        offset, left = 0, self.attempts
        while True:
            answer, why = self._piece(place, offset, _from(stream, offset))
            if answer is not None and answer.status < 300:
                offset, left = int(answer.headers["upload-offset"]), self.attempts
                if offset >= size:
                    return
                continue
            left -= 1
            if answer is not None and (answer.status not in _GOES_ON_AFTER or not left):
                raise Refused(answer)
            if not left:
                raise Unreachable(str(why)) from why
            self._pause(answer)
            offset = int(self.do("HEAD", place, headers=_TUS).headers["upload-offset"])

    def _piece(self, place: str, offset: int, piece: bytes) -> tuple[Answer | None, Unreachable | None]:
        headers = {**_TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        if piece:
            headers["Upload-Checksum"] = f"sha256 {_base64(hashlib.sha256(piece).digest())}"
        try:
            return self.ask("PATCH", place, headers=headers, data=piece), None
        except Unreachable as error:
            return None, error

    def _pause(self, answer: Answer | None) -> None:
        asked = answer.headers.get("retry-after", "1") if answer else "1"
        time.sleep(min(self.longest_wait, float(asked) if asked.isdigit() else 1.0))

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    @contextlib.contextmanager
    def _link(self) -> Iterator[http.client.HTTPConnection]:
        to = urlsplit(self.address)
        if to.scheme == "https":
            secure = self.context or ssl.create_default_context()
            link: http.client.HTTPConnection = http.client.HTTPSConnection(
                to.netloc, timeout=PATIENCE, context=secure, blocksize=BLOCK
            )
        else:
            link = http.client.HTTPConnection(to.netloc, timeout=PATIENCE, blocksize=BLOCK)
        try:
            yield link
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"{to.netloc}: {error}") from error
        finally:
            link.close()


@dataclass(frozen=True, slots=True)
class Event:
    """What a webhook tells: its id (do each once), what happened, and the id of what it happened to. Never more."""

    id: str
    type: str
    thing: str
    at: str


def believed(secret: str, headers: Mapping[str, str], body: bytes, *, now: float) -> Event:
    """The event of a webhook whose signature holds (Standard Webhooks, v1). ``now``: seconds. Raises NotSigned."""
    given = {name.lower(): value for name, value in headers.items()}
    event, sent, signed = (given.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (sent.isascii() and sent.isdigit()) or abs(now - int(sent)) > TOLERANCE:
        raise NotSigned("its time is not now")
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    good = "v1," + _base64(hmac.digest(key, b".".join((event.encode(), sent.encode(), body)), "sha256"))
    if not any(hmac.compare_digest(good.encode(), each.encode()) for each in signed.split()):
        raise NotSigned("no signature of it holds")
    said = json.loads(body)
    return Event(event, said["type"], said["data"]["id"], said["timestamp"])


_TUS = {"Tus-Resumable": "1.0.0"}
_GOES_ON_AFTER = (409, 460, 503)  # elsewhere by now, damaged, not now


def type_of(file: Path) -> str:
    """What the name suggests."""
    return mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def _from(stream: BinaryIO, offset: int) -> bytes:
    stream.seek(offset)
    return stream.read(PIECE)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _query(query: Mapping[str, Any]) -> str:
    return f"?{urlencode(query)}" if query else ""


def _named(response: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.getheaders()}


def _whole(response: http.client.HTTPResponse) -> Answer:
    return Answer(response.status, _named(response), response.read())


def _length(answer: Answer) -> int:
    """Of the whole file, also where a part of it was served."""
    whole = answer.headers.get("content-range", "").rpartition("/")[2] or answer.headers.get("content-length", "0")
    return int(whole)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
