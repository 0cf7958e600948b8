"""A virtual list that does not change under a finger.

Called by the screens with lists: they set `lines`, and news that comes between touching and letting go is drawn right after.
Without it, a line that is drawn anew in that moment loses the tap.
"""

# mypy: allow-subclassing-any
from __future__ import annotations

import time
from typing import Any

from kivy.clock import Clock
from kivy.properties import ListProperty
from kivy.uix.recycleview import RecycleView

from host_app.ui.loading import load_kv

# a scrolled list hands a tap to its lines only when it was no swipe, and lets go of it a fifth of a second later
_SETTLED_SECONDS = 0.35


class SteadyList(RecycleView):
    """`lines` are the lines to show, as `data` of a RecycleView."""

    lines = ListProperty()

    def __init__(self, **kwargs: Any) -> None:
        self._touched_at = -_SETTLED_SECONDS
        self._held = False
        self._draw_later = Clock.create_trigger(lambda _: self._draw(), _SETTLED_SECONDS / 2)
        super().__init__(**kwargs)

    def on_lines(self, *_: Any) -> None:
        """There is news."""
        self._draw()

    def on_touch_down(self, touch: Any) -> bool:
        """A finger came."""
        if self.collide_point(*touch.pos):
            self._held, self._touched_at = True, time.monotonic()
        handled: bool = super().on_touch_down(touch)
        return handled

    def on_touch_up(self, touch: Any) -> bool:
        """The finger went, wherever it is now."""
        if self._held:
            self._held, self._touched_at = False, time.monotonic()
        handled: bool = super().on_touch_up(touch)
        return handled

    def _draw(self) -> None:
        if self._held or time.monotonic() - self._touched_at < _SETTLED_SECONDS:
            self._draw_later()
        else:
            self.data = self.lines  # the same ones again are no news to it


load_kv(__file__)
