"""Plays the golden transcripts: guest lines and directives in, the whole conversation out. Used by `test_conversations_golden`.

A file holds `# remarks`, `! directives`, `> what the guest says`, and under each what the assistant answers. Directives:
`! fill DATE TIME [leave N]` takes the tables of a slot, `! empty DATE TIME`
gives them back, `! told` (who waits is told that a table came free), `! forward MINUTES`, `! late` (cancelling counts as late),
`! refuse CODE` (the next question to the house is refused), `! usted`, `! locale TAG`, `! guest NAME` (another session),
`! again` (the last message is delivered once more), `! staff answers` (the thread is given back), `! phone NUMBER` (WhatsApp
proves the sender), `! mail ADDRESS` (so does a mail), `! claims ADDRESS` (a mail proves nothing), `! shown NAME` (the channel shows
a name), `! web` (nobody is known). Below a booking stands how many messages it took.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

from fake_house import FACTS, RESTAURANT, Talk

from backend.conversations.ports import Conversation, Sender
from backend.platform.refusals import Refusal

FOLDER = Path(__file__).parent / "golden"


class Player:
    """One conversation being played."""

    def __init__(self) -> None:
        self.talk = Talk()
        self.session = "s1"
        self.locale = "es-ES"
        self.sender = Sender()
        self.last = ("", "")
        self.said: dict[str, int] = {}

    def lines(self, script: str) -> Iterator[str]:
        """The transcript of a script: its own lines, with the answers put in their places."""
        for line in script.splitlines():
            if line.startswith(("#", "!")) or not line.strip():
                yield line
                if line.startswith("!"):
                    yield from self.direct(line[1:].split())
            elif line.startswith(">"):
                yield line
                yield from self.hear(line[1:].strip())

    def hear(self, text: str, message: str | None = None) -> Iterator[str]:
        """What the assistant answers."""
        identity = message or f"m{self.talk.count + 1}"
        self.last = (text, identity)
        self.said[self.session] = self.said.get(self.session, 0) + 1
        replies = self.talk.hear(
            text, locale=self.locale, session=self.session, message=identity, sender=self.sender
        )
        if not replies:
            yield "    (silence)"
        for reply in replies:
            yield from (f"    {part}" for part in reply["text"].split("\n"))
            yield from _shown(reply)
            if reply.get("card", {}).get("event") == "booked":
                yield f"    (booked with {self.said.pop(self.session)} messages of the guest)"

    def direct(self, words: list[str]) -> Iterator[str]:
        """Does what a directive says."""
        match words:
            case ["fill", day, at, *rest]:
                leave = int(rest[1]) if rest else 0
                self.talk.house.fill(date.fromisoformat(day), time.fromisoformat(at), leave)
            case ["empty", day, at]:
                self.talk.house.empty(date.fromisoformat(day), time.fromisoformat(at))
            case ["told"]:
                self.talk.house.tell()
            case ["forward", minutes]:
                self.talk.clock.forward(minutes=int(minutes))
            case ["late"]:
                self.talk.house.late = True
            case ["refuse", code, *params]:
                numbers = {key: int(value) for key, value in (each.split("=") for each in params)}
                self.talk.house.next_refusals.append(Refusal(code, params=numbers))
            case ["usted"]:
                self.talk.house.facts_now = replace(FACTS, formality="usted")
            case ["locale", tag]:
                self.locale = tag
            case ["guest", name]:
                self.session = name
            case ["again"]:
                yield from self.hear(*self.last)
            case ["staff", "answers"]:
                self.talk.inbox.close(Conversation(RESTAURANT, self.talk.channel, self.session))
            case ["phone", number]:
                self.sender = Sender(phone=number)
                self.talk.channel = "whatsapp"
            case ["mail", address]:
                self.sender = Sender(email=address)
                self.talk.channel = "email"
            case ["shown", *name]:
                self.sender = replace(self.sender, name=" ".join(name))
            case ["web"]:
                self.sender, self.talk.channel = Sender(), "web"
            case ["claims", address]:
                self.sender = Sender(email=address, proven=False)
                self.talk.channel = "email"
            case _:
                raise ValueError(f"unknown directive: {words}")


def _shown(reply: dict[str, Any]) -> Iterator[str]:
    if "quickReplies" in reply:
        tapped = [
            each["title"] if each["title"] == each["value"] else f"{each['title']} → {each['value']}"
            for each in reply["quickReplies"]
        ]
        yield "    [" + "] [".join(tapped) + "]"
    for row in reply.get("list", ()):
        shown = " — ".join(each for each in (row["title"], row.get("description")) if each)
        yield f"    · {shown} → {row['value']}"
    if "card" in reply:
        card = reply["card"]
        yield f"    ({card['kind']} card) {card['title']} | {card['code']} | {' | '.join(card['lines'])}"
        yield f"    ({card['kind']} card) {card['imageUrl']} | {card['manageUrl']} | {card['calendarUrl']}"


def played(script: str) -> str:
    """The whole transcript of a script."""
    return "\n".join(Player().lines(script)) + "\n"
