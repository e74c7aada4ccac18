"""Transfers abroad (M66-M68)."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.api.reply import Reply, once
from app.api.schemas import abroad as schemas
from app.api.schemas.decisions import DecisionMade
from app.api.section import Section
from app.api.shown import whole
from app.bootstrap.work import Work
from app.http.house import actor, house
from foundation.actor import BEGINNING
from identity.model import Consent, Window

bp = Section("abroad", "Transfers abroad: where people work, adequate countries, consents.")


@bp.op("GET", "/adequacy", gives=schemas.AdequacyList)
def adequacy() -> Reply:
    """The list, with its sources and how old they are."""
    found = house().policies.adequacy
    return Reply({"home": found.home, "last_source": found.last_source, "items": list(found.countries.values())})


@bp.op("POST", "/accounts/<account>/country", takes=schemas.CountryBody)
def country(body: dict[str, Any], account: str) -> Reply:
    """Where somebody works from now. In a country that is not adequate they reach nothing of the other body's."""

    def act(work: Work) -> Reply:
        given = {**body, "checked_until": body["checked_until"] or BEGINNING}
        work.identity.record_country(
            person_id=account, **given, adequacy=house().policies.adequacy, actor=work.actor, now=work.now
        )
        return Reply()

    return once(act)


@bp.op("GET", "/transfer-consents", gives=schemas.TransferConsents)
def consents() -> Reply:
    """Those that concern the asker: of their body if they check compliance, else those they work under."""
    with house().work(actor()) as work:
        return Reply(whole(work.protection.consents.seen(actor=work.actor)))


@bp.op("GET", "/transfer-consents/<consent>", gives=schemas.TransferConsent)
def consent(consent: str) -> Reply:
    """One, with its conditions and instructions."""
    with house().work(actor()) as work:
        return Reply(work.protection.consents.one(consent, actor=work.actor))


@bp.op("POST", "/transfer-consents", takes=schemas.ConsentBody, gives=DecisionMade, status=201)
def give(body: dict[str, Any]) -> Reply:
    """Record what the asker's own body consented to in writing."""

    def act(work: Work) -> Reply:
        given = dict(body)
        window = Window(given.pop("since") or work.now, given.pop("until"))
        made = Consent(id="", owner=actor().party, window=window, withdrawn=None, by="", at=work.now, **given)
        id_ = work.identity.consent(made, adequacy=house().policies.adequacy, actor=work.actor, now=work.now)
        return Reply({"id": id_}, location=url_for("api_abroad.consent", consent=id_))

    return once(act)


@bp.op("POST", "/transfer-consents/<consent>/withdraw", takes=schemas.ConsentWhy)
def withdraw(body: dict[str, Any], consent: str) -> Reply:
    """Take it back: from now it opens nothing."""

    def act(work: Work) -> Reply:
        work.identity.withdraw_consent(consent_id=consent, why=body["why"], actor=work.actor, now=work.now)
        return Reply()

    return once(act)
