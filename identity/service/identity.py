"""The whole of identity's service under one name, for one unit of work."""

from __future__ import annotations

from identity.service.offices import Offices
from identity.service.signing_in import SigningIn
from identity.service.standing import Standing


class Identity(SigningIn, Standing, Offices):
    """Accounts, signing in, sessions, appointments, offices.

    Acts for the person in ``actor``, at ``now``; never commits. Constructor arguments are those of ``Desk``.
    """
