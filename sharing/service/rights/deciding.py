"""What becomes of each item, agreed to by a second person where somebody else is in it, and given to whoever asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from audit.fact import Value
from foundation.actor import Actor
from foundation.ident import new_id
from sharing.errors.rights import RequestFaulty
from sharing.events import rights as events
from sharing.model.rights import RESTRICTED_FIRST, Kept, Request
from sharing.rules.rights import steps
from sharing.service.rights.desk import CHECK, day_within, written
from sharing.service.rights.finding import Finding

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Deciding(Finding):
    """Decide, check, disclose."""

    def decide_match(
        self,
        key: str,
        item: str,
        *,
        outcome: str,
        ground: str = "",
        third_party: str = "",
        words: str,
        actor: Actor,
        now: datetime,
    ) -> Request:
        """Say what becomes of one item; said again, it is decided anew and agreed to anew.

        ``third_party`` says of what is given whether somebody else is in it. Raises RequestNotFound, RequestFaulty,
        RequestUnready (on hold, not destroyed, no ground …).
        """
        case = self._working(key, actor, now, act="decide-match")
        found = self._match(case, item, actor)
        right = self._rights.rights[case.request.right]
        if outcome not in right.outcomes:
            raise RequestFaulty("Check it.", fields={"outcome": ["Choose what becomes of it"]})
        known = self._rights.outcomes[outcome]
        ground, third_party = ground if known.ground else "", third_party if known.gives else ""
        said = written({"words": words}, "words", words="Say what you looked at, and why it is so")
        kept = self._kept.kept([found.item]).get(found.item, Kept())
        against = steps.may_decide(self._rights, right.id, outcome, ground, third_party, kept)
        self._require("decide-match", case, [*steps.settled(case, found), *against])
        what: dict[str, Value] = {"item": found.item, "outcome": outcome, "ground": ground, "third_party": third_party}
        what["restricts"] = known.needs == RESTRICTED_FIRST
        return self._tell(events.MATCH_DECIDED, case.request, said, actor=actor, now=now, **what)

    def lift_restriction(self, key: str, item: str, *, words: str, actor: Actor, now: datetime) -> Request:
        """Let an item be used again, in an open request or a closed one; they are told before (art. 18(3)).

        Raises RequestNotFound, RequestFaulty, RequestUnready.
        """
        case = self._case(key, actor, now, act="lift-restriction")
        found = self._match(case, item, actor)
        if not found.restricted:
            self._require("lift-restriction", case, [steps.NOT_RESTRICTED])
        said = written({"words": words}, "words", words="Say why, and when they were told")
        return self._tell(events.RESTRICTION_LIFTED, case.request, said, actor=actor, now=now, item=found.item)

    def check_disclosure(
        self, key: str, item: str, *, agreed: bool, words: str, actor: Actor, now: datetime
    ) -> Request:
        """A second person agrees that it is given though others are in it, or sends it back.

        Raises RequestRefused for whoever decided it, RequestNotFound, RequestFaulty, RequestUnready.
        """
        case = self._working(key, actor, now, act="check-disclosure")
        found = self._match(case, item, actor)
        self._require("check-disclosure", case, steps.may_check(found, self._rights))
        self._must(CHECK, actor, now, act="check-disclosure", other=found.decided_by, subject=case.request.id)
        said = written({"words": words}, *(() if agreed else ("words",)))
        kind = events.DISCLOSURE_CHECKED if agreed else events.DISCLOSURE_SENT_BACK
        return self._tell(kind, case.request, said, actor=actor, now=now, item=found.item)

    def disclose(
        self,
        key: str,
        *,
        on: date,
        channel: str,
        items: Sequence[str],
        to: str,
        digest: str = "",
        actor: Actor,
        now: datetime,
    ) -> Request:
        """Enter in the disclosure log what was given: to whom, when, how, with the SHA-256 of what was sent.

        What goes electronically has a digest. Raises RequestFaulty, RequestUnready, RequestNotFound.
        """
        case = self._working(key, actor, now, act="disclose")
        matches = [self._match(case, each, actor) for each in dict.fromkeys(items)]
        self._check_given(channel, digest.strip().lower(), bool(matches))
        day_within(on, case.request.received_on, now)
        said = written({"to": to}, "to", to="Say to whom, and where it went")
        self._require("disclose", case, steps.may_disclose(case, self._rights, matches))
        return self._tell(
            events.DISCLOSED,
            case.request,
            said,
            actor=actor,
            now=now,
            disclosure=str(new_id(now)),
            on=on.isoformat(),
            channel=channel,
            digest=digest.strip().lower(),
            items=[each.reference for each in matches],
        )

    def _check_given(self, channel: str, digest: str, some: bool) -> None:
        faults: dict[str, list[str]] = {}
        known = self._rights.channels.get(channel)
        if known is None:
            faults["channel"] = ["Choose how it went"]
        if not some:
            faults["items"] = ["Choose what was given"]
        if digest and not _DIGEST.fullmatch(digest):
            faults["digest"] = ["Enter the SHA-256 of what was sent: 64 digits and letters from a to f"]
        elif known is not None and known.electronic and not digest:
            faults["digest"] = ["Enter the SHA-256 of what was sent: it went electronically"]
        if faults:
            raise RequestFaulty("Correct what is named and send it again.", fields=faults)
