"""An identity provider for the tests of sign-in: the real one on Node, and one that answers as it is told."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey

from foundation.actor import NOBODY
from identity.rules.providers import Told
from tests.house import POLICIES, Live

HERE = Path(__file__).parent / "provider"
HOME = "http://localhost"  # where the test client is
SECRET = "between us: 100 % & more"
RETURN = f"{HOME}/sign-in/with/work/return"

PROVIDER = """
[[provider]]
id = "{id}"
name = "{name}"
party = "imb"
issuer = "{issuer}"
client = "custodes"
authentication = "{authentication}"
acr = ["two-factors"]
amr = ["mfa", "hwk"]
local = "{local}"
groups = "groups"
member = "{member}"

[[provider.grant]]
group = "leeds-chair"
role = "board-chair"
office = "Leeds Board"

[[provider.grant]]
group = "leeds-vice"
role = "board-vice-chair"
office = "Leeds Board"
"""
DEFAULTS = {
    "id": "work",
    "name": "Work sign-in",
    "authentication": "client-secret-basic",
    "local": "everybody",
    "member": "",
}


def policies(folder: Path, *providers: Mapping[str, str]) -> Path:
    """A copy of the policies with these providers, each at least with its issuer."""
    shutil.copytree(POLICIES, folder)
    with (folder / "people" / "providers.toml").open("a") as file:
        file.writelines(PROVIDER.format(**{**DEFAULTS, **each}) for each in providers)
    return folder


def house(state: Path, issuer: str, **changed: str) -> Live:
    """A house at ``HOME`` that knows one provider as “work”."""
    state.mkdir(parents=True, exist_ok=True)
    (state / "providers").mkdir()
    (state / "providers" / "work").write_text(f"{SECRET}\n")
    settings = {key: changed.pop(key) for key in list(changed) if key.isupper()}
    found = policies(state / "policies", {"issuer": issuer, **changed})
    return Live.create(state / "house", **{
        "CUSTODES_ADDRESS": HOME,
        "CUSTODES_POLICIES": str(found),
        "CUSTODES_PROVIDER_SECRETS": str(state / "providers"),
        **settings,
    })  # fmt: skip


def link(live: Live, key: str, subject: str, provider: str = "work") -> None:
    """As somebody does it who is signed in, without the way to the provider."""
    token = live.sign_in(key)
    with live.house.work() as work:
        actor = work.people.actor(live.ids[key], now=work.now)
        told = Told(subject, second_factor=False, groups=frozenset())
        done = work.identity.link_provider(
            session_token=token, provider_id=provider, told=told, actor=actor, now=work.now
        )
        assert done.ok, done
        work.identity.end_session(token=token, actor=NOBODY, now=work.now)


@dataclass
class Work:
    """The provider on Node, as it runs."""

    issuer: str
    process: subprocess.Popen[str]

    def knows(self, **people: Mapping[str, Any]) -> None:
        """These people, and nobody else: their groups, and what its word on them is."""
        asked = urllib.request.Request(f"{self.issuer}/people", json.dumps(people).encode())
        urllib.request.urlopen(asked, timeout=10).close()

    def walk(self, address: str, who: str) -> str:
        """Sign in there in a browser of its own; where it sends the browser then. Without ``who``, refuse."""
        browser = _Browser()
        page = browser.get(address)
        answer = {"who": who} if who else {"refuse": "1"}
        found = browser.get(page, answer)
        assert urlsplit(found).netloc != urlsplit(self.issuer).netloc, found
        return found


class RefusedThere(Exception):
    """The provider shows a page of its own that says what is wrong."""


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class _Browser:
    """Follows redirects at the provider, with its cookies, until it is sent elsewhere or shown a page."""

    def __init__(self) -> None:
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(_Stay, jar)

    def get(self, address: str, form: Mapping[str, str] | None = None) -> str:
        data = urlencode(form).encode() if form else None
        home = urlsplit(address).netloc
        while True:
            try:
                with self.opener.open(address, data, timeout=10) as answer:
                    assert answer.status == 200, answer.status
                    return address
            except HTTPError as error:
                with error:
                    where = error.headers["Location"]
                    if not where:
                        raise RefusedThere(error.read().decode()) from None
                address, data = urllib.parse.urljoin(address, where), None
                if urlsplit(address).netloc != home:
                    return address


@contextmanager
def at_work(*returns: str, **client: Any) -> Iterator[Work]:
    """The provider on Node, with one client whose addresses to come back to are ``returns``."""
    made = {
        "client_id": "custodes",
        "client_secret": SECRET,
        "redirect_uris": list(returns or [RETURN]),
        "application_type": "native",  # http at this machine is for those alone
        "token_endpoint_auth_method": "client_secret_basic",
        **client,
    }
    key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"}, private=True)
    given = {"clients": [made], "jwks": {"keys": [key.as_dict(private=True)]}, "people": {}}
    command = ["node", "server.mjs", json.dumps(given)]
    with subprocess.Popen(
        command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            issuer = process.stdout.readline().strip()  # type: ignore[union-attr]
            assert issuer, "the provider did not start: run tools/need-oidc-provider"
            yield Work(issuer, process)
        finally:
            process.kill()


@dataclass
class StandIn:
    """A provider that publishes and answers what it is told to, however wrong."""

    server: ThreadingHTTPServer
    key: Key = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one", "use": "sig"}, private=True))
    described: dict[str, Any] = field(default_factory=dict)
    published: list[dict[str, Any]] = field(default_factory=list)
    token: Callable[[], str] = lambda: ""
    answer: tuple[int, bytes] | None = None
    hang: threading.Event | None = None
    asked: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.server.server_address[1]}"

    def reset(self) -> None:
        self.described = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        self.key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"}, private=True)
        self.published = [self.key.as_dict(private=False)]
        self.token, self.answer, self.hang = (lambda: ""), None, None
        self.asked, self.forms = [], []

    def claims(self, answers: str, **changed: Any) -> dict[str, Any]:
        """Of a good token, but for what is changed; None takes a claim away."""
        at = int(time.time())
        good = {"iss": self.issuer, "sub": "chair-at-work", "aud": "custodes", "nonce": answers, "iat": at,
                "exp": at + 300, "groups": ["leeds-chair"], "amr": ["pwd", "mfa"]}  # fmt: skip
        return {name: value for name, value in {**good, **changed}.items() if value is not None}

    def sign(self, claims: Mapping[str, Any], algorithm: str = "ES256", **header: Any) -> str:
        return jwt.encode({"alg": algorithm, "kid": "one", **header}, dict(claims), self.key, algorithms=[algorithm])

    def say(self, path: str) -> tuple[int, bytes]:
        if self.answer is not None:
            return self.answer
        found = {
            "/.well-known/openid-configuration": lambda: self.described,
            "/keys": lambda: {"keys": self.published},
            "/token": lambda: {"access_token": "unused", "token_type": "Bearer", "id_token": self.token()},
        }[path]()
        return 200, json.dumps(found).encode()


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """Served at this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            if made.hang is not None:
                made.hang.wait(30)
            status, body = made.say(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            made.forms.append({name: values[0] for name, values in parse_qs(sent).items()})
            self.do_GET()

        def log_message(self, *_: object) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None: ...  # who asked has hung up

    with Server(("localhost", 0), Handler) as server:
        made = StandIn(server)
        made.reset()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield made
        server.shutdown()


def asked_for(location: str) -> dict[str, str]:
    """What a redirect to a provider carries."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def words(text: str) -> str:
    """What a reader sees of a page, one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", text.partition("<main")[2]).split())
