"""People in front of the pages of records and administration: over a whole house, without a browser."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

from werkzeug.test import TestResponse

from app.bootstrap import sweeps
from app.bootstrap.work import Work
from foundation.actor import Actor
from sharing.model.item import Subject, Written
from tests.house import PASSWORD, Live

_INPUT = re.compile(r"<input[^>]*type=\"hidden\"[^>]*>")


class Visitor:
    """One person, signed in by the sign-in page. Sign in anew after the clock was moved far."""

    def __init__(self, live: Live, key: str) -> None:
        self.live, self.key = live, key
        self.client = live.app.test_client()
        self.post("/sign-in", email=f"{key}@example.test", password=PASSWORD)
        self.post("/sign-in/code", code=live.code(key))

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code} {words(answer.text)[:600]}"
        return words(answer.text)

    def raw(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, status: int = 303, page: str = "", **fields: Any) -> TestResponse:
        """Fill in the form of the page (at the same address unless told), with its hidden fields, and send it."""
        held = hidden(self.client.get(page or path).text)
        answer = self.client.post(path, data={**held, **fields}, buffered=True)
        assert answer.status_code == status, f"{path}: {answer.status_code} {words(answer.text)[:900]}"
        return answer


def words(text: str) -> str:
    """What a reader sees, one line."""
    main = text.partition("<main")[2] or text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def hidden(text: str) -> dict[str, str]:
    found = {}
    for field in _INPUT.findall(text):
        name, value = (re.search(rf'\b{part}="([^"]*)"', field) for part in ("name", "value"))
        if name:
            found[name[1]] = html.unescape(value[1]) if value else ""
    return found


def actor(live: Live, key: str) -> Actor:
    with live.house.work() as work:
        return work.people.actor(live.ids[key], now=work.now)


def by(live: Live, key: str, act: Any) -> Any:
    """One act of one person through the rooms, committed."""
    with live.house.work(actor(live, key)) as work:
        return act(work)


def closed_item(live: Live) -> str:
    """The reference of an item of IMB staff that HMIP has closed: its retention clock runs, without a period."""

    def start(work: Work) -> Any:
        (office,) = work.actor.offices
        return work.sharing.start_draft(
            Written(
                marking="OFFICIAL-SENSITIVE",
                title="Use of force on B wing",
                text="Three people told us the same thing.",
                sharing_purpose="To inform the next inspection.",
                subjects=(Subject("Joan Smith", (("prison-number", "A1234BC"),)),),
                establishment="LEI",
            ),
            agreement="hmip-imb",
            kind="intelligence",
            office=office,
            route="national-to-inspectorate",
            actor=work.actor,
            now=work.now,
        )

    draft = by(live, "staff", start)
    ref = by(live, "staff", lambda w: w.sharing.send(draft.uuid, actor=w.actor, now=w.now)).reference
    by(live, "officer", lambda w: w.sharing.acknowledge(ref, actor=w.actor, now=w.now))
    by(live, "officer", lambda w: w.sharing.close(ref, "Nothing more is owed.", actor=w.actor, now=w.now))
    return str(ref)


def step(live: Live, key: str, ref: str, method: str, **given: Any) -> None:
    """One step of a disposal, upon the case as it stands."""

    def act(work: Work) -> Any:
        case = work.disposals.case(ref)
        seen = {} if method == "place_hold" else {"version": case.version}
        return getattr(work.retention, method)(case.item, **seen, **given, actor=work.actor, now=work.now)

    by(live, key, act)


def due_item(live: Live) -> str:
    """One whose confirmed period has run out."""
    ref = closed_item(live)
    step(live, "imb-records", ref, "confirm_period", months=1, authority="Schedule 7, paragraph 3")
    live.later(days=32)
    sweeps.dispose(live.house)
    return ref


def returnless(live: Live, ref: str) -> None:
    """Offered back, and declined."""
    step(live, "records", ref, "offer_return")
    step(live, "imb-records", ref, "answer_return", answer="declined", reason="We have our own copy.")


def cooling_item(live: Live) -> str:
    """One whose destruction two people agreed to."""
    ref = due_item(live)
    returnless(live, ref)
    step(live, "imb-records", ref, "review", proposal="destroy", reason="No longer needed.")
    step(live, "imb-owner", ref, "approve")
    return ref


def certified_item(live: Live) -> str:
    """One that is gone, with its certificate."""
    ref = cooling_item(live)
    live.later(days=15)
    assert sweeps.dispose(live.house).certified == 1
    return ref


def state_of(live: Live, ref: str) -> Any:
    with live.house.work() as work:
        return work.disposals.case(ref)


def acts(live: Live, n: int = 30) -> list[tuple[str, str]]:
    """(act, outcome) of the newest entries of the log, newest first."""
    from app.bootstrap import sequencing
    from audit.reading import page

    sequencing.settle(live.house)
    with live.house.work() as work:
        return [(row.act, row.outcome) for row in page(work.conn, live.house.keys.log, None, n).rows]


def in_days(live: Live, days: int) -> dict[str, str]:
    """A date some days from now, as three inputs; prefix the keys."""
    day = live.now + timedelta(days=days)
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}
