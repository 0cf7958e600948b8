"""Text, icons, buttons, chips, cards and fields in the brand's look; every screen is made of these.

Colours come from roles of the theme and follow it when it changes. Whatever can be tapped is at least 48 dp
high, can be reached by keyboard, and shows its focus.
"""

# mypy: allow-subclassing-any
from __future__ import annotations

from typing import Any

from kivy.core.window import Window
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, OptionProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior, FocusBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label
from kivy.uix.textinput import TextInput

from host_app.ui.loading import load_kv


class _LastInput:
    """Whether the last thing a person used was the keyboard."""

    keyboard = False

    def watch(self) -> None:
        """Begins to look at keys and touches of the window."""
        Window.bind(on_key_down=self._on_key, on_touch_down=self._on_touch)

    def _on_key(self, *_: Any) -> None:
        self.keyboard = True

    def _on_touch(self, *_: Any) -> None:
        self.keyboard = False


_last_input = _LastInput()
_last_input.watch()


class Text(Label):
    """A line or paragraph of text; wraps to its width and takes the height it needs."""


class OneLine(Label):
    """One line of text that is cut with an ellipsis where it does not fit."""


class Icon(Label):
    """A Material Symbol by its name."""

    icon = StringProperty("")


class Card(BoxLayout):
    """A raised surface with rounded corners."""


class Rule(BoxLayout):
    """A hairline between things."""


class Chip(BoxLayout):
    """A small state: icon and word on the tint of its role."""

    icon = StringProperty("")
    text = StringProperty("")
    role = StringProperty("info")
    outlined = BooleanProperty(False)
    role_ink = ColorProperty()
    role_ground = ColorProperty()


class Tappable(FocusBehavior, ButtonBehavior, BoxLayout):
    """What can be tapped, or reached with Tab and pressed with Enter or Space.

    The ring of the focus is drawn for those who use the keyboard; a finger knows where it is.
    """

    ringed = BooleanProperty(False)
    hidden = BooleanProperty(False)

    def on_focus(self, _: Any, focused: bool) -> None:
        """The focus came or went."""
        self.ringed = focused and _last_input.keyboard

    def keyboard_on_key_down(self, window: Any, keycode: Any, text: Any, modifiers: Any) -> bool:
        """Enter and Space press; the rest, Tab first of all, is the focus's business."""
        if keycode[1] in ("enter", "numpadenter", "spacebar") and not self.disabled:
            self.dispatch("on_release")
            return True
        handled: bool = super().keyboard_on_key_down(window, keycode, text, modifiers)
        return handled


class AppButton(Tappable):
    """A button: filled for the one main action of a place, outlined or plain for the others."""

    text = StringProperty("")
    icon = StringProperty("")
    kind = OptionProperty("filled", options=["filled", "outlined", "plain"])
    danger = BooleanProperty(False)
    inverted = BooleanProperty(False)  # for the strong grounds of a verdict: white, with dark words
    strength = ColorProperty()
    strength_ink = ColorProperty()
    inside = ColorProperty()  # the ground that shows through an outlined one


class FilterChip(Tappable):
    """A chip that chooses what a list shows."""

    icon = StringProperty("")
    text = StringProperty("")
    count = NumericProperty(0)
    selected = BooleanProperty(False)
    value = StringProperty("")


class Field(TextInput):
    """A one-line text field."""


load_kv(__file__)
