"""Items whose use is restricted because of a request (UK-GDPR art. 18): they are kept, and not otherwise used."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.errors import Reason
from foundation.phrases import Phrase
from sharing.errors.items import ActRefused
from sharing.events.items import ACCESS_REFUSED
from sharing.service.found import Found
from sharing.store.rights import restricted

# The glass too: broken, it would open nothing. Whoever may lift the restriction is asked instead.
USES = frozenset({"open", "download", "share", "grant", "pass-on", "answer", "print", "export", "break-glass"})
_SAID = Reason(
    "restricted-use",
    Phrase(
        "Its use is restricted because of a request: it is kept, and not used until a data protection officer of the "
        "body it came from lifts that."
    ),
    "UK-GDPR art. 18",
)


def unrestricted(conn: sa.Connection, found: Found, action: str) -> None:
    """Whoever may otherwise: raises ActRefused for a use of what is restricted. Seeing that it is there is no use."""
    if action in USES and restricted(conn, found.row.uuid):
        raise ActRefused(
            _SAID.text,
            reasons=[_SAID],
            fact=ACCESS_REFUSED,
            what={"act": action, "reference": found.row.reference},
            subject=found.row.uuid,
            marking=found.row.marking_code,
        )
