"""What the record of a decision says: from what the sender gave, what the policies state, and what is still missing.

Source: ICO Data Sharing Code (Data Protection Act 2018, section 121), annex B, the headings of the decision form.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from foundation.actor import Actor
from sharing.model.decision import NEEDS_WHY, OUTSIDE, TOLD, DecisionTo, Refusal, Stated
from sharing.model.processing import HOLDS, OFFENCE, SPECIAL, Activity, Processing, Statement

MOST_WORDS = 4000
MOST_LINE = 200


def stated(processing: Processing, kind: str) -> tuple[Stated, ...]:
    """What the policies state of sharing this kind today, heading by heading; what they do not state has no words."""
    activity = processing.of(kind)
    return tuple(_stated(heading, found) for heading, found in _headings(processing, activity))


def presumed(processing: Processing, kind: str) -> tuple[str, ...]:
    """What every item of the kind is taken to hold until somebody says otherwise."""
    activity = processing.of(kind)
    return activity.presumed if activity else ()


def conditions(holds: Collection[str], found: Sequence[Stated]) -> Iterator[Stated]:
    """Those that concern what it holds: a condition for special category data is none where there is no such data."""
    only = {CONDITION[SPECIAL]: SPECIAL, CONDITION[OFFENCE]: OFFENCE}
    for each in found:
        if only.get(each.heading, "") in ("", *holds):
            yield each


def coded(found: Sequence[Stated]) -> list[str]:
    """For the log: one text for each statement."""
    return [json.dumps([each.heading, each.words, each.source, each.verified], ensure_ascii=False) for each in found]


def decoded(texts: Sequence[str]) -> tuple[Stated, ...]:
    """What ``coded`` was given."""
    return tuple(Stated(*json.loads(text)) for text in texts)


def answer_faults(told: str, holds: Collection[str], why: str) -> dict[str, list[str]]:
    """What is wrong with an answer, by field."""
    faults: dict[str, list[str]] = {}
    if told not in TOLD:
        faults["told"] = ["Say whether those it is about are told"]
    if told in NEEDS_WHY and not why.strip():
        faults["why"] = ["Say why they are not told"]
    if len(why) > MOST_WORDS:
        faults["why"] = [f"Use {MOST_WORDS} characters or fewer"]
    if set(holds) - set(HOLDS):
        faults["holds"] = [f"Choose from {', '.join(HOLDS)}"]
    return faults


def refusal_faults(
    given: Refusal, kinds: Mapping[str, object], parties: Collection[str], today: date
) -> dict[str, list[str]]:
    """What is wrong with a refusal, by field. ``parties``: who may have asked, the refusing one left out."""
    faults: dict[str, list[str]] = {}
    if given.kind and given.kind not in kinds:
        faults["kind"] = ["Choose what was asked for"]
    if given.asked_by != OUTSIDE and given.asked_by not in parties:
        faults["asked_by"] = ["Choose who asked"]
    if given.asked_on > today:
        faults["asked_on"] = ["Enter a date that is today or in the past"]
    for field, text, most in (
        ("who", given.who, MOST_LINE),
        ("what", given.what, MOST_WORDS),
        ("why", given.why, MOST_WORDS),
    ):
        if not text.strip():
            faults[field] = [_NEEDED[field]]
        elif len(text) > most:
            faults[field] = [f"Use {most} characters or fewer"]
    return faults


def may_answer(found: DecisionTo, actor: Actor) -> bool:
    """Whoever decided, and those who check compliance for the body that did."""
    return found.by == actor.id or (found.party == actor.party and "compliance-officer" in actor.duties)


CONDITION = {
    SPECIAL: "Condition for special category data",
    OFFENCE: "Condition for criminal-offence data",
}
_NEEDED = {"who": "Say who asked", "what": "Say what they asked for", "why": "Say why it is not shared"}


def _headings(processing: Processing, activity: Activity | None) -> Iterator[tuple[str, Statement | None]]:
    yield "Relationship of the controllers", processing.relationship
    yield "Data sharing agreement", processing.sharing_agreement
    yield "Lawful basis", activity.lawful_basis if activity else None
    yield "Legal power", activity.power if activity else None
    yield CONDITION[SPECIAL], activity.special if activity else None
    yield CONDITION[OFFENCE], activity.offence if activity else None
    yield "Why sharing is necessary", activity.necessity if activity else None
    yield "Data protection impact assessment", processing.impact_assessment
    yield "Rights of those it is about", processing.rights


def _stated(heading: str, found: Statement | None) -> Stated:
    return Stated(heading) if found is None else Stated(heading, found.words, found.source, found.verified)
