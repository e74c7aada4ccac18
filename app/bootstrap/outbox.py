"""The outbox in one unit of work, and the carriers of one house."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.bootstrap import wiring
from app.bootstrap.audience import Audience
from app.bootstrap.clock import SystemClock
from app.mail import Mail, key_parts, secret_of
from app.outbound.mail.folder import Folder
from app.outbound.mail.notify import Notify
from app.outbound.mail.server import Server
from outbox.ports import Carrier
from outbox.queries.lists import OutboxList
from outbox.service.outbox import Outboxes

if TYPE_CHECKING:
    from app.bootstrap.house import House
    from app.bootstrap.work import Work


def outbox(work: Work) -> Outboxes:
    """What people and the clock do with it."""
    house = work.house
    return Outboxes(
        work.conn,
        work.trail,
        rules=house.policies.notifications,
        audience=Audience(work),
        people=work.people,
        decider=house.decider,
        words=wiring.words(house),
        demonstration=house.demonstration,
    )


def listed(work: Work) -> OutboxList:
    """What people look at of it."""
    return OutboxList(work.conn, work.house.policies.notifications)


def carrier(house: House) -> Carrier:
    """What takes mail away, as the settings say; they were checked at start-up."""
    settings, clock = house.settings, house.clock.now
    mail = Mail.read(settings.mail_url, demonstration=settings.demonstration)
    if mail.carrier == "file":
        return Folder(Path(mail.place), settings.mail_from, clock)
    secret = secret_of(settings.mail_secret)
    if mail.carrier == "notify":
        service, key = key_parts(secret) or ("", "")
        return Notify(mail.place, service, key, settings.mail_template, SystemClock().now)
    return Server(mail.place, mail.port, settings.mail_from, clock, user=mail.user, password=secret)


def sign_in_page(house: House) -> str:
    """Where mail leads."""
    settings = house.settings
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return (settings.address.rstrip("/") or f"http://{host}:{settings.port}") + "/sign-in"
