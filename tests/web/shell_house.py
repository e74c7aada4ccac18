"""The shell with nothing above it: real pages, real identity and log on a SQLite file, and a few pages of its own.

On those every component is tried. The whole application is tried by the tests of its pages; here what they stand on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
from flask import Blueprint, Flask, redirect

import identity.tables  # noqa: F401 - their rows stand in the common metadata
import outbox.tables  # noqa: F401
from app.http import order
from app.http.house import actor, house
from app.http.permissions import public, signed_in
from app.http.request import receives_files
from app.web import forms, setup
from app.web.page import page
from audit.keys import LogKeys
from audit.trail import Trail
from foundation.actor import NOBODY, Actor
from foundation.bound import Binder
from foundation.errors import Conflict, Denied, Invalid, NotFound, Reason, Unavailable
from foundation.policy import Faults
from identity.policy.gates import load_gates
from identity.policy.parties import load_parties, load_roles
from identity.queries.checks import Checks
from identity.queries.people import People
from identity.queries.tokens import TokenList
from identity.service.identity import Identity
from identity.store.hasher import Hasher
from identity.store.secrets import SecretBox
from outbox.policy.files import NO_RULES
from outbox.queries.lists import OutboxList
from tests import databases
from vault.errors import TooLarge

POLICIES = Path(__file__).parents[2] / "policies"
AFTERNOON = datetime(2026, 11, 20, 16, 42, tzinfo=UTC)
PASSWORD = "seven tall ships sailing"
ADMIN = Actor(id="0190d6c2-0000-7000-8000-00000000000a", name="Ada", party="imb", principal=900_001)
EMAIL = "bea@example.test"
LIMIT = 3_000_000
BINDER = Binder(bytes(range(32)))


class Work:
    """One unit of work over identity and the log."""

    def __init__(self, shell: Shell, actor_: Actor) -> None:
        self.shell, self.actor, self.now = shell, actor_, shell.now()

    def __enter__(self) -> Work:
        self.shell.lock.acquire()
        self._begun = self.shell.engine.begin()
        self.conn = conn = self._begun.__enter__()
        trail = Trail(conn, keys=self.shell.keys.log, writer="test", policies="p" * 64)
        policies = self.shell.policies
        known: dict[str, Any] = {
            "parties": policies.parties,
            "roles": policies.roles,
            "gates": policies.gates,
            "binder": BINDER,
        }
        self.identity = Identity(conn, trail, hasher=self.shell.hasher, secrets=self.shell.box, **known)
        self.people = People(conn, **known)
        self.checks = Checks(conn, roles=policies.roles, gates=policies.gates)
        tokens = {"people": self.people, "roles": policies.roles, "binder": BINDER, "secrets": self.shell.box}
        self.tokens = TokenList(conn, **tokens)
        self.outbox_list = OutboxList(conn, policies.notifications)
        return self

    def __exit__(self, *error: Any) -> None:
        try:
            self._begun.__exit__(*error)
        finally:
            self.shell.lock.release()


class Shell:
    """What `app.bootstrap.House` is to the pages, as far as these pages ask."""

    demonstration = False

    def __init__(self, folder: Path, *, secure: bool = False) -> None:
        faults = Faults()
        parties = load_parties(POLICIES, faults)
        roles = load_roles(POLICIES, parties, faults)
        gates = load_gates(POLICIES, roles, faults)
        self.policies = SimpleNamespace(parties=parties, roles=roles, gates=gates, notifications=NO_RULES)
        faults.raise_any()
        given = {"site": None, "demonstration": False}
        self.settings = SimpleNamespace(proxies="127.0.0.1", secure=secure, file_limit=LIMIT, **given)
        self.engine = databases.engine(folder, "shell.db")
        self.keys = SimpleNamespace(log=LogKeys.create(folder / "keys", "custodes.test/log"), web=bytes(range(32)))
        self.hasher, self.box = Hasher(passes=1, memory_kib=8, lanes=1), SecretBox(bytes(range(32)))
        self.secrets = self.box
        self.lock = threading.RLock()
        self.ahead = timedelta()
        self.sunk: list[Recorder] = []
        self.person_id, self.totp = self._person()

    def now(self) -> datetime:
        return AFTERNOON + self.ahead

    def later(self, **delta: float) -> None:
        self.ahead += timedelta(**delta)

    def work(self, actor_: Actor) -> Work:
        return Work(self, actor_)

    def do(self, act: Callable[[Work], Any], actor_: Actor) -> Any:
        with self.work(actor_) as work:
            return act(work)

    def code(self) -> str:
        """A code not used before."""
        self.later(minutes=1)
        return self.totp.at(self.now())

    def invite(self, email: str = "new@example.test") -> str:
        with self.work(ADMIN) as work:
            return work.identity.invite(email=email, name="Ned Thistle", party="imb", actor=ADMIN, now=self.now()).token

    def _person(self) -> tuple[str, pyotp.TOTP]:
        with self.work(ADMIN) as work:
            now, identity = self.now(), work.identity
            made = identity.invite(email=EMAIL, name="Beatrix Quill", party="imb", actor=ADMIN, now=now)
            uri = identity.accept(token=made.token, password=PASSWORD, actor=NOBODY, now=now)
            totp = pyotp.TOTP(parse_qs(urlsplit(uri).query)["secret"][0])
            identity.confirm_second_factor(token=made.token, code=totp.at(now), actor=NOBODY, now=now)
        return made.person_id, totp


class Recorder:
    """A sink that counts: what a vault's writer is to the request."""

    def __init__(self, name: str, limit: int = LIMIT) -> None:
        self.name, self.limit = name, limit
        self.size, self.largest, self.ended = 0, 0, ""

    def write(self, data: bytes, /) -> int:
        self.size += len(data)
        self.largest = max(self.largest, len(data))
        if self.size > self.limit:
            self.abort()
            raise TooLarge(f"A file may have {self.limit:,} bytes at most.")
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        assert (offset, whence) == (0, 0)
        return 0

    def finish(self) -> int:
        self.ended = "finished"
        return self.size

    def abort(self) -> None:
        self.ended = self.ended or "aborted"

    def close(self) -> None: ...


class Wrong(Invalid):
    code = "test.wrong"
    title = "What was sent cannot be used"


class NotYours(Denied):
    code = "test.not-yours"
    title = "You cannot send this way"


class Gone(NotFound):
    code = "test.gone"
    title = "There is no such item"


class Changed(Conflict):
    code = "test.changed"
    title = "Somebody was there first"


class NoLog(Unavailable):
    code = "test.no-log"
    title = "This cannot be done safely now"


KINDS = {"invalid": Wrong, "denied": NotYours, "not-found": Gone, "conflict": Changed, "unavailable": NoLog}
gallery = Blueprint("gallery", __name__, url_prefix="/gallery", template_folder="shell_templates")


class Everything(forms.Form):
    subject = forms.text("Subject", needed="Enter a subject", hint="Do not include names of prisoners")
    to = forms.select("Who should receive this?", [("", "Choose an office"), ("a", "First")], needed="Select an office")
    marking = forms.radios(
        "Protective marking", [("O", "OFFICIAL"), ("OS", "OFFICIAL-SENSITIVE")], needed="Select a marking"
    )
    handling = forms.checks("Handling instructions", [("r", "Recipients only"), ("e", "Embargoed")])
    due = forms.day("Answer wanted by", needed="Enter the date an answer is wanted by", hint="For example, 27 3 2033")
    text = forms.long_text("Message", most=2000)
    sure = forms.tick("I have checked the marking", needed="Confirm that you have checked the marking")


class Upload(forms.Form):
    files = forms.files("Files", needed="Select a file to upload", hint="Up to 3MB each")


@gallery.get("/list")
@public
def list_() -> Any:
    return page("gallery/list.html", marking="OFFICIAL-SENSITIVE – RECIPIENTS ONLY", now=AFTERNOON)


@gallery.get("/item")
@public
def item() -> Any:
    return page(
        "gallery/item.html", marking="OFFICIAL-SENSITIVE", now=AFTERNOON, reason=Reason("r", "Too soon.", "M23")
    )


@gallery.route("/form", methods=["GET", "POST"])
@signed_in
def form() -> Any:
    form = Everything()
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()):
            if form.subject.data == "refuse":
                raise NotYours(
                    "No.", reasons=[Reason("sharing.route", "HMIP sends this to the National Chair.", "M30")]
                )
            if form.subject.data == "wrong":
                raise Wrong("Wrong.", fields={"subject": ["Enter a better subject"], "other": ["Something else"]})
            return redirect("/account", 303)
    return page("gallery/form.html", form=form)


def _prepare() -> Any:
    def sink(name: str, _media_type: str) -> Recorder:
        made = Recorder(name)
        house().sunk.append(made)  # type: ignore[attr-defined]
        return made

    return sink


@gallery.route("/upload", methods=["GET", "POST"])
@receives_files(_prepare)
@signed_in
def upload() -> Any:
    form = Upload()
    if form.validate_on_submit():
        sizes = [one.stream.finish() for one in form.files.data]
        return redirect(f"/gallery/uploaded?sizes={'-'.join(map(str, sizes))}", 303)
    return page("gallery/upload.html", form=form, limit=LIMIT)


@gallery.get("/uploaded")
@signed_in
def uploaded() -> Any:
    return page("gallery/uploaded.html")


@gallery.get("/error/<kind>")
@public
def error(kind: str) -> Any:
    raise KINDS[kind]("Do this instead.", reasons=[Reason("r", "Because of that.", "M23")])


@gallery.get("/unmarked")
def unmarked() -> Any:
    return "nobody said who may see this"


def make_app(shell: Shell) -> Flask:
    app = Flask("shell", static_folder=None)
    order.set_up(app, shell)  # type: ignore[arg-type]
    setup.set_up(app)
    app.register_blueprint(gallery)
    app.add_url_rule("/api/docs", "api.reference", public(lambda: "The reference."))
    return app


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(5)
    server.server_close()
