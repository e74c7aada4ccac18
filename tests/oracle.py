"""The second decider: the rules of access said again in plain Python, from their sentences and not from the Cedar text.

Where the two differ in a verdict or in the rules they give for it, one of them does not say what was meant.
"""

from __future__ import annotations

from datetime import datetime

from foundation.actor import Actor
from identity.model import ItemFacts

READING = {"see", "open", "download"}
OFFICE_ACTS = {"acknowledge", "answer", "close"}
ITEM_ACTIONS = READING | OFFICE_ACTS | {"share", "pass-on", "withdraw", "recuse", "grant"}
NEEDS_PURPOSE = {"open", "download", "share"}
ONWARD = {"share", "pass-on", "grant"}
NEVER_CONTENT = {
    "account-admin": "SOD-01-admin-no-content",
    "compliance-officer": "SOD-02-compliance-no-content",
    "auditor": "SOD-03-auditor-no-content",
    "operator": "SOD-04-operator-no-content",
}
RECORDS = {"review-disposal", "approve-disposal", "place-hold", "lift-hold", "receive-return"}


def bars(actor: Actor, action: str, item: ItemFacts, now: datetime, purpose: str) -> set[str]:
    """Every rule that stands against."""
    me = actor.principal
    embargoed = item.embargo_until is not None and now < item.embargo_until
    standing = {
        "PER-03-trained": now >= actor.trained_until,
        "PER-04-purpose": action in NEEDS_PURPOSE and not purpose.strip(),
        "NTK-10-recused": me in item.recused,
        "HND-10-recipients-only": action in ONWARD and item.recipients_only,
        "HND-11-org-only": item.org_only and actor.party not in item.released_to,
        "HND-12-hmg-only": item.hmg_only and not actor.hmg,
        "HND-13-embargo": embargoed and me not in (item.sender, item.embargo_lead),
        "INC-01-quarantine": item.quarantined,
        "INC-02-gone": item.state in ("withdrawn", "destroyed"),
        **{rule: duty in actor.duties for duty, rule in NEVER_CONTENT.items()},
    }
    return person_bars(actor, now) | {rule for rule, stands in standing.items() if stands}


def person_bars(actor: Actor, now: datetime) -> set[str]:
    """What stands against the person whatever they do."""
    found = set()
    if actor.standing != "active":
        found.add("PER-01-active")
    if now >= actor.vetted_until:
        found.add("PER-02-vetted")
    return found


def bases(actor: Actor, action: str, item: ItemFacts, now: datetime) -> set[str]:
    """Every rule that permits."""
    me = actor.principal
    sent, named = me == item.sender, me in item.recipients
    grouped, routed = bool(actor.groups & item.groups), bool(actor.offices & item.offices)
    timed = {g.basis for g in item.grants if g.principal == me and g.window.since <= now < g.window.until}
    held = {
        "NTK-01-recipient": named and action in READING,
        "NTK-02-group": grouped and action in READING,
        "NTK-03-sender": sent and action in READING,
        "NTK-04-route": routed and action in READING,
        "NTK-05-grant": "grant" in timed and action in READING - {"download"},
        "NTK-06-break-glass": "break-glass" in timed and action in READING - {"download"},
        "HND-01-share": action == "share" and (sent or named or routed),
        "HND-02-pass-on": action == "pass-on" and routed and "router" in actor.duties,
        "HND-03-withdraw": action == "withdraw" and sent,
        "HND-04-office-acts": action in OFFICE_ACTS and (routed or named or sent),
        "HND-05-recuse": action == "recuse" and (sent or named or routed),
        "HND-06-grant": action == "grant" and (sent or routed),
    }
    return {rule for rule, holds in held.items() if holds}


def decide(actor: Actor, action: str, item: ItemFacts, now: datetime, purpose: str = "") -> tuple[bool, set[str]]:
    """Whether it is allowed, and by or against which rules."""
    against = bars(actor, action, item, now, purpose)
    if against:
        return False, against
    permitting = bases(actor, action, item, now)
    return bool(permitting), permitting


def decide_duty(
    actor: Actor, action: str, now: datetime, owner: str = "", body: str = "", other: str = ""
) -> tuple[bool, set[str]]:
    """The same of a duty that reaches no item."""
    against = person_bars(actor, now)
    if action in RECORDS and now >= actor.trained_until:
        against.add("PER-03-trained")
    if action == "manage-account" and owner == actor.id:
        against.add("SOD-05-own-account")
    if action == "manage-account" and body not in ("", actor.party):
        against.add("SOD-07-other-party")
    if action == "receive-return":
        against |= {rule for duty, rule in NEVER_CONTENT.items() if duty in actor.duties}
    if action == "approve-disposal" and other == actor.id:
        against.add("SOD-06-own-review")
    if action == "approve-redaction" and other == actor.id:
        against.add("SOD-08-own-redaction")
    if against:
        return False, against
    logs, ours = {"view-audit-log", "export-audit-log", "view-disposal-log"}, body == actor.party
    held = {
        ("account-admin", "SOD-10-accounts"): action in {"manage-account", "view-accounts"},
        ("auditor", "SOD-11-audit-log-auditor"): action in logs,
        ("compliance-officer", "SOD-12-logs-compliance"): action in logs,
        ("records-reviewer", "SOD-13-disposal-log-reviewer"): action == "view-disposal-log",
        ("disposal-approver", "SOD-14-disposal-log-approver"): action == "view-disposal-log",
        ("records-reviewer", "SOD-15-review"): action in RECORDS - {"approve-disposal", "receive-return"} and ours,
        ("records-reviewer", "SOD-18-receive-return"): action == "receive-return" and ours,
        ("disposal-approver", "SOD-16-approve"): action == "approve-disposal" and ours,
        ("compliance-officer", "SOD-21-propose-redaction"): action == "propose-redaction",
        ("compliance-officer", "SOD-22-approve-redaction-compliance"): action == "approve-redaction",
        ("auditor", "SOD-23-approve-redaction-auditor"): action == "approve-redaction",
        ("operator", "SOD-17-operate"): action == "operate",
        ("breach-lead", "INC-03-breach-lead"): action in {"view-incidents", "manage-incidents"},
    }
    permitting = {rule for (duty, rule), fits in held.items() if fits and duty in actor.duties}
    return bool(permitting), permitting
