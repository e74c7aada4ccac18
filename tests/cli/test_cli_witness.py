"""The whole of it: a real service over HTTP, a witness in a process of its own, and what insiders try between them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from app.bootstrap import house as houses
from app.bootstrap import sequencing
from app.bootstrap.house import House
from app.jobs.schedule import JOBS
from audit.checkpoint import Checkpoints
from audit.note import open_checkpoint, signatures
from audit.witness_files import WitnessKey, evidence, remembered
from tests import databases
from tests.house import copy_of, environ_of, settings_of
from tests.served import app_over

ROOT = Path(__file__).parents[2]
APART = pytest.mark.once("what a witness refuses by itself is not the service's rows; taking its line is asked on both")


def made(state: Path) -> House:
    """A house with nobody in it: a log with a few entries of its own start."""
    houses.init(settings_of(state))
    house = houses.build(settings_of(state))
    houses.started(house)
    return house


@contextmanager
def serving(house: House) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app_over(house), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def seal(house: House, entries: int = 1) -> str:
    """Entries, and a checkpoint over them."""
    for _ in range(entries):
        houses.started(house)
    sequencing.settle(house)
    with house.work() as work:
        return work.checkpoints.make(now=work.now).text


class Site:
    """A witness's own machine: a folder, the installed package, no setting and no key of the service."""

    def __init__(self, folder: Path, log_key: str, name: str = "imb.test/witness") -> None:
        folder.mkdir()
        self.folder, self.log_key = folder, log_key
        self.vkey = self.run("witness-key", "key", "--name", name).stdout.strip()

    def start(self, *words: str) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CUSTODES_")}
        return subprocess.Popen(
            [sys.executable, "-m", "app.cli.main", "audit", *words],
            cwd=self.folder,
            env={**kept, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        with self.start(*words) as process:
            out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def words(self, url: str, *more: str) -> list[str]:
        return ["witness", "--log", url, "--log-key", self.log_key, "--key", "key", "--state", "state", *more]

    def look(self, url: str, *more: str) -> subprocess.CompletedProcess[str]:
        return self.run(*self.words(url, *more))

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def evidence(self) -> list[Path]:
        return sorted(self.folder.glob("state.evidence-*.json"))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = made(tmp_path / "service")
    yield found
    found.engine.dispose()


@pytest.fixture
def site(tmp_path: Path, house: House) -> Site:
    found = Site(tmp_path / "site", house.keys.log.vkey)
    house.keys.log.witnesses.trust(found.vkey, party="imb", now=house.now())
    return found


def size(house: House, note: str) -> int:
    return open_checkpoint(note, house.keys.log.trusted).size


def test_a_witness_cosigns_what_the_service_publishes(house: House, site: Site) -> None:
    seal(house, 3)
    with serving(house) as url:
        first = site.look(url, "--once")
        assert (first.returncode, first.stderr) == (0, ""), first
        assert "FIRST CONTACT" in first.stdout
        note = seal(house, 40)
        second = site.look(url)
        assert "cosigned" in second.stdout
        assert (site.look(url).returncode, site.look(url).stdout) == (0, "")
    with house.work() as work:
        latest = Checkpoints(work.conn, house.keys.log).latest()
        (standing,) = work.cosignatures.standing(now=work.now)
    assert latest is not None
    assert latest.text.startswith(note)
    assert len(signatures(latest.text, [WitnessKey.load(site.folder / "key").verifier])[1]) == 1
    assert (standing.late, standing.number) == (False, latest.checkpoint.number)


@APART
def test_a_service_that_does_not_trust_the_witness_is_said_to_and_keeps_no_line(house: House, tmp_path: Path) -> None:
    seal(house)
    stranger = Site(tmp_path / "stranger", house.keys.log.vkey)
    with serving(house) as url:
        done = stranger.look(url)
        assert done.returncode == 2
        assert "did not take it" in done.stderr
        assert "403" in done.stderr
        # trusted later, the signature it remembers is handed in
        house.keys.log.witnesses.trust(stranger.vkey, now=house.now())
        assert "handed in" in stranger.look(url).stdout


@APART
def test_a_log_that_does_not_answer_is_a_refusal_with_nothing_signed(site: Site) -> None:
    for url in ("http://127.0.0.1:9", "file:///etc/passwd", "nonsense"):
        done = site.look(url)
        assert done.returncode == 2
        assert "The log does not answer" in done.stderr
        assert "Traceback" not in done.stderr
    assert not site.state.exists()


@APART
def test_two_at_once_on_one_memory_are_refused(house: House, site: Site) -> None:
    seal(house)
    with serving(house) as url:
        running = site.start(*site.words(url, "--every", "1"))
        try:
            _until(site.state.exists)
            done = site.look(url)
            assert done.returncode == 2
            assert "running already" in done.stderr
            # and the one that runs goes on
            note = seal(house)
            _until(
                lambda: open_checkpoint(remembered(site.state).note, house.keys.log.trusted).size == size(house, note)
            )
        finally:
            running.terminate()
            running.communicate(timeout=10)


def _until(true: object) -> None:
    until = time.monotonic() + 30
    while not true():  # type: ignore[operator]
        assert time.monotonic() < until
        time.sleep(0.05)


# What an insider of the service tries.


def rolled_back(tmp_path: Path, house: House, name: str) -> House:
    """Another service on a copy of the database as it stands now: same keys, same log so far."""
    house.engine.dispose()
    state = copy_of(tmp_path / "service", tmp_path / name)
    databases.HERE.houses[state] = databases.copy(house.settings.database_url, state)
    return houses.build(settings_of(state))


def test_a_roll_back_is_refused_with_evidence(house: House, site: Site, tmp_path: Path) -> None:
    seal(house, 2)
    older = rolled_back(tmp_path, house, "older")
    held = seal(house, 5)
    with serving(house) as url:
        site.look(url)
    with serving(older) as url:
        done = site.look(url)
    older.engine.dispose()
    assert done.returncode == 1
    assert "REFUSED (roll-back)" in done.stderr
    (path,) = site.evidence()
    assert str(path.name) in done.stderr
    assert evidence(path).held.startswith(held)
    assert open_checkpoint(remembered(site.state).note, house.keys.log.trusted).size == size(house, held)


def test_two_histories_of_one_database_shown_to_two_witnesses_are_found(
    house: House, site: Site, tmp_path: Path
) -> None:
    second = Site(tmp_path / "second", house.keys.log.vkey, "hmip.test/witness")
    house.keys.log.witnesses.trust(second.vkey, now=house.now())
    seal(house, 4)
    with serving(house) as url:
        assert site.look(url).returncode == second.look(url).returncode == 0
    other = rolled_back(tmp_path, house, "other")
    with ExitStack() as stack:
        stack.callback(other.engine.dispose)
        one, two = stack.enter_context(serving(house)), stack.enter_context(serving(other))
        seal(house, 6)
        for _ in range(3):
            seal(other, 3)
        # each history alone is sound: each witness cosigns the one it is shown
        assert site.look(one).returncode == second.look(two).returncode == 0
        # no proof that either service can give joins them
        for url in (one, two):
            done = site.run("compare", "state", "../second/state", "--log-key", site.log_key, "--log", url)
            assert done.returncode == 1, done
            assert "NOT PROVEN TO BE ONE HISTORY" in done.stderr
        # and a witness that asks what the other holds refuses to go on
        seal(house, 1)
        done = site.look(one, "--peer", "../second/state")
        assert done.returncode == 1
        assert "REFUSED (no-proof)" in done.stderr or "REFUSED (fork)" in done.stderr
        # crossed over, the one service cannot prove to the other's witness that it continues what that saw
        done = second.look(one)
        assert done.returncode == 1
        assert second.evidence()


@APART
def test_a_log_rewritten_and_signed_anew_is_a_proven_fork_that_anybody_can_check(
    house: House, site: Site, tmp_path: Path
) -> None:
    seal(house, 2)
    rewritten = rolled_back(tmp_path, house, "rewritten")
    seal(house, 3)
    with serving(house) as url:
        site.look(url)
    seal(rewritten, 3)
    with serving(rewritten) as url:
        done = site.look(url)
        assert done.returncode == 1
        assert "REFUSED (fork)" in done.stderr
        assert site.look(url).returncode == 1  # for good
    rewritten.engine.dispose()
    with serving(house) as url:
        done = site.look(url)
        assert done.returncode == 1
        assert "until a person has looked" in done.stderr
    (path,) = site.evidence()
    checked = site.run("compare", path.name, "--log-key", site.log_key)
    assert checked.returncode == 1
    assert "FORK" in checked.stderr
    path.rename(path.with_name("seen.json"))
    with serving(house) as url:
        assert site.look(url).returncode == 0


@APART
def test_another_key_under_the_same_name_is_refused(house: House, site: Site, tmp_path: Path) -> None:
    seal(house)
    with serving(house) as url:
        site.look(url)
    other = made(tmp_path / "other")
    seal(other, 30)
    with serving(other) as url:
        done = site.look(url)
    other.engine.dispose()
    assert done.returncode == 1
    assert "REFUSED (other-key)" in done.stderr


@APART
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"custodes.test/log\n\xff\n", id="no UTF-8"),
        pytest.param("custodes.test/log\n".encode("utf-16"), id="another encoding"),
        pytest.param(b"x" * 1_000_001, id="too large"),
    ],
)
def test_what_is_no_note_is_refused_in_one_line_and_never_read_as_another(site: Site, data: bytes) -> None:
    (site.folder / "note").write_bytes(data)
    done = site.run("compare", "note", "note", "--log-key", site.log_key)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "The signed note is not valid: “note” is no signed note: UTF-8 text of at most 1,000,000 bytes."
    ]


@APART
def test_a_trust_file_without_end_is_refused_in_one_line(house: House, site: Site) -> None:
    (site.folder / "note").write_text(seal(house), encoding="utf-8")
    (site.folder / "trust").write_bytes(f"{site.log_key}\n".encode() + b"#" * 1_048_576)
    for words in (
        ("compare", "note", "note", "--trust", "trust"),
        ("witness", "--log", "http://127.0.0.1:9", "--trust", "trust", "--key", "key", "--state", "state"),
    ):
        done = site.run(*words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1
        assert "it is too large" in done.stderr


@APART
def test_a_peer_that_shows_what_is_no_note_holds_up_no_witness(house: House, site: Site) -> None:
    seal(house)
    (site.folder / "peer").write_bytes(b"\xff")
    with serving(house) as url:
        done = site.look(url, "--peer", "peer")
    assert done.returncode == 0
    assert "The peer “peer” cannot be read" in done.stderr
    assert "FIRST CONTACT" in done.stdout


# Between remembering and handing in.


class Holding(BaseHTTPRequestHandler):
    """Shows a note, and never answers whoever hands in a cosignature."""

    note = b""
    reached = threading.Event()
    released = threading.Event()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.note)))
        self.end_headers()
        self.wfile.write(self.note)

    def do_POST(self) -> None:
        self.reached.set()
        self.released.wait(30)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def holding(note: str) -> Iterator[str]:
    Holding.note = note.encode()
    Holding.reached.clear()
    Holding.released.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Holding)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        Holding.released.set()
        server.shutdown()
        thread.join(5)
        server.server_close()


def test_killed_between_remembering_and_handing_in_it_hands_in_the_same_signature(house: House, site: Site) -> None:
    note = seal(house, 2)
    with holding(note) as url:
        process = site.start(*site.words(url))
        assert Holding.reached.wait(30)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=10)
    kept = remembered(site.state)
    assert not kept.posted
    assert kept.note.startswith(note)
    with serving(house) as url:
        done = site.look(url)
    assert done.returncode == 0, done
    assert "handed in" in done.stdout
    with house.work() as work:
        latest = Checkpoints(work.conn, house.keys.log).latest()
    assert latest is not None
    assert latest.text == kept.note
    assert remembered(site.state).posted


@APART
def test_an_answer_without_end_is_cut_off(house: House, site: Site) -> None:
    with holding("x" * 100_000) as url:
        done = site.look(url)
    assert done.returncode == 2
    assert "too long" in done.stderr


# The service's own side.


def test_the_operator_trusts_asks_and_ends(tmp_path: Path) -> None:
    house = made(tmp_path / "service")
    house.engine.dispose()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CUSTODES_")}
    environ |= {**environ_of(tmp_path / "service"), "PYTHONPATH": str(ROOT)}

    def custodes(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app.cli.main", "audit", *words],
            cwd=ROOT,
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    key = WitnessKey.create(tmp_path / "key", "imb.test/witness").verifier.text
    assert "Nobody witnesses this log" in custodes("status").stdout
    assert custodes("trust-witness", key, "--party", "nobody").returncode == 2
    assert custodes("trust-witness", house.keys.log.vkey).returncode == 2
    done = custodes("trust-witness", key, "--party", "imb")
    assert (done.returncode, "trusted from now on" in done.stdout) == (0, True), done
    assert custodes("trust-witness", key).returncode == 2
    assert "nothing yet" in custodes("status").stdout
    assert custodes("trust-witness", key, "--end").returncode == 0
    assert "Nobody witnesses this log" in custodes("status").stdout
    assert custodes("verify").returncode == 0


def test_the_job_is_in_the_table() -> None:
    assert {job.name: job.minutes for job in JOBS}["cosignatures"] <= 5
