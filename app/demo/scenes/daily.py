"""What fills a log besides items: accounts, people signing in, what was refused, a spill and the incident it opened."""

from __future__ import annotations

import pyotp

from app.bootstrap.work import Work
from app.demo import people
from app.demo.cast import CAST
from app.demo.script import Script
from foundation.actor import NOBODY
from identity.rules.reviewing import LATER
from sharing.model.item import Written

SUSPENDED = "On leave from the Board until the summer; to be reinstated on return."


def plan(script: Script, password: str) -> None:
    """Accounts, refusals, incidents, sign-ins."""
    _accounts(script)
    _refusals(script)
    _incidents(script)
    for back, clock, who in ((61, "08:58", "staff"), (20, "09:55", "national"), (11, "09:35", "correspondence")):
        script.on(back, clock, lambda who=who: _sign_in(script, who, password))  # type: ignore[misc]
    script.on(8, "08:40", lambda: _sign_in(script, "security", "not the password"))
    script.on(8, "08:41", lambda: _sign_in(script, "security", password))


def _accounts(script: Script) -> None:
    newcomer = next(part for part in CAST if part.standing == "invited")
    script.on(1, "11:00", lambda: people.invite(script.house, newcomer, script.cast))
    script.act(
        33,
        "15:00",
        "imb-admin",
        lambda w: w.identity.suspend(person_id=script.cast.ids["away"], why=SUSPENDED, actor=w.actor, now=w.now),
    )
    script.act(26, "10:00", "admin", lambda w: _group(script, w))
    script.act(26, "10:20", "admin2", _confirmed)
    for part in CAST:
        if part.standing != "invited":  # one who attested earlier than the others is asked again these days
            script.act(57 if part.key == "leader" else 40, "16:30", part.key, _attest)


def _attest(work: Work) -> None:
    """Whoever attests says that each of theirs still needs what they have: every three months, and here once."""
    for line in work.identity.reviewed(actor=work.actor, now=work.now):
        if line.state != LATER:
            held = line.held.id
            work.identity.attest(appointment_id=held, keep=True, actor=work.actor, now=work.now)


def _group(script: Script, work: Work) -> None:
    group = work.identity.create_group(name="Saltby inspection", party="hmip", actor=work.actor, now=work.now)
    for key in ("leader", "inspector"):
        work.identity.propose_joining(
            group_id=group,
            person_id=script.cast.ids[key],
            words="Inspects Saltby next month.",
            actor=work.actor,
            now=work.now,
        )


def _confirmed(work: Work) -> None:
    for each in work.identity.conferrals(actor=work.actor, now=work.now):
        work.identity.confirm(conferral_id=each.id, checked="known-before", actor=work.actor, now=work.now)


def _refusals(script: Script) -> None:
    def open_(name: str):  # type: ignore[no-untyped-def]
        return lambda w: w.sharing.open(script.refs[name], "follow-up", actor=w.actor, now=w.now)

    script.refuse(59, "21:00", "chair2", open_("father"))
    script.refuse(42, "16:00", "admin", open_("father"))
    script.refuse(12, "20:00", "vice", open_("recused"))
    script.refuse(9, "13:30", "correspondence", lambda w: _straight_to_a_board(script, w))


def _straight_to_a_board(script: Script, work: Work) -> object:
    (office,) = work.actor.offices
    written = Written(
        title="A removal at night", establishment="XTW", to_office=script.cast.boards["XTW"], marking="OFFICIAL"
    )
    return work.sharing.start_draft(
        written, agreement="hmip-imb", kind="correspondence", office=office, actor=work.actor, now=work.now
    )


def _incidents(script: Script) -> None:
    script.refuse(47, "16:20", "leader", _spill)
    for hour, duty in (
        ("16:40", "isolate"),
        ("16:50", "tell-security-team"),
        ("17:05", "tell-moj-security"),
        ("17:30", "tell-originator"),
    ):
        script.act(47, hour, "security", lambda w, duty=duty: _done(w, duty))  # type: ignore[misc]
    script.act(45, "10:00", "security", _closed)
    script.act(45, "11:20", "imb-security", _agreed)
    script.refuse(4, "14:50", "staff2", _spill)
    script.act(4, "15:10", "security", lambda w: _done(w, "isolate"))
    script.act(4, "15:15", "security", lambda w: _done(w, "tell-security-team"))


def _spill(work: Work) -> object:
    """Somebody writes a marking this service must not carry; nothing of it is kept but that it was claimed."""
    (office,) = work.actor.offices
    return work.sharing.start_draft(
        Written(marking="SECRET", title="Not kept", text="Not kept"),
        agreement="hmip-imb",
        kind="intelligence",
        office=office,
        route="national-to-inspectorate" if work.actor.party == "imb" else "inspectorate-to-board",
        actor=work.actor,
        now=work.now,
    )


def _newest(work: Work) -> str:
    return next(each.number for each in work.incident_list.page() if each.state != "closed")


def _done(work: Work, duty: str) -> object:
    return work.incidents.note_done(number=_newest(work), duty=duty, actor=work.actor, now=work.now)


def _closed(work: Work) -> object:
    return work.incidents.propose_closing(
        number=_newest(work),
        outcome="false-alarm",
        note="A word typed by habit. The originator confirmed the marking in writing.",
        actor=work.actor,
        now=work.now,
    )


def _sign_in(script: Script, who: str, password: str) -> None:
    part = next(one for one in CAST if one.key == who)
    with script.house.work(NOBODY) as work:
        given = {"actor": NOBODY, "now": work.now}
        first = work.identity.check_password(email=part.email, password=password, **given)  # type: ignore[arg-type]
        if first.ok:
            code = pyotp.TOTP(script.cast.secrets[who]).at(work.now)
            full = work.identity.check_code(session_token=first.token, code=code, **given)  # type: ignore[arg-type]
            work.identity.end_session(token=full.token, **given)  # type: ignore[arg-type]


def _agreed(work: Work) -> object:
    return work.incidents.close(number=_newest(work), actor=work.actor, now=work.now)
