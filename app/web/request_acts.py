"""Every act on a request: the form that asks, the service's method that does it, and the words around both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.bootstrap.requests import Seen
from app.http.house import house
from app.web import forms
from app.web import request_forms as fields
from sharing.model.rights import DECLINED, OPEN, Match
from sharing.service.rights.requests import DataRequests

Given = Mapping[str, Any]
Form = Callable[[Seen], type[forms.Form]]


@dataclass(frozen=True, slots=True)
class Act:
    """``item``: it is about one item. ``call`` is what it does with what was typed."""

    title: str
    button: str
    form: Form
    call: Callable[[DataRequests, str, str, Any, Given], Any]
    done: str
    told: str = ""
    item: bool = False


def _plain(method: str, *given: str) -> Callable[[DataRequests, str, str, Any, Given], Any]:
    """Calls the method with fields of the form by name."""

    def call(service: DataRequests, key: str, _item: str, form: Any, who: Given) -> Any:
        return getattr(service, method)(key, **{name: form[name].data for name in given}, **who)

    return call


def _of_item(method: str, *given: str) -> Callable[[DataRequests, str, str, Any, Given], Any]:
    def call(service: DataRequests, key: str, item: str, form: Any, who: Given) -> Any:
        return getattr(service, method)(key, item, **{name: form[name].data for name in given if name in form}, **who)

    return call


def _aliased(service: DataRequests, key: str, _item: str, form: Any, who: Given) -> Any:
    return service.add_alias(key, form.kind.data, form.value.data, evidence=form.evidence.data, **who)


def _checked(service: DataRequests, key: str, item: str, form: Any, who: Given) -> Any:
    return service.check_disclosure(key, item, agreed=form.agreed.data == "yes", words=form.words.data, **who)


def _taken(taken: bool) -> Callable[[DataRequests, str, str, Any, Given], Any]:
    def call(service: DataRequests, key: str, _item: str, form: Any, who: Given) -> Any:
        return service.answer_referral(key, taken=taken, words=form.words.data, **who)

    return call


def _aliases(seen: Seen) -> list[tuple[str, str]]:
    case = seen.case
    return [(each.id, case.said(each.note).get("value", each.kind)) for each in case.aliases if not each.removed]


def _others(seen: Seen) -> list[tuple[str, str]]:
    """Bodies that may be asked: those that were not, and those that declined."""
    asked = {each.party for each in seen.case.parts if each.state != DECLINED}
    return [(party.id, party.name) for party in house().policies.parties.values() if party.id not in asked]


def _given(seen: Seen) -> list[Match]:
    rules = house().policies.rights
    return [
        each for each in seen.case.matches if each.outcome and rules.outcomes[each.outcome].gives and not each.excluded
    ]


ACTS: Mapping[str, Act] = {
    "find": Act(
        "Look for everything about the person",
        "Look now",
        lambda _: forms.Ask,
        _plain("find"),
        "Everything was looked for.",
        "By every name and number of this request. That you looked is recorded.",
    ),
    "name-item": Act(
        "Add an item by its reference",
        "Add this item",
        lambda _: fields.reference(),
        _plain("name_item", "reference", "words"),
        "The item is added.",
    ),
    "pause": Act(
        "Stop the clock",
        "Stop the clock",
        lambda s: fields.waiting("When was it asked for?", "What was asked for?", s.case, open_=False),
        _plain("pause", "about", "on", "words"),
        "The clock stands still.",
    ),
    "resume": Act(
        "Start the clock again",
        "Start the clock",
        lambda s: fields.waiting("When did it come?", "What came, and how was it checked?", s.case, open_=True),
        _plain("resume", "about", "on", "words"),
        "The clock goes on.",
    ),
    "extend": Act(
        "Take the longer time",
        "Take the longer time",
        lambda _: fields.dated("When were they told?", "Why does it take longer, as they were told?"),
        _plain("extend", "on", "words"),
        "There is more time.",
        "Only where the request is complex, once, and if they were told within the first time.",
    ),
    "withdraw": Act(
        "They took the request back",
        "Close this request",
        lambda _: fields.dated("When did they take it back?", "How did they take it back?"),
        _plain("withdraw_request", "on", "words"),
        "The request is closed.",
    ),
    "add-alias": Act(
        "Add a name or number", "Add it", lambda _: fields.alias(), _aliased, "It is added. Look for the person again."
    ),
    "remove-alias": Act(
        "Take a name or number away",
        "Take it away",
        lambda s: fields.choice("alias", "Which?", _aliases(s), "Why?"),
        _plain("remove_alias", "alias", "words"),
        "It is taken away. What it found stays until you leave it out.",
    ),
    "join": Act(
        "Another request is about the same person",
        "Join them",
        lambda s: fields.choice(
            "other",
            "Which?",
            [(each.id, each.reference) for each in s.same],
            "How do you know that they are one person?",
            field="evidence",
        ),
        _plain("join", "other", "evidence"),
        "They are joined. Look for the person again.",
    ),
    "part": Act(
        "They are not one person after all",
        "Part them",
        lambda s: fields.choice("other", "Which?", [(each.id, each.reference) for each in s.joined], "Why?"),
        _plain("part", "other", "words"),
        "They are parted.",
    ),
    "refer": Act(
        "Ask the other body to answer its part",
        "Ask them",
        lambda s: fields.choice("to", "Which body?", _others(s), "A word for them"),
        _plain("refer", "to", "words"),
        "They are asked.",
        "Each body answers for what it originated. They see what was asked and the names, not what you found.",
    ),
    "take": Act(
        "Take your body’s part",
        "Take it",
        lambda _: fields.worded("A word (optional)", needed=False),
        _taken(True),
        "Your body deals with its part.",
    ),
    "decline": Act("Decline", "Decline", lambda _: fields.worded("Why?"), _taken(False), "It is declined."),
    "disclose": Act(
        "Enter what was given",
        "Enter it",
        lambda s: fields.disclosing(_given(s)),
        _plain("disclose", "items", "on", "channel", "to", "digest"),
        "It stands in the disclosure log.",
    ),
    "answer": Act(
        "Answer, or refuse, the request",
        "Record the answer",
        lambda s: fields.answering(s.case),
        _plain("answer_request", "on", "ground", "words"),
        "The answer is recorded. Its letter is below.",
    ),
    "exclude": Act(
        "It is about somebody else",
        "Leave it out",
        lambda _: fields.worded("How do you know that it is about somebody else?"),
        _of_item("exclude", "words"),
        "It is left out.",
        item=True,
    ),
    "restore": Act(
        "It is about the person after all",
        "Take it in again",
        lambda _: fields.worded("Why?"),
        _of_item("restore", "words"),
        "It is taken in again.",
        item=True,
    ),
    "decide": Act(
        "What becomes of this item?",
        "Record the decision",
        lambda s: fields.deciding(s.case),
        _of_item("decide_match", "outcome", "ground", "third_party", "words"),
        "The decision is recorded.",
        "This duty reads no item. Ask its sender to look at it, or to grant you sight of it for a time.",
        item=True,
    ),
    "check": Act(
        "May it be given, with others in it?",
        "Record this",
        lambda _: fields.checking(),
        _checked,
        "It is recorded.",
        item=True,
    ),
    "lift": Act(
        "Lift the restriction",
        "Let it be used again",
        lambda _: fields.worded("Why, and when were they told?"),
        _of_item("lift_restriction", "words"),
        "It may be used again.",
        "Whoever asked is told before the restriction is lifted.",
        item=True,
    ),
    "tell": Act(
        "Tell those who received it",
        "Tell them",
        lambda _: fields.worded("What are they told?"),
        _of_item("tell_recipients", "words"),
        "They are told, and asked to say that they know.",
        item=True,
    ),
}


def offered(seen: Seen, party: str) -> list[str]:
    """The acts on the whole request that make sense now; whether they may is for the service."""
    case = seen.case
    part = case.part(party)
    if not seen.officer or case.request.state != OPEN or part is None:
        return []
    if part.state == "referred":
        return ["take", "decline"]
    lead = case.request.party == party
    still = any(each.until is None for each in case.pauses)
    found = ["find", "name-item", "add-alias", "remove-alias"] if part.state == "taken" else []
    found += ["disclose"] * bool(part.state == "taken" and _given(seen)) + ["answer"] * (part.state == "taken")
    if lead:
        found += ["resume"] * still + ["pause"] + ["extend"] * (case.request.extended_on is None)
        found += ["refer"] * bool(_others(seen)) + ["withdraw"]
        found += ["join"] * bool(seen.same) + ["part"] * bool(seen.joined)
    return found


def of_item(seen: Seen, match: Match, party: str) -> list[str]:
    """The acts on one item that make sense now."""
    rules = house().policies.rights
    part = seen.case.part(party)
    lifting = ["lift"] * (match.restricted and seen.officer)
    if not seen.officer or part is None or part.state != "taken" or seen.case.request.state != OPEN:
        return lifting
    if match.excluded:
        return ["restore"]
    outcome = rules.outcomes.get(match.outcome)
    found = [*lifting, "decide"] if outcome else ["decide", "exclude"]
    if outcome and outcome.gives and match.third_party != "none" and not match.checked_by:
        found.append("check")
    if outcome and outcome.tells and not any(each.item == match.item for each in seen.case.notices):
        found.append("tell")
    return found
