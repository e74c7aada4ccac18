"""What people are told when a sign-in with a provider did not work: what happened, what to do. By the log's code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """{name} is the provider's. ``again``: whether to try once more may help."""

    title: str
    what: str
    do: str
    status: int = 403
    again: bool = False


AWAY = Trouble(
    "{name} cannot be reached",
    "We asked {name} who you are, and it did not answer as it should. Nothing was changed.",
    "Try again in a few minutes. If it is urgent, sign in with your passkey, or your password and a code: that is for "
    "such times, and your administrators are told of it. Tell whoever looks after {name} in your organisation.",
    503,
    True,
)
SPENT = Trouble(
    "This sign-in was used or took too long",
    "A sign-in with {name} can be finished once, in the browser window it began in, and within some minutes. You may "
    "have gone back to an earlier page, or your browser may not keep our cookie.",
    "Start again from the page of sign-in.",
    400,
    True,
)
UNTRUSTED = Trouble(
    "The answer of {name} cannot be trusted",
    "{name} answered, but the answer is not one we can rely on. You are not signed in, and nothing was changed.",
    "Try once more. If it happens again, tell an administrator of your organisation and give the number at the end of "
    "this page: it may be a fault in how {name} is set up here, or somebody may be interfering.",
    again=True,
)
TROUBLES: Mapping[str, Trouble] = {
    **dict.fromkeys(("unreachable", "tls-failed", "name-unknown", "address-not-allowed", "answer-too-long"), AWAY),
    **dict.fromkeys(("state", "code"), SPENT),
    "refused": Trouble(
        "{name} did not sign you in",
        "{name} says that you did not finish signing in there, or that you may not use this service from there.",
        "If you stopped by mistake, try again. Else ask whoever looks after {name} in your organisation.",
        again=True,
    ),
    "clock": Trouble(
        "The clocks of {name} and this service differ",
        "{name} says that its answer was made at another time than it is here. You are not signed in.",
        "Try again. If it happens again, tell whoever runs the service: one of the two clocks is wrong.",
        503,
        True,
    ),
    "unknown": Trouble(
        "No account here is linked to you at {name}",
        "{name} knows you, but that alone opens nothing here: it has to be linked to your account once, by you.",
        "Sign in with your passkey, or your password and a code. Then choose “Link your account to {name}” on your "
        "account page. If you have no account here, ask an administrator of your organisation to invite you.",
    ),
    "linked": Trouble(
        "That sign-in belongs to another account",
        "Whoever is signed in at {name} in this browser is linked to an account here already. Nothing was changed.",
        "Sign out at {name}, then link your account again as yourself. If you have two accounts here, each needs its "
        "own at {name}.",
    ),
    "left": Trouble(
        "{name} says that you no longer use this service",
        "Your account here is now suspended, and you are signed out everywhere.",
        "If that is a mistake, ask whoever looks after {name} to put it right, then an administrator of your "
        "organisation to let your account in again.",
    ),
    "groups": Trouble(
        "{name} did not say which groups you are in",
        "We need to know that before we let you in. Nothing was changed.",
        "Tell whoever looks after {name} in your organisation that it must send your groups to this service.",
    ),
    "client": Trouble(
        "{name} does not accept this service",
        "The sign-in is not set up as it should be. You did nothing wrong.",
        "Sign in with your passkey, or your password and a code, and tell whoever runs the service.",
        503,
    ),
}
CLOSED = Trouble(
    "Your account is not in use",
    "{name} knows you, but your account here is suspended, closed, or waiting for you to accept an invitation.",
    "Ask an administrator of your organisation.",
)


def trouble(cause: str) -> Trouble:
    """What to tell of it."""
    if cause.startswith(("answered-", "described-")):
        return AWAY
    return CLOSED if cause.startswith("account-") else TROUBLES.get(cause, UNTRUSTED)
