"""Turns facts into records of decisions to share. The same code serves the act itself and a rebuild from entry zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from audit.fact import Fact, Value
from foundation.calendar import london_date
from sharing.events import decisions as events
from sharing.events import items as acts
from sharing.model.decision import GRANTED, NAMED, PASSED_ON, REFUSED, SENT, DecisionTo
from sharing.rules import deciding
from sharing.store.decisions import DecisionRows

_ACT: Mapping[str, str] = {
    acts.ITEM_SENT.name: SENT,
    acts.ITEM_PASSED_ON.name: PASSED_ON,
    acts.ITEM_SHARED.name: NAMED,
    acts.ITEM_REOWNED.name: NAMED,
    acts.ACCESS_GRANTED.name: GRANTED,
}


class Decisions:
    """Follows every act that shares, and every refusal to (``audit.follow.Follower``)."""

    name = "sharing-decisions"
    kinds = events.DECISION_KINDS

    def follow(self, conn: sa.Connection, fact: Fact) -> None:
        """One fact. Refusals of access do nothing: nothing was decided by a person."""
        if fact.outcome != "allowed":
            return
        rows = DecisionRows(conn)
        if fact.kind == events.DECISION_ANSWERED.name:
            what = fact.what
            rows.answer(fact.subject, str(what["told"]), str(what["holds"]), str(what["words"]))
        elif fact.kind == events.SHARING_REFUSED.name:
            rows.add(_refused(fact), str(fact.what["words"]))
        else:
            rows.add(_shared(fact), str(fact.what["words"]))


def _shared(fact: Fact) -> DecisionTo:
    given = _given(fact.what["decision"])
    return DecisionTo(
        id=fact.id,
        act=_ACT[fact.kind],
        agreement=given["agreement"],
        version=int(given["version"]),
        route=given["route"],
        kind=given["kind"],
        item=fact.subject,
        reference=str(fact.what["reference"]),
        party=given["party"],
        office=int(given["office"]),
        by=str(fact.who["id"]),
        to_parties=tuple(filter(None, given["to_parties"].split(","))),
        to=tuple(int(each) for each in given["to"].split(",") if each),
        on=london_date(fact.at),
        at=fact.at,
        persons=int(given["persons"]),
        purpose=given["purpose"],
        told=given["told"],
        holds=tuple(filter(None, given["holds"].split(","))),
        holds_said=False,
        stated=deciding.decoded(_texts(fact.what["decision"])),
    )


def _refused(fact: Fact) -> DecisionTo:
    what = fact.what
    asked_by = str(what["asked_by"])
    return DecisionTo(
        id=fact.subject,
        act=REFUSED,
        agreement=str(what["agreement"]),
        version=int(str(what["agreement_version"])),
        route="",
        kind=str(what["kind"]),
        item="",
        reference="",
        party=str(what["party"]),
        office=int(str(what["office"])),
        by=str(what["by"]),
        to_parties=(asked_by,),
        to=(),
        on=london_date(fact.at),
        at=fact.at,
        persons=0,
        purpose="",
        told="",
        holds=(),
        holds_said=False,
        stated=deciding.decoded(_texts(what["decision"])),
    )


_STATED = "stated"


def _given(value: Value) -> dict[str, str]:
    """The “key=value” texts of a fact, those of what is stated left out."""
    listed: Sequence[str] = value if isinstance(value, list) else ()
    split = (each.partition("=") for each in listed)
    return {key: text for key, _, text in split if key != _STATED}


def _texts(value: Value) -> list[str]:
    listed: Sequence[str] = value if isinstance(value, list) else ()
    return [each.partition("=")[2] for each in listed if each.startswith(f"{_STATED}=")]
