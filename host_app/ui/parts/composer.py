"""Where an answer is written. Enter sends, Shift and Enter begin a new line; it grows with what is written.

Used by the thread's view, which is told by `on_send`.
"""

# mypy: allow-subclassing-any
from __future__ import annotations

from typing import Any

from kivy.uix.textinput import TextInput

from host_app.ui.loading import load_kv

LONGEST = 2000  # characters that the server takes at once


class Composer(TextInput):
    """A text field of several lines."""

    __events__ = ("on_send",)

    def keyboard_on_key_down(self, window: Any, keycode: Any, text: Any, modifiers: Any) -> bool:
        """Enter is ours; the rest is the text field's business."""
        if keycode[1] in ("enter", "numpadenter"):
            if "shift" in modifiers:
                self.insert_text("\n")
            else:
                self.dispatch("on_send")
            return True
        handled: bool = super().keyboard_on_key_down(window, keycode, text, modifiers)
        return handled

    def insert_text(self, substring: str, from_undo: bool = False) -> None:
        """Adds what was typed or pasted, as far as there is room."""
        super().insert_text(substring[: max(0, LONGEST - len(self.text))], from_undo)

    def on_send(self) -> None:
        """A person wants it to go."""


load_kv(__file__)
