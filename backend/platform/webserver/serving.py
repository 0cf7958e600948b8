"""The start of the web server: the order of things that must come before the application is imported."""

from __future__ import annotations

import importlib
import resource
import sys

from backend.platform import metrics_folder
from backend.settings import Settings

# These keep locks, sockets and thread-locals of the moment they are imported; made cooperative afterwards,
# greenlets would share them.
_NOT_YET = ("flask", "psycopg2", "redis", "sqlalchemy", "gunicorn")


def serve(settings: Settings, application: str = "backend.app:create_app") -> int:
    """Serves until SIGTERM or SIGINT; the exit code. `application` names a function that makes the WSGI
    application of `settings`.

    A stop is ordered: nothing new is accepted, running requests have `web_stop_s` seconds, screens are told
    to come back (1001). Raises RuntimeError when the application has been imported too early.
    """
    early = [name for name in _NOT_YET if name in sys.modules]
    if early:
        raise RuntimeError(f"serve() comes before the import of {', '.join(early)}")
    metrics_folder.open_folder(settings.data_dir)
    _allow_many_files()
    from gevent import monkey

    monkey.patch_all()
    master = importlib.import_module("backend.platform.webserver.master")
    return int(master.run(settings, application))


def _allow_many_files() -> None:
    """Each screen is an open file; the usual soft limit of 1,024 is a default, not a decision."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
