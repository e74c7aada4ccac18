"""Makes tests/vectors/certificate anew: `PYTHONPATH=.:tests/retention python -m make_certificate_vectors`.

Every bad one is wrong in one thing only; those a forger could make carry a right digest, and those a dishonest owner of
the log could make are issued in the log.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

from retention_world import WORDS, World

import vault.events as vaulted
from audit.fact import Kind
from foundation.actor import SERVICE
from retention import events
from retention.queries.disposals import Disposals
from retention.rules import certificate
from retention.service.witness import LogWitness
from tests.taken_in import take_in

HERE = Path(__file__).parents[1] / "vectors" / "certificate"
Change = Callable[[dict[str, Any]], None]


def text_of(world: World, item: str) -> str:
    with world.engine.begin() as conn:
        return Disposals(conn, WORDS).certificate(Disposals(conn, WORDS).case(item).certificate).text


def forged(good: str, change: Change) -> str:
    """The file changed and its digest made right again."""
    value = deepcopy(json.loads(good))
    change(value)
    return certificate.file(value["body"], value["proof"])


def issued(world: World, good: str, change: Change, *, kind: Kind = events.CERTIFICATE_ISSUED,
           outcome: str = "allowed", subject: str = "") -> str:  # fmt: skip
    """The body changed and an entry of issue written for it by the owner of the log."""
    value = deepcopy(json.loads(good))
    change(value)
    body = value["body"]
    what = {"number": body["number"], "sha256": certificate.body_digest(body)}
    with world.engine.begin() as conn:
        trail = world.trail(conn)
        trail._followers = ()
        entry = trail.record(kind, actor=SERVICE, now=world.now, subject=subject or body["item"], what=what,
                             outcome=outcome)  # fmt: skip
    take_in(world.engine)
    with world.engine.begin() as conn:
        witness = LogWitness(conn, world.keys)
        value["proof"]["certificate-issued"] = witness.receipt(
            entry.id, certificate.DISCLOSED, actor=SERVICE, now=world.now
        )
    return certificate.file(body, value["proof"])


def key_in_another_entry(world: World, good: str, log: World) -> str:
    """A second entry, in ``log``, says that the key went; the certificate is issued in the first log upon that one."""
    item = json.loads(good)["body"]["item"]
    with log.engine.begin() as conn:
        entry = log.trail(conn).record(vaulted.KEY_DESTROYED, actor=SERVICE, now=world.now, subject=item)
    take_in(log.engine)
    with log.engine.begin() as conn:
        proof = LogWitness(conn, log.keys).receipt(entry.id, certificate.DISCLOSED, actor=SERVICE, now=world.now)

    def change(value: dict[str, Any]) -> None:
        value["body"]["evidence"]["key-destroyed"] = entry.id
        value["proof"]["key-destroyed"] = proof

    return issued(world, good, change)


def within(*path: str | int, to: Any) -> Change:
    def change(value: dict[str, Any]) -> None:
        *way, last = path
        for key in way:
            value = value[key]
        value[last] = to

    return change


def swap(value: dict[str, Any]) -> None:
    proof = value["proof"]
    proof["key-destroyed"], proof["content-removed"] = proof["content-removed"], proof["key-destroyed"]


def drop(value: dict[str, Any]) -> None:
    del value["proof"]["content-removed"]


def nothing(value: dict[str, Any]) -> None:
    pass


def bad_ones(world: World, good: str, second: str, foreign: str) -> dict[str, str]:
    value, other = json.loads(good), json.loads(second)
    pretty = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)
    note = value["proof"]["key-destroyed"]["checkpoint"]
    tampered = note[:-20] + ("A" if note[-20] != "A" else "B") + note[-19:]
    body = "body"
    return {
        "empty": "",
        "not-json": "Certificate of destruction",
        "another-format": good.replace("certificate/1", "certificate/2"),
        "spaces-added": pretty,
        "line-end-added": good + "\n",
        "wrong-digest": good.replace(value["digest"], "0" * 64),
        "field-added": forged(good, within(body, "note", to="x")),
        "receipt-missing": forged(good, drop),
        "body-changed": forged(good, within(body, "quantity", "files", to=0)),
        "number-changed": forged(good, within(body, "number", to="DC-ALPHA-2026-99999")),
        "receipts-swapped": forged(good, swap),
        "receipt-of-another-item": forged(
            good, within("proof", "key-destroyed", to=other["proof"]["key-destroyed"])
        ),
        "entry-of-issue-of-another": forged(
            good, within("proof", "certificate-issued", to=other["proof"]["certificate-issued"])
        ),
        "checkpoint-signature-altered": forged(good, within("proof", "key-destroyed", "checkpoint", to=tampered)),
        "signed-by-a-stranger": foreign,
        "refused-entry": issued(world, good, nothing, outcome="refused"),
        "reviewed-and-approved-by-one": issued(
            world, good, within(body, "approval", "by", to=value[body]["review"]["by"])
        ),
        "destroyed-while-held": issued(world, good, within(body, "hold_check", "held", to=True)),
        "copy-not-accounted-for": issued(world, good, within(body, "copies", "accounted", to=[{"fate": "open"}])),
        "copies-not-told": issued(world, good, within(body, "copies", to="none")),
        "no-authority": issued(world, good, within(body, "period", "authority", to="")),
        "evidence-of-another-entry": issued(
            world, good, within(body, "evidence", "key-destroyed", to=other[body]["evidence"]["key-destroyed"])
        ),
        "key-destroyed-after-content": key_in_another_entry(world, good, world),
        "issue-for-another-item": issued(world, good, nothing, subject=other[body]["item"]),
    }  # fmt: skip


def main() -> None:
    world, strange = World(), World()
    first, second = world.until_destroyed(), world.until_destroyed()
    confirmed = world.item(of="notes", body="beta")
    good = {"verified-class": text_of(world, first), "second-in-the-same-log": text_of(world, second)}
    foreign = text_of(strange, strange.until_destroyed())
    world.finish_beta(confirmed)
    good["period-confirmed-by-a-person"] = text_of(world, confirmed)
    for folder, files in (
        ("good", good),
        ("bad", bad_ones(world, good["verified-class"], good["second-in-the-same-log"], foreign)),
    ):
        (HERE / folder).mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (HERE / folder / f"{name}.json").write_bytes(text.encode())
    (HERE / "trusted.vkey").write_text(world.keys.vkey + "\n")
    world.close()
    strange.close()


if __name__ == "__main__":
    main()
