"""Links of accounts to identity providers. They are made in a browser: the provider asks people there who they are."""

from __future__ import annotations

from app.api.reply import Reply
from app.api.schemas import doors as schemas
from app.api.section import Section
from app.http.house import actor, house
from app.http.permissions import by_hand
from app.http.sessions import current

bp = Section("links", "What accounts are linked to at identity providers.")


@bp.op("GET", "/session/links", gives=schemas.ProviderLinks)
@by_hand
def own() -> Reply:
    """What one's own account is linked to."""
    with house().work(actor()) as work:
        held = work.identity.links_of(person_id=actor().id, actor=actor(), now=work.now)
    return Reply({"links": held})


@bp.op("DELETE", "/session/links/<link>")
@by_hand
def remove_own(link: str) -> Reply:
    """Remove one of one's own, after `POST /session/proof`."""
    with house().work(actor()) as work:
        work.identity.remove_own_link(session_token=current().token, link_id=link, actor=actor(), now=work.now)
    return Reply()


@bp.op("GET", "/accounts/<account>/links", gives=schemas.ProviderLinks)
def of_account(account: str) -> Reply:
    """What somebody's account is linked to, and what the provider said last that they hold."""
    with house().work(actor()) as work:
        held = work.identity.links_of(person_id=account, actor=actor(), now=work.now)
    return Reply({"links": held})


@bp.op("DELETE", "/accounts/<account>/links/<link>")
def remove(account: str, link: str) -> Reply:
    """Remove one of somebody's, whose account one manages. They sign in without the provider, or link it anew."""
    with house().work(actor()) as work:
        work.identity.remove_link(link_id=link, person_id=account, actor=actor(), now=work.now)
    return Reply()
