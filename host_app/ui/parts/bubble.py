"""What was said in a conversation, as lines of a list: a bubble for each message, a line for each day, the way to what was before.

The guest is on the left, the house (assistant, team, this device) on the right. Views are reused while scrolling, so each line
says how high it is; `bubble_size` measures that.
"""

# mypy: allow-subclassing-any
from __future__ import annotations

from typing import Any

from kivy.metrics import dp, sp
from kivy.properties import ColorProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.recycleview.views import RecycleDataViewBehavior

from host_app.ui.loading import load_kv
from host_app.ui.parts.basics import Tappable
from host_app.ui.parts.measuring import measured

DAY_HEIGHT = 44
EARLIER_HEIGHT = 56
_WIDEST = 620  # longer lines are hard to read
_SHARE = 0.86  # of the pane
_SIDE, _TOP, _GAP = 14, 10, 4
_HEAD, _FOOT, _ACTS = 20, 20, 56
_NARROWEST_WITH_ACTS = 300


def bubble_size(line: dict[str, Any], pane: float) -> dict[str, float]:
    """Width of a bubble, heights of its parts and of its line, in pixels, in a pane so many pixels wide."""
    most = min(pane * _SHARE, dp(_WIDEST)) - 2 * dp(_SIDE)
    head = measured(f"{line['author']}  {line['time']}", sp(14), most, bold=True)[0] + dp(30)
    text = measured(line["text"], sp(16), most)
    more = measured(line["more"], sp(14), most)
    state = measured(line["state_word"], sp(14), most - dp(24))
    acts = dp(_ACTS) if line["first_act"] else 0.0
    width = max(head, text[0], more[0], state[0] + dp(24), dp(_NARROWEST_WITH_ACTS) if acts else 0.0)
    foot = max(state[1], dp(_FOOT)) if line["state_word"] else 0.0
    parts = [dp(_HEAD), text[1], more[1], foot]
    height = sum(parts) + dp(_GAP) * sum(1 for each in parts if each) + acts + 2 * dp(_TOP)
    return {
        "bubble_width": min(width, most) + 2 * dp(_SIDE) + 2,
        "text_height": text[1],
        "more_height": more[1],
        "foot_height": foot,
        "acts_height": acts,
        "height": height + dp(8),
    }


class DayLine(RecycleDataViewBehavior, BoxLayout):
    """The day on which what follows was said."""

    text = StringProperty("")


class EarlierLine(RecycleDataViewBehavior, Tappable):
    """Fetches what was said before."""

    text = StringProperty("")
    earlier = ObjectProperty(None, allownone=True)

    def on_release(self) -> None:
        """The line was tapped."""
        if self.earlier is not None:
            self.earlier()


class BubbleLine(RecycleDataViewBehavior, AnchorLayout):
    """One message; `decide(key, first)` is called when a person says what to do with an answer of their own."""

    key = StringProperty("")
    side = StringProperty("guest")
    author = StringProperty("")
    author_icon = StringProperty("")
    time = StringProperty("")
    text = StringProperty("")
    more = StringProperty("")
    state_role = StringProperty("quiet")
    state_icon = StringProperty("")
    state_word = StringProperty("")
    first_act = StringProperty("")
    second_act = StringProperty("")
    bubble_width = NumericProperty(0)
    text_height = NumericProperty(0)
    more_height = NumericProperty(0)
    foot_height = NumericProperty(0)
    acts_height = NumericProperty(0)
    ground = ColorProperty()
    edge = ColorProperty()
    state_ink = ColorProperty()
    decide = ObjectProperty(None, allownone=True)


load_kv(__file__)
