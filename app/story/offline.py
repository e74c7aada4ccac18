"""Verification by a process that has nothing but three files: no service, no database, no network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from app.story.play import Played
from app.story.telling import Telling, expect

ROOT = Path(__file__).parents[2]


def verify_offline(telling: Telling, played: Played) -> None:
    """Certificate and log hold; the certificate with one bit changed does not."""
    telling.step("custodes verify certificate.json --trust “trusted key.txt”")
    code, said = _verify(played.certificate, played.key)
    expect(code == 0, "the certificate to hold", said)
    for line in said.splitlines():
        telling.said(f"→ {line.strip()}")
    telling.step("custodes verify bundle.zip --trust “trusted key.txt”")
    code, said = _verify(played.bundle, played.key)
    expect(code == 0, "the log to hold", said)
    telling.said(f"→ {said.splitlines()[0]}")
    _with_another_program(telling, played)
    telling.step("custodes verify “changed certificate.json”: one bit flipped, so that it names another item")
    code, said = _verify(_flipped(played), played.key)
    expect(code == 1, "the changed certificate to be refused with exit code 1", f"{code}: {said}")
    telling.said(f"→ REFUSED: {said.splitlines()[0]}")


def _with_another_program(telling: Telling, played: Played) -> None:
    """The stand-alone verifier shares no code with ``custodes verify``, and says the same."""
    telling.step("python custodes_verify.py --trust “trusted key.txt” certificate.json bundle.zip")
    program = str(ROOT / "verifier" / "custodes_verify.py")
    words = [program, "--trust", played.key.name, played.certificate.name, played.bundle.name]
    code, said = _run(words, played.bundle.parent)
    expect(code == 0, "certificate and log to hold in the stand-alone verifier’s eyes, too", said)
    for line in said.splitlines():
        if not line.startswith("  says:"):
            telling.said(f"→ {line.strip()}")


def _verify(file: Path, key: Path) -> tuple[int, str]:
    return _run(["-m", "app.cli.main", "verify", str(file), "--trust", str(key)], ROOT)


def _run(words: list[str], folder: Path) -> tuple[int, str]:
    # Not even the settings of the service: what verifies needs none of them.
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=folder, env={"PATH": ""}, capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).strip()


def _flipped(played: Played) -> Path:
    """The last digit of the reference becomes another digit: what a forger would do first."""
    data, reference = bytearray(played.certificate.read_bytes()), played.reference.encode()
    place = data.find(reference)
    expect(place >= 0, f"a certificate that names {played.reference}", data[:200])
    data[place + len(reference) - 1] ^= 1
    changed = played.certificate.with_name("changed certificate.json")
    changed.write_bytes(data)
    return changed
