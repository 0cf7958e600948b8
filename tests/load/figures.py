"""What a bench says: one JSON object a line, and the arithmetic behind it. Used by every bench of this folder."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured value. `against` is what it is compared with and `ratio` the comparison; `limit` is DESIGN 10's, for the
    ratio where there is one and for the value otherwise; `most` says whether the limit is the largest or the smallest allowed."""

    bench: str
    value: float | None
    unit: str
    ratio: float | None = None
    against: float | None = None
    limit: float | None = None
    most: bool = True
    note: str = ""

    @property
    def ok(self) -> bool | None:
        """Whether the limit is kept; None where there is none or nothing was measured."""
        judged = self.value if self.ratio is None else self.ratio
        if self.limit is None or judged is None:
            return None
        return judged <= self.limit if self.most else judged >= self.limit

    def line(self) -> str:
        """The JSON object."""
        shown = {
            "bench": self.bench,
            "value": _rounded(self.value),
            "unit": self.unit,
            "ratio": _rounded(self.ratio),
            "against": _rounded(self.against),
            "limit": self.limit,
            "ok": self.ok,
            "note": self.note or None,
        }
        kept = {name: value for name, value in shown.items() if value is not None or name == "value"}
        return json.dumps(kept, ensure_ascii=False)


def say(figure: Figure) -> None:
    """Prints a figure as soon as it is known."""
    sys.stdout.write(figure.line() + "\n")
    sys.stdout.flush()


def tell(text: str) -> None:
    """What is going on, for the person who waits; not a result."""
    sys.stderr.write(f"bench: {text}\n")
    sys.stderr.flush()


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed; raises ValueError without values."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    place = max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)
    return ordered[place]


def milliseconds(values: Sequence[float], share: float) -> float:
    """A percentile of seconds, in milliseconds."""
    return percentile(values, share) * 1000


def _rounded(value: float | None) -> float | None:
    if value is None:
        return None
    return round(value, 1) if abs(value) >= 100 else round(value, 3)
