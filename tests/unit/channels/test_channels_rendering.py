"""A reply on each channel, held by golden files; and the limits of each provider, whatever the reply.

`SAVEIT_WRITE_GOLDEN=1` writes the files anew.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from channel_examples import EXAMPLES
from hypothesis import given
from hypothesis import strategies as some

from backend.conversations.channels.rendering import instagram, whatsapp
from backend.conversations.channels.rendering.instagram import instagram_parts
from backend.conversations.channels.rendering.sms import LONGEST, sms_parts
from backend.conversations.channels.rendering.whatsapp import cloud_parts, twilio_parts
from backend.conversations.channels.rendering.words import pieces, segments, short
from backend.conversations.dialogue.render import ListItem, QuickReply, Reply

GOLDEN = Path(__file__).parent / "golden"
PICTURE = {"link": "https://book.example/g/abc/qr.png"}
CONTENTS = {"choices_2": {"es": "HXtwo", "en": "HXtwo"}, "list_2": "HXlist"}


def rendered(channel: str, reply: Reply) -> list[Any]:
    if channel == "whatsapp_cloud":
        return cloud_parts(reply, "es", PICTURE if reply.card else None)
    if channel == "whatsapp_twilio":
        return [asdict(each) for each in twilio_parts(reply, "es", CONTENTS)]
    if channel == "instagram":
        return instagram_parts(reply, "es")
    return [{"text": each, "segments": segments(each)} for each in sms_parts(reply, "es")]


@pytest.mark.parametrize("channel", ["whatsapp_cloud", "whatsapp_twilio", "instagram", "sms"])
@pytest.mark.parametrize("example", EXAMPLES)
def test_a_reply_looks_on_a_channel_as_its_golden_file_says(channel: str, example: str) -> None:
    shown = json.dumps(rendered(channel, EXAMPLES[example]), ensure_ascii=False, indent=1) + "\n"
    file = GOLDEN / f"{channel}_{example}.json"
    if os.environ.get("SAVEIT_WRITE_GOLDEN"):
        file.write_text(shown, encoding="utf-8")

    assert shown == file.read_text(encoding="utf-8")


words = some.text(min_size=1, max_size=60).filter(lambda text: bool(text.strip()))
replies = some.builds(
    Reply,
    some.text(min_size=1, max_size=3000).filter(lambda text: bool(text.strip())),
    some.lists(some.builds(QuickReply, words, words), max_size=16).map(tuple),
    some.sampled_from([None, EXAMPLES["card"].card]),
    some.lists(some.builds(ListItem, words, words, some.text(max_size=100)), max_size=14).map(tuple),
)


@given(replies)
def test_nothing_that_goes_to_the_cloud_api_is_past_its_limits(reply: Reply) -> None:
    for part in cloud_parts(reply, "es", PICTURE if reply.card else None):
        if part["type"] == "text":
            assert 0 < len(part["text"]["body"]) <= whatsapp.LONGEST_TEXT
        elif part["type"] == "image":
            assert len(part["image"].get("caption", "")) <= whatsapp.LONGEST_INTERACTIVE
        else:
            _assert_interactive(part["interactive"])


def _assert_interactive(told: dict[str, Any]) -> None:
    assert 0 < len(told["body"]["text"]) <= 1024
    if told["type"] == "button":
        buttons = [each["reply"] for each in told["action"]["buttons"]]
        assert 1 <= len(buttons) <= 3
        assert all(0 < len(each["title"]) <= 20 and 0 < len(each["id"]) <= 256 for each in buttons)
    else:
        buttons = told["action"]["sections"][0]["rows"]
        assert 1 <= len(buttons) <= 10
        assert all(0 < len(each["title"]) <= 24 and 0 < len(each["id"]) <= 200 for each in buttons)
        assert all(len(each.get("description", "")) <= 72 for each in buttons)
        assert len(told["action"]["button"]) <= 20
    assert len({each["title"] for each in buttons}) == len({each["id"] for each in buttons}) == len(buttons)


@given(replies)
def test_nothing_that_goes_to_twilio_is_past_its_limits(reply: Reply) -> None:
    for part in twilio_parts(reply, "es", CONTENTS):
        assert len(part.body) <= (1024 if part.media_url else 1600)
        assert part.body or part.media_url


@given(replies)
def test_nothing_that_goes_to_instagram_is_past_its_limits(reply: Reply) -> None:
    for part in instagram_parts(reply, "es"):
        assert len(part.get("text", "").encode()) <= 1000
        quick = part.get("quick_replies", [])
        assert len(quick) <= instagram.MOST_QUICK
        assert all(len(each["title"]) <= 20 for each in quick)


@given(replies)
def test_quick_replies_stand_on_the_last_message_on_instagram(reply: Reply) -> None:
    parts = instagram_parts(reply, "es")

    assert all("quick_replies" not in each for each in parts[:-1])


@given(replies)
def test_an_sms_is_never_longer_than_twilio_takes(reply: Reply) -> None:
    assert all(0 < len(each) <= LONGEST for each in sms_parts(reply, "es"))


@given(some.text(max_size=400), some.integers(5, 80))
def test_pieces_of_a_text_hold_all_its_letters_in_order(text: str, most: int) -> None:
    cut = pieces(text, most)

    assert all(len(each) <= most for each in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())


@given(some.text(max_size=100), some.integers(2, 40))
def test_a_shortened_text_fits(text: str, most: int) -> None:
    assert len(short(text, most)) <= most


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("a" * 69 + "á" + "a" * 64, 2),
        ("a" * 70 + "á" + "a" * 64, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("ñ¿¡é" * 40, 1),
    ],
)
def test_an_sms_is_counted_as_the_network_charges_it(text: str, count: int) -> None:
    assert segments(text) == count
