"""A real clamd for whoever needs one: on a socket of its own, with one signature, since none can be fetched."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The file every scanner agrees to find, in two halves: whole, it would be found in this one.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SIGNATURE = "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test\n"
LIMIT_MIB = 1  # clamd's, below the service's own


@contextmanager
def running(folder: Path) -> Iterator[Path]:
    """The path of its socket."""
    program = shutil.which("clamd") or "/usr/sbin/clamd"
    assert Path(program).exists(), "tools/need-clamav installs clamd"
    (folder / "signatures").mkdir()
    (folder / "signatures" / "local.hdb").write_text(SIGNATURE, encoding="ascii")
    path, settings = folder / "clamd.socket", folder / "clamd.conf"
    settings.write_text(
        f"LocalSocket {path}\nDatabaseDirectory {folder / 'signatures'}\nForeground yes\nStreamMaxLength {LIMIT_MIB}M\n"
        f"TemporaryDirectory {folder}\nAlertExceedsMax yes\nConcurrentDatabaseReload no\n",
        encoding="ascii",
    )
    log = (folder / "clamd.log").open("wb")
    process = subprocess.Popen([program, "--config-file", str(settings)], stdout=log, stderr=log)
    try:
        _await(path, process, folder / "clamd.log")
        yield path
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def _await(path: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        with socket.socket(socket.AF_UNIX) as found:
            try:
                found.connect(str(path))
            except OSError:
                time.sleep(0.1)
                continue
            return
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace"))
