"""The log, for those whose duty it is: entries, state, checkpoints, the bundle an examiner takes away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response, send_file

from app.api import cursor
from app.api.reply import Reply, once
from app.api.schemas import oversight as schemas
from app.api.schemas.shapes import Nothing
from app.api.section import Section
from app.bootstrap import logbook, sequencing, vouching
from app.bootstrap.duties import must
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import public
from audit import reading
from audit.errors import EntryUnknown, NothingSigned, RangeUnusable
from audit.events import LOG_VIEWED
from audit.fact import Value
from audit.leaf import canonical
from audit.receipts import receipt

bp = Section("audit", "The audit log and its proofs.")
LOOK, TAKE = "view-audit-log", "export-audit-log"
_ENDS = {"first": "from", "end": "to"}
TEXT = {"content": {"text/plain": {"schema": {"type": "string"}}}}


@bp.op("GET", "/audit/entries", query=schemas.EntriesQuery, gives=schemas.Entries)
def entries(query: dict[str, Any]) -> Reply:
    """The newest first."""
    place = cursor.number(query["cursor"])
    exact = {name: query[name] or None for name in ("item", "act", "outcome", "actor")}
    sequencing.catch_up(house())
    with house().work(actor()) as work:
        must(work, LOOK)
        page = reading.page(
            work.conn,
            house().keys.log,
            place,
            query["limit"],
            since=query["since"],
            until=query["until"],
            **exact,
        )
        days = {name: query[name].isoformat() if query[name] else None for name in ("since", "until")}
        _note_view(work, **exact, **days)
    return Reply({"items": page.rows, "next": cursor.of_number(page.cursor)})


@bp.op("GET", "/audit/entries/<entry>", gives=schemas.Entry)
def entry(entry: str) -> Reply:
    """One entry by its id."""
    sequencing.catch_up(house())
    with house().work(actor()) as work:
        must(work, LOOK)
        found = reading.entry(work.conn, house().keys.log, entry)
        if found is None:
            raise EntryUnknown("The log has no entry of that id.")
        _note_view(work, item=found.id)
    return Reply(found)


@bp.op("GET", "/audit/state", gives=schemas.LogState)
def state() -> Reply:
    """How the log stands; the quick check."""
    sequencing.catch_up(house())
    with house().work(actor()) as work:
        must(work, LOOK)
        found = reading.state(work.conn, house().keys.log)
        witnesses = vouching.standing(work)
    note = found.checkpoint
    return Reply(
        {
            "origin": house().keys.log.origin,
            "size": found.size,
            "root": found.root.hex(),
            "sound": found.sound,
            "unsigned": found.unsigned,
            "checkpoint_size": note.checkpoint.size if note else None,
            "checkpoint_number": note.checkpoint.number if note else None,
            "verified": found.verified,
            "cosignatures": vouching.word(witnesses),
            "witnesses": witnesses or (),
        }
    )


@bp.op(
    "GET",
    "/audit/checkpoint",
    doc={"responses": {"200": {"description": "The newest signed checkpoint.", **TEXT}}},
)
def checkpoint() -> Response:
    """The newest checkpoint, as signed."""
    with house().work(actor()) as work:
        must(work, LOOK)
        found = work.checkpoints.latest()
        if found is None:
            raise NothingSigned("Make a checkpoint first.")
    return Response(found.text, content_type="text/plain; charset=utf-8")


@bp.op("POST", "/audit/checkpoint", takes=Nothing, gives=schemas.CheckpointMade, status=201)
def make_checkpoint(_body: dict[str, Any]) -> Reply:
    """Sign the log as it stands."""

    def act(work: Work) -> Reply:
        must(work, TAKE)
        made = work.checkpoints.make(now=work.now)
        return Reply({"note": made.text, "number": made.checkpoint.number, "size": made.checkpoint.size})

    sequencing.catch_up(house())
    return once(act)


@bp.op("POST", "/audit/verify", takes=Nothing, gives=schemas.LogVerified)
def verify(_body: dict[str, Any]) -> Reply:
    """Every entry, the tree, every checkpoint and every row, now. It takes as long as the log is."""
    with house().work(actor()) as work:
        must(work, LOOK)
    found = logbook.verify(house(), actor())
    return Reply({"ok": found.ok, "entries": found.entries, "faults": [str(each) for each in found.faults]})


@bp.op(
    "GET",
    "/audit/entries/<entry>/receipt",
    doc={
        "responses": {
            "200": {
                "description": "The entry with its proof.",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        }
    },
)
def as_receipt(entry: str) -> Response:
    """One entry with its proof, for `custodes verify`."""
    sequencing.catch_up(house())
    with house().work(actor()) as work:
        must(work, TAKE)
        found = receipt(work.conn, house().keys.log, entry, now=work.now)
        _note_view(work, item=entry)
    return Response(canonical(found), content_type="application/json")


@bp.op(
    "GET",
    "/audit/key",
    door=public,
    doc={"responses": {"200": {"description": "The verifier key.", **TEXT}}},
)
def key() -> Response:
    """The verifier key of the log. Who must trust nobody gets it by another way, too."""
    return Response(house().keys.log.published, content_type="text/plain; charset=utf-8")


@bp.op(
    "GET",
    "/audit/bundle",
    query=schemas.BundleQuery,
    doc={
        "responses": {
            "200": {
                "description": "The log, or the range asked for, for `custodes verify`.",
                "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
def bundle(query: dict[str, str]) -> Response:
    """The log, or a range of it, as a zip. That it was taken is recorded: of the whole it is the last entry."""
    sequencing.catch_up(house())
    with _named(), house().work(actor()) as work:
        must(work, TAKE)
        logbook.announce_export(work, first=query["first"], end=query["end"])
    # Written after that unit of work: it takes long, and nobody else could write meanwhile.
    file = logbook.bundle(house(), **query)
    return send_file(file, "application/zip", as_attachment=True, download_name="custodes-audit.zip")


@contextmanager
def _named() -> Iterator[None]:
    """Faults of a range under the names that the address has."""
    try:
        yield
    except RangeUnusable as error:
        error.fields = {_ENDS[name]: faults for name, faults in error.fields.items()}
        raise


def _note_view(work: Work, **sought: Value) -> None:
    """Looking at the log is in the log: ids and codes of what was looked for."""
    none: dict[str, Value] = dict.fromkeys(sorted(LOG_VIEWED.fields))
    work.trail.record(LOG_VIEWED, actor=work.actor, now=work.now, what={**none, **sought})
