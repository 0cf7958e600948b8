"""gunicorn's master process with our settings. Imported by `serve` once the standard library is cooperative.

The master imports the application and never runs it: its pages are shared by the web processes, each of which
makes its own application after the fork, with its own connections.
"""

from __future__ import annotations

import gc
import importlib
import logging
import os
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from backend.platform import logs, metrics_folder
from backend.platform.webserver.process import WebProcess
from backend.settings import Settings

log = logging.getLogger(__name__)


def run(settings: Settings, application: str) -> int:
    """Runs the master until it is told to stop; its exit code."""
    logs.setup("web", settings.data_dir)
    factory = _find(application)
    # What is loaded by now stays: kept out of the collector, its pages are not copied in each process.
    gc.collect()
    gc.freeze()
    master = os.getpid()
    try:
        _Master(_Application(settings, factory)).run()
    except SystemExit as end:
        if os.getpid() != master:
            raise  # a web process ends here too, and must not go on as if it were the master
        return int(end.code or 0)
    return 0


def _find(application: str) -> Callable[[Settings], Any]:
    module, _, name = application.partition(":")
    return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]


class _Application(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """The application as gunicorn wants it."""

    def __init__(self, settings: Settings, factory: Callable[[Settings], Any]) -> None:
        self.settings = settings
        self._factory = factory
        super().__init__()

    def load_config(self) -> None:
        for name, value in options(self.settings).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._factory(self.settings)


class _Master(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """Ctrl-C is an ordered stop too."""

    def handle_int(self) -> None:
        self.handle_term()


class _Log(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's words go where ours go: to the process's structured log. No access log; requests are
    counted, not written.
    """

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        self._access_log_enabled = False
        self.error_log.propagate = True
        self.error_log.setLevel(logging.INFO)


def options(settings: Settings) -> dict[str, Any]:
    """gunicorn's settings for ours."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return {
        "bind": f"{host}:{settings.port}",
        "workers": settings.web_workers,
        "worker_class": WebProcess,
        "worker_connections": settings.web_connections,
        # The heartbeat of a process is a file; in memory, a slow disk cannot make a healthy process look
        # dead.
        "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else None,  # noqa: S108
        "keepalive": settings.web_keepalive_s,
        "graceful_timeout": settings.web_stop_s,
        "limit_request_line": settings.web_header_bytes,
        "limit_request_field_size": settings.web_header_bytes,
        "limit_request_fields": 64,
        "logger_class": _Log,
        "proc_name": "saveit-web",
        "control_socket_disable": True,
        "child_exit": lambda _master, process: metrics_folder.forget(process.pid),
    }
