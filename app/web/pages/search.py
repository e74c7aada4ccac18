"""Search for a data subject: what for is asked and logged; whom is in no address and in no log."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.http.house import actor, house
from app.http.permissions import signed_in
from app.http.repeating import looks
from app.web import item_words, markings
from app.web.item_forms import SearchForm, offer, purpose_options
from app.web.page import page

bp = Blueprint("search", __name__, url_prefix="/search")


@bp.route("", methods=["GET", "POST"])
@signed_in
@looks
def index() -> ResponseReturnValue:
    """Ask; then the items about that person that I may see."""
    form, found = SearchForm(), None
    with house().work(actor()) as work:
        offer(form.purpose, purpose_options(work.items.purposes(now=work.now)))
        names = item_words.places(work)
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            asked = (form.identifier_type.data, form.value.data, form.purpose.data)
            found = work.items.search(*asked, cursor=form.cursor, size=25, actor=actor(), now=work.now)
    form.after.data = ""  # searching again begins at the newest
    marking = markings.most_restrictive(row.marking for row in found.rows) if found else ""
    return page("search/index.html", form=form, found=found, names=names, words=item_words, marking=marking)
