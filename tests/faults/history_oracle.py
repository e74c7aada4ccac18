"""What happened in a history, judged from the log's facts alone: whom holds stood on, what was due, what may be gone.

Written from the sentences of docs/adr/0023-holds.md and docs/adr/0024-schedules.md and of issue 4's first obligations,
not from the service: no table is read and nothing of `retention` is imported. Only whom an item is about comes from the
test that wrote it, because the log names nobody.
"""

from __future__ import annotations

import calendar
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from audit.fact import Fact

LONDON = ZoneInfo("Europe/London")
COOLING_OFF = 14  # days: policies/retention/disposal.toml


def day_of(instant: datetime) -> date:
    return instant.astimezone(LONDON).date()


def corresponding(start: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    years, month = divmod(start.month - 1 + months, 12)
    last = calendar.monthrange(start.year + years, month + 1)[1]
    return date(start.year + years, month + 1, min(start.day, last))


def day(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None


@dataclass
class Told:
    """One item, as the log tells it."""

    body: str = ""
    of: str = ""
    place: str = ""
    ended: date | None = None
    reopened: bool = False
    counts_from: date | None = None
    months: int | None = None
    extended: date | None = None
    least: date | None = None
    kept: bool = False
    proposal: str = ""
    until: date | None = None
    reviewer: str = ""
    approver: str = ""
    cooling_since: date | None = None
    said_due: bool = False
    begun: bool = False
    gone: bool = False

    @property
    def due(self) -> date | None:
        """When its period ends; None while nobody has said for how long, or while it is worked on."""
        if self.reopened or self.months is None or self.counts_from is None:
            return None
        found = [corresponding(self.counts_from, self.months), self.extended, self.least]
        return max(each for each in found if each)

    def undecided(self) -> None:
        self.proposal, self.until, self.reviewer, self.approver, self.cooling_since = "", None, "", "", None


@dataclass
class Hold:
    """A hold, as the log tells it. ``said``: what was entered of an item, by its scope or by a person."""

    kind: str
    scope: Mapping[str, Any]
    lifted: bool = False
    said: dict[str, str] = field(default_factory=dict)


class Oracle:
    """Told the facts in their order. ``faults``: what must never be."""

    def __init__(self, about: Callable[[str, str], bool]) -> None:
        """``about``: whether an item is about whom a blind token of a scope stands for."""
        self._about = about
        self.items: dict[str, Told] = {}
        self.holds: dict[str, Hold] = {}
        self.faults: list[str] = []
        self.refused: dict[str, datetime] = {}  # the last time anything of an item was refused
        self.failed: dict[str, datetime] = {}

    def hear(self, fact: Fact) -> None:
        if fact.outcome != "allowed":
            if fact.subject in self.items:
                self.refused[fact.subject] = fact.at
            return
        heard = self._heard.get(fact.kind)
        if heard is not None:
            heard(self, fact, fact.what)

    def held(self, item: str) -> bool:
        """Whether any hold in force stands on it."""
        return any(not hold.lifted and self._stands(hold, item) for hold in self.holds.values())

    def _stands(self, hold: Hold, item: str) -> bool:
        said = hold.said.get(item)
        if said == "passed-over":
            return False
        return said in ("caught", "applied", "suggested") or self._caught(hold.scope, item)

    def _caught(self, scope: Mapping[str, Any], item: str) -> bool:
        if not scope:
            return False
        told = self.items[item]
        named = {"items": item, "establishments": told.place, "classes": told.of, "bodies": told.body}
        if any(scope.get(name) and has not in scope[name] for name, has in named.items()):
            return False
        if scope.get("persons") and not any(self._about(item, token) for token in scope["persons"]):
            return False
        since, until = day(scope.get("since")), day(scope.get("until"))
        counted = told.counts_from or told.ended
        assert counted is not None
        return (since is None or since <= counted) and (until is None or counted <= until)

    def _ended(self, fact: Fact, what: Mapping[str, Any]) -> None:
        told = self.items.setdefault(fact.subject, Told())
        told.body, told.of, told.place = what["originator"], what["retention_class"], what["establishment"]
        told.ended = day_of(fact.at)
        if not told.kept:
            told.counts_from, told.reopened, told.said_due = told.ended, False, False

    def _reopened(self, fact: Fact, _: Mapping[str, Any]) -> None:
        told = self.items[fact.subject]
        if told.cooling_since or told.begun:
            self.faults.append(f"{fact.subject}: reopened although its destruction was approved")
        told.undecided()
        told.reopened = not told.kept

    def _started(self, fact: Fact, what: Mapping[str, Any]) -> None:
        told = self.items[fact.subject]
        told.months, told.counts_from = what["period_months"], day(what["trigger_on"])
        told.kept = what["state"] == "kept"
        self._agrees(fact, day(what["due_on"]))

    def _confirmed(self, fact: Fact, what: Mapping[str, Any]) -> None:
        told = self.items[fact.subject]
        told.months = what["months"]
        self._agrees(fact, day(what["due_on"]))

    def _recomputed(self, fact: Fact, what: Mapping[str, Any]) -> None:
        told = self.items[fact.subject]
        if told.begun:
            self.faults.append(f"{fact.subject}: its date was moved while it was being destroyed")
        told.months, told.counts_from, told.least = (
            what["period_months"],
            day(what["trigger_on"]),
            day(what["least_on"]),
        )
        told.kept = what["state"] == "kept"
        told.undecided()
        self._agrees(fact, day(what["due_after"]))

    def _agrees(self, fact: Fact, said: date | None) -> None:
        """The date the service found is the date there is."""
        told = self.items[fact.subject]
        if not told.reopened and not told.kept and told.due != said:
            self.faults.append(f"{fact.subject}: due on {said} by {fact.kind}, and it is {told.due}")

    def _due(self, fact: Fact, _: Mapping[str, Any]) -> None:
        told = self.items[fact.subject]
        if told.due is None or day_of(fact.at) < told.due:
            self.faults.append(f"{fact.subject}: said to be due on {day_of(fact.at)}, and it is on {told.due}")

    def _reviewed(self, fact: Fact, what: Mapping[str, Any]) -> None:
        told = self.items[fact.subject]
        told.proposal, told.reviewer, told.until = what["proposal"], what["by"], day(what["until"])

    def _approved(self, fact: Fact, what: Mapping[str, Any]) -> None:
        told = self.items[fact.subject]
        if what["by"] == told.reviewer or not told.reviewer:
            self.faults.append(f"{fact.subject}: approved by who reviewed it")
        if told.proposal in ("destroy", "transfer") and self.held(fact.subject):
            self.faults.append(f"{fact.subject}: held, and approved to {told.proposal}")
        told.approver = what["by"]
        if told.proposal == "destroy":
            told.cooling_since = day_of(fact.at)
        elif told.proposal == "extend":
            told.extended = told.until
            told.undecided()
        elif told.proposal == "keep":
            told.kept = True

    def _received(self, fact: Fact, _: Mapping[str, Any]) -> None:
        self.items[fact.subject].cooling_since = day_of(fact.at)

    def _taken_back(self, fact: Fact, _: Mapping[str, Any]) -> None:
        self.items[fact.subject].undecided()

    def _begun(self, fact: Fact, _: Mapping[str, Any]) -> None:
        told, today = self.items[fact.subject], day_of(fact.at)
        against = {
            "a hold stands on it": self.held(fact.subject),
            "it is worked on again": told.reopened,
            "it is to be kept": told.kept,
            "its period is not over": told.due is None or today < told.due,
            "no two people agreed": not told.reviewer or not told.approver or told.reviewer == told.approver,
            "they agreed to something else": told.proposal not in ("destroy", "transfer"),
            "its cooling-off is not over": told.cooling_since is None
            or (today - told.cooling_since).days < COOLING_OFF,
        }
        self.faults += [f"{fact.subject}: destruction was begun, and {why}" for why, is_so in against.items() if is_so]
        told.begun = True

    def _key_gone(self, fact: Fact, _: Mapping[str, Any]) -> None:
        told = self.items.get(fact.subject)
        if told is not None and not told.begun:
            self.faults.append(f"{fact.subject}: its key was destroyed, and nobody had begun to")

    def _gone(self, fact: Fact, _: Mapping[str, Any]) -> None:
        told = self.items[fact.subject]
        if not told.begun or told.gone:
            self.faults.append(f"{fact.subject}: destroyed twice, or without having been begun")
        told.gone = True

    def _failed(self, fact: Fact, _: Mapping[str, Any]) -> None:
        self.failed[fact.subject] = fact.at

    def _placed(self, fact: Fact, what: Mapping[str, Any]) -> None:
        self.holds[fact.subject] = Hold(what["hold_kind"], json.loads(what["scope"]))

    def _lifted(self, fact: Fact, _: Mapping[str, Any]) -> None:
        self.holds[fact.subject].lifted = True

    def _caught_by(self, fact: Fact, what: Mapping[str, Any]) -> None:
        self.holds[what["hold"]].said[fact.subject] = what.get("manner", "passed-over")

    def _passed_over(self, fact: Fact, what: Mapping[str, Any]) -> None:
        hold = self.holds[what["hold"]]
        if hold.kind != "words":
            self.faults.append(f"{fact.subject}: let go of a hold whose scope catches it")
        hold.said[fact.subject] = "passed-over"

    _heard: Mapping[str, Callable[[Oracle, Fact, Mapping[str, Any]], None]] = {
        "sharing.item-closed": _ended,
        "sharing.item-withdrawn": _ended,
        "sharing.item-reopened": _reopened,
        "retention.clock-started": _started,
        "retention.clock-recomputed": _recomputed,
        "retention.period-confirmed": _confirmed,
        "retention.item-due": _due,
        "retention.disposal-reviewed": _reviewed,
        "retention.disposal-approved": _approved,
        "retention.review-refused": _taken_back,
        "retention.review-withdrawn": _taken_back,
        "retention.approval-withdrawn": _taken_back,
        "retention.transfer-received": _received,
        "retention.destruction-begun": _begun,
        "retention.destruction-failed": _failed,
        "retention.item-destroyed": _gone,
        "retention.hold-placed": _placed,
        "retention.hold-lifted": _lifted,
        "retention.hold-caught": _caught_by,
        "retention.hold-passed-over": _passed_over,
        "vault.key-destroyed": _key_gone,
    }
