"""Several lines of the access review kept at once: a page that names each, and a POST that keeps all of them or none.

Taking away is never done to several: it needs a reason, and ends what somebody can do, so each has its own page.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import filters, forms, names
from app.web.page import page
from identity.rules.reviewing import Line

bp = Blueprint("attest_several", __name__, url_prefix="/access-review")
MOST = 50  # of one page: what somebody can still check
_CHANGED = "These have changed since you looked, and nothing was done. Check the list below again."


class KeepForm(forms.Form):
    """``stand``: each line with the day it was due when it was looked at, so that nothing unseen is attested."""

    stand = HiddenField()
    sure = forms.tick(
        "I have looked at each of these, and they still need it", needed="Say that you have looked at each of them"
    )


@bp.route("/several", methods=["GET", "POST"])
@signed_in
def check() -> ResponseReturnValue:
    """Which would be kept; then keep them."""
    asked = set(request.args.getlist("line"))
    with house().work(actor()) as work:
        lines = [each for each in work.identity.reviewed(actor=work.actor, now=work.now) if each.held.id in asked][
            :MOST
        ]
        called = names.Names(work)
        rows = [_row(each, called) for each in lines]
    form = KeepForm()
    stands = " ".join(f"{each.held.id}:{each.due}" for each in lines)
    if lines and form.validate_on_submit():
        if form.stand.data == stands:
            with form.refusals(), house().work(actor()) as work:
                kept = [each.held.id for each in lines]
                work.identity.attest_several(appointments=kept, actor=work.actor, now=work.now)
                flash(f"{filters.plural(len(lines), 'line')} attested.")
                return redirect(url_for("access_review.index"), 303)
        else:
            form.say(_CHANGED)
    form.stand.data = stands
    return page("people/attest_several.html", form=form, rows=rows, left=len(asked) - len(rows))


def _row(line: Line, called: names.Names) -> list[str]:
    held = line.held
    return [called.person(held.person_id), names.role(held.role), line.office.name, filters.until(held.window.until)]
