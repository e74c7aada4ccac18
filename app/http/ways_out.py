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
DISPOSAL: Mapping[str, str] = {
    "RET-approved": "Stop the disposal on the item’s page among disposals, then reopen it.",
    "RET-batch-state": "The batch’s page says how it stands and what can be done with it now.",
    "RET-begun": "What became of it stays on record, with its certificate.",
    "RET-changed": "Look at it again and propose what should happen to it as it stands now.",
    "RET-cooling-off": "Wait until that day. Until then whoever finds a reason can still stop it.",
    "RET-copy-accounted": "The item’s page among disposals says what became of it.",
    "RET-copy-body": "Ask the body that registered it. Its records managers can say so.",
    "RET-copy-method": "Paper is shredded, burnt or pulped; media is shredded, overwritten, or its key destroyed.",
    "RET-copy-day": "Look at the day on the receipt or certificate.",
    "RET-copy-open": "Say of each copy what became of it, on the item’s page among disposals.",
    "RET-duty": "Ask whoever holds that role in your organisation. “Find a person or office” says who does.",
    "RET-extension-cap": "Choose an earlier day. When it comes, the item can be looked at again.",
    "RET-extension-past": "Choose a day that is still to come.",
    "RET-held": "The item’s page names the hold and who placed it. Ask its owner whether it is still needed.",
    "RET-hold-body": "Ask whoever looks after the hold. Its page names them.",
    "RET-hold-lifted": "If there is a new reason, place a new hold.",
    "RET-hold-none": "The page of the hold lists what it stands on.",
    "RET-hold-scope": "Change nothing item by item: lift the hold, and place one that names less.",
    "RET-in-batch": "Decide on it there, or take it out of the batch first.",
    "RET-longest": "Choose an earlier day, or propose a transfer to The National Archives.",
    "RET-no-case": "A period runs from the day an item is closed or withdrawn. Close it first.",
    "RET-not-in-batch": "The item’s page among disposals says where it is.",
    "RET-not-packaged": "Make the package for the archive first.",
    "RET-originator": "Ask the body it came from. You may offer it back to them.",
    "RET-overtaken": "The next run of the schedule finds the date. Try again after that.",
    "RET-period-set": "Propose another version of your schedule.",
    "RET-asked": "Answer the request on its own page.",
    "RET-restricted": "Ask a data protection officer of your organisation.",
    "RET-return-first": "What is still open of the return is on the item’s page among disposals.",
    "RET-return-holder": "If it is yours, answer the offer. If not, offer it back.",
    "RET-return-order": "What comes next of the return is on the item’s page among disposals.",
    "RET-return-two": "Ask a colleague who may review disposals.",
    "RET-return-unserved": "Download it on the item’s page among disposals, keep it, and then say that you have it.",
    "RET-schedule-base": "Save the version now in force, put your changes into it, and propose that.",
    "RET-schedule-decided": "To change the schedule, propose another version.",
    "RET-second-person": "Ask a colleague who may approve disposals. Two people always agree to what cannot be undone.",
    "RET-state": "The item’s page among disposals says what can be done with it now.",
    "RET-unproposed": "Propose something for it first, or take it out.",
    "RET-unverified": "Ask a records manager to confirm one, with its authority. Nothing is destroyed before.",
}
REQUESTS: Mapping[str, str] = {
    "request-led-by-other": "Ask the body the request came to. Its page says which that is.",
    "request-closed": "If the person writes again, record a new request.",
    "part-answered": "If something was forgotten, tell the body that leads the request.",
    "part-taken": "Go on with it on the page of the request.",
    "paused-already": "Nothing more is needed. Say when what you wait for has come.",
    "identity-known": "Go on: look for what is held about them.",
    "extended-already": "Answer as much as can be answered in time, and the rest as soon as it can.",
    "told-too-late": "Answer as soon as you can. The page of the request shows when it was due.",
    "too-many": "Look for it by a number of theirs, or by another name they use.",
    "match-settled": "The page of the request shows what was decided of it.",
    "match-excluded": "If it is about them after all, bring it back first.",
    "on-hold": "Ask whoever looks after the hold. The item’s page names it.",
    "not-destroyed": "Propose its disposal first. Once it is destroyed, say so here.",
    "nothing-left": "Decide that it was destroyed, and tell the person so.",
    "given-already": "If they want it once more, record a new request.",
    "nothing-to-check": "The page of the request shows what is still to be done.",
    "not-to-be-given": "Take it off, or decide anew what becomes of it.",
    "second-person": "Ask another data protection officer of your organisation to look at it.",
    "nothing-to-tell": "The page of the request shows what is still to be done.",
    "no-recipient": "Nobody has to be told of this one.",
    "told-already": "Nothing more is needed of this one.",
    "not-restricted": "Nothing has to be lifted.",
}
WAYS_OUT: Mapping[str, str] = {**ACTS, **ACCESS, **SENDING, **DISPOSAL, **REQUESTS}


def way_out(rule: str) -> str:
    """What would work; nothing where the reason says so itself. A reason of several rules has the way of the first."""
    return next((WAYS_OUT[each] for each in rule.split(",") if each in WAYS_OUT), "")
