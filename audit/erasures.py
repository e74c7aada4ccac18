"""What was erased by age, as the log tells it: only with the word of two people, and every entry named. Pure."""

from __future__ import annotations

from audit import events
from audit.fact import Fact


class Erasures:
    """Told every fact of its kinds in the log's order; it says which entries were rightly erased."""

    kinds = frozenset(
        each.name for each in (events.REDACTION_PROPOSED, events.REDACTION_APPROVED, events.ENTRIES_REDACTED)
    )

    def __init__(self) -> None:
        self._proposed: dict[str, tuple[str, str]] = {}
        self._approved: dict[str, str] = {}

    def told(self, fact: Fact) -> frozenset[str]:
        """The entries this fact says were erased; none where no two people had agreed to it."""
        what = fact.what
        if fact.kind == events.REDACTION_PROPOSED.name:
            self._proposed[fact.id] = (str(what["by"]), str(what["code"]))
            return frozenset()
        proposal = str(what["proposal"])
        by, code = self._proposed.get(proposal, ("", ""))
        if fact.kind == events.REDACTION_APPROVED.name:
            if by and by != what["by"]:
                self._approved[proposal] = str(what["by"])
            return frozenset()
        entries = what["entries"]
        agreed = proposal in self._approved and code == what["code"] and isinstance(entries, list)
        return frozenset(map(str, entries)) if agreed and isinstance(entries, list) else frozenset()
