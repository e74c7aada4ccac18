"""Verification by a process that has nothing but three files: no service, no database, no network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from app.story.play import Played
from app.story.telling import Telling, expect


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
    telling.step("custodes verify “changed certificate.json”: one bit flipped, so that it names another item")
    code, said = _verify(_flipped(played), played.key)
    expect(code == 1, "the changed certificate to be refused with exit code 1", f"{code}: {said}")
    telling.said(f"→ REFUSED: {said.splitlines()[0]}")


def _verify(file: Path, key: Path) -> tuple[int, str]:
    words = [sys.executable, "-m", "app.cli.main", "verify", str(file), "--trust", str(key)]
    root = Path(__file__).parents[2]
    # Not even the settings of the service: what verifies needs none of them.
    done = subprocess.run(words, cwd=root, env={"PATH": ""}, capture_output=True, text=True, check=False)
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
