"""Uploads that go on where they broke off: tus 1.0 (creation, termination, checksum, expiration), and as JSON."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from app.api.reply import Reply, once
from app.api.schemas import uploads as schemas
from app.api.section import Section
from app.api.shown import uuid_or_none_such
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.http.request import streams_body
from app.http.tus import answers
from app.http.tus.asked import PIECE, speaks

bp = Section("uploads", "Uploads to a draft that go on where they broke off.")


def _header(name: str, what: str, kind: str = "string", *, required: bool = False) -> dict[str, Any]:
    return {"in": "header", "name": name, "schema": {"type": kind}, "description": what, "required": required}


_VERSION = _header("Tus-Resumable", "1.0.0", required=True)
BEGIN: dict[str, Any] = {
    "parameters": [
        _VERSION,
        _header("Upload-Length", "Bytes of the whole file.", "integer", required=True),
        _header("Upload-Metadata", "`filename` and `filetype`, each with its value in base64."),
    ],
    "responses": {"201": {"description": "Begun; Location is where its bytes go, Upload-Expires until when."}},
}
GO_ON: dict[str, Any] = {
    "parameters": [
        _VERSION,
        _header("Upload-Offset", "Where this piece begins: the offset that HEAD told.", "integer", required=True),
        _header("Upload-Checksum", "`sha256` or `sha1`, a space, the digest of this piece in base64."),
    ],
    "requestBody": {"required": True, "content": {PIECE: {"schema": {"type": "string", "format": "binary"}}}},
    "responses": {
        "204": {"description": "It is here; Upload-Offset says how far. With the last byte the file is attached."},
        "460": {"description": "The piece is not as its checksum says; nothing of it counts."},
    },
}


# Before the others of its address: Flask would answer OPTIONS for them by itself.
@bp.undescribed("OPTIONS", "/drafts/<draft>/uploads")
@signed_in
def spoken(draft: str) -> Response:  # noqa: ARG001 - it is the same everywhere
    """What is spoken here."""
    return answers.options()


@bp.op("GET", "/drafts/<draft>/uploads", gives=schemas.Uploads)
def index(draft: str) -> Reply:
    """What is under way to the draft and no file of it yet."""
    with house().work(actor()) as work:
        return Reply({"items": work.sharing.uploads(uuid_or_none_such(draft), actor=actor(), now=work.now)})


@bp.op("POST", "/drafts/<draft>/uploads", status=201, doc=BEGIN)
def begin(draft: str) -> Response:
    """Begin one: a place for a file of the announced length."""
    speaks()
    uuid = uuid_or_none_such(draft)

    def act(work: Work) -> Reply:
        made = answers.begin(work, uuid)
        return Reply({"id": str(made.uuid)})

    said = [request.headers.get(name, "").encode() for name in ("Upload-Length", "Upload-Metadata")]
    reply = once(act, parts=said)
    with house().work(actor()) as work:
        made = work.sharing.upload(uuid, uuid_or_none_such(reply.body["id"]), actor=actor(), now=work.now)
    return answers.begun(made, url_for("api_uploads.show", draft=uuid, upload=made.uuid))


@bp.op("GET", "/drafts/<draft>/uploads/<upload>", gives=schemas.Upload)
def show(draft: str, upload: str) -> Reply | Response:
    """How far it is; HEAD tells the same in the headers of tus."""
    if request.method == "HEAD":
        speaks()
        return answers.told(uuid_or_none_such(draft), uuid_or_none_such(upload))
    with house().work(actor()) as work:
        found = work.sharing.upload(uuid_or_none_such(draft), uuid_or_none_such(upload), actor=actor(), now=work.now)
    return Reply(found)


@bp.op("PATCH", "/drafts/<draft>/uploads/<upload>", status=204, doc=GO_ON)
@streams_body
def go_on(draft: str, upload: str) -> Response:
    """Send the bytes that follow, all of them or some. An empty body at the end attaches what could not be before."""
    speaks()
    return answers.go_on(uuid_or_none_such(draft), uuid_or_none_such(upload))


@bp.op("DELETE", "/drafts/<draft>/uploads/<upload>")
def end(draft: str, upload: str) -> Reply:
    """End it. What arrived of it goes; a file that it became stays."""

    def act(work: Work) -> Reply:
        ids = uuid_or_none_such(draft), uuid_or_none_such(upload)
        work.sharing.drop_upload(*ids, actor=actor(), now=work.now)
        return Reply()

    speaks()
    return once(act)
