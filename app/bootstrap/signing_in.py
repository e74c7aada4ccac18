"""The first factor, compared before its unit of work begins.

Comparing a password takes long by design. Inside the unit of work it would keep everybody from writing, and a few
attempts a second by anybody at all would stop the service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.bootstrap.engines import reading
from foundation.actor import Actor
from identity.model import SignIn
from identity.queries.passwords import kept_password
from identity.rules.password import normal

if TYPE_CHECKING:
    from app.bootstrap.house import House


def check_password(
    house: House, *, email: str, password: str, session_token: str = "", door: str = "web", actor: Actor
) -> SignIn:
    """``Identity.check_password`` in a unit of work of its own. A password changed meanwhile is compared again."""
    with reading(house.engine) as conn:
        kept = kept_password(conn, email)
    compared = house.hasher.compare(normal(password), kept)
    with house.work(actor) as work:
        return work.identity.check_password(
            email=email,
            password=password,
            compared=compared,
            session_token=session_token,
            door=door,
            actor=actor,
            now=work.now,
        )
