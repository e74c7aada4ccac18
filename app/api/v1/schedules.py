"""Retention schedules: what is in force, and the next version: one proposes, another of that body approves."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from flask import Response, url_for

from app.api.reply import Reply, once
from app.api.schemas import schedules as schemas
from app.api.schemas.shapes import Nothing
from app.api.section import Section
from app.api.shown import whole
from app.bootstrap.duties import must
from app.bootstrap.work import Work
from app.http.house import actor, house
from foundation.calendar import london_date
from retention.model.schedule import RetentionClass, ScheduleVersion
from retention.rules import schedule_csv

bp = Section("schedules", "Retention schedules: in force, proposed, approved; what a version would change.")
LOOK = "view-disposal-log"
MOST_CSV = 100_000
_FILE = {"description": "The file.", "content": {"text/csv": {"schema": {"type": "string"}}}}
CSV = {"responses": {"200": _FILE}}


@bp.op("GET", "/schedules", gives=schemas.Schedules)
def schedules() -> Reply:
    """The version of each body in force today."""
    with house().work(actor()) as work:
        must(work, LOOK)
        today, found = london_date(work.now), work.schedules.in_force().parties
        current = {party: schedule.at(today) for party, schedule in sorted(found.items())}
    rows = [
        {
            "body": party,
            "number": version.number,
            "effective_from": version.effective_from,
            "applies": version.applies,
            "authority": version.authority,
            "classes": _classes(version.classes.values()),
        }
        for party, version in current.items()
        if version is not None
    ]
    return Reply(whole(rows))


@bp.op("GET", "/schedules/<party>/table", query=schemas.TableQuery, doc=CSV)
def table(query: dict[str, Any], party: str) -> Response:
    """The classes of a version as CSV: the one in force, or the one `version` names."""
    with house().work(actor()) as work:
        must(work, LOOK)
        found = work.schedules.of(party, query["version"])
    text = schedule_csv.write(found.classes[code] for code in sorted(found.classes))
    return _csv(text, f"schedule-{party}-{found.number}.csv")


@bp.op("GET", "/schedule-versions", gives=schemas.ProposedVersions)
def versions() -> Reply:
    """What was proposed here, newest number of each body first."""
    with house().work(actor()) as work:
        must(work, LOOK)
        return Reply(whole([_plain(each) for each in work.schedules.versions()]))


@bp.op("POST", "/schedules/<party>/versions", takes=schemas.ProposeBody, gives=schemas.ProposedVersion, status=201)
def propose(body: dict[str, Any], party: str) -> Reply:
    """Propose the next version. Every fault of the table is told, by line and column; nothing is taken of it then."""

    def act(work: Work) -> Reply:
        must(work, LOOK)
        given = {**body, "table": body["table"].encode("utf-8", "surrogatepass")}
        return _left(work.scheduling.propose(party, **given, actor=actor(), now=work.now))

    return once(act)


@bp.op("GET", "/schedule-versions/<version>", gives=schemas.VersionSeen)
def version(version: str) -> Reply:
    """One version, what it changes and, while it is undecided, what it would do to live items."""
    with house().work(actor()) as work:
        must(work, LOOK)
        found, text = work.schedules.version(version)
        shown = _plain(found) | {
            "authority": text.authority,
            "classes": _classes(text.classes.values()),
            "changes": work.schedules.difference(version),
            "dry_run": work.schedules.dry_run(version) if found.state == "proposed" else None,
        }
    return Reply(shown)


@bp.op("GET", "/schedule-versions/<version>/dry-run", doc=CSV)
def dry_run(version: str) -> Response:
    """What it would do to each live item, as CSV."""
    with house().work(actor()) as work:
        must(work, LOOK)
        found, _ = work.schedules.version(version)
        text = schedule_csv.effects(islice(work.schedules.effects(version), MOST_CSV))
    return _csv(text, f"dry-run-{found.party}-{found.number}.csv")


@bp.op("POST", "/schedule-versions/<version>/approve", takes=Nothing, gives=schemas.ProposedVersion)
def approve(_body: dict[str, Any], version: str) -> Reply:
    """Put it in force from its date: somebody else than who proposed it."""

    def act(work: Work) -> Reply:
        must(work, LOOK)
        return _left(work.scheduling.approve(version, actor=actor(), now=work.now))

    return once(act)


@bp.op("POST", "/schedule-versions/<version>/reject", takes=schemas.RejectBody, gives=schemas.ProposedVersion)
def reject(body: dict[str, Any], version: str) -> Reply:
    """It does not come into force."""

    def act(work: Work) -> Reply:
        must(work, LOOK)
        return _left(work.scheduling.reject(version, **body, actor=actor(), now=work.now))

    return once(act)


def _csv(text: str, name: str) -> Response:
    answer = Response(text, content_type="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _left(found: ScheduleVersion) -> Reply:
    return Reply(_plain(found), location=url_for("api_schedules.version", version=found.id))


def _plain(found: ScheduleVersion) -> dict[str, Any]:
    said = {name: getattr(found, name) for name in schemas.ProposedVersion().fields}
    for name in ("effective_from", "proposed_at", "decided_at"):
        said[name] = said[name].isoformat() if said[name] else None
    return said


def _classes(found: Iterable[RetentionClass]) -> list[dict[str, Any]]:
    names = ("code", "description", "triggers", "starts", "action", "authority", "clauses", "verified")
    return [
        {name: getattr(each, name) for name in names}
        | {
            "period_months": each.months,
            "outcomes": [{"outcome": name, "months": months} for name, months in each.outcomes],
        }
        for each in sorted(found, key=lambda one: one.code)
    ]
