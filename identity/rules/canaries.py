"""Questions whose answers are known. The service asks them at start and refuses to run if one is answered otherwise.

They guard against what reading cannot: an engine built or called so that a rule silently does not stand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from foundation.actor import NOBODY, SERVICE, Actor
from identity.model import Grant, ItemFacts, Verdict, Window

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_DAY, _MS = timedelta(days=1), timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class _Expectation:
    """``expected``: the rules that must make the answer, all of them and no other."""

    name: str
    allowed: bool
    expected: frozenset[str]
    actor: Actor
    action: str

    def fault(self, verdict: Verdict) -> str:
        """What is wrong with this answer; empty if nothing is."""
        if verdict.allowed is self.allowed and frozenset(verdict.rules) == self.expected:
            return ""
        given = f"{'allowed' if verdict.allowed else 'refused'} by {', '.join(verdict.rules) or 'no rule'}"
        known = f"{'allowed' if self.allowed else 'refused'} by {', '.join(sorted(self.expected)) or 'no rule'}"
        return f"known question “{self.name}” is {given}; it must be {known}"


@dataclass(frozen=True, slots=True)
class Canary(_Expectation):
    """A known answer about an item."""

    facts: ItemFacts
    purpose: str = "known question"


@dataclass(frozen=True, slots=True)
class DutyCanary(_Expectation):
    """A known answer about a duty."""

    owner: str = ""
    body: str = ""
    other: str = ""


_HOLDER = Actor(id="a", name="", party="one", principal=1, hmg=True)
_STRANGER = replace(_HOLDER, id="b", principal=2)
_OFFICER = replace(_STRANGER, offices=frozenset({20}), duties=frozenset({"router"}))
_ITEM = ItemFacts(id=1, sender=9, recipients=frozenset({1}), offices=frozenset({20}))


def _barred(rule: str, facts: ItemFacts, actor: Actor = _HOLDER, action: str = "open") -> Canary:
    return Canary(f"{action}: {rule}", False, frozenset({rule}), actor, action, facts)


def _item_canaries() -> Iterable[Canary]:
    none: frozenset[str] = frozenset()
    yield Canary("a recipient opens", True, frozenset({"NTK-01-recipient"}), _HOLDER, "open", _ITEM)
    yield Canary("an office on the route sees", True, frozenset({"NTK-04-route"}), _OFFICER, "see", _ITEM)
    yield Canary("a router passes on", True, frozenset({"HND-02-pass-on"}), _OFFICER, "pass-on", _ITEM)
    yield Canary("a stranger opens", False, none, _STRANGER, "open", _ITEM)
    yield Canary("the service itself opens", False, none, SERVICE, "open", _ITEM)
    stands = frozenset({"PER-01-active", "PER-02-vetted", "PER-03-trained", "PER-05-informed"})
    yield Canary("a visitor opens", False, stands, NOBODY, "open", _ITEM)
    lapsed = replace(_ITEM, recipients=frozenset(), grants=(Grant(1, "grant", Window(NOW - _DAY, NOW)),))
    yield Canary("a grant has ended", False, none, _HOLDER, "open", lapsed)
    yield Canary("no purpose", False, frozenset({"PER-04-purpose"}), _HOLDER, "open", _ITEM, purpose=" ")
    yield _barred("INC-01-quarantine", replace(_ITEM, quarantined=True))
    yield _barred("INC-02-gone", replace(_ITEM, state="withdrawn"))
    yield _barred("NTK-10-recused", replace(_ITEM, recused=frozenset({1})))
    yield _barred("HND-10-recipients-only", replace(_ITEM, recipients_only=True), _OFFICER, "pass-on")
    yield _barred("HND-11-org-only", replace(_ITEM, org_only=True, released_to=frozenset({"two"})))
    yield _barred("HND-12-hmg-only", replace(_ITEM, hmg_only=True), replace(_HOLDER, hmg=False))
    away = replace(_HOLDER, abroad=True, cleared=frozenset({"one"}))
    yield _barred("HND-15-abroad", replace(_ITEM, owners=frozenset({"one", "two"})), away)
    yield _barred("HND-13-embargo", replace(_ITEM, embargo_until=NOW + _MS))
    yield _barred("PER-01-active", _ITEM, replace(_HOLDER, standing="suspended"))
    yield _barred("PER-02-vetted", _ITEM, replace(_HOLDER, vetted_until=NOW))
    yield _barred("PER-03-trained", _ITEM, replace(_HOLDER, handling_until=NOW))
    yield _barred("PER-05-informed", _ITEM, replace(_HOLDER, informed_until=NOW))
    yield _barred("SOD-01-admin-no-content", _ITEM, replace(_HOLDER, duties=frozenset({"account-admin"})))
    yield _barred("SOD-02-compliance-no-content", _ITEM, replace(_HOLDER, duties=frozenset({"compliance-officer"})))


def _duty_canaries() -> Iterable[DutyCanary]:
    admin = replace(_HOLDER, duties=frozenset({"account-admin"}))
    approver = replace(_HOLDER, duties=frozenset({"disposal-approver"}))
    own_account, own_review = frozenset({"SOD-05-own-account"}), frozenset({"SOD-06-own-review"})
    approves, none = frozenset({"SOD-16-approve"}), frozenset[str]()
    yield DutyCanary("an administrator manages their own account", False, own_account, admin, "manage-account", "a")
    yield DutyCanary("an approver approves", True, approves, approver, "approve-disposal", body="one", other="b")
    yield DutyCanary("own review", False, own_review, approver, "approve-disposal", body="one", other="a")
    untrained = replace(approver, disposal_until=NOW)
    lapsed = frozenset({"PER-06-disposal-trained"})
    yield DutyCanary("untrained in disposal", False, lapsed, untrained, "approve-disposal", body="one", other="b")
    yield DutyCanary("another body's records", False, none, approver, "approve-disposal", body="two", other="b")
    yield DutyCanary("no duty", False, none, _HOLDER, "view-audit-log")


CANARIES = tuple(_item_canaries())
DUTY_CANARIES = tuple(_duty_canaries())
