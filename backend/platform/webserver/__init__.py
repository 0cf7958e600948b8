"""The web server: gunicorn with gevent workers (docs/decisions/005-gunicorn-gevent.md). Called by `python -m
backend serve`.

Nothing here may be imported with the application: `serve` makes the standard library cooperative first, and
only then imports it.
"""

from backend.platform.webserver.handover import HANDED_OVER
from backend.platform.webserver.serving import serve

__all__ = ["HANDED_OVER", "serve"]
