"""The last part: the item's time runs out, two people agree, the key is destroyed, and a certificate says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.story.places import Where
from app.story.stage import Stage
from app.story.telling import expect

MONTHS = 6
PERIOD = timedelta(days=MONTHS * 31)
COOLING_OFF = timedelta(days=15)
AUTHORITY = "Invented for this story: letter of the information asset owner, since no schedule gives a period."
REVIEW = {"proposal": "destroy", "reason": "The concern was met; nothing refers to it any more."}


def dispose(stage: Stage, where: Where, reference: str) -> str:
    """From closing to the certificate, whose number is returned."""
    stage.telling.title("The end: closed, due, returned or not, held, reviewed, approved, destroyed (M59, M71)")
    note = {"note": "Read and used in planning. Nothing more is owed."}
    stage.does("correspondence", f"closes {reference}", "POST", f"/items/{reference}/close", note)
    case = f"/disposals/{reference}"
    _period(stage, case)
    _returned(stage, case)
    _held(stage, case)
    _approved(stage, case)
    _unreadable(stage, ("staff",), reference)
    _destroyed(stage, case)
    _unreadable(stage, ("staff", "correspondence", "national", where.chair), reference)
    number = str(stage.looks("compliance", case)["certificate"])
    expect(bool(number), "the number of a certificate", number)
    return number


def clock_on(stage: Stage, by: timedelta, why: str) -> None:
    """The operator of the demonstration moves its clock; what falls due is done."""
    to: datetime = stage.company.now() + by
    stage.does("operator", why, "POST", "/demonstration/clock", {"to": to.isoformat()})


def _period(stage: Stage, case: str) -> None:
    stage.refused(
        "imb-records",
        "tries to review it, though no period is in force for its class",
        "POST",
        f"{case}/review",
        REVIEW,
        status=403,
        code="retention.disposal-refused",
        because="RET-unverified",
    )
    given = {"months": MONTHS, "authority": AUTHORITY}
    stage.does(
        "imb-records", f"confirms a period of {MONTHS} months, citing the authority", "POST", f"{case}/period", given
    )
    clock_on(stage, PERIOD, f"moves the demonstration’s clock on by {PERIOD.days} days")
    stage.does("operator", "runs the sweep again: nothing is left to do", "POST", "/disposals/sweep", {})
    _expect_state(stage, case, "due")


def _returned(stage: Stage, case: str) -> None:
    stage.does("hmip-records", "offers it back to its source (M59a)", "POST", f"{case}/return", {})
    given = {"answer": "declined", "reason": "IMB staff hold their own record and agree that this one goes."}
    stage.does("imb-records", "declines the return", "POST", f"{case}/return-answer", given)


def _held(stage: Stage, case: str) -> None:
    given = {"reason": "A claim was announced.", "issuer": "Letter before claim (invented)"}
    hold = stage.does("imb-records", "places a hold", "POST", f"{case}/holds", given, status=201).json["id"]
    stage.refused(
        "imb-records",
        "proposes to destroy it all the same",
        "POST",
        f"{case}/review",
        REVIEW,
        status=403,
        code="retention.disposal-refused",
        because="RET-held",
    )
    stage.does("imb-records", "lifts the hold", "POST", f"/holds/{hold}/lift", {"reason": "The claim was dropped."})


def _approved(stage: Stage, case: str) -> None:
    stage.does("imb-records", "reviews it: destroy", "POST", f"{case}/review", REVIEW)
    given = {"approve": True}
    stage.refused(
        "imb-records",
        "tries to approve this review of their own",
        "POST",
        f"{case}/approve",
        given,
        status=403,
        code="retention.disposal-refused",
        because="RET-second-person",
    )
    stage.does(
        "imb-owner", "approves it: the key is disabled, the cooling-off begins", "POST", f"{case}/approve", given
    )
    swept = stage.does("operator", "runs the sweep within the cooling-off", "POST", "/disposals/sweep", {}).json
    expect(swept["destroyed"] == 0, "nothing to be destroyed within the cooling-off", swept)
    _expect_state(stage, case, "cooling-off")


def _destroyed(stage: Stage, case: str) -> None:
    clock_on(stage, COOLING_OFF, f"moves the clock past the cooling-off; the sweep runs ({COOLING_OFF.days} days)")
    _expect_state(stage, case, "destroyed")


def _unreadable(stage: Stage, people: Sequence[str], reference: str) -> None:
    """Not for its sender, not for its reader, not for anybody: neither words nor files."""
    for who in people:
        stage.telling.step(f"{stage.company.name(who)} tries to open {reference}")
        answer = stage.company.ask(who, "POST", f"/items/{reference}/open", {"purpose": "inspection"})
        expect(answer.status in (403, 404, 410), f"{reference} to be unreadable", answer.in_short)
        file = stage.company.download(who, f"/items/{reference}/files/1?purpose=inspection")
        expect(file.answer.status in (403, 404, 410), "its file to be unreadable", file.answer.in_short)
        stage.tell(f"REFUSED {answer.in_short}")


def _expect_state(stage: Stage, case: str, state: str) -> None:
    found: dict[str, Any] = stage.looks("compliance", case)
    expect(found["state"] == state, f"the case to be “{state}”", f"“{found['state']}”")
