"""Writing an item before it is sent; a draft is its author's alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from app.api.reply import Reply, expected, once
from app.api.schemas import drafts as schemas
from app.api.schemas.items import ItemMade
from app.api.schemas.shapes import Made, Nothing
from app.api.section import Section
from app.api.shown import group_number, office_number, person_number, person_numbers, uuid_or_none_such, whole
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.repeating import in_turn
from foundation.calendar import london_date
from sharing.errors.items import NotYourOffice
from sharing.model.agreement import Agreement, place_of
from sharing.model.item import DraftOpened, DraftRef, Subject, Written

bp = Section("drafts", "Items being written.")
NAMES = {"sharing_purpose": "purpose"}  # the room's name of a field: ours
_WORDS = {"marking": "marking", "title": "title", "text": "text", "purpose": "sharing_purpose", "told": "told"}


@bp.op("POST", "/drafts", takes=schemas.DraftBody, gives=Made, status=201)
def create(body: dict[str, Any]) -> Reply:
    """Start a draft. The answer has its id and version alone; its words are at its address."""

    def act(work: Work) -> Reply:
        given = written(work, body)
        ref = work.sharing.start_draft(
            given,
            agreement=body["agreement"],
            kind=body["kind"],
            office=_sending_office(work, body, given),
            route=body["route"],
            reply_to=body["reply_to"],
            actor=actor(),
            now=work.now,
        )
        return made(ref)

    return once(act, names=NAMES)


@bp.op("GET", "/drafts", gives=schemas.Drafts)
def drafts() -> Reply:
    """One's own drafts, the newest change first."""
    with house().work(actor()) as work:
        return Reply(whole(work.items.drafts(actor=actor(), now=work.now)))


@bp.op("GET", "/drafts/<draft>", gives=schemas.Draft)
def read(draft: str) -> Reply:
    """The whole draft."""
    with house().work(actor()) as work:
        found = work.sharing.draft(uuid_or_none_such(draft), actor=actor(), now=work.now)
        return Reply(_shown(work, found), version=found.version)


@bp.op("PATCH", "/drafts/<draft>", takes=schemas.DraftChange, gives=Made)
def revise(body: dict[str, Any], draft: str) -> Reply:
    """Change what is given. Needs If-Match."""
    version = expected(required=True)

    def act(work: Work) -> Reply:
        given = written(work, body)
        ref = work.sharing.revise_draft(uuid_or_none_such(draft), given, expected=version, actor=actor(), now=work.now)
        return made(ref)

    return once(act, names=NAMES)


@bp.op("DELETE", "/drafts/<draft>")
def discard(draft: str) -> Reply:
    """Throw it away, with its files and its key."""

    def act(work: Work) -> Reply:
        work.sharing.discard_draft(uuid_or_none_such(draft), expected=expected(), actor=actor(), now=work.now)
        return Reply()

    return once(act)


@bp.op("POST", "/drafts/<draft>/send", takes=Nothing, gives=ItemMade, status=201)
@in_turn
def send(_body: dict[str, Any], draft: str) -> Reply:
    """Send it: from here on it is an item with a reference."""

    def act(work: Work) -> Reply:
        ref = work.sharing.send(uuid_or_none_such(draft), expected=expected(), actor=actor(), now=work.now)
        body = {"reference": ref.reference, "id": str(ref.uuid), "version": ref.version}
        return Reply(body, version=ref.version, location=url_for("api_items.summary", reference=ref.reference))

    return once(act, names=NAMES)


def made(ref: DraftRef) -> Reply:
    """A draft by its id and version."""
    location = url_for("api_drafts.read", draft=str(ref.uuid))
    return Reply({"id": str(ref.uuid), "version": ref.version}, version=ref.version, location=location)


def written(work: Work, body: Mapping[str, Any]) -> Written:
    """What an author gives, with people, groups and offices found. Raises WhoUnknown."""
    given: dict[str, Any] = {room: body[ours] for ours, room in _WORDS.items() if ours in body}
    if "subjects" in body:
        given["subjects"] = tuple(_subject(each) for each in body["subjects"])
    if "establishment" in body:
        given["establishment"] = body["establishment"] or ""
    if "to_office" in body:
        given["to_office"] = office_number(work, body["to_office"], "to_office") if body["to_office"] else 0
    if "embargo_lead" in body:
        lead = body["embargo_lead"]
        given["embargo_lead"] = person_number(work, lead, "embargo_lead") if lead else 0
    if "recipients" in body:
        given["recipients"] = person_numbers(work, body["recipients"], "recipients")
    if "groups" in body:
        given["groups"] = [group_number(work, each, "groups") for each in body["groups"]]
    return Written(**given)


def _subject(given: Mapping[str, Any]) -> Subject:
    return Subject(given["name"], tuple((one["type"], one["value"]) for one in given["identifiers"]))


def _sending_office(work: Work, body: Mapping[str, Any], given: Written) -> int:
    """The office it is sent as: the one named, else the only one held that has such a way, else the only one held."""
    if body["office"]:
        return office_number(work, body["office"])
    held = sorted(actor().offices)
    agreement = work.agreements.current(body["agreement"], london_date(work.now))
    target = place_of(work.people.office(given.to_office)) if given.to_office else ""
    fitting = [number for number in held if agreement and _has_way(work, agreement, number, body, target)]
    for found in (fitting, held):
        if len(found) == 1:
            return found[0]
    raise NotYourOffice("Say with “office” which of your offices sends it.", fields={"office": ["Choose an office"]})


def _has_way(work: Work, agreement: Agreement, number: int, body: Mapping[str, Any], target: str) -> bool:
    place = place_of(work.people.office(number))
    return any(
        place in route.senders
        and body["kind"] in route.kinds
        and body["route"] in ("", route.id)
        and (not target or target in route.to)
        for route in agreement.routes.values()
    )


def _shown(work: Work, found: DraftOpened) -> dict[str, Any]:
    groups = {group.principal: group.id for group in work.people.groups()}
    plain = (
        "version agreement route route_title kind kind_name office_name marking establishment reply_to title text told "
        "files"
    )
    return {
        **{name: getattr(found, name) for name in (*plain.split(), "updated")},
        "id": str(found.uuid),
        "office": work.people.office(found.office).id,
        "to_office": work.people.office(found.to_office).id if found.to_office else None,
        "embargo_lead": _person(work, found.embargo_lead) if found.embargo_lead else None,
        "recipients": [_person(work, number) for number in found.recipients],
        "groups": [groups.get(number, "") for number in found.groups],
        "purpose": found.sharing_purpose,
        "subjects": [schemas.subject_of(each) for each in found.subjects],
        "missing": found.ready.reasons,
    }


def _person(work: Work, number: int) -> str:
    found = work.people.by_principal(number)
    return found.id if found else ""
