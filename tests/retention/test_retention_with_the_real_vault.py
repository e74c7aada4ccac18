"""The same way with the real vault, the real access policies and files on disk: the content is gone, and provably."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from retention_world import APPROVER, BOTH, OTHER, REVIEWER, WORDS, Colleagues, World

from audit.trail import Trail
from foundation.actor import SERVICE, Actor
from foundation.errors import Unavailable
from foundation.policy import Faults
from identity.policy.access import load_access
from identity.rules.decide import Decider
from retention.errors import DisposalRefused
from retention.ports import Erasure, People
from retention.queries.disposals import Disposals
from retention.queries.verify import verify_certificate
from retention.service.retention import Retention
from retention.service.witness import LogWitness
from tests import stores
from tests.taken_in import take_in
from vault.errors import KeyDisabled, KeyGone
from vault.keystore import KeyStore, open_engine
from vault.service import Vault

POLICIES = Path(__file__).parents[2] / "policies"
SECRET = b"what nobody may read any more " * 500


class VaultEraser:
    """The vault as retention's Eraser; what app/bootstrap does, without sharing's tombstone."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self.fail = False

    def disable(self, item: UUID, *, actor: Actor, now: datetime) -> None:
        self._vault.disable(item=item, actor=actor, now=now)

    def enable(self, item: UUID, *, actor: Actor, now: datetime) -> None:
        self._vault.enable(item=item, actor=actor, now=now)

    def destroy(self, items: Sequence[UUID], *, actor: Actor, now: datetime) -> Mapping[UUID, Erasure]:
        destroyed = self._vault.destroy_all(items=items, actor=actor, now=now)
        removed = self._vault.remove_all(items=items, actor=actor, now=now)
        return {
            item: Erasure(found.parts, len(SECRET), found.absent, destroyed[item].entry_id, found.entry_id)
            for item, found in removed.items()
        }

    def tombstone(self, items: Sequence[UUID], *, actor: Actor, now: datetime, again: bool = False) -> None:
        pass


class RealWorld(World):
    def __init__(self, folder: Path) -> None:
        faults = Faults()
        access = load_access(POLICIES, faults)
        faults.raise_any()
        assert access
        super().__init__(decider=Decider(access))
        (folder / "keys").mkdir(mode=0o700)
        self.keyring = stores.keyring(folder / "keys")
        for body in ("alpha", "beta"):
            self.keyring.create(body, now=self.now)
        self.keystore = KeyStore(open_engine(folder / "keys.db"))
        self.backend = stores.backend(folder / "files")
        self.lost = False

    def vault(self, conn: sa.Connection, trail: Trail) -> Vault:
        return Vault(conn, trail, keystore=self.keystore, keyring=self.keyring, backend=self.backend)

    @contextmanager
    def work(self) -> Iterator[Retention]:
        with self.engine.begin() as conn:
            trail = self.trail(conn)
            vault = self.vault(conn, trail)
            yield Retention(
                conn,
                trail,
                schedules=self.schedules,
                eraser=VaultEraser(vault),
                decider=self.decider,
                witness=LogWitness(conn, self.keys),
                words=WORDS,
                people=People(self.index, Colleagues()),
                holder="sample.example",
            )
            if self.lost:
                self.lost = False
                raise Unavailable("The database went away before the commit.")
        vault.after_commit()

    def fill(self, item: str) -> None:
        with self.engine.begin() as conn:
            vault = self.vault(conn, self.trail(conn))
            vault.create(item=UUID(item), body="alpha", marking="OS", actor=REVIEWER, now=self.now)
            writer = vault.begin_part(item=UUID(item), part=1, actor=REVIEWER, now=self.now)
            writer.write(SECRET)
            vault.finish_part(sealed=writer.finish(), actor=REVIEWER, now=self.now)
        vault.after_commit()

    def read(self, item: str) -> bytes:
        with self.engine.begin() as conn:
            vault = self.vault(conn, self.trail(conn))
            reader = vault.open_part(item=UUID(item), part=1, actor=REVIEWER, now=self.now)
            return b"".join(bytes(piece) for piece in reader.stream(0, len(SECRET)))

    def item(self, **given: str) -> str:
        item = super().item(**given)
        self.fill(item)
        return item

    def files(self) -> list[Path]:
        return stores.files(self)

    def text(self, item: str) -> bytes:
        with self.engine.begin() as conn:
            return Disposals(conn, WORDS).certificate(Disposals(conn, WORDS).case(item).certificate).text.encode()


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealWorld]:
    made = RealWorld(tmp_path)
    yield made
    made.close()


def test_key_and_files_go_and_the_certificate_proves_it(real: RealWorld) -> None:
    item = real.until_returned()
    assert real.read(item) == SECRET
    real.do("review", item, REVIEWER, proposal="destroy", reason="No longer needed.")
    real.do("approve", item, APPROVER)
    with pytest.raises(KeyDisabled):
        real.read(item)
    assert real.files(), "disabled is not gone"
    real.pass_time(14)
    real.finish(item)
    with pytest.raises(KeyGone):
        real.read(item)
    assert real.files() == []
    assert real.keystore.state(UUID(item)) == "destroyed"
    report = verify_certificate(real.text(item), [real.keys.vkey])
    assert report.ok, report.faults
    assert report.body["quantity"] == {"files": 1, "bytes": len(SECRET)}


def test_a_hold_in_the_cooling_off_gives_the_content_back(real: RealWorld) -> None:
    item = real.until_approved()
    real.do("place_hold", item, REVIEWER, reason="An inquest.", issuer="coroner")
    assert real.read(item) == SECRET
    real.pass_time(100)
    assert real.sweep().begin == ()


@pytest.mark.parametrize("step", ["begin_destruction", "carry_out", "certify"])
def test_a_commit_lost_at_any_step_is_finished_by_the_next_run(real: RealWorld, step: str) -> None:
    item = real.until_approved()
    real.pass_time(14)
    for each in ("begin_destruction", "carry_out", "certify"):
        if each == step:
            real.lost = True
            with pytest.raises(Unavailable):
                real.do(each, item)
            owed = real.sweep()
            assert item in getattr(owed, {"begin_destruction": "begin"}.get(each, each))
        real.do(each, item)
    take_in(real.engine)
    for owed_still in real.sweep().certify:  # issued, and where the log had not got so far, proven by the next run
        real.do("certify", owed_still)
    assert real.look(item).state == "destroyed"
    assert real.files() == []
    report = verify_certificate(real.text(item), [real.keys.vkey])
    assert report.ok, report.faults


def test_the_shipped_access_policies_let_the_right_people_and_no_others(real: RealWorld) -> None:
    item = real.until_returned()
    with pytest.raises(DisposalRefused):
        real.do("review", item, OTHER, proposal="destroy", reason="x")
    real.do("review", item, BOTH, proposal="destroy", reason="x")
    with pytest.raises(DisposalRefused) as said:
        real.do("approve", item, BOTH)
    assert {"RET-second-person", "SOD-06-own-review"} <= {reason.rule for reason in said.value.reasons}
    real.do("approve", item, APPROVER)
    real.do("withdraw_approval", item, APPROVER, reason="A mistake.")
    assert real.read(item) == SECRET


def test_the_service_itself_decides_nothing(real: RealWorld) -> None:
    item = real.until_returned()
    for step, given in (("review", {"proposal": "destroy", "reason": "x"}), ("approve", {}),
                        ("place_hold", {"reason": "x", "issuer": "x"})):  # fmt: skip
        with pytest.raises(DisposalRefused):
            real.do(step, item, SERVICE, **given)
