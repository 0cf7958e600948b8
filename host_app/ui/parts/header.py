"""The bar on top of every screen: restaurant and day, what time it is, and whether the server is there."""

# mypy: allow-subclassing-any
from __future__ import annotations

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout

from host_app.ui.loading import load_kv
from host_app.ui.parts import basics  # noqa: F401 - its kv classes are used in ours


class Header(BoxLayout):
    """Shows what it is given; the shell fills it."""

    restaurant = StringProperty("")
    day = StringProperty("")
    time = StringProperty("")
    signal_role = StringProperty("info")
    signal_icon = StringProperty("sync")
    signal_word = StringProperty("")
    offline_sentence = StringProperty("")


load_kv(__file__)
