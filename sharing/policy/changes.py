"""Who may change an agreement, as the agreement itself writes it."""

from __future__ import annotations

from collections.abc import Sequence

from foundation.policy import Table
from sharing.model.version import ChangeRule
from sharing.policy.places import Places


def change(top: Table, places: Places, parties: Sequence[str]) -> ChangeRule | None:
    """The table ``[change]``; None where there is none, and the agreement is changed by a file alone."""
    table = top.table("change", needed=False)
    if table is None:
        return None
    found = ChangeRule(
        propose=table.texts("propose", least=1),
        assess=table.texts("assess", least=1),
        sign=table.texts("sign", least=len(parties)),
        clauses=table.clauses(),
    )
    for key in ("propose", "assess", "sign"):
        named = getattr(found, key)
        places.check(table, key, named)
        for place in named:
            if not places.inside((place,)) or not places.staffed(place):
                table.fault(key, f"“{place}”: nobody can do it there, as no role of roles.toml is held in it")
    for party in parties:
        if not any(place.partition("/")[0] == party for place in found.sign):
            table.fault("sign", f"nobody signs for “{party}”: each party signs once")
    table.done()
    return found
