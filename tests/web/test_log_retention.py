"""The log's own retention: planned, proposed by one, approved by another, done; every proof holds after it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as some

from app.bootstrap import logbook, redacting, sequencing, sweeps, wiring
from app.bootstrap.events import RECORDS_VIEWED, REFUSED
from app.bootstrap.policies import load
from app.bootstrap.stood_on import stood_on
from app.cli import audit_log
from audit import redaction
from audit.errors import RedactionRefused
from audit.keeping import ActClass
from audit.keys import period_of
from audit.verify import verify_bundle
from foundation.actor import SERVICE
from foundation.calendar import LONDON, add_months, london_date
from foundation.policy import PolicyFaulty
from retention.queries.disposals import Disposals
from tests.house import POLICIES, Live
from tests.house import _join as join
from tests.web.record_pages import Visitor, acts, certified_item, closed_item, state_of, step
from verifier import custodes_verify as apart


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    made = Live.create(tmp_path / "state")
    yield made
    made.close()


def plan(live: Live) -> redaction.Plan:
    sequencing.catch_up(live.house)
    with live.house.work() as work:
        return redacting.plans(work)[0]


def told(live: Live) -> redaction.Proposal:
    sequencing.catch_up(live.house)
    with live.house.work() as work:
        return redaction.proposals(work.conn, live.house.keys.log)[0]


def joined(live: Live, key: str, role: str) -> None:
    """One more person of the cast: whoever decides on what compliance proposed."""
    live.ids[key], live.secrets[key] = join(live.house, key, "imb", role, "")


def erase(live: Live, text: str = "Past thirteen months.") -> redaction.Proposal:
    """Proposed by one, approved by another, carried out by the job."""
    if "auditor" not in live.ids:
        joined(live, "auditor", "imb-auditor")
    made = live.api("compliance").ok("POST", "/audit/erasures", {"code": "security", "reason": text})
    live.api("auditor").ok("POST", f"/audit/erasures/{made['id']}/approve", {})
    redacting.carry_out(live.house)
    return told(live)


def rows(live: Live, text: str) -> list[sa.Row[tuple[object, ...]]]:
    with live.house.work() as work:
        return list(work.conn.execute(sa.text(text)))


def test_what_is_past_its_age_is_erased_by_two_people_and_the_log_still_holds(live: Live, tmp_path: Path) -> None:
    closed_item(live)
    gone = certified_item(live)
    assert plan(live).entries == 0, "nothing is thirteen months old"
    live.later(days=430)
    due = plan(live)
    assert due.entries > 10
    done = erase(live)
    assert (done.state, done.redacted, done.kept) == ("done", due.due, due.kept)
    assert plan(live).due == 0
    sealed = rows(live, "select count(*) from audit_disclosure where sealed is null")
    assert sealed == [(due.due,)]
    named = rows(
        live, "select count(*) from audit_disclosure where sealed is null and (item is not null or actor is not null)"
    )
    assert named == [(0,)]
    assert rows(live, "select count(*) from audit_index where actor is null") == [(due.due,)]
    report = logbook.verify(live.house, SERVICE)
    assert (report.faults, report.redacted) == ((), due.due)
    bundle = tmp_path / "log.zip"
    logbook.export(live.house, bundle)
    found = verify_bundle(bundle, live.house.keys.log.trust)
    assert (found.faults, found.redacted) == ((), due.due)
    trust = tmp_path / "trust"
    trust.write_text(live.house.keys.log.published, encoding="utf-8")
    assert apart.main([str(bundle), "--trust", str(trust)]) == 0, "the verifier that shares no code"
    with live.house.work() as work:
        number = Disposals(work.conn, wiring.words(live.house)).case(gone).certificate
    shown = live.api("compliance").get(f"/certificates/{number}")
    assert shown.status_code == 200
    kinds = {row[0] for row in rows(live, "select distinct act from audit_index where actor is null")}
    assert kinds <= live.house.policies.keeping.acts


def test_what_concerns_a_held_item_or_one_still_in_use_stays(live: Live) -> None:
    held, free = closed_item(live), closed_item(live)
    step(live, "imb-records", held, "place_hold", reason="A claim.", issuer="A court")
    for ref in (held, free):
        item = state_of(live, ref).item
        with live.house.work() as work:
            work.trail.record(
                REFUSED, actor=work.actor, now=work.now, subject=item, what={"code": "a.b"}, outcome="refused"
            )
    live.later(days=430)
    due = plan(live)
    done = erase(live)
    assert (done.kept, due.kept) == (1, 1)
    item = state_of(live, held).item
    assert rows(live, f"select act from audit_index where item = '{item}' and act = 'app.refused'") == [
        ("app.refused",)
    ]
    assert (
        rows(live, f"select act from audit_index where item = '{state_of(live, free).item}' and act = 'app.refused'")
        == []
    )
    hold = next(iter(live.api("imb-records").ok("GET", "/holds")["items"]))
    live.api("imb-records").ok("POST", f"/holds/{hold['id']}/lift", {"reason": "Settled."})
    assert erase(live, "The hold was lifted.").redacted >= 1
    assert rows(live, f"select act from audit_index where item = '{item}' and act = 'app.refused'") == []


def test_a_hold_just_placed_and_not_entered_everywhere_stops_every_erasure(live: Live) -> None:
    closed = closed_item(live)
    live.later(days=430)
    step(live, "imb-records", closed, "place_hold", reason="A claim.", issuer="A court")
    with live.house.work() as work:
        work.conn.execute(sa.text("update disposal_hold set settled_at = null"))
    refused = live.api("compliance").post("/audit/erasures", {"code": "security", "reason": "Past."})
    assert (refused.status_code, refused.json["code"]) == (503, "app.hold-unsettled")


def test_nobody_approves_their_own_and_nothing_is_decided_twice(live: Live) -> None:
    closed_item(live)
    live.later(days=430)
    api = live.api("compliance")
    made = api.ok("POST", "/audit/erasures", {"code": "security", "reason": "Past thirteen months."})["id"]
    own = api.post(f"/audit/erasures/{made}/approve", {})
    assert own.status_code == 403
    assert "SOD-08-own-redaction" in [reason["rule"] for reason in own.json["reasons"]]
    again = api.post("/audit/erasures", {"code": "security", "reason": "Past thirteen months."})
    assert [reason["rule"] for reason in again.json["reasons"]] == ["LOG-proposed"]
    assert api.post("/audit/erasures", {"code": "none", "reason": "x"}).status_code == 404
    assert live.api("records").post(f"/audit/erasures/{made}/approve", {}).status_code == 403
    joined(live, "auditor", "imb-auditor")
    auditor = live.api("auditor")
    assert auditor.post("/audit/erasures", {"code": "security", "reason": "x"}).status_code == 403
    assert auditor.ok("POST", f"/audit/erasures/{made}/reject", {"reason": "Not yet."})["state"] == "rejected"
    late = auditor.post(f"/audit/erasures/{made}/approve", {})
    assert (late.status_code, late.json["code"]) == (409, "audit.redaction-decided")
    assert redacting.carry_out(live.house) == "0 entries redacted, 0 months ended"
    assert plan(live).due > 0
    assert auditor.post("/audit/erasures/nothing/approve", {}).status_code == 404


def test_a_row_that_says_approved_is_not_enough_and_an_unagreed_erasure_is_seen(live: Live) -> None:
    closed_item(live)
    live.later(days=430)
    live.api("compliance").ok("POST", "/audit/erasures", {"code": "security", "reason": "Past thirteen months."})
    found = told(live)
    for forged in (found, replace(found, state="approved"), replace(found, state="approved", decided_by=found.by)):
        with pytest.raises(RedactionRefused), live.house.work() as work:
            redacting.redactions(work).step(forged, -1, actor=SERVICE, now=work.now)
    forged = replace(found, state="approved", decided_by="somebody else")
    with live.house.work() as work:
        redacting.redactions(work).step(forged, -1, actor=SERVICE, now=work.now)
    report = logbook.verify(live.house, SERVICE)
    assert (
        len(report.faults)
        == plan(live).overdue + rows(live, "select count(*) from audit_index where actor is null")[0][0]
    )
    assert all("no entry says by whom" in fault for fault in report.faults)


def test_broken_off_in_the_middle_it_goes_on_and_counts_all_of_it(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    closed_item(live)
    live.later(days=430)
    due = plan(live).due
    monkeypatch.setattr(redaction, "STEP", 7)
    joined(live, "auditor", "imb-auditor")
    made = live.api("compliance").ok("POST", "/audit/erasures", {"code": "security", "reason": "Past."})["id"]
    live.api("auditor").ok("POST", f"/audit/erasures/{made}/approve", {})
    found = told(live)
    with live.house.work() as work:
        redacting.redactions(work).step(found, -1, actor=SERVICE, now=work.now)
    assert told(live).state == "approved"
    redacting.carry_out(live.house)
    assert (told(live).redacted, told(live).state) == (due, "done")
    assert logbook.verify(live.house, SERVICE).ok


def test_the_key_of_a_month_with_nothing_left_is_destroyed_and_said_to_be(live: Live) -> None:
    live.later(days=62)
    with live.house.work() as work:
        work.trail.record(RECORDS_VIEWED, actor=work.actor, now=work.now, what={"duty": "x"})
        month = period_of(work.now)
    live.later(days=490)
    erase(live)
    keys = live.house.keys.log
    assert keys.destroyed(month)
    assert ("audit.month-ended",) in rows(live, "select act from audit_index")
    assert logbook.verify(live.house, SERVICE).ok
    kept = period_of(live.now)
    assert not keys.destroyed(kept)


def test_the_pages_ask_and_tell(live: Live) -> None:
    closed_item(live)
    live.later(days=430)
    joined(live, "auditor", "imb-auditor")
    visitor = Visitor(live, "compliance")
    page = visitor.get("/audit/retention")
    assert "13 to 24 months" in page
    assert "none that could be read has a class for it" in page.casefold()
    assert acts(live, 1) == [("app.records-viewed", "allowed")]
    assert "Enter the reason" in visitor.post("/audit/retention/security/propose", status=422).text
    visitor.post("/audit/retention/security/propose", reason="Past thirteen months.")
    made = told(live).id
    assert "You cannot approve it" in visitor.get(f"/audit/retention/proposals/{made}/approve")
    other = Visitor(live, "auditor")
    assert "Past thirteen months." in other.get(f"/audit/retention/proposals/{made}/approve")
    other.post(f"/audit/retention/proposals/{made}/approve")
    assert told(live).state == "approved"
    assert Visitor(live, "records").raw("/audit/retention").status_code == 403
    sweeps.dispose(live.house)


def test_the_command_shows_what_is_due_and_carries_out_what_is_agreed(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed_item(live)
    live.later(days=430)
    monkeypatch.setattr(audit_log, "house", lambda: live.house)
    said = CliRunner().invoke(audit_log.retention, [], catch_exceptions=False).output
    assert f"security: {plan(live).entries} before" in said
    assert "everything else is kept" in said
    said = CliRunner().invoke(audit_log.retention, ["--carry-out"], catch_exceptions=False).output
    assert said == "0 entries redacted, 0 months ended\n"


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ('"app.refused"', "stand on it"),
        ('"nobody.records-this"', "no act that is recorded"),
    ],
)
def test_no_act_that_something_stands_on_may_end_by_age(tmp_path: Path, changed: str, fault: str) -> None:
    policies = tmp_path / "policies"
    shutil.copytree(POLICIES, policies)
    file = policies / "audit" / "retention.toml"
    wrong = '"sharing.item-closed"' if fault == "stand on it" else changed
    file.write_text(file.read_text(encoding="utf-8").replace('"app.refused"', wrong), encoding="utf-8")
    with pytest.raises(PolicyFaulty, match=fault):
        load(policies)


def test_every_act_that_rebuilds_a_table_is_stood_on() -> None:
    policies = load(POLICIES)
    needed = stood_on(policies.schedules, policies.agreements)
    assert {"retention.item-due", "sharing.item-sent", "identity.account-created", "incidents.incident-opened",
            "vault.key-destroyed", "audit.entries-redacted"} <= needed  # fmt: skip
    assert policies.keeping.acts.isdisjoint(needed)


@given(some.integers(946684800, 4102444800).map(lambda at: datetime.fromtimestamp(at, UTC)))
def test_nothing_younger_than_its_age_is_ever_due(now: datetime) -> None:
    one = ActClass("x", "x", frozenset({"a.b"}), 13, 24, False, "x")
    first = one.before(now).astimezone(LONDON)
    assert add_months(first.date(), 13) <= london_date(now)
    assert one.overdue(now) < one.before(now)
    assert (first.day, first.hour) == (1, 0)
