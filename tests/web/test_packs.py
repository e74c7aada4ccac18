"""Compliance packs: of nothing, of one body, with batches; checked where there is nothing of the service."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import pack as packs
from app.bootstrap import sequencing
from foundation.actor import SERVICE
from tests.house import Caller, Live
from tests.verifier.test_apart_alone import RUN, bare
from tests.web.batch_ends import PRIVATE, Ended, ended
from tests.web.record_pages import Visitor, cooling_item, state_of

assert bare  # a fixture


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("packs") / "state")
    yield made
    made.close()


@pytest.fixture(scope="module")
def done(live: Live) -> Ended:
    return ended(live)


def api(live: Live, key: str) -> Caller:
    live.tokens.pop(key, None)
    return live.api(key)


def taken(live: Live, folder: Path, *, first: date | None = None, end: date | None = None, body: str = "") -> Path:
    """A pack, unpacked."""
    period = packs.Period(first or date(2020, 1, 1), end or live.now.date(), body)
    packs.make(live.house, folder / "pack.zip", period, SERVICE)
    with zipfile.ZipFile(folder / "pack.zip") as pack:
        pack.extractall(folder / "pack")
    (folder / "trust.txt").write_text(live.house.keys.log.published)
    return folder / "pack"


def check(folder: Path, bare: Path, *paths: Path) -> subprocess.CompletedProcess[str]:
    """As README.txt says, by the pack's own copy, in a Python without site-packages and without an environment."""
    (line,) = [each for each in (folder / "README.txt").read_text().splitlines() if "python verify.py" in each]
    assert line.split()[1:] == ["python", "verify.py", "--trust", "trust.txt", "PACK"]
    command = [sys.executable, "-I", "-S", "-c", RUN, str(bare), str(folder / "verify.py"), "--trust", "trust.txt"]
    named = [str(path) for path in paths] or [str(folder)]
    return subprocess.run([*command, *named], cwd=folder.parent, env={}, capture_output=True, text=True, timeout=120)


def sums_hold(folder: Path) -> None:
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    for line in lines:
        digest, _, name = line.partition("  ")
        assert sha256((folder / name).read_bytes()).hexdigest() == digest
    members = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {line.partition("  ")[2] for line in lines} == members - {"SHA256SUMS", "receipt.json"}


def said(folder: Path) -> dict[str, object]:
    receipt = json.loads((folder / "receipt.json").read_bytes())
    (what,) = [json.loads(value) for _, name, value in receipt["disclosed"] if name == "what"]
    return dict(what)


def test_a_pack_with_batches_is_checked_with_verify_py_alone(
    live: Live, done: Ended, bare: Path, tmp_path: Path
) -> None:
    folder = taken(live, tmp_path)
    sums_hold(folder)
    assert said(folder)["sha256"] == sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()
    assert (said(folder)["certificates"], said(folder)["batches"]) == (len(done.gone), 1)
    assert {path.stem for path in folder.glob("certificates/*")} >= {done.number, *(f"DC-{ref}" for ref in done.gone)}
    result = check(folder, bare)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count("HOLDS") == len(done.gone) + 4, "batch, log, receipt and the pack"
    assert f"the {len(done.gone)} certificates it names are those given here" in result.stdout
    batch = folder / f"certificates/{done.number}.json"
    alone = check(folder, bare, batch)
    assert alone.returncode == 0
    assert f"{len(done.gone)} of the {len(done.gone)} certificates it names, not given here" in alone.stdout
    assert not any(words in (folder / "disposals.csv").read_text() for words in PRIVATE)


def test_a_pack_of_a_time_in_which_nothing_was_disposed_of_is_checked_as_it_says(
    live: Live, done: Ended, bare: Path, tmp_path: Path
) -> None:
    day = live.now.date().replace(year=live.now.year - 1)
    folder = taken(live, tmp_path, first=day, end=day)
    sums_hold(folder)
    assert (said(folder)["certificates"], said(folder)["batches"]) == (0, 0)
    assert "0 certificates" in (folder / "README.txt").read_text()
    result = check(folder, bare)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count("HOLDS") == 3, "the log, the receipt and the pack"
    assert len((folder / "disposals.csv").read_text().splitlines()) == 1


def test_a_pack_of_one_body_has_no_certificate_of_another(live: Live, done: Ended, tmp_path: Path) -> None:
    folder = taken(live, tmp_path, body="hmip")
    assert not list(folder.glob("certificates/*"))
    for number in (done.number, *done.gone):
        assert number not in (folder / "disposals.csv").read_text()
    (tmp_path / "own").mkdir()
    own = taken(live, tmp_path / "own", body="imb")
    assert len(list(own.glob("certificates/*"))) == len(done.gone) + 1
    assert "of every body" in (folder / "README.txt").read_text(), "what the log in it holds is said"


def test_a_pack_made_while_certificates_are_issued_holds_as_a_whole(
    live: Live, done: Ended, bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is issued and not proven when it is begun, another is issued between its log and its certificates."""
    first, second = erased(live), erased(live)
    with live.house.work() as work:
        work.retention.issue(first, actor=SERVICE, now=work.now)
    export = packs.logbook.export

    def meanwhile(*given: Any, **more: Any) -> None:
        export(*given, **more)
        live.house.do(lambda w: w.retention.issue(second, actor=SERVICE, now=w.now))
        sequencing.settle(live.house)
        live.house.do(lambda w: w.retention.certify(second, actor=SERVICE, now=w.now))

    monkeypatch.setattr(packs.logbook, "export", meanwhile)
    folder = taken(live, tmp_path)
    monkeypatch.undo()
    result = check(folder, bare)
    assert result.returncode == 0, result.stdout + result.stderr
    assert said(folder)["certificates"] == len(done.gone) + 1


def erased(live: Live) -> str:
    """The item of one that is gone and has no certificate yet."""
    item = str(state_of(live, cooling_item(live)).item)
    live.later(days=15)
    for step in ("begin_destruction", "carry_out"):
        live.house.do(lambda w, step=step: getattr(w.retention, step)(item, actor=SERVICE, now=w.now))
    return item


def test_a_pack_of_a_body_there_is_not_is_refused(live: Live, done: Ended) -> None:
    answer = api(live, "compliance").get("/disposals/pack?first=2026-01-01&end=2026-12-31&body=nobody")
    assert (answer.status_code, answer.json["code"]) == (400, "app.period-unusable")


def test_the_page_gives_the_same_pack(live: Live, done: Ended) -> None:
    reader, now = Visitor(live, "compliance"), live.now
    days = {"first": ["1", "1", "2020"], "end": [str(now.day), str(now.month), str(now.year)]}
    saved = reader.post("/certificates/pack", 200, body="imb", **days)
    names = zipfile.ZipFile(io.BytesIO(saved.data)).namelist()
    assert f"certificates/{done.number}.json" in names


def test_no_cell_of_the_table_begins_like_a_formula() -> None:
    table = packs._table([["=1+1", "+1", "-1", "@x", "\t=1", "fine", 7, None]])
    (_, row) = csv.reader(io.StringIO(table.decode()))
    assert row == ["'=1+1", "'+1", "'-1", "'@x", "'\t=1", "fine", "7", ""]
