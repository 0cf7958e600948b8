"""Writes down what the window shows, one JSON object a line, whenever that changes: the eyes of the tests
from outside.

Only with `--state FILE`. It reads the widgets themselves, not the records behind them, so a screen that draws
the wrong thing is seen to. `targets` are the middles of what can be tapped, in pixels from the top left of
the window.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window

from host_app.runtime import Host
from host_app.ui.shell import Shell

_LOOK_SECONDS = 0.1
_FIELDS = ("server", "code", "name", "search", "composer")


class Witness:
    """Looks at the shell ten times a second and appends what changed."""

    def __init__(self, path: Path, shell: Shell, host: Host) -> None:
        self._path = path
        self._shell = shell
        self._host = host
        self._last = ""

    def start(self) -> None:
        """Begins to look."""
        Clock.schedule_interval(lambda _: self._look(), _LOOK_SECONDS)

    def _look(self) -> None:
        seen = json.dumps(self._seen(), ensure_ascii=False, sort_keys=True)
        if seen != self._last:
            self._last = seen
            with self._path.open("a", encoding="utf-8") as file:
                file.write(seen + "\n")

    def _seen(self) -> dict[str, Any]:
        shell = self._shell
        verdict, screen = shell.ids.verdict, shell.screens.current_screen
        return {
            "screen": shell.screens.current,
            "connection": self._host.line.connection.header,
            "header": {"restaurant": shell.ids.header.restaurant, "signal": shell.ids.header.signal_word},
            "lines": [_told(line) for line in shell.screens.get_screen("arrivals").lines],
            "camera": screen.camera_state if shell.screens.current == "scan" else None,
            "verdict": {**verdict.shown, "asking": verdict.asking} if verdict.visible else None,
            "card": screen.ids.card.shown.get("name") if shell.screens.current == "arrivals" else None,
            "inbox": self._inbox(),
            "fields": {name: field.text for name, field in self._fields().items()},
            "focus": [name for name, field in self._fields().items() if field.focus],
            "scans": shell.answers_shown,
            "message": screen.message if shell.screens.current == "enrol" else "",
            "targets": {name: _middle(widget) for name, widget in self._tappable()},
        }

    def _fields(self) -> dict[str, Any]:
        screen = self._shell.screens.current_screen
        ids = screen.ids.thread.ids if self._shell.screens.current == "inbox" else screen.ids
        return {name: ids[name] for name in _FIELDS if name in ids}

    def _inbox(self) -> dict[str, Any]:
        """What the list says, and what can be read in the bubbles that are in view."""
        shell = self._shell
        screen = shell.screens.get_screen("inbox")
        view = screen.ids.thread
        return {
            "badge": int(shell.ids.navigation.unread),
            "threads": [
                {name: line[name] for name in ("name", "last", "word", "details", "unread")}
                for line in screen.lines
            ],
            "unsent": screen.unsent_sentence,
            "open": view.shown.get("name"),
            "word": view.shown.get("word"),
            "typing": view.shown.get("typing"),
            "problem": view.problem,
            "bubbles": [
                {name: getattr(each, name) for name in ("side", "text", "state_word")}
                for each in self._bubbles()
            ],
        }

    def _bubbles(self) -> list[Any]:
        """The bubbles in view, from the top down."""
        views = self._shell.screens.get_screen("inbox").ids.thread.ids.said.children[0].children
        return sorted((each for each in views if hasattr(each, "side")), key=lambda each: -float(each.y))

    def _tappable(self) -> list[tuple[str, Any]]:
        shell = self._shell
        screen, verdict = shell.screens.current_screen, shell.ids.verdict
        destinations = reversed(shell.ids.navigation.children)
        found = [(f"go.{each.name}", each) for each in destinations if hasattr(each, "name")]
        if shell.screens.current == "arrivals":
            views = screen.ids.list.children[0].children
            found += [(f"party.{each.name}", each) for each in views if hasattr(each, "choose")]
            found += [("search", screen.ids.search), ("card.arrive", screen.ids.card.ids.arrive)]
        if shell.screens.current == "inbox":
            found += self._tappable_inbox(screen)
        if shell.screens.current == "enrol":
            found += [(name, screen.ids[name]) for name in ("server", "code", "name", "connect", "look")]
        if shell.screens.current == "settings":
            found += [(name, screen.ids[name]) for name in ("spanish", "english", "light", "dark", "leave")]
        if verdict.visible:
            found += [(f"verdict.{name}", verdict.ids[name]) for name in ("override", "dismiss")]
        return found

    def _tappable_inbox(self, screen: Any) -> list[tuple[str, Any]]:
        view = screen.ids.thread
        rows = screen.ids.list.children[0].children
        found = [("inbox.staff", screen.ids.staff), ("inbox.assistant", screen.ids.assistant)]
        found += [(f"thread.{each.name}", each) for each in rows if hasattr(each, "choose")]
        if screen.chosen:
            found += [(name, view.ids[name]) for name in ("composer", "send", "hand")]
            for each in self._bubbles():
                if each.first_act:
                    found += [("bubble.first", each.ids.first), ("bubble.second", each.ids.second)]
            if view.closable:
                found.append(("back", view.ids.back))
        return found


def _told(line: dict[str, Any]) -> dict[str, Any]:
    if line["kind"] == "heading":
        return {"heading": line["title"], "total": line["total"]}
    return {name: line[name] for name in ("time", "name", "details", "word")}


def _middle(widget: Any) -> list[int]:
    x, y = widget.to_window(widget.center_x, widget.center_y)
    return [round(x), round(Window.height - y)]
