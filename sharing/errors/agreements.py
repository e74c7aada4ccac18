"""How sharing says no about records and duties."""

from __future__ import annotations

from audit.noted import Noted
from foundation.errors import Conflict, Denied, Invalid, NotFound


class RecordFaulty(Invalid):
    """Fields of a record that are not what the agreement asks for. ``fields`` names each."""

    code = "sharing.record-faulty"
    title = "Some of this cannot be recorded"


class RecordRefused(Noted, Denied):
    """Somebody else makes, or reads, records of this kind."""

    code = "sharing.record-refused"
    title = "You may not do that"


class RecordNotFound(NotFound):
    """No agreement in force has such a kind of record, or there is no such record."""

    code = "sharing.record-not-found"
    title = "There is no such record"


class RecordTooEarly(Conflict):
    """Something else must be recorded before. ``reasons`` says what, and by which clause."""

    code = "sharing.record-too-early"
    title = "Something else comes first"


class NamingFaulty(Invalid):
    """Somebody who cannot be named for this record, or no reason. ``fields`` names each."""

    code = "sharing.naming-faulty"
    title = "Who may know of it cannot be changed so"


class NamingRefused(Denied):
    """Others say who may know of this record, or nobody who could would be left."""

    code = "sharing.naming-refused"
    title = "You may not change who knows of it"


class DutyNotFound(NotFound):
    """No agreement in force states such a duty."""

    code = "sharing.duty-not-found"
    title = "The agreement states no such duty"
