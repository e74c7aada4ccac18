"""What the log publishes without sign-in, for witnesses and for anybody: checkpoints and proofs, no personal data.

Reading takes no write lock; a stranger can cause no entry. Answers are text, refusals problems.
"""

from __future__ import annotations

from flask import Flask, Response, request

from app.bootstrap.engines import reading
from app.http.house import house
from app.http.permissions import for_machines, public
from audit.checkpoint import Checkpoints
from audit.cosign import Cosignatures
from audit.errors import CheckpointUnknown, NoteInvalid, NothingSigned, SizesUnusable
from audit.leaf import b64
from foundation.actor import Actor

FRESH = "public, max-age=5"  # a note may gain a cosignature at any time
SETTLED = "public, max-age=60"  # a proof never changes
MOST_BODY = 1 << 16
MOST_DIGITS = 15
WITNESS = "witness"


@for_machines
@public
def newest() -> Response:
    """The newest checkpoint with its cosignatures: keep it, and a later log that contradicts it is found out."""
    with reading(house().engine) as conn:
        note = Checkpoints(conn, house().keys.log).latest()
    if note is None:
        raise NothingSigned("Nothing is signed yet. The service signs its log every quarter of an hour.")
    return _text(note.text, FRESH)


@for_machines
@public
def numbered(number: int) -> Response:
    """The checkpoint of that number."""
    with reading(house().engine) as conn:
        note = Checkpoints(conn, house().keys.log).numbered(number) if number < 10**MOST_DIGITS else None
    if note is None:
        raise CheckpointUnknown("This log has no checkpoint of that number.")
    return _text(note.text, FRESH)


@for_machines
@public
def consistency() -> Response:
    """The proof that one size of the log is the beginning of another."""
    old, size = _size("from"), _size("to")
    with reading(house().engine) as conn:
        proof = Checkpoints(conn, house().keys.log).consistency(old, size)
    return _text("".join(f"{b64(step)}\n" for step in proof), SETTLED)


@for_machines
@public
def cosign() -> Response:
    """Take a witness's cosignature. Checked before anything is opened for writing."""
    text = _body()
    with reading(house().engine) as conn:
        log, rules = house().keys.log, house().policies.cosigning
        found = Cosignatures(conn, log, rules).check(text, now=house().now())
    if found.kept:
        return _text(found.note.text)
    who = Actor(id=WITNESS, name=found.witness.key.name, party=found.witness.party, principal=0)
    with house().work(who) as work:
        note = work.cosignatures.take(text, work.trail, actor=who, now=work.now)
    return _text(note.text)


def _body() -> str:
    data = request.stream.read(MOST_BODY + 1)
    if len(data) <= MOST_BODY:
        try:
            return data.decode()
        except UnicodeDecodeError:
            pass
    raise NoteInvalid("Send the signed note itself as UTF-8 text of at most 65,536 bytes.")


def _size(name: str) -> int:
    text = request.args.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise SizesUnusable(f"Give “{name}” as a whole number of entries.")
    return int(text)


def _text(text: str, cache: str = "no-store") -> Response:
    answer = Response(text, content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = cache
    if request.method == "GET":
        answer.add_etag()
        answer.make_conditional(request)
    return answer


def set_up(app: Flask) -> None:
    """The four addresses."""
    app.add_url_rule("/audit/checkpoint", "published.newest", newest)
    app.add_url_rule("/audit/checkpoints/<int:number>", "published.numbered", numbered)
    app.add_url_rule("/audit/consistency", "published.consistency", consistency)
    app.add_url_rule("/audit/cosignatures", "published.cosign", cosign, methods=["POST"])
