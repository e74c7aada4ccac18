"""What an agreement states, element by element, in words: what a difference is told by.

Each element has a part, an id, a name and its lines, each under a label. The same agreement gives the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date

from sharing.model.agreement import Agreement, Route, Step
from sharing.model.alert import AlertKind
from sharing.model.duty import LOCAL, Duty, Pattern, Span
from sharing.model.record import Field, RecordKind

Say = Callable[[str], str]

_IN_WORDS = frozenset(
    {
        "outside",
        "kinds",
        "purposes",
        "routes",
        "records",
        "duties",
        "embargoes",
        "consents",
        "recommendations",
        "alerts",
    }
)
_UNITS = {"hours": "hour", "working_days": "working day", "days": "day", "weeks": "week", "months": "month"}
_MARKINGS = {"O": "OFFICIAL", "OS": "OFFICIAL-SENSITIVE"}
_ACTS = {"acknowledge": "acknowledges it", "pass-on": "passes it on", "answer": "answers it", "close": "closes it"}


@dataclass(frozen=True, slots=True)
class Element:
    """One thing an agreement states. ``lines``: label to words; what it does not say is left out.

    ``stated`` is the thing itself: where two differ and their words do not, that is told, too.
    """

    part: str
    id: str
    name: str
    lines: Mapping[str, str]
    stated: object = None


def elements(agreement: Agreement, say: Say = str) -> Iterator[Element]:
    """Everything it states, in the order of a file. ``say`` names a place."""
    yield Element("head", "", "The agreement", _said(_head(agreement, say)))
    yield from _shared(agreement)
    for route in agreement.routes.values():
        yield Element("route", route.id, route.title, _said(_route(route, say)), route)
    for record in agreement.records.values():
        yield Element("record", record.id, record.name, _said(_record(record, say)), record)
    for duty in sorted(agreement.duties.values(), key=lambda one: one.number):
        yield Element(
            "duty",
            duty.id,
            f"{duty.number} {duty.what}",
            _said(_duty(duty, agreement.in_force, say)),
            _counted(duty, agreement.in_force),
        )
    yield from _terms(agreement, say)
    for alert in agreement.alerts.values():
        yield Element("alert", alert.id, alert.name, _said(_alert(alert, say)), alert)
    yield from _others(agreement)


def span(found: Span | None) -> str:
    """A length of time, with whose number it is."""
    if found is None:
        return ""
    length = f"{found.number} {_UNITS[found.unit]}{'' if found.number == 1 else 's'}" if found.number else "at once"
    return f"{length} (local interpretation; the agreement says: {found.words})" if found.source == LOCAL else length


def comes(duty: Duty, in_force: date) -> str:
    """What begins a duty, in words; empty for one that always stands. ``in_force``: of the version that states it."""
    trigger = duty.trigger
    if trigger.every:
        start = f", from {trigger.every.start.isoformat()}" if trigger.every.start != in_force else ""
        return f"every {span(trigger.every.span)}, counted {trigger.every.counted}{start}"
    if trigger.on:
        return f"by {trigger.on.isoformat()}"
    return f"after {pattern(trigger.event)}" if trigger.event else ""


def pattern(found: Pattern | None) -> str:
    """A fact or a record, and how it is narrowed."""
    if found is None:
        return ""
    named = f"record “{found.record}”" if found.record else found.fact.partition(".")[2].replace("-", " ")
    where = [f"{key} is {value}" for key, value in sorted(found.where.items()) if key != "record"]
    return f"{named} where {' and '.join(where)}" if where else named


def _others(agreement: Agreement) -> Iterator[Element]:
    """What the language can say and is put into no words here: that it is new, gone or another is told all the same."""
    for each in fields(agreement):
        stated = getattr(agreement, each.name)
        if each.name not in _IN_WORDS and isinstance(stated, Mapping):
            for id_, one in stated.items():
                name = next((str(getattr(one, key)) for key in ("title", "name", "what") if hasattr(one, key)), id_)
                yield Element(each.name, id_, name, {}, one)


def _shared(agreement: Agreement) -> Iterator[Element]:
    for outside in agreement.outside.values():
        yield Element("outside", outside.id, outside.name, _said({"Sources": _list(outside.clauses)}), outside)
    for section in agreement.sections:
        yield Element("section", section.id, section.title, {"Duties": f"{section.first} to {section.last}"}, section)
    for kind in agreement.kinds.values():
        lines = {"Kept as": kind.retention, "Outcomes": _list(kind.outcomes), "Sources": _list(kind.clauses)}
        yield Element("kind", kind.id, kind.name, _said(lines), kind)
    for purpose in agreement.purposes.values():
        yield Element("purpose", purpose.id, purpose.words, {"Sources": _list(purpose.clauses)}, purpose)


def _head(agreement: Agreement, say: Say) -> dict[str, str]:
    change = agreement.change
    review = agreement.review
    return {
        "Title": agreement.title,
        "Takes effect": agreement.in_force.isoformat(),
        "Highest marking": _MARKINGS.get(agreement.ceiling, agreement.ceiling),
        "Sources": _list(agreement.clauses),
        "Looked at again": f"every {review.months} months by {_places(review.by, say)}" if review.months else "",
        "Changes are proposed by": _places(change.propose, say) if change else "",
        "Impact assessment decided by": _places(change.assess, say) if change else "",
        "Signed by": _places(change.sign, say) if change else "",
    }


def _route(route: Route, say: Say) -> dict[str, str]:
    lines = {
        "Way": route.way,
        "Kinds": _list(route.kinds),
        "From": _places(route.senders, say),
        "Via": _places(route.via, say),
        "To": _places(route.to, say),
        "Held in support by": _places(route.also, say),
        "Highest marking": _MARKINGS.get(route.ceiling, route.ceiling),
        "Kept as": route.retention,
        "About an establishment": "yes" if route.establishment else "no",
        "Is an answer": "yes" if route.reply else "no",
        "Sources": _list(route.clauses),
        "Waits for": "; ".join(
            f"{pattern(one.event)}: {one.words}{f' (within {span(one.within)})' if one.within else ''}"
            for one in route.conditions
        ),
    }
    return lines | {f"Step {number}": _step(step, say) for number, step in enumerate(route.steps, 1)}


def _step(step: Step, say: Say) -> str:
    within = step.within
    due = f", within {within.working_days} working days ({within.basis}: {within.words})" if within else ""
    on = f" to {say(step.to)}" if step.to else ""
    reply = f" by “{step.reply}”" if step.reply else ""
    return f"{step.title}: {_places(step.by, say)} {_ACTS.get(step.act, step.act)}{on}{reply}{due}"


def _record(record: RecordKind, say: Say) -> dict[str, str]:
    lines = {
        "Made by": _places(record.by, say),
        "Seen by": _places(record.seen_by, say),
        "Known only to people named, of": _places(record.named, say),
        "After": "; ".join(f"{pattern(one.event)}: {one.words}" for one in record.first),
        "Sources": _list(record.clauses),
    }
    return lines | {f"Field “{each.label}”": _field(each, say) for each in record.fields}


def _field(field: Field, say: Say) -> str:
    said = [field.type.replace("-", " or "), "needed" if field.needed else "may be left out"]
    said += ["says when it happened"] if field.happened else []
    said += [f"at least {field.least}"] if field.least else []
    said += [f"one of: {'; '.join(each.words for each in field.choices)}"] if field.choices else []
    said += [f"of: {_places(field.of, say)}"] if field.of else []
    said += [f"hint: {field.hint}"] if field.hint else []
    return ", ".join(said)


def _counted(duty: Duty, in_force: date) -> Duty:
    """Without the day in force, from which a duty is counted that says no other: every version has its own."""
    every = duty.trigger.every
    if every is None or every.start != in_force:
        return duty
    return replace(duty, trigger=replace(duty.trigger, every=replace(every, start=date.min)))


def _duty(duty: Duty, in_force: date, say: Say) -> dict[str, str]:
    facts = [pattern(each) for each in duty.evidence.facts]
    register = [f"register of {duty.evidence.register}"] if duty.evidence.register else []
    return {
        "Who": _places(duty.who, say),
        "To whom": _places(duty.to, say),
        "Home": duty.home,
        "Why so": duty.because,
        "Missing": duty.missing,
        "Begins": comes(duty, in_force),
        "Again": "for each establishment, when it was met" if duty.again else "",
        "Due": " ".join(each for each in (span(duty.due), duty.counted_from and f"from {duty.counted_from}") if each),
        "Before": pattern(duty.before),
        "Lapses": pattern(duty.lapses),
        "Shown by": "; ".join([*facts, *register]),
        "Evidence is about": duty.evidence.about if facts else "",
        "Noted by": _places(duty.noted_by, say),
        "If late": "; ".join(f"to {_places(one.to, say)} after {span(one.after)}" for one in duty.escalation),
        "Held by": _list(duty.enforced_by),
        "Sources": _list(duty.clauses),
    }


def _terms(agreement: Agreement, say: Say) -> Iterator[Element]:
    for embargo in agreement.embargoes.values():
        lines = {
            "Covers": _list(embargo.covers),
            "Known to": _places(embargo.known_to, say),
            "Leads": str(embargo.leads or ""),
            "Until": pattern(embargo.until),
            "Until is about": embargo.about,
            "Sources": _list(embargo.clauses),
        }
        yield Element("embargo", embargo.id, embargo.what, _said(lines), embargo)
    for consent in agreement.consents.values():
        lines = {
            "Whose": say(consent.whose),
            "Covers": _list(consent.covers),
            "Recorded as": consent.record,
            "Beforehand": "yes" if consent.prior else "no",
            "Not waited for": "; ".join(each.words for each in consent.grounds),
            "Sources": _list(consent.clauses),
        }
        yield Element("consent", consent.id, consent.what, _said(lines), consent)
    for one in agreement.recommendations.values():
        lines = {
            "Recorded as": one.record,
            "Usually at most": str(one.usually_at_most or ""),
            "What follows": _list(one.duties),
            "Sources": _list(one.clauses),
        }
        yield Element("recommendation", one.id, one.what, _said(lines), one)


def _alert(alert: AlertKind, say: Say) -> dict[str, str]:
    return {
        "Raised by": _places(alert.by, say),
        "To": _places(alert.to, say),
        "Told besides, if nobody acknowledges": _places(alert.up, say),
        "About": _list(alert.about),
        "Urgencies": "; ".join(f"{one.words}: {span(one.acknowledge)}" for one in alert.urgencies),
        "Sources": _list(alert.clauses),
    }


def _said(lines: Mapping[str, str]) -> dict[str, str]:
    return {label: words for label, words in lines.items() if words}


def _list(named: Iterable[str]) -> str:
    return ", ".join(named)


def _places(named: Iterable[str], say: Say) -> str:
    return "; ".join(say(each) for each in named)
