"""How a request gives its connection away: the live feed answers with HANDED_OVER once it has taken the
socket.

Pure; used by the live feed's route and by the web process.
"""

from __future__ import annotations

from typing import Any


class _HandedOver(list[bytes]):
    """An answer without a body, known by its identity."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """As a WSGI application: nothing is sent, the socket has another owner now."""
        return self


HANDED_OVER = _HandedOver()
