"""What one version of a schedule changes of another, in words, and what it would change of the cases there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from retention.model.case import DECIDED, Case
from retention.model.schedule import RetentionClass, Version


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs: of a class or, with ``code`` empty, of the version. ``before`` empty: it is new."""

    code: str
    what: str
    before: str
    after: str


def difference(before: Version | None, after: Version) -> tuple[Change, ...]:
    """Every difference, the version's own first, then class by class."""
    return tuple(_difference(before, after))


def _difference(before: Version | None, after: Version) -> Iterator[Change]:
    if before is None or before.authority != after.authority:
        yield Change("", "authority", before.authority if before else "", after.authority)
    old = before.classes if before else {}
    for code in sorted(old.keys() | after.classes.keys()):
        if code not in after.classes:
            yield Change(code, "class", old[code].description, "")
        elif code not in old:
            yield Change(code, "class", "", after.classes[code].description)
            yield from _class(code, None, after.classes[code])
        else:
            yield from _class(code, old[code], after.classes[code])


def _class(code: str, before: RetentionClass | None, after: RetentionClass) -> Iterator[Change]:
    old, new = said(before) if before else {}, said(after)
    for name, value in new.items():
        if old.get(name) != value and (before is not None or name != "description"):
            yield Change(code, name, old.get(name, ""), value)


def said(found: RetentionClass) -> dict[str, str]:
    """A class in words, by the name of what they are about."""
    return {
        "description": found.description,
        "triggers": f"{'any of' if found.starts == 'first' else 'the latest of'} " + ", ".join(found.triggers),
        "period": period(found),
        "action": found.action,
        "authority": found.authority,
        "clauses": ", ".join(found.clauses),
        "verified": "yes" if found.verified else "no",
    }


def period(found: RetentionClass) -> str:
    """The period in words, with what depends on the outcome."""
    if found.months is None:
        return "kept" if found.verified and found.action == "keep" else "none: a person confirms it"
    more = [f"{each} months if {name}" for name, each in found.outcomes]
    return "; ".join([f"{found.months} months", *more])


@dataclass(frozen=True, slots=True)
class Effect:
    """What a version would do to one case."""

    case: Case
    after: Case

    @property
    def kind(self) -> str:
        """earlier, later, first (set for the first time), removed or same: of the due date."""
        before, after = self.case.due_on, self.after.due_on
        if before == after:
            return "same"
        if before is None:
            return "first"
        if after is None:
            return "removed"
        return "earlier" if after < before else "later"

    @property
    def sent_back(self) -> bool:
        """Whether a review or an approval falls with it."""
        return self.case.state in DECIDED


@dataclass(frozen=True, slots=True)
class Counts:
    """Cases of one class by what would become of their date; ``held``, ``sent_back`` and ``beyond`` among them."""

    retention_class: str
    cases: int = 0
    earlier: int = 0
    later: int = 0
    first: int = 0
    removed: int = 0
    same: int = 0
    held: int = 0
    sent_back: int = 0
    beyond: int = 0

    def plus(self, effect: Effect) -> Counts:
        """With one more."""
        return replace(
            self,
            cases=self.cases + 1,
            held=self.held + effect.case.held,
            sent_back=self.sent_back + effect.sent_back,
            beyond=self.beyond + effect.after.beyond,
            **{effect.kind: getattr(self, effect.kind) + 1},
        )
