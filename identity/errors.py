"""How identity says no. Nothing here tells a visitor whether an account exists."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from audit.fact import Kind
from audit.noted import Noted
from foundation.errors import Conflict, Denied, Invalid, NotFound, Unavailable
from foundation.phrases import Phrase


class AccountInvalid(Invalid):
    """``fields`` names what is wrong with a name, an e-mail address, a date or a party."""

    code = "identity.account-invalid"
    title = "The account details cannot be used"


class PasswordRefused(Invalid):
    """``fields["password"]`` holds every reason."""

    code = "identity.password-refused"
    title = Phrase("The password cannot be used")


class CodeWrong(Invalid):
    code = "identity.code-wrong"
    title = Phrase("The security code is wrong")


class PasskeyRefused(Invalid):
    """What a device answered cannot be kept as a passkey. Nothing says which check failed; the log does."""

    code = "identity.passkey-refused"
    title = "The passkey cannot be used"


class PasskeysOff(Conflict):
    """No address of the service is configured that a passkey could be bound to."""

    code = "identity.passkeys-off"
    title = "Passkeys are not in use here"


class ProviderUnknown(NotFound):
    """No provider of that name is set up, or the service does not know its own address."""

    code = "identity.provider-unknown"
    title = "There is no such sign-in here"


class LinkRefused(Invalid):
    """``fields`` names what keeps an account from being linked to a provider."""

    code = "identity.link-refused"
    title = "Your account cannot be linked"


class LinkUnknown(NotFound):
    code = "identity.link-unknown"
    title = "There is no such link"


class PasskeyUnknown(NotFound):
    code = "identity.passkey-unknown"
    title = "There is no such passkey"


class ProofNeeded(Denied):
    """What opens an account to something else is for who has just shown that it is they. ``fields``: where to."""

    code = "identity.proof-needed"
    title = "Show that it is you first"


class LastFactor(Conflict):
    """Without it the account would have one factor alone."""

    code = "identity.last-factor"
    title = "This is your only second factor"


class RecoveryFaulty(Invalid):
    """``fields`` names what is missing of how somebody was known."""

    code = "identity.recovery-faulty"
    title = "The recovery cannot be proposed so"


class RecoveryNeeded(Conflict):
    """One administrator alone gives nobody an account that has been used."""

    code = "identity.recovery-needed"
    title = "Two administrators do this together"


class RecoveryRefused(Denied):
    code = "identity.recovery-refused"
    title = "You cannot decide on this recovery"


class RecoveryUnknown(NotFound):
    """No such recovery, or one decided, replaced or out of time."""

    code = "identity.recovery-unknown"
    title = "There is no such recovery to decide"


class RecoveryCodeWrong(Invalid):
    code = "identity.recovery-code-wrong"
    title = Phrase("The recovery code is wrong")


_MINUTE = Phrase("Try again in 1 minute.")
_MINUTES = Phrase("Try again in %(minutes)s minutes.")


class TooManyAttempts(Denied):
    """Said of an account that is there and of one that is not alike. ``retry_after``: seconds."""

    code = "identity.too-many-attempts"
    title = Phrase("Too many attempts")

    def __init__(self, wait: timedelta) -> None:
        self.retry_after = max(1, ceil(wait.total_seconds()))
        minutes = ceil(self.retry_after / 60)
        super().__init__(_MINUTE if minutes == 1 else Phrase(_MINUTES, minutes=str(minutes)))


class InvitationSpent(Invalid):
    """Unknown, used and expired look alike."""

    code = "identity.invitation-spent"
    title = Phrase("The invitation cannot be used")


class SessionDataRefused(Invalid):
    code = "identity.session-data-refused"
    title = "The session cannot hold this"


class EstablishmentsFaulty(Invalid):
    """``fields`` maps "line 3" to its faults; nothing was imported."""

    code = "identity.establishments-faulty"
    title = "The list of establishments cannot be used"


class ReasonMissing(Invalid):
    code = "identity.reason-missing"
    title = "A reason is needed"


class ImportFaulty(Invalid):
    """``fields`` maps "line 3" (or "file") to its faults; nothing was imported."""

    code = "identity.import-faulty"
    title = "The file cannot be imported"


class RequirementsChanged(Conflict):
    """What they read is not, or no longer, what is asked for."""

    code = "identity.requirements-changed"
    title = "The handling requirements are others now"


class TokenInvalid(Invalid):
    """``fields`` names each fault: what it is for, how long, for which appointment."""

    code = "identity.token-invalid"
    title = "The token cannot be made"


class TokensTooMany(Conflict):
    code = "identity.tokens-too-many"
    title = "You have as many tokens as one person may"


class TokenUnknown(NotFound):
    code = "identity.token-unknown"
    title = "There is no such token"


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


class AttestingRefused(Denied):
    code = "identity.attesting-refused"
    title = "You cannot attest this access"


class SessionEnded(Denied):
    code = "identity.session-ended"
    title = Phrase("Your session has ended")


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


class FactsAltered(Noted, Unavailable):
    """An account, a session or an invitation is not as the service left it: somebody edited rows behind it."""

    code = "identity.facts-altered"
    title = "That cannot be done safely now"

    def __init__(self, subject: str, fact: Kind, *, of: str) -> None:
        detail = "A check of the records it rests on failed, so nothing was done. Tell whoever runs the service."
        super().__init__(detail, fact=fact, what={"of": of}, subject=subject)


class SecretUnreadable(Unavailable):
    """The key is not the one the secret was sealed with, or the row was changed."""

    code = "identity.secret-unreadable"
    title = "Sign-in is not possible now"


class ConsentFaulty(Invalid):
    """A consent to a transfer abroad that cannot be recorded so. ``fields`` names each fault."""

    code = "identity.consent-faulty"
    title = "Some of this cannot be recorded"


class ConsentRefused(Denied):
    """Only the body whose information it is speaks of it."""

    code = "identity.consent-refused"
    title = "You may not do that"


class ConsentUnknown(NotFound):
    """No such consent, or one taken back before."""

    code = "identity.consent-unknown"
    title = "There is no such consent"
