"""The inbox as this device knows it: threads, what was said in them, who is typing, and the own answers under way.

Filled by the postbox with what the server tells, and by the screen with what a person writes; the screen listens. What the server
tells is numbered by when it was asked for: of two answers that cross, the one to the later question counts, whichever comes first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from host_app.core.conversations import (
    Handler,
    Message,
    OwnAnswer,
    OwnState,
    Place,
    Thread,
    Waiting,
    in_order,
    listed,
    place,
    standing,
    with_messages,
)
from host_app.core.ports import Clock, Letters

TYPING_LASTS = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Conversation:
    """One thread as its screen shows it: what was said, oldest first, and below it the own answers that are under way."""

    thread: Thread
    standing: Waiting
    messages: tuple[Message, ...]
    own: tuple[OwnAnswer, ...]
    guest_is_typing: bool
    has_earlier: bool
    fetched: bool


@dataclass(slots=True)
class _Known:
    """What is known of one thread. `thread` is None when the server says that there is no such thread."""

    asked: int = 0
    thread: Thread | None = None
    said: dict[str, Message] = field(default_factory=dict)
    beginning: Place | None = None  # of the earliest message that was told
    earlier: str | None = None  # where what was said before that is asked for
    ended_at: datetime | None = None  # `last_at` of the thread when its end was last told
    fetched: bool = False


Later = Callable[[Callable[[], None]], object]


def _now(work: Callable[[], None]) -> None:
    work()


class Inbox:
    """Holds it for all threads of the program. Listeners run on the one that brought the news."""

    def __init__(self, letters: Letters, clock: Clock, later: Later = _now) -> None:
        """`later` runs what touches the disk: the screen, which writes here, must not wait for it."""
        self._letters = letters
        self._clock = clock
        self._later = later
        self._lock = threading.RLock()
        self._saving = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._known: dict[UUID, _Known] = {}
        self._lists: dict[Handler, tuple[int, frozenset[UUID]]] = {}
        self._typing: dict[UUID, datetime] = {}
        self._own = self._kept()
        self._asked = 0
        self.listed = False

    # what the screen shows -------------------------------------------------------------------------------------

    def threads(self, handler: Handler) -> list[Waiting]:
        """The list of the staff's threads or of the assistant's, in the order to look at them."""
        with self._lock:
            return listed(
                standing(each, self._known[each.id].said)
                for each in self._visible()
                if each.handler == handler
            )

    def unread(self) -> int:
        """In how many of the staff's threads a guest said something that nobody has looked at."""
        with self._lock:
            return sum(1 for each in self._visible() if each.handler == "staff" and each.unread)

    def conversation(self, thread_id: UUID) -> Conversation | None:
        """One thread in full; None when there is no such thread (any more)."""
        with self._lock:
            known = self._known.get(thread_id)
            if known is None or known.thread is None:
                return None
            typing = self._typing.get(thread_id)
            return Conversation(
                thread=known.thread,
                standing=standing(known.thread, known.said),
                messages=tuple(in_order(known.said)),
                own=tuple(each for each in self._own if each.thread_id == thread_id),
                guest_is_typing=typing is not None and self._clock.now() - typing < TYPING_LASTS,
                has_earlier=known.earlier is not None,
                fetched=known.fetched,
            )

    def own(self) -> list[OwnAnswer]:
        """The answers that the server does not have yet, in the order they were written."""
        with self._lock:
            return list(self._own)

    def listen(self, listener: Callable[[], None]) -> None:
        """Calls `listener` after every change."""
        self._listeners.append(listener)

    # what a person does ----------------------------------------------------------------------------------------

    def write(self, thread_id: UUID, text: str) -> OwnAnswer:
        """An answer to a guest; kept on the device until the server has it."""
        answer = OwnAnswer(str(uuid4()), thread_id, text, self._clock.now())
        with self._lock:
            self._keep([*self._own, answer])
        self._tell()
        return answer

    def settle(self, message_id: str, state: OwnState, code: str = "") -> None:
        """An own answer has come this far."""
        with self._lock:
            self._keep(
                [
                    replace(each, state=state, code=code) if each.message_id == message_id else each
                    for each in self._own
                ]
            )
        self._tell()

    def send_again(self, message_id: str) -> None:
        """A person wants an answer that was held to go after all. It was written now, as far as its age is looked at."""
        now = self._clock.now()
        with self._lock:
            self._keep(
                [
                    replace(each, state="sending", at=now) if each.message_id == message_id else each
                    for each in self._own
                ]
            )
        self._tell()

    def discard(self, message_id: str) -> None:
        """A person does not want an own answer to go."""
        with self._lock:
            self._keep([each for each in self._own if each.message_id != message_id])
        self._tell()

    # what the server tells -------------------------------------------------------------------------------------

    def ask(self) -> int:
        """The number of a question to the server, to be handed in with what it answers."""
        with self._lock:
            self._asked += 1
            return self._asked

    def learn_list(self, handler: Handler, threads: Iterable[Thread], asked: int, *, whole: bool) -> None:
        """The server told a list. With `whole`, a thread that is not in it is not that handler's any more."""
        told = list(threads)
        with self._lock:
            for thread in told:
                self._put(thread.id, thread, asked)
            if whole and asked > self._lists.get(handler, (0, frozenset()))[0]:
                self._lists[handler] = (asked, frozenset(each.id for each in told))
            self.listed = True
        self._tell()

    def learn_thread(self, thread: Thread, asked: int) -> None:
        """The server told how a thread stands."""
        with self._lock:
            self._put(thread.id, thread, asked)
        self._tell()

    def learn_said(
        self,
        thread: Thread,
        messages: Sequence[Message],
        earlier: str | None,
        asked: int,
        *,
        is_end: bool = False,
    ) -> None:
        """The server told a part of a thread; `earlier` is where it goes on before that. With `is_end`, nothing comes after it."""
        with self._lock:
            self._put(thread.id, thread, asked)
            known = self._known[thread.id]
            known.said = with_messages(known.said, messages)
            begins = min((place(each) for each in messages), default=None)
            if begins is not None and (known.beginning is None or begins <= known.beginning):
                known.beginning, known.earlier = begins, earlier
            if is_end:
                known.fetched = True
                known.ended_at = thread.last_at if known.asked == asked else known.ended_at
        self._tell()

    def learn_sent(self, message_id: str, message: Message) -> None:
        """The server has an own answer: from now on it is shown as what was said."""
        with self._lock:
            for answer in self._own:
                if answer.message_id == message_id:
                    known = self._known.setdefault(answer.thread_id, _Known())
                    known.said = with_messages(known.said, [message])
            self._keep([each for each in self._own if each.message_id != message_id])
        self._tell()

    def learn_gone(self, thread_id: UUID, asked: int) -> None:
        """The server knows no such thread: it was erased or has become too old. What was to be said in it goes with it."""
        with self._lock:
            self._put(thread_id, None, asked)
            self._known[thread_id].said = {}
            self._keep([each for each in self._own if each.thread_id != thread_id])
        self._tell()

    def learn_typing(self, thread_id: UUID) -> None:
        """The guest of a thread is writing."""
        with self._lock:
            self._typing[thread_id] = self._clock.now()
        self._tell()

    # what is to be asked ---------------------------------------------------------------------------------------

    def earlier(self, thread_id: UUID) -> str | None:
        """Where to ask for what was said before; None when everything is known."""
        with self._lock:
            known = self._known.get(thread_id)
            return known.earlier if known else None

    def outdated(self) -> list[UUID]:
        """The staff's threads in which more was said than is known, those first that wait longest."""
        with self._lock:
            waiting = self.threads("staff")
            return [each.thread.id for each in waiting if self._is_outdated(self._known[each.thread.id])]

    def said(self, thread_id: UUID) -> dict[str, Message]:
        """What is known to have been said in a thread, by id."""
        with self._lock:
            known = self._known.get(thread_id)
            return dict(known.said) if known else {}

    def thread(self, thread_id: UUID) -> Thread | None:
        """How a thread stands; None when there is no such thread."""
        with self._lock:
            known = self._known.get(thread_id)
            return known.thread if known else None

    def start_over(self) -> None:
        """Another enrolment, or none: nothing is known, and nobody is left to answer."""
        with self._lock:
            self._known, self._lists, self._typing = {}, {}, {}
            self._keep([])
            self.listed = False
        self._tell()

    # parts -----------------------------------------------------------------------------------------------------

    def _visible(self) -> list[Thread]:
        found = []
        for known in self._known.values():
            if known.thread is not None:
                asked, ids = self._lists.get(known.thread.handler, (0, frozenset()))
                if known.asked >= asked or known.thread.id in ids:
                    found.append(known.thread)
        return found

    def _put(self, thread_id: UUID, thread: Thread | None, asked: int) -> None:
        known = self._known.setdefault(thread_id, _Known())
        if asked >= known.asked:
            known.asked, known.thread = asked, thread

    @staticmethod
    def _is_outdated(known: _Known) -> bool:
        return known.thread is not None and (not known.fetched or known.ended_at != known.thread.last_at)

    def _keep(self, answers: list[OwnAnswer]) -> None:
        self._own = answers
        self._later(self._save)

    def _save(self) -> None:
        with self._saving:  # two saves must not reach the disk in the opposite order
            self._letters.keep_unsent_answers(self.own())

    def _kept(self) -> list[OwnAnswer]:
        """From the disk. One that was under way when the app ended may have arrived, or not."""
        return [
            replace(each, state="unsent") if each.state == "sending" else each
            for each in self._letters.unsent_answers()
        ]

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()
