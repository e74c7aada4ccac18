"""Makes tests/vectors/batch-certificate anew: `PYTHONPATH=.:tests/retention python -m make_batch_certificate_vectors`.

As of ``make_certificate_vectors``: every bad one is wrong in one thing only, and issued in the log where its keeper
lies.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

from batch_world import certified, does, due, ended, opened_batch, propose
from make_certificate_vectors import nothing, within
from retention_world import APPROVER, REVIEWER, World

from audit.fact import Kind
from foundation.actor import SERVICE
from retention import events
from retention.rules import batch_certificate as rules
from retention.rules.selfproving import DISCLOSED, ISSUED, body_digest
from retention.service.witness import LogWitness
from tests.taken_in import take_in

HERE = Path(__file__).parents[1] / "vectors" / "batch-certificate"
Change = Callable[[dict[str, Any]], None]


def forged(good: str, change: Change) -> str:
    """The file changed and its digest made right again."""
    value = deepcopy(json.loads(good))
    change(value)
    return rules.file(value["body"], value["proof"])


def entered(world: World, value: dict[str, Any], name: str, kind: Kind, what: dict[str, Any], *, by: Any = SERVICE,
            outcome: str = "allowed", subject: str = "") -> None:  # fmt: skip
    """An entry written by the owner of the log, and its receipt put into the file."""
    with world.engine.begin() as conn:
        trail = world.trail(conn)
        trail._followers = ()
        subject = subject or value["body"]["batch"]
        entry = trail.record(kind, actor=by, now=world.now, subject=subject, what=what, outcome=outcome)
    take_in(world.engine)
    with world.engine.begin() as conn:
        witness = LogWitness(conn, world.keys)
        value["proof"][name] = witness.receipt(entry.id, DISCLOSED, actor=SERVICE, now=world.now)
    if name != ISSUED:
        value["body"]["evidence"][name] = entry.id


def issued(world: World, good: str, change: Change, **more: Any) -> str:
    """The body changed and an entry of issue written for it by the owner of the log."""
    value = deepcopy(json.loads(good))
    change(value)
    body = value["body"]
    kind = more.pop("kind", events.BATCH_CERTIFIED)
    what = {"number": body["number"], "sha256": body_digest(body)}
    entered(world, value, ISSUED, kind, what, **more)
    return rules.file(body, value["proof"])


def approved_otherwise(world: World, good: str, **said: Any) -> str:
    """Another entry of approval than the true one, in the log before the entry of issue."""

    def change(value: dict[str, Any]) -> None:
        what = {"batch": value["body"]["batch"], "approved": 4, "left": 0, "by": APPROVER.id, **said}
        entered(world, value, "batch-approved", events.BATCH_APPROVED, what)

    return issued(world, good, change)


def swap(value: dict[str, Any]) -> None:
    proof = value["proof"]
    proof["batch-approved"], proof[ISSUED] = proof[ISSUED], proof["batch-approved"]


def without_certificates(value: dict[str, Any]) -> None:
    body = value["body"]
    body["kept_out"] += [
        {"item": each["item"], "reference": each["number"][3:], "how": "uncertified", "rules": []}
        for each in body["certificates"]
    ]
    body["certificates"] = []
    body["counts"] |= {"certificates": 0, "kept_out": len(body["kept_out"])}


def bad_ones(world: World, good: str, second: str, foreign: str) -> dict[str, str]:
    value, other = json.loads(good), json.loads(second)
    body, first = "body", value["body"]["certificates"][0]
    note = value["proof"]["batch-approved"]["checkpoint"]
    tampered = note[:-20] + ("A" if note[-20] != "A" else "B") + note[-19:]
    twice = [first, *value[body]["certificates"][:1]]
    return {
        "empty": "",
        "another-format": good.replace("batch-certificate/1", "batch-certificate/2"),
        "an-items-format": good.replace("custodes/batch-certificate/1", "custodes/certificate/1"),
        "spaces-added": json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False),
        "line-end-added": good + "\n",
        "wrong-digest": good.replace(value["digest"], "0" * 64),
        "field-added": forged(good, within(body, "note", to="x")),
        "receipt-missing": forged(good, lambda value: value["proof"].pop("batch-approved")),
        "body-changed": forged(good, within(body, "certificates", 0, "sha256", to="0" * 64)),
        "receipts-swapped": forged(good, swap),
        "approval-of-another-batch": forged(
            good, within("proof", "batch-approved", to=other["proof"]["batch-approved"])
        ),
        "entry-of-issue-of-another": forged(good, within("proof", ISSUED, to=other["proof"][ISSUED])),
        "checkpoint-signature-altered": forged(good, within("proof", "batch-approved", "checkpoint", to=tampered)),
        "signed-by-a-stranger": foreign,
        "refused-entry": issued(world, good, nothing, outcome="refused"),
        "issue-for-another-batch": issued(world, good, nothing, subject=other[body]["batch"]),
        "issue-of-an-item": issued(world, good, nothing, kind=events.CERTIFICATE_ISSUED),
        "evidence-of-another-entry": issued(
            world, good, within(body, "evidence", "batch-approved", to=other[body]["evidence"]["batch-approved"])
        ),
        "approved-by-one-who-proposed": issued(world, good, within(body, "review", "by", to=[APPROVER.id])),
        "approved-by-one-who-submitted": issued(world, good, within(body, "submitted", "by", to=APPROVER.id)),
        "approval-by-another-than-the-log-says": approved_otherwise(world, good, by=REVIEWER.id),
        "more-approved-than-told": approved_otherwise(world, good, approved=9),
        "counts-that-do-not-add-up": issued(world, good, within(body, "counts", "items", to=9)),
        "no-certificate": issued(world, good, without_certificates),
        "a-certificate-twice": issued(world, good, within(body, "certificates", to=twice)),
        "certificates-out-of-order": issued(
            world, good, within(body, "certificates", to=value[body]["certificates"][::-1])
        ),
        "a-digest-that-is-none": issued(world, good, within(body, "certificates", 0, "sha256", to="A" * 64)),
        "kept-out-no-known-way": issued(world, good, within(body, "kept_out", 0, "how", to="lost")),
        "kept-out-by-no-list-of-rules": issued(world, good, within(body, "kept_out", 0, "rules", to="RET-held")),
        "lists-not-told": issued(world, good, within(body, "certificates", to="none")),
        "number-of-another-batch": issued(world, good, within(body, "number", to="BC-ALPHA-9")),
    }  # fmt: skip


def mixed(world: World) -> str:
    """A batch of all there can be: destroyed, kept for longer, left out for a hold, sent back, stopped."""
    items = due(world, 6)
    does_hold(world, items[0])
    batch = opened_batch(world)
    propose(world, batch, items[1:5])
    propose(world, batch, items[5:], "extend", until=world.now.date() + timedelta(days=60))
    does(world, "submit_batch", batch)
    does(world, "send_back_items", batch, items[4:5], reason="Look again.", actor=APPROVER)
    with world.work() as retention:
        saw = retention._stamp(retention._batch(batch))
        retention.approve_batch(batch, seen=saw, actor=APPROVER, now=world.now)
    world.do("withdraw_approval", items[3], REVIEWER, reason="Not after all.")
    world.pass_time(14)
    for item in items[1:3]:
        world.finish(item)
    return batch


def does_hold(world: World, item: str) -> None:
    with world.work() as retention:
        retention.place_hold(item, reason="Asked for.", issuer="Inquiry", actor=REVIEWER, now=world.now)


def main() -> None:
    world, strange = World(), World()
    every = certified(world, mixed(world))
    plain = certified(world, ended(world))
    good = {"of-every-kind": every, "two-destroyed": plain}
    foreign = certified(strange, ended(strange))
    for folder, files in (("good", good), ("bad", bad_ones(world, every, plain, foreign))):
        (HERE / folder).mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (HERE / folder / f"{name}.json").write_bytes(text.encode())
    (HERE / "trusted.vkey").write_text(world.keys.vkey + "\n")
    world.close()
    strange.close()


if __name__ == "__main__":
    main()
