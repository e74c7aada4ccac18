"""Whether the process lives, and whether it can serve: what cannot be logged is not served, so readiness tries both."""

from __future__ import annotations

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from app.bootstrap import continuity, vouching
from app.bootstrap.contention import DatabaseUnavailable
from app.bootstrap.schema import at_head
from app.http.house import house
from app.http.permissions import public
from foundation.errors import ServiceError


@public
def live() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="live")


@public
def ready() -> ResponseReturnValue:
    """The database takes the write lock and stands at the newest step. 503 with the code of what is wrong.

    ``cosignatures`` says whether the log's witnesses vouch for it; a late one makes the service no less ready, and
    nor does a failed destruction: ``destructions`` is then ``failing``. The page of disposals says which. ``backup``,
    ``key_backup``, ``drill``, ``rehearsal`` are ``well``, ``late`` or ``never``; ``fixity`` is ``well``, ``late``,
    ``waiting`` or, where a stored object is not as it was stored, ``faults``.
    """
    try:
        at_head(house().engine)
        with house().work() as work:
            cosigned = vouching.word(vouching.standing(work))
            failing = work.outstanding.failing()
            kept = continuity.words(continuity.standing(work.conn, house().policies.continuity, work.now))
    except ServiceError as error:
        return jsonify(status="not ready", code=error.code), 503
    except DBAPIError:
        return jsonify(status="not ready", code=DatabaseUnavailable.code), 503
    return jsonify(status="ready", cosignatures=cosigned, destructions="failing" if failing else "well", **kept)


def set_up(app: Flask) -> None:
    """/health/live and /health/ready."""
    app.add_url_rule("/health/live", "health.live", live)
    app.add_url_rule("/health/ready", "health.ready", ready)
