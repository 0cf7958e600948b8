"""One message put to every reader that is configured, for whoever connects one: does the key work, what does it make of it.

Called by `python -m backend try-readers`. Asks each engine once, sure or not, outside the chain's budget and circuit.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from backend.conversations.engines.configured import asked
from backend.conversations.engines.port import BuiltInReader, EngineError
from backend.conversations.engines.putting import Put, prepared
from backend.conversations.understanding import Understanding
from backend.settings import Settings


def tried(
    settings: Settings, text: str, now: datetime, tz: str, language: str | None
) -> Iterator[dict[str, Any]]:
    """A line for each reader, in order: what it understood, or why it gave no answer."""
    own = BuiltInReader().read(text, now=now, tz=tz, language=language)
    yield {"reader": "builtin", "outcome": "answered", **_said(own), "sent": None}
    put = prepared(text, own, now=now, tz=tz, language=language, context=None, service=())
    for name in settings.readers.split(",")[1:]:
        yield {"reader": name, **_asked(name, settings, put), "sent": put.question.text}


def _asked(name: str, settings: Settings, put: Put) -> dict[str, Any]:
    each = asked(name, settings)
    began = time.perf_counter()
    try:
        answer = each.lines.call(lambda: each.engine.ask(put.question, each.within), each.within)
    except EngineError as problem:
        return {"outcome": str(problem), "ms": _since(began)}
    understood, dropped = put.understood(answer)
    return {"outcome": "answered", "ms": _since(began), **_said(understood), "valuesDropped": dropped}


def _since(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)


def _said(read: Understanding) -> dict[str, Any]:
    slots = read.slots
    return {
        "intent": read.intent,
        "confidence": read.confidence,
        "date": slots.date.isoformat() if slots.date else None,
        "time": slots.time.strftime("%H:%M") if slots.time else None,
        "partySize": slots.party_size,
        "name": slots.name,
    }
