"""gunicorn around the application: threads, because an upload or a download holds one."""

from __future__ import annotations

import gc
import logging
import sys
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from app.bootstrap.house import build
from app.config import Settings
from app.factory import create_app
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
            "bind": f"{settings.host}:{settings.port}",
            "workers": settings.workers,
            "forwarded_allow_ips": settings.proxies,
            "worker_class": "gthread",
            "threads": settings.threads,
            "timeout": 120,
            "graceful_timeout": 30 if settings.demonstration else 300,
            "control_socket_disable": True,
            "loglevel": "warning",
            # The heartbeat file; in memory where the system has such a place.
            "worker_tmp_dir": None,
        }
        for name, value in chosen.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
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


def run(settings: Settings) -> None:
    """Serve until stopped."""
    Server(settings).run()
