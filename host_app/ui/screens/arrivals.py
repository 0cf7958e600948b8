"""Tonight's arrivals: filters with counts, search, the list by stage, and the card of the party that was
chosen.

The shell calls `refresh` after every change and once a minute; a new arrival moves in at the top.
"""

# mypy: allow-subclassing-any
from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from kivy.metrics import dp
from kivy.properties import BooleanProperty, ListProperty, StringProperty
from kivy.uix.screenmanager import Screen

from host_app.core.arrivals import Row, rows, search
from host_app.core.records import DEFECT, Answer
from host_app.ui import showing
from host_app.ui.context import Context
from host_app.ui.later import then
from host_app.ui.loading import load_kv
from host_app.ui.parts import party_card, steady_list  # noqa: F401 - their kv classes are used in ours
from host_app.ui.parts.basics import FilterChip
from host_app.ui.parts.party_row import HEADING_HEIGHT, PARTY_HEIGHT

_FRESH_SECONDS = 6.0


class ArrivalsScreen(Screen):
    """The list and the card."""

    chosen = StringProperty("")
    stage = StringProperty("")
    wide = BooleanProperty(False)
    lines = ListProperty()
    empty_sentence = StringProperty("")

    def __init__(self, context: Context, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._context = context
        self._rows: list[Row] = []
        self._known_arrived: set[str] | None = None
        self._fresh: dict[str, float] = {}
        self.ids.list.moved_in = set()

    def refresh(self) -> None:
        """Reads the evening again and draws what changed."""
        host = self._context.host
        self._rows = rows(host.house.evening, host.clock.now())
        self._note_new_arrivals()
        self._draw()

    def choose(self, key: str) -> None:
        """Opens a party's card; the same party again, or '', closes it."""
        self.chosen = "" if key == self.chosen else key
        self._draw()

    def filter_by(self, stage: str) -> None:
        """Shows one stage only; the same again, or '', shows all."""
        self.stage = "" if stage == self.stage else stage
        self._draw()

    def arrive(self, count: int) -> None:
        """Marks the chosen party as arrived, so many in all."""
        self._check_in(UUID(self.chosen), count, None)

    def on_search(self) -> None:
        """The search text changed."""
        self._draw()

    def _check_in(self, party: UUID, count: int, reason: str | None) -> None:
        host, context = self._context.host, self._context
        future = host.submit(
            host.desk.arrive, party, arrived_count=count, override=reason is not None, reason=reason
        )

        def show(answer: Answer) -> None:
            context.show_answer(answer, lambda why: self._check_in(party, count, why))

        then(future, show, lambda _: show(DEFECT))

    def _note_new_arrivals(self) -> None:
        arrived = {str(row.party.id) for row in self._rows if row.stage == "arrived"}
        if self._known_arrived is not None:  # those that were here before the app looked do not move in
            until = time.monotonic() + _FRESH_SECONDS
            self._fresh |= dict.fromkeys(arrived - self._known_arrived, until)
            self.ids.list.moved_in -= arrived - self._known_arrived
        self._known_arrived = arrived if self._context.host.house.evening.restaurant else None
        self._fresh = {key: until for key, until in self._fresh.items() if until > time.monotonic()}

    def _draw(self) -> None:
        words = self._context.words()
        found = search(self._rows, self.ids.search.text)
        shown = [row for row in found if not self.stage or row.stage == self.stage]
        self.lines = [self._line(line) for line in showing.list_lines(shown, words)]
        self.ids.list.lines = self.lines
        self.empty_sentence = "" if shown else self._why_empty()
        self._draw_chips(found)
        chosen = [row for row in self._rows if str(row.party.id) == self.chosen]
        self.ids.card.shown = showing.card(chosen[0], words) if chosen else {}

    def _line(self, line: dict[str, Any]) -> dict[str, Any]:
        if line["kind"] == "heading":
            return {**line, "viewclass": "HeadingLine", "size": (None, dp(HEADING_HEIGHT))}
        return {
            **line,
            "viewclass": "PartyLine",
            "size": (None, dp(PARTY_HEIGHT)),
            "fresh": line["key"] in self._fresh,
            "selected": line["key"] == self.chosen,
            "choose": self.choose,
        }

    def _why_empty(self) -> str:
        words, text = self._context.words(), self.ids.search.text.strip()
        if text:
            return words.say("arrivals.no_match", text=text)
        waiting = self._context.host.house.evening.fetched_at is None
        return words.say("arrivals.loading" if waiting else "arrivals.empty")

    def _draw_chips(self, found: list[Row]) -> None:
        chips = showing.stage_chips(found, self._context.words())
        place = self.ids.chips
        while len(place.children) > len(chips):
            place.remove_widget(place.children[0])
        while len(place.children) < len(chips):
            chip = FilterChip()
            chip.bind(on_release=lambda pressed: self.filter_by(pressed.value))
            place.add_widget(chip)
        for widget, shown in zip(reversed(place.children), chips, strict=True):
            widget.value, widget.icon = shown["stage"], shown["icon"]
            widget.text, widget.count = shown["word"], shown["count"]
            widget.selected = shown["stage"] == self.stage


load_kv(__file__)
