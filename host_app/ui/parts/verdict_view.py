"""The verdict: fills the screen with colour, icon and big words, says what to do next, and goes away by
itself.

Shown by the shell over whatever screen is open. Where staff may let the party in all the same it asks why,
and tells `on_override(reason)`.
"""

# mypy: allow-subclassing-any
from __future__ import annotations

from typing import Any

from kivy.animation import Animation
from kivy.clock import Clock
from kivy.properties import BooleanProperty, ColorProperty, DictProperty, NumericProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.floatlayout import FloatLayout

from host_app.ui.loading import load_kv
from host_app.ui.parts import basics  # noqa: F401 - its kv classes are used in ours

OVERRIDE_REASONS = ("manager", "table_ready", "late_called", "mistake")


class VerdictView(ButtonBehavior, FloatLayout):
    """Shows `shown`, a dict made by `showing.verdict`, while `visible`."""

    shown = DictProperty(rebind=True)  # without it kv would not follow what is read out of the dict
    ground = ColorProperty((0, 0, 0, 0))
    visible = BooleanProperty(False)
    asking = BooleanProperty(False)
    left = NumericProperty(1.0)  # the share of its time that is left, drawn as a line

    __events__ = ("on_override", "on_gone")

    def show(self, shown: dict[str, Any]) -> None:
        """Takes the screen with a new verdict; one that is still there is replaced."""
        self.asking = False
        self.shown = shown
        self.visible = True
        self._count_down(shown["seconds"])

    def ask_why(self) -> None:
        """Staff want to let the party in: the countdown stops until they say why or go back."""
        Animation.cancel_all(self)
        self.left = 0
        self.asking = True

    def hide(self) -> None:
        """Gives the screen back."""
        Animation.cancel_all(self)
        if self.visible:
            self.visible = False
            self.asking = False
            self.dispatch("on_gone")

    def on_touch_down(self, touch: Any) -> bool:
        """While visible it takes every touch, so that nothing underneath is pressed by accident."""
        if not self.visible:
            return False
        super().on_touch_down(touch)
        return True

    def on_release(self) -> None:
        """A tap beside the buttons sends a verdict away; a question stays."""
        if not self.asking:
            Clock.schedule_once(lambda _: self.hide(), 0)

    def on_override(self, reason: str) -> None:
        """Staff let the party in, for this reason (a key of OVERRIDE_REASONS)."""

    def on_gone(self) -> None:
        """The verdict is no longer shown."""

    def _count_down(self, seconds: float) -> None:
        Animation.cancel_all(self)
        self.left = 1.0
        countdown = Animation(left=0.0, duration=seconds)
        countdown.bind(on_complete=lambda *_: self.hide())
        countdown.start(self)


load_kv(__file__)
