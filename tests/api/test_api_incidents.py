"""Incidents over a whole house: taken back from everybody, contained and released by two, computed from the log."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from api_acts import body_of, closed, draft, sent

from app.bootstrap import affected, logbook, sequencing, watching
from app.bootstrap.incidents import Stopping
from app.bootstrap.wiring import VaultEraser
from app.http import downloads
from foundation.actor import SERVICE
from incidents.errors import MeasureUnknown
from incidents.tables import incident_reach
from sharing.errors.items import ActRefused
from sharing.tables.items import item
from tests.house import Live


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("incidents") / "state")
    yield made
    made.close()


def passed_on(live: Live) -> str:
    """A letter with a file, opened by IMB staff and by the Board it was passed on to."""
    ref = sent(live, files={"a.txt": b"x" * 9000})
    live.api("staff").ok("POST", f"/items/{ref}/pass-on", {"office": live.boards["Leeds Board"]})
    live.api("chair").ok("POST", f"/items/{ref}/open", {"purpose": "follow-up"})
    return ref


def uuid_of(live: Live, ref: str) -> str:
    with live.house.work() as work:
        return str(work.conn.scalar(sa.select(item.c.uuid).where(item.c.reference == ref)))


def newest(live: Live, key: str = "security") -> dict[str, Any]:
    api = live.api(key)
    number = api.ok("GET", "/incidents?limit=1")["items"][0]["number"]
    return dict(api.ok("GET", f"/incidents/{number}"))


# --- it went to the wrong person


def test_a_recall_takes_it_back_from_everybody_at_once_and_says_who_took_it(live: Live) -> None:
    ref = passed_on(live)
    until = (live.now + timedelta(days=3)).isoformat()
    grant = {"person": live.ids["hull"], "until": until, "reason": "Cover."}
    live.api("staff").ok("POST", f"/items/{ref}/grants", grant)
    answer = live.api("chair").ok(
        "POST",
        f"/items/{ref}/answer",
        {"marking": "OFFICIAL-SENSITIVE", "title": "Ours", "text": "It says so.", "purpose": "Asked."},
    )
    gone = live.api("officer").ok("POST", f"/items/{ref}/recall", {"reason": "It was for another Board."})
    assert gone["took"] == [live.ids["chair"]]
    for key in ("staff", "chair", "vice", "hull"):
        assert live.api(key).get(f"/items/{ref}").status_code in (403, 404), key
        assert live.api(key).get(f"/items/{ref}/files/1?purpose=follow-up").status_code in (403, 404), key
        assert ref not in [one["reference"] for one in live.api(key).ok("GET", "/items")["items"]]
    held = live.api("officer").get(f"/items/{ref}")
    assert (held.status_code, "held back while an incident" in held.text) == (403, True)
    assert live.api("chair").get(f"/drafts/{answer['id']}").status_code >= 400
    found = newest(live)
    assert (found["number"], found["rule"], found["references"]) == (gone["number"], "wrong-recipient", [ref])
    assert [each["act"] for each in found["measures"]] == ["quarantine"]
    assert {each["person"]: each["answer"] for each in found["asked"]} == {live.ids["chair"]: ""}
    assert "another Board" not in str(found)
    again = live.api("officer").post(f"/items/{ref}/recall", {"reason": ""})
    assert (again.status_code, again.json["code"]) == (409, "sharing.done-already")


def test_whoever_was_asked_says_that_it_is_deleted_and_the_lead_sees_it(live: Live) -> None:
    ref = passed_on(live)
    number = live.api("officer").ok("POST", f"/items/{ref}/recall", {"reason": ""})["number"]
    chair = live.api("chair")
    (asked,) = [each for each in chair.ok("GET", "/me/incidents")["asked"] if each["number"] == number]
    path = f"/me/incidents/{number}/{asked['asked']['item']}"
    assert live.api("vice").post(path, {"answer": "deleted"}).json["code"] == "incidents.measure-unknown"
    chair.ok("POST", path, {"answer": "deleted"})
    assert chair.post(path, {"answer": "none"}).status_code == 409
    assert newest(live)["asked"][0]["answer"] == "deleted"


def test_only_people_of_the_office_that_sent_it_recall_it(live: Live) -> None:
    ref = passed_on(live)
    refused = live.api("chair").post(f"/items/{ref}/recall", {"reason": ""})
    assert (refused.status_code, refused.json["code"]) == (403, "sharing.act-refused")
    for key in ("hull", "records", "inspector"):
        assert live.api(key).post(f"/items/{ref}/recall", {"reason": ""}).status_code in (403, 404), key
    assert live.api("chair").ok("GET", f"/items/{ref}")["reference"] == ref


def test_whoever_got_it_wrongly_says_so_and_it_stays_where_it_is(live: Live) -> None:
    ref = passed_on(live)
    made = live.api("vice").ok("POST", f"/items/{ref}/not-for-me", {})
    assert newest(live)["number"] == made["number"]
    assert newest(live)["asked"][0]["person"] == live.ids["vice"]
    assert live.api("chair").ok("GET", f"/items/{ref}")["reference"] == ref
    assert live.api("hull").post(f"/items/{ref}/not-for-me", {}).status_code == 404
    # The sender's recall joins it: one incident for one item.
    assert live.api("officer").ok("POST", f"/items/{ref}/recall", {"reason": ""})["number"] == made["number"]


def test_a_file_on_its_way_stops_at_the_next_piece(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = sent(live)
    monkeypatch.setattr(downloads, "_EVERY", 0.0)
    pieces = downloads._while_served(iter([b"one", b"two", b"three"]), live.house, ref)
    assert next(pieces) == b"one"
    live.api("officer").ok("POST", f"/items/{ref}/recall", {"reason": ""})
    with pytest.raises(downloads.Stopped):
        next(pieces)


def test_a_file_on_its_way_stops_when_its_key_is_disabled(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = sent(live)
    number = live.api("staff").ok("POST", f"/items/{ref}/not-for-me", {})["number"]
    monkeypatch.setattr(downloads, "_EVERY", 0.0)
    pieces = downloads._while_served(iter([b"one", b"two"]), live.house, ref)
    packed = downloads._while_free(Parcel((ref,)), live.house, None)
    assert (next(pieces), next(packed)) == (b"one", b"one")
    body = {"act": "disable-key", "target": uuid_of(live, ref)}
    live.api("security").ok("POST", f"/incidents/{number}/measures", body)
    for rest in (pieces, packed):
        with pytest.raises(downloads.Stopped):
            next(rest)


@dataclass
class Parcel:
    """What ``packed`` sends, of two pieces."""

    references: tuple[str, ...]
    name: str = "parcel.zip"
    marking: str = "OFFICIAL"

    def stream(self) -> Iterator[bytes]:
        yield b"one"
        yield b"two"

    def close(self) -> None:
        """Nothing is open."""


def test_a_package_on_its_way_stops_too_and_none_is_made_of_what_is_held_back(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = sent(live), sent(live)
    monkeypatch.setattr(downloads, "_EVERY", 0.0)
    pieces = downloads._while_free(Parcel((first, second)), live.house, None)
    assert next(pieces) == b"one"
    live.api("officer").ok("POST", f"/items/{second}/recall", {"reason": ""})
    with pytest.raises(downloads.Stopped):
        next(pieces)
    uuid = UUID(uuid_of(live, second))
    with pytest.raises(ActRefused, match="held back"), live.house.work() as work:
        work.sharing.handing_back(item=uuid, actor=SERVICE, now=work.now)


def test_what_a_lead_holds_back_can_still_be_recalled_so_that_it_does_not_come_back(live: Live) -> None:
    ref = passed_on(live)
    number = live.api("vice").ok("POST", f"/items/{ref}/not-for-me", {})["number"]
    lead, other = live.api("security"), live.api("imb-security")
    lead.ok("POST", f"/incidents/{number}/measures", {"act": "quarantine", "target": uuid_of(live, ref)})
    assert live.api("officer").ok("POST", f"/items/{ref}/recall", {"reason": ""})["number"] == number
    assert live.api("officer").post(f"/items/{ref}/recall", {"reason": ""}).json["code"] == "sharing.done-already"
    (measure,) = newest(live)["measures"]
    path = f"/incidents/{number}/measures/{measure['id']}"
    lead.ok("POST", f"{path}/ask-release", {"reason": "All have answered."})
    other.ok("POST", f"{path}/release", {})
    assert live.api("officer").ok("GET", f"/items/{ref}")["reference"] == ref
    assert [live.api(key).get(f"/items/{ref}").status_code for key in ("chair", "vice", "staff")] == [404] * 3


def test_what_was_begun_in_answer_stays_closed_to_whom_it_was_taken_from(live: Live) -> None:
    ref = passed_on(live)
    words = {"marking": "OFFICIAL-SENSITIVE", "title": "Ours", "text": "It says so.", "purpose": "Asked."}
    draft_of = live.api("chair").ok("POST", f"/items/{ref}/answer", words)["id"]
    number = live.api("officer").ok("POST", f"/items/{ref}/recall", {"reason": ""})["number"]
    path = f"/incidents/{number}/measures/{newest(live)['measures'][0]['id']}"
    live.api("security").ok("POST", f"{path}/ask-release", {"reason": "The right office after all."})
    live.api("imb-security").ok("POST", f"{path}/release", {})
    assert live.api("chair").get(f"/drafts/{draft_of}").status_code == 403


def test_set_free_it_comes_back_to_the_office_that_sent_it_and_not_to_whom_it_reached(live: Live) -> None:
    ref = passed_on(live)
    number = live.api("officer").ok("POST", f"/items/{ref}/recall", {"reason": ""})["number"]
    measure = newest(live)["measures"][0]["id"]
    lead, other = live.api("security"), live.api("imb-security")
    path = f"/incidents/{number}/measures/{measure}"
    lead.ok("POST", f"{path}/ask-release", {"reason": "The right Board after all."})
    assert lead.post(f"{path}/release", {}).json["code"] == "incidents.second-person"
    other.ok("POST", f"{path}/release", {})
    assert other.post(f"{path}/release", {}).status_code == 409
    assert live.api("officer").ok("GET", f"/items/{ref}")["reference"] == ref
    assert live.api("chair").get(f"/items/{ref}").status_code == 404


# --- containing


def test_each_measure_does_what_it_says_and_is_let_go_by_a_second_person(live: Live) -> None:
    ref = passed_on(live)
    uuid = uuid_of(live, ref)
    lead, other = live.api("security"), live.api("imb-security")
    number = live.api("chair").ok(
        "POST", "/incidents",
        {"kind": "loss", "happened": "A print of it is gone.", "aware_at": live.now.isoformat(), "references": [ref],
         "known": {"personal": "yes", "shared": "yes"}},
    )["number"]  # fmt: skip
    live.api("chair").ok("POST", f"/items/{ref}/open", {"purpose": "follow-up"})
    for act in ("disable-key", "quarantine", "freeze-disposal", "end-grants"):
        lead.ok("POST", f"/incidents/{number}/measures", {"act": act, "target": uuid})
    held = live.api("chair").get(f"/items/{ref}")
    assert (held.status_code, "held back while an incident is looked into" in held.text) == (403, True)
    frozen = sa.text("select lifted_at from disposal_hold where scope like :item")
    with live.house.work() as work:
        assert work.conn.execute(frozen, {"item": f"%{uuid}%"}).scalars().all() == [None]
    for each in live.api("security").ok("GET", f"/incidents/{number}")["measures"]:
        path = f"/incidents/{number}/measures/{each['id']}"
        if each["act"] == "end-grants":
            assert each["state"] == "off"
            continue
        lead.ok("POST", f"{path}/ask-release", {"reason": "Found behind the cupboard."})
        other.ok("POST", f"{path}/release", {})
    assert live.api("chair").ok("POST", f"/items/{ref}/open", {"purpose": "follow-up"})["title"]


def test_no_other_way_enables_a_key_that_an_incident_keeps_disabled(live: Live) -> None:
    ref = passed_on(live)
    uuid = uuid_of(live, ref)
    number = live.api("vice").ok("POST", f"/items/{ref}/not-for-me", {})["number"]
    body = {"act": "disable-key", "target": uuid}
    measure = live.api("security").ok("POST", f"/incidents/{number}/measures", body)
    assert measure["state"] == "open"
    with live.house.work() as work:  # as a hold, or whoever stops a disposal in its cooling-off, does
        VaultEraser(work).enable(UUID(uuid), actor=SERVICE, now=work.now)
    assert live.api("chair").post(f"/items/{ref}/open", {"purpose": "follow-up"}).status_code == 403


def test_a_lead_contains_nothing_that_is_another_bodys_alone(live: Live) -> None:
    number = live.api("vice").ok("POST", f"/items/{passed_on(live)}/not-for-me", {})["number"]
    ref = passed_on(live)
    uuid = uuid_of(live, ref)
    with live.house.work() as work:
        security = replace(work.people.actor(live.ids["security"], now=work.now), party="third")
        given = {"incident": number, "actor": security, "now": work.now}
        for act in ("quarantine", "disable-key", "freeze-disposal", "end-grants"):
            with pytest.raises(MeasureUnknown):
                Stopping(work).apply(act, uuid, **given)


def test_disposal_that_has_begun_is_not_said_to_be_frozen(live: Live) -> None:
    ref = closed(live)
    uuid = uuid_of(live, ref)
    number = live.api("chair").ok("POST", "/incidents", _loss(live, ref))["number"]
    begun = sa.text("update disposal_case set state = :state where item = :item")
    with live.house.work() as work:
        before = work.conn.scalar(sa.text("select state from disposal_case where item = :item"), {"item": uuid})
        work.conn.execute(begun, {"state": "destroying", "item": uuid})
    refused = live.api("security").post(f"/incidents/{number}/measures", {"act": "freeze-disposal", "target": uuid})
    with live.house.work() as work:
        work.conn.execute(begun, {"state": before, "item": uuid})
    assert (refused.status_code, refused.json["code"]) == (400, "incidents.measure-unknown")
    assert live.api("security").ok("GET", f"/incidents/{number}")["measures"] == []


def _loss(live: Live, ref: str) -> dict[str, Any]:
    return {
        "kind": "loss",
        "happened": "A print of it is gone.",
        "aware_at": live.now.isoformat(),
        "references": [ref],
        "known": {"personal": "yes", "shared": "yes"},
    }


def test_a_lead_whose_rows_were_altered_keeps_no_incident_from_being_opened(live: Live) -> None:
    ref = passed_on(live)
    with live.house.work() as work:
        given = {"who": live.ids["imb-security"]}
        said = work.conn.scalar(sa.text("select bound from person where id = :who"), given)
        work.conn.execute(sa.text("update person set bound = '0' where id = :who"), given)
    try:
        assert live.api("officer").ok("POST", f"/items/{ref}/recall", {"reason": ""})["state"] == "open"
    finally:
        with live.house.work() as work:
            given["bound"] = said
            work.conn.execute(sa.text("update person set bound = :bound where id = :who"), given)


def test_a_person_is_signed_out_everywhere(live: Live) -> None:
    number = newest(live)["number"]
    body = {"act": "end-sessions", "target": live.ids["hull"]}
    live.api("hull").ok("GET", "/me")
    live.api("security").ok("POST", f"/incidents/{number}/measures", body)
    assert live.api("hull").get("/me").status_code == 401
    live.tokens.pop("hull")
    wrong = live.api("security").post(f"/incidents/{number}/measures", {**body, "target": "nobody"})
    assert wrong.status_code in (400, 404)


def test_two_leads_at_once_do_it_once(live: Live) -> None:
    ref = passed_on(live)
    number = live.api("officer").ok("POST", f"/items/{ref}/recall", {"reason": ""})["number"]
    answers: list[int] = []
    callers = [live.api(key) for key in ("security", "imb-security")]

    def act(caller: Any) -> None:
        answers.append(caller.post(f"/incidents/{number}/duties/tell-iao", {"note": ""}).status_code)

    both = [threading.Thread(target=act, args=(caller,)) for caller in callers]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(answers) in ([200, 409], [200, 503])
    assert [each["duty"] for each in newest(live)["notices"]].count("tell-iao") == 1


# --- who sees it


def test_the_lead_of_a_body_it_does_not_concern_finds_nothing(live: Live) -> None:
    given = {"kind": "weakness", "happened": "A cupboard was open.", "aware_at": live.now.isoformat()}
    number = live.api("chair").ok("POST", "/incidents", {**given, "known": {"personal": "no", "shared": "no"}})[
        "number"
    ]
    assert live.api("security").get(f"/incidents/{number}").status_code == 404
    assert number not in str(live.api("security").ok("GET", "/incidents"))
    assert live.api("security").post(f"/incidents/{number}/notes", {"text": "Hm."}).status_code == 404
    assert live.api("imb-security").ok("GET", f"/incidents/{number}")["parties"] == ["imb"]
    assert live.api("chair").ok("GET", "/me/incidents")["reported"][0]["number"] == number


# --- whom it reached


def test_whom_an_item_reached_is_the_same_before_and_after_the_walk_and_is_what_the_log_says(live: Live) -> None:
    ref = passed_on(live)
    live.api("chair").get(f"/items/{ref}/files/1?purpose=follow-up")
    uuid = uuid_of(live, ref)

    def told() -> Any:
        with live.house.work() as work:
            return affected.of_item(work, uuid)

    before = told()
    watching.index(live.house)
    sequencing.catch_up(live.house)
    watching.index(live.house)
    after = told()
    assert before.reached == after.reached
    reached = {(each.person, each.how) for each in after.reached}
    assert {(live.ids["chair"], "taken"), (live.ids["chair"], "read")} <= reached
    could = {each.person for each in after.could}
    assert {live.ids["chair"], live.ids["vice"], live.ids["staff"], live.ids["officer"]} <= could
    assert live.ids["hull"] not in could
    with live.house.work() as work:
        person = affected.of_person(work, live.ids["chair"])
    assert uuid in {each.item for each in person.reached}
    assert person.totals["read"][0] >= 1
    with live.house.work(replace(SERVICE, party="third")) as work:
        elsewhere = affected.of_person(work, live.ids["chair"])
    assert (elsewhere.reached, elsewhere.references, elsewhere.totals) == ([], {}, person.totals)


def test_the_walk_counts_each_entry_once_however_often_it_runs(live: Live) -> None:
    watching.index(live.house)

    def rows() -> list[Any]:
        with live.house.work() as work:
            return list(work.conn.execute(sa.select(incident_reach).order_by(*incident_reach.primary_key.columns)))

    before = rows()
    assert watching.index(live.house) <= 3  # what the looks themselves entered
    with live.house.work() as work:
        work.conn.execute(sa.text("delete from incident_walk"))
    watching.index(live.house)
    assert [tuple(row) for row in rows()] == [tuple(row) for row in before]


# --- the clock


def test_the_job_reminds_once_and_counts_unusual_refusals(live: Live) -> None:
    body = body_of(text="x")
    made = draft(live, "officer", **{k: v for k, v in body.items() if k == "text"})
    assert made
    for number in range(26):
        live.api("hull").get(f"/items/HMIP-1999-{number:05d}")
    first = watching.watch(live.house)
    assert first.opened >= 1
    opened = [
        each for each in live.api("security").ok("GET", "/incidents")["items"] if each["rule"] == "repeated-refusals"
    ]
    assert len(opened) == 1
    assert live.api("security").ok("GET", f"/incidents/{opened[0]['number']}")["people"] == [live.ids["hull"]]
    again = watching.watch(live.house)
    assert (again.opened, again.reminded) == (0, 0)


def test_the_whole_of_it_verifies_and_a_changed_row_does_not_and_opens_an_incident(live: Live) -> None:
    report = logbook.verify(live.house, SERVICE)
    assert report.ok, report.faults
    with live.house.work() as work:
        work.conn.execute(sa.text("update incident set grade = 'low' where number = 'INC-2026-0001'"))
        year = live.now.year
        work.conn.execute(sa.text(f"update incident set grade = 'low' where number = 'INC-{year}-0001'"))
    report = logbook.verify(live.house, SERVICE)
    assert any("incident" in fault for fault in report.faults)
    assert newest(live)["rule"] == "log-does-not-verify"
    time.sleep(0)


def test_bad_paths_are_refused_and_change_nothing(live: Live, tmp_path: Path) -> None:
    api = live.api("security")
    number = newest(live)["number"]
    for path, body in (
        (f"/incidents/{number}/measures", {"act": "quarantine", "target": "x"}),
        (f"/incidents/{number}/measures", {"act": "nonsense", "target": "x"}),
        (f"/incidents/{number}/duties/decide-commissioner", {"decision": "not-sent"}),
        (f"/incidents/{number}/assessment", {"known": {"personal": "maybe"}}),
        (f"/incidents/{number}/actions", {"text": "x", "owner": "", "due_on": "2020-02-29"}),
        (f"/incidents/{number}/notes", {"text": "about A1234BC"}),
    ):
        before = newest(live)
        answer = api.post(path, body)
        assert answer.status_code == 400, (path, answer.text)
        assert newest(live) == before
