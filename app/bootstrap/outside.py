"""What others keep of our checkpoints: a time-stamping authority, a bucket that lets nothing be changed.

Neither is needed for the service to run. What fails is in the log and in the process's own, and is tried again.
"""

from __future__ import annotations

import logging
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from app.bootstrap.clock import SystemClock
from app.bootstrap.engines import reading
from audit import stamping, timestamp
from audit.anchor import Anchor, Compared
from audit.checkpoint import Checkpoints, Note
from audit.errors import AnchorUnavailable, NothingSigned, StampRefused
from audit.events import ANCHOR_FAILED, STAMP_FAILED
from audit.fact import Kind, Value
from audit.leaf import Malformed
from foundation.actor import SERVICE, Actor
from foundation.errors import Invalid, ServiceError

if TYPE_CHECKING:
    from app.bootstrap.house import House

SECONDS = 15  # an authority that does not answer by then is asked again by the next run

log = logging.getLogger("custodes.jobs")


class NotConfigured(Invalid):
    """It was asked for, and no setting says where."""

    code = "app.not-configured"
    title = "That is not set up"


def stamp(house: House, actor: Actor = SERVICE) -> bool:
    """Have the newest checkpoint time-stamped; False if it is already.

    Raises NotConfigured, NothingSigned, StampRefused.
    """
    if not house.settings.tsa_url:
        raise NotConfigured("Set CUSTODES_TSA_URL and CUSTODES_TSA_CERTIFICATE.")
    note = _newest(house)
    with reading(house.engine) as conn:
        if stamping.stamped(conn, note.checkpoint.number):
            return False
    try:
        asked = timestamp.request(note.checkpoint.text)
        reply = _ask(house.settings.tsa_url, asked.der)
        roots = authorities(house)
        house.do(lambda work: stamping.keep(work.conn, note, reply, asked, roots), actor)
    except StampRefused as error:
        _failed(house, actor, STAMP_FAILED, note, error)
        raise
    return True


def anchor(house: House, actor: Actor = SERVICE) -> int:
    """Anchor what is not anchored yet; how many checkpoints. Raises NotConfigured, AnchorUnavailable."""
    place, done = _place(house), 0
    note = None
    try:
        number = place.newest() + 1
        while note := _numbered(house, number):
            done += place.put(note, now=SystemClock().now())  # the lock counts in the world's time
            number += 1
    except AnchorUnavailable as error:
        _failed(house, actor, ANCHOR_FAILED, note, error)
        raise
    return done


def anchors(house: House) -> Compared:
    """Every anchored checkpoint compared with the log. Raises NotConfigured, AnchorUnavailable."""
    place = _place(house)
    with reading(house.engine) as conn:
        return place.compare(conn, house.keys.log)


def both(house: House, actor: Actor = SERVICE) -> None:
    """After a checkpoint: stamp and anchor it where that is set up. Nothing that fails here stops anything."""
    for setting, act in ((house.settings.tsa_url, stamp), (house.settings.anchor_url, anchor)):
        if setting:
            try:
                act(house, actor)
            except ServiceError as error:
                log.error("%s: %s", error.title, error)


def _ask(url: str, query: bytes) -> bytes:
    """The settings let no other scheme than http and https through; the reply is verified, so either will do."""
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    request = urllib.request.Request(url, data=query, headers=headers)  # noqa: S310 - the setting is checked
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as reply:  # noqa: S310 - the same
            return bytes(reply.read(timestamp.MOST_TOKEN + 1))
    except (urllib.error.URLError, OSError, ValueError) as error:
        detail = "The time-stamping authority did not answer. See CUSTODES_TSA_URL; it is asked again by the next job."
        raise StampRefused(detail) from error


def authorities(house: House) -> tuple[bytes, ...]:
    """The certificates (DER) that every time-stamp must lead to; none where none is set. Raises StampRefused."""
    if house.settings.tsa_certificate == Path():
        return ()
    try:
        return timestamp.from_pem(house.settings.tsa_certificate.read_bytes())
    except (OSError, Malformed) as error:
        detail = "CUSTODES_TSA_CERTIFICATE names no file with a certificate in PEM."
        raise StampRefused(detail) from error


def _place(house: House) -> Anchor:
    settings = house.settings
    if not settings.anchor_url:
        raise NotConfigured("Set CUSTODES_ANCHOR_URL and CUSTODES_ANCHOR_DAYS.")
    return Anchor(settings.anchor_url, house.keys.log.origin, keep=timedelta(days=settings.anchor_days))


def _newest(house: House) -> Note:
    with reading(house.engine) as conn:
        note = Checkpoints(conn, house.keys.log).latest()
    if note is None:
        raise NothingSigned("Nothing is signed yet.")
    return note


def _numbered(house: House, number: int) -> Note | None:
    with reading(house.engine) as conn:
        return Checkpoints(conn, house.keys.log).numbered(number)


def _failed(house: House, actor: Actor, kind: Kind, note: Note | None, error: ServiceError) -> None:
    number = note.checkpoint.number if note else 0
    what: dict[str, Value] = {"number": number, "cause": error.code}
    house.do(lambda work: work.trail.record(kind, actor=actor, now=work.now, what=what), actor)
