"""Custodians' shares: warned of until they were joined, and again when keys, shares or the time are others."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from app.bootstrap import logbook, recovery, rehearsed
from app.bootstrap.engines import reading
from app.bootstrap.house import started
from foundation.actor import SERVICE
from tests.backup.conftest import Kept
from tests.house import CONSOLE
from vault.keyring import LocalKeyring
from vault.recovery.sealed import SERVICE as OWN
from vault.recovery.sealed import Copy
from vault.recovery.service import Made, Recovery
from vault.recovery.shares import Gathering

pytestmark = pytest.mark.folder("custodians divide keys that lie in files")


@dataclass
class Custodians:
    """Of one set of keys, at the console, through the rooms."""

    kept: Kept
    scope: str

    def make(self) -> Made:
        house = self.kept.house
        with house.work(CONSOLE) as work:
            files = recovery.files_of(house, self.scope)
            given = {"scope": self.scope, "files": files, "threshold": 2, "shares": 3}
            made = Recovery(work.trail).make(**given, actor=CONSOLE, now=work.now)
        recovery.put_in_force(house, made.copy)
        return made

    def rehearse(self, made: Made, copy: Copy | None = None) -> bool:
        house, gathering = self.kept.house, Gathering(made.copy.share_id, made.copy.threshold)
        for words in made.shares[:2]:
            gathering.add(words)
        with house.work(CONSOLE) as work:
            files = recovery.files_of(house, self.scope)
            given = {"copy": copy or made.copy, "secret": gathering.secret(), "files": files}
            return Recovery(work.trail).rehearse(**given, actor=CONSOLE, now=work.now).ok

    def refresh(self, made: Made) -> Copy:
        house = self.kept.house
        with house.work(CONSOLE) as work:
            files = recovery.files_of(house, self.scope)
            given = {"copy": made.copy, "fingerprint": made.copy.fingerprint, "files": files}
            return Recovery(work.trail).renew(**given, actor=CONSOLE, now=work.now)

    @property
    def word(self) -> str:
        house = self.kept.house
        logbook.sign(house)
        with reading(house.engine) as conn:
            return {each.scope: each.word for each in rehearsed.standing(house, conn, house.now())}[self.scope]


@contextmanager
def warnings(caplog: pytest.LogCaptureFixture, kept: Kept) -> Iterator[list[str]]:
    """What a start says of shares."""
    caplog.clear()
    with caplog.at_level(logging.WARNING, "custodes.start"):
        started(kept.house)
    yield [record.getMessage() for record in caplog.records if "Shares of" in record.getMessage()]


@pytest.mark.parametrize("scope", [OWN, "body/hmip"])
def test_the_warning_goes_with_a_rehearsal_and_comes_back_with_other_shares(kept: Kept, scope: str) -> None:
    custodians = Custodians(kept, scope)
    assert custodians.word == "never"
    first = custodians.make()
    assert custodians.word == "never"
    assert custodians.rehearse(first)
    assert custodians.word == "well"
    second = custodians.make()
    assert custodians.word == "never", "nobody has tried the new shares"
    assert custodians.rehearse(first)
    assert custodians.word == "never", "joining the old ones says nothing of the new"
    assert custodians.rehearse(second)
    assert custodians.word == "well"


def test_a_new_key_brings_it_back_until_the_file_is_renewed(kept: Kept) -> None:
    custodians, house = Custodians(kept, "body/hmip"), kept.house
    made = custodians.make()
    custodians.rehearse(made)
    LocalKeyring(house.settings.keys / "vault").create("hmip", now=house.now())
    assert custodians.word == "behind"
    assert custodians.rehearse(made) is False
    assert custodians.word == "behind"
    copy = custodians.refresh(made)
    assert custodians.word == "well"
    assert custodians.rehearse(made, copy)
    assert custodians.word == "well"


def test_a_rehearsal_that_did_not_hold_is_none(kept: Kept) -> None:
    custodians, house = Custodians(kept, "body/imb"), kept.house
    made = custodians.make()
    LocalKeyring(house.settings.keys / "vault").create("imb", now=house.now())
    assert custodians.rehearse(made) is False
    assert custodians.word == "failed"


def test_after_the_period_of_the_policy_it_is_due_again(kept: Kept) -> None:
    custodians, policy = Custodians(kept, "body/hmip"), kept.house.policies.continuity
    assert policy.verified is False, "no source lays the period down"
    custodians.rehearse(custodians.make())
    kept.scene.clock.later(days=policy.rehearsal.days - 1)
    assert custodians.word == "well"
    kept.scene.clock.later(days=2)
    assert custodians.word == "late"


def test_every_start_warns_of_each_set_until_all_were_rehearsed(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    if kept.house.demonstration:
        object.__setattr__(kept.house.settings, "demonstration", False)
    with warnings(caplog, kept) as said:
        assert len(said) == 3
        assert all("custodes vault shares make" in each for each in said)
    for scope in (OWN, "body/hmip", "body/imb"):
        custodians = Custodians(kept, scope)
        custodians.rehearse(custodians.make())
    logbook.sign(kept.house, SERVICE)
    with warnings(caplog, kept) as said:
        assert said == []
