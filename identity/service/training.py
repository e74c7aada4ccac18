"""What somebody was trained in and has accepted. Recording training anew gives a right back at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from foundation.actor import BEGINNING, FOREVER, Actor
from foundation.calendar import london_date
from foundation.ident import new_id
from identity import events
from identity.errors import AccountInvalid, RequirementsChanged, StandingConflict
from identity.model import Result
from identity.policy.gates import Module
from identity.rules.naming import tidy
from identity.rules.training import good_until
from identity.service.desk import Desk
from identity.store import training

MOST = 200  # characters of a provider and of a reference
MOST_PEOPLE = 50  # at once: what somebody can still check on one page


class Training(Desk):
    """Acts of whoever manages accounts, on accounts other than their own; and what each accepts for themself."""

    def record_training(
        self,
        *,
        person_id: str,
        module: str,
        on: date,
        provider: str,
        evidence: str,
        actor: Actor,
        now: datetime,
        passed: bool = True,
        until: datetime | None = None,
    ) -> str:
        """What they passed, or did not, on that day. Good as long as the policies say; returns the result's id.

        ``until`` sets another end, and only where nobody is asked for a duty: at the machine's console. A failure takes
        nothing away that was passed before. Source: M63. Raises AccountInvalid with every field, StandingConflict,
        PersonUnknown, ManagingRefused.
        """
        person = self._managed(person_id, actor, now)
        known = self._gates.modules.get(module)
        provider, evidence = tidy(provider), tidy(evidence)
        faults = training_faults(known, on, provider, evidence, london_date(now))
        if until is not None and (self._decider is not None or until.tzinfo is None or until > FOREVER):
            faults["until"] = ["The end follows from the date it was passed"]
        if faults or known is None:
            raise AccountInvalid("Correct what is marked.", fields=faults, subject=person.id)
        if person.standing == "left":
            raise StandingConflict("They have left.", subject=person_id)
        ends = until or good_until(known, on) if passed else BEGINNING
        result = Result(str(new_id(now)), person.id, known.id, on, passed, ends, now, provider, evidence)
        self._keep(result, actor=actor, now=now)
        return result.id

    def record_training_several(
        self,
        *,
        people: Collection[str],
        module: str,
        on: date,
        provider: str,
        evidence: str,
        actor: Actor,
        now: datetime,
        passed: bool = True,
    ) -> dict[str, str]:
        """The same result for each of these people, of all of them or of none; the results' ids by person.

        Somebody named twice is recorded once. Raises what ``record_training`` raises, and AccountInvalid for nobody.
        """
        once = list(dict.fromkeys(people))
        if not 0 < len(once) <= MOST_PEOPLE:
            fault = f"Choose 1 to {MOST_PEOPLE} people"
            raise AccountInvalid("Correct what is marked.", fields={"people": [fault]})
        gone = [each.name for each in (self._managed(one, actor, now) for one in once) if each.standing == "left"]
        if gone:
            raise StandingConflict(f"Nothing was recorded: {', '.join(gone)} left. Choose the others.")
        given: dict[str, Any] = {"module": module, "on": on, "provider": provider, "evidence": evidence}
        given["passed"] = passed
        return {one: self.record_training(person_id=one, **given, actor=actor, now=now) for one in once}

    def accept_handling(self, *, version: int, digest: str, actor: Actor, now: datetime) -> None:
        """Say that one has read and accepts the handling requirements; no harm when one had. Source: M62.

        ``digest`` is that of the text they read. Raises RequirementsChanged where another is asked for.
        """
        asked = self._gates.requirements.in_force(now)
        if asked is None or (asked.number, asked.digest) != (version, digest):
            raise RequirementsChanged("Read them again, and accept what you read.", subject=actor.id)
        self._bound.check(actor.id)
        if (version, digest) in training.accepted(self._conn, actor.id):
            return
        training.accept(self._conn, actor.id, version, digest, now)
        self._record(events.HANDLING_ACCEPTED, actor=actor, now=now, subject=actor.id, version=version, digest=digest)

    def results(self, *, person_id: str, actor: Actor, now: datetime) -> list[Result]:
        """Everything recorded of one person, newest first, with provider and evidence. For whoever manages them."""
        person = self._managed(person_id, actor, now)
        return training.in_full(self._conn, self._secrets, person.id)

    def _keep(self, result: Result, *, actor: Actor, now: datetime) -> None:
        words = training.sealed(self._secrets, result)
        training.add(self._conn, result, words)
        self._record(
            events.TRAINING_RECORDED,
            actor=actor,
            now=now,
            subject=result.person_id,
            result=result.id,
            module=result.module,
            on=result.on.isoformat(),
            passed=result.passed,
            until=result.until.isoformat(timespec="milliseconds"),
            words=words,
        )


def training_faults(module: Module | None, on: date, provider: str, evidence: str, today: date) -> dict[str, list[str]]:
    """What is wrong with a result, by field; nothing when it can be recorded."""
    told = {
        "module": "" if module else "Choose one of the training modules",
        "on": "" if date(2000, 1, 1) <= on <= today else "Enter a date that is not to come",
        "provider": _text(provider, "who gave the training"),
        "evidence": _text(evidence, "the reference of the certificate or record"),
    }
    return {field: [text] for field, text in told.items() if text}


def _text(given: str, what: str) -> str:
    if not given:
        return f"Enter {what}"
    return f"Enter {what} in at most {MOST} characters" if len(given) > MOST else ""
