"""One conversation in full: who it is, what can be done with it, what was said, and where the answer is written.

Beside the list where it is wide, over it where it is narrow. Shows what the inbox screen gives it, and asks by its events.
"""

# mypy: allow-subclassing-any
from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.properties import BooleanProperty, DictProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from host_app.ui.loading import load_kv
from host_app.ui.parts import basics, composer, steady_list  # noqa: F401 - their kv classes are used in ours
from host_app.ui.parts.bubble import DAY_HEIGHT, EARLIER_HEIGHT, bubble_size

_AT_THE_END = 0.02
_REFIT_SECONDS = 0.02
_PLACED_SECONDS = 0.1
_BUDGET_SECONDS = 0.005  # of a frame, for texts that were never measured


class ThreadView(BoxLayout):
    """Shows `shown`, a dict made by `showing_inbox.heading`, or an invitation to choose while it is empty."""

    shown = DictProperty(rebind=True)  # without it kv would not follow what is read out of the dict
    closable = BooleanProperty(False)
    busy = BooleanProperty(False)
    problem = StringProperty("")

    __events__ = ("on_close", "on_take", "on_give_back", "on_send", "on_writing")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.lines: list[dict[str, Any]] = []
        self._fitted: tuple[list[dict[str, Any]], float] | None = None
        self._decide: Callable[[str, bool], None] | None = None
        self._earlier: Callable[[], None] | None = None
        self._follows = True
        self.refit = Clock.create_trigger(lambda _: self._fit(), _REFIT_SECONDS)
        self._when_placed = Clock.create_trigger(lambda _: self._settle(), _PLACED_SECONDS)

    def show(
        self,
        shown: dict[str, Any],
        lines: list[dict[str, Any]],
        decide: Callable[[str, bool], None],
        earlier: Callable[[], None],
    ) -> None:
        """Draws a conversation. Whoever reads its end goes on reading its end; whoever reads above stays there."""
        other = shown.get("key") != self.shown.get("key")
        self._follows = self._follows or other or self._is_at_the_end() or _own(lines) > _own(self.lines)
        self.shown, self.lines, self._decide, self._earlier = shown, lines, decide, earlier
        self._fit()

    def _is_at_the_end(self) -> bool:
        said = self.ids.said
        return bool(said.children[0].height <= said.height or said.scroll_y <= _AT_THE_END)

    def _settle(self) -> None:
        """Once the bubbles have their places: a long conversation at its end, a short one at its beginning."""
        said = self.ids.said
        if self._follows:
            said.scroll_y = 0 if said.children[0].height > said.height else 1
            self._follows = False

    def _fit(self) -> None:
        """Places the bubbles, the latest first; those that cannot be measured in this frame follow in the next ones."""
        width = self.ids.said.width
        lines = [*([_EARLIER] if self.shown.get("has_earlier") else []), *self.lines]
        if self._fitted == (lines, width):
            return
        began, placed = time.perf_counter(), list[dict[str, Any]]()
        for line in reversed(lines):
            placed.append(self._line(line, width))
            if time.perf_counter() - began > _BUDGET_SECONDS:
                break
        complete = len(placed) == len(lines)
        self._fitted = (lines, width) if complete else None
        self.ids.said.lines = placed[::-1]
        self._when_placed()
        if not complete:
            self._follows = self._follows or self._is_at_the_end()
            self.refit()

    def _line(self, line: dict[str, Any], width: float) -> dict[str, Any]:
        if line["kind"] == "day":
            return {**line, "viewclass": "DayLine", "size": (None, dp(DAY_HEIGHT))}
        if line["kind"] == "earlier":
            more = {"text": self.earlier_word, "earlier": self._earlier}
            return {**line, **more, "viewclass": "EarlierLine", "size": (None, dp(EARLIER_HEIGHT))}
        sizes = bubble_size(line, width)
        height = sizes.pop("height")
        return {
            **line,
            **sizes,
            "viewclass": "BubbleLine",
            "size": (None, height),
            "decide": self._decide,
        }

    earlier_word = StringProperty("")

    def on_close(self) -> None:
        """The list is wanted again."""

    def on_take(self) -> None:
        """A person takes the conversation."""

    def on_give_back(self) -> None:
        """The assistant is to have it again."""

    def on_send(self) -> None:
        """What was written is to go."""

    def on_writing(self) -> None:
        """Somebody is writing."""


_EARLIER = {"kind": "earlier", "key": "earlier"}


def _own(lines: list[dict[str, Any]]) -> int:
    return sum(1 for each in lines if each.get("side") == "own")


load_kv(__file__)
