"""What the tests of media and paper do again and again."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, TypeVar

import pyzipper

from app.bootstrap import custody as rooms
from app.bootstrap.wiring import console_identity
from app.bootstrap.work import Work
from custody.model import Asked, Ended, Export, Paper, Wanted
from foundation.actor import Actor
from foundation.errors import ServiceError
from tests.api.api_acts import sent
from tests.house import CONSOLE, Live

FILES = {"notes one.txt": b"first secret" * 9_000, "Bericht äöü.pdf": b"second secret" * 10}
ASKER, HOLDER, APPROVER, OTHER = "staff2", "staff", "imb-owner", "inspector"
SERIALS = itertools.count(1)
T = TypeVar("T")


def desk_of(live: Live) -> None:
    """Two people hold the right, one in each body."""
    appoint(live, ASKER, "imb-media-holder", "imb", "secretariat")
    appoint(live, OTHER, "hmip-media-holder", "hmip", "inspectorate")


def appoint(live: Live, key: str, role: str, party: str, kind: str) -> None:
    with live.house.work(CONSOLE) as work:
        office = next(iter(work.people.offices(party=party, kind=kind)))
        console_identity(work).appoint(
            person_id=live.ids[key], role=role, office_id=office.id, actor=CONSOLE, now=work.now
        )


def actor(live: Live, key: str) -> Actor:
    with live.house.work(CONSOLE) as work:
        return work.people.actor(live.ids[key], now=work.now)


def do(live: Live, key: str, act: Callable[[Work], T]) -> T:
    """One act of one person, in a unit of work of its own."""
    with live.house.work(actor(live, key)) as work:
        return act(work)


def refused(live: Live, key: str, act: Callable[[Work], object]) -> ServiceError:
    try:
        do(live, key, act)
    except ServiceError as error:
        return error
    raise AssertionError("it was allowed")


def rules(error: ServiceError) -> set[str]:
    return {rule for each in error.reasons for rule in each.rule.split(",")}


def item(live: Live, files: dict[str, bytes] | None = None, key: str = "staff", **changed: Any) -> str:
    """What IMB staff sent; both of IMB staff may see it."""
    given = {"kind": "intelligence", "route": "national-to-inspectorate", **changed}
    return sent(live, key, FILES if files is None else files, **given)


def asked(live: Live, *refs: str, **changed: Any) -> Asked:
    wanted = tuple(Wanted(ref, text=True, parts=(1,)) for ref in refs)
    given = Asked(
        items=wanted,
        purpose="follow-up",
        medium="usb-stick",
        serial=f"AST-{next(SERIALS):05d}",
        issued=True,
        holder=live.ids[HOLDER],
        why="The hearing room has no network.",
        least="The first file is what is asked about.",
        to="The panel, at the hearing.",
        outside=False,
        back_on=live.now.date() + timedelta(days=10),
    )
    return replace(given, **changed)


def ask(live: Live, *refs: str, key: str = ASKER, **changed: Any) -> Export:
    said = asked(live, *refs, **changed)
    return do(live, key, lambda w: w.custody.ask(said, actor=w.actor, now=w.now))


def decide(live: Live, medium: Export, choice: Any = "approved", key: str = APPROVER) -> Export:
    return do(live, key, lambda w: w.custody.decide(medium.id, choice, "It must be so.", actor=w.actor, now=w.now))


def approved(live: Live, *refs: str, **changed: Any) -> Export:
    return decide(live, ask(live, *(refs or (item(live),)), **changed))


def write(live: Live, medium: Export, key: str = ASKER) -> tuple[bytes, str]:
    """The container and its passphrase."""
    made = do(live, key, lambda w: w.custody.prepare(medium.id, actor=w.actor, now=w.now))
    found = do(live, key, lambda w: rooms.container(w, medium.id, made.words, made.seal))
    try:
        return b"".join(found.stream()), made.words
    finally:
        found.close()


def read_back(live: Live, medium: Export, data: bytes, key: str = HOLDER) -> Export:
    return do(
        live,
        key,
        lambda w: w.custody.verify(medium.id, len(data), sha256(data).hexdigest(), actor=w.actor, now=w.now),
    )


def opened(data: bytes, passphrase: str) -> dict[str, bytes]:
    """The container as another implementation opens it; every digest of its list holds."""
    with pyzipper.AESZipFile(io.BytesIO(data)) as outer:
        assert outer.namelist() == ["contents.zip"]
        info = outer.infolist()[0]
        assert info.wz_aes_version == 2
        assert info.wz_aes_strength == 3, "AES-256"
        inner = outer.read("contents.zip", pwd=passphrase.encode())
    with zipfile.ZipFile(io.BytesIO(inner)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    listed = json.loads(files["list.json"])
    assert {each["path"] for each in listed["files"]} == files.keys() - {"list.json", "READ-ME-FIRST.txt"}
    for each in listed["files"]:
        assert (len(files[each["path"]]), sha256(files[each["path"]]).hexdigest()) == (each["size"], each["sha256"])
    return files


def gone(live: Live, **changed: Any) -> Ended:
    return replace(Ended("destroyed", live.now.date(), "Certificate 12", "Wilma Witness", "shred-media"), **changed)


def end(live: Live, medium: Export, key: str = HOLDER, **changed: Any) -> Export:
    return do(live, key, lambda w: w.custody.end(medium.id, gone(live, **changed), actor=w.actor, now=w.now))


def paper(live: Live, ref: str, key: str = ASKER, made_on: date | None = None) -> Paper:
    on = made_on or live.now.date()
    return do(
        live,
        key,
        lambda w: w.custody.register(
            ref, place="Cabinet 3, room 12", locked=True, made_on=on, actor=w.actor, now=w.now
        ),
    )


def act(live: Live, key: str, name: str, thing: str, *args: Any, **given: Any) -> Any:
    return do(live, key, lambda w: getattr(w.custody, name)(thing, *args, actor=w.actor, now=w.now, **given))


def act_refused(live: Live, key: str, name: str, thing: str, *args: Any, **given: Any) -> ServiceError:
    return refused(live, key, lambda w: getattr(w.custody, name)(thing, *args, actor=w.actor, now=w.now, **given))
