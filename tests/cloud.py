"""S3 and KMS as moto serves them over HTTP, and a proxy before them that misbehaves on a plan.

moto does not enforce the state of a KMS key, nor tell a blob of another key from a forbidden one: ``enforce_states`` is
a plan that does what AWS does.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

REGION = "eu-west-2"
ACCOUNT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@cache
def endpoint() -> str:
    """moto's address, in a process of its own that is started with the first use and ends with this one."""
    os.environ.update(ACCOUNT)
    root = Path(__file__).parents[1]
    server = subprocess.Popen(
        [sys.executable, "-c", "from tests.cloud import serve; serve()"],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    atexit.register(_end, server)
    assert server.stdout is not None
    return f"http://127.0.0.1:{int(server.stdout.readline())}"


def _end(server: subprocess.Popen[str]) -> None:
    server.kill()
    server.wait()
    for stream in (server.stdin, server.stdout):
        if stream is not None:
            stream.close()


def serve() -> None:
    """moto, until whoever started it is gone; the first line printed is its port."""
    from moto.server import ThreadedMotoServer

    _list_without_copying()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    print(server.get_host_and_port()[1], flush=True)
    sys.stdin.read()  # ends when the other side does, however it does
    os._exit(0)


def _list_without_copying() -> None:
    """For each listing of versions moto copies every key of the bucket with its content, and keeps the copies.

    A copy without content of its own does: gigabytes in a minute otherwise.
    """
    from moto.s3.models import FakeKey

    class Listed(FakeKey):
        def __del__(self) -> None:
            """The content is the original's to let go."""

    def listed(key: Any, _: object) -> Any:
        made = object.__new__(Listed)
        made.__dict__.update(key.__dict__)
        return made

    FakeKey.__deepcopy__ = listed


@cache
def client(service: str) -> Any:
    """A plain boto3 client: what another program, or an insider, would use."""
    import boto3

    return boto3.client(service, endpoint_url=endpoint(), region_name=REGION)


def new_bucket(*, lock: bool = False) -> str:
    """A bucket that keeps versions; with ``lock``, one that lets nothing go for a day."""
    name, s3 = f"vault-{uuid4().hex}", client("s3")
    s3.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}, ObjectLockEnabledForBucket=lock
    )
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    if lock:
        rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}
        s3.put_object_lock_configuration(
            Bucket=name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
        )
    return name


def everything(bucket: str) -> list[tuple[str, str]]:
    """(kind, key) of every version, delete marker and open upload in a bucket."""
    s3 = client("s3")
    found = [
        (kind, one["Key"])
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
        for kind in ("Versions", "DeleteMarkers")
        for one in page.get(kind, ())
    ]
    found += [("Uploads", one["Key"]) for one in s3.list_multipart_uploads(Bucket=bucket).get("Uploads", ())]
    return sorted(found)


def query(at: str = "") -> str:
    """What an address of a bucket or keyring says after its question mark to come to this moto."""
    return f"region={REGION}&endpoint={at or endpoint()}"


@dataclass
class Request:
    """One request as the proxy saw it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def act(self) -> str:
        """Its name in boto3's words, or nearly."""
        if target := self.headers.get("x-amz-target"):
            return target.rpartition(".")[2]
        asked = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        for (method, word), act in _ACTS.items():
            if method == self.method and word in asked:
                return act
        return {"GET": "get", "HEAD": "head", "PUT": "put", "DELETE": "delete"}[self.method]

    @property
    def said(self) -> dict[str, Any]:
        """A KMS request's words."""
        return dict(json.loads(self.body or b"{}"))


_ACTS = {
    ("GET", "versions"): "list_versions",
    ("GET", "uploads"): "list_uploads",
    ("GET", "list-type"): "list",
    ("GET", "object-lock"): "get_lock",
    ("POST", "uploads"): "begin_upload",
    ("PUT", "partNumber"): "upload_part",
    ("POST", "uploadId"): "complete",
    ("DELETE", "uploadId"): "abort",
}


@dataclass
class Answer:
    """What goes back, names of headers in small letters.

    ``cut`` closes the connection after so many bytes of the body, with headers as if all were to come.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    cut: int | None = None


@dataclass
class Trouble:
    """What happens to one request. Nothing set: it goes through."""

    refuse: tuple[int, str] | None = None  # (status, code) instead of being forwarded
    drop: bool = False  # the connection is closed instead: failed and not kept
    lose: bool = False  # forwarded, then closed without an answer: failed and kept
    hang: float = 0  # seconds before anything
    change: Callable[[Answer], None] | None = None


Plan = Callable[[Request], Trouble]


def nothing(_: Request) -> Trouble:
    return Trouble()


@dataclass
class Proxy:
    """Between the service and moto: ``plan`` decides, ``seen`` remembers what came."""

    to: str = ""
    plan: Plan = nothing
    seen: list[Request] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.to = self.to or endpoint()
        proxy = self

        class Handler(_Handler):
            owner = proxy

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def acts(self) -> list[str]:
        return [request.act for request in self.seen]

    @contextlib.contextmanager
    def troubled(self, plan: Plan) -> Iterator[None]:
        """Under that plan for a while."""
        before, self.plan = self.plan, plan
        try:
            yield
        finally:
            self.plan = before


class _Handler(BaseHTTPRequestHandler):
    owner: Proxy
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        return

    def _any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, self.rfile.read(length))
        self.owner.seen.append(request)
        trouble = self.owner.plan(request)
        if trouble.hang:
            time.sleep(trouble.hang)
        if trouble.drop:
            self._hang_up()
        elif trouble.refuse:
            self._answer(_refusal(request, *trouble.refuse))
        else:
            answer = self._forward(request)
            if trouble.lose:
                self._hang_up()
                return
            if trouble.change:
                trouble.change(answer)
            self._answer(answer)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _any

    def _forward(self, request: Request) -> Answer:
        there = urlsplit(self.owner.to)
        conn = http.client.HTTPConnection(str(there.hostname), there.port, timeout=60)
        headers = {name: value for name, value in request.headers.items() if name not in ("connection", "expect")}
        conn.request(request.method, request.path, body=request.body, headers=headers)
        found = conn.getresponse()
        body = found.read()
        kept = {name.lower(): value for name, value in found.getheaders() if name.lower() not in _HOPS}
        conn.close()
        return Answer(found.status, kept, body)

    def _answer(self, answer: Answer) -> None:
        with contextlib.suppress(OSError):
            self.send_response(answer.status)
            answer.headers.setdefault("content-length", str(len(answer.body)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body if answer.cut is None else answer.body[: answer.cut])
                self.wfile.flush()
            if answer.cut is not None:
                self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


_HOPS = {"connection", "transfer-encoding", "keep-alive"}


def _refusal(request: Request, status: int, code: str) -> Answer:
    if "x-amz-target" in request.headers:
        body = json.dumps({"__type": code, "message": "planned"}).encode()
        return Answer(status, {"content-type": "application/x-amz-json-1.1"}, body)
    text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>planned</Message></Error>"
    return Answer(status, {"content-type": "application/xml"}, b"" if request.method == "HEAD" else text.encode())


def enforce_states(request: Request) -> Trouble:
    """What AWS does and moto does not: refuse by the state of the key, and tell when a blob is another key's."""
    if request.act not in {"Decrypt", "Encrypt", "ReEncrypt"}:
        return Trouble()
    said, kms = request.said, client("kms")
    for name in ("KeyId", "SourceKeyId", "DestinationKeyId"):
        if name not in said:
            continue
        try:
            found = kms.describe_key(KeyId=said[name])["KeyMetadata"]
        except kms.exceptions.NotFoundException:
            return Trouble(refuse=(400, "NotFoundException"))
        if found["KeyState"] == "Disabled":
            return Trouble(refuse=(400, "DisabledException"))
        if found["KeyState"] != "Enabled":
            return Trouble(refuse=(400, "KMSInvalidStateException"))
        blob = base64.b64decode(said.get("CiphertextBlob", ""))
        if name != "DestinationKeyId" and blob and blob[:36].decode(errors="replace") != found["KeyId"]:
            return Trouble(refuse=(400, "IncorrectKeyException"))
    return Trouble()


def from_the(number: int, *, kept: bool) -> Plan:
    """The network ends with the ``number``-th request from now, which still arrives if ``kept``."""
    lock, count = threading.Lock(), [0]

    def plan(_: Request) -> Trouble:
        with lock:
            count[0] += 1
            now = count[0]
        if now < number:
            return Trouble()
        return Trouble(lose=True) if kept and now == number else Trouble(drop=True)

    return plan
