"""What is done to the log."""

from __future__ import annotations

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.note import read_checkpoint, sign
from audit.tables import audit_checkpoint, audit_disclosure, audit_entry, audit_index, audit_leaf, audit_node
from audit.trust import Trust
from audit.views import FORK, NO_PROOF, compare
from audit.witness import opened
from audit.witness_files import remembered
from tests.adversary.rewriting import Kept, about, entries, made_up, rewrite, without
from tests.adversary.rows import LOG, control, row
from tests.adversary.scene import Copy, Wire

PLACE = 150  # an entry well inside, under several checkpoints


def _flip(data: bytes, at: int = -3) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at:][1:] if at != -1 else data[:-1] + bytes([data[-1] ^ 1])


def _pos(conn: sa.Connection, seq: int = PLACE) -> int:
    return int(conn.execute(sa.select(audit_leaf.c.pos).where(audit_leaf.c.seq == seq)).scalar_one())


@row(LOG, "flips a bit of an entry", seen="verify export")
def _(copy: Copy) -> None:
    with copy.insider() as conn:
        mine = audit_entry.c.pos == _pos(conn)
        body = conn.execute(sa.select(audit_entry.c.body).where(mine)).scalar_one()
        conn.execute(sa.update(audit_entry).where(mine).values(body=_flip(body, 60)))


@row(LOG, "flips a bit of a stored leaf hash", seen="verify")
def _(copy: Copy) -> None:
    with copy.insider() as conn:
        kept = conn.execute(sa.select(audit_leaf.c.leaf).where(audit_leaf.c.seq == PLACE)).scalar_one()
        conn.execute(sa.update(audit_leaf).where(audit_leaf.c.seq == PLACE).values(leaf=_flip(kept)))


@row(LOG, "flips a bit of an inner node that proofs are made of", seen="checkpoint verify export")
def _(copy: Copy) -> None:
    with copy.insider() as conn:
        inner = sa.select(audit_node).order_by(audit_node.c.level.desc(), audit_node.c.idx)
        level, idx, kept = conn.execute(inner).first() or (0, 0, b"")
        mine = (audit_node.c.level == level, audit_node.c.idx == idx)
        conn.execute(sa.update(audit_node).where(*mine).values(hash=_flip(kept)))


@row(LOG, "flips a bit of a sealed disclosure", seen="verify export")
def _(copy: Copy) -> None:
    with copy.insider() as conn:
        mine = audit_disclosure.c.pos == _pos(conn)
        kept = conn.execute(sa.select(audit_disclosure.c.sealed).where(mine)).scalar_one()
        conn.execute(sa.update(audit_disclosure).where(mine).values(sealed=_flip(kept)))


@row(LOG, "swaps the disclosures of two entries", seen="verify export")
def _(copy: Copy) -> None:
    with copy.insider() as conn:
        one, two = _pos(conn), _pos(conn, PLACE + 1)
        kept = {
            pos: conn.execute(sa.select(audit_disclosure.c.sealed).where(audit_disclosure.c.pos == pos)).scalar_one()
            for pos in (one, two)
        }
        for pos, other in ((one, two), (two, one)):
            conn.execute(sa.update(audit_disclosure).where(audit_disclosure.c.pos == pos).values(sealed=kept[other]))


@row(LOG, "erases what an entry discloses, as redaction would, and says so nowhere", seen="verify")
def _(copy: Copy) -> None:
    with copy.insider() as conn:
        erased = {"sealed": None, "item": None, "actor": None, "erased_at": 1}
        conn.execute(sa.update(audit_disclosure).where(audit_disclosure.c.pos == _pos(conn)).values(erased))
        conn.execute(sa.update(audit_index).where(audit_index.c.seq == PLACE).values(item=None, actor=None))


@row(LOG, "makes the list of entries name another person", seen="verify")
def _(copy: Copy) -> None:
    with copy.insider() as conn:
        other = {"actor": copy.live.ids["hull"]}
        conn.execute(sa.update(audit_index).where(audit_index.c.seq == PLACE).values(other))


@row(LOG, "deletes an entry", seen="verify export")
def _(copy: Copy) -> None:
    with copy.insider() as conn:
        conn.execute(sa.delete(audit_entry).where(audit_entry.c.pos == _pos(conn)))


@row(LOG, "deletes an entry, and makes everything unsigned agree", seen="checkpoint verify export")
def _(copy: Copy) -> None:
    rewrite(copy, without(PLACE), signed=False)


@row(LOG, "deletes two adjacent entries, and makes everything unsigned agree", seen="checkpoint verify export")
def _(copy: Copy) -> None:
    rewrite(copy, without(PLACE, PLACE + 1), signed=False)


@row(LOG, "swaps two entries, and makes everything unsigned agree", seen="checkpoint verify export")
def _(copy: Copy) -> None:
    def swap(found: list[Kept]) -> list[Kept]:
        one, two = found[PLACE], found[PLACE + 1]
        one.row["body"], two.row["body"] = two.row["body"], one.row["body"]
        for name in ("period", "sealed", "item", "actor", "erased_at"):
            one.disclosure[name], two.disclosure[name] = two.disclosure[name], one.disclosure[name]
        return found

    rewrite(copy, swap, signed=False)


@row(
    LOG,
    "deletes an entry and signs every checkpoint anew with the log's key",
    had="D, log key",
    seen="verify kept witness anchor",
)
def _(copy: Copy) -> None:
    rewrite(copy, without(PLACE), signed=True)


@row(LOG, "cuts the end off to before the newest checkpoint", seen="checkpoint verify export")
def _(copy: Copy) -> None:
    rewrite(copy, lambda found: found[:-40], signed=False)


@row(LOG, "cuts the end off with the newest two checkpoints", seen="verify kept witness anchor")
def _(copy: Copy) -> None:
    with copy.insider() as conn:
        newest = conn.execute(sa.select(sa.func.max(audit_checkpoint.c.number))).scalar_one()
        gone = audit_checkpoint.c.number > newest - 2
        size = conn.execute(sa.select(sa.func.min(audit_checkpoint.c.size)).where(gone)).scalar_one()
        conn.execute(sa.delete(audit_checkpoint).where(gone))
    rewrite(copy, lambda found: found[: size - 3], signed=False)


@row(
    LOG,
    "cuts off the last entry, that somebody read an item, before any checkpoint covers it",
    so="Open: until the next checkpoint nothing outside vouches for the newest entries: every quarter of an hour, or "
    "on demand. On PostgreSQL a process still running shows it, since it goes on from an entry that is not there.",
)
def _(copy: Copy) -> None:
    with copy.insider() as conn:
        found = entries(conn)
        assert about(found, "sharing.item-opened", -1) == len(found) - 1
    rewrite(copy, without(-1), signed=False)


@row(LOG, "appends a made-up entry without the keys of the log", seen="verify")
def _(copy: Copy) -> None:
    rewrite(copy, made_up(copy, keyed=False), signed=False)


@row(
    LOG,
    "appends a made-up entry, with every key of the log",
    had="D, log key",
    so="Open: the log proves what was recorded, not that it was true; whoever has its keys is the recorder.",
)
def _(copy: Copy) -> None:
    rewrite(copy, made_up(copy, keyed=True), signed=False)


@row(LOG, "signs the newest checkpoint anew with a key of their own", seen="checkpoint verify export witness anchor")
def _(copy: Copy) -> None:
    key = Ed25519PrivateKey.generate()
    with copy.insider() as conn:
        newest = conn.execute(sa.select(audit_checkpoint).order_by(audit_checkpoint.c.number.desc())).first()
        assert newest is not None
        text = newest.note.partition("\n\n")[0] + "\n"
        mine = audit_checkpoint.c.number == newest.number
        note = sign(text, read_checkpoint(text).origin, key)
        conn.execute(sa.update(audit_checkpoint).where(mine).values(note=note))


@row(LOG, "takes away what a witness signed", seen="verify")
def _(copy: Copy) -> None:
    copy.sql("delete from audit_cosignature where number = (select max(number) from audit_cosignature)")


@row(LOG, "puts the whole database back to an older copy", seen="kept witness anchor", database="older")
def _(copy: Copy) -> None:
    """The copy is that of before."""


def _side_by_side(copy: Copy) -> None:
    trust = Trust.of([copy.house.keys.log.vkey])
    one, two = (opened(remembered(each).note, trust) for each in (copy.scene.outside.memory, copy.witness))
    assert compare(one, two, Wire(copy.live).proof).found in (FORK, NO_PROOF)


@row(
    LOG,
    "keeps two histories, and shows each to a witness who never saw the other",
    had="D, log key",
    seen="verify kept anchor",
    so="Neither witness can tell alone. What both hold, side by side, proves it: `custodes audit compare`, or `--peer` "
    "at each round.",
    after=_side_by_side,
)
def _(copy: Copy) -> None:
    copy.witness.unlink()  # the second begins with what it is shown
    rewrite(copy, without(60), signed=True)


@control("an entry is redacted by the service and the redaction recorded")
def _(copy: Copy) -> None:
    from audit.bundle import redact
    from audit.events import ENTRY_REDACTED

    entry = str(copy.one(f"select entry_id from audit_leaf where seq = {PLACE}"))
    with copy.house.work() as work:
        redact(work.conn, entry, now=work.now)
        work.trail.record(ENTRY_REDACTED, actor=work.actor, now=work.now, what={"entry": entry}, why="A court asked.")


@control("nothing")
def _(copy: Copy) -> None:
    """Everybody looks and nobody finds anything."""
