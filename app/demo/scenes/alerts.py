"""An alert that reached who is called first, one that went to the deputy; whom offices call; contacts of Boards."""

from __future__ import annotations

from functools import partial

from app.bootstrap import sweeps
from app.bootstrap.work import Work
from app.demo.scenes.agreement import AGREEMENT
from app.demo.script import Script
from sharing.model.alert import Raising

ORDERS = (("chair", "chair", "vice"), ("correspondence", "correspondence", ""), ("leader", "leader", "inspector"))
CONTACTS = ((270, "XSB", "Tomasz Wielgorz"), (250, "XFM", "Beth Larkspur"), (21, "XFM", "Idris Penhallow"))
UP, DOWN = "concern-to-inspectorate", "serious-issue-to-boards"


def plan(script: Script) -> None:
    """Two alerts are enough to show both ways; nothing is left waiting."""
    for who, first, deputy in ORDERS:
        script.act(40, "09:10", who, partial(_order, script, first, deputy))
    script.act(25, "10:00", "leader", partial(_raise, script, "water", DOWN, "imb/board", "XFM", _WATER))
    script.act(25, "10:20", "chair", partial(_acknowledge, script, "water"))
    script.act(25, "15:00", "chair", partial(_note, script, "water", "Bottled water was brought at midday."))
    script.act(11, "10:00", "staff", partial(_raise, script, "bell", UP, "hmip/inspectorate", "XSB", _BELL))
    script.on(11, "11:30", partial(sweeps.alerts, script.house))
    script.act(11, "11:45", "inspector", partial(_acknowledge, script, "bell"))
    contacts(script)


def contacts(script: Script) -> None:
    """One confirmed lately, one stale, and one Board of which nothing was recorded."""
    for back, place, name in CONTACTS:
        script.act(back, "12:00", "staff", partial(_contact, script, back, place, name))


def _contact(script: Script, back: int, place: str, name: str, work: Work) -> None:
    given = {
        "board": work.people.office(script.cast.boards[place]).id,
        "confirmed-on": script.calendar.days[back].isoformat(),
        "entry": "changed",
        "chair": "vice-chair" if name == "Beth Larkspur" else "chair",
        "name": name,
        "email": f"{name.lower().replace(' ', '.')}@imb.example",
        "telephone": "01632 960123",
    }
    work.agreeing.record(AGREEMENT, "board-contact", given=given, actor=work.actor, now=work.now)


def _order(script: Script, first: str, deputy: str, work: Work) -> None:
    office = work.people.office(next(iter(work.actor.offices)))
    named = [script.cast.ids[each] if each else "" for each in (first, deputy)]
    work.alerting.set_order(office, *named, actor=work.actor, now=work.now)


def _raise(script: Script, name: str, kind: str, to: str, place: str, gist: str, work: Work) -> None:
    given = Raising("now", place, "OS", gist, (to,))
    made = work.alerting.raise_alert(AGREEMENT, kind, given, actor=work.actor, now=work.now)
    script.refs[name] = made.id


def _acknowledge(script: Script, name: str, work: Work) -> None:
    work.alerting.acknowledge(script.refs[name], 1, actor=work.actor, now=work.now)


def _note(script: Script, name: str, text: str, work: Work) -> None:
    work.alerting.note(script.refs[name], text, ends=True, actor=work.actor, now=work.now)


_WATER = "C wing has had no running water since last night. The duty governor has been told."
_BELL = "Cell bells on the induction unit are not answered; a member saw two people in distress this morning."
