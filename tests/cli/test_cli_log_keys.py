"""``custodes audit rotate-key``, ranges, time-stamps and anchors, from a shell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest

from tests import cloud
from tests.authority import Authority, authority

pytestmark = pytest.mark.once("what a command takes and refuses; story, backups and witnesses run commands on both")


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with authority(tmp_path_factory.mktemp("tsa")) as made:
        yield made


def made_folder(path: Path) -> Path:
    path.mkdir()
    return path


def kept(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_changed_key_is_published_recorded_and_old_and_new_verify(ready, tmp_path: Path) -> None:
    old = kept(tmp_path / "old", ready("audit", "key").out)
    early = kept(tmp_path / "early", ready("audit", "checkpoint").out)
    said = ready("audit", "rotate-key")
    assert said.code == 0
    assert "The key was changed." in said.out
    new = kept(tmp_path / "new", ready("audit", "key").out)
    assert [line.split(" ")[0] for line in new.read_text().splitlines()] == ["log", "log"]
    late = kept(tmp_path / "late", ready("audit", "checkpoint").out)
    assert ready("audit", "export", tmp_path / "log.zip").code == 0
    held = ready("verify", tmp_path / "log.zip", "--trust", new, "--kept", early, "--kept", late)
    assert (held.code, held.err) == (0, "")
    assert "the log’s key changed" in held.out
    assert ready("verify", early, "--trust", old).code == ready("verify", early, "--trust", new).code == 0
    assert ready("verify", late, "--trust", old).code == 1
    assert ready("audit", "verify").code == 0
    assert not (tmp_path / "state/keys/log/log-next.key").exists()
    assert "The key was changed." in ready("audit", "rotate-key").out
    assert len(ready("audit", "key").out.splitlines()) == 3


def test_a_range_is_exported_by_numbers_and_by_days(ready, tmp_path: Path) -> None:
    key = kept(tmp_path / "key", ready("audit", "key").out)
    for _ in range(4):
        assert ready("audit", "verify").code == 0
    assert ready("audit", "export", tmp_path / "part", "--from", 1, "--to", 3).code == 0
    told = json.loads((tmp_path / "part/range").read_text())
    assert (told["from"], told["to"]) == (1, 3)
    said = ready("verify", tmp_path / "part", "--trust", key)
    assert (said.code, said.err) == (0, "")
    assert "They are entries 1 to 2 of" in said.out
    assert ready("audit", "export", tmp_path / "days", "--from", "2020-01-01", "--to", "2100-01-01").code == 0
    assert json.loads((tmp_path / "days/range").read_text())["from"] == 0
    ready("audit", "export", tmp_path / "no", "--from", "yesterday").refused("a day like 2026-11-20")
    ready("audit", "export", tmp_path / "no", "--from", "9999").refused("There are no such entries")
    assert not (tmp_path / "no").exists()


def test_an_export_for_one_recipient_is_opened_by_them_and_verifies(ready, tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    reader = kept(tmp_path / "reader", f"# the other body\n{identity.to_public()}\n")
    key = kept(tmp_path / "key", ready("audit", "key").out)
    ready("audit", "verify")
    folder = made_folder(tmp_path / "out")
    said = ready("audit", "export", folder / "log.zip.age", "--for", reader, "--from", 1)
    assert (said.code, said.err) == (0, "")
    assert f"sealed for {identity.to_public()}" in said.out
    assert [path.name for path in folder.iterdir()] == ["log.zip.age"]
    assert ready("verify", folder / "log.zip.age", "--trust", key).code == 1
    (folder / "log.zip").write_bytes(pyrage.decrypt((folder / "log.zip.age").read_bytes(), [identity]))
    said = ready("verify", folder / "log.zip", "--trust", key)
    assert (said.code, said.err) == (0, "")
    assert "They are entries 1 to " in said.out
    assert ready("audit", "export", tmp_path / "after").code == 0
    assert str(identity.to_public()) in (tmp_path / "after/disclosures.jsonl").read_text()  # who it was for is recorded
    ready("audit", "export", folder / "log.zip.age", "--for", reader).refused("Nothing is overwritten")


def test_without_one_good_recipient_nothing_is_exported_and_nothing_said_of_it(ready, tmp_path: Path) -> None:
    before = ready("audit", "checkpoint").out.splitlines()[1]
    for text in ("", "age1nonsense\n", str(pyrage.x25519.Identity.generate()), "# \n" * 5000):
        reader = kept(tmp_path / "reader", text)
        ready("audit", "export", tmp_path / "log.age", "--for", reader).refused("There is no recipient", "age1…")
    assert not (tmp_path / "log.age").exists()
    assert ready("audit", "checkpoint").out.splitlines()[1] == before  # as many entries


def test_the_exported_verifier_is_the_one_in_the_package(ready, tmp_path: Path) -> None:
    assert ready("audit", "export", tmp_path / "out").code == 0
    whole = (Path(__file__).parents[2] / "verifier/custodes_verify.py").read_bytes()
    assert (tmp_path / "out/verify.py").read_bytes() == whole


def test_the_checkpoint_is_stamped_once_and_the_bundle_says_so(ready, tsa: Authority, tmp_path: Path) -> None:
    settings = {"CUSTODES_TSA_URL": tsa.url, "CUSTODES_TSA_CERTIFICATE": str(tsa.certificate)}
    ready("audit", "checkpoint")
    assert "is time-stamped" in ready("audit", "timestamp", **settings).out
    assert "already" in ready("audit", "timestamp", **settings).out
    assert ready("audit", "export", tmp_path / "log.zip").code == 0
    key = ready("audit", "key").out
    said = ready("verify", tmp_path / "log.zip", "--trust", kept(tmp_path / "bare", key))
    assert "0 time-stamps are good; 1 not checked" in said.out
    lines = tsa.certificate.read_text().splitlines()
    trust = kept(tmp_path / "trust", f"{key}tsa {''.join(lines[1:-1])}\n")
    said = ready("verify", tmp_path / "log.zip", "--trust", trust)
    assert (said.code, said.err) == (0, "")
    assert "1 time-stamps are good; 0 not checked" in said.out
    assert "0 time-stamps are good; 1 not checked" in ready("audit", "verify").out
    assert "1 time-stamps are good" in ready("audit", "verify", CUSTODES_TSA_CERTIFICATE=str(tsa.certificate)).out
    with authority(made_folder(tmp_path / "stranger")) as stranger:
        said = ready("audit", "verify", CUSTODES_TSA_CERTIFICATE=str(stranger.certificate))
    assert said.code == 1
    assert "FAULT  time-stamp" in said.err
    ready("audit", "verify", CUSTODES_TSA_CERTIFICATE="nowhere.pem").refused("CUSTODES_TSA_CERTIFICATE names no file")


@pytest.mark.parametrize("answer", [b"", b"not a time-stamp", None])
def test_an_authority_that_fails_stops_nothing_and_is_on_the_record(
    ready, tsa: Authority, answer: bytes | None
) -> None:
    url = tsa.url if answer is not None else "http://127.0.0.1:1/"
    settings = {"CUSTODES_TSA_URL": url, "CUSTODES_TSA_CERTIFICATE": str(tsa.certificate)}
    tsa.instead = answer
    try:
        ready("audit", "checkpoint")
        ready("audit", "timestamp", **settings).refused("No time-stamp was had")
        assert "checkpoint: " in ready("jobs", "run", "--once", **settings).out
    finally:
        tsa.instead = None
    assert ready("audit", "verify").code == 0


def test_checkpoints_are_anchored_and_compared(ready, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = cloud.new_bucket(lock=True)
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint())
    settings = {"CUSTODES_ANCHOR_URL": f"s3://{bucket}/log", "CUSTODES_ANCHOR_DAYS": "7"}
    ready("audit", "checkpoint")
    first = ready("audit", "anchor", **settings).out
    assert int(first.split(" ")[0]) >= 1
    assert ready("audit", "anchor", **settings).out.startswith("0 ")
    said = ready("audit", "anchors", **settings)
    assert (said.code, said.err) == (0, "")
    assert "are those of the log" in said.out


def test_what_is_not_set_up_says_so(ready) -> None:
    for command in ("timestamp", "anchor", "anchors"):
        ready("audit", command).refused("That is not set up")
    ready("audit", "key", CUSTODES_ANCHOR_URL="s3://bucket/x").refused("CUSTODES_ANCHOR_DAYS")
    ready("audit", "key", CUSTODES_TSA_URL="ftp://x", CUSTODES_TSA_CERTIFICATE="").refused("CUSTODES_TSA_URL")
