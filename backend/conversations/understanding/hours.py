"""From an hour as said to clock times: minutes, halves of the day, and what stays open. Called by `times` and `choosing`.

Without am, pm or a part of the day, 1 to 7 are afternoon or evening (this is a restaurant); 8 to 12 keep both readings for the
restaurant's hours to settle.
"""

from __future__ import annotations

from datetime import time

from backend.conversations.understanding.patterns import Captures

Readings = tuple[time, ...]
_MINUTES = {"half": 30, "quarter": 15, "three_quarters": 45}


def hour_and_minute(name: str, captures: Captures) -> tuple[int, int] | None:
    """The hour and minute as said, before it is known which half of the day."""
    if name in {"noon", "midnight"}:
        return (12, 0) if name == "noon" else (0, 0)
    if name.startswith("fixed_"):
        return int(name[6:8]), int(name[8:])
    if name == "clock":
        return int(captures["c"][0]), int(captures["c"][1])
    if name == "range":
        return int(captures["r"][0][0]), int(captures["r"][0][1])
    hour, minute = int(captures["h"]), int(captures.get("m", 0))
    if name in {"to_quarter", "minus"}:
        back = 15 if name == "to_quarter" else minute
        return None if hour == 0 or back > 59 else (hour - 1 if hour > 1 else 12, 60 - back)
    minute = _MINUTES.get(name, minute if name == "plus" else 0)
    return (hour, minute) if hour <= 24 and minute <= 59 else None


def readings_of(
    hour: int, minute: int, part: str | None, *, attached: bool, padded: bool = False
) -> Readings:
    """The clock times that an hour as said may be, best first.

    `part` is the part of day; `attached` when it was said with the hour ("las 8 de la tarde"), not elsewhere in the message.
    `padded` says that the hour was written with a leading zero, as in a 24-hour clock.
    """
    hour %= 24 if hour == 24 else 25
    if hour == 0 or hour > 12:
        return (time(hour, minute),)
    morning, evening = time(hour % 12, minute), time(hour % 12 + 12, minute)
    if hour == 12:
        midnight = attached and part in {"night", "early", "tonight", "am"}
        return (morning,) if midnight else (evening, morning)
    return _by_part(hour, morning, evening, part, attached) or _by_habit(hour, morning, evening, padded)


def _by_part(hour: int, morning: time, evening: time, part: str | None, attached: bool) -> Readings:
    """The readings a part of the day leaves; empty when it decides nothing."""
    if part in {"am", "early"}:
        return (morning,)
    if part in {"pm", "afternoon", "tonight"}:
        return (evening,)
    if part == "morning":
        return (morning,) if attached or hour >= 7 else (evening, morning)
    if part == "night":
        return (morning,) if attached and hour <= 4 else (evening,)
    if part == "midday":
        if hour <= 6:
            return (evening,)
        return (
            (morning,)
            if attached and hour >= 10
            else (morning, evening)
            if hour == 11
            else (evening, morning)
        )
    return ()


def _by_habit(hour: int, morning: time, evening: time, padded: bool) -> Readings:
    """What people mean at a restaurant when they name only the hour."""
    if hour <= 6 or (hour <= 10 and not padded):
        return (evening, morning)
    return (morning, evening)
