"""The whole of identity's service under one name, for one unit of work."""

from __future__ import annotations

from identity.service.abroad import Abroad
from identity.service.admitting import Admitting
from identity.service.importing import Importing
from identity.service.providing import Providing
from identity.service.recovering import Recovering
from identity.service.reviewing import Reviewing
from identity.service.tokens import Tokens


class Identity(Providing, Recovering, Admitting, Importing, Reviewing, Abroad, Tokens):
    """Accounts, signing in, sessions, appointments, training, offices, imports.

    Acts for the person in ``actor``, at ``now``; never commits. Constructor arguments are those of ``Desk``.
    """
