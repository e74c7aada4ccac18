"""What facts about the items of a request leave in its rows."""

from __future__ import annotations

from collections.abc import Mapping

from audit.fact import Fact, Value
from sharing.events import rights as events
from sharing.service.rights.fields import day, text, texts
from sharing.store.rights import RightsRows
from sharing.tables import rights as tables


def found(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    party = text(what, "party")
    for line in texts(what, "items"):
        item, number, reference, how = line.split("|")
        rows.add(
            tables.request_item,
            request=fact.subject,
            item=item,
            item_id=int(number),
            party=party,
            reference=reference,
            how=how,
            excluded=False,
            outcome="",
            ground="",
            third_party="",
            decided_by="",
            checked_by="",
            restricted=False,
            note="",
        )
    if int(str(what["searched_for"])):
        counts = {"searched_for": int(str(what["searched_for"])), "drafts": int(str(what["drafts"]))}
        key = {"request": fact.subject, "party": party}
        rows.change(tables.request_part, key, searched_at=fact.at, **counts)


def excluded(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    excluded = fact.kind == events.MATCH_EXCLUDED.name
    rows.change(tables.request_item, _item(fact, what), excluded=excluded)


def _item(fact: Fact, what: Mapping[str, Value]) -> dict[str, str]:
    return {"request": fact.subject, "item": text(what, "item")}


def decided(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    rows.change(
        tables.request_item,
        _item(fact, what),
        outcome=text(what, "outcome"),
        ground=text(what, "ground"),
        third_party=text(what, "third_party"),
        decided_by=str(fact.who["id"]),
        checked_by="",
        restricted=bool(what["restricts"]),
        note=text(what, "note"),
    )


def checked(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    rows.change(tables.request_item, _item(fact, what), checked_by=str(fact.who["id"]))


def lifted(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    rows.change(tables.request_item, _item(fact, what), restricted=False)


def sent_back(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    rows.change(tables.request_item, _item(fact, what), outcome="", ground="", third_party="", decided_by="", note="")


def disclosed(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    rows.add(
        tables.request_disclosure,
        id=text(what, "disclosure"),
        request=fact.subject,
        party=text(what, "party"),
        on=day(what, "on"),
        channel=text(what, "channel"),
        digest=text(what, "digest"),
        items=",".join(texts(what, "items")),
        by=str(fact.who["id"]),
        note=text(what, "note"),
    )


def recipients(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    for office in texts(what, "offices"):
        rows.add(
            tables.request_notice,
            request=fact.subject,
            item=text(what, "item"),
            office=int(office),
            party=text(what, "party"),
            about=text(what, "about"),
            told_at=fact.at,
            note=text(what, "note"),
            known_at=None,
            known_by="",
        )


def known(rows: RightsRows, fact: Fact, what: Mapping[str, Value]) -> None:
    key = {**_item(fact, what), "office": int(text(what, "office"))}
    rows.change(tables.request_notice, key, known_at=fact.at, known_by=str(fact.who["id"]))
