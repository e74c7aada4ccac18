"""Where people work, and what bodies consented to for their information abroad (M66, M67, M68)."""

from __future__ import annotations

from datetime import datetime

from foundation.actor import BEGINNING, FOREVER, Actor
from foundation.errors import Reason
from foundation.ident import new_id
from identity import events
from identity.errors import AccountInvalid, ConsentFaulty, ConsentRefused, ConsentUnknown, StandingConflict
from identity.model import Consent, Window
from identity.policy.adequacy import Adequacy
from identity.service.desk import Desk
from identity.store import abroad, people
from identity.tables import transfer_consent

MOST_WORDS = 4000


class Abroad(Desk):
    """Administrators say where somebody works; compliance officers say what their own body consents to."""

    def record_country(
        self,
        *,
        person_id: str,
        country: str,
        adequacy: Adequacy,
        checked: str = "",
        checked_until: datetime = BEGINNING,
        actor: Actor,
        now: datetime,
    ) -> None:
        """The country somebody works in from now. It bites at once.

        ``checked``: how it was seen that the recipient there is one a partial entry covers, until when that holds. What
        was seen is sealed in the log. Raises AccountInvalid by field, PersonUnknown, ManagingRefused, StandingConflict.
        """
        person = self._managed(person_id, actor, now)
        if faults := _misplaced(country, adequacy, checked, checked_until, now):
            raise AccountInvalid("Correct what is named.", fields=faults, subject=person_id)
        if person.standing == "left":
            raise StandingConflict("They have left.", subject=person_id)
        until = checked_until if checked.strip() else BEGINNING
        self._change(person, country=country, checked_until=until)
        self._record(
            events.COUNTRY_RECORDED,
            actor=actor,
            now=now,
            subject=person_id,
            why=checked.strip(),
            country=country,
            checked_until=until.isoformat(timespec="milliseconds"),
        )

    def consent(self, given: Consent, *, adequacy: Adequacy, actor: Actor, now: datetime) -> str:
        """Record what the actor's own body consented to in writing, before anything goes. Returns the id.

        ``id``, ``by`` and ``at`` of ``given`` are set here. Raises ConsentRefused for whoever does not speak for that
        body, ConsentFaulty with every fault by field.
        """
        self._speaks(given.owner, actor, now)
        if faults := self._against(given, adequacy, now):
            raise ConsentFaulty("Correct what is named and send it again.", fields=faults)
        made = Consent(
            id=str(new_id(now)), owner=given.owner, to_party=given.to_party, person=given.person, country=given.country,
            window=Window(max(given.window.since, now), given.window.until), withdrawn=None, by=actor.id, at=now,
            written=given.written.strip(), conditions=given.conditions.strip(), instructions=given.instructions.strip(),
        )  # fmt: skip
        words = abroad.sealed(self._secrets, made)
        seal = abroad.add(self._conn, self._bound, made, words)
        self._record(
            events.CONSENT_GIVEN,
            actor=actor,
            now=now,
            subject=made.id,
            owner=made.owner,
            to_party=made.to_party,
            person=made.person,
            country=made.country,
            since=made.window.since.isoformat(timespec="milliseconds"),
            until=made.window.until.isoformat(timespec="milliseconds"),
            words=words,
            seal=seal,
        )
        return made.id

    def withdraw_consent(self, *, consent_id: str, why: str, actor: Actor, now: datetime) -> None:
        """Take one back: from now it opens nothing. Raises ConsentUnknown, ConsentRefused, ConsentFaulty."""
        found = next(iter(abroad.find(self._conn, transfer_consent.c.id == consent_id)), None)
        if found is None:
            raise ConsentUnknown("Choose a consent from the list.")
        self._speaks(found.owner, actor, now)
        if not why.strip() or len(why) > MOST_WORDS:
            raise ConsentFaulty("Say why, in a sentence or two.", fields={"why": ["Say why it is taken back"]})
        seal = abroad.withdraw(self._conn, self._bound, consent_id, now)
        if not seal:
            raise ConsentUnknown("It was taken back before.", subject=consent_id)
        self._record(
            events.CONSENT_WITHDRAWN, actor=actor, now=now, subject=consent_id, why=why, owner=found.owner, seal=seal
        )

    def _speaks(self, owner: str, actor: Actor, now: datetime) -> None:
        """Raises ConsentRefused unless the actor may speak for this body. At the machine itself nobody does."""
        if self._decider is None:
            raise ConsentRefused("A compliance officer of the body whose information it is records it.")
        verdict = self._decider.decide_duty(actor, "consent-transfer", now=now, body=owner)
        if not verdict.allowed:
            reasons = [Reason(rule, text) for rule, text in zip(verdict.rules, verdict.why, strict=False)]
            raise ConsentRefused(
                "A compliance officer of the body whose information it is records it.", reasons=reasons
            )

    def _against(self, given: Consent, adequacy: Adequacy, now: datetime) -> dict[str, list[str]]:
        faults: dict[str, list[str]] = {}
        if given.to_party not in self._parties or given.to_party == given.owner:
            faults["to_party"] = ["Choose the other body"]
        person = people.find(self._conn, given.person) if given.person else None
        if given.person and (person is None or person.party != given.to_party):
            faults["person"] = ["Choose somebody of that body"]
        if given.country and not adequacy.known(given.country):
            faults["country"] = ["Choose a country from the list"]
        if not max(given.window.since, now) < given.window.until < FOREVER:
            faults["until"] = ["Enter the last day it holds, today or later"]
        for field, text in (("written", "Say where the consent is in writing"), ("conditions", "State its conditions"),
                            ("instructions", "State your instructions, or that there are none")):  # fmt: skip
            said = getattr(given, field).strip()
            if not said or len(said) > MOST_WORDS:
                faults[field] = [text if not said else f"Use {MOST_WORDS} characters or fewer"]
        return faults


def _misplaced(
    country: str, adequacy: Adequacy, checked: str, checked_until: datetime, now: datetime
) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    if not adequacy.known(country):
        faults["country"] = ["Choose a country from the list"]
    if checked.strip() and not now < checked_until <= FOREVER:
        faults["checked_until"] = ["Enter a date ahead, until which the check holds"]
    if checked_until > now and not checked.strip():
        faults["checked"] = ["Say how the recipient was checked"]
    if len(checked) > MOST_WORDS:
        faults["checked"] = [f"Use {MOST_WORDS} characters or fewer"]
    return faults
