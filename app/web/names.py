"""What ids are called on a page: people, parties, codes."""

from __future__ import annotations

from collections.abc import Mapping

from app.bootstrap.glance import Glance
from app.bootstrap.work import Work
from app.http.house import house
from audit.fact import kinds
from foundation.actor import NOBODY, SERVICE
from identity.errors import PersonUnknown
from retention.model.schedule import Schedule

_FIXED = {
    "": "",
    SERVICE.id: "the service",
    NOBODY.id: "somebody not signed in",
    "console": "the machine’s console",
    "witness": "a witness of the log",
}


class Names:
    """Names of accounts by id, each looked up once."""

    def __init__(self, work: Work | Glance) -> None:
        self._work = work
        self._known = dict(_FIXED)

    def person(self, id_: str) -> str:
        """The name, or the id itself where there is no such account."""
        if id_ not in self._known:
            try:
                self._known[id_] = self._work.people.person(id_).name
            except PersonUnknown:
                self._known[id_] = id_
        return self._known[id_]


def party(id_: str) -> str:
    """A party's short name."""
    found = house().policies.parties.get(id_)
    return found.short if found else id_


def parties() -> list[tuple[str, str]]:
    """Every party, for a choice."""
    return [(one.id, one.short) for one in house().policies.parties.values()]


def role(id_: str) -> str:
    """A role's name."""
    found = house().policies.roles.get(id_)
    return found.name if found else id_


def words(code: str) -> str:
    """ "inspection-report" as a page says it."""
    return code.replace("-", " ").capitalize()


def sentence(text: str) -> str:
    """With a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def act(kind: str) -> str:
    """A kind of fact in words."""
    found = kinds().get(kind)
    return found.meaning if found else words(kind.rpartition(".")[2])


def schedules() -> Mapping[str, Schedule]:
    """Every body's retention schedule."""
    return house().policies.schedules.parties


def classes() -> list[tuple[str, str]]:
    """Every class a schedule names, for a choice."""
    found = {code for schedule in schedules().values() for version in schedule.versions for code in version.classes}
    return [(code, words(code)) for code in sorted(found)]
