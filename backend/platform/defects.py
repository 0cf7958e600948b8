"""What went wrong, told without the words of an exception: those may quote what a guest wrote. Called wherever somebody's message
is worked on, for what is logged and kept beside it.
"""

from __future__ import annotations

import traceback
from pathlib import PurePath

from backend.platform.refusals import Refusal


def without_words(problem: BaseException, lines: int = 1) -> str:
    """Its kind, the last `lines` it came through, and what caused it: `KeyError at b.py:9 < a.py:3 from ValueError at c.py:1`.

    A refusal's code is ours, so it is said.
    """
    named = type(problem).__name__ + (f" {problem.code}" if isinstance(problem, Refusal) else "")
    frames = traceback.extract_tb(problem.__traceback__)[-lines:]
    places = " < ".join(f"{PurePath(each.filename).name}:{each.lineno}" for each in reversed(frames))
    cause = problem.__cause__
    return (
        named
        + (f" at {places}" if places else "")
        + (f" from {without_words(cause, lines)}" if cause is not None else "")
    )
