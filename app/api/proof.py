"""A code given before an act, in a unit of work of its own: a wrong one is counted whatever becomes of the act."""

from __future__ import annotations

from app.api.errors import SignInFailed
from app.http.house import actor, house
from app.http.sessions import current
from identity.errors import TooManyAttempts


def given(code: str) -> None:
    """From now, for some minutes, the session is that of somebody who has just shown that it is they.

    Raises SignInFailed for a wrong code, TooManyAttempts while none is looked at, ProofNeeded without an app.
    """
    with house().work(actor()) as work:
        found = work.identity.prove(session_token=current().token, code=code, actor=actor(), now=work.now)
        now = work.now
    if found.shut:
        raise TooManyAttempts(found.shut - now)
    if not found.ok:
        raise SignInFailed(f"{found.detail}.")
