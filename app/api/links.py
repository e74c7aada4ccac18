"""Where an answer leads: the ids in it are what other addresses name. Links of OpenAPI, drawn from one table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.api.section import PATH

_NAMED = re.compile(r"{([a-z_]+)}")


@dataclass(frozen=True, slots=True)
class Leads:
    """The answer of ``source`` tells ``name`` at ``where`` (a JSON pointer); every address that begins with ``to``
    and needs nothing more can be asked next.
    """

    source: str
    name: str
    where: str
    to: str
    status: str = "201"


# In the order a person would take: written, sent, read, answered, closed, disposed of; then everything else.
LEADS = (
    Leads("post-drafts", "draft", "/id", "/drafts/{draft}"),
    Leads("get-drafts", "draft", "/items/0/id", "/drafts/{draft}", "200"),
    Leads("put-drafts-draft-files-name", "part", "/part", "/drafts/{draft}/files/{part}"),
    Leads("put-drafts-draft-files-name", "part", "/part", "/drafts/{draft}/markings/{part}"),
    Leads("post-drafts-draft-send", "reference", "/reference", "/items/{reference}"),
    Leads("get-items", "reference", "/items/0/reference", "/items/{reference}", "200"),
    Leads("post-people-search", "reference", "/items/0/reference", "/items/{reference}", "200"),
    Leads("post-items-reference-open", "part", "/files/0/part", "/items/{reference}/files/{part}", "200"),
    Leads("post-items-reference-answer", "draft", "/id", "/drafts/{draft}"),
    Leads("post-items-reference-close", "reference", "/reference", "/disposals/{reference}", "200"),
    Leads("get-disposals", "reference", "/items/0/reference", "/disposals/{reference}", "200"),
    Leads("post-disposals-reference-holds", "hold", "/id", "/holds/{hold}"),
    Leads("post-holds", "hold", "/id", "/holds/{hold}"),
    Leads("get-holds", "hold", "/items/0/id", "/holds/{hold}", "200"),
    Leads("post-batches", "batch", "/id", "/batches/{batch}"),
    Leads("get-certificates", "number", "/items/0/number", "/certificates/{number}", "200"),
    Leads("post-schedules-party-versions", "version", "/id", "/schedule-versions/{version}"),
    Leads("post-disposals-reference-copies", "copy", "/id", "/copies/{copy}"),
    Leads("post-media", "medium", "/id", "/media/{medium}"),
    Leads("post-papers", "paper", "/id", "/papers/{paper}"),
    Leads("post-incidents", "number", "/number", "/incidents/{number}"),
    Leads("get-incidents", "number", "/items/0/number", "/incidents/{number}", "200"),
    Leads("get-audit-entries", "entry", "/items/0/id", "/audit/entries/{entry}", "200"),
    Leads("post-audit-erasures", "erasure", "/id", "/audit/erasures/{erasure}"),
    Leads("post-agreements-agreement-records-kind", "record", "/id", "/agreement-records/{record}"),
    Leads("get-agreements", "agreement", "/items/0/id", "/agreements/{agreement}", "200"),
    Leads("post-agreements-agreement-versions", "version", "/id", "/agreement-versions/{version}"),
    Leads("post-agreements-agreement-alerts-kind", "alert", "/id", "/alerts/{alert}"),
    Leads("get-alerts", "alert", "/items/0/id", "/alerts/{alert}", "200"),
    Leads("post-requests", "key", "/id", "/requests/{key}"),
    Leads("post-sharing-decisions", "decision", "/id", "/sharing-decisions/{decision}"),
    Leads("get-sharing-decisions", "decision", "/items/0/id", "/sharing-decisions/{decision}", "200"),
    Leads("post-transfer-consents", "consent", "/id", "/transfer-consents/{consent}"),
    Leads("post-safety-overrides", "override", "/id", "/safety-overrides/{override}"),
    Leads("post-accounts", "account", "/person", "/accounts/{account}"),
    Leads("get-accounts", "account", "/items/0/id", "/accounts/{account}", "200"),
    Leads("post-accounts-account-appointments", "conferral", "/id", "/conferrals/{conferral}", "202"),
    Leads("post-accounts-account-recoveries", "recovery", "/id", "/recoveries/{recovery}"),
    Leads("post-groups", "group", "/id", "/groups/{group}"),
    Leads("post-offices", "office", "/id", "/offices/{office}"),
    Leads("post-me-tokens", "token", "/id", "/me/tokens/{token}"),
    Leads("get-session-list", "session", "/sessions/0/id", "/session/list/{session}", "200"),
    Leads("post-partner-systems", "system", "/id", "/partner-systems/{system}"),
    Leads("get-partner-systems", "system", "/items/0/id", "/partner-systems/{system}", "200"),
)


def draw(found: list[tuple[str, str, dict[str, Any]]]) -> None:
    """Each link into the answer it begins at. ``found``: path, method, operation of every operation."""
    places = {operation["operationId"]: (path, operation) for path, _, operation in found}
    for lead in LEADS:
        path, source = places[lead.source]
        links = source["responses"][lead.status].setdefault("links", {})
        for _, _, target in _next(lead, path, found):
            links[target["operationId"]] = _link(lead, target["operationId"], places[target["operationId"]][0])
    _at_its_version(places)


def _next(
    lead: Leads, path: str, found: list[tuple[str, str, dict[str, Any]]]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    known = {*_NAMED.findall(path), lead.name}
    for place in found:
        below = place[0].removeprefix(PATH)
        if (below == lead.to or below.startswith(f"{lead.to}/")) and known.issuperset(_NAMED.findall(below)):
            yield place


def _link(lead: Leads, target: str, path: str) -> dict[str, Any]:
    said = {name: f"$request.path.{name}" for name in _NAMED.findall(path)}
    return {"operationId": target, "parameters": {**said, lead.name: f"$response.body#{lead.where}"}}


def _at_its_version(places: dict[str, tuple[str, dict[str, Any]]]) -> None:
    """Changing a draft needs the version that was looked at."""
    _, looked = places["get-drafts-draft"]
    looked["responses"]["200"].setdefault("links", {})["patch-drafts-draft"] = {
        "operationId": "patch-drafts-draft",
        "parameters": {"draft": "$request.path.draft", "header.If-Match": "$response.header.ETag"},
        "description": "With the ETag that was answered.",
    }
