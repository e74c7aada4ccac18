"""Reads ``policies/data-protection/<agreement>.toml``, strictly: what is stated of processing, each with its source."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from foundation.policy import Faults, Table, read
from sharing.model.agreement import Agreement, Agreements
from sharing.model.processing import HOLDS, Activity, Controller, Processing, Statement

FOLDER = "data-protection"
OTHERS = frozenset({"adequacy.toml"})  # files of the folder that others read
_HEAD = ("relationship", "sharing_agreement", "rights", "impact_assessment")
_BASIS = ("purpose", "lawful_basis", "power", "special", "offence", "necessity")


def load_processing(root: Path, agreements: Agreements, faults: Faults) -> dict[str, Processing]:
    """By agreement. An agreement of which no file speaks has nothing stated of it, which is shown as missing."""
    found: dict[str, Processing] = {}
    for path in sorted((root / FOLDER).glob("*.toml")):
        if path.name in OTHERS:
            continue
        top = read(path, root, faults)
        if top is None:
            continue
        one = _processing(top, agreements)
        if one.agreement in found:
            top.fault("agreement", f"“{one.agreement}” stands in another file too")
        found[one.agreement] = one
    return found


def _processing(top: Table, agreements: Agreements) -> Processing:
    id_ = top.code("agreement")
    versions = [each for each in agreements.versions if each.id == id_]
    if id_ and not versions:
        top.fault("agreement", f"there is no agreement “{id_}”")
    parties = {party for each in versions for party in each.parties}
    controllers: dict[str, Controller] = {}
    for table in top.tables("controller", least=1):
        one = _controller(table, parties)
        if one.party in controllers:
            table.fault("party", f"“{one.party}” is given twice")
        controllers[one.party] = one
    activities: list[Activity] = []
    for table in top.tables("activity", least=1):
        activities.append(_activity(table, versions, activities))
    head = {key: _one(top, key) for key in _HEAD}
    security = tuple(_statement(each) for each in top.tables("security"))
    top.done()
    return Processing(id_, controllers=controllers, activities=tuple(activities), security=security, **head)


def _controller(table: Table, parties: Collection[str]) -> Controller:
    party = table.code("party")
    if party and parties and party not in parties:
        table.fault("party", f"“{party}” is no party of this agreement")
    given = {key: _one(table, key) for key in ("contact", "representative", "officer")}
    table.done()
    return Controller(party, **given)


def _activity(table: Table, versions: Collection[Agreement], before: Collection[Activity]) -> Activity:
    kinds = table.texts("kinds", least=1)
    known = {kind for each in versions for kind in each.kinds}
    taken = {kind for each in before for kind in each.kinds}
    for kind in kinds:
        if known and kind not in known:
            table.fault("kinds", f"“{kind}” is no kind of item of this agreement")
        elif kind in taken:
            table.fault("kinds", f"“{kind}” stands in another activity too")
    presumed = table.texts("presumed")
    for each in sorted(set(presumed) - set(HOLDS)):
        table.fault("presumed", f"“{each}” is none of {', '.join(HOLDS)}")
    basis = {key: _one(table, key) for key in _BASIS}
    found = Activity(
        id=table.code("id"),
        name=table.text("name"),
        kinds=kinds,
        presumed=presumed,
        clauses=table.clauses(),
        persons=tuple(_statement(each) for each in table.tables("person")),
        data=tuple(_statement(each) for each in table.tables("data")),
        **basis,
    )
    if found.id in {each.id for each in before}:
        table.fault("id", f"“{found.id}” is given twice")
    table.done()
    return found


def _one(table: Table, key: str) -> Statement | None:
    found = table.table(key, needed=False)
    return None if found is None else _statement(found)


def _statement(table: Table) -> Statement:
    words, source, verified = table.text("words"), table.text("source"), table.flag("verified")
    lowered = source.lower()
    if verified and ("unverified" in lowered or "local interpretation" in lowered):
        table.fault("verified", "what is unverified, or a local interpretation, was verified by nobody")
    table.done()
    return Statement(words, source, verified)
