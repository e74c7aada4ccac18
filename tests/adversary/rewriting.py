"""A log written anew behind the service: entries dropped, moved or made up, and what follows made to agree."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from audit import leaf as form
from audit.keys import LogKeys
from audit.merkle import Frontier, leaf_hash
from audit.note import Checkpoint, read_checkpoint
from audit.sequence import integrate
from audit.tables import (
    audit_checkpoint,
    audit_cosignature,
    audit_disclosure,
    audit_entry,
    audit_head,
    audit_index,
    audit_leaf,
    audit_node,
    audit_writer,
)
from foundation.ident import new_id
from tests.adversary.scene import Copy

DERIVED = (audit_leaf, audit_node, audit_index, audit_writer, audit_head)


@dataclass
class Kept:
    """One entry with its disclosure, as plain values."""

    row: dict[str, Any]
    disclosure: dict[str, Any]

    @property
    def leaf(self) -> form.Leaf:
        return form.read(self.row["body"])


def entries(conn: Connection) -> list[Kept]:
    """All of them, in the order of the tree."""
    rows = conn.execute(sa.select(audit_entry).order_by(audit_entry.c.xid, audit_entry.c.pos)).mappings()
    sealed = {row["pos"]: dict(row) for row in conn.execute(sa.select(audit_disclosure)).mappings()}
    return [Kept(dict(row), sealed[row["pos"]]) for row in rows]


def rewrite(copy: Copy, change: Callable[[list[Kept]], list[Kept]], *, signed: bool) -> None:
    """Chains, tree, head and index made to agree with what ``change`` gives back; ``signed``: checkpoints too."""
    with copy.insider() as conn:
        was = entries(conn)
        now = change(list(was))
        _rechain(now)
        for table in (*DERIVED, audit_disclosure, audit_entry):
            conn.execute(sa.delete(table))
        conn.execute(sa.insert(audit_entry), [each.row for each in now])
        conn.execute(sa.insert(audit_disclosure), [each.disclosure for each in now])
        if signed:
            _sign_anew(conn, copy.house.keys.log, was, now)
    with copy.house.engine.execution_options(isolation_level=_level(copy)).begin() as conn:
        integrate(conn)


def _level(copy: Copy) -> str:
    return "READ COMMITTED" if copy.house.engine.dialect.name == "postgresql" else "SERIALIZABLE"


def _rechain(found: Sequence[Kept]) -> None:
    chains: dict[str, tuple[int, bytes]] = {}
    for each in found:
        leaf = each.leaf
        n, prev = chains.get(leaf.w, (0, form.START))
        each.row["body"] = leaf._replace(n=n, prev=prev).encode()
        chains[leaf.w] = (n + 1, leaf_hash(each.row["body"]))


def _sign_anew(conn: Connection, keys: LogKeys, was: Sequence[Kept], now: Sequence[Kept]) -> None:
    """Every checkpoint over what is there now; what witnesses said of the old ones goes."""
    places = {each.row["pos"]: at for at, each in enumerate(was)}
    conn.execute(sa.delete(audit_cosignature))
    previous = form.START
    for row in conn.execute(sa.select(audit_checkpoint).order_by(audit_checkpoint.c.number)).all():
        old = read_checkpoint(row.note.partition("\n\n")[0] + "\n")
        over = [each for each in now if places.get(each.row["pos"], old.size) < old.size]
        tree = Frontier()
        for each in over:
            tree.append(leaf_hash(each.row["body"]))
        made = Checkpoint(old.origin, len(over), tree.root(), old.number, old.time, previous)
        previous = made.digest
        note = keys.signer(None).sign(made.text)
        changed = {"size": made.size, "note": note}
        conn.execute(sa.update(audit_checkpoint).where(audit_checkpoint.c.number == row.number).values(changed))


def made_up(copy: Copy, *, keyed: bool, writer: str = "") -> Callable[[list[Kept]], list[Kept]]:
    """One more entry at the end: that somebody read an item who never did. ``keyed``: its disclosure opens."""

    def add(found: list[Kept]) -> list[Kept]:
        last = found[-1]
        leaf, made = last.leaf, new_id(copy.live.now)
        values = {
            "who": form.canonical(
                {"id": copy.live.ids["hull"], "name": "Hull", "party": "imb", "principal": 1, "request": ""}
            ).decode(),
            "subject": copy.uuid("one"),
            "what": form.canonical({"purpose": "follow-up", "reference": copy.item("one")}).decode(),
            "why": "",
        }
        disclosed = [(secrets.token_bytes(32), name, values[name]) for name in form.FIELDS]
        sd = tuple(form.commit(*each) for each in disclosed)
        t = leaf.t + 1000
        forged = leaf._replace(id=str(made), act="sharing.item-opened", out="allowed", sd=sd, rules=(), cls="OS")
        forged = forged._replace(t=int(made.hex[:12], 16) * 1000, w=writer or leaf.w)
        forged = forged if forged.t > t - form.SLACK else forged._replace(t=t)
        period = last.disclosure["period"]
        row = {**last.row, "pos": last.row["pos"] + 1, "body": forged.encode()}
        hidden = {"pos": row["pos"], "period": period, "sealed": None, "item": None, "actor": None, "erased_at": 1}
        if keyed:
            sealed = copy.house.keys.log.seal(period, made.bytes, form.canonical(form.pack(disclosed)))
            named = {"item": values["subject"], "actor": copy.live.ids["hull"]}
            hidden = {**hidden, "sealed": sealed, "erased_at": None, **named}
        return [*found, Kept(row, hidden)]

    return add


def about(found: Sequence[Kept], act: str, nth: int = 0) -> int:
    """Where the nth entry of a kind stands."""
    return [at for at, each in enumerate(found) if json.loads(each.row["body"])["act"] == act][nth]


def without(*places: int) -> Callable[[list[Kept]], list[Kept]]:
    return lambda found: [each for at, each in enumerate(found) if at not in {p % len(found) for p in places}]
