"""The first part: what IMB staff know reaches HMIP; what HMIP was written reaches one Board, and its outcome both."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.story.enclosed import media_type
from app.story.places import Where
from app.story.stage import Stage
from app.story.telling import expect
from client.custodes_client import Passed

AGREEMENT, MARKING = "hmip-imb", "OFFICIAL-SENSITIVE - PERSONAL DATA"
ASKED = "A mother asks whether her son is safe"
TITLE = "Cell bells at night on the induction wing"
RANGE = 1000  # bytes at the end of a file, asked for by themselves


def intelligence(stage: Stage, where: Where, files: Sequence[Path]) -> str:
    """IMB staff to HMIP; opened, downloaded, compared, acknowledged. Returns the reference."""
    stage.telling.title("Intelligence: IMB staff to HMIP (M18, M22)")
    body = {
        **_letter(TITLE, "Three people told us the same thing; the times are in the files.", where),
        "kind": "intelligence",
        "route": "national-to-inspectorate",
        "subjects": [{"name": "Ellis Varnhame", "identifiers": [{"type": "prison-number", "value": "A0000AA"}]}],
    }
    draft = stage.does("staff", f"writes to HMIP about {where.name}", "POST", "/drafts", body, status=201).json["id"]
    sent = [stage.sends("staff", draft, file, file.name, media_type(file)) for file in files]
    reference = str(stage.does("staff", "sends it", "POST", f"/drafts/{draft}/send", {}, status=201).json["reference"])
    _listed_without_title(stage, reference)
    opened = opens(stage, "correspondence", reference, "inspection", TITLE)
    expect(len(opened["files"]) == len(sent), f"{len(sent)} files on {reference}", opened["files"])
    for file, passed, shown in zip(files, sent, opened["files"], strict=True):
        expect(shown["name"] == file.name, f"the name “{file.name}”", shown["name"])
        _compare(stage, "correspondence", reference, shown, passed)
    stage.does("correspondence", f"acknowledges {reference}", "POST", f"/items/{reference}/acknowledge", {})
    return reference


def outcome(stage: Stage, where: Where, letter: Path) -> tuple[str, str]:
    """HMIP to one Board through the National Chair, and the Board's outcome to both. Returns both references."""
    stage.telling.title("Correspondence: HMIP to one Board, by the only way there is (M30, M23, M37)")
    body = {**_letter(ASKED, "She has not heard from him for two weeks.", where)}
    body["kind"] = "correspondence"
    stage.refused(
        "correspondence",
        "tries to send it to the Board straight",
        "POST",
        "/drafts",
        {**body, "to_office": where.board},
        status=403,
        code="sharing.wrong-way",
        because="M30",
    )
    body["route"] = "inspectorate-to-board"
    reference = _forwarded(stage, where, body, letter)
    _another_board_finds_nothing(stage, reference)
    answer = _answered(stage, where, reference, letter)
    _seen_by_both(stage, reference, answer)
    stage.does("correspondence", f"acknowledges the outcome {answer}", "POST", f"/items/{answer}/acknowledge", {})
    done = {"note": "The Board has answered; the writer was told."}
    for ended in (answer, reference):
        stage.does("correspondence", f"closes {ended}", "POST", f"/items/{ended}/close", done)
    return reference, answer


def opens(stage: Stage, who: str, reference: str, purpose: str, title: str) -> Any:
    """Somebody reads it, saying what for."""
    text = f"opens {reference}, purpose “{purpose}”"
    opened = stage.does(who, text, "POST", f"/items/{reference}/open", {"purpose": purpose}).json
    expect(opened["title"] == title, f"the title “{title}”", opened["title"])
    return opened


def _letter(title: str, text: str, where: Where) -> dict[str, Any]:
    return {
        "agreement": AGREEMENT,
        "marking": MARKING,
        "title": title,
        "text": text,
        "purpose": "So that those who can act on it know.",
        "establishment": where.key,
    }


def _listed_without_title(stage: Stage, reference: str) -> None:
    found = stage.looks("correspondence", "/items?direction=received")["items"]
    row = next((row for row in found if row["reference"] == reference), None)
    expect(row is not None, f"{reference} in HMIP’s list", found)
    expect("title" not in (row or {}), "a list without titles", row)


def _compare(stage: Stage, who: str, reference: str, shown: dict[str, Any], sent: Passed) -> None:
    part = f"/items/{reference}/files/{shown['part']}?purpose=inspection"
    stage.telling.step(f"{stage.company.name(who)} downloads “{shown['name']}” and compares")
    got = stage.company.download(who, part)
    expect(got.answer.status == 200, "the file to be served with 200", got.answer.in_short)
    same = (got.size, got.sha256) == (sent.size, sent.sha256)
    expect(same, f"{sent.size} bytes of SHA-256 {sent.sha256}", f"{got.size} bytes of {got.sha256}")
    wanted = min(RANGE, sent.size)
    end = stage.company.download(who, part, {"Range": f"bytes=-{wanted}"})
    expect(end.answer.status == 206, "the end of the file by itself with 206", end.answer.in_short)
    expect(end.size == wanted, f"{wanted} bytes of it", end.size)
    stage.tell(f"200, {got.size:,} bytes, SHA-256 {got.sha256[:16]}… is the same; its end by range: 206")


def _forwarded(stage: Stage, where: Where, body: dict[str, Any], letter: Path) -> str:
    text = "writes it to the National Chair instead"
    draft = stage.does("correspondence", text, "POST", "/drafts", body, status=201).json["id"]
    stage.sends("correspondence", draft, letter, "letter, copied.txt", "text/plain")
    sent = stage.does("correspondence", "sends it", "POST", f"/drafts/{draft}/send", {}, status=201)
    reference = str(sent.json["reference"])
    opens(stage, "national", reference, "pass-on", body["title"])
    passed = {"office": where.board, "note": "For the Board, please: follow up and tell us both."}
    stage.does("staff", f"passes {reference} on to the Board", "POST", f"/items/{reference}/pass-on", passed)
    return reference


def _another_board_finds_nothing(stage: Stage, reference: str) -> None:
    text = f"of another Board tries to open {reference}"
    given = {"purpose": "follow-up"}
    path = f"/items/{reference}/open"
    barred = stage.refused("chair2", text, "POST", path, given, status=404, code="sharing.not-found")
    nothing = f"{reference[:-5]}99999"
    blank = stage.company.ask("chair2", "POST", f"/items/{nothing}/open", given)
    alike = _without_address(barred.json) == _without_address(blank.json) and barred.status == blank.status
    expect(alike, "the same answer as for a reference nobody has", f"{barred.in_short} and {blank.in_short}")
    stage.telling.said(f"  the answer is the same, word for word, as for {nothing}, which nobody has")
    stage.recorded()


def _without_address(problem: dict[str, Any]) -> dict[str, Any]:
    """Each answer names its own address and its own request; all else must be the same."""
    return {name: value for name, value in problem.items() if name not in ("instance", "request_id")}


def _answered(stage: Stage, where: Where, reference: str, letter: Path) -> str:
    opened = opens(stage, where.chair, reference, "follow-up", ASKED)
    part = opened["files"][0]["part"]
    stage.telling.step(f"{stage.company.name(where.chair)} downloads the letter")
    got = stage.company.download(where.chair, f"/items/{reference}/files/{part}?purpose=follow-up")
    expect(got.size == letter.stat().st_size, "the letter whole", got.size)
    stage.tell(f"200, {got.size} bytes")
    body = {
        "marking": MARKING,
        "title": "What the Board found",
        "text": "Two members spoke with him. He is well, and has telephoned.",
        "purpose": "The outcome of what was passed to the Board.",
    }
    text = f"answers {reference} with the outcome"
    draft = stage.does(where.chair, text, "POST", f"/items/{reference}/answer", body, status=201).json["id"]
    stage.sends(where.chair, draft, letter, "outcome report.txt", "text/plain")
    sent = stage.does(where.chair, "sends it to both", "POST", f"/drafts/{draft}/send", {}, status=201)
    return str(sent.json["reference"])


def _seen_by_both(stage: Stage, reference: str, answer: str) -> None:
    for who in ("correspondence", "national"):
        opens(stage, who, answer, "answer", "What the Board found")
    again = opens(stage, "correspondence", reference, "answer", ASKED)
    expect(again["answered_by"] == answer, f"{reference} to name its answer {answer}", again["answered_by"])
