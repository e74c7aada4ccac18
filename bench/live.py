"""The real service in processes of its own, with invented people in it, and a client that is no browser.

For measurements and for the tests that must see real workers: memory, open files, death.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

import psutil
import pyotp
from flask import Flask

from app.bootstrap.house import House, build, init
from app.bootstrap.wiring import console_identity
from app.bootstrap.work import Work
from app.config import Settings
from foundation.actor import NOBODY, Actor
from foundation.calendar import london_date
from identity.model import Establishment
from identity.store.hasher import Hasher

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "seven tall ships sailing"
CONSOLE = Actor(id="console", name="furnishing", party="", principal=0)
PLACE = "XFM"
COOKIES = ("__Host-custodes", "custodes")

# key: party, role. Board members sit on the Board of PLACE.
PEOPLE = {
    "staff": ("imb", "imb-staff"),
    "staff2": ("imb", "imb-staff"),
    "chair": ("imb", "board-chair"),
    "vice": ("imb", "board-vice-chair"),
    "imb-records": ("imb", "imb-records-manager"),
    "imb-owner": ("imb", "imb-asset-owner"),
    "officer": ("hmip", "hmip-correspondence-officer"),
    "officer2": ("hmip", "hmip-correspondence-officer"),
    "hmip-records": ("hmip", "hmip-records-manager"),
    "admin": ("hmip", "hmip-administrator"),
}


class Standing:
    """A clock that stands where it was put."""

    def __init__(self, at: datetime) -> None:
        self.at = at.replace(microsecond=at.microsecond // 1000 * 1000)

    def now(self) -> datetime:
        return self.at

    def later(self, **delta: float) -> None:
        self.at += timedelta(**delta)


@dataclass
class Person:
    """Somebody who can sign in. No code is ever used twice, whatever the clock."""

    key: str
    id: str
    email: str
    secret: str
    step: int = 0

    def code(self, now: datetime) -> str:
        """A code good now and not used before: there are three at any moment."""
        current = int(now.timestamp()) // 30
        self.step = max(self.step + 1, current - 1)
        assert self.step <= current + 1, f"{self.key} has signed in too often in one minute"
        return pyotp.TOTP(self.secret).generate_otp(self.step)


def environment(state: Path, **more: str) -> dict[str, str]:
    """The settings of a service of its own, as under TLS."""
    kept = {"CUSTODES_STATE": str(state), "CUSTODES_POLICIES": str(ROOT / "policies")}
    return {**kept, "CUSTODES_SCANNER": "none", **more}  # what clamd takes is not ours to measure


def make(state: Path, **more: str) -> tuple[House, dict[str, Person]]:
    """A house with its people in it. Its clock stands; a demonstration's is shared with the processes that serve it."""
    settings = Settings.from_env(environment(state, **more))
    init(settings)
    # A cheap hash, upgraded by the service at the first sign-in: it is not what is measured here.
    hasher = Hasher(passes=1, memory_kib=8, lanes=1)
    house = build(settings, hasher=hasher)
    if not settings.demonstration:
        house = replace(house, clock=Standing(datetime.now(UTC)))
    return house, furnish(house)


def furnish(house: House) -> dict[str, Person]:
    """One place, its Board, and everybody of PEOPLE, trained and vetted."""
    with house.work(CONSOLE) as work:
        desk, now = console_identity(work), work.now
        place = Establishment(PLACE, "Fernmoor", "", "PRISON", True, "Fernmoor", "England", "invented")
        desk.import_establishments(rows=[place], actor=CONSOLE, now=now)
        board = desk.create_office(party="imb", kind="board", name="Fernmoor Board", actor=CONSOLE, now=now)
        desk.cover(office_id=board, establishment_key=PLACE, actor=CONSOLE, now=now)
        return {key: enrol(house, work, key, party, role, board) for key, (party, role) in PEOPLE.items()}


def enrol(house: House, work: Work, key: str, party: str, role: str, board: int) -> Person:
    """Somebody new, trained and vetted, in the office of that role; ``board`` where it is a Board's."""
    desk, now = console_identity(work), work.now
    email = f"{key}@{party}.example"
    asked = desk.invite(email=email, name=f"Invented {key}", party=party, actor=CONSOLE, now=now)
    uri = desk.accept(token=asked.token, password=PASSWORD, actor=NOBODY, now=now)
    secret = parse_qs(urlsplit(uri).query)["secret"][0]
    person = Person(key, asked.person_id, email, secret)
    desk.confirm_second_factor(token=asked.token, code=person.code(now), actor=NOBODY, now=now)
    kind = house.policies.roles[role].office
    office = board if kind == "board" else work.people.offices(party=party, kind=kind)[0].id
    desk.appoint(person_id=person.id, role=role, office_id=office, actor=CONSOLE, now=now)
    until = now + timedelta(days=3000)
    asked = house.policies.gates.requirements.in_force(now)
    if asked is not None:
        themself = Actor(id=person.id, name="", party=party, principal=0)
        desk.accept_handling(version=asked.number, digest=asked.digest, actor=themself, now=now)
    for module in house.policies.gates.modules:
        given = {"on": london_date(now), "provider": "bench", "evidence": "bench"}
        desk.record_training(person_id=person.id, module=module, until=until, actor=CONSOLE, now=now, **given)
    desk.record_vetting(person_id=person.id, until=until, actor=CONSOLE, now=now)
    return person


def actor_of(house: House, person: Person) -> Actor:
    """This person as they stand now."""
    with house.work() as work:
        return work.people.actor(person.id, now=work.now)


@dataclass
class Served:
    """``with Served(state, tmp) as service``: gunicorn through the command line, its words in ``log``."""

    state: Path
    tmp: Path
    workers: int = 1
    port: int = 0
    more: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ("app.cli.main", "serve")
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.tmp.parent / f"{self.tmp.name}.log"

    def __enter__(self) -> Self:
        self.tmp.mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port()
        chosen = {"CUSTODES_PORT": str(self.port), "CUSTODES_WORKERS": str(self.workers), **self.more}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CUSTODES_")}
        env = {**kept, **environment(self.state, **chosen), "TMPDIR": str(self.tmp)}
        with self.log.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.command], cwd=ROOT, env=env, stdout=said, stderr=said
            )
        wait_for(self.ready, "the service to answer", lambda: self.log.read_text()[-3000:])
        return self

    def __exit__(self, *error: object) -> None:
        assert self.process is not None
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            for pid in self.pids():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait(5)

    def ready(self) -> bool:
        """Whether it can serve."""
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        with contextlib.suppress(OSError):
            return self.client().get("/health/ready").status == 200
        return False

    @property
    def root(self) -> int:
        """The process that started all others."""
        assert self.process is not None
        return self.process.pid

    def pids(self) -> list[int]:
        """The arbiter and its workers."""
        with contextlib.suppress(psutil.NoSuchProcess):
            root = psutil.Process(self.root)
            return [root.pid, *(child.pid for child in root.children(recursive=True))]
        return []

    def worker_pids(self) -> list[int]:
        return self.pids()[1:]

    def client(self) -> Client:
        return Client(self.port)


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Pages with a cookie and form tokens, the API with a bearer token; one connection at a time."""

    def __init__(self, port: int) -> None:
        self.port, self.cookie, self.bearer, self.csrf = port, "", "", ""

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def headers(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        found = {"Cookie": self.cookie} if self.cookie else {}
        found |= {"Authorization": f"Bearer {self.bearer}"} if self.bearer else {}
        return {**found, **(more or {})}

    def ask(
        self, method: str, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None, into: Any = None
    ) -> Answer:
        """One exchange. ``into``: called with each piece of the answer instead of keeping it."""
        connection = self.connect()
        with contextlib.closing(connection):
            # Refused before the body was read: the answer is there all the same.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body, self.headers(headers))
            response = connection.getresponse()
            if into is None:
                return self._took(Answer(response.status, response.headers, response.read()))
            while piece := response.read(1 << 18):
                into(piece)
            return self._took(Answer(response.status, response.headers, b""))

    def _took(self, answer: Answer) -> Answer:
        for line in answer.headers.get_all("Set-Cookie", []):
            pair = line.partition(";")[0]
            if pair.partition("=")[0] in COOKIES:
                self.cookie = pair
        if "html" in answer.headers.get("Content-Type", "") and (found := token_in(answer.text)):
            self.csrf = found
        return answer

    def get(self, path: str, **given: Any) -> Answer:
        return self.ask("GET", path, **given)

    def post(self, path: str, fields: Mapping[str, str] | Iterable[tuple[str, str]]) -> Answer:
        """A form of a page; the token is that of the last page seen."""
        pairs = [*(fields.items() if isinstance(fields, Mapping) else fields), ("csrf_token", self.csrf)]
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(pairs), headers=kind)

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """JSON to /api/v1."""
        kind = {"Content-Type": "application/json"} if body is not None else {}
        said = None if body is None else json.dumps(body)
        return self.ask(method, f"/api/v1{path}", said, headers={**kind, **headers})

    def sign_in_to_pages(self, person: Person, now: datetime | None = None) -> Self:
        self.get("/sign-in")
        self.post("/sign-in", {"email": person.email, "password": PASSWORD})
        self.get("/sign-in/code")
        answer = self.post("/sign-in/code", {"code": person.code(now or datetime.now(UTC))})
        assert answer.status == 303, answer.text
        return self

    def sign_in_to_api(self, person: Person, now: datetime | None = None) -> Self:
        first = self.api("POST", "/session", {"email": person.email, "password": PASSWORD})
        assert first.status == 201, first.text
        self.bearer = first.json["token"]
        full = self.api("POST", "/session/code", {"code": person.code(now or datetime.now(UTC))})
        assert full.status == 200, full.text
        self.bearer = full.json["token"]
        return self


def token_in(html: str) -> str:
    """The form token of a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
    return unescape(found[1]) if found else ""


def multipart(fields: Iterable[tuple[str, str]], name: str, file: str, size: int) -> tuple[bytes, bytes, str, int]:
    """Head and tail of a form with one file of ``size`` bytes between them, its media type, and its whole length."""
    boundary = "----custodes-bench-boundary"
    head = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields
    )
    head += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
    head += "Content-Type: application/octet-stream\r\n\r\n"
    tail = f"\r\n--{boundary}--\r\n"
    return (head.encode(), tail.encode(), f"multipart/form-data; boundary={boundary}", len(head) + size + len(tail))


def joined(head: bytes, pieces: Iterable[bytes], tail: bytes) -> Iterator[bytes]:
    yield head
    yield from pieces
    yield tail


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(holds: Callable[[], bool], what: str, said: Callable[[], str] = lambda: "", seconds: float = 30) -> None:
    """Until it holds. AssertionError after ``seconds``."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"waited {seconds} s for {what}\n{said()}"
        time.sleep(0.05)


class InProcess(Client):
    """The same client over an application in this process: no server, no socket."""

    def __init__(self, app: Flask) -> None:
        super().__init__(0)
        self.flask = app.test_client(use_cookies=False)

    def ask(
        self, method: str, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None, into: Any = None
    ) -> Answer:
        """As over a socket; the whole answer is kept."""
        assert into is None, "in process there is nothing to stream into"
        found = self.flask.open(path, method=method, data=body, headers=self.headers(headers))
        said = http.client.HTTPMessage()
        for name, value in found.headers:
            said[name] = value
        answer = Answer(found.status_code, said, found.get_data())
        found.close()
        return self._took(answer)
