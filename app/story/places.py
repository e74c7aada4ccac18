"""Where the story happens: an invented establishment, or one of those imported, with a Board made for it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pyotp

from app.demo.cast import PLACES, Part
from app.story.company import STEP
from app.story.stage import Stage
from app.story.telling import expect
from foundation.calendar import london_date

PROOF = {"provider": "Invented course", "evidence": "CERT-1"}
CHAIR = Part(
    "story-chair", "Imogen Farrowdale", "imogen.farrowdale@imb.example", "imb", "board-chair", blurb="the Board’s Chair"
)


@dataclass(frozen=True, slots=True)
class Where:
    """The establishment, the Board’s office id, and who chairs it (a key of the company)."""

    key: str
    name: str
    board: str
    chair: str


def invented(stage: Stage) -> Where:
    """Fernmoor, of the cast."""
    place = PLACES[0]
    found = stage.looks("staff", f"/offices?party=imb&kind=board&establishment={place.key}")["items"]
    expect(len(found) == 1, f"one Board for {place.name}", found)
    return Where(place.key, place.name, found[0]["id"], "chair")


def imported(stage: Stage, file: Path) -> Where:
    """The first open prison of the file, with a Board and its Chair made by the IMB’s administrator."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        row = next((row for row in csv.DictReader(stream) if _open_prison(row)), None)
    if row is None:
        expect(held=False, expected="an open prison among the establishments", came=file.name)
        raise AssertionError
    key, name = row["key"], row["name"]
    body = {"party": "imb", "kind": "board", "name": f"{name} Board", "establishments": [key]}
    board = stage.does("imb-admin", f"makes the Board of {name}", "POST", "/offices", body, status=201).json["id"]
    _invite(stage, board)
    return Where(key, name, board, CHAIR.key)


def _open_prison(row: dict[str, str]) -> bool:
    return row.get("kind") == "PRISON" and row.get("active_in_register") == "true"


def _invite(stage: Stage, board: str) -> None:
    given = {"email": CHAIR.email, "name": CHAIR.name, "party": CHAIR.party}
    asked = stage.does("imb-admin", f"invites {CHAIR.name}", "POST", "/accounts", given, status=201).json
    account = f"/accounts/{asked['person']}"
    appointed = {"role": CHAIR.role, "office": board, "words": "The Board elected her."}
    said = "proposes her as Chair of that Board"
    stage.does("imb-admin", said, "POST", f"{account}/appointments", appointed, status=202)
    until = {"until": (stage.company.now() + timedelta(days=300)).isoformat(), "words": "Clearance seen, ref. V-1."}
    passed = {"module": "handling", "on": london_date(stage.company.now()).isoformat(), **PROOF}
    stage.does("imb-admin", "records that she passed “handling”", "POST", f"{account}/training", passed, status=201)
    stage.does("imb-admin", "says that her vetting was seen", "POST", f"{account}/vetting", until, status=202)
    checked = {"checked": "known-number"}
    for each in stage.looks("imb-admin2", f"/conferrals?account={asked['person']}")["conferrals"]:
        said = f"rang her, and confirms: {each['effect'][0]}"
        stage.does("imb-admin2", said, "POST", f"/conferrals/{each['id']}/confirm", checked)
    _accept(stage, asked["invitation"])


def _accept(stage: Stage, token: str) -> None:
    """She sets password and second factor herself; nobody else ever knows them."""
    stage.telling.step(f"{CHAIR.name} accepts: a password, and a second factor")
    company = stage.company
    body = {"token": token, "password": company.password}
    first = company.client.ask("POST", "/invitations/accept", body)
    expect(first.status == 200, "the invitation to be accepted", first.in_short)
    company.join(CHAIR, first.json["secret"], company.roles["chair"])
    step = int(company.now().timestamp()) // STEP
    company.spent[CHAIR.key] = step
    code = {"token": token, "code": pyotp.TOTP(first.json["secret"]).generate_otp(step)}
    second = company.client.ask("POST", "/invitations/confirm", code)
    expect(second.status == 204, "the second factor to be confirmed", second.in_short)
    stage.tell("204, the account is active")
    asked = stage.looks(CHAIR.key, "/handling-requirements")["asked"]
    told = {"version": asked["number"], "digest": asked["digest"]}
    said = "reads the handling requirements and accepts them"
    stage.does(CHAIR.key, said, "POST", "/handling-requirements/accept", told, status=204)
