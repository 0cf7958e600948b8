"""The inbox: conversations that wait for a person, and the one that is open. Answers, takes, hands back.

The shell calls `refresh` after every change. What is asked of the server goes through the inbox's own thread.
"""

# mypy: allow-subclassing-any
from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any
from uuid import UUID

from kivy.metrics import dp
from kivy.properties import BooleanProperty, ListProperty, StringProperty
from kivy.uix.screenmanager import Screen

from host_app.core.conversations import Handler
from host_app.core.ports import RejectedError
from host_app.ui import showing_inbox
from host_app.ui.context import Context
from host_app.ui.later import then
from host_app.ui.loading import load_kv
from host_app.ui.parts import steady_list, thread_view  # noqa: F401 - their kv classes are used in ours
from host_app.ui.parts.thread_row import THREAD_HEIGHT

_TYPING_EVERY_SECONDS = 3.0


class InboxScreen(Screen):
    """The list, and the open conversation."""

    chosen = StringProperty("")
    handler = StringProperty("staff")
    wide = BooleanProperty(False)
    panes = BooleanProperty(
        False
    )  # whether list and conversation stand side by side; kv decides by the width
    lines = ListProperty()
    empty_sentence = StringProperty("")
    unsent_sentence = StringProperty("")

    def __init__(self, context: Context, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._context = context
        self._drafts: dict[str, str] = {}
        self._read: dict[str, datetime | None] = {}  # what was last told to be read, of each thread
        self._typing: Future[None] | None = None
        self._typed_at = 0.0

    def refresh(self) -> None:
        """Reads the inbox again and draws what changed."""
        if self.chosen and self._context.host.inbox.conversation(UUID(self.chosen)) is None:
            self.choose("")  # it was erased
            return
        self._draw_list()
        self._draw_thread()
        self._tell_read()

    def on_enter(self) -> None:
        """Somebody looks: what is shown is kept up to date."""
        self._look()

    def on_leave(self) -> None:
        """Nobody looks any more."""
        self._context.host.postbox.look_at(None, assistant_shown=False)

    def choose(self, key: str) -> None:
        """Opens a conversation; '' goes back to the list. What was written and not sent waits there."""
        composer = self.ids.thread.ids.composer
        if self.chosen:
            self._drafts[self.chosen] = composer.text
        self.chosen = key
        self.ids.thread.problem = ""
        composer.focus = False
        composer.text = self._drafts.get(key, "")
        self._look()
        self.refresh()

    def show_handler(self, handler: Handler) -> None:
        """Lists the staff's conversations or the assistant's."""
        self.handler = handler
        self._look()
        self.refresh()

    def send(self) -> None:
        """What was written goes to the guest."""
        composer = self.ids.thread.ids.composer
        text = composer.text.strip()
        if text and self.chosen:
            composer.text = ""
            self.ids.thread.problem = ""
            self._context.host.inbox.write(UUID(self.chosen), text)
            self._context.host.inbox_thread.wake()
            self.refresh()

    def take(self) -> None:
        """A person has the open conversation from now on."""
        self._ask(self._context.host.postbox.take)

    def give_back(self) -> None:
        """The assistant has it from now on."""
        self._ask(self._context.host.postbox.release)

    def writing(self) -> None:
        """Somebody writes an answer: the guest may see that, now and then."""
        host, now = self._context.host, time.monotonic()
        idle = self._typing is None or self._typing.done()
        if (
            self.chosen
            and self.ids.thread.ids.composer.focus
            and self.ids.thread.ids.composer.text
            and idle
            and now - self._typed_at > _TYPING_EVERY_SECONDS
            and host.line.connection.reachable
        ):
            self._typed_at = now
            self._typing = host.inbox_thread.submit(host.postbox.typing, UUID(self.chosen))
            then(self._typing, _nothing, _nothing)  # it is said in passing and may be lost

    def decide(self, key: str, first: bool) -> None:
        """A person says what becomes of an answer that did not go: send it after all, correct it, or drop it."""
        host, composer = self._context.host, self.ids.thread.ids.composer
        answer = next((each for each in host.inbox.own() if each.message_id == key), None)
        if answer is None:
            return
        if first and answer.state == "held":
            host.inbox.send_again(key)
            host.inbox_thread.wake()
        else:
            host.inbox.discard(key)
            if first:
                composer.text = "\n".join(part for part in (answer.text, composer.text) if part)
        self.refresh()

    def fetch_earlier(self) -> None:
        """Fetches what was said before."""
        self._ask(self._context.host.postbox.fetch_earlier)

    # parts -----------------------------------------------------------------------------------------------------

    def _ask(self, act: Callable[[UUID], None]) -> None:
        """Asks the server something about the open conversation, once at a time."""
        thread, key = self.ids.thread, self.chosen
        if thread.busy or not key:
            return
        thread.busy, thread.problem = True, ""

        def done(_: None) -> None:
            thread.busy = False
            self._context.host.refresh_inbox()
            self.refresh()

        def failed(problem: BaseException) -> None:
            thread.busy = False
            code = problem.code if isinstance(problem, RejectedError) else ""
            if self.chosen == key:
                thread.problem = showing_inbox.problem(code, self._context.words())

        then(self._context.host.inbox_thread.submit(act, UUID(key)), done, failed)

    def _look(self) -> None:
        shown = UUID(self.chosen) if self.chosen else None
        self._context.host.postbox.look_at(shown, assistant_shown=self.handler == "bot")
        self._context.host.inbox_thread.wake()

    def _tell_read(self) -> None:
        """Whoever has the conversation in front of them has read it."""
        host, key = self._context.host, self.chosen
        thread = host.inbox.thread(UUID(key)) if key else None
        if thread is None or not thread.unread or thread.handler != "staff" or self.manager is None:
            return
        shown = host.inbox.conversation(thread.id)
        if self.manager.current_screen is not self or shown is None or not shown.fetched:
            return
        if self._read.get(key) == thread.last_at:
            return
        self._read[key] = thread.last_at
        told = host.inbox_thread.submit(host.postbox.mark_read, thread.id)
        then(told, _nothing, lambda _: self._read.pop(key, None))

    def _draw_list(self) -> None:
        host, words = self._context.host, self._context.words()
        now, handler = host.clock.now(), self.handler
        found = host.inbox.threads(handler)
        self.lines = [
            {
                **showing_inbox.thread_line(each, now, words),
                "viewclass": "ThreadLine",
                "size": (None, dp(THREAD_HEIGHT)),
                "selected": str(each.thread.id) == self.chosen,
                "choose": self.choose,
            }
            for each in found
        ]
        self.ids.list.lines = self.lines
        online = host.line.connection.reachable is not False
        self.empty_sentence = (
            "" if found else showing_inbox.empty(handler, words, listed=host.inbox.listed, online=online)
        )
        self.unsent_sentence = showing_inbox.unsent(host.inbox.own(), words)
        self.ids.staff.count = len(host.inbox.threads("staff"))

    def _draw_thread(self) -> None:
        host, words, view = self._context.host, self._context.words(), self.ids.thread
        conversation = host.inbox.conversation(UUID(self.chosen)) if self.chosen else None
        if conversation is None:
            view.show({}, [], self.decide, self.fetch_earlier)
            return
        now = host.clock.now()
        heading = showing_inbox.heading(conversation, now, words)
        view.show(heading, showing_inbox.bubbles(conversation, now, words), self.decide, self.fetch_earlier)


def _nothing(_: object) -> None:
    """What was told in passing needs no answer."""


load_kv(__file__)
