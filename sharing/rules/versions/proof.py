"""Does the log hold what makes a version signed? A row alone is believed by nobody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from audit.fact import Fact
from sharing.events.versions import VERSION_SIGNED


def signed(facts: Sequence[Fact], *, sha256: str, parties: Iterable[str]) -> bool:
    """For every party a signature on this digest, each by another person."""
    found = [each for each in facts if each.kind == VERSION_SIGNED.name and each.outcome == "allowed"]
    by = {str(each.what["party"]): str(each.what["by"]) for each in found if each.what["sha256"] == sha256}
    return by.keys() == set(parties) and len(set(by.values())) == len(by)
