"""Files of a draft: one as a raw body, or many as a form; streamed and sealed as they arrive."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from flask import g, request

from app.api.errors import FieldsInvalid
from app.api.reply import Reply, asked, once, replay
from app.api.schemas import drafts as schemas
from app.api.section import Section
from app.api.shown import uuid_or_none_such
from app.bootstrap.work import Work
from app.http import idempotency
from app.http.house import actor, house
from app.http.request import FileSink, receives_files, streams_body
from app.http.uploads import PIECE, Incoming
from sharing.errors.items import FileTooLarge, TooManyFiles
from vault.parts import SealedPart

bp = Section("files", "Files of a draft.")
_FORM = 1 << 20  # what a form may need beside its files

RAW = {
    "requestBody": {
        "required": True,
        "description": "The file itself. Its Content-Type is told to whoever downloads it.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            }
        },
    }
}


@bp.op("PUT", "/drafts/<draft>/files/<path:name>", gives=schemas.Sealed, status=201, doc=RAW)
@streams_body
def put(draft: str, name: str) -> Reply:
    """Attach the body as a file of this name.

    For an Idempotency-Key the declared name, type and length stand for the body, which is never read twice.
    """
    before = _answered()
    if before is not None:
        return before
    incoming = Incoming(uuid_or_none_such(draft), name, request.content_type or "", size=request.content_length)
    g.setdefault("open_sinks", []).append(incoming)
    incoming.read_from_request()
    return _attach([(incoming, incoming.finish())], many=False)


def _prepare(draft: str) -> FileSink:
    """Refuses by the announced length; then a place for each file as it comes."""
    limit = house().settings.file_limit * house().settings.files_per_item + _FORM
    if (request.content_length or 0) > limit:
        raise FileTooLarge(f"One file may have {house().settings.file_limit:,} bytes at most.")

    def sink(name: str, media_type: str) -> Incoming:
        if _answered() is not None:
            return cast("Incoming", _Ignored())
        # Here and not only at the end: a body of no announced length could fill the disk first.
        if len(g.get("open_sinks", ())) >= house().settings.files_per_item:
            raise TooManyFiles(f"One item may carry {house().settings.files_per_item} files at most.")
        return Incoming(uuid_or_none_such(draft), name, media_type)

    return sink


@bp.op("POST", "/drafts/<draft>/files", gives=schemas.SealedFiles, status=201, doc=FORM)
@receives_files(_prepare)
def post(draft: str) -> Reply:
    """Attach the files of the form field `files`, all of them or none."""
    with house().work(actor()) as work:
        work.sharing.draft(uuid_or_none_such(draft), actor=actor(), now=work.now)
    given = list(request.files.items(multi=True))
    before = _answered()
    if before is not None:
        return before
    unknown = sorted({name for name, _ in given if name != "files"} | set(request.form))
    sinks = [cast("Incoming", file.stream) for _, file in given if isinstance(file.stream, Incoming)]
    if unknown or not sinks:
        wrong = {name: ["Unknown field."] for name in unknown} or {"files": ["Choose a file."]}
        raise FieldsInvalid("Send the files in the field “files”.", fields=wrong)
    return _attach([(each, each.finish()) for each in sinks], many=True)


@bp.op("DELETE", "/drafts/<draft>/files/<part>")
def remove(draft: str, part: str) -> Reply:
    """Take a file off."""

    def act(work: Work) -> Reply:
        work.sharing.remove_file(uuid_or_none_such(draft), _number(part, none=0), actor=actor(), now=work.now)
        return Reply()

    return once(act)


@bp.op("POST", "/drafts/<draft>/markings/<part>", takes=schemas.WhyMarked, status=204)
def explain(body: dict[str, Any], draft: str, part: str) -> Reply:
    """Say why a file says more than the draft is marked. Part 0 stands for what was written in the draft itself."""

    def act(work: Work) -> Reply:
        uuid, number = uuid_or_none_such(draft), _number(part, none=-1)
        work.sharing.explain_marking(uuid, number, body["why"], actor=actor(), now=work.now)
        return Reply()

    return once(act)


def _number(part: str, *, none: int) -> int:
    return int(part) if part.isascii() and part.isdecimal() and len(part) < 10 else none


def _attach(arrived: list[tuple[Incoming, SealedPart]], *, many: bool) -> Reply:
    def act(work: Work) -> Reply:
        rows = [incoming.attach(work, sealed) for incoming, sealed in arrived]
        return Reply({"files": rows} if many else rows[0])

    reply = once(act, parts=_parts())
    if reply.replayed:  # the same request was answered while this one streamed: what this one sealed goes
        return reply
    for incoming, _ in arrived:
        incoming.settled()
    # Digests of content are told to who sent it and kept nowhere in clear.
    digests = [sealed.sha256.hex() for _, sealed in arrived]
    if not many:
        return Reply(reply.body, shown_once={"sha256": digests[0]})
    rows = [{**row, "sha256": digest} for row, digest in zip(reply.body["files"], digests, strict=True)]
    return Reply({"files": rows})


def _parts() -> Iterable[bytes]:
    """What stands for a body that is read once."""
    return (str(request.content_length).encode(), (request.mimetype or "").encode())


def _answered() -> Reply | None:
    """The answer given before under this key; the body is then read past, so that the connection can go on."""
    wanted = asked(_parts())
    if wanted is None:
        return None
    with house().work(actor()) as work:
        before = idempotency.kept(work.conn, house().secrets, wanted)
    if before is None:
        return None
    if request.mimetype != "multipart/form-data":
        while request.stream.read(PIECE):
            pass
    return replay(before)


class _Ignored:
    """The place of a file that was attached when the request came the first time."""

    def write(self, data: bytes, /) -> int:
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:  # noqa: ARG002
        return 0

    def abort(self) -> None: ...

    def close(self) -> None: ...
