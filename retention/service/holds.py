"""Holds: nothing they catch is destroyed, whatever was agreed before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from audit.fact import Kind, Value
from foundation.actor import Actor
from foundation.calendar import london_date
from foundation.errors import Reason
from foundation.ident import new_id
from retention import events
from retention.errors import DetailsInvalid, DisposalRefused, HoldNotFound
from retention.model.hold import OCCASIONS, Hold, HoldKind, Occasion, Scope
from retention.rules import scope as rules
from retention.rules.steps import holding
from retention.service.catching import Catching
from retention.service.desk import UNFOLLOWED, words
from retention.service.follower import about

ISSUER = 60  # characters
TEXT = 4000  # characters of the words a hold is of
_May = Callable[[Hold, Actor], tuple[Reason, ...]]


@dataclass(frozen=True, slots=True)
class Terms:
    """Why a hold stands and until when it is looked at again.

    ``issuer``: who asked for it (an inquiry, a court), at most 60 characters. ``review_on``: the policy's default if
    absent. ``words``: of a hold by words, what it is of; people then say of each item whether they fit. ``people``:
    whom the scope names, as typed.
    """

    reason: str
    issuer: str
    occasion: Occasion = "other"
    review_on: date | None = None
    words: str = ""
    people: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one of many: refused for ``reasons``, or done."""

    item: str
    reasons: tuple[Reason, ...] = field(default=())


class Holds(Catching):
    """Placing and lifting. Several may stand on one item; it is free when none does."""

    def place(self, scope: Scope, terms: Terms, *, actor: Actor, now: datetime) -> Hold:
        """Stop any destruction of what the scope catches, now and later, until lifted; the actor owns the hold.

        A hold of either body binds items of both (rules.steps.may_hold). A disposal in its cooling-off is undone: its
        approval lapses and its key works again. What is being destroyed is named and cannot be caught. Where there are
        words, what the scope catches is only suggested: it is held until somebody has said whether they fit.
        Raises DetailsInvalid, DisposalRefused.
        """
        self._ask_hold(actor.party, actor, "place-hold", tuple(holding.may_place(actor)), now=now)
        _check_scope(scope, terms.words)
        if terms.occasion not in OCCASIONS:
            raise DetailsInvalid("Choose what it is for.", fields={"occasion": ["Choose what it is for"]})
        return self._place(scope, terms, actor=actor, now=now)

    def _place(self, scope: Scope, terms: Terms, *, actor: Actor, now: datetime, party: str = "") -> Hold:
        """The same, once it has been decided. ``party``: for another body than the actor's."""
        review = self._review_date(terms.review_on, now)
        hold, issuer = str(new_id(now)), _issuer(terms.issuer)
        kind: HoldKind = "words" if terms.words.strip() else "scope"
        self._tell(
            events.HOLD_PLACED,
            hold,
            actor=actor,
            now=now,
            why=words("reason", terms.reason),
            party=party or actor.party,
            hold_kind=kind,
            occasion=terms.occasion,
            scope=rules.write(scope),
            words=self._words.seal(about(hold, "words"), terms.words.strip()),
            people=self._words.seal(about(hold, "people"), terms.people.strip()),
            owner=actor.id,
            by=actor.id,
            issuer=issuer,
            review_on=review.isoformat(),
        )
        placed = self._hold(hold)
        self._name_late(placed, actor=actor, now=now)
        self._settle(placed, actor=actor, now=now)
        return self._hold(hold)

    def place_hold(
        self, item: str, *, reason: str, issuer: str, actor: Actor, now: datetime, review_on: date | None = None
    ) -> Hold:
        """``place`` on one item. Raises also DisposalRefused where its destruction has begun, CaseNotFound."""
        case = self._case(item)
        self._ask(case, actor, "place-hold", holding.may_hold(case, actor), now=now, body=actor.party)
        terms = Terms(reason, issuer, review_on=review_on)
        return self.place(Scope(items=frozenset({item})), terms, actor=actor, now=now)

    def lift_hold(self, hold: str, *, reason: str, actor: Actor, now: datetime) -> Hold:
        """Lift one hold. What was approved before it must be again. Raises HoldNotFound, DisposalRefused."""
        self._keeping(hold, "lift-hold", actor, now, may=holding.may_lift)
        return self._tell(events.HOLD_LIFTED, hold, actor=actor, now=now, why=words("reason", reason), by=actor.id)

    def renew_hold(self, hold: str, *, review_on: date, reason: str, actor: Actor, now: datetime) -> Hold:
        """Say that it was looked at and stays, until it is looked at again. Raises as ``lift_hold``, DetailsInvalid."""
        self._keeping(hold, "place-hold", actor, now)
        review = self._review_date(review_on, now).isoformat()
        why = words("reason", reason)
        return self._tell(events.HOLD_RENEWED, hold, actor=actor, now=now, why=why, by=actor.id, review_on=review)

    def change_owner(self, hold: str, *, owner: str, reason: str, actor: Actor, now: datetime) -> Hold:
        """Give it to another records reviewer of the same body. Raises as ``lift_hold``, DetailsInvalid."""
        found = self._keeping(hold, "place-hold", actor, now)
        if owner not in self.may_own(found, actor=actor, now=now):
            said = "Choose another records reviewer of the body that placed the hold"
            raise DetailsInvalid(f"{said}.", fields={"owner": [said]})
        why = words("reason", reason)
        return self._tell(events.HOLD_OWNER_CHANGED, hold, actor=actor, now=now, why=why, by=actor.id, owner=owner)

    def may_own(self, hold: Hold, *, actor: Actor, now: datetime) -> Mapping[str, str]:  # noqa: ARG002
        """Who may be given a hold: names by account id."""
        found = self._colleagues.reviewers(hold.party, now=now)
        return {account: name for account, name in found.items() if account != hold.owner}

    def check_scope(self, scope: Scope, text: str, *, actor: Actor, now: datetime) -> None:  # noqa: ARG002
        """Raises DetailsInvalid for what could not be placed whatever its reasons. ``text``: the words, if any."""
        _check_scope(scope, text)

    def decide_items(
        self, hold: str, items: Sequence[str], *, fits: bool, reason: str, actor: Actor, now: datetime
    ) -> list[Decided]:
        """Say of items whether the words of a hold fit them; one answer for each, in their order.

        What fits is held; what does not is free of this hold. Raises HoldNotFound, DisposalRefused, DetailsInvalid.
        """
        found = self._keeping(hold, "place-hold", actor, now)
        why = words("reason", reason)
        decide = self._apply if fits else self._pass_over
        return [Decided(item, decide(found, item, why, actor=actor, now=now)) for item in dict.fromkeys(items)]

    def _apply(self, hold: Hold, item: str, why: str, *, actor: Actor, now: datetime) -> tuple[Reason, ...]:
        case = self._cases.find(item)
        if case is None:
            return (UNKNOWN,)
        against = holding.may_apply(case, hold)
        if not against:
            caught = self._record(
                events.HOLD_CAUGHT, case, actor=actor, now=now, why=why, hold=hold.id, manner="applied", by=actor.id
            )
            self._give_back(caught, actor=actor, now=now)
        return against

    def _pass_over(self, hold: Hold, item: str, why: str, *, actor: Actor, now: datetime) -> tuple[Reason, ...]:
        case = self._cases.find(item)
        if case is None:
            return (UNKNOWN,)
        manner = next((each.manner for each in self._bound_by(case) if each.hold == hold.id), None)
        entered = next((each.manner for each in self._holdings.standing([item])[item] if each.hold == hold.id), None)
        against = holding.may_pass_over(hold, manner or entered)
        if not against:
            self._record(events.HOLD_PASSED_OVER, case, actor=actor, now=now, why=why, hold=hold.id, by=actor.id)
        return against

    def _keeping(self, hold: str, action: str, actor: Actor, now: datetime, may: _May = holding.may_keep) -> Hold:
        found = self._hold(hold)
        if found.lifted_at is not None:
            raise HoldNotFound("It has been lifted already.", subject=hold)
        self._ask_hold(found.party, actor, action, may(found, actor), now=now, subject=hold)
        return found

    def _ask_hold(
        self, party: str, actor: Actor, action: str, reasons: Sequence[Reason], *, now: datetime, subject: str = ""
    ) -> None:
        if against := self._against(actor, action, reasons, now=now, body=party):
            raise DisposalRefused(against[0].text, reasons=against, subject=subject)

    def _tell(self, kind: Kind, hold: str, *, actor: Actor, now: datetime, why: str = "", **what: Value) -> Hold:
        self._trail.record(kind, actor=actor, now=now, subject=hold, what={"hold": hold, **what}, why=why)
        found = self._holdings.find(hold)
        if found is None:
            raise RuntimeError(UNFOLLOWED)
        return found

    def _hold(self, hold: str) -> Hold:
        found = self._holdings.find(hold)
        if found is None:
            raise HoldNotFound("Check the number of the hold.")
        return found

    def _review_date(self, wanted: date | None, now: datetime) -> date:
        today = london_date(now)
        review = wanted or today + timedelta(days=self._schedules.disposal.hold_review_days)
        if review <= today:
            raise DetailsInvalid("Check the date.", fields={"review_on": ["Enter a date in the future"]})
        return review


UNKNOWN = Reason("RET-no-case", "No retention clock runs for this item.", "M71a")


def _issuer(text: str) -> str:
    asked = words("issuer", text)
    if len(asked) > ISSUER:
        raise DetailsInvalid("That is too long.", fields={"issuer": [f"Use {ISSUER} characters or fewer"]})
    return asked


def _check_scope(scope: Scope, text: str) -> None:
    if not scope and not text.strip():
        said = "Say what the hold catches: name something, or write down what it is of"
        raise DetailsInvalid(f"{said}.", fields={"scope": [said]})
    for name, most in rules.MOST.items():
        if len(getattr(scope, name)) > most:
            raise DetailsInvalid("That is too much for one hold.", fields={name: [f"Name {most} or fewer"]})
    if scope.since and scope.until and scope.until < scope.since:
        raise DetailsInvalid("Check the dates.", fields={"until": ["The period must end after it begins"]})
    if len(text) > TEXT:
        raise DetailsInvalid("That is too long.", fields={"words": [f"Use {TEXT} characters or fewer"]})
