"""Programs of ours that open what others sent: each in a process of its own, with nothing of this one."""

from __future__ import annotations

import subprocess
import sys

_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "utf-8"}


def started(module: str, *given: str) -> subprocess.Popen[bytes]:
    """The program, reading from one pipe and answering on another; it sets its own limits before it reads.

    ``given`` is ours, never what is looked at. Whoever starts it ends it.
    """
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-I", "-m", module, *given],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=_ENVIRONMENT,
        close_fds=True,
    )
