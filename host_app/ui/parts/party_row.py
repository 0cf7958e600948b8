"""The lines of the arrivals list: a heading for each stage, and a party. Views are reused for other lines
while scrolling.
"""

# mypy: allow-subclassing-any
from __future__ import annotations

from typing import Any

from kivy.animation import Animation
from kivy.metrics import dp
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.recycleview.views import RecycleDataViewBehavior

from host_app.ui.loading import load_kv
from host_app.ui.parts.basics import Tappable

HEADING_HEIGHT = 44
PARTY_HEIGHT = 80


class HeadingLine(RecycleDataViewBehavior, BoxLayout):
    """The name of a stage with its totals."""

    title = StringProperty("")
    total = StringProperty("")


class PartyLine(RecycleDataViewBehavior, Tappable):
    """One party. `fresh` ones have just arrived: they slide in and stay tinted for a moment."""

    key = StringProperty("")
    time = StringProperty("")
    name = StringProperty("")
    details = StringProperty("")
    role = StringProperty("info")
    icon = StringProperty("")
    word = StringProperty("")
    marks = ListProperty()
    struck = BooleanProperty(False)
    outlined = BooleanProperty(False)
    faded = BooleanProperty(False)
    fresh = BooleanProperty(False)
    selected = BooleanProperty(False)
    choose = ObjectProperty(None, allownone=True)
    shift = NumericProperty(0)
    bar = ColorProperty()

    def refresh_view_attrs(self, recycle_view: Any, index: int, data: dict[str, Any]) -> None:
        """Shows another line; one that is fresh for the first time moves in."""
        if data["key"] != self.key:
            self.focus = False  # the focus was the other party's
        super().refresh_view_attrs(recycle_view, index, data)
        Animation.cancel_all(self, "shift")
        self.shift = 0
        if data["fresh"] and data["key"] not in recycle_view.moved_in:
            recycle_view.moved_in.add(data["key"])
            self.shift = dp(56)
            Animation(shift=0, duration=0.2, transition="out_cubic").start(self)

    def on_release(self) -> None:
        """The line was tapped."""
        if self.choose is not None:
            self.choose(self.key)


load_kv(__file__)
