"""One party in full: what must not be overlooked, who is here, and the button that marks an arrival.

Shown beside the list where it is wide, over it where it is narrow. Asks `on_arrive(count)` and `on_close`.
"""

# mypy: allow-subclassing-any
from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, DictProperty, NumericProperty
from kivy.uix.boxlayout import BoxLayout

from host_app.ui.loading import load_kv
from host_app.ui.parts.basics import Card, Text


class Fact(BoxLayout):
    """An icon and a sentence."""

    def __init__(self, icon: str, text: str, role: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ids.icon.icon = icon
        self.ids.text.text = text
        self.special = role == "special"
        self.quiet = role == "quiet"

    special = BooleanProperty(False)
    quiet = BooleanProperty(False)


class PartyCard(Card):
    """Shows `shown`, a dict made by `showing.card`, or an invitation to choose a party while it is empty."""

    shown = DictProperty(rebind=True)  # without it kv would not follow what is read out of the dict
    here = NumericProperty(1)
    closable = BooleanProperty(False)
    wanted_height = NumericProperty(0)

    __events__ = ("on_arrive", "on_close")

    def on_shown(self, *_: Any) -> None:
        """Another party, or the same one after a change."""
        facts, arrivals = self.ids.facts, self.ids.arrivals
        facts.clear_widgets()
        arrivals.clear_widgets()
        for icon, text, role in self.shown.get("facts", ()):
            facts.add_widget(Fact(icon, text, role))
        for line in self.shown.get("arrivals", ()):
            arrivals.add_widget(Text(text=line))
        self.here = self.shown.get("party_size", 1)

    def fewer(self) -> None:
        """One person less is here."""
        self.here = max(self.shown.get("arrived_count", 0) or 1, self.here - 1)

    def more(self) -> None:
        """One more; a party may bring friends."""
        self.here = min(self.here + 1, 99)

    def on_arrive(self, count: int) -> None:
        """So many of them are here in all."""

    def on_close(self) -> None:
        """The card is to go."""


load_kv(__file__)
