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
    "identity.signed-in",
    "Both factors were accepted; failures counts those just before, notice is what they acknowledged",
    "failures",
    "door",
    "way",
    "notice",
)
PROVED = kind("identity.proved", "Somebody signed in showed again that it is they, by a code", "door")
ACCOUNT_LOCKED = kind("identity.account-locked", "Too many wrong passwords in a row locked an account", "failures")
CODES_LOCKED = kind(
    "identity.codes-locked",
    "Too many wrong codes were tried with the right password: none is looked at for a time",
    *("failures", "locks", "until", "party", "stage"),
)
TOO_MANY_ATTEMPTS = kind(
    "identity.too-many-attempts", "Attempts to sign in were refused unseen: too many of late", "of", "seconds"
)
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
PASSKEY_ADDED = kind("identity.passkey-added", "A passkey was made", "passkey", "synced", BOUND)
PASSKEY_REMOVED = kind("identity.passkey-removed", "A passkey was removed", "passkey", "cause", BOUND)
PASSKEY_FAILED = kind("identity.passkey-failed", "A sign-in by passkey was refused", "passkey", "cause", "door")
PASSKEY_COPIED = kind(
    "identity.passkey-copied", "The count of a passkey went back: there may be a copy of it", "passkey", "was", "told"
)

PROVIDER_LINKED = kind(
    "identity.provider-linked",
    "Somebody's identity at a provider was linked to their account",
    "link",
    "provider",
    BOUND,
)
PROVIDER_UNLINKED = kind("identity.provider-unlinked", "Such a link was removed", "link", "provider", "cause", BOUND)
PROVIDER_ACCEPTED = kind(
    "identity.provider-accepted",
    "A provider said who it is; second_factor says whether it proved a second factor",
    "provider",
    "second_factor",
    "door",
)
PROVIDER_FAILED = kind("identity.provider-failed", "A sign-in with a provider was refused", "provider", "cause", "door")
PROVIDER_SAYS = kind(
    "identity.provider-says", "What a provider says that somebody is, as role and office, changed", "provider", "says"
)
LOCAL_SIGN_IN = kind(
    "identity.local-sign-in", "Somebody linked to a provider signed in without it", "provider", "way", "party"
)

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
ACCESS_ATTESTED = kind(
    "identity.access-attested",
    "Somebody said of an appointment whether it is still needed",
    "appointment",
    "office",
    "decision",
    "groups",
    BOUND,
)
ACCOUNT_SUSPENDED = kind("identity.account-suspended", "An account was suspended", BOUND)
ACCOUNT_REINSTATED = kind("identity.account-reinstated", "A suspended account was reinstated", BOUND)
ACCOUNT_LEFT = kind("identity.account-left", "A person left; the account is closed for good", BOUND)
TRAINING_RECORDED = kind(
    "identity.training-recorded",
    "The result of a training module was recorded",
    "result",
    "module",
    "on",
    "passed",
    "until",
    "words",
    BOUND,
)
HANDLING_ACCEPTED = kind(
    "identity.handling-accepted", "A person accepted the handling requirements", "version", "digest", BOUND
)
VETTING_RECORDED = kind("identity.vetting-recorded", "Vetting was recorded", "until", BOUND)

PEOPLE_IMPORTED = kind(
    "identity.people-imported", "A file of people or of training results was brought in", "kind", "lines", "new"
)
COUNTRY_RECORDED = kind(
    "identity.country-recorded", "In which country somebody works was recorded", "country", "checked_until", BOUND
)
# The subject of these is the consent. `seal` binds its row as the act left it, as `bound` does an account.
CONSENT_GIVEN = kind(
    "identity.transfer-consented",
    "A body consented to its information being worked with abroad",
    "owner",
    "to_party",
    "person",
    "country",
    "since",
    "until",
    "words",
    "seal",
)
CONSENT_WITHDRAWN = kind(
    "identity.transfer-consent-withdrawn", "A body took back its consent to a transfer abroad", "owner", "seal"
)
CONSENT_KINDS = frozenset(each.name for each in (CONSENT_GIVEN, CONSENT_WITHDRAWN))

# The subject of these is the token; `seal` binds its row. `words`: what it is for, sealed.
TOKEN_ISSUED = kind(
    "identity.token-issued",
    "A person made a token for a program to act with",
    "person",
    "appointment",
    "reads_only",
    "until",
    "words",
    "seal",
)
TOKEN_REVOKED = kind("identity.token-revoked", "A token was taken back before its time", "person", "cause", "seal")
TOKEN_KINDS = frozenset(each.name for each in (TOKEN_ISSUED, TOKEN_REVOKED))

# The subject of these is the recovery.
RECOVERY_PROPOSED = kind(
    "identity.recovery-proposed",
    "An administrator proposed to give an account back to its owner",
    "person",
    "checked",
    "until",
    "words",
    "seal",
)
RECOVERY_DECIDED = kind(
    "identity.recovery-decided", "Another administrator decided on a recovery", "person", "decision", "seal"
)
RECOVERY_KINDS = frozenset(each.name for each in (RECOVERY_PROPOSED, RECOVERY_DECIDED))

# The subject of these is the conferral.
CONFERRAL_PROPOSED = kind(
    "identity.conferral-proposed",
    "An administrator proposed what would give an account power",
    *("person", "party", "sort", "role", "place", "since", "until", "file", "stands_until", "words", "seal"),
)
CONFERRAL_DECIDED = kind(
    "identity.conferral-decided",
    "What would give an account power was confirmed or refused",
    *("person", "decision", "checked", "door", "made", "seal"),
)
CONFERRAL_KINDS = frozenset(each.name for each in (CONFERRAL_PROPOSED, CONFERRAL_DECIDED))

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
