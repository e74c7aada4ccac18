"""What people are told when a sign-in with a provider did not work: what happened, what to do. By the log's code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.http.language import N_


@dataclass(frozen=True, slots=True)
class Trouble:
    """`%(name)s` is the provider's. ``again``: whether to try once more may help."""

    title: str
    what: str
    do: str
    status: int = 403
    again: bool = False


AWAY = Trouble(
    N_("%(name)s cannot be reached"),
    N_("We asked %(name)s who you are, and it did not answer as it should. Nothing was changed."),
    N_(
        "Try again in a few minutes. If it is urgent, sign in with your passkey, or your password and a code: that is "
        "for such times, and your administrators are told of it. Tell whoever looks after %(name)s in "
        "your organisation."
    ),
    503,
    True,
)
SPENT = Trouble(
    N_("This sign-in was used or took too long"),
    N_(
        "A sign-in with %(name)s can be finished once, in the browser window it began in, and within some minutes. You "
        "may have gone back to an earlier page, or your browser may not keep our cookie."
    ),
    N_("Start again from the page of sign-in."),
    400,
    True,
)
UNTRUSTED = Trouble(
    N_("The answer of %(name)s cannot be trusted"),
    N_("%(name)s answered, but the answer is not one we can rely on. You are not signed in, and nothing was changed."),
    N_(
        "Try once more. If it happens again, tell an administrator of your organisation and give the number at the end "
        "of this page: it may be a fault in how %(name)s is set up here, or somebody may be interfering."
    ),
    again=True,
)
TROUBLES: Mapping[str, Trouble] = {
    **dict.fromkeys(("unreachable", "tls-failed", "name-unknown", "address-not-allowed", "answer-too-long"), AWAY),
    **dict.fromkeys(("state", "code"), SPENT),
    "refused": Trouble(
        N_("%(name)s did not sign you in"),
        N_("%(name)s says that you did not finish signing in there, or that you may not use this service from there."),
        N_("If you stopped by mistake, try again. Else ask whoever looks after %(name)s in your organisation."),
        again=True,
    ),
    "clock": Trouble(
        N_("The clocks of %(name)s and this service differ"),
        N_("%(name)s says that its answer was made at another time than it is here. You are not signed in."),
        N_("Try again. If it happens again, tell whoever runs the service: one of the two clocks is wrong."),
        503,
        True,
    ),
    "unknown": Trouble(
        N_("No account here is linked to you at %(name)s"),
        N_("%(name)s knows you, but that alone opens nothing here: it has to be linked to your account once, by you."),
        N_(
            "Sign in with your passkey, or your password and a code. Then choose “Link your account to %(name)s” on "
            "your account page. If you have no account here, ask an administrator of your organisation to invite you."
        ),
    ),
    "linked": Trouble(
        N_("That sign-in belongs to another account"),
        N_(
            "Whoever is signed in at %(name)s in this browser is linked to an account here already. Nothing "
            "was changed."
        ),
        N_(
            "Sign out at %(name)s, then link your account again as yourself. If you have two accounts here, each needs "
            "its own at %(name)s."
        ),
    ),
    "left": Trouble(
        N_("%(name)s says that you no longer use this service"),
        N_("Your account here is now suspended, and you are signed out everywhere."),
        N_(
            "If that is a mistake, ask whoever looks after %(name)s to put it right, then an administrator of your "
            "organisation to let your account in again."
        ),
    ),
    "groups": Trouble(
        N_("%(name)s did not say which groups you are in"),
        N_("We need to know that before we let you in. Nothing was changed."),
        N_("Tell whoever looks after %(name)s in your organisation that it must send your groups to this service."),
    ),
    "client": Trouble(
        N_("%(name)s does not accept this service"),
        N_("The sign-in is not set up as it should be. You did nothing wrong."),
        N_("Sign in with your passkey, or your password and a code, and tell whoever runs the service."),
        503,
    ),
}
CLOSED = Trouble(
    N_("Your account is not in use"),
    N_("%(name)s knows you, but your account here is suspended, closed, or waiting for you to accept an invitation."),
    N_("Ask an administrator of your organisation."),
)


def trouble(cause: str) -> Trouble:
    """What to tell of it."""
    if cause.startswith(("answered-", "described-")):
        return AWAY
    return CLOSED if cause.startswith("account-") else TROUBLES.get(cause, UNTRUSTED)
