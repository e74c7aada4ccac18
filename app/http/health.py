"""Whether the process lives, has started and can serve: what cannot be logged is not served, so that is tried too."""

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
def startup() -> ResponseReturnValue:
    """The process has read keys and policies (else it would not answer), and the database is at its version's step.

    Asked until it says yes once; a database that goes away later is for ``ready`` to say.
    """
    try:
        at_head(house().engine)
    except ServiceError as error:
        return _not("started", error)
    except DBAPIError:
        return _not("started", DatabaseUnavailable)
    return jsonify(status="started")


def _not(what: str, error: ServiceError | type[ServiceError]) -> ResponseReturnValue:
    return jsonify(status=f"not {what}", code=error.code, reason=error.title), 503


@public
def ready() -> ResponseReturnValue:
    """The database takes the write lock and stands at the newest step. 503 with the code of what is wrong.

    ``cosignatures`` says whether the log's witnesses vouch for it; a late one makes the service no less ready, and
    nor does a failed destruction: ``destructions`` is then ``failing``. The page of disposals says which. ``backup``,
    ``key_backup`` and ``drill`` are ``well``, ``late`` or ``never``, ``rehearsal`` may be ``behind`` or ``failed`` as
    well; ``fixity`` is ``well``, ``late``, ``waiting`` or, where a stored object is not as it was stored, ``faults``.
    """
    try:
        at_head(house().engine)
        with house().work() as work:
            cosigned = vouching.word(vouching.standing(work))
            failing = work.outstanding.failing()
            kept = continuity.words(continuity.standing(house(), work.conn, work.now))
    except ServiceError as error:
        return _not("ready", error)
    except DBAPIError:
        return _not("ready", DatabaseUnavailable)
    return jsonify(status="ready", cosignatures=cosigned, destructions="failing" if failing else "well", **kept)


def set_up(app: Flask) -> None:
    """/health/live, /health/startup and /health/ready."""
    app.add_url_rule("/health/live", "health.live", live)
    app.add_url_rule("/health/startup", "health.startup", startup)
    app.add_url_rule("/health/ready", "health.ready", ready)
