"""The built-in parser alone: how long a message takes to read, one that is as long as they may be, and a start of the script.

Needs no server. Messages are those of the utterance tables, read as a restaurant's chat reads them; nothing is judged here.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from datetime import time as hour
from pathlib import Path

from tests.load.figures import Figure, milliseconds, tell

_ROOT = Path(__file__).resolve().parents[2]
_TABLES = _ROOT / "tests" / "unit" / "conversations" / "utterances"
_NOW = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001 -- the wall clock of the restaurant
_ZONES = {"es": "Europe/Madrid", "en": "Europe/London"}
_SERVICE = ((hour(13), hour(16)), (hour(20), hour(23, 30)))
_LONGEST = 2000
_STARTS = 5


def run() -> Iterator[Figure]:
    """The figures."""
    tell("understand")
    messages = [message for path in sorted(_TABLES.glob("*.txt")) for message in _messages(path)]
    for message in messages[:50]:
        _took(*message)
    times = [_took(*message) for message in messages]
    note = f"median of {len(messages)} messages in Spanish and English"
    yield Figure("understand", milliseconds(times, 0.5), "ms", limit=2, note=note)
    yield Figure("understand_p99", milliseconds(times, 0.99), "ms")
    long = [_took(language, _lengthened(text)) for language, text in messages[:: max(1, len(messages) // 20)]]
    yield Figure(
        "understand_longest",
        milliseconds(long, 1),
        "ms",
        note=f"slowest of {len(long)} messages of {_LONGEST} characters",
    )
    yield Figure(
        "understand_start",
        milliseconds([_start() for _ in range(_STARTS)], 0.5),
        "ms",
        note="scripts/understand, start to end, one message",
    )


def _messages(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith(("# ", "@ ")):
            yield path.stem[:2], line.split(" | ")[0].strip()


def _lengthened(text: str) -> str:
    return (f"{text} " * (_LONGEST // max(1, len(text)) + 1))[:_LONGEST]


def _took(language: str, text: str) -> float:
    from backend.conversations.understanding import understand

    began = time.perf_counter()
    understand(text, now=_NOW, tz=_ZONES[language], language=language, service=_SERVICE)
    return time.perf_counter() - began


def _start() -> float:
    line = json.dumps(
        {"id": 1, "text": "mesa para 4 mañana", "now": "2026-11-24T12:00", "tz": "Europe/Madrid"}
    )
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, str(_ROOT / "scripts" / "understand")], input=line, capture_output=True, text=True, check=True
    )  # fmt: skip
    return time.perf_counter() - began
