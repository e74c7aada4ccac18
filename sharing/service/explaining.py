"""Markings found in a draft beside the one declared: the author raises theirs, or says why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from classification.errors import MarkingInvalid
from classification.model import Marking
from classification.rules.combine import combine
from classification.rules.parse import recall
from classification.rules.search import Found, higher
from classification.rules.show import show
from foundation.actor import Actor
from foundation.errors import Reason
from sharing.errors.items import FileNotFound, WordsMissing
from sharing.events import items as events
from sharing.model.inspected import WORDS
from sharing.model.item import Content
from sharing.service.uploading import Uploading
from sharing.store import drafts, markings

FOUND = "marking-found"  # the rule of a reason against sending
MOST_WHY = 2000  # characters


class Explaining(Uploading):
    """Say why."""

    def explain_marking(self, draft: UUID, part: int, why: str, *, actor: Actor, now: datetime) -> None:
        """Why a file of the author’s own draft (``WORDS``: its words) says more than the draft is marked.

        It holds while the draft is marked no lower than now. Raises DraftNotFound, FileNotFound, WordsMissing.
        """
        row = self._draft(draft, actor, now)
        if part != WORDS and part not in {file.part for file in drafts.files(self._conn, draft)}:
            raise FileNotFound("It may have been taken off before.", subject=str(draft))
        said = why.strip()
        if not said or len(said) > MOST_WHY or "\0" in said:
            text = f"Say why in {MOST_WHY} characters or fewer"
            raise WordsMissing(f"{text}.", fields={"why": [text]})
        marking = self._marking(row.marking)
        self._sealed(draft, actor, now).put(markings.why(part), said)
        markings.explain(self._conn, draft, part, show(marking))
        self._record(
            events.MARKING_EXPLAINED, actor=actor, now=now, subject=str(draft), marking=marking.code, part=part
        )

    def _asked_for(self, uuid: UUID, content: Content, declared: Marking) -> dict[int, tuple[Found, ...]]:
        """By part, what asks for more than was declared and was not explained."""
        said = {part: self._recalled(line) for part, line in markings.explained(self._conn, uuid).items()}
        every = {WORDS: self._in_words(content), **markings.found(self._conn, uuid)}
        open_ = {
            part: tuple(each for each in found if higher(each, declared, self._scheme))
            for part, found in every.items()
            if part not in said or not _covers(declared, said[part])
        }
        return {part: found for part, found in open_.items() if found}

    def _recalled(self, line: str) -> Marking | None:
        try:
            return recall(line, self._scheme)
        except MarkingInvalid:  # of words no longer known: why is asked again
            return None


def reasons(found: Mapping[int, tuple[Found, ...]], names: Mapping[int, str]) -> Iterator[Reason]:
    """Against sending: a sentence for each file, or for the words."""
    for part, each in sorted(found.items()):
        first = each[0]
        where = f"“{names[part]}” says {first.says} on {first.place}" if part in names else f"You wrote {first.says}"
        yield Reason(FOUND, f"{where}. Raise the marking, or say why not.", "GSCP 2024 para 35")


def _covers(declared: Marking, then: Marking | None) -> bool:
    return then is not None and combine([declared, then]) == combine([declared])
