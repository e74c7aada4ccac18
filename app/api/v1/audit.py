"""The log, for those whose duty it is: entries, state, checkpoints, the bundle an examiner takes away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from flask import Response

from app.api import cursor
from app.api.duty import must
from app.api.reply import Reply, once
from app.api.schemas import oversight as schemas
from app.api.schemas.shapes import Nothing
from app.api.section import Section
from app.bootstrap.events import EXPORTED
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import public
from audit import reading
from audit.bundle import export
from audit.errors import EntryUnknown, NothingSigned

bp = Section("audit", "The audit log and its proofs.")
LOOK, TAKE = "view-audit-log", "export-audit-log"
# Disclosures leave their seals in a bundle. Where the system keeps a folder in memory, they never reach a disk.
_MEMORY = Path("/dev/shm")  # noqa: S108 - a private folder is made in it
_PIECE = 1 << 18
TEXT = {"content": {"text/plain": {"schema": {"type": "string"}}}}


@bp.op("GET", "/audit/entries", query=schemas.EntriesQuery, gives=schemas.Entries)
def entries(query: dict[str, Any]) -> Reply:
    """The newest first."""
    place = cursor.number(query["cursor"])
    exact = {name: query[name] or None for name in ("item", "act", "outcome", "actor")}
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
    return Reply({"items": page.rows, "next": cursor.of_number(page.cursor)})


@bp.op("GET", "/audit/entries/<entry>", gives=schemas.Entry)
def entry(entry: str) -> Reply:
    """One entry by its id."""
    with house().work(actor()) as work:
        must(work, LOOK)
        found = reading.entry(work.conn, house().keys.log, entry)
        if found is None:
            raise EntryUnknown("The log has no entry of that id.")
    return Reply(found)


@bp.op("GET", "/audit/state", gives=schemas.LogState)
def state() -> Reply:
    """How the log stands; the quick check."""
    with house().work(actor()) as work:
        must(work, LOOK)
        found = reading.state(work.conn, house().keys.log)
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

    return once(act)


@bp.op(
    "GET",
    "/audit/key",
    door=public,
    doc={"responses": {"200": {"description": "The verifier key.", **TEXT}}},
)
def key() -> Response:
    """The verifier key of the log. Who must trust nobody gets it by another way, too."""
    return Response(f"{house().keys.log.vkey}\n", content_type="text/plain; charset=utf-8")


@bp.op(
    "GET",
    "/audit/bundle",
    doc={
        "responses": {
            "200": {
                "description": "The whole log, for `custodes verify`.",
                "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
def bundle() -> Response:
    """The whole log as a zip. That it was taken is its own last entry."""
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else house().settings.state) as folder:
        file = Path(folder) / "audit.zip"
        with house().work(actor()) as work:
            must(work, TAKE)
            last = work.trail.record(EXPORTED, actor=actor(), now=work.now).seq
            work.checkpoints.over(last, now=work.now)
            export(work.conn, house().keys.log, file, now=work.now)
        # Open, it outlives the folder, which is gone before the first byte leaves.
        stream = file.open("rb")
    size = stream.seek(0, 2)
    stream.seek(0)
    response = Response(_pieces(stream), content_type="application/zip")
    response.call_on_close(stream.close)
    response.content_length = size
    response.headers.set("Content-Disposition", "attachment", filename="custodes-audit.zip")
    return response


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(_PIECE):
        yield piece
