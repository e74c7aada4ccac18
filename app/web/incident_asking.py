"""The page that asks before something is done about an incident, and goes back to the incident when it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.web.looking import holding
from app.web.page import page

LOOK, RUN = "view-incidents", "manage-incidents"


def asked(
    form: Any, number: str, act: Callable[[Work], object], *, done: str, title: str, action: str, said: str
) -> ResponseReturnValue:
    """Ask; once the form holds, do ``act`` in one unit of work and say ``done``."""
    with holding(LOOK) as work:
        work.incident_list.one(number)
    if form.validate_on_submit():
        with form.refusals(), holding(RUN) as work:
            act(work)
            flash(done)
            return redirect(url_for("incidents.show", number=number), 303)
    return ask(form, number, title, action, said)


def ask(form: Any, number: str, title: str, action: str, said: str, *, danger: bool = False) -> ResponseReturnValue:
    """The page alone. ``danger`` makes its button red."""
    return page("incidents/ask.html", form=form, number=number, title=title, action=action, said=said, danger=danger)
