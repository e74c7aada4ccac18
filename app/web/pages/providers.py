"""Signing in with an identity provider, and the links of one's own account to one."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap import providing
from app.bootstrap.providing import known
from app.bootstrap.work import Work
from app.http import kept
from app.http.house import actor, house
from app.http.language import _
from app.http.permissions import public, signed_in
from app.http.repeating import acts
from app.http.sessions import current
from app.http.source import limited
from app.outbound.provider import NotAnswered
from app.web import forms, proof
from app.web.coming_in import told_of
from app.web.looking import holding
from app.web.page import page
from app.web.pages.accounts import LOOK
from app.web.provider_view import links, name_of
from app.web.provider_words import trouble
from identity.errors import LinkUnknown
from identity.policy.providers import Provider
from identity.service.providing import LINK, Question

bp = Blueprint("providers", __name__)


@bp.get("/sign-in/with/<provider>")
@acts
@public
def begin(provider: str) -> ResponseReturnValue:
    """Off to the provider. A link and no form: a form may not lead to another site (form-action)."""
    chosen = known(house(), provider)
    if away := _elsewhere():
        return redirect(away, 303)
    limited()
    back = kept.local(request.args.get("back", "/"))

    def ask(work: Work) -> tuple[str, Question]:
        token = current().token or work.identity.open_session(actor=actor(), now=work.now)
        made = work.identity.ask_provider(
            session_token=token, provider_id=provider, back=back, actor=actor(), now=work.now
        )
        return token, made

    token, question = house().do(ask, actor())
    if token != current().token:
        current().adopt(token, "visitor", keep=True)
    return _away(chosen, question)


@bp.get("/sign-in/with/<provider>/return")
@acts
@public
def come_back(provider: str) -> ResponseReturnValue:
    """What the provider sends the browser back with."""
    chosen = known(house(), provider)
    limited()
    came = providing.came_back(house(), provider, request.args.to_dict(), session_token=current().token, actor=actor())
    if came.answer is None:
        return _trouble(chosen, came.cause)
    if came.purpose == LINK:
        flash(f"Your account is linked. You can sign in with {chosen.name} from now on.")
        return redirect(url_for("account.show"), 303)
    way = f"provider:{chosen.id}"
    if came.answer.stage != "full":
        current().adopt(came.answer.token, came.answer.stage, keep=False)
        current()["way"] = way
        return redirect(url_for("auth.code", back=came.back), 303)
    current().enter(came.answer, way, keep=False)
    told_of(came.answer.wrong_codes)
    return redirect(kept.local(came.back), 303)


@bp.route("/account/links/<provider>/new", methods=["GET", "POST"])
@signed_in
def link(provider: str) -> ResponseReturnValue:
    """A code, then a link that leads to the provider."""
    chosen, form = known(house(), provider), proof.ProofForm()
    if away := _elsewhere():
        return redirect(away, 303)
    if form.validate_on_submit() and proof.given(form):
        with form.refusals(), house().work(actor()) as work:
            question = work.identity.ask_to_link(
                session_token=current().token, provider_id=provider, actor=actor(), now=work.now
            )
        if not form.errors:
            return _to_link(chosen, question)
    return page("account/link_new.html", form=form, provider=chosen, proof=proof.asked())


@bp.route("/account/links/<link_>/remove", methods=["GET", "POST"])
@signed_in
def remove(link_: str) -> ResponseReturnValue:
    """Ask, then remove it."""
    form = proof.ProofForm()
    with house().work(actor()) as work:
        held = {each.id: each for each in work.identity.links_of(person_id=actor().id, actor=actor(), now=work.now)}
    if link_ not in held:
        raise LinkUnknown("Look at your account again; it may be removed already.")
    if form.validate_on_submit() and proof.given(form):
        with form.refusals(), house().work(actor()) as work:
            work.identity.remove_own_link(session_token=current().token, link_id=link_, actor=actor(), now=work.now)
            flash("The link is removed.")
            return redirect(url_for("account.show"), 303)
    return page("account/link_remove.html", form=form, name=name_of(house(), held[link_].provider), proof=proof.asked())


@bp.route("/accounts/<person>/links/<link_>/remove", methods=["GET", "POST"])
@signed_in
def remove_theirs(person: str, link_: str) -> ResponseReturnValue:
    """Ask, then remove a link of somebody whose account one manages."""
    form = forms.Ask()
    with holding(LOOK) as work:
        found = work.people.person(person)
        held = {each["id"]: each for each in links(work, found)}
    if link_ not in held:
        raise LinkUnknown("Look at the account again; it may be removed already.")
    if form.validate_on_submit():
        with form.refusals(), holding(LOOK) as work:
            work.identity.remove_link(link_id=link_, person_id=person, actor=work.actor, now=work.now)
            flash("The link is removed.")
            return redirect(url_for("accounts.show", person=person), 303)
    return page("accounts/link_remove.html", form=form, person=found, name=held[link_]["name"])


def offered() -> list[Provider]:
    """Whom one may sign in with here."""
    return list(house().policies.gates.providers.known.values()) if house().settings.site else []


def _elsewhere() -> str:
    """The same page at the address people come back to; empty here. The cookie of another name would not be there."""
    site = house().settings.site
    if site is None or request.host == urlsplit(site.origin).netloc:
        return ""
    return f"{site.origin}{url_for('auth.sign_in')}"


def _away(chosen: Provider, question: Question) -> ResponseReturnValue:
    try:
        return redirect(providing.ask(house(), question, chosen.id), 303)
    except NotAnswered as error:
        return _not_asked(chosen, error)


def _to_link(chosen: Provider, question: Question) -> ResponseReturnValue:
    try:
        address = providing.ask(house(), question, chosen.id)
    except NotAnswered as error:
        return _not_asked(chosen, error)
    return page("account/link_go.html", provider=chosen, address=address)


def _not_asked(chosen: Provider, error: NotAnswered) -> ResponseReturnValue:
    providing.failed(house(), chosen.id, error.cause, session_token=current().token, actor=actor())
    return _trouble(chosen, error.cause)


def _trouble(chosen: Provider, cause: str) -> ResponseReturnValue:
    found = trouble(cause)
    title, what, do = (_(text, name=chosen.name) for text in (found.title, found.what, found.do))
    return page(
        "auth/provider_trouble.html",
        title=title,
        what=what,
        do=do,
        again=found.again,
        provider=chosen,
        status=found.status,
    )
