"""What every screen is given: the running host, the words of the moment, and the ways to other places of the
app.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from host_app.core.records import Answer
from host_app.runtime import Host
from host_app.wording import Words


@dataclass(frozen=True, slots=True)
class Context:
    """Made once by the shell. The callables may be called on the drawing thread only."""

    host: Host
    words: Callable[[], Words]  # in the language and the zone of this moment
    camera_source: Callable[[], str]
    choose_camera: Callable[[str], None]
    choose_language: Callable[[str], None]
    choose_appearance: Callable[[str], None]
    show_answer: Callable[[Answer, Callable[[str], None]], None]  # and what to do when staff let the party in
    go: Callable[[str], None]
    go_home: Callable[[], None]  # the screen that work begins on
