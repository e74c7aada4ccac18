"""A hold not yet placed, between the pages that ask for it: sealed for whoever writes it, kept nowhere."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import date

from app.bootstrap import wiring
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.web import hold_forms as fields
from foundation.errors import Unavailable
from retention.model.hold import Scope
from retention.rules import scope as rules
from retention.service.holds import Terms
from retention.service.preview import Asked


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed, and the scope it came to; dates as ISO, "" where there is none."""

    scope: str = "{}"
    references: str = ""
    people: str = ""
    establishments: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    since: str = ""
    until: str = ""
    words: str = ""
    occasion: str = ""
    issuer: str = ""
    reason: str = ""
    review_on: str = ""

    @property
    def read(self) -> Scope:
        return rules.read(self.scope)

    @property
    def named(self) -> list[str]:
        """Whom it names, each with how that was understood."""
        return [f"{kind}: {value}" for kind, value in fields.people(self.people)]

    @property
    def terms(self) -> Terms:
        return Terms(
            reason=self.reason,
            issuer=self.issuer,
            occasion=self.occasion,  # type: ignore[arg-type] # the room checks it
            review_on=day(self.review_on),
            words=self.words,
            people="; ".join(self.named),
        )


def of_scope(work: Work, form: fields.ScopeForm) -> Draft:
    """What the first page asked for. Raises DetailsInvalid."""
    draft = Draft(
        references=form.references.data,
        people=form.people.data,
        establishments=form.establishments.data or [],
        classes=form.classes.data or [],
        bodies=form.bodies.data or [],
        since=_iso(form.since.data),
        until=_iso(form.until.data),
        words=form.words.data,
    )
    asked = Asked(
        references=fields.lines(draft.references),
        people=list(fields.people(draft.people)),
        establishments=draft.establishments,
        classes=draft.classes,
        bodies=draft.bodies,
        since=form.since.data,
        until=form.until.data,
    )
    scope = work.retention.understand(asked, actor=work.actor, now=work.now)
    work.retention.check_scope(scope, draft.words, actor=work.actor, now=work.now)
    return replace(draft, scope=rules.write(scope))


def with_terms(draft: Draft, form: fields.TermsForm) -> Draft:
    """And what the second did."""
    return replace(
        draft,
        occasion=form.occasion.data,
        issuer=form.issuer.data,
        reason=form.reason.data,
        review_on=_iso(form.review_on.data),
    )


def seal(draft: Draft) -> str:
    """For the hidden input."""
    return wiring.words(house()).seal(_about(), json.dumps(asdict(draft)))


def unseal(text: str) -> Draft | None:
    """What ``seal`` made for the same person; None for anything else: the pages then begin again."""
    try:
        found = wiring.words(house()).open(_about(), text or "")
        return Draft(**json.loads(found)) if found else None
    except (Unavailable, ValueError, TypeError):
        return None


def day(text: str) -> date | None:
    """The other way round from ISO."""
    return date.fromisoformat(text) if text else None


def _iso(value: date | None) -> str:
    return value.isoformat() if value else ""


def _about() -> str:
    return f"hold-draft/{actor().id}"
