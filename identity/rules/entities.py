"""Actor and facts as Cedar reads them. One way only to build them, always with the schema, only what one request needs.

Cedar given entities without their schema answers Allow where a rule should have stood; so nothing else here or above
may make an ``Entities``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import cedarpy

from foundation.actor import Actor
from identity.model import Grant, ItemFacts

Entity = dict[str, Any]


def uid(kind: str, name: object) -> dict[str, str]:
    """A Cedar entity's id in dict form: text form would let a quotation mark in an id change the question."""
    return {"type": kind, "id": str(name)}


def context(now: datetime, purpose: str) -> Entity:
    """What is true of the asking itself."""
    return {"now": _instant(now), "purpose": purpose.strip()}


def entities(schema: cedarpy.Schema, parts: Iterable[Entity]) -> cedarpy.Entities:
    """Checked against the schema as they are built. Raises ValueError for anything the schema does not know."""
    return cedarpy.Entities.from_json_str(json.dumps(list(parts)), schema)


def person(actor: Actor) -> Entity:
    """Who asks, a member of the groups, offices and duties in force now."""
    return {
        "uid": uid("Person", actor.principal),
        "attrs": {
            "account": actor.id,
            "key": str(actor.principal),
            "party": _ref("Party", actor.party),
            "hmg": actor.hmg,
            "abroad": actor.abroad,
            "cleared": _refs("Party", sorted(actor.cleared)),
            "standing": _ref("Standing", actor.standing),
            "vettedUntil": _instant(actor.vetted_until),
            "handlingUntil": _instant(actor.handling_until),
            "disposalUntil": _instant(actor.disposal_until),
            "mediaUntil": _instant(actor.media_until),
            "informedUntil": _instant(actor.informed_until),
        },
        "parents": [
            *(uid("Group", group) for group in sorted(actor.groups)),
            *(uid("Office", office) for office in sorted(actor.offices)),
            *(uid("Duty", duty) for duty in sorted(actor.duties)),
        ],
    }


def item(facts: ItemFacts) -> Entity:
    """What is asked for, from its facts alone."""
    attrs = {
        "sender": _ref("Person", facts.sender),
        "recipients": _refs("Person", facts.recipients),
        "groups": _refs("Group", facts.groups),
        "offices": _refs("Office", facts.offices),
        "recused": _refs("Person", facts.recused),
        "owners": _refs("Party", facts.owners),
        "releasedTo": _refs("Party", facts.released_to),
        "recipientsOnly": facts.recipients_only,
        "orgOnly": facts.org_only,
        "hmgOnly": facts.hmg_only,
        "quarantined": facts.quarantined,
        "state": _ref("State", facts.state),
    }
    if facts.embargo_until is not None:
        attrs["embargoUntil"] = _instant(facts.embargo_until)
    if facts.embargo_lead is not None:
        attrs["embargoLead"] = _ref("Person", facts.embargo_lead)
    return {"uid": uid("Item", facts.id), "attrs": attrs, "parents": [], "tags": _tags(facts.grants)}


def account(owner: str, body: str) -> Entity:
    """An account or office: the id of the person it belongs to, empty for one not yet made; the party whose it is."""
    return {"uid": uid("Account", "asked"), "attrs": {"owner": owner, "body": _ref("Party", body)}, "parents": []}


def disposal(body: str, reviewer: str) -> Entity:
    """Records of an originating body that fell due, and the id of the person who reviewed them."""
    return {
        "uid": uid("Disposal", "asked"),
        "attrs": {"body": _ref("Party", body), "reviewer": reviewer},
        "parents": [],
    }


def house() -> Entity:
    """The service itself: logs, incidents, running."""
    return {"uid": uid("House", "asked"), "attrs": {}, "parents": []}


def _tags(grants: tuple[Grant, ...]) -> Entity:
    tags: dict[str, Entity] = {}
    for grant in grants:
        name = "breakGlass" if grant.basis == "break-glass" else "grant"
        window = {"since": _instant(grant.window.since), "until": _instant(grant.window.until)}
        tags.setdefault(str(grant.principal), {})[name] = window
    return tags


def _instant(instant: datetime) -> Entity:
    text = instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"__extn": {"fn": "datetime", "arg": text}}


def _ref(kind: str, name: object) -> Entity:
    return {"__entity": uid(kind, name)}


def _refs(kind: str, names: Iterable[object]) -> list[Entity]:
    return [_ref(kind, name) for name in names]
