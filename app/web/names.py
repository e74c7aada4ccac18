"""What ids are called on a page: people, parties, codes."""

from __future__ import annotations

from collections.abc import Mapping

from app.bootstrap.glance import Glance
from app.bootstrap.work import Work
from app.http.house import house
from app.http.phrases import act, party, sentence, words
from foundation.actor import NOBODY, SERVICE
from identity.errors import PersonUnknown
from retention.model.schedule import Schedule

__all__ = ["Names", "act", "classes", "parties", "party", "role", "schedules", "sentence", "words"]

_FIXED = {
    "": "",
    SERVICE.id: "the service",
    NOBODY.id: "somebody not signed in",
    "console": "the machine’s console",
    "witness": "a witness of the log",
}


class Names:
    """Names of accounts by id, each looked up once, and of establishments."""

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

    def place(self, key: str) -> str:
        """An establishment's name with its key, by which certificates name it; the key itself where none is known."""
        name = {one.key: one.name for one in self._work.people.establishments(None)}.get(key, "")
        return f"{name} ({key})" if name else key


def parties() -> list[tuple[str, str]]:
    """Every party, for a choice."""
    return [(one.id, one.short) for one in house().policies.parties.values()]


def role(id_: str) -> str:
    """A role's name."""
    found = house().policies.roles.get(id_)
    return found.name if found else id_


def schedules() -> Mapping[str, Schedule]:
    """Every body's retention schedule."""
    return house().policies.schedules.parties


def classes() -> list[tuple[str, str]]:
    """Every class a schedule names, for a choice."""
    found = {code for schedule in schedules().values() for version in schedule.versions for code in version.classes}
    return [(code, words(code)) for code in sorted(found)]
