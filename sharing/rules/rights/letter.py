"""The letter that answers a request: what was asked, what becomes of how many items and on what ground, and what next.

It names no item, nobody and no content: what is given goes beside it, and whose letter it is the envelope says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from sharing.model.rights import Match, Request, Rights


def letter(
    rules: Rights, request: Request, own: Sequence[Match], body: str, *, ground: str, words: str, on: date
) -> str:
    """As text, a paragraph a line."""
    right = rules.rights[request.right]
    parts = [
        body,
        _day(on),
        f"Our reference: {request.reference}",
        f"You asked on {_day(request.received_on)} for: {right.name.lower()} ({'; '.join(right.sources)}).",
    ]
    if ground:
        refused = rules.grounds[ground]
        parts.append(f"We refuse the request: {refused.name.lower()} ({'; '.join(refused.sources)}).")
    else:
        parts += _outcomes(rules, own, body)
    if words:
        parts.append(words)
    parts.append(rules.ending)
    return "\n\n".join(parts) + "\n"


def _outcomes(rules: Rights, own: Sequence[Match], body: str) -> list[str]:
    if not own:
        return [f"We looked for you in what {body} sent through this service and holds there, and found nothing."]
    found = Counter((each.outcome, each.ground) for each in own)
    lines = [f"We found {_items(len(own))} that came from us. Of these:"]
    for (outcome, why), number in sorted(found.items()):
        name = rules.outcomes[outcome].name.lower() if outcome in rules.outcomes else "not decided yet"
        because = rules.grounds.get(why)
        reason = f", because: {because.name.lower()} ({'; '.join(because.sources)})" if because else ""
        lines.append(f"- {_items(number)}: {name}{reason}")
    return ["\n".join(lines)]


def _items(number: int) -> str:
    return f"{number} item" if number == 1 else f"{number} items"


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"
