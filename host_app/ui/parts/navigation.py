"""The way between screens: a bar at the bottom where it is narrow, a rail on the left where it is wide."""

# mypy: allow-subclassing-any
from __future__ import annotations

from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from host_app.ui.loading import load_kv
from host_app.ui.parts.basics import Tappable


class Destination(Tappable):
    """One screen to go to. `badge` counts what waits there."""

    name = StringProperty("")
    icon = StringProperty("")
    text = StringProperty("")
    selected = BooleanProperty(False)
    badge = NumericProperty(0)


class Navigation(BoxLayout):
    """Tells `on_go` which screen was chosen; `current` is the one that is open."""

    current = StringProperty("arrivals")
    rail = BooleanProperty(False)
    to_review = NumericProperty(0)
    unread = NumericProperty(0)

    __events__ = ("on_go",)

    def on_go(self, name: str) -> None:
        """A destination was chosen."""


load_kv(__file__)
