"""Changing the key that signs the log. Rules and order: docs/formats/checkpoint.md, "Rotation" and "Keys at rest"."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from audit.checkpoint import Checkpoints, Note
from audit.events import KEY_RETIRED, KEY_ROTATED
from audit.keys import LogKeys
from audit.note import VerifierKey, line_ids, read_checkpoint, signatures
from audit.tables import audit_checkpoint, audit_index
from audit.trail import Trail
from audit.trust import fingerprint
from foundation.actor import Actor


def rotated(conn: Connection, keys: LogKeys) -> int | None:
    """The time of the checkpoint by which the following key came into force; None where there is none. Reads only."""
    following = keys.signing.state.following
    if following is None:
        return None
    new, old, found = following.verifier, keys.verifier, None
    for text in conn.execute(_NEWEST_FIRST).yield_per(100).scalars():
        ids = line_ids(text, keys.origin)
        if new.id not in ids:
            break
        if old.id in ids:
            found = text
            break
    return None if found is None else read_checkpoint(signatures(found, keys.trusted)[0]).time


def rotate(trail: Trail, checkpoints: Checkpoints, keys: LogKeys, *, actor: Actor, now: datetime) -> Note:
    """Sign the checkpoint by which the key changes, with both keys; the fact stands in the tree it signs on SQLite.

    The following key must have been prepared. Finish (``Signing.finish``) only once the transaction is committed.
    Raises what ``Checkpoints.make`` raises.
    """
    following = keys.signing.prepare()
    what = {"old": keys.vkey, "new": following.verifier.text}
    trail.record(KEY_ROTATED, actor=actor, now=now, what=what)
    return checkpoints.make(now=now, by=following)


def unrecorded(conn: Connection) -> bool:
    """Was a key changed whose end was not recorded yet?"""
    newest = sa.select(sa.func.max(audit_index.c.seq)).where(audit_index.c.act == sa.bindparam("act"))
    turned = conn.scalar(newest, {"act": KEY_ROTATED.name})
    ended = conn.scalar(newest, {"act": KEY_RETIRED.name})
    return turned is not None and (ended is None or ended < turned)


def record_retired(trail: Trail, old: VerifierKey, *, actor: Actor, now: datetime) -> None:
    """The private half of the old key is gone."""
    trail.record(KEY_RETIRED, actor=actor, now=now, what={"old": fingerprint(old)})


_NEWEST_FIRST = sa.select(audit_checkpoint.c.note).order_by(audit_checkpoint.c.number.desc())
