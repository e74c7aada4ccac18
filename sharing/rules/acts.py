"""May the next step be taken, by this person, now? What is owed comes from the item's route; every reason is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from classification.model import Handling
from foundation.calendar import add_working_days
from foundation.errors import Reason
from foundation.phrases import Phrase
from identity.model import ItemFacts, Office
from sharing.model.agreement import ANSWER, CLOSE, ORIGIN, PASS_ON, SENDER, Route, Step, place_of
from sharing.model.item import CLOSED, OPEN, Decision

REOPEN = "reopen"
HANDLING = "gscp24 handling instructions"

# Reasons that say somebody was there first: the service answers with a conflict, not a refusal.
OVER = frozenset({"item-over", "step-done"})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an item stands. ``holding`` are the offices it has reached; ``origin``, on a reply, where the answered
    item came from.
    """

    route: Route
    state: str
    step: int
    sender: Office
    origin: Office | None
    holding: Sequence[Office]
    establishment: str | None

    @property
    def current(self) -> Step | None:
        """What is owed now; None when nothing is."""
        return self.route.step(self.step) if self.state == OPEN else None


def handling_of(facts: ItemFacts) -> Handling:
    """What was owed to the marking when it was sent. Not parsed again: a later scheme must not close old items."""
    return Handling(
        recipients_only=facts.recipients_only,
        org_only=facts.org_only,
        organisations=facts.released_to if facts.org_only else frozenset(),
        hmg_only=facts.hmg_only,
        public=False,
        embargo_until=facts.embargo_until,
        after=None,
        duties=(),
    )


def owed_by(step: Step, standing: Standing) -> tuple[Office, ...]:
    """The offices that may take this step, the one that owes it first."""
    found: dict[int, Office] = {}
    for place in step.by:
        if place == SENDER:
            candidates: Sequence[Office | None] = (standing.sender,)
        elif place == ORIGIN:
            candidates = (standing.origin,)
        else:
            candidates = [office for office in standing.holding if place_of(office) == place]
        found.update({office.principal: office for office in candidates if office is not None})
    return tuple(found.values())


def due_on(step: Step, reached: date) -> date | None:
    """The day the step is due, counted in working days from the London date it was reached; None without a period."""
    return add_working_days(reached, step.within.working_days) if step.within else None


def may_take(act: str, standing: Standing, actor_offices: frozenset[int]) -> Decision:
    """May a holder of these offices acknowledge, pass on, answer or close now?"""
    return Decision(tuple(_against(act, standing, actor_offices)))


def may_pass_on(standing: Standing, actor_offices: frozenset[int], target: Office, handling: Handling) -> Decision:
    """To this office? Once, to one office of the kind the route names, that covers the establishment (M23, M30)."""
    reasons = list(_against(PASS_ON, standing, actor_offices))
    step = next((step for step in standing.route.steps if step.act == PASS_ON), None)
    if step is not None:
        reasons += _target(step, standing, target)
    if handling.recipients_only:
        reasons.append(
            Reason("recipients-only", Phrase("RECIPIENTS ONLY may not be passed on."), "gscp24 handling instructions")
        )
    if handling.org_only and target.party not in handling.organisations:
        text = Phrase("The USE ONLY instruction does not name that body.")
        reasons.append(Reason("organisations", text, HANDLING))
    return Decision(tuple(reasons))


def acting_office(step: Step, standing: Standing, actor_offices: frozenset[int]) -> Office | None:
    """The office this person takes the step for: the one that owes it, if they hold it, else the next that may."""
    return next((office for office in owed_by(step, standing) if office.principal in actor_offices), None)


def may_withdraw(standing: Standing) -> Decision:
    """Only what is open can be taken back; a closed item follows its schedule."""
    return Decision(tuple(_over(standing)))


def closing(route: Route) -> tuple[int, Step]:
    """The step that closes an item of this route, with its number. Raises LookupError where there is none."""
    return next((number, step) for number, step in enumerate(route.steps, 1) if step.act == CLOSE)


def may_reopen(standing: Standing, actor_offices: frozenset[int]) -> Decision:
    """Only what was closed, by an office that may close it; what disposal has against it, disposal says."""
    return Decision(tuple(_against_reopening(standing, actor_offices)))


def _against_reopening(standing: Standing, actor_offices: frozenset[int]) -> Iterator[Reason]:
    if standing.state != CLOSED:
        said = Phrase("It is open.") if standing.state == OPEN else _GONE
        yield Reason("not-closed", said, "M71a")
    step = next((step for step in standing.route.steps if step.act == CLOSE), None)
    if step is None:
        yield Reason(
            "step-none",
            Phrase("Nothing is closed on this way: %(way)s.", way=standing.route.way),
            standing.route.clauses[0],
        )
    elif acting_office(step, standing, actor_offices) is None:
        yield Reason("step-office", Phrase("This is for another office: %(step)s.", step=step.title), step.clauses[0])


def _against(act: str, standing: Standing, actor_offices: frozenset[int]) -> Iterator[Reason]:
    route = standing.route
    number = next((n for n, step in enumerate(route.steps, 1) if step.act == act), None)
    if number is None:
        yield Reason(
            "step-none",
            Phrase("Nothing of the kind is asked for on this way: %(way)s.", way=route.way),
            route.clauses[0],
        )
        return
    step = route.steps[number - 1]
    clause = step.clauses[0]
    over = tuple(_over(standing))
    yield from over
    if not over and number < standing.step:
        yield Reason("step-done", _DONE[act], clause)
    if number > standing.step and (current := standing.current) is not None:
        yield Reason(
            "step-first", Phrase("Something else is owed first: %(step)s.", step=current.title), current.clauses[0]
        )
    if acting_office(step, standing, actor_offices) is None:
        yield Reason("step-office", Phrase("This is for another office: %(step)s.", step=step.title), clause)


def _over(standing: Standing) -> Iterator[Reason]:
    if standing.state != OPEN:
        said = Phrase("It has been closed.") if standing.state == CLOSED else _GONE
        yield Reason("item-over", said, "M71a")


def _target(step: Step, standing: Standing, target: Office) -> Iterator[Reason]:
    clause = step.clauses[0]
    if place_of(target) != step.to:
        yield Reason(
            "office-kind",
            Phrase("%(office)s is not who it is passed on to: %(step)s.", office=target.name, step=step.title),
            clause,
        )
    elif standing.establishment not in target.establishments:
        yield Reason(
            "office-covers",
            Phrase("%(office)s does not cover the establishment it is about.", office=target.name),
            clause,
        )
    if not target.active:
        yield Reason("office-closed", Phrase("%(office)s is closed.", office=target.name), clause)


_GONE = Phrase("It is no longer there to work on.")
_DONE = {
    "acknowledge": Phrase("It has been acknowledged already."),
    PASS_ON: Phrase("It has been passed on already."),
    ANSWER: Phrase("It has been answered already."),
    CLOSE: Phrase("It has been closed already."),
}
