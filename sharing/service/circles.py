"""What facts say of records and of who may know of them: rows of both, and which circles a fact ends."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from audit.fact import Fact
from sharing.events import agreements as events
from sharing.model.agreement import Agreements
from sharing.model.circle import BARRED, ENDED, NAMED, Closing
from sharing.model.coverage import Record
from sharing.model.duty import RECORD_MADE
from sharing.ports import Words
from sharing.rules.duties.matching import Event, event_of, fits
from sharing.store.circles import CircleRows
from sharing.store.records import RecordRows, about

MADE = frozenset({events.RECORD_MADE.name, events.NAMED_RECORD_MADE.name})
_STATES = {
    events.RECORD_NAMED.name: NAMED,
    events.RECORD_NAMING_ENDED.name: ENDED,
    events.RECORD_BARRED.name: BARRED,
}
_IN_SEAL = ("record", "on", "establishment", "thread", "values", "words")


def seal(words: Words, record: str, what: Mapping[str, Any]) -> str:
    """What the log is not to say in clear of a record kept to named people."""
    return words.seal(_sealed_to(record), json.dumps({name: what[name] for name in _IN_SEAL}, sort_keys=True))


def event(records: RecordRows, fact: Fact, words: Words) -> Event:
    """A fact as duties see it, with the circle of the record it is, where it is one."""
    if fact.kind not in MADE:
        return event_of(fact.kind, fact.id, fact.at, fact.subject, fact.what)
    found = event_of(RECORD_MADE, fact.id, fact.at, fact.subject, _what(fact, words))
    if fact.kind == events.NAMED_RECORD_MADE.name:
        return replace(found, circle=str(fact.what["circle"]), closed=True)
    parent = records.find(found.thread) if found.thread != found.subject else None
    return replace(found, circle=parent.circle if parent else "")


def event_again(record: Record) -> Event:
    """The same from the row of a record, once its circle is closed no longer."""
    what = {
        "agreement": record.agreement,
        "record": record.kind,
        "on": record.on.isoformat(),
        "establishment": record.establishment,
        "thread": record.thread,
        "values": [f"{key}={value}" for key, value in record.values.items()],
    }
    return replace(event_of(RECORD_MADE, record.entry, record.made_at, record.id, what), circle=record.circle)


def row(heard: Event, fact: Fact, words: Words) -> dict[str, Any]:
    """The row of a record."""
    what = _what(fact, words)
    split = (str(each).partition("=") for each in what["values"])
    return {
        "id": fact.subject,
        "agreement": heard.agreement,
        "version": int(str(fact.what["agreement_version"])),
        "kind": str(what["record"]),
        "on": date.fromisoformat(str(what["on"])),
        "establishment": heard.establishment,
        "thread": heard.thread,
        "coded": {key: value for key, _, value in split},
        "words": str(what["words"]),
        "party": str(fact.what["party"]),
        "made_by": str(fact.what["by"]),
        "made_at": fact.at,
        "entry": fact.id,
        "circle": heard.circle,
        "closed": heard.closed,
    }


def begun(rows: CircleRows, fact: Fact) -> None:
    """Whoever makes a record that begins a circle names the first people in it."""
    listed = fact.what["named"]
    for person in listed if isinstance(listed, list) else ():
        rows.put(fact.subject, str(person), state=NAMED, at=fact.at, by=str(fact.what["by"]))


def named(rows: CircleRows, fact: Fact) -> None:
    """Somebody was named, or barred, or may know no longer."""
    by = str(fact.who["id"])
    rows.put(fact.subject, str(fact.what["person"]), state=_STATES[fact.kind], at=fact.at, by=by)


def ended(agreements: Agreements, records: RecordRows, heard: Event) -> Iterator[str]:
    """The circles whose embargo this ends. Each by the version of the agreement it began under."""
    for version in agreements.versions:
        for embargo in version.embargoes.values():
            if fits(embargo.until, heard, version.id):
                for root in records.closed(version.id, version.version, embargo.covers):
                    closing = version.closing(version.records[root.kind])
                    if closing is not None and ends(closing, root, heard, version.id):
                        yield root.id


def ends(closing: Closing, root: Record, heard: Event, agreement: str) -> bool:
    """Does this end the embargo under which ``root`` is known to named people alone?"""
    if closing.until is None or not fits(closing.until, heard, agreement):
        return False
    if closing.about == "same":
        return root.id in (heard.thread, heard.circle)
    return closing.about == "any" or (heard.establishment != "" and root.establishment == heard.establishment)


def _what(fact: Fact, words: Words) -> Mapping[str, Any]:
    if fact.kind == events.RECORD_MADE.name:
        return fact.what
    opened: dict[str, Any] = json.loads(words.open(_sealed_to(fact.subject), str(fact.what["sealed"])))
    return {**fact.what, **opened}


def _sealed_to(record: str) -> str:
    return f"{about(record)}/named"
