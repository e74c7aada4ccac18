"""Until when a session counts as that of somebody who has just shown that it is they; kept with what a session asks.

The instant is sealed for the session: who has the database alone can neither make one nor make one last.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from identity.store import passkeys
from identity.store.secrets import SecretBox
from identity.tables import ceremony

_PURPOSE = "proof"


def keep(conn: Connection, secrets: SecretBox, session_id: str, until: datetime) -> None:
    """From now; what was kept for the session before is replaced."""
    named = _named(session_id)
    sealed = secrets.seal(named, until.isoformat().encode())
    passkeys.ask(conn, named.encode(), session_id=session_id, purpose=_PURPOSE, until=until, sealed=sealed)


def until(conn: Connection, secrets: SecretBox, session_id: str) -> datetime | None:
    """None where nothing is kept. Raises SecretUnreadable for a row this service did not write."""
    kept = sa.select(ceremony.c.sealed).where(ceremony.c.session_id == session_id, ceremony.c.purpose == _PURPOSE)
    sealed = conn.scalar(kept)
    return None if sealed is None else datetime.fromisoformat(secrets.open(_named(session_id), sealed).decode())


def _named(session_id: str) -> str:
    return f"{_PURPOSE} {session_id}"
