"""What tus 1.0 asks of a server: begin, how far, go on, end. Sign-in and form token are asked before."""

from __future__ import annotations

from email.utils import format_datetime
from uuid import UUID

from flask import Response, request

from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.tus.arriving import Arriving
from app.http.tus.asked import PIECE, NotAPiece, TusFaulty, checksum, metadata, number, speaks
from app.http.uploads import Incoming
from app.outbound.clamd import TooLargeToScan
from sharing.errors.items import MalwareFound, MarkingSpill
from sharing.model.upload import UploadShown

_NAMES = ("filename", "name")
_TYPES = ("filetype", "type")


def options() -> Response:
    """What is spoken here."""
    speaks()
    return Response(status=204)


def begin(work: Work, draft: UUID) -> UploadShown:
    """A place for the file that the headers announce. Raises TusFaulty, and as ``Sharing.begin_upload``."""
    if "Upload-Defer-Length" in request.headers:
        raise TusFaulty("Say how long the file is: a length told later is not taken.")
    if request.content_length:
        raise TusFaulty("Begin the upload first; send its content by PATCH.")
    size, (said, found) = number("Upload-Length"), metadata()
    name, kind = (next((found[key] for key in keys if key in found), "") for keys in (_NAMES, _TYPES))
    return work.sharing.begin_upload(draft, name, kind, said=said, size=size, actor=actor(), now=work.now)


def begun(upload: UploadShown, location: str) -> Response:
    """The answer of a creation."""
    answer = Response(status=201)
    answer.headers["Location"] = location
    answer.headers["Upload-Expires"] = _expires(upload)
    return answer


def told(draft: UUID, upload: UUID) -> Response:
    """How far it is."""
    with house().work(actor()) as work:
        return _standing(work.sharing.upload(draft, upload, actor=actor(), now=work.now), 200)


def go_on(draft: UUID, upload: UUID) -> Response:
    """One more piece, or all that is left; with the last byte the file is attached. Without a body, only that."""
    if request.mimetype != PIECE:
        raise NotAPiece(f"Send {PIECE}.")
    offset, check = number("Upload-Offset"), checksum()
    arriving = Arriving(draft, upload, offset, check)
    arriving.read()
    if arriving.at == arriving.size:
        attach(draft, upload)
    with house().work(actor()) as work:
        return _standing(work.sharing.upload(draft, upload, actor=actor(), now=work.now), 204)


def end(draft: UUID, upload: UUID) -> Response:
    """Nothing of it stays."""
    with house().work(actor()) as work:
        work.sharing.drop_upload(draft, upload, actor=actor(), now=work.now)
    return Response(status=204)


def attach(draft: UUID, upload: UUID) -> None:
    """The whole is looked at and sealed anew as a file of the draft. Done before, it changes nothing.

    Raises as ``Incoming``. What may never become a file is gone then; anything else stays, to be tried again.
    """
    with house().work(actor()) as work:
        shown, pieces = work.sharing.whole(draft, upload, actor=actor(), now=work.now)
    if shown.part is not None:
        return
    file = Incoming(draft, shown.name, shown.media_type, size=shown.size)

    def act(work: Work) -> None:
        file.attach(work, sealed)
        work.sharing.upload_attached(draft, upload, sealed.part, actor=actor(), now=work.now)

    try:
        for piece in pieces:
            file.write(piece)
        sealed = file.finish()
        house().do(act, actor())
        file.settled()
    except (MalwareFound, MarkingSpill, TooLargeToScan):
        house().do(lambda work: work.sharing.drop_upload(draft, upload, actor=actor(), now=work.now), actor())
        raise
    finally:
        file.abort()


def _standing(upload: UploadShown, status: int) -> Response:
    answer = Response(status=status)
    answer.headers["Upload-Offset"] = str(upload.arrived)
    answer.headers["Upload-Length"] = str(upload.size)
    answer.headers["Upload-Expires"] = _expires(upload)
    if upload.said:
        answer.headers["Upload-Metadata"] = upload.said
    return answer


def _expires(upload: UploadShown) -> str:
    return format_datetime(upload.expires, usegmt=True)
