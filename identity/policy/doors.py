"""Reading policies/people/sign-in.toml: what people are told before they sign in, and what of it is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from foundation.policy import Faults, Table, read
from identity.policy.powers import read_checks

FILE = "people/sign-in.toml"


@dataclass(frozen=True, slots=True)
class Notice:
    """What stands on the page of sign-in. ``digest`` says in the log which text was acknowledged."""

    text: str = ""
    marking: str = ""
    clauses: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256, hexadecimal, over text and marking."""
        return sha256(f"{self.text}\0{self.marking}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Rate:
    """So many attempts in a period."""

    attempts: int = 1
    period: timedelta = timedelta()

    @property
    def each(self) -> timedelta:
        """How long one attempt takes to wear off."""
        return self.period / self.attempts


@dataclass(frozen=True, slots=True)
class Codes:
    """After how many wrong codes none is looked at: for ``first``, then twice as long each time up to ``most``.

    ``administrators``: from which lock in a row on they are told as well as the owner.
    """

    failures: int = 1
    first: timedelta = timedelta()
    most: timedelta = timedelta()
    administrators: int = 1


@dataclass(frozen=True, slots=True)
class Doors:
    """The rules of signing in. ``asked``: how long a device has for its answer. ``proof``: how long who has shown again
    that it is they is not asked anew.

    ``account``, ``source``: attempts for one account, and from one address. ``lock``: how long ten wrong passwords lock
    one. ``codes``: what wrong codes lead to. ``recovery``: how long a proposal to recover an account stands.
    ``checks``: how somebody may be known, by code.
    """

    notice: Notice = field(default_factory=Notice)
    passkeys: int = 0
    asked: timedelta = timedelta()
    proof: timedelta = timedelta()
    recovery: timedelta = timedelta()
    checks: Mapping[str, str] = field(default_factory=dict)
    account: Rate = field(default_factory=Rate)
    source: Rate = field(default_factory=Rate)
    lock: timedelta = timedelta()
    codes: Codes = field(default_factory=Codes)


def load_doors(root: Path, faults: Faults) -> Doors:
    """From ``root``. Every fault goes to ``faults``."""
    top = read(root / FILE, root, faults)
    if top is None:
        return Doors()
    notice, passkeys, recovery = top.table("notice"), top.table("passkeys"), top.table("recovery")
    account, source, lock = top.table("account"), top.table("source"), top.table("lock")
    codes, proof = top.table("codes"), top.table("proof")
    found = Doors(
        account=_rate(account) if account else Rate(),
        source=_rate(source) if source else Rate(),
        lock=timedelta(minutes=lock.number("minutes", least=1)) if lock else timedelta(),
        codes=_codes(codes) if codes else Codes(),
        notice=_notice(notice) if notice else Notice(),
        passkeys=passkeys.number("most", least=1) if passkeys else 0,
        asked=timedelta(minutes=passkeys.number("minutes", least=1)) if passkeys else timedelta(),
        proof=timedelta(minutes=proof.number("minutes", least=1)) if proof else timedelta(),
        recovery=timedelta(hours=recovery.number("hours", least=1)) if recovery else timedelta(),
        checks=read_checks(recovery) if recovery else {},
    )
    for table in (passkeys, proof, recovery, account, source, lock, codes):
        if table:
            _sourced(table)
    top.done()
    return found


def _notice(table: Table) -> Notice:
    found = Notice(table.text("text"), table.text("marking"), table.clauses())
    table.done()
    return found


def _rate(table: Table) -> Rate:
    return Rate(max(1, table.number("attempts", least=1)), timedelta(minutes=table.number("minutes", least=1)))


def _codes(table: Table) -> Codes:
    minutes, hours = table.number("minutes", least=1), table.number("most_hours", least=1)
    found = Codes(
        table.number("failures", least=1),
        timedelta(minutes=minutes),
        timedelta(hours=hours),
        table.number("administrators", least=1),
    )
    if found.most < found.first:
        table.fault("most_hours", "must not be less than minutes")
    return found


def _sourced(table: Table) -> None:
    table.text("basis")
    table.clauses()
    table.done()
