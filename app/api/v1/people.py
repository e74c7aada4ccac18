"""Who one is, what one may send, and whom and what one may choose from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import request

from app.api.reply import Reply, once
from app.api.schemas import people as schemas
from app.api.schemas.conferrals import ConferralMade
from app.api.schemas.shapes import Made
from app.api.section import Section
from app.api.shown import me, whole
from app.api.v1.conferrals import proposed
from app.bootstrap import directory
from app.bootstrap.duties import must
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import by_hand
from classification.model import GRADES
from classification.rules.build import choices
from foundation.actor import FOREVER
from foundation.calendar import london_date
from foundation.errors import Reason
from identity.model import Office
from identity.rules.establishments import read
from sharing.model.agreement import Agreement, Route, place_of
from sharing.rules.identifiers import KINDS

bp = Section("people", "The signed-in person, what they may send, and the lists they choose from.")


@bp.op("GET", "/me", gives=schemas.Me)
def myself() -> Reply:
    """Who one is here, now."""
    with house().work(actor()) as work:
        return Reply(me(work, actor()))


@bp.op("GET", "/handling-requirements", gives=schemas.Handling)
def handling() -> Reply:
    """What everybody must have accepted before they reach an item, as it is asked for now."""
    with house().work(actor()) as work:
        asked = house().policies.gates.requirements.in_force(work.now)
        return Reply({"asked": asked, "accepted": work.now < actor().informed_until})


@bp.op("POST", "/handling-requirements/accept", takes=schemas.AcceptHandlingBody)
@by_hand
def accept_handling(body: dict[str, Any]) -> Reply:
    """Say that one has read and accepts them. The digest is that of the text that was read."""

    def act(work: Work) -> Reply:
        work.identity.accept_handling(**body, actor=actor(), now=work.now)
        return Reply()

    return once(act)


@bp.op("GET", "/ways", gives=schemas.Ways)
def ways() -> Reply:
    """The ways the agreements in force give this person, with everything a form offers."""
    with house().work(actor()) as work:
        agreements = work.agreements.in_force(london_date(work.now))
        gate = house().decider.gate(actor(), now=work.now)
        found = choices(house().policies.scheme)
        body = {
            "ways": list(_ways(work, agreements)),
            "purposes": [purpose for agreement in agreements for purpose in agreement.purposes.values()],
            "markings": {
                "grades": GRADES,
                "instructions": found.instructions,
                "descriptors": found.descriptors,
                "organisations": found.organisations,
            },
            "identifier_types": sorted(KINDS),
            "limits": {"file_bytes": house().settings.file_limit, "files_per_item": house().settings.files_per_item},
            "barred": [] if gate.allowed else [Reason("access", why) for why in gate.why],
        }
        return Reply(body)


def _ways(work: Work, agreements: tuple[Agreement, ...]) -> Iterator[dict[str, Any]]:
    for number in sorted(actor().offices):
        office = work.people.office(number)
        for agreement in agreements:
            for route in agreement.routes_from(place_of(office)):
                yield _way(work, agreement, route, office)


def _way(work: Work, agreement: Agreement, route: Route, office: Office) -> dict[str, Any]:
    led: list[Office] = []
    chosen: list[Office] = []
    for place in route.holders:
        party, _, kind = place.partition("/")
        holder = house().policies.parties[party].office_kind(kind)
        (led if holder and holder.single else chosen).extend(work.people.offices(party=party, kind=kind))
    return {
        "agreement": agreement.id,
        "agreement_title": agreement.title,
        "route": route.id,
        "title": route.title,
        "way": route.way,
        "clauses": route.clauses,
        "office": office,
        "kinds": [agreement.kinds[kind] for kind in route.kinds],
        "needs_establishment": route.establishment,
        "to": led,
        "choices": chosen,
    }


@bp.op("GET", "/establishments", query=schemas.EstablishmentsQuery, gives=schemas.Establishments)
def establishments(query: dict[str, Any]) -> Reply:
    """Places of custody, by name."""
    text = query["text"].strip().lower()
    with house().work(actor()) as work:
        found = work.people.establishments(active=query["active"])
    return Reply(whole([one for one in found if text in f"{one.name} {one.name_welsh} {one.key}".lower()]))


@bp.op(
    "PUT",
    "/establishments",
    gives=schemas.Imported,
    doc={"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def import_establishments() -> Reply:
    """Bring in a register of establishments (CSV, UTF-8). Those it lacks stay as they are."""
    data = request.get_data(cache=True)

    def act(work: Work) -> Reply:
        must(work, "view-accounts")
        done = work.identity.import_establishments(rows=read(data), actor=actor(), now=work.now)
        return Reply({"new": done.new, "changed": done.changed, "same": done.same})

    return once(act)


@bp.op("GET", "/offices", query=schemas.OfficesQuery, gives=schemas.Offices)
def offices(query: dict[str, Any]) -> Reply:
    """Offices: by what is known of them, of a party, of a kind, covering an establishment."""
    with house().work(actor()) as work:
        return Reply(whole(directory.offices(work, **query)))


@bp.op("POST", "/offices", takes=schemas.OfficeBody, gives=Made, status=201)
def create_office(body: dict[str, Any]) -> Reply:
    """A new office, covering these establishments."""
    covered = body.pop("establishments")

    def act(work: Work) -> Reply:
        office_id = work.identity.create_office(**body, actor=actor(), now=work.now)
        for key in covered:
            work.identity.cover(office_id=office_id, establishment_key=key, actor=actor(), now=work.now)
        return Reply({"id": office_id})

    return once(act)


@bp.op("POST", "/offices/<office>/establishments", takes=schemas.CoverBody)
def cover(body: dict[str, Any], office: str) -> Reply:
    """Let an office cover an establishment; no harm when it does."""

    def act(work: Work) -> Reply:
        work.identity.cover(office_id=office, establishment_key=body["establishment"], actor=actor(), now=work.now)
        return Reply()

    return once(act)


@bp.op("DELETE", "/offices/<office>/establishments/<establishment>")
def uncover(office: str, establishment: str) -> Reply:
    """Let it cover that no longer."""

    def act(work: Work) -> Reply:
        work.identity.uncover(office_id=office, establishment_key=establishment, actor=actor(), now=work.now)
        return Reply()

    return once(act)


@bp.op("GET", "/people", query=schemas.PeopleQuery, gives=schemas.Directory)
def people(query: dict[str, Any]) -> Reply:
    """People with an account in use, by name, and where they work: whom an item can be shared with. At most 50."""
    with house().work(actor()) as work:
        found = directory.people(work, **query)
    shown = whole(found[: directory.MOST])
    shown["count"]["capped"] = len(found) > directory.MOST
    return Reply(shown)


@bp.op("GET", "/groups", gives=schemas.Groups)
def groups() -> Reply:
    """Need-to-know groups."""
    with house().work(actor()) as work:
        return Reply(whole(work.people.groups()))


@bp.op("POST", "/groups", takes=schemas.GroupBody, gives=Made, status=201)
def create_group(body: dict[str, Any]) -> Reply:
    """A new need-to-know group of one party."""
    return once(lambda work: Reply({"id": work.identity.create_group(**body, actor=actor(), now=work.now)}))


@bp.op("GET", "/groups/<group>/members", gives=schemas.Colleagues)
def members(group: str) -> Reply:
    """Who is in a group now; for those who manage accounts."""
    with house().work(actor()) as work:
        must(work, "view-accounts")
        work.people.group(group)
        return Reply(whole(work.people.members(group, now=work.now)))


@bp.op("POST", "/groups/<group>/members", takes=schemas.MemberBody, gives=ConferralMade, status=202)
def join(body: dict[str, Any], group: str) -> Reply:
    """Propose to add somebody, for good or until `until`. Another administrator confirms it."""

    def act(work: Work) -> Reply:
        given = {"group_id": group, "person_id": body["person"], "until": body["until"] or FOREVER}
        return proposed(work.identity.propose_joining(**given, words=body["words"], actor=actor(), now=work.now))

    return once(act)


@bp.op("DELETE", "/groups/<group>/members/<person>")
def quit_group(group: str, person: str) -> Reply:
    """Take somebody out; no harm when they are not in it."""

    def act(work: Work) -> Reply:
        work.identity.leave_group(group_id=group, person_id=person, actor=actor(), now=work.now)
        return Reply()

    return once(act)
