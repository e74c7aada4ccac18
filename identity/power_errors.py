"""Refusals where an account would be given power."""

from __future__ import annotations

from foundation.errors import Conflict, Denied, Invalid, NotFound


class ConferralNeeded(Conflict):
    """One administrator alone gives no account power."""

    code = "identity.conferral-needed"
    title = "Two administrators do this together"


class ConferralFaulty(Invalid):
    code = "identity.conferral-faulty"
    title = "It cannot be proposed or confirmed so"


class ConferralRefused(Denied):
    code = "identity.conferral-refused"
    title = "You cannot decide on this"


class ConferralUnknown(NotFound):
    """No such proposal, or one decided or lapsed."""

    code = "identity.conferral-unknown"
    title = "There is no such proposal to decide"
