"""The next step waits for an office that nobody can act for today: whoever waits for it is told, and whom to ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from foundation.actor import Actor
from foundation.phrases import Phrase
from identity.model import Office, Party
from identity.queries.idle import idle
from identity.queries.people import People
from identity.rules.idle import APPOINTED
from sharing.model.item import Stuck
from sharing.rules import acts

_APPOINT = Phrase(
    "Ask an administrator of %(party)s to appoint somebody. The item stays where it is and loses nothing."
)
_RECORD = Phrase(
    "Ask an administrator of %(party)s to record what is lacking, or to appoint somebody who has it. The item stays "
    "where it is and loses nothing."
)


def stuck(
    people: People, parties: Mapping[str, Party], standing: acts.Standing, actor: Actor, now: datetime
) -> Stuck | None:
    """None while anybody in any office that may take the step can act, and for everybody who does not wait for it.

    Those who wait are the offices on its way: where it came from or goes back to, and those it has reached. Whoever is
    only named on it, or sees it by a group or a grant, is told nothing of the people of an office.
    """
    step = standing.current
    owed = acts.owed_by(step, standing) if step else ()
    waiting = (standing.sender, standing.origin, *standing.holding, *owed)
    if not owed or actor.offices.isdisjoint(each.principal for each in waiting if each):
        return None
    found = [idle(people, each, now=now) for each in owed]
    idles = [each for each in found if each is not None]
    if len(idles) < len(found):
        return None
    why = "; ".join(dict.fromkeys(each.words for each in idles))
    names = " or ".join(each.office.name for each in idles)
    appointing = all(each.why == (APPOINTED,) for each in idles)
    return Stuck(names, why, _ask(idles[0].office, parties, appointing=appointing))


def _ask(office: Office, parties: Mapping[str, Party], *, appointing: bool) -> str:
    party = parties[office.party].name if office.party in parties else office.party
    return Phrase(_APPOINT if appointing else _RECORD, party=party)
