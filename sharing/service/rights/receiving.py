"""A request as it comes in: who asks for what, the clock and what it stands still for, whom else it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from audit.fact import Value
from foundation.actor import Actor
from foundation.calendar import london_date
from foundation.ident import new_id
from sharing.errors.rights import RequestFaulty
from sharing.events import rights as events
from sharing.model.rights import DECLINED, PAUSES, REFERRED, Alias, Request
from sharing.rules.blind import blind
from sharing.rules.identifiers import KINDS, Unreadable
from sharing.rules.rights import steps
from sharing.rules.rights.clock import reminders_due, time_of
from sharing.service.rights.desk import HANDLE, LINE, Desk, day_within, written

LONGEST_AGO = 366 * 2  # days: a request older than this is a slip of the pen


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it is entered. ``identity``: how it was confirmed who they are; empty where that waits.

    ``subject`` is the person it is about, by name; ``identifiers`` are (type, value). ``requester`` is who asks, with
    an address; ``gist`` what they ask, in the officer's words.
    """

    right: str
    received_on: date
    channel: str
    requester: str
    subject: str
    gist: str
    identity: str = ""
    identifiers: Sequence[tuple[str, str]] = ()


class Receiving(Desk):
    """Enter, stop and start the clock, extend, names and numbers, refer."""

    def receive(self, asked: Asked, *, actor: Actor, now: datetime) -> Request:
        """Enter a request of the actor's own body. Raises RequestFaulty, RequestRefused."""
        self._must(HANDLE, actor, now, act="receive-request")
        words = self._check(asked, now)
        aliases = [("name", asked.subject.strip()), *((kind, value.strip()) for kind, value in asked.identifiers)]
        tokens = self._tokens(aliases)
        id_ = str(new_id(now))
        year = london_date(now).year
        head = f"{self._parties[actor.party].reference}-DSR-{year}-"
        request = Request(
            id=id_, reference=f"{head}{self._rows.last_reference(head) + 1:05}", right=asked.right, party=actor.party,
            received_on=asked.received_on, channel=asked.channel, identity=bool(words["identity"]),
            received_by=actor.id, received_at=now, state="open", extended_on=None, closed_on=None, told=0, late=False,
            note="", version=-1,
        )  # fmt: skip
        made = self._tell(
            events.REQUEST_RECEIVED,
            request,
            words,
            actor=actor,
            now=now,
            right=request.right,
            received_on=request.received_on.isoformat(),
            channel=request.channel,
            identity=request.identity,
        )
        for (kind, value), token in zip(aliases, tokens, strict=True):
            made = self._alias(made, kind, value, token, "As given with the request", actor=actor, now=now)
        return made

    def pause(self, key: str, about: str, *, on: date, words: str, actor: Actor, now: datetime) -> Request:
        """Stop the clock: something was asked of them on that day. Raises RequestUnready, RequestFaulty."""
        case = self._leading(key, actor, now, act="pause-request")
        if about not in PAUSES:
            raise RequestFaulty("Check what you wait for.", fields={"about": ["Choose what you wait for"]})
        self._require("pause-request", case, steps.may_pause(case, about))
        day_within(on, case.request.received_on, now)
        said = written({"words": words}, "words", words="Say what was asked for")
        return self._tell(
            events.REQUEST_PAUSED, case.request, said, actor=actor, now=now, about=about, on=on.isoformat()
        )

    def resume(self, key: str, about: str, *, on: date, words: str, actor: Actor, now: datetime) -> Request:
        """Start it again: what was asked for came on that day. Raises as ``pause``."""
        case = self._leading(key, actor, now, act="resume-request")
        pause = next((each for each in case.pauses if each.about == about and each.until is None), None)
        if pause is None:
            raise RequestFaulty("Check what came.", fields={"about": ["The clock does not stand still for that"]})
        day_within(on, pause.since, now)
        said = written({"words": words}, "words", words="Say what came, and how it was checked")
        return self._tell(
            events.REQUEST_RESUMED, case.request, said, actor=actor, now=now, about=about, on=on.isoformat()
        )

    def extend(self, key: str, *, on: date, words: str, actor: Actor, now: datetime) -> Request:
        """Take the longer time: they were told on that day, with the reason. Raises as ``pause``."""
        case = self._leading(key, actor, now, act="extend-request")
        day_within(on, case.request.received_on, now)
        self._require("extend-request", case, steps.may_extend(case, self._rights, on))
        said = written({"words": words}, "words", words="Say why it takes longer, as they were told")
        return self._tell(events.REQUEST_EXTENDED, case.request, said, actor=actor, now=now, on=on.isoformat())

    def withdraw_request(self, key: str, *, on: date, words: str, actor: Actor, now: datetime) -> Request:
        """They took it back. Raises as ``pause``."""
        case = self._leading(key, actor, now, act="withdraw-request")
        day_within(on, case.request.received_on, now)
        said = written({"words": words}, "words", words="Say how they took it back")
        return self._tell(events.REQUEST_WITHDRAWN, case.request, said, actor=actor, now=now, on=on.isoformat())

    # --- names and numbers -----------------------------------------------------------------------------------------

    def add_alias(
        self, key: str, kind: str, value: str, *, evidence: str, actor: Actor, now: datetime
    ) -> Request:  # fmt: skip
        """One more name or number of the person. Raises RequestFaulty, RequestUnready."""
        case = self._working(key, actor, now, act="add-alias")
        written({"evidence": evidence}, "evidence", evidence="Say how you know that it is theirs")
        (token,) = self._tokens([(kind, value)], field="value")
        if any(each.token == token and not each.removed for each in case.aliases):
            raise RequestFaulty("It is there already.", fields={"value": ["That is there already"]})
        return self._alias(case.request, kind, value.strip(), token, evidence, actor=actor, now=now)

    def remove_alias(self, key: str, alias: str, *, words: str, actor: Actor, now: datetime) -> Request:
        """Take one away again: a slip, or somebody else's. What it found stays until it is excluded."""
        case = self._working(key, actor, now, act="remove-alias")
        found = next((each for each in case.aliases if each.id == alias and not each.removed), None)
        if found is None or found.party != actor.party:
            raise RequestFaulty("Choose one of the list.", fields={"alias": ["Choose one that your body added"]})
        if sum(not each.removed for each in case.aliases) == 1:
            raise RequestFaulty("Add another first.", fields={"alias": ["It is the only one"]})
        said = written({"words": words}, "words")
        return self._tell(events.ALIAS_REMOVED, case.request, said, actor=actor, now=now, alias=alias)

    def join(self, key: str, other: str, *, evidence: str, actor: Actor, now: datetime) -> Request:
        """Another request of this body is about the same person: its names find here too. Raises as ``add_alias``."""
        case = self._leading(key, actor, now, act="join-requests")
        with_ = self._rows.find(other)
        mine = with_ is not None and with_.party == actor.party and with_.id != case.request.id
        if with_ is None or not mine or with_.id in case.joined:
            raise RequestFaulty("Check it.", fields={"other": ["Choose another request that came to your body"]})
        said = written({"evidence": evidence}, "evidence", evidence="Say how you know that they are one person")
        return self._tell(events.REQUESTS_JOINED, case.request, said, actor=actor, now=now, other=with_.id)

    def part(self, key: str, other: str, *, words: str, actor: Actor, now: datetime) -> Request:
        """Undo ``join``."""
        case = self._leading(key, actor, now, act="join-requests")
        with_ = self._rows.find(other)
        if with_ is None or with_.id not in case.joined:
            raise RequestFaulty("Check it.", fields={"other": ["Choose one that was joined"]})
        said = written({"words": words}, "words")
        return self._tell(events.REQUESTS_PARTED, case.request, said, actor=actor, now=now, other=with_.id)

    # --- the other body --------------------------------------------------------------------------------------------

    def refer(self, key: str, to: str, *, words: str, actor: Actor, now: datetime) -> Request:
        """Ask another body to answer for what it originated. Raises RequestFaulty, RequestUnready."""
        case = self._leading(key, actor, now, act="refer-request")
        before = case.part(to)
        if to not in self._parties or to == actor.party or (before is not None and before.state != DECLINED):
            raise RequestFaulty("Check it.", fields={"to": ["Choose a body that has not been asked"]})
        said = written({"words": words})
        return self._tell(events.REQUEST_REFERRED, case.request, said, actor=actor, now=now, to=to)

    def answer_referral(self, key: str, *, taken: bool, words: str, actor: Actor, now: datetime) -> Request:
        """Take, or decline, what another body referred. Raises RequestUnready."""
        case = self._case(key, actor, now, act="take-referral")
        part = case.part(actor.party)
        if part is None or part.state != REFERRED or case.request.state != "open":
            self._require("take-referral", case, steps.open_for(case, actor.party) or [steps.TAKEN_ALREADY])
        said = written({"words": words}, *(() if taken else ("words",)))
        kind = events.REFERRAL_TAKEN if taken else events.REFERRAL_DECLINED
        return self._tell(kind, case.request, said, actor=actor, now=now)

    # --- the clock -------------------------------------------------------------------------------------------------

    def remind(self, *, actor: Actor, now: datetime) -> int:
        """Enter which requests are running out of time, or are over it, once for each reminder; how many."""
        told = 0
        open_ = self._rows.open_ones()
        pauses = self._rows.pauses([each.id for each in open_])
        for each in open_:
            time = time_of(self._rights.clock, each.received_on, pauses[each.id], extended=each.extended_on is not None)
            come = reminders_due(self._rights.clock, time.due_on, london_date(now))
            if time.due_on is not None and come > each.told:
                late = come > len(self._rights.clock.reminders)
                what: dict[str, Value] = {
                    "reference": each.reference,
                    "told": come,
                    "due_on": time.due_on.isoformat(),
                    "late": late,
                }
                self._trail.record(events.REQUEST_LATE, actor=actor, now=now, subject=each.id, what=what)
                told += 1
        return told

    # --- inside ----------------------------------------------------------------------------------------------------

    def _check(self, asked: Asked, now: datetime) -> dict[str, str]:
        faults: dict[str, list[str]] = {}
        if asked.right not in self._rights.rights:
            faults["right"] = ["Choose what they ask for"]
        if asked.channel not in self._rights.channels:
            faults["channel"] = ["Choose how it came"]
        if asked.received_on > london_date(now):
            faults["received_on"] = ["Enter a date that is today or in the past"]
        elif (london_date(now) - asked.received_on).days > LONGEST_AGO:
            faults["received_on"] = ["Enter the date it was received; that is too long ago"]
        if len(asked.identifiers) > 50:
            faults["identifiers"] = ["Give 50 or fewer"]
        if faults:
            raise RequestFaulty("Correct what is named and send it again.", fields=faults)
        written({"subject": asked.subject}, "subject", most=LINE, subject="Enter the name of the person it is about")
        return written(
            {name: getattr(asked, name) for name in ("requester", "gist", "identity")},
            "requester",
            "gist",
            requester="Enter who asks, and where they can be reached",
            gist="Say what they ask for",
        )

    def _tokens(self, pairs: Sequence[tuple[str, str]], *, field: str = "identifiers") -> list[bytes]:
        faults, found = [], []
        for kind, value in pairs:
            try:
                found.append(blind(self._index_key, kind if kind in KINDS else "", value))
            except Unreadable as error:
                faults.append(str(error))
        if faults:
            raise RequestFaulty("Correct what is named and send it again.", fields={field: faults})
        return found

    def _alias(
        self, request: Request, kind: str, value: str, token: bytes, evidence: str, *, actor: Actor, now: datetime
    ) -> Request:
        said = {"value": value, "evidence": evidence.strip()}
        alias = str(new_id(now))
        return self._tell(
            events.ALIAS_ADDED,
            request,
            said,
            actor=actor,
            now=now,
            alias=alias,
            identifier_type=kind,
            token=token.hex(),
        )


def live(aliases: Sequence[Alias]) -> list[Alias]:
    """Those that were not taken away."""
    return [each for each in aliases if not each.removed]
