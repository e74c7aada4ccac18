"""Uploads that go on where they broke off (tus 1.0): the law of offsets, every refusal, whose they are, their end."""

from __future__ import annotations

import tomllib
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from api_acts import draft
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from app.bootstrap import sweeps
from app.http.tus import arriving
from sharing.tables.uploads import draft_slice, draft_upload
from tests.house import Live
from vault.tables import vault_part

VECTORS = tomllib.loads((Path(__file__).parents[1] / "vectors" / "tus" / "requests.toml").read_text(encoding="utf-8"))
PIECE = "application/offset+octet-stream"
SPILL = b"SECRET\n\nNot for here.\n\nSECRET\n"


class Tus:
    """A client of the protocol, as one of the cast."""

    def __init__(self, live: Live, who: str = "officer") -> None:
        self._client, self._token = live.app.test_client(), live.api(who) and live.tokens[who]

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> TestResponse:
        wanted = {"Authorization": f"Bearer {self._token}", "Tus-Resumable": "1.0.0"}
        wanted |= {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in wanted.items() if value != "none"}
        return self._client.open(path, method=method, data=body, headers=kept)

    def begin(self, made: str, size: int, name: str = "letter.txt", kind: str = "text/plain") -> str:
        said = f"filename {based(name)},filetype {based(kind)}"
        where = f"/api/v1/drafts/{made}/uploads"
        answer = self.ask("POST", where, Upload_Length=str(size), Upload_Metadata=said)
        assert answer.status_code == 201, answer.text
        assert answer.headers["Tus-Resumable"] == "1.0.0"
        return answer.headers["Location"]

    def patch(self, where: str, offset: int, body: bytes, **more: str) -> TestResponse:
        return self.ask("PATCH", where, body, Upload_Offset=str(offset), Content_Type=PIECE, **more)

    def offset(self, where: str) -> int:
        answer = self.ask("HEAD", where)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        return int(answer.headers["Upload-Offset"])


def based(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of 7 bytes, so that a few bytes are many pieces."""
    monkeypatch.setattr(arriving, "SLICE", 7)


def rows(live: Live, table: sa.Table) -> int:
    with live.house.work() as work:
        return int(work.conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def test_what_is_spoken_is_told_before_anything_is_sent(live: Live) -> None:
    answer = Tus(live).ask("OPTIONS", f"/api/v1/drafts/{draft(live)}/uploads", Tus_Resumable="none")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,termination,checksum,expiration"
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha256,sha1"
    assert answer.headers["Tus-Max-Size"] == str(2 << 20)


def test_a_file_in_two_pieces_becomes_a_file_like_any_other(live: Live) -> None:
    tus, made = Tus(live), draft(live)
    content = b"Dear colleague,\n" * 9000
    where = tus.begin(made, len(content), "Brief – für Leeds.txt")
    head = tus.ask("HEAD", where)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("0", str(len(content)))
    assert head.headers["Upload-Metadata"].startswith("filename ")
    first = tus.patch(where, 0, content[:50_000])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "50000")
    assert live.api("officer").ok("GET", f"/drafts/{made}")["files"] == []
    (under_way,) = live.api("officer").ok("GET", f"/drafts/{made}/uploads")["items"]
    assert (under_way["arrived"], under_way["size"], under_way["part"]) == (50_000, len(content), None)
    last = tus.patch(where, 50_000, content[50_000:])
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(content)))
    (file,) = live.api("officer").ok("GET", f"/drafts/{made}")["files"]
    assert (file["name"], file["size"], file["searched"]) == ("Brief – für Leeds.txt", len(content), True)
    assert live.api("officer").ok("GET", where.removeprefix("/api/v1"))["part"] == file["part"]
    assert tus.offset(where) == len(content)  # who lost the answer hears that it is here
    assert tus.patch(where, len(content), b"").status_code == 204  # and may ask again
    ref = live.api("officer").ok("POST", f"/drafts/{made}/send")["reference"]
    got = live.api("officer").get(f"/items/{ref}/files/{file['part']}?purpose=follow-up")
    assert sha256(got.data).digest() == sha256(content).digest()
    assert tus.ask("HEAD", where).status_code == 404


@pytest.mark.parametrize("bad", VECTORS["bad"], ids=lambda bad: bad["why"])
def test_what_is_wrong_is_refused_and_changes_nothing(
    live: Live, ten: tuple[Tus, str, str], bad: dict[str, Any]
) -> None:
    tus, made, where = ten
    before = [rows(live, table) for table in (draft_upload, draft_slice)]
    headers = {"Upload-Offset": "4", "Content-Type": PIECE} if bad["method"] == "PATCH" else {}
    if bad["method"] == "POST":
        headers = {"Upload-Length": "10", "Upload-Metadata": f"filename {based('a.txt')}"}
    headers |= bad.get("headers", {})
    path = f"/api/v1/drafts/{made}/uploads" if bad["method"] == "POST" else where
    given = {name.replace("-", "_"): value for name, value in headers.items()}
    answer = tus.ask(bad["method"], path, bad.get("body", "").encode(), **given)
    assert answer.status_code == bad["status"], answer.text
    assert answer.headers["Tus-Version"] == "1.0.0"
    if "code" in bad:
        assert answer.json["code"] == bad["code"]
        assert answer.content_type == "application/problem+json"
    assert tus.offset(where) == 4
    assert [rows(live, table) for table in (draft_upload, draft_slice)] == before


@pytest.fixture(scope="module")
def ten(live: Live) -> tuple[Tus, str, str]:
    """An upload of ten bytes of which four have arrived."""
    tus, made = Tus(live), draft(live)
    where = tus.begin(made, 10)
    assert tus.patch(where, 0, b"0123").status_code == 204
    return tus, made, where


CONTENT = bytes(range(65, 91)) * 2
STEP = st.tuples(
    st.integers(-3, 3),  # how far beside the right offset
    st.integers(0, 20),  # bytes
    st.sampled_from(["", "sha256", "sha1", "wrong"]),
)


@pytest.mark.usefixtures("small")
@settings(max_examples=6, deadline=None)
@given(steps=st.lists(STEP, max_size=6))
def test_law_the_offset_is_what_was_accepted_in_order_and_the_file_is_its_pieces(
    live: Live, steps: list[tuple[int, int, str]]
) -> None:
    """Against the simplest model there is: a number that moves by what was accepted, and by nothing else."""
    tus, made = Tus(live), draft(live)
    where = tus.begin(made, len(CONTENT))
    at = 0
    for beside, size, kind in steps:
        offset = max(0, at + beside)
        body = CONTENT[offset : offset + size] if offset == at else b"x" * size
        over = offset + len(body) > len(CONTENT)
        answer = tus.patch(where, offset, body, **sums(kind, body))
        wanted = 409 if offset != at else 413 if over else 460 if kind == "wrong" else 204
        assert answer.status_code == wanted, answer.text
        at += len(body) if wanted == 204 else 0
        assert tus.offset(where) == at
    assert tus.patch(where, at, CONTENT[at:]).status_code == 204
    (file,) = live.api("officer").ok("GET", f"/drafts/{made}")["files"]
    assert file["size"] == len(CONTENT)
    live.api("officer")("DELETE", f"/drafts/{made}")


def sums(kind: str, body: bytes) -> dict[str, str]:
    known: dict[str, Callable[[bytes], Any]] = {"sha256": sha256, "sha1": sha1, "wrong": lambda b: sha256(b + b"!")}
    if not kind:
        return {}
    name = "sha256" if kind == "wrong" else kind
    return {"Upload_Checksum": f"{name} {b64encode(known[kind](body).digest()).decode()}"}


def test_to_anybody_else_there_is_no_draft_and_no_upload(live: Live, ten: tuple[Tus, str, str]) -> None:
    _, made, where = ten
    none = where[:-4] + "0000"
    for who in ("inspector", "admin", "staff"):
        other = Tus(live, who)
        for path in (where, none):
            answers = [other.ask("GET", path), other.patch(path, 4, b"456789"), other.ask("DELETE", path)]
            assert {(one.status_code, one.json["code"]) for one in answers} <= {
                (404, "sharing.draft-not-found"),
                (403, "sharing.act-refused"),
            }
        assert other.ask("HEAD", where).status_code == other.ask("HEAD", none).status_code
    nobody = live.app.test_client().open(where, method="HEAD", headers={"Tus-Resumable": "1.0.0"})
    assert nobody.status_code == 401
    assert Tus(live).offset(where) == 4
    assert Tus(live).ask("HEAD", where.replace(made, draft(live))).status_code == 404  # nor under another draft


def test_what_must_not_come_in_is_refused_at_the_end_and_nothing_stays(live: Live) -> None:
    tus, made = Tus(live), draft(live)
    where = tus.begin(made, len(SPILL))
    assert tus.patch(where, 0, SPILL[:9]).status_code == 204
    answer = tus.patch(where, 9, SPILL[9:])
    assert (answer.status_code, answer.json["code"]) == (403, "sharing.marking-spill")
    assert tus.ask("HEAD", where).status_code == 404
    assert live.api("officer").ok("GET", f"/drafts/{made}")["files"] == []
    assert pending(live, made) == 0


def pending(live: Live, made: str) -> int:
    """Objects of pieces that are not dropped."""
    mine = (vault_part.c.item == made, vault_part.c.part == 0, vault_part.c.state == "pending")
    with live.house.work() as work:
        kept = set(work.conn.scalars(sa.select(vault_part.c.object).where(*mine)))
        used = set(work.conn.scalars(sa.select(draft_slice.c.object)))
        return len(kept & used)


def test_an_upload_ends_when_its_author_ends_it_with_the_draft_and_when_it_is_sent(live: Live) -> None:
    tus = Tus(live)
    for end in ("upload", "draft", "send"):
        made = draft(live)
        where = tus.begin(made, 20)
        tus.patch(where, 0, b"0123456789")
        assert pending(live, made) == 1
        if end == "upload":
            assert tus.ask("DELETE", where).status_code == 204
        elif end == "draft":
            live.api("officer")("DELETE", f"/drafts/{made}")
        else:
            live.api("officer").ok("POST", f"/drafts/{made}/send")
        assert tus.ask("HEAD", where).status_code == 404
        assert pending(live, made) == 0
        assert live.house.backend.list(folder(made)) == []


def folder(made: str) -> str:
    return f"{made[-2:]}/{made}"


def test_as_many_go_on_at_once_as_the_item_may_carry(live: Live) -> None:
    tus, made = Tus(live), draft(live)
    begun = [tus.begin(made, 5, f"{number}.txt") for number in range(4)]
    said = f"filename {based('5.txt')}"
    answer = tus.ask("POST", f"/api/v1/drafts/{made}/uploads", Upload_Length="5", Upload_Metadata=said)
    assert (answer.status_code, answer.json["code"]) == (400, "sharing.too-many-files")
    tus.ask("DELETE", begun[0])
    tus.begin(made, 5, "5.txt")


def test_creating_it_twice_under_one_key_creates_it_once(live: Live) -> None:
    tus, made = Tus(live), draft(live)
    same = {"Upload_Length": "10", "Upload_Metadata": f"filename {based('a.txt')}", "Idempotency_Key": "one-and-only"}
    places = {tus.ask("POST", f"/api/v1/drafts/{made}/uploads", **same).headers["Location"] for _ in range(2)}
    assert len(places) == 1


def test_an_upload_nobody_went_on_with_is_swept(live: Live) -> None:
    """The last of the module: a day goes by."""
    tus, made = Tus(live), draft(live)
    where = tus.begin(made, 20)
    tus.patch(where, 0, b"0123456789")
    assert len(live.house.backend.list(folder(made))) == 1
    live.later(hours=25)
    live.tokens.clear()
    assert Tus(live).ask("HEAD", where).status_code == 404
    sweeps.tidy(live.house)
    assert live.house.backend.list(folder(made)) == []
    assert rows(live, draft_upload) == rows(live, draft_slice) == 0
    live.nothing_half_stored()
