"""Custody in one unit of work: its ports over sharing, identity and retention; and the container it writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import TYPE_CHECKING

from app.bootstrap import wiring
from app.bootstrap.containers import Container
from audit.fact import Value
from classification.rules.combine import combine
from classification.rules.parse import recall
from classification.rules.show import show
from custody import events
from custody.model import Chosen, Seen
from custody.ports import Opened, Reader
from custody.queries.register import Line, RegisterList
from custody.service.custody import Custody
from foundation.actor import Actor
from retention.model.copy import METHODS
from sharing.store.rights import restricted

if TYPE_CHECKING:
    from app.bootstrap.work import Work


class SharedItems:
    """``custody.ports.Items`` over sharing: every reading of content is decided and recorded there."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def take(self, reference: str, act: str, purpose: str, *, actor: Actor, now: datetime) -> Seen:
        """Raises what sharing raises."""
        found = self._work.sharing.take(reference, act, purpose, actor=actor, now=now)
        return Seen(found.item, found.reference, found.marking, found.code, found.restricted, found.files)

    def open(self, chosen: Chosen, purpose: str, *, actor: Actor, now: datetime) -> Opened:
        """Text by opening the item, files by downloading each."""
        sharing, ref = self._work.sharing, chosen.reference
        words = None
        marking = self.markings([chosen.item])[chosen.item]
        if chosen.text:
            item = sharing.open(ref, purpose, actor=actor, now=now)
            marking = item.marking
            words = {
                "reference": ref,
                "marking": item.marking,
                "kind": item.kind_name,
                "from": item.sender_office,
                "sent_at": item.sent_at.isoformat(),
                "title": item.title,
                "text": item.text,
                "sharing_purpose": item.sharing_purpose,
                "subjects": [{"name": each.name, "identifiers": dict(each.identifiers)} for each in item.subjects],
            }
        files: dict[int, tuple[str, Reader]] = {}
        with ExitStack() as undo:
            for part in chosen.parts:
                found = sharing.download(ref, part, purpose, actor=actor, now=now)
                undo.callback(found.reader.close)
                files[part] = (found.name, found.reader)
            undo.pop_all()
        return Opened(ref, marking, words, files)

    def seen_by(self, items: Collection[str], *, actor: Actor, now: datetime) -> frozenset[str]:
        """By the decision a list is made with."""
        return self._work.sharing.seen_by(items, actor=actor, now=now)

    def restricted(self, item: str) -> bool:
        """As every act on it asks."""
        return restricted(self._work.conn, item)

    def markings(self, items: Collection[str]) -> Mapping[str, str]:
        """As they stand."""
        return self._work.sharing.markings(items_=items, actor=self._work.actor, now=self._work.now)


def custody(work: Work) -> Custody:
    """What people do with media and paper."""
    house = work.house
    return Custody(
        work.conn,
        work.trail,
        rules=house.policies.custody,
        items=SharedItems(work),
        people=work.people,
        decider=house.decider,
        words=wiring.words(house),
        methods=METHODS,
        binder=house.binder,
    )


def register(work: Work) -> RegisterList:
    """What they look at of it."""
    house = work.house
    return RegisterList(
        work.conn,
        rules=house.policies.custody,
        items=SharedItems(work),
        decider=house.decider,
        words=wiring.words(house),
    )


def container(work: Work, medium: str, passphrase: str, seal: str) -> Container:
    """Begun and entered in the log once ``work`` commits; then stream it, and close it in any case."""
    house, actor = work.house, work.actor
    begun = work.custody.begin(medium, passphrase, seal, actor=actor, now=work.now)

    def done(attempt: int, size: int, sha256: str) -> None:
        house.do(lambda after: after.custody.written(medium, attempt, size, sha256, actor=actor, now=after.now), actor)

    return Container(begun, together(work, (each.marking for each in begun.opened)), passphrase, done)


def together(work: Work, lines: Iterable[str]) -> str:
    """The line of the most restrictive marking of several things carried together, on one line."""
    scheme = work.house.policies.scheme
    return show(combine(recall(each, scheme) for each in lines)).replace("\n", " / ")


def looked(work: Work, *, over: bool = False) -> tuple[list[Line], list[Line]]:
    """(media, papers) as the asker may see them; that they looked is entered in the log."""
    actor, now = work.actor, work.now
    media = work.kept.media(actor=actor, now=now, over=over)
    papers = work.kept.papers(actor=actor, now=now, over=over)
    what: dict[str, Value] = {"media": len(media), "papers": len(papers)}
    work.trail.record(events.REGISTER_VIEWED, actor=work.actor, now=work.now, what=what)
    return media, papers
