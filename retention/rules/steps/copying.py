"""May a copy be registered, or accounted for; may the certificate be issued while some are open? (M61, GSCP)"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from foundation.actor import Actor
from foundation.errors import Reason
from retention.model.case import Case
from retention.model.copy import Copy, Fate, methods_for
from retention.rules.steps.reasons import REVIEWER, duty, gathered

_ALL = "M61"


def may_register(case: Case, actor: Actor) -> tuple[Reason, ...]:
    """A records reviewer of either body says that there is a copy, until the certificate says that there is none."""
    return tuple(gathered(duty(actor, REVIEWER), _of_a_body(actor), _uncertified(case)))


def may_account(copy: Copy, actor: Actor) -> tuple[Reason, ...]:
    """A records reviewer of the body that registered it says, once, what became of it."""
    return tuple(gathered(duty(actor, REVIEWER), _own_copy(copy, actor), _here(copy), _open(copy)))


def accounted(copy: Copy, fate: Fate, method: str, on: date, today: date) -> Iterator[Reason]:
    """Whether what is said of it can be so."""
    if fate == "destroyed" and method not in {each.code for each in methods_for(copy.kind)}:
        yield Reason("RET-copy-method", "Choose how it was destroyed: a way that fits this kind of copy.", _ALL)
    if not copy.made_on <= on <= today:
        yield Reason("RET-copy-day", "The day must lie between the day of the copy and today.", _ALL)


def may_certify(copies: Collection[Copy]) -> tuple[Reason, ...]:
    """All duplicates go with it: while one is open, nobody certifies that it is gone."""
    left = sum(each.fate == "open" for each in copies)
    if not left:
        return ()
    said = "A copy on paper or media is" if left == 1 else f"{left} copies on paper or media are"
    return (Reason("RET-copy-open", f"{said} not accounted for yet.", _ALL),)


def _of_a_body(actor: Actor) -> Iterator[Reason]:
    if not actor.party:
        yield Reason("RET-copy-body", "A copy is registered for a body: you act for none.", _ALL)


def _own_copy(copy: Copy, actor: Actor) -> Iterator[Reason]:
    if actor.party != copy.party:
        yield Reason("RET-copy-body", "Only the body that registered this copy says what became of it.", _ALL)


def _here(copy: Copy) -> Iterator[Reason]:
    if copy.elsewhere:
        yield Reason(
            "RET-copy-elsewhere", "It is in the register of media and paper: say there what became of it.", _ALL
        )


def _open(copy: Copy) -> Iterator[Reason]:
    if copy.fate != "open":
        yield Reason("RET-copy-accounted", "This copy was accounted for already.", _ALL)


def _uncertified(case: Case) -> Iterator[Reason]:
    if case.state == "destroyed":
        yield Reason(
            "RET-certified",
            "The certificate is issued. A copy that turns up now is an incident: report it as one.",
            _ALL,
        )
