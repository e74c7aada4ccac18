"""Changing an agreement: one proposes, an impact assessment is decided on, each party signs by another person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from audit.fact import Kind, Value
from audit.trail import Trail
from foundation.actor import Actor
from foundation.calendar import add_months, london_date
from foundation.errors import Reason
from foundation.ident import new_id
from foundation.policy import Faults
from identity.queries.people import People
from identity.rules.decide import Decider
from sharing.errors.versions import VersionFaulty, VersionInvalid, VersionNotFound, VersionRefused
from sharing.events import versions as events
from sharing.events.items import ACCESS_REFUSED
from sharing.model.agreement import Agreement, Agreements
from sharing.model.version import DECISIONS, Proposal
from sharing.ports import Checker, Words
from sharing.rules.duties.recording import Held, reasons
from sharing.rules.versions import steps, texts
from sharing.service.recording import held_by
from sharing.store.versions import VersionRows

MOST_REASON = 2000
MOST_AHEAD = 5  # years: one far off would stand in the way of every other, since each begins after the one before


class Changing:
    """On one connection and trail, which a ``Versions`` follows. Never commits."""

    def __init__(
        self,
        conn: sa.Connection,
        trail: Trail,
        *,
        agreements: Agreements,
        check: Checker,
        decider: Decider,
        people: People,
        words: Words,
    ) -> None:
        """``agreements``: every version of the files, and those signed here."""
        self._trail = trail
        self._agreements = agreements
        self._check = check
        self._decider = decider
        self._people = people
        self._rows = VersionRows(conn, words)

    def propose(self, agreement: str, *, file: bytes, reason: str, actor: Actor, now: datetime) -> Proposal:
        """Propose the next version: a whole file of the agreement, in TOML.

        Raises VersionNotFound, VersionRefused, VersionInvalid, VersionFaulty with every fault by its key.
        """
        newest = self._newest(agreement)
        held = held_by(self._people, actor, now)
        self._must("propose", steps.may_propose(newest, held), actor, now)
        why = _said(reason)
        found = checked(file, newest, self._agreements, self._check)
        if found.in_force <= london_date(now):
            problem = "must be after today: a version takes effect on the day after the last signature at the earliest"
            raise VersionFaulty("Correct it and propose it again.", fields={"in_force": [problem]})
        if found.in_force > add_months(london_date(now), 12 * MOST_AHEAD):
            problem = f"must be within {MOST_AHEAD} years: until then no other version could take effect"
            raise VersionFaulty("Correct it and propose it again.", fields={"in_force": [problem]})
        place = steps.place_of(newest.change.propose, held) if newest.change else ""
        id_ = str(new_id(now))
        what: dict[str, Value] = {
            "agreement": found.id,
            "number": found.version,
            "in_force": found.in_force.isoformat(),
            "sha256": self._rows.keep(found.text),
            "by": actor.id,
            "party": place.partition("/")[0],
        }
        self._trail.record(
            events.VERSION_PROPOSED, actor=actor, now=now, subject=id_, what=what, rules=_rules(newest), why=why
        )
        return self._find(id_)

    def assess(self, version: str, *, decision: str, reason: str, actor: Actor, now: datetime) -> Proposal:
        """Decide whether a data protection impact assessment is needed, or say that one was carried out.

        ``decision``: not-needed, needed, carried-out. Raises VersionNotFound, VersionRefused, VersionInvalid.
        """
        found, newest, held = self._asked(version, actor, now)
        self._must("assess", steps.may_assess(newest, found, held), actor, now, found.id)
        if decision not in DECISIONS:
            raise VersionInvalid("Say what was decided.", fields={"decision": ["Select what was decided"]})
        place = steps.place_of(newest.change.assess, held) if newest.change else ""
        more = {"decision": decision}
        return self._act(events.VERSION_ASSESSED, found, place, actor, now, why=_said(reason), more=more)

    def sign(self, version: str, *, sha256: str, actor: Actor, now: datetime) -> Proposal:
        """Sign it for the asker's party: the text of this digest, on the decision that stands.

        Raises VersionNotFound, VersionInvalid where the digest is another than that of the text, VersionRefused.
        """
        found, newest, held = self._asked(version, actor, now)
        against = steps.may_sign(newest, found, held, actor.id, london_date(now))
        self._must("sign", against, actor, now, found.id)
        if sha256 != found.sha256:
            problem = "Read the version again: this is not the digest of its text"
            raise VersionInvalid("Nothing was signed.", fields={"sha256": [problem]})
        # Read once more, whole: what another version, a role or a schedule has become since may have made it faulty.
        checked(self._rows.text(found.sha256).encode(), newest, self._agreements, self._check)
        place, decided = steps.place_to_sign(newest, found, held), found.assessment
        done = steps.complete(newest, found, place.partition("/")[0])
        more: dict[str, Value] = {"assessment": decided.entry if decided else "", "complete": done}
        return self._act(events.VERSION_SIGNED, found, place, actor, now, more=more)

    def decline(self, version: str, *, reason: str, actor: Actor, now: datetime) -> Proposal:
        """It never takes effect, says an office that could sign. Raises as ``assess``."""
        found, newest, held = self._asked(version, actor, now)
        self._must("decline", steps.may_decline(newest, found, held), actor, now, found.id)
        place = steps.place_of(newest.change.sign, held) if newest.change else ""
        return self._act(events.VERSION_DECLINED, found, place, actor, now, why=_said(reason))

    def withdraw(self, version: str, *, reason: str, actor: Actor, now: datetime) -> Proposal:
        """It never takes effect, says the party that proposed it. Raises as ``assess``."""
        found, newest, held = self._asked(version, actor, now)
        self._must("withdraw", steps.may_withdraw(newest, found, held, actor.id), actor, now, found.id)
        place = steps.place_of(newest.change.propose, held, found.party) if newest.change else ""
        return self._act(events.VERSION_WITHDRAWN, found, place, actor, now, why=_said(reason))

    # --- shared ---------------------------------------------------------------------------------------------------

    def _asked(self, version: str, actor: Actor, now: datetime) -> tuple[Proposal, Agreement, tuple[Held, ...]]:
        found = self._find(version)
        return found, self._newest(found.agreement), held_by(self._people, actor, now)

    def _newest(self, agreement: str) -> Agreement:
        found = self._agreements.of(agreement)
        if not found:
            raise VersionNotFound("The first version of an agreement is a file of the policies. There is none of it.")
        return found[-1]

    def _find(self, version: str) -> Proposal:
        found = self._rows.find(version)
        if found is None:
            raise VersionNotFound("Check the address of the version.")
        return found

    def _must(self, act: str, against: Sequence[Reason], actor: Actor, now: datetime, subject: str = "") -> None:
        verdict = self._decider.standing(actor, now=now)
        if verdict.allowed and not against:
            return
        why = reasons(verdict.why, verdict.rules, against)
        what: dict[str, Value] = {"act": f"version-{act}", "reference": ""}
        raise VersionRefused(why[0].text, reasons=why, fact=ACCESS_REFUSED, what=what, subject=subject)

    def _act(
        self,
        kind: Kind,
        found: Proposal,
        place: str,
        actor: Actor,
        now: datetime,
        *,
        why: str = "",
        more: Mapping[str, Value] | None = None,
    ) -> Proposal:
        what: dict[str, Value] = {
            "agreement": found.agreement,
            "number": found.number,
            "in_force": found.in_force.isoformat(),
            "sha256": found.sha256,
            "by": actor.id,
            "party": place.partition("/")[0] or actor.party,
            "place": place,
            "step": len(found.acts) + 1,
            **(more or {}),
        }
        rules = _rules(self._newest(found.agreement))
        self._trail.record(kind, actor=actor, now=now, subject=found.id, what=what, rules=rules, why=why)
        return self._find(found.id)


def checked(file: bytes, newest: Agreement, agreements: Agreements, check: Checker) -> Agreement:
    """The version a file states, if it may follow ``newest``. Raises VersionFaulty with every fault by its key."""
    faults = Faults()
    text = texts.tidied(file, faults)
    found = check(text, agreements, faults) if not faults.found else None
    if found is not None:
        texts.against(found, newest, faults)
    if faults.found or found is None:
        fields: dict[str, list[str]] = {}
        for each in faults.found:
            fields.setdefault(each.key or "file", []).append(each.problem)
        raise VersionFaulty(f"Nothing was taken in. Faults: {len(faults.found)}.", fields=fields)
    return found


def _said(reason: str) -> str:
    words = reason.strip()
    if not words or len(words) > MOST_REASON:
        raise VersionInvalid(
            "Give the reason.", fields={"reason": [f"Enter the reason in {MOST_REASON} characters or fewer"]}
        )
    return words


def _rules(newest: Agreement) -> tuple[str, ...]:
    return newest.change.clauses if newest.change else ()
