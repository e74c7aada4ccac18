"""What a marking bars people from, from the moment of sending to the end."""

from __future__ import annotations

from dataclasses import replace

from classification.model import Handling, Marking, Scheme
from classification.rules.combine import handling


def gates(marking: Marking, scheme: Scheme) -> Handling:
    """What is owed to it now, and what will be when an embargo is over: the facts of an item are written once.

    An embargo that ends in RECIPIENTS ONLY would else end in no bar at all.
    """
    here = handling(marking, scheme)
    if here.after is None:
        return here
    later = handling(here.after, scheme)
    named = [each.organisations for each in (here, later) if each.org_only]
    return replace(
        here,
        recipients_only=here.recipients_only or later.recipients_only,
        org_only=bool(named),
        organisations=frozenset.intersection(*named) if named else frozenset(),
        hmg_only=here.hmg_only or later.hmg_only,
    )
