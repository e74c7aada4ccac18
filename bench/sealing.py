"""Files sealed and opened: ours as the service does it, age, GnuPG, and AES-256-GCM with nothing around it.

Ours is the whole act: a key for the item, wrapped; the file sealed, two hashes of it, synchronised; two entries in the
log, each with its commit. Everybody else's output is synchronised too, once. What is a program is started for each
file, since it cannot be had otherwise; what is a library runs in a process that is there already.

    python -m bench.sealing NAME WAY STATE SOURCE TARGET TIMES        one side; what bench.peers starts
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench import results
from bench.verifying import peak

MIB = 1 << 20
KEY = bytes(range(32))
PASSPHRASE = "seven tall ships sailing"
GPG = (
    "gpg", "--batch", "--yes", "--quiet", "--pinentry-mode", "loopback", "--passphrase", PASSPHRASE,
    "--cipher-algo", "AES256", "--compress-algo", "none", "--s2k-count", "1024",
)  # fmt: skip
TAMPERED = 3 * MIB + 5000  # bytes of the file that is tampered with


class Refused(Exception):
    """It was not opened."""


def blocks(source: Path) -> Iterator[bytes]:
    with source.open("rb", buffering=0) as file:
        while block := file.read(MIB):
            yield block


def synchronised(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


# --- those in a process that is there -----------------------------------------------------------------------------


class Ours:
    """A house of its own. The target is a note of where the item lies."""

    def __init__(self, state: Path) -> None:
        from app.bootstrap import house as houses
        from app.config import Settings
        from bench.live import environment
        from foundation.actor import SERVICE

        settings = Settings.from_env(environment(state))
        if not settings.keys.exists():
            houses.init(settings)
        self.house, self.actor = houses.build(settings), SERVICE
        self.body = min(self.house.policies.parties)

    def seal(self, source: Path, target: Path) -> None:
        item = uuid4()
        with self.house.work() as work:
            work.vault.create(item=item, body=self.body, marking="OS", actor=self.actor, now=work.now)
            writer = work.vault.begin_part(item=item, part=1, actor=self.actor, now=work.now)
        for block in blocks(source):
            writer.write(block)
        sealed = writer.finish()
        with self.house.work() as work:
            work.vault.finish_part(sealed=sealed, actor=self.actor, now=work.now)
        target.write_text(f"{item} {sealed.object}")

    def open(self, source: Path, target: Path) -> None:
        from uuid import UUID

        from foundation.errors import ServiceError

        item = UUID(source.read_text().split()[0])
        with target.open("wb", buffering=0) as out:
            try:
                with self.house.work() as work:
                    part = work.vault.open_part(item=item, part=1, actor=self.actor, now=work.now)
                with part:
                    for piece in part.stream():
                        out.write(piece)
            except ServiceError as error:
                raise Refused(error.code) from error

    def lies(self, target: Path) -> Path:
        """The file of the ciphertext."""
        return self.house.settings.vault / "objects" / target.read_text().split()[1]

    def close(self) -> None:
        self.house.engine.dispose()
        self.house.keystore.dispose()


class Gcm:
    """AES-256-GCM in pieces of 1 MiB, numbered: the cipher alone, no key management and no mark of the last piece."""

    def __init__(self, _state: Path) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._aead = AESGCM(KEY)

    def seal(self, source: Path, target: Path) -> None:
        with target.open("wb", buffering=0) as out:
            for number, block in enumerate(blocks(source)):
                out.write(self._aead.encrypt(number.to_bytes(12, "big"), block, None))
            os.fsync(out.fileno())

    def open(self, source: Path, target: Path) -> None:
        from cryptography.exceptions import InvalidTag

        with source.open("rb", buffering=0) as file, target.open("wb", buffering=0) as out:
            number = 0
            try:
                while block := file.read(MIB + 16):
                    out.write(self._aead.decrypt(number.to_bytes(12, "big"), block, None))
                    number += 1
            except (InvalidTag, ValueError) as error:
                raise Refused(type(error).__name__) from error

    def lies(self, target: Path) -> Path:
        return target

    def close(self) -> None: ...


class Pyrage(Gcm):
    """age as a library."""

    def __init__(self, state: Path) -> None:
        import pyrage

        self._age = pyrage
        kept = state / "identity"
        if not kept.exists():
            kept.write_text(str(pyrage.x25519.Identity.generate()))
        self._identity = pyrage.x25519.Identity.from_str(kept.read_text())

    def seal(self, source: Path, target: Path) -> None:
        with source.open("rb") as file, target.open("wb") as out:
            self._age.encrypt_io(file, out, [self._identity.to_public()])
            out.flush()
            os.fsync(out.fileno())

    def open(self, source: Path, target: Path) -> None:
        try:
            with source.open("rb") as file, target.open("wb") as out:
                self._age.decrypt_io(file, out, [self._identity])
        except (self._age.DecryptError, OSError) as error:
            raise Refused(type(error).__name__) from error


LIBRARIES: dict[str, Callable[[Path], Any]] = {"ours": Ours, "pyrage": Pyrage, "AES-256-GCM": Gcm}


# --- programs -----------------------------------------------------------------------------------------------------


class Program:
    """Something on the PATH."""

    def __init__(self, state: Path) -> None:
        self.state = state

    def started(self, command: list[str]) -> float:
        """The most memory it was seen to hold, in MiB. Raises Refused if it failed.

        What the kernel says at the end (ru_maxrss) would be that of this process, which it was when it was forked.
        """
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        most = 0.0
        while process.poll() is None:
            with suppress(OSError, StopIteration):
                most = max(most, peak(process.pid))
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.005)
        if process.returncode:
            raise Refused(f"exit status {process.returncode}")
        return most

    def lies(self, target: Path) -> Path:
        return target

    def close(self) -> None: ...


class Age(Program):
    """To one recipient: a key for each file, wrapped, as ours."""

    def __init__(self, state: Path) -> None:
        super().__init__(state)
        self._identity = state / "age-identity"
        if not self._identity.exists():
            subprocess.run(["age-keygen", "-o", str(self._identity)], check=True, capture_output=True)
        made = subprocess.run(["age-keygen", "-y", str(self._identity)], check=True, capture_output=True, text=True)
        self._recipient = made.stdout.strip()

    def seal(self, source: Path, target: Path) -> float:
        most = self.started(["age", "-r", self._recipient, "-o", str(target), str(source)])
        synchronised(target)
        return most

    def open(self, source: Path, target: Path) -> float:
        return self.started(["age", "-d", "-i", str(self._identity), "-o", str(target), str(source)])


class Gpg(Program):
    """Symmetric, no compression; the passphrase is hardly stretched, since that is not what is measured."""

    def __init__(self, state: Path) -> None:
        super().__init__(state)
        self._home = state / "gnupg"
        self._home.mkdir(mode=0o700, exist_ok=True)

    def seal(self, source: Path, target: Path) -> float:
        most = self.started([*GPG, "--homedir", str(self._home), "--symmetric", "-o", str(target), str(source)])
        synchronised(target)
        return most

    def open(self, source: Path, target: Path) -> float:
        return self.started([*GPG, "--homedir", str(self._home), "--decrypt", "-o", str(target), str(source)])

    def close(self) -> None:
        subprocess.run(["gpgconf", "--homedir", str(self._home), "--kill", "gpg-agent"], check=False)


PROGRAMS: dict[str, Callable[[Path], Any]] = {"age": Age, "GnuPG": Gpg}


# --- taking turns -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Took:
    """Seconds of one file, and the most memory, MiB; of a process that was there, also what it held at rest."""

    seconds: float
    peak: float
    rest: float = 0.0


def available() -> list[str]:
    """Those that are here; of age one, the program if there is one."""
    found = ["ours", "AES-256-GCM"]
    found.append("age" if shutil.which("age") and shutil.which("age-keygen") else "pyrage")
    if shutil.which("gpg"):
        found.append("GnuPG")
    return found


def versions() -> None:
    """Which they are."""
    from importlib.metadata import version

    results.condition("cryptography", version("cryptography"))
    results.condition("pyrage", version("pyrage"))
    for name, command in (("age", ["age", "--version"]), ("GnuPG", ["gpg", "--version"])):
        if shutil.which(command[0]):
            said = subprocess.run(command, capture_output=True, text=True, check=False)
            results.condition(name, (said.stdout or said.stderr).splitlines()[0])
        else:
            results.condition(name, "not installed, so not measured")


def once(name: str, way: str, state: Path, source: Path, target: Path, times: int) -> Took:
    """``times`` files one after the other, by a library in a process of its own, or by a program."""
    if name in LIBRARIES:
        command = [sys.executable, "-m", "bench.sealing", name, way, str(state), str(source), str(target), str(times)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return Took(**json.loads(done.stdout))
    with closing(PROGRAMS[name](state)) as side:
        return repeated(side, way, source, target, times)


def repeated(side: Any, way: str, source: Path, target: Path, times: int) -> Took:
    """Seconds of each, the first not counted where there are many."""
    act, most = getattr(side, way), 0.0
    if times > 1:
        act(source, target)
    began = time.perf_counter()
    for _ in range(times):
        most = max(most, act(source, target) or 0.0)
    return Took((time.perf_counter() - began) / times, most)


def made(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        while size:
            size -= file.write(os.urandom(min(size, MIB)))
    return path


def encryption(folder: Path, sizes: list[int], rounds: int) -> None:
    """Every size, all sides by turns; then what each makes of a file that was tampered with."""
    folder.mkdir(parents=True)
    versions()
    results.condition("not here", "pgAudit, journald, restic and Borg: not part of this measurement")
    names = available()
    held: list[dict[str, float]] = []
    for size in sizes:
        held.append(measure(folder / str(size), names, size, rounds))
        shutil.rmtree(folder / str(size))
    for way, most in held[-1].items():
        what = f"{way}, ours, memory for {told(sizes[-1])} above that for {told(sizes[0])}"
        results.say(what, most - held[0][way], "MiB", target="<= 4")
    results.table("A sealed file tampered with", tampered(folder / "tampered", names))


def measure(folder: Path, names: list[str], size: int, rounds: int) -> dict[str, float]:
    """One size. The most memory ours held, by way."""
    folder.mkdir()
    source, times = made(folder / "source", size), 50 if size < MIB else 1
    states = {name: folder / name for name in names}
    found: dict[tuple[str, str], list[Took]] = {(name, way): [] for name in names for way in ("seal", "open")}
    grown: dict[str, int] = {}
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            state, sealed, opened = states[name], folder / "sealed", folder / "opened"
            state.mkdir(exist_ok=True, mode=0o700)
            os.sync()
            found[name, "seal"].append(once(name, "seal", state, source, sealed, times))
            grown[name] = stored(name, state, sealed) - size
            found[name, "open"].append(once(name, "open", state, sealed, opened, times))
            if not same(source, opened):
                raise RuntimeError(f"{name}: what came back is not what was sealed")
            for path in (sealed, opened):
                path.unlink()
            if name == "ours":
                shutil.rmtree(state)
    tell(names, size, found, grown)
    return {way: max(each.peak for each in found["ours", way]) for way in ("seal", "open")}


def stored(name: str, state: Path, sealed: Path) -> int:
    """Bytes of the ciphertext."""
    if name == "ours":
        return (state / "vault" / "objects" / sealed.read_text().split()[1]).stat().st_size
    return sealed.stat().st_size


def tell(names: list[str], size: int, found: dict[tuple[str, str], list[Took]], grown: dict[str, int]) -> None:
    many = told(size)
    for name in names:
        for way in ("seal", "open"):
            took = found[name, way]
            if size >= MIB:
                results.say(f"{way} {many}, {name}", [size / MIB / each.seconds for each in took], "MiB/s", places=0)
            else:
                results.say(f"{way} {many}, {name}", [each.seconds * 1000 for each in took], "ms")
        for way in ("seal", "open"):
            took = found[name, way]
            results.say(f"{way} {many}, {name}, memory", max(each.peak for each in took), "MiB", places=0)
            if took[0].rest:
                above = max(each.peak - each.rest for each in took)
                results.say(f"{way} {many}, {name}, memory above rest", above, "MiB", places=0)
        results.say(f"seal {many}, {name}, overhead", grown[name], "bytes", places=0)


def told(size: int) -> str:
    for unit, name in ((2**30, "GiB"), (MIB, "MiB"), (1000, "kB")):
        if size >= unit:
            return f"{size / unit:g} {name}"
    return f"{size} bytes"


def same(one: Path, other: Path) -> bool:
    with one.open("rb") as first, other.open("rb") as second:
        while block := first.read(MIB):
            if second.read(MIB) != block:
                return False
        return not second.read(1)


# --- tampering ----------------------------------------------------------------------------------------------------


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


# Where a cut hurts most: at the end of a piece, as each side makes them, behind two of the 3 MiB.
PIECES = {"ours": 56 + 16_400 * 128, "AES-256-GCM": 2 * (MIB + 16), "GnuPG": 2 * MIB}
WAYS: dict[str, Callable[[bytes, str], bytes]] = {
    "one bit flipped": lambda data, _: flipped(data),
    "cut off inside": lambda data, _: data[:-1000],
    "cut off at the end of a piece": lambda data, name: data[: PIECES.get(name) or age_piece(data)],
    "bytes appended": lambda data, _: data + b"appended",
}


def age_piece(data: bytes) -> int:
    """Behind the 32nd piece of an age file: header up to its MAC's line, nonce, pieces of 64 KiB and a tag."""
    header = data.index(b"\n", data.index(b"\n--- ") + 1) + 1
    return header + 16 + 32 * (65_536 + 16)


def tampered(folder: Path, names: list[str]) -> list[list[str]]:
    """A row for each way; how many bytes each side gave out all the same."""
    folder.mkdir()
    source = made(folder / "source", TAMPERED)
    rows = [["what was done", *names]] + [[way] for way in WAYS]
    for name in names:
        state, sealed, opened = folder / name, folder / "sealed", folder / "opened"
        state.mkdir(mode=0o700)
        with closing({**LIBRARIES, **PROGRAMS}[name](state)) as side:
            side.seal(source, sealed)
            where = side.lies(sealed)
            good = where.read_bytes()
            for row, alter in zip(rows[1:], WAYS.values(), strict=True):
                where.chmod(0o600)
                where.write_bytes(alter(good, name))
                opened.unlink(missing_ok=True)
                row.append(outcome(side, sealed, opened))
        sealed.unlink()
    return rows


def outcome(side: Any, sealed: Path, opened: Path) -> str:
    try:
        side.open(sealed, opened)
    except Refused:
        left = opened.stat().st_size if opened.exists() else 0
        return f"refused, {left:,} bytes out before" if left else "refused, nothing out"
    return f"NOT DETECTED, {opened.stat().st_size:,} bytes out"


def main() -> None:
    name, way, state, source, target, times = sys.argv[1:7]
    with closing(LIBRARIES[name](Path(state))) as side:
        rest = peak()
        took = repeated(side, way, Path(source), Path(target), int(times))
    print(json.dumps({"seconds": took.seconds, "peak": peak(), "rest": rest}))


if __name__ == "__main__":
    main()
