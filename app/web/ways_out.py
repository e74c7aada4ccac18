"""What would work, beside why something does not: one sentence for each reason that does not say it itself.

By the id of the rule, as a reason carries it. It tells nothing of the item: whoever may read the reason may read this.
What a rule of access says goes with the policies that are in force; an id that is not here has no sentence.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.http.language import N_

ACTS: Mapping[str, str] = {
    "step-office": N_("Whoever holds that office can do it. You need do nothing."),
    "step-first": N_("Once that is done, this can be."),
    "step-done": N_("The item’s page says who did it and when."),
    "step-none": N_("Close it with what came of it, or begin a new item by the way the agreement has for that."),
    "item-over": N_("If work goes on, an office that may close it can reopen it."),
    "not-closed": N_("Go on with it as it stands. Only what was closed is reopened."),
    "office-kind": N_("Choose an office that this step leads to."),
    "office-covers": N_("Choose an office that covers the establishment. “Find a person or office” says which do."),
    "office-closed": N_("Choose another office that covers the establishment."),
    "recipients-only": N_("Whoever sent it can send it anew, naming the people who need it."),
    "organisations": N_("Ask whoever sent it. They can send it anew, naming that body."),
}
ACCESS: Mapping[str, str] = {
    "NTK-10-recused": N_("If you think this is a mistake, ask whoever leads your office."),
    "HND-10-recipients-only": N_("Whoever sent it can send it anew, naming the people who need it."),
    "HND-11-org-only": N_("Ask whoever sent it. They can send it anew, naming that body."),
    "HND-12-hmg-only": N_("Ask whoever sent it. They can send it anew with another instruction."),
    "HND-13-embargo": N_("Wait until the embargo ends, or ask the sender or the lead."),
    "HND-14-override-recipients-only": N_("Telephone whoever sent it, or their office."),
    "INC-01-quarantine": N_("Whoever leads on incidents releases it when that is over. Ask them if it is urgent."),
    "INC-02-gone": N_("What became of it stays on record. Ask whoever sent it if you need what it said."),
    "SOD-01-admin-no-content": N_("Somebody who works on items can do it, from an account of their own."),
    "SOD-02-compliance-no-content": N_("Somebody who works on items can do it, from an account of their own."),
    "SOD-03-auditor-no-content": N_("Somebody who works on items can do it, from an account of their own."),
    "SOD-04-operator-no-content": N_("Somebody who works on items can do it, from an account of their own."),
    "SOD-05-own-account": N_("Ask another administrator of your organisation."),
    "SOD-06-own-review": N_("Ask another of those who approve disposals for the same body."),
    "SOD-07-other-party": N_("Ask an administrator of that organisation."),
    "SOD-08-own-redaction": N_("Ask a colleague who may approve it."),
    "SOD-09-own-override": N_("Another compliance officer reviews it."),
    "SOD-33-own-access": N_("Somebody else who attests access in your organisation does it."),
    "DSR-05-own-disclosure": N_("Ask another data protection officer."),
    "MED-03-own-request": N_("Somebody else who decides on removable media can."),
}
SENDING: Mapping[str, str] = {
    "office-held": "Choose a way that an office of yours begins, or ask whoever holds that office to send it.",
    "route-sender": "Begin it anew by a way that your office may use. “Send” lists them all.",
    "route-kind": "Begin it anew by the way for this kind. “Send” lists them all.",
    "reply-missing": "Open the item it answers and press “Answer this item” there.",
    "route-condition": "Once that is recorded under the agreement, it can be sent.",
    "office-reach": "Choose an office that this way leads to.",
    "marking-ceiling": "Mark it OFFICIAL if it is no more than that. If it is more, send it by another way.",
    "recipient-party": "Take them off, or send them an item of their own.",
    "recipient-abroad": "Take them off, or have your compliance officer record the consent first.",
    "recipients-only-named": "Name the people it is for under “Who needs to know”.",
    "recipients-only-groups": "Take the groups off and name the people.",
    "embargo-lead": "Choose who leads on it, under the embargo.",
}
WAYS_OUT: Mapping[str, str] = {**ACTS, **ACCESS, **SENDING}


def way_out(rule: str) -> str:
    """What would work; nothing where the reason says so itself. A reason of several rules has the way of the first."""
    return next((WAYS_OUT[each] for each in rule.split(",") if each in WAYS_OUT), "")
