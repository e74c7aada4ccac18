"""Requests in words: clocks, parts, items found, what was given, what happened."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.bootstrap.requests import Seen
from app.http.house import house
from app.web import filters, names, request_acts
from app.web.names import Names
from sharing.model.rights import HOW, OPEN, THIRD_PARTY, Event, Match, Time
from sharing.queries.rights import RequestRow

HEAD = ("Reference", "Asks for", "Received", "Answer by", "Your part", "State")
CSV_HEAD = ("reference", "right", "received_by", "received_on", "answer_by", "days_left", "extended", "part", "state")
_UNVERIFIED = {
    "weekends": "that a weekend or bank holiday moves it to the next working day",
    "stops": "what stops the clock",
    "months": "the month",
    "extension": "the extension",
}


def row(found: RequestRow) -> list[Any]:
    """One request in the list."""
    request = found.request
    return [
        {"text": request.reference, "href": url_for("requests.show", reference=request.reference)},
        right(request.right),
        {"text": filters.gds_date(request.received_on), "minor": f"by {names.party(request.party)}"},
        {"text": due(found.time) if request.state == OPEN else "", "minor": left(found.left)},
        {"status": part_status(found.mine.state) if found.mine else "later"},
        {"status": "overdue" if found.left is not None and found.left < 0 else request.state},
    ]


def cells(found: RequestRow) -> list[object]:
    """The same for a spreadsheet."""
    request, time = found.request, found.time
    return [
        request.reference,
        request.right,
        request.party,
        request.received_on.isoformat(),
        time.due_on.isoformat() if time.due_on else "stopped",
        "" if found.left is None else str(found.left),
        request.extended_on.isoformat() if request.extended_on else "",
        found.mine.state if found.mine else "",
        request.state,
    ]


def right(code: str) -> str:
    """What is asked for, in words."""
    known = house().policies.rights.rights.get(code)
    return known.name if known else code


def due(time: Time) -> str:
    """The last day, or that there is none."""
    return filters.gds_date(time.due_on) if time.due_on else "The clock stands still"


def left(days: int | None) -> str:
    """How long there is."""
    if days is None:
        return ""
    return f"{filters.plural(-days, 'day')} late" if days < 0 else f"{filters.plural(days, 'day')} left"


def part_status(state: str) -> str:
    """A part's state as a status."""
    return {"referred": "action-needed", "taken": "open", "declined": "not-needed", "refused": "refused"}.get(
        state, state
    )


def summary(seen: Seen, called: Names, days: int | None) -> list[Any]:
    """The head of a request."""
    case, request = seen.case, seen.case.request
    said = case.said(request.note)
    aliases = [case.said(each.note).get("value", "") for each in case.aliases if not each.removed]
    unverified = [_UNVERIFIED[each] for each in house().policies.rights.clock.unverified]
    rows: list[Any] = [
        {"key": "State", "status": "overdue" if days is not None and days < 0 else request.state},
        ("Asks for", right(request.right)),
        ("Received", f"{filters.gds_date(request.received_on)}, by {names.party(request.party)}"),
        ("Entered by", called.person(request.received_by)),
        ("Who asks", said.get("requester", "")),
        ("What they ask", said.get("gist", "")),
        ("Identity", said.get("identity", "") or ("Confirmed" if request.identity else "Not confirmed yet")),
        {"key": "Names and numbers", "lines": aliases or ["For data protection officers alone"]},
    ]
    if request.state == OPEN:
        clock = f"{due(seen.time)} {'(' + left(days) + ')' if left(days) else ''}"
        moved = "Moved off a day nobody works. " if seen.time.moved else ""
        unread = f"Not confirmed in its source: {'; '.join(unverified)}." if unverified else ""
        rows.append({"key": "Answer by", "lines": [each for each in (clock, moved + unread) if each.strip()]})
    if request.extended_on:
        rows.append(("More time", f"They were told on {filters.gds_date(request.extended_on)}"))
    return [each for each in rows if isinstance(each, dict) or each[1]]


def parts(seen: Seen) -> list[Any]:
    """Which body answers, and how far it is."""
    return [
        [
            names.party(each.party),
            {"status": part_status(each.state)},
            filters.gds_date(each.answered_on) if each.answered_on else "",
        ]
        for each in seen.case.parts
    ]


def items(seen: Seen, party: str, called: Names) -> list[dict[str, Any]]:
    """What was found, each with what became of it and what may be done."""
    return [_item(seen, each, party, called) for each in seen.case.matches]


def _item(seen: Seen, match: Match, party: str, called: Names) -> dict[str, Any]:
    kept = seen.kept.get(match.item)
    lines = [HOW[match.how]]
    if kept is not None:
        lines += ["On hold"] * kept.held + [f"Destroyed: certificate {kept.certificate}"] * bool(kept.certificate)
        lines += [f"{filters.plural(kept.copies, 'copy', 'copies')} on paper or media not accounted for"] * bool(
            kept.copies
        )
    lines += ["Its use is restricted: nobody opens it until that is lifted"] * match.restricted
    lines += _decided(match, called)
    waits = "check" in request_acts.of_item(seen, match, party)
    state = "left-out" if match.excluded else "waiting" if waits else "done" if match.outcome else "to-do"
    return {
        "reference": match.reference,
        "lines": lines,
        "status": state,
        "acts": [(each, request_acts.ACTS[each].title) for each in request_acts.of_item(seen, match, party)],
    }


def _decided(match: Match, called: Names) -> list[str]:
    rules = house().policies.rights
    outcome, ground = rules.outcomes.get(match.outcome), rules.grounds.get(match.ground)
    if outcome is None:
        return []
    lines = [f"{outcome.name}, decided by {called.person(match.decided_by)}"]
    lines += [f"Ground: {ground.name}"] if ground else []
    lines += [THIRD_PARTY[match.third_party]] if match.third_party else []
    return lines + ([f"Agreed to by {called.person(match.checked_by)}"] if match.checked_by else [])


def disclosures(seen: Seen, called: Names) -> list[Any]:
    """The disclosure log."""
    channels = house().policies.rights.channels
    return [
        [
            filters.gds_date(each.on),
            {"text": ", ".join(each.items), "minor": f"SHA-256 {each.digest}" if each.digest else ""},
            seen.case.said(each.note).get("to", ""),
            channels[each.channel].name if each.channel in channels else each.channel,
            called.person(each.by),
        ]
        for each in seen.case.disclosures
    ]


def told(seen: Seen, offices: dict[int, str], called: Names) -> list[Any]:
    """Who was told of what."""
    by_id = {each.item: each.reference for each in seen.case.matches}
    return [
        [
            by_id.get(each.item, ""),
            offices.get(each.office, str(each.office)),
            filters.gds_datetime(each.told_at),
            f"{filters.gds_datetime(each.known_at)}, {called.person(each.known_by)}" if each.known_at else "Not yet",
        ]
        for each in seen.case.notices
    ]


def history(seen: Seen, called: Names) -> list[dict[str, Any]]:
    """What happened, newest first."""
    references = {each.item: each.reference for each in seen.case.matches}
    return [
        {
            "title": names.sentence(names.act(f"sharing.{each.act}")),
            "at": each.at,
            "by": f"{called.person(each.by)} ({names.party(each.party)})",
            "lines": [*filter(None, [references.get(each.item, "")]), *_said(each)],
        }
        for each in reversed(seen.case.events)
    ]


def _said(event: Event) -> list[str]:
    """What was written, but for what stands at the head of the page."""
    return [text for name, text in sorted(event.words.items()) if name not in ("requester", "gist", "identity")]
