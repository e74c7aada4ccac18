"""What the log publishes without sign-in: notes, proofs, and the way in for cosignatures. Strangers cause no entry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.bootstrap import publishing, sequencing, sweeps
from audit.checkpoint import Checkpoints
from audit.leaf import unb64
from audit.merkle import extends
from audit.note import open_checkpoint, signatures
from audit.tables import audit_entry
from audit.witness_files import WitnessKey
from foundation.errors import ServiceError
from tests.house import Live


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("published") / "state")
    yield made
    made.close()


@pytest.fixture(scope="module")
def witness(live: Live, tmp_path_factory: pytest.TempPathFactory) -> WitnessKey:
    made = WitnessKey.create(tmp_path_factory.mktemp("witness") / "key", "imb.test/witness")
    live.house.keys.log.witnesses.trust(made.verifier.text, party="imb", now=live.now)
    return made


@pytest.fixture
def client(live: Live) -> FlaskClient:
    return live.app.test_client()


def sealed(live: Live) -> str:
    """A fresh checkpoint over a fresh entry."""
    with pytest.raises(ServiceError), live.house.work():
        raise _Refusal("for the test")
    sequencing.settle(live.house)
    with live.house.work() as work:
        return work.checkpoints.make(now=work.now).text


class _Refusal(ServiceError):
    """So that something is entered in the log."""

    code = ""
    title = "A refusal"


def cosigned(note: str, witness: WitnessKey, live: Live, **later: float) -> str:
    text, _, _ = note.partition("\n\n")
    return note + witness.cosign(f"{text}\n", now=live.now + timedelta(**later))


def entries(live: Live) -> int:
    with live.house.work() as work:
        return work.conn.scalar(sa.select(sa.func.count()).select_from(audit_entry)) or 0


def published(live: Live, name: str) -> str:
    return (live.house.settings.state / publishing.FOLDER / name).read_text("utf-8")


def test_the_newest_note_is_there_for_anybody_and_for_caches_a_few_seconds(live: Live, client: FlaskClient) -> None:
    note = sealed(live)
    answer = client.get("/audit/checkpoint")
    assert (answer.status_code, answer.text) == (200, note)
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=5"
    assert "Set-Cookie" not in answer.headers
    again = client.get("/audit/checkpoint", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_every_checkpoint_is_there_by_its_number(live: Live, client: FlaskClient) -> None:
    note = sealed(live)
    number = open_checkpoint(note, live.house.keys.log.trusted).number
    assert client.get(f"/audit/checkpoints/{number}").text == note
    for unknown in (number + 1, 0, 10**40):
        answer = client.get(f"/audit/checkpoints/{unknown}")
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_the_proofs_hold_between_what_was_published(live: Live, client: FlaskClient) -> None:
    old, new = (open_checkpoint(sealed(live), live.house.keys.log.trusted) for _ in range(2))
    answer = client.get(f"/audit/consistency?from={old.size}&to={new.size}")
    proof = [unb64(line, 32) for line in answer.text.splitlines()]
    assert extends(old.size, new.size, proof, old.root, new.root)
    assert client.get(f"/audit/consistency?from={new.size}&to={new.size}").data == b""


@pytest.mark.parametrize(
    "query",
    ["", "from=1", "from=1&to=x", "from=-1&to=1", "from=2&to=1", "from=1&to=99999999", "from=1&to=" + "9" * 400],
)
def test_no_proof_beyond_what_is_published(live: Live, client: FlaskClient, query: str) -> None:
    sealed(live)
    answer = client.get(f"/audit/consistency?{query}")
    assert (answer.status_code, answer.json["code"]) == (400, "audit.sizes-unusable")


def test_a_cosignature_is_taken_served_published_and_recorded(
    live: Live, witness: WitnessKey, client: FlaskClient
) -> None:
    note = sealed(live)
    before = entries(live)
    given = cosigned(note, witness, live)
    for _ in range(3):  # twice the same is once
        answer = client.post("/audit/cosignatures", data=given.encode(), content_type="text/plain")
        assert (answer.status_code, answer.text) == (200, given)
    assert entries(live) == before + 1
    assert client.get("/audit/checkpoint").text == published(live, "checkpoint") == given
    assert signatures(given, [witness.verifier])[1]


def refused(client: FlaskClient, live: Live, body: bytes, status: int, code: str) -> None:
    before = entries(live)
    answer = client.post("/audit/cosignatures", data=body, content_type="text/plain")
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert entries(live) == before


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"junk", b"a\n\n\xe2\x80\x94 b AAAA\n", b"x" * 70_000, "ü".encode() * 40_000]
)
def test_junk_is_refused_and_causes_no_entry(live: Live, client: FlaskClient, body: bytes) -> None:
    refused(client, live, body, 400, "audit.note-invalid")


def test_a_stranger_is_refused_and_causes_no_entry(live: Live, client: FlaskClient, tmp_path: Path) -> None:
    stranger = WitnessKey.create(tmp_path / "key", "imb.test/witness")
    refused(client, live, cosigned(sealed(live), stranger, live).encode(), 403, "audit.witness-unknown")


def test_a_witness_that_goes_back_is_refused(live: Live, witness: WitnessKey, client: FlaskClient) -> None:
    first, second = sealed(live), sealed(live)
    client.post("/audit/cosignatures", data=cosigned(second, witness, live).encode())
    refused(client, live, cosigned(first, witness, live).encode(), 409, "audit.cosignature-behind")


def test_a_cosignature_from_the_future_is_refused(live: Live, witness: WitnessKey, client: FlaskClient) -> None:
    late = cosigned(sealed(live), witness, live, hours=2)
    refused(client, live, late.encode(), 400, "audit.cosignature-unusable")


def test_a_form_of_a_browser_elsewhere_gains_nothing(live: Live, witness: WitnessKey, client: FlaskClient) -> None:
    given = cosigned(sealed(live), witness, live).encode()
    elsewhere = {"Origin": "https://elsewhere.test", "Sec-Fetch-Site": "cross-site"}
    answer = client.post("/audit/cosignatures", data=given, content_type="text/plain", headers=elsewhere)
    assert answer.status_code == 200  # whoever hands it in, it is the witness's own statement
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        ("/audit/checkpoint", "POST", {"GET", "HEAD", "OPTIONS"}),
        ("/audit/checkpoint", "DELETE", {"GET", "HEAD", "OPTIONS"}),
        ("/audit/checkpoints/1", "PUT", {"GET", "HEAD", "OPTIONS"}),
        ("/audit/consistency?from=0&to=1", "POST", {"GET", "HEAD", "OPTIONS"}),
        ("/audit/cosignatures", "GET", {"POST", "OPTIONS"}),
    ],
)
def test_a_wrong_method_is_refused_as_these_addresses_refuse(
    live: Live, client: FlaskClient, path: str, method: str, allowed: set[str]
) -> None:
    before = entries(live)
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert answer.json is not None
    assert answer.json["code"] == "http.405"
    assert set(answer.headers["Allow"].split(", ")) == allowed
    assert "Set-Cookie" not in answer.headers
    assert entries(live) == before


def test_a_page_asked_for_by_a_wrong_method_still_answers_with_a_page(client: FlaskClient) -> None:
    answer = client.delete("/sign-in")
    assert answer.status_code == 405
    assert answer.content_type.startswith("text/html")


def test_notes_lie_as_files_only_once_they_are_committed(live: Live) -> None:
    was = published(live, "checkpoint")
    with suppress(RuntimeError), live.house.work() as work:
        made = work.checkpoints.make(now=work.now)
        assert published(live, "checkpoint") == was
        raise RuntimeError("undone")
    assert published(live, "checkpoint") == was
    note = sealed(live)
    assert published(live, "checkpoint") == note != made.text
    number = open_checkpoint(note, live.house.keys.log.trusted).number
    assert published(live, f"checkpoints/{number}") == note


def test_what_was_left_unpublished_is_made_good_by_the_job(live: Live) -> None:
    sealed(live)
    folder = live.house.settings.state / publishing.FOLDER
    lost = [folder / "checkpoint", *(folder / "checkpoints").iterdir()]
    for path in lost:
        path.unlink()
    sweeps.checkpoint(live.house)
    with live.house.work() as work:
        latest = work.checkpoints.latest()
    assert latest is not None
    assert published(live, "checkpoint") == latest.text
    assert all(path.exists() for path in lost)
    assert publishing.publish(live.house) == 0


def test_what_a_process_that_died_while_it_published_has_left_goes_with_the_next_time(live: Live) -> None:
    folder = live.house.settings.state / publishing.FOLDER
    sealed(live)
    left = (folder / ".checkpoint.0a1b2c3d4e5f6071", folder / publishing.EACH / ".3.0a1b2c3d4e5f6071")
    for each in left:
        each.write_text("half of a note")
    publishing.publish(live.house)
    assert not any(each.exists() for each in left)


def test_a_full_disk_undoes_no_checkpoint(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publishing, "_write", full)
    note = sealed(live)
    with live.house.work() as work:
        latest = Checkpoints(work.conn, live.house.keys.log).latest()
    assert latest is not None
    assert latest.text == note


def health(client: FlaskClient) -> dict[str, str]:
    """But for what keeps the service restorable, which tests/backup asks about."""
    said = dict(client.get("/health/ready").json or {})
    assert {said.pop(name) for name in ("backup", "key_backup", "drill", "rehearsal")} == {"never"}
    assert said.pop("fixity") == "waiting"
    return said


def test_health_state_and_page_say_how_the_witnesses_stand(
    live: Live, witness: WitnessKey, client: FlaskClient
) -> None:
    client.post("/audit/cosignatures", data=cosigned(sealed(live), witness, live).encode())
    assert health(client) == {"status": "ready", "cosignatures": "in-time", "destructions": "well"}
    state = live.api("compliance").get("/audit/state").json
    (one,) = state["witnesses"]
    assert (state["cosignatures"], one["party"], one["late"]) == ("in-time", "imb", False)
    sealed(live)
    live.later(hours=2)
    assert health(client) == {"status": "ready", "cosignatures": "late", "destructions": "well"}
    assert sweeps.cosignatures(live.house) == sweeps.cosignatures(live.house) == "1 late"
    live.tokens.clear()
    sealed(live)
    found = live.api("compliance").get("/audit/entries?act=audit.cosignature-late").json["items"]
    assert len(found) == 1
    assert live.api("compliance").get("/audit/state").json["cosignatures"] == "late"


def test_a_list_of_witnesses_that_cannot_be_read_keeps_nobody_from_the_rest(
    live: Live, witness: WitnessKey, client: FlaskClient
) -> None:
    path = live.house.settings.keys / "log" / "witnesses"
    was = path.read_bytes()
    path.write_bytes(b"junk")
    try:
        assert health(client) == {"status": "ready", "cosignatures": "unknown", "destructions": "well"}
        assert client.get("/audit/checkpoint").status_code == 200
        refused(client, live, cosigned(sealed(live), witness, live).encode(), 503, "audit.witnesses-faulty")
    finally:
        path.write_bytes(was)
