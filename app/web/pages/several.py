"""One act on several items: a page that says what would happen to each, and a POST that does all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import filters, forms, item_words, markings
from app.web.item_acts import BY_NAME, Act
from app.web.page import page
from foundation.errors import Reason
from sharing.errors.items import ActRefused, ItemNotFound
from sharing.model.agreement import ACKNOWLEDGE, CLOSE, PASS_ON
from sharing.model.item import ItemSeen

bp = Blueprint("several", __name__)
MOST = 25  # of one page: what somebody can still check
DONE = {ACKNOWLEDGE: "acknowledged", PASS_ON: "passed on", CLOSE: "closed"}
_ITS_OWN = Reason("several", "It can go to more than one office. Open it and choose there.")


class SeveralForm(forms.Form):
    """``stand``: each item with the version looked at, as “REF:3”, so that nothing is done to what has moved on."""

    stand = HiddenField()


class CloseSeveralForm(SeveralForm):
    """What came of them is asked once."""

    outcome = forms.long_text(
        "What came of them?", needed="Say what came of them", hint="The same is written on each of them.", most=4000
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """One item, and what stands against the act on it; nothing: it will be done."""

    item: ItemSeen
    against: Sequence[Reason]

    @property
    def office(self) -> str:
        """Where it would be passed on to."""
        return self.item.to_offices[0].name if self.item.to_offices else ""


@bp.route("/items/several", methods=["GET", "POST"])
@signed_in
def check() -> ResponseReturnValue:
    """What would happen to which; then do it."""
    name = request.args.get("act", "")
    act = BY_NAME[name] if name in DONE else BY_NAME[ACKNOWLEDGE]
    refs = list(dict.fromkeys(request.args.getlist("ref")))[:MOST]
    with house().work(actor()) as work:
        chosen = [each for ref in refs for each in _looked(work, act, ref)]
        names = item_words.places(work)
    doing = [each for each in chosen if not each.against]
    form = CloseSeveralForm() if act.name == CLOSE else SeveralForm()
    if doing and form.validate_on_submit() and _as_checked(form, doing):
        with form.refusals(), house().work(actor()) as work:
            _do(work, act, doing, form)
            flash(f"{filters.plural(len(doing), 'item is', 'items are')} {DONE[act.name]}.")
            return redirect(url_for("items.inbox"), 303)
    form.stand.data = " ".join(f"{each.item.ref.reference}:{each.item.ref.version}" for each in doing)
    shown: dict[str, Any] = {"doing": doing, "refused": [each for each in chosen if each.against], "names": names}
    marking = markings.most_restrictive(each.item.marking for each in chosen)
    return page("items/several.html", form=form, act=act, done=DONE, words=item_words, marking=marking, **shown)


def _looked(work: Work, act: Act, ref: str) -> list[Chosen]:
    """The item as this person sees it; nothing of one they may not know of."""
    try:
        item = work.sharing.see(ref, actor=work.actor, now=work.now)
    except (ItemNotFound, ActRefused):
        return []
    may = item.may[act.name]
    if not may.allowed:
        return [Chosen(item, may.reasons)]
    return [Chosen(item, (_ITS_OWN,) if act.name == PASS_ON and len(item.to_offices) != 1 else ())]


def _as_checked(form: SeveralForm, doing: Sequence[Chosen]) -> bool:
    """Are they those that were checked? One that moved on in between must not be left out unsaid."""
    if _looked_at(form).keys() == {each.item.ref.reference for each in doing}:
        return True
    form.say("These have changed since you looked, and nothing was done. Check the list below again.")
    return False


def _looked_at(form: SeveralForm) -> dict[str, str]:
    return dict(pair.rsplit(":", 1) for pair in (form.stand.data or "").split() if ":" in pair)


def _do(work: Work, act: Act, doing: Sequence[Chosen], form: Any) -> None:
    """All in one unit of work, each as it was looked at. Raises what sharing raises: then none is done."""
    looked = _looked_at(form)
    for each in doing:
        ref = each.item.ref.reference
        given = looked.get(ref, "")
        version = int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else -1
        known: dict[str, Any] = {"expected": version, "actor": work.actor, "now": work.now}
        if act.name == ACKNOWLEDGE:
            work.sharing.acknowledge(ref, **known)
        elif act.name == PASS_ON:
            work.sharing.pass_on(ref, each.item.to_offices[0].principal, "", **known)
        else:
            work.sharing.close(ref, form.outcome.data, **known)
