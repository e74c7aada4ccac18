"""Uploads that go on where they broke off, as the script of the files page sends them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import for_script, signed_in
from app.http.request import streams_body
from app.http.tus import answers
from app.http.tus.asked import speaks
from sharing.model.upload import UploadShown

bp = Blueprint("uploads", __name__, url_prefix="/drafts/<uuid:draft>/uploads")


@bp.route("", methods=["POST", "OPTIONS"])
@for_script
@signed_in
def begin(draft: UUID) -> Response:
    """A place for one file."""
    if request.method == "OPTIONS":
        return answers.options()
    speaks()

    def act(work: Work) -> UploadShown:
        return answers.begin(work, draft)

    made = house().do(act, actor())
    return answers.begun(made, url_for("uploads.one", draft=draft, upload=made.uuid))


@bp.route("/<uuid:upload>", methods=["HEAD", "PATCH", "DELETE", "OPTIONS"])
@streams_body
@for_script
@signed_in
def one(draft: UUID, upload: UUID) -> Response:
    """How far; more of it; or no more."""
    speaks()
    if request.method == "OPTIONS":
        return answers.options()
    if request.method == "HEAD":
        return answers.told(draft, upload)
    return answers.go_on(draft, upload) if request.method == "PATCH" else answers.end(draft, upload)


@bp.post("/<uuid:upload>/attach")
@signed_in
def attach(draft: UUID, upload: UUID) -> ResponseReturnValue:
    """It arrived whole, and could not be looked at then."""
    answers.attach(draft, upload)
    flash("1 file is added.")
    return redirect(url_for("drafts.files", draft=draft), 303)


@bp.post("/<uuid:upload>/remove")
@signed_in
def remove(draft: UUID, upload: UUID) -> ResponseReturnValue:
    """It is not to be gone on with."""
    with house().work(actor()) as work:
        work.sharing.drop_upload(draft, upload, actor=actor(), now=work.now)
    flash("The upload is removed.")
    return redirect(url_for("drafts.files", draft=draft), 303)
