"""Turns conversations into what the inbox shows: plain words, icon names and colour roles, so that drawing has no logic.

Called by the inbox screen; no Kivy in here, so every word and colour is tested without a window.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from host_app.core.conversations import Message, OwnAnswer, Thread, Waiting
from host_app.core.inbox import Conversation
from host_app.wording import Words

CHANNEL_ICON = {
    "web": "language",
    "whatsapp": "call",
    "sms": "chat",
    "instagram": "photo_camera",
    "email": "mail",
}
_AUTHOR_ICON = {"guest": "person", "assistant": "chat", "staff": "storefront"}
# What became of a message that goes out: role, icon; the word is in the texts.
_STATE = {
    "waiting": ("info", "schedule"),
    "sending": ("info", "schedule"),
    "failed": ("attention", "sync"),
    "sent": ("quiet", "check"),
    "delivered": ("quiet", "done_all"),
    "read": ("good", "done_all"),
    "dead": ("refusal", "error"),
}
_OWN_STATE = {
    "sending": ("info", "sync"),
    "unsent": ("attention", "cloud_off"),
    "held": ("attention", "help"),
    "refused": ("refusal", "error"),
}
_TO_DECIDE = ("held", "refused")


def thread_line(waiting: Waiting, now: datetime, words: Words) -> dict[str, Any]:
    """One thread as a line of the list."""
    thread = waiting.thread
    chip = standing(waiting, now, words)
    return {
        "key": str(thread.id),
        "name": name(thread, words),
        "channel": channel(thread, words),
        "channel_icon": CHANNEL_ICON.get(thread.channel, "chat"),
        "details": " · ".join(part for part in (channel(thread, words), thread.reason_text) if part),
        "last": _last(waiting, words),
        "time": when(thread.last_at, now, words) if thread.last_at else "",
        "unread": thread.unread if thread.handler == "staff" else 0,
        **chip,
    }


def standing(waiting: Waiting, now: datetime, words: Words) -> dict[str, str]:
    """Whether somebody waits, and how long: role, icon and word."""
    if waiting.thread.handler == "bot":
        return {"role": "info", "icon": "chat", "word": words.say("inbox.state.assistant")}
    if waiting.since is None:
        return {"role": "good", "icon": "check", "word": words.say("inbox.state.answered")}
    waits = now - waiting.since
    just_now = waits < timedelta(minutes=1)
    word = (
        words.say("inbox.state.now") if just_now else words.say("inbox.state.waiting", span=words.span(waits))
    )
    return {"role": "attention", "icon": "hourglass_top", "word": word}


def name(thread: Thread, words: Words) -> str:
    """What the guest is called."""
    return thread.name or words.say("inbox.no_name")


def channel(thread: Thread, words: Words) -> str:
    """How the guest writes."""
    key = f"inbox.channel.{thread.channel}"
    return words.say(key) if words.has(key) else thread.channel


def when(instant: datetime, now: datetime, words: Words) -> str:
    """The time of something of today, the day of what is older."""
    if words.day_of(instant) == words.day_of(now):
        return words.time(instant)
    return words.short_day(words.day_of(instant))


def heading(conversation: Conversation, now: datetime, words: Words) -> dict[str, Any]:
    """What stands over an open thread, and what can be done with it."""
    thread = conversation.thread
    staff = thread.handler == "staff"
    return {
        "key": str(thread.id),
        "name": name(thread, words),
        "details": " · ".join(part for part in (channel(thread, words), thread.reason_text) if part),
        "channel_icon": CHANNEL_ICON.get(thread.channel, "chat"),
        "typing": words.say("inbox.typing") if conversation.guest_is_typing else "",
        "can_release": staff,
        "can_take": not staff,
        "hint": words.say("inbox.write" if staff else "inbox.write.takes"),
        "has_earlier": conversation.has_earlier,
        "fetched": conversation.fetched,
        **standing(conversation.standing, now, words),
    }


def bubbles(conversation: Conversation, now: datetime, words: Words) -> list[dict[str, Any]]:
    """The thread as bubbles, oldest first, with a line for each day; own answers that are under way come last."""
    lines: list[dict[str, Any]] = []
    day = None
    for message in conversation.messages:
        said_on = words.day_of(message.at)
        if said_on != day:
            day = said_on
            today = day == words.day_of(now)
            text = words.say("inbox.today") if today else words.day(day)
            lines.append({"kind": "day", "key": f"day.{day.isoformat()}", "text": text})
        lines.append(message_bubble(message, words))
    return lines + [own_bubble(each, words) for each in conversation.own]


def message_bubble(message: Message, words: Words) -> dict[str, Any]:
    """One message that was said."""
    role, icon = _STATE.get(message.state, ("quiet", "")) if message.author != "guest" else ("quiet", "")
    return {
        "kind": "bubble",
        "key": message.id,
        "side": message.author,
        "author": message.staff_name or words.say(f"inbox.author.{message.author}"),
        "author_icon": _AUTHOR_ICON[message.author],
        "time": words.time(message.at),
        "text": message.text,
        "more": _more(message, words),
        "state_role": role,
        "state_icon": icon,
        "state_word": words.say(f"inbox.sent.{message.state}") if icon else "",
        "first_act": "",
        "second_act": "",
    }


def own_bubble(answer: OwnAnswer, words: Words) -> dict[str, Any]:
    """One answer that the server does not have yet, and what a person can decide about it."""
    role, icon = _OWN_STATE[answer.state]
    decide = answer.state in _TO_DECIDE
    first = ("send" if answer.state == "held" else "edit") if decide else ""
    return {
        "kind": "bubble",
        "key": answer.message_id,
        "side": "own",
        "author": words.say("inbox.author.own"),
        "author_icon": _AUTHOR_ICON["staff"],
        "time": words.time(answer.at),
        "text": answer.text,
        "more": "",
        "state_role": role,
        "state_icon": icon,
        "state_word": words.say(f"inbox.own.{answer.state}"),
        "first_act": words.say(f"inbox.act.{first}") if first else "",
        "second_act": words.say("inbox.act.discard") if decide else "",
    }


def unsent(own: list[OwnAnswer], words: Words) -> str:
    """The sentence over the list while answers of this device are not with the server, else ''."""
    late = [each for each in own if each.state != "sending"]
    return words.say("inbox.unsent", count=len(late)) if late else ""


def empty(handler: str, words: Words, *, listed: bool, online: bool) -> str:
    """The sentence of a list without threads."""
    if not listed:
        return words.say("inbox.loading" if online else "inbox.offline")
    return words.say(f"inbox.empty.{handler}")


def problem(code: str, words: Words) -> str:
    """Why something that was asked of the server did not happen; '' stands for a server that was not reached."""
    if not code:
        return words.say("inbox.problem.unreachable")
    key = f"inbox.problem.{code}"
    return words.say(key) if words.has(key) else words.say("inbox.problem.other", code=code)


def _more(message: Message, words: Words) -> str:
    lines = []
    if message.card:
        lines.append(words.say("inbox.card", text=message.card))
    if message.offered:
        lines.append(words.say("inbox.offered", options=" · ".join(message.offered)))
    return "\n".join(lines)


def _last(waiting: Waiting, words: Words) -> str:
    """The last words in one line; of the team's, who said them."""
    last = waiting.last
    if last is None:
        return " ".join((waiting.thread.last_text or "").split())
    said = " ".join(last.text.split())
    if last.author == "guest":
        return said
    return f"{last.staff_name or words.say('inbox.author.staff')}: {said}"
