"""gunicorn around the application: threads, because an upload or a download holds one."""

from __future__ import annotations

import gc
import shutil
import sys
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from app.bootstrap.house import build
from app.config import Settings, count_together
from app.factory import create_app
from app.http import logged
from app.jobs.schedule import lead
from app.jobs.sequencer import Sequencer

# Seconds. A thread whose answer from the database has come waits this long for whoever is computing, at every journey;
# with Python's own 5 ms a transaction of forty statements is held open for a fifth of a second, and others meet it.
_SWITCH = 0.0005


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Each worker builds its own house after the fork: database connections must not be shared between processes."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        settings = self.settings
        chosen: dict[str, Any] = {
            "bind": [f"{settings.host}:{settings.port}", *([settings.metrics] if settings.metrics else [])],
            "workers": settings.workers,
            "forwarded_allow_ips": settings.proxies,
            # Of what a proxy says, its scheme and its client are believed; never a path of its own (SCRIPT_NAME).
            "forwarder_headers": "",
            "worker_class": "gthread",
            "threads": settings.threads,
            "timeout": 120,
            "graceful_timeout": 30 if settings.demonstration else 300,
            "control_socket_disable": True,
            "loglevel": "warning",
            "logger_class": logged.Gunicorn,
            "child_exit": _counted_out,
            # The heartbeat file; in memory where the system has such a place.
            "worker_tmp_dir": None,
        }
        for name, value in chosen.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        logged.set_up(demonstration=self.settings.demonstration)
        house = build(self.settings)
        app = create_app(house)
        app.extensions["custodes-jobs"] = lead(house)
        app.extensions["custodes-sequencer"] = Sequencer(house).start()
        settle()
        sys.setswitchinterval(_SWITCH)
        return app


def settle() -> None:
    """What start-up built never dies: a collector that walks it again and again holds up a page in twenty."""
    gc.collect()
    gc.freeze()


def _counted_out(server: Any, worker: Any) -> None:
    """gunicorn's hook at a worker's end: what it counted stays, what it held is no more."""
    if server.app.settings.metrics:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid, path=str(server.app.settings.metrics_folder))  # type: ignore[no-untyped-call]


def run(settings: Settings) -> None:
    """Serve until stopped."""
    if settings.metrics:
        shutil.rmtree(settings.metrics_folder, ignore_errors=True)
        settings.metrics_folder.mkdir(mode=0o700)
        count_together(settings.metrics_folder)
    Server(settings).run()
