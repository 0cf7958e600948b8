"""What an HTTP status of a provider means for the chain. Used by the LLM engines."""

from __future__ import annotations

from collections.abc import Mapping

from backend.conversations.engines.port import EngineError, Failure

_LONGEST_PAUSE_S = 3600.0
_OF_THE_MESSAGE = frozenset({400, 413, 422})  # a provider's filter answers so, too


def failure_of(status: int, headers: Mapping[str, str]) -> EngineError:
    """The error of a status; with `retry-after` in seconds, when the provider says how long it wants to be left alone."""
    kind: Failure = "throttled" if status in (429, 529) else "failed" if status >= 500 else "rejected"
    return EngineError(
        kind, str(status), _seconds(headers.get("retry-after")), only_this_message=status in _OF_THE_MESSAGE
    )


def _seconds(said: str | None) -> float | None:
    """Seconds; None for a date, which this header may hold too, or nothing."""
    try:
        seconds = float(said or "")
    except ValueError:
        return None
    return min(seconds, _LONGEST_PAUSE_S) if seconds > 0 else None
