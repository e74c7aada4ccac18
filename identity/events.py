"""What identity writes into the log: every event MoJ guidance asks of a custom application, ids and codes only.

Source: MoJ security guidance, "custom applications": account creation, lockout, reinstatement, authentication failures
from the first, success after failure, password changes, group and privilege changes, second factor set, failed, reset.
"""

from __future__ import annotations

from audit.fact import kind

# What binds the account's row, its appointments and its memberships, as the act left them (docs/adr/0020): hexadecimal.
# The newest such entry of an account says what must be found.
BOUND = "bound"

ACCOUNT_CREATED = kind("identity.account-created", "An account was created", "party", BOUND)
ACCOUNT_INVITED = kind("identity.account-invited", "A one-time invitation was issued", "until", "cause", BOUND)
ACCOUNT_ACTIVATED = kind("identity.account-activated", "An invitation was completed", BOUND)
NAME_CHANGED = kind("identity.name-changed", "The name on an account was changed", BOUND)

SIGN_IN_FAILED = kind("identity.sign-in-failed", "E-mail and password were refused", "cause", "failures", "door")
PASSWORD_ACCEPTED = kind("identity.password-accepted", "The first factor was accepted", "failures", "door")
SECOND_FACTOR_FAILED = kind("identity.second-factor-failed", "A security code was refused", "cause", "failures", "door")
SIGNED_IN = kind(
    "identity.signed-in", "Both factors were accepted; failures counts those just before", "failures", "door"
)
ACCOUNT_LOCKED = kind("identity.account-locked", "Too many failures in a row locked an account", "failures")
ACCOUNT_UNLOCKED = kind("identity.account-unlocked", "A locked account was opened again")
PASSWORD_CHANGED = kind("identity.password-changed", "A password was set", "cause")
PASSWORD_CHANGE_FAILED = kind(
    "identity.password-change-failed",
    "A change of password was refused: wrong password or code",
    "cause",
    "failures",
    "door",
)
SECOND_FACTOR_ENROLLED = kind("identity.second-factor-enrolled", "A second factor was confirmed")
SECOND_FACTOR_RESET = kind("identity.second-factor-reset", "A second factor was taken away, to be set again")

SESSION_ENDED = kind("identity.session-ended", "Sessions of a person ended", "cause", "ended")
SESSIONS_SWEPT = kind("identity.sessions-swept", "Expired sessions and invitations were removed", "ended")

APPOINTMENT_MADE = kind(
    "identity.appointment-made",
    "A person was appointed",
    "appointment",
    "role",
    "office",
    "duties",
    "since",
    "until",
    BOUND,
)
APPOINTMENT_ENDED = kind("identity.appointment-ended", "An appointment ended", "appointment", "role", "office", BOUND)
ACCOUNT_SUSPENDED = kind("identity.account-suspended", "An account was suspended", BOUND)
ACCOUNT_REINSTATED = kind("identity.account-reinstated", "A suspended account was reinstated", BOUND)
ACCOUNT_LEFT = kind("identity.account-left", "A person left; the account is closed for good", BOUND)
TRAINING_RECORDED = kind("identity.training-recorded", "Information-assurance training was recorded", "until", BOUND)
VETTING_RECORDED = kind("identity.vetting-recorded", "Vetting was recorded", "until", BOUND)

OFFICE_CREATED = kind("identity.office-created", "An office was created", "office", "party", "kind")
OFFICE_COVERS = kind("identity.office-covers", "An office took on an establishment", "office", "establishment")
OFFICE_UNCOVERS = kind("identity.office-uncovers", "An office gave up an establishment", "office", "establishment")
GROUP_CREATED = kind("identity.group-created", "A need-to-know group was created", "group", "party")
GROUP_JOINED = kind("identity.group-joined", "A person joined a need-to-know group", "group", "until", BOUND)
GROUP_LEFT = kind("identity.group-left", "A person left a need-to-know group", "group", BOUND)
FACTS_ALTERED = kind("identity.facts-altered", "An account, session or invitation was edited behind the service", "of")
ESTABLISHMENTS_IMPORTED = kind(
    "identity.establishments-imported", "A list of establishments was imported", "new", "changed", "same"
)
