"""The second decider: the rules of access said again in plain Python, from their sentences and not from the Cedar text.

Where the two differ in a verdict or in the rules they give for it, one of them does not say what was meant.
"""

from __future__ import annotations

from datetime import datetime

from foundation.actor import Actor
from identity.model import ItemFacts

READING = {"see", "open", "download"}
OFFICE_ACTS = {"acknowledge", "answer", "close"}
ITEM_ACTIONS = READING | OFFICE_ACTS | {"share", "pass-on", "withdraw", "recuse", "grant", "break-glass"}
NEEDS_PURPOSE = {"open", "download", "share", "break-glass"}
ONWARD = {"share", "pass-on", "grant"}
NEVER_CONTENT = {
    "account-admin": "SOD-01-admin-no-content",
    "compliance-officer": "SOD-02-compliance-no-content",
    "auditor": "SOD-03-auditor-no-content",
    "operator": "SOD-04-operator-no-content",
}
OWN = {
    "approve-disposal": "SOD-06-own-review",
    "approve-redaction": "SOD-08-own-redaction",
    "approve-media": "MED-03-own-request",
    "check-disclosure": "DSR-05-own-disclosure",
}
OWNED = {"manage-account": "SOD-05-own-account", "attest-access": "SOD-33-own-access"}
REVIEWING = {"review-disposal", "approve-disposal"}
RECORDS = {"review-disposal", "approve-disposal", "place-hold", "lift-hold", "receive-return"}


def bars(actor: Actor, action: str, item: ItemFacts, now: datetime, purpose: str) -> set[str]:
    """Every rule that stands against."""
    me = actor.principal
    embargoed = item.embargo_until is not None and now < item.embargo_until
    standing = {
        "PER-03-trained": now >= actor.handling_until,
        "PER-05-informed": now >= actor.informed_until,
        "PER-04-purpose": action in NEEDS_PURPOSE and not purpose.strip(),
        "NTK-10-recused": me in item.recused,
        "HND-10-recipients-only": action in ONWARD and item.recipients_only,
        "HND-11-org-only": item.org_only and actor.party not in item.released_to,
        "HND-12-hmg-only": item.hmg_only and not actor.hmg,
        "HND-13-embargo": embargoed and me not in (item.sender, item.embargo_lead),
        "HND-14-override-recipients-only": action == "break-glass"
        and item.recipients_only
        and not item.owners <= {actor.party},
        "HND-15-abroad": actor.abroad and not item.owners <= actor.cleared,
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


def untrained(actor: Actor, action: str, now: datetime) -> set[str]:
    """What stands against somebody who lacks the training that the act needs."""
    found = set()
    if action in (RECORDS | {"handle-request", "check-disclosure"}) - REVIEWING and now >= actor.handling_until:
        found.add("PER-03-trained")
    if action == "receive-return" and now >= actor.informed_until:
        found.add("PER-05-informed")
    if action in REVIEWING and now >= actor.disposal_until:
        found.add("PER-06-disposal-trained")
    if action == "write-media" and now >= actor.media_until:
        found.add("PER-07-media-trained")
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
        "NTK-07-safety-override": action == "break-glass" and "safety-override" in actor.duties,
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
    against = person_bars(actor, now) | untrained(actor, action, now)
    if owner == actor.id:
        against |= {rule for asked, rule in OWNED.items() if asked == action}
    if action == "manage-account" and body not in ("", actor.party):
        against.add("SOD-07-other-party")
    if action == "receive-return":
        against |= {rule for duty, rule in NEVER_CONTENT.items() if duty in actor.duties}
    if other == actor.id:
        against |= {rule for asked, rule in OWN.items() if asked == action}
    if action == "review-override" and other == actor.id:
        against.add("SOD-09-own-override")
    if against:
        return False, against
    logs, ours = {"view-audit-log", "export-audit-log", "view-disposal-log"}, body == actor.party
    held = {
        ("account-admin", "SOD-10-accounts"): action in {"manage-account", "view-accounts"},
        ("compliance-officer", "SOD-27-people-compliance"): action == "view-people",
        ("account-admin", "SOD-28-people-admin"): action == "view-people",
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
        ("removable-media", "MED-01-write"): action == "write-media" and ours,
        ("media-approver", "MED-02-approve"): action == "approve-media" and ours,
        ("records-reviewer", "MED-04-register-reviewer"): action == "keep-media-register" and ours,
        ("compliance-officer", "MED-05-register-compliance"): action == "keep-media-register" and ours,
        ("compliance-officer", "SOD-31-transfer-consent"): action == "consent-transfer" and ours,
        ("compliance-officer", "SOD-32-review-override"): action == "review-override" and ours,
        ("operator", "SOD-17-operate"): action == "operate",
        ("data-protection", "DSR-01-see-requests"): action == "view-requests",
        ("compliance-officer", "DSR-02-see-clocks"): action == "view-requests",
        ("oversight", "SOD-35-overview"): action == "view-overview",
        ("compliance-officer", "SOD-36-overview-compliance"): action == "view-overview",
        ("data-protection", "DSR-03-handle-requests"): action == "handle-request" and ours,
        ("data-protection", "DSR-04-check-disclosure"): action == "check-disclosure" and ours,
        ("breach-lead", "INC-03-breach-lead"): action in {"view-incidents", "manage-incidents"},
    }
    permitting = {rule for (duty, rule), fits in held.items() if fits and duty in actor.duties}
    permitting |= {"SOD-34-attest"} if action == "attest-access" and ours and owner else set()
    return bool(permitting), permitting
