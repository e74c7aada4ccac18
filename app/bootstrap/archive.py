"""A package on its way to the archive: sealed for the archive alone as it is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.bootstrap.bags import Bag
from audit.errors import RecipientUnusable
from audit.sealing import Recipient, stream

if TYPE_CHECKING:
    from app.bootstrap.work import Work
    from retention.model.transfer import Closure


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is sent: nobody but the archive opens it. Close it."""

    bag: Bag
    recipient: Recipient

    @property
    def name(self) -> str:
        return f"{self.bag.name}.age"

    @property
    def references(self) -> tuple[str, ...]:
        return self.bag.references

    @property
    def marking(self) -> str:
        return self.bag.marking

    def stream(self) -> Iterator[bytes]:
        """The bytes, once."""
        return stream(self.bag.stream(), self.recipient)

    def close(self) -> None:
        """Let go of the content."""
        self.bag.close()


def package(
    work: Work,
    item: str,
    *,
    recipient: str,
    closure: Closure,
    closure_years: int | None,
    authority: str,
    version: int,
) -> Sealed:
    """Package an item for whoever holds the private half of ``recipient`` (a line “age1…”).

    Raises RecipientUnusable at the field, and what ``Transfers.package`` raises.
    """
    try:
        reader = Recipient.parse(recipient.encode())
    except (RecipientUnusable, UnicodeEncodeError) as error:
        detail = error.detail if isinstance(error, RecipientUnusable) else "That is no line “age1…”."
        raise RecipientUnusable(detail, fields={"recipient": [detail]}) from None
    _, parcel = work.retention.package(
        item,
        recipient=reader.text,
        closure=closure,
        closure_years=closure_years,
        authority=authority,
        version=version,
        actor=work.actor,
        now=work.now,
    )
    if not isinstance(parcel, Bag):
        msg = "this service's own eraser makes bags"
        raise TypeError(msg)
    return Sealed(parcel, reader)
