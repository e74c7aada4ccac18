"""What the tests of the outbox do again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import sqlalchemy as sa

from app.bootstrap import posting
from outbox.model.message import DELIVERED, Letter, Outcome
from outbox.tables import outbox_message
from tests.house import Live


@dataclass
class Taken:
    """A carrier that keeps what it is given, and answers as it is told."""

    answers: list[Outcome] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    name: str = "taken"

    def send(self, letter: Letter) -> Outcome:
        self.letters.append(letter)
        return self.answers.pop(0) if self.answers else Outcome(DELIVERED)

    def ask(self, remotes: Mapping[str, str]) -> Mapping[str, Outcome]:
        return {}

    def to(self, key: str) -> list[Letter]:
        return [each for each in self.letters if each.address == f"{key}@example.test"]


def swept(live: Live, taken: Taken | None = None) -> Taken:
    """One run of the job."""
    taken = Taken() if taken is None else taken
    posting.sweep(live.house, carrier=taken)
    return taken


def next_day(live: Live) -> None:
    """Past the hour at which digests are made."""
    live.later(days=1)
    live.tokens.clear()


def emptied(live: Live) -> None:
    """Everything that waits has gone."""
    next_day(live)
    live.later(days=7)
    live.tokens.clear()
    swept(live)


def letters_in(folder: Path) -> list[EmailMessage]:
    parser = BytesParser(policy=policy.default)
    return [parser.parsebytes(path.read_bytes()) for path in sorted(folder.glob("*.eml"))]  # type: ignore[misc]


def states(live: Live) -> list[str]:
    with live.house.work() as work:
        return list(work.conn.execute(sa.select(outbox_message.c.state).order_by(outbox_message.c.made_at)).scalars())
