"""How identity says no. Nothing here tells a visitor whether an account exists."""

from __future__ import annotations

from audit.fact import Kind, Value
from foundation.errors import Conflict, Denied, Invalid, NotFound, Unavailable


class AccountInvalid(Invalid):
    """``fields`` names what is wrong with a name, an e-mail address, a date or a party."""

    code = "identity.account-invalid"
    title = "The account details cannot be used"


class PasswordRefused(Invalid):
    """``fields["password"]`` holds every reason."""

    code = "identity.password-refused"
    title = "The password cannot be used"


class CodeWrong(Invalid):
    code = "identity.code-wrong"
    title = "The security code is wrong"


class InvitationSpent(Invalid):
    """Unknown, used and expired look alike."""

    code = "identity.invitation-spent"
    title = "The invitation cannot be used"


class SessionDataRefused(Invalid):
    code = "identity.session-data-refused"
    title = "The session cannot hold this"


class EstablishmentsFaulty(Invalid):
    """``fields`` maps "line 3" to its faults; nothing was imported."""

    code = "identity.establishments-faulty"
    title = "The list of establishments cannot be used"


class AppointmentInvalid(Invalid):
    """``reasons`` holds everything that does not fit."""

    code = "identity.appointment-invalid"
    title = "The appointment cannot be made"


class OfficeInvalid(Invalid):
    code = "identity.office-invalid"
    title = "The office cannot be created"


class ManagingRefused(Denied):
    code = "identity.managing-refused"
    title = "You cannot manage this account"


class SessionEnded(Denied):
    code = "identity.session-ended"
    title = "Your session has ended"


class PersonUnknown(NotFound):
    code = "identity.person-unknown"
    title = "There is no such account"


class OfficeUnknown(NotFound):
    code = "identity.office-unknown"
    title = "There is no such office"


class GroupUnknown(NotFound):
    code = "identity.group-unknown"
    title = "There is no such group"


class AppointmentUnknown(NotFound):
    code = "identity.appointment-unknown"
    title = "There is no such appointment in force"


class EstablishmentUnknown(NotFound):
    code = "identity.establishment-unknown"
    title = "There is no such establishment"


class EmailTaken(Conflict):
    code = "identity.email-taken"
    title = "The e-mail address has an account"


class NameTaken(Conflict):
    code = "identity.name-taken"
    title = "The name is taken"


class StandingConflict(Conflict):
    code = "identity.standing-conflict"
    title = "The account is not in a state that allows this"


class AppointmentConflict(Conflict):
    code = "identity.appointment-conflict"
    title = "The appointment conflicts with another"


class FactsAltered(Unavailable):
    """An account, a session or an invitation is not as the service left it: somebody edited rows behind it."""

    code = "identity.facts-altered"
    title = "That cannot be done safely now"

    def __init__(self, subject: str, fact: Kind, *, of: str) -> None:
        detail = "A check of the records it rests on failed, so nothing was done. Tell whoever runs the service."
        super().__init__(detail, subject=subject)
        self.fact = fact
        self.what: dict[str, Value] = {"of": of}


class SecretUnreadable(Unavailable):
    """The key is not the one the secret was sealed with, or the row was changed."""

    code = "identity.secret-unreadable"
    title = "Sign-in is not possible now"
