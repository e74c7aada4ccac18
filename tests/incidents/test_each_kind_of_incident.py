"""Every rule of detection and every kind of incident, from what really went wrong to the second signature at its end.

What goes wrong is done to a whole house: an object is damaged in the store, a key in the key store, a row of the log; a
scanner finds what it was sent; people read, take and try more than they should. A rule without its scenario fails here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from app.bootstrap import fixity, logbook, sequencing, sweeps, watching
from app.bootstrap.wiring import console_identity
from audit.tables import audit_leaf
from audit.witness_files import WitnessKey
from foundation.actor import NOBODY, SERVICE
from identity.ports import Site
from identity.rules.password import FAILURES
from incidents.model.incident import MEASURES, ONCE
from incidents.model.rules import FINAL
from sharing.tables.items import item
from tests import scanner, stores
from tests.api.api_acts import body_of, draft, sent
from tests.custody import desk
from tests.device import Device
from tests.house import Live
from tests.incidents.registered import rules
from vault.keystore_tables import object_key

RULES = rules()
SITE = Site("https://custodes.test", "custodes.test")
Harm = Callable[[Live], Callable[[], object] | None]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A house with a scanner at its door."""
    with scanner.running(tmp_path_factory.mktemp("clamd")) as path:
        made = Live.create(tmp_path_factory.mktemp("incidents") / "state", CUSTODES_SCANNER=f"clamd:{path}")
        yield made
        made.close()


def letter(live: Live) -> str:
    """To the Board of Leeds by way of IMB staff, with a file."""
    ref = sent(live, files={"a.txt": b"x" * 9000})
    live.api("staff").ok("POST", f"/items/{ref}/pass-on", {"office": live.boards["Leeds Board"]})
    return ref


def uuid_of(live: Live, ref: str) -> str:
    with live.house.work() as work:
        return str(work.conn.scalar(sa.select(item.c.uuid).where(item.c.reference == ref)))


def stored(live: Live, ref: str) -> str:
    """The first object of an item in the store."""
    return next(name for name in stores.files(live.house) if uuid_of(live, ref) in name)


# --- what goes wrong: each gives back how it is put right, where it must be ------------------------------------------


def spill(live: Live) -> None:
    answer = live.api("officer").post("/drafts", body_of(marking="SECRET"))
    assert answer.status_code == 403
    assert "Nothing of it was kept. Leave the original where it is" in answer.json["detail"]


def wrong_recipient(live: Live) -> None:
    ref = letter(live)
    live.api("chair").ok("POST", f"/items/{ref}/open", {"purpose": "follow-up"})
    live.api("officer").ok("POST", f"/items/{ref}/recall", {"reason": "It was for another Board."})


def malware(live: Live) -> None:
    made = draft(live)
    path = f"/drafts/{made}/files/letter.com"
    answer = live.api("officer").put(path, data=scanner.EICAR, content_type="application/x-any")
    assert answer.json["code"] == "sharing.malware-found"


def paper_missing(live: Live) -> None:
    desk.desk_of(live)
    sheet = desk.paper(live, desk.item(live))
    desk.act(live, desk.ASKER, "miss", sheet.id, "It was on the desk in the morning.")


def paper_overdue(live: Live) -> None:
    sheet = desk.paper(live, desk.item(live))
    desk.act(live, desk.ASKER, "send", sheet.id, to=live.ids[desk.HOLDER], way="courier", covered=True)
    later(live, days=40)
    sweeps.remind_of_copies(live.house)


def changed(live: Live) -> Callable[[], object]:
    name = stored(live, letter(live))
    before = stores.read(live.house, name)
    stores.replace(live.house, name, bytes([before[0] ^ 4]) + before[1:])
    fixity.whole(live.house)
    return lambda: stores.replace(live.house, name, before)


def missing(live: Live) -> None:
    stores.remove(live.house, stored(live, letter(live)))
    fixity.whole(live.house)


def key_spoilt(live: Live) -> Callable[[], object]:
    ref = letter(live)
    column, uuid = object_key.c, uuid_of(live, ref)
    with live.house.keystore._engine.begin() as conn:
        before = conn.scalar(sa.select(column.wrapped).where(column.item == uuid))
        conn.execute(sa.update(object_key).where(column.item == uuid).values(wrapped=bytes(len(before))))
    assert live.api("chair").post(f"/items/{ref}/open", {"purpose": "follow-up"}).status_code == 503

    def mend() -> None:
        with live.house.keystore._engine.begin() as conn:
            conn.execute(sa.update(object_key).where(column.item == uuid).values(wrapped=before))

    return mend


def log_altered(live: Live) -> Callable[[], object]:
    """By somebody who administers the database: for anybody else the log only grows."""
    column = audit_leaf.c

    def write(leaf: bytes) -> None:
        with live.house.engine.connect() as conn:
            kept = _open_to_change(conn)
            conn.execute(sa.update(audit_leaf).where(column.seq == 3).values(leaf=leaf))
            for again in kept:
                conn.execute(sa.text(again))
            conn.commit()

    sequencing.settle(live.house)
    with live.house.work() as work:
        before = work.conn.scalar(sa.select(column.leaf).where(column.seq == 3))
    write(before[:-1] + b"?")
    assert not logbook.verify(live.house, SERVICE).ok
    return lambda: write(before)


def _open_to_change(conn: sa.Connection) -> list[str]:
    """Take away what keeps the log's rows from being changed; the statements that bring it back."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.text("ALTER TABLE audit_leaf DISABLE TRIGGER USER"))
        return ["ALTER TABLE audit_leaf ENABLE TRIGGER USER"]
    wanted = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_leaf'")
    found = conn.execute(wanted).all()
    for each in found:
        conn.execute(sa.text(f"DROP TRIGGER {each.name}"))
    return [each.sql for each in found]


def uncosigned(live: Live) -> Callable[[], object]:
    made = WitnessKey.create(live.house.settings.state / "a-witness", "witness.test/w")
    kept = live.house.keys.log.witnesses
    kept.trust(made.verifier.text, party="imb", now=live.now)
    letter(live)
    sweeps.checkpoint(live.house)
    later(live, minutes=61)
    sweeps.cosignatures(live.house)
    return lambda: kept.end(made.verifier.text, now=live.now)


def facts_altered(live: Live) -> Callable[[], object]:
    ref = letter(live)
    told = sa.update(item).where(item.c.reference == ref)
    with live.house.work() as work:
        work.conn.execute(told.values(marking_code="O"))
    assert live.api("chair").get(f"/items/{ref}").status_code == 503

    def mend() -> None:
        with live.house.work() as work:
            work.conn.execute(told.values(marking_code="OS"))

    return mend


def reads_much(live: Live) -> None:
    ref = letter(live)
    reader = desk.actor(live, "vice")
    with live.house.work(reader) as work:
        for _ in range(60):
            work.sharing.open(ref, "follow-up", actor=work.actor, now=work.now)
    watching.watch(live.house)


def takes_much(live: Live) -> None:
    ref = letter(live)
    for _ in range(40):
        assert live.api("chair").get(f"/items/{ref}/files/1?purpose=follow-up").status_code == 200
    watching.watch(live.house)


def is_refused_much(live: Live) -> None:
    for number in range(25):
        live.api("hull").get(f"/items/HMIP-1999-{number:05d}")
    watching.watch(live.house)


def is_locked_much(live: Live) -> None:
    nobody = live.app.test_client()
    for _ in range(3):
        later(live, minutes=31)  # what was tried before has worn off: faster than that nobody is let try
        for _ in range(FAILURES):
            body = {"email": "national@example.test", "password": "not the one it is"}
            assert nobody.post("/api/v1/session", json=body).status_code == 401
        live.api("imb-admin").ok("POST", f"/accounts/{live.ids['national']}/unlock", {"reason": "It was me."})
    watching.watch(live.house)


def key_copied(live: Live) -> None:
    """A passkey used after its copy: the count of one of them goes back."""
    device, token = Device(uses=5), live.sign_in("staff2")
    person = desk.actor(live, "staff2")
    code = live.code("staff2")
    with live.house.work(person) as work:
        given: dict[str, Any] = {"session_token": token, "site": SITE, "actor": work.actor, "now": work.now}
        assert work.identity.prove(session_token=token, code=code, actor=work.actor, now=work.now).ok
        asked = work.identity.ask_for_passkey(name="Laptop", **given)
    with live.house.work(person) as work:
        made = device.make(asked)
        work.identity.add_passkey(session_token=token, answer=made, site=SITE, actor=work.actor, now=work.now)
    for count, good in ((9, True), (3, False)):
        with live.house.work(NOBODY) as work:
            visit = work.identity.open_session(actor=work.actor, now=work.now)
            given = {"session_token": visit, "site": SITE, "actor": work.actor, "now": work.now}
            options = work.identity.ask_passkey(**given)
            assert work.identity.check_passkey(answer=device.sign(options, count=count), **given).ok is good


def answer_forged(live: Live) -> None:
    """An answer in a provider's name, signed by somebody else (tests/identity/test_hostile_providers gives them)."""
    with live.house.work(NOBODY) as work:
        given = {"session_token": "", "provider_id": "work", "actor": work.actor, "now": work.now}
        for cause in ("unknown", "signature"):
            work.identity.provider_failed(cause=cause, **given)


def confirmed_at_the_console(live: Live) -> None:
    """An administrator proposed, and whoever runs the service confirmed it alone."""
    given = {"role": "imb-operator", "office": live.offices("administration", "imb")["id"], "words": "Runs it."}
    person = live.api("imb-admin").ok("POST", "/accounts", {"email": "ny@x.test", "name": "Ny", "party": "imb"})
    made = live.api("imb-admin").ok("POST", f"/accounts/{person['person']}/appointments", given)["id"]
    with live.house.work(desk.CONSOLE) as work:
        admin, said = console_identity(work), {"checked": "known-number", "why": "Nobody else is left."}
        admin.confirm(conferral_id=made, **said, actor=desk.CONSOLE, now=work.now)


SCENARIOS: Mapping[str, Harm] = {
    "spill": spill,
    "wrong-recipient": wrong_recipient,
    "malware": malware,
    "media-lost": paper_missing,
    "media-overdue": paper_overdue,
    "fixity": changed,
    "object-missing": missing,
    "key-or-store": key_spoilt,
    "log-does-not-verify": log_altered,
    "not-cosigned": uncosigned,
    "access-tripwire": facts_altered,
    "unusual-reading": reads_much,
    "unusual-export": takes_much,
    "repeated-refusals": is_refused_much,
    "sign-in-refusals": is_locked_much,
    "passkey-copied": key_copied,
    "provider-untrusted": answer_forged,
    "confirmed-at-console": confirmed_at_the_console,
}
# Of these nothing names an item: what is contained is a person's sessions, or nothing.
NO_ITEM = frozenset({
    "spill", "malware", "key-or-store", "log-does-not-verify", "not-cosigned", "unusual-reading", "unusual-export",
    "repeated-refusals", "sign-in-refusals", "passkey-copied", "provider-untrusted",
    "confirmed-at-console",
})  # fmt: skip


# --- from there to its end --------------------------------------------------------------------------------------------


def later(live: Live, **delta: float) -> None:
    """Move the clock on; everybody signs in anew."""
    live.later(**delta)
    live.tokens.clear()


def lead(live: Live, key: str = "security") -> Any:
    return live.api(key)


def incident(live: Live, number: str) -> Any:
    return lead(live).ok("GET", f"/incidents/{number}")


def opened(live: Live, rule: str) -> Any:
    """The one of this rule that is open."""
    rows = [each for each in lead(live).ok("GET", "/incidents?state=open")["items"] if each["rule"] == rule]
    assert len(rows) == 1, rows
    return incident(live, rows[0]["number"])


def contained(live: Live, found: Any) -> None:
    """Every measure there is for what it is about; each released by a second person, where it can be."""
    number, at = found["number"], f"/incidents/{found['number']}/measures"
    there = {(each["act"], each["target"]) for each in found["measures"]}
    for act, about in MEASURES.items():
        for target in (found["items"] if about == "item" else found["people"])[:1]:
            if (act, target) not in there:
                lead(live).ok("POST", at, {"act": act, "target": target})
    for each in incident(live, number)["measures"]:
        if each["act"] not in ONCE:
            lead(live).ok("POST", f"{at}/{each['id']}/ask-release", {"reason": "It was looked into."})
            alone = lead(live).post(f"{at}/{each['id']}/release", {})
            assert alone.json["code"] == "incidents.second-person"
            lead(live, "imb-security").ok("POST", f"{at}/{each['id']}/release", {})
    assert {each["state"] for each in incident(live, number)["measures"]} <= {"off"}


def owed(live: Live, number: str) -> list[Any]:
    """What must still be done before it can be closed."""
    return [
        each
        for each in incident(live, number)["owed"]
        if each["needed"] and (each["done_at"] is None or each["stage"] == FINAL)
    ]


def told(live: Live, number: str) -> None:
    """Every notice, its clock met, and every decision with its reasons."""
    due = {each["code"]: each["due_at"] for each in incident(live, number)["owed"]}
    aware = incident(live, number)["awareness_at"]
    assert due.get("tell-moj-security", "") > aware
    for _ in range(4):
        for each in owed(live, number):
            said = {"channel": "email", "to": "the desk", "note": "Sent as it stands."}
            reasons = {"reasons": "The risk to people is low: it was contained at once."} if each["decision"] else {}
            stage = {"stage": each["stage"]} if each["stage"] else {}
            body = {**said, **reasons, **stage, "late": "Nobody was there before."}
            lead(live).ok("POST", f"/incidents/{number}/duties/{each['code']}", body)
    assert owed(live, number) == []
    for each in incident(live, number)["notices"]:
        if each["received_at"] is None and each["decision"] == "sent":
            at = f"/incidents/{number}/notices/{each['id']}/receipt"
            lead(live).ok("POST", at, {"note": "Answered."})


def ended(live: Live, found: Any, outcome: str) -> None:
    """Assessed, contained, told, learnt from, closed by two."""
    number = found["number"]
    at = f"/incidents/{number}"
    lead(live).ok("POST", f"{at}/assessment", {"known": {"personal": "yes", "shared": "yes", "risk": "unlikely"}})
    assert incident(live, number)["grade"]
    contained(live, found)
    early = lead(live).post(f"{at}/close", {"outcome": outcome, "note": "Done."})
    assert early.json["code"] == "incidents.still-owed"
    told(live, number)
    lead(live).ok("POST", f"{at}/notes", {"text": "Look sooner.", "lesson": True})
    action = {"text": "Look sooner", "owner": live.ids["security"], "due_on": live.now.date().isoformat()}
    lead(live).ok("POST", f"{at}/actions", action)
    (waiting,) = incident(live, number)["actions"]
    lead(live).ok("POST", f"{at}/actions/{waiting['id']}/done", {"note": "Done."})
    lead(live).ok("POST", f"{at}/close", {"outcome": outcome, "note": "All is put right."})
    assert lead(live).post(f"{at}/agree", {}).json["code"] == "incidents.second-person"
    lead(live, "imb-security").ok("POST", f"{at}/send-back", {"note": "Say first what is put right."})
    lead(live).ok("POST", f"{at}/close", {"outcome": outcome, "note": "All is put right: the office list is new."})
    lead(live, "imb-security").ok("POST", f"{at}/agree", {})
    over = incident(live, number)
    assert (over["state"], over["outcome"], over["closed_by"]) == ("closed", outcome, live.ids["imb-security"])


def test_every_rule_of_detection_has_its_scenario_and_every_kind_is_met() -> None:
    assert {each.code for each in RULES.detectors} == SCENARIOS.keys()
    met = {each.kind for each in RULES.detectors}
    assert met == RULES.kinds.keys()
    assert SCENARIOS.keys() >= NO_ITEM


@pytest.mark.parametrize("rule", [each.code for each in RULES.detectors])
def test_it_is_detected_contained_told_and_closed_by_two(live: Live, rule: str) -> None:
    detector = next(each for each in RULES.detectors if each.code == rule)
    mend = SCENARIOS[rule](live)
    found = opened(live, rule)
    assert found["kind"] == detector.kind
    assert bool(found["items"]) == (rule not in NO_ITEM), "what it is about is named, where it is an item"
    if mend is not None:
        mend()
    if rule == "wrong-recipient":
        (asked,) = live.api("chair").ok("GET", "/me/incidents")["asked"]
        at = f"/me/incidents/{asked['number']}/{asked['asked']['item']}"
        live.api("chair").ok("POST", at, {"answer": "deleted"})
    outcome = "contained" if found["kind"] == "spill" else "resolved"
    ended(live, found, outcome)


def test_what_somebody_reports_is_closed_by_two_as_well(live: Live) -> None:
    for kind in (code for code, each in RULES.kinds.items() if each.reportable):
        body = {"kind": kind, "happened": "It was seen in the corridor.", "aware_at": live.now.isoformat()}
        made = live.api("vice").ok("POST", "/incidents", {**body, "known": {"personal": "yes", "shared": "yes"}})
        assert owed(live, made["number"])
    ended(live, incident(live, made["number"]), "no-harm")


def test_after_all_of_them_the_log_verifies(live: Live) -> None:
    report = logbook.verify(live.house, SERVICE)
    assert report.faults == ()
