"""A line of the inbox's list: who writes, on which channel, why, the last words, and how long they wait.

Views are reused for other lines while scrolling.
"""

# mypy: allow-subclassing-any
from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.recycleview.views import RecycleDataViewBehavior

from host_app.ui.loading import load_kv
from host_app.ui.parts.basics import Tappable

THREAD_HEIGHT = 136


class ThreadLine(RecycleDataViewBehavior, Tappable):
    """One conversation; `unread` counts what nobody has looked at."""

    key = StringProperty("")
    name = StringProperty("")
    details = StringProperty("")
    channel = StringProperty("")
    channel_icon = StringProperty("")
    last = StringProperty("")
    time = StringProperty("")
    role = StringProperty("info")
    icon = StringProperty("")
    word = StringProperty("")
    unread = NumericProperty(0)
    selected = BooleanProperty(False)
    choose = ObjectProperty(None, allownone=True)

    def refresh_view_attrs(self, recycle_view: Any, index: int, data: dict[str, Any]) -> None:
        """Shows another line."""
        if data["key"] != self.key:
            self.focus = False  # the focus was the other conversation's
        super().refresh_view_attrs(recycle_view, index, data)

    def on_release(self) -> None:
        """The line was tapped."""
        if self.choose is not None:
            self.choose(self.key)


load_kv(__file__)
