"""The log in words: what was filtered, what each entry says, how the whole of it stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.bootstrap import vouching
from app.bootstrap.work import Work
from app.http.house import house
from app.web import filters, listing, names
from app.web.names import Names
from audit.cosign import Standing
from audit.events import LOG_VERIFIED, LOG_VIEWED
from audit.fact import kinds
from audit.reading import Row, page, state
from foundation.orm import from_ms
from sharing.store.items import by_reference

CATEGORIES = {
    "item": "Item or account",
    "act": "Act",
    "outcome": "Outcome",
    "person": "Person",
    "since": "From",
    "until": "To",
}
OUTCOMES = {"allowed": "Allowed", "refused": "Refused"}
# What the service and the console are called in the filter, and in the log.
NOT_PEOPLE = {
    "service": "service",
    "the service": "service",
    "custodes": "service",
    "console": "console",
    "witness": "witness",
}
# Entries a second, measured low: how long a verification is said to last.
PACE = 2000


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filter of the list. ``problems`` says what could not be used; then nothing is shown rather than too much."""

    item: str | None = None
    act: str | None = None
    outcome: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    problems: tuple[str, ...] = ()

    def given(self) -> dict[str, Any]:
        """As audit.reading takes it."""
        return {
            "item": self.item,
            "act": self.act,
            "outcome": self.outcome,
            "actor": self.actor,
            "since": self.since,
            "until": self.until,
        }


def wanted(work: Work) -> Wanted:
    """The filter out of the address."""
    problems: list[str] = []
    since, until = (_day(name, problems) for name in ("since", "until"))
    act, outcome = listing.asked("act"), listing.asked("outcome")
    return Wanted(
        item=_item(work, listing.asked("item"), problems),
        act=act if act in kinds() else None,
        outcome=outcome if outcome in OUTCOMES else None,
        actor=_person(work, listing.asked("person"), problems),
        since=listing.start_of(since) if since else None,
        until=listing.end_of(until) if until else None,
        problems=tuple(problems),
    )


def note_view(work: Work, sought: Wanted, *, subject: str = "") -> None:
    """Looking at the log is in the log: ids and codes of what was looked for."""
    given = sought.given()
    what = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in given.items()}
    work.trail.record(LOG_VIEWED, actor=work.actor, now=work.now, what={**what, "item": subject or given["item"]})


def row(entry: Row, called: Names) -> list[Any]:
    """One entry in the list."""
    return [
        {"text": filters.gds_datetime(entry.at), "href": f"/audit/{entry.id}", "minor": f"entry {entry.seq:,}"},
        who(entry),
        {"text": meaning(entry), "minor": ": ".join(filter(None, (entry.act, str(entry.what.get("code") or ""))))},
        {"status": entry.outcome},
        subject(entry, called),
    ]


def meaning(entry: Row) -> str:
    """The act in words; a kind this version does not know, as well as it can."""
    return names.sentence(entry.meaning or names.act(entry.act))


def who(entry: Row) -> Any:
    """Who did it, and for whom."""
    if entry.state != "disclosed":
        return {"redacted": "Redacted", "damaged": "Damaged"}[entry.state]
    name = str(entry.who.get("name") or "Nobody signed in")
    short = names.party(str(entry.who.get("party") or ""))
    return {"text": name, "minor": short} if short else name


def subject(entry: Row, called: Names) -> str:
    """What it was about: its reference or name where there is one, else its id."""
    named = entry.what.get("reference") or entry.what.get("number")
    return str(named) if named else called.person(entry.subject)


def details(entry: Row, called: Names) -> list[tuple[str, str]]:
    """Everything one entry discloses."""
    told = [
        ("Act", f"{meaning(entry)} ({entry.act})"),
        ("Time", f"{filters.gds_datetime(entry.at)} ({entry.at.isoformat(timespec='milliseconds')})"),
        ("Place in the log", f"Entry {entry.seq:,}, written by “{entry.writer}”"),
    ]
    if entry.state == "disclosed":
        person = str(entry.who.get("name") or "Nobody signed in")
        told += [
            ("Who", f"{person} ({names.party(str(entry.who.get('party') or '')) or 'no party'})"),
            ("Account", str(entry.who.get("id") or "")),
            ("Request", str(entry.who.get("request") or "None")),
            ("About", _about(entry, called) or "Nothing by itself"),
            ("Reason given", entry.why or "None"),
        ]
    return [*told, ("Marking", entry.marking or "None"), ("Rules", ", ".join(entry.rules) or "None")]


def facts(entry: Row) -> list[tuple[str, str]]:
    """The fields of the fact, as recorded."""
    return [(names.words(name.replace("_", "-")), _value(value)) for name, value in sorted(entry.what.items())]


def standing(work: Work) -> Mapping[str, Any]:
    """How the log stands, who verified it last, and how long it would take now."""
    found = state(work.conn, house().keys.log)
    newest = page(work.conn, house().keys.log, n=1, act=LOG_VERIFIED.name).rows
    by = str(newest[0].who.get("name") or "") if newest else ""
    sealed = from_ms(found.checkpoint.checkpoint.time) if found.checkpoint else None
    return {
        "state": found,
        "verified_by": by,
        "seconds": max(1, round(found.size / PACE)),
        "sealed": sealed,
        "witnesses": [_witness(each, sealed) for each in vouching.standing(work) or ()],
    }


def _witness(found: Standing, sealed: datetime | None) -> Mapping[str, Any]:
    """One witness: who it is to people, and whether what it cosigned last is the newest checkpoint."""
    same = found.at is not None and sealed is not None and found.at.date() == sealed.date()
    return {"name": names.party(found.party) or found.name, "standing": found, "same_day": same}


def _about(entry: Row, called: Names) -> str:
    named = subject(entry, called)
    return named if named in ("", entry.subject) else f"{named} ({entry.subject})"


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _day(name: str, problems: list[str]) -> Any:
    text = listing.asked(name)
    found = listing.day(text)
    if text and found is None:
        problems.append(f"{CATEGORIES[name]} must be a real date, like 27/3/2026")
    return found


def _item(work: Work, text: str, problems: list[str]) -> str | None:
    """An item by its reference, or an item or account by its id. What is neither is never carried into the log."""
    if not text:
        return None
    found = by_reference(work.conn, text.upper())
    if found is not None:
        return str(found.uuid)
    try:
        return str(UUID(text))
    except ValueError:
        problems.append(f"No item has the reference “{text}”, and it is no id")
        return None


def _person(work: Work, text: str, problems: list[str]) -> str | None:
    """Somebody by part of their name or address; or the service itself."""
    if not text or text.lower() in NOT_PEOPLE:
        return NOT_PEOPLE.get(text.lower())
    found = work.people.people(text=text)
    exact = [each for each in found if text.lower() in (each.name.lower(), each.email)]
    if len(exact or found) == 1:
        return (exact or found)[0].id
    said = f"{len(found)} people are called like “{text}”. Give a whole name or an email address"
    problems.append(said if found else f"Nobody is called like “{text}”")
    return None
