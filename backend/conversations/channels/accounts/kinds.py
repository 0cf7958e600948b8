"""What an account of each provider consists of, how its parts are checked, and how the provider is asked whether it works.
Filled by the channels, called by the account service.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from backend.platform.refusals import field_refusal
from backend.platform.shapes import Shape

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_DIGITS = re.compile(r"[0-9]{5,32}")

Word = Literal["name", "restaurant", "when", "people", "code", "manage", "text", "qr"]
TemplateKind = Literal[
    "confirmation",
    "pending",
    "change",
    "cancellation",
    "reminder_24h",
    "reminder_3h",
    "no_show",
    "waitlist_offer",
    "message",
]
Language = Literal["es", "en"]
BOOKING_WORDS: tuple[Word, ...] = ("name", "restaurant", "when", "people", "code", "manage")


class Template(Shape):
    """An approved template: its name (Meta) or content SID (Twilio), and which words fill its places, in order."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=r"^[A-Za-z0-9_]+$")]
    language: (
        Annotated[str, StringConstraints(max_length=15, pattern=r"^[a-z]{2,3}(_[A-Za-z]{2,4})?$")] | None
    ) = None
    variables: Annotated[list[Word], Field(max_length=12)] = Field(
        default_factory=lambda: list(BOOKING_WORDS)
    )
    qr_header: bool = False


Templates = dict[TemplateKind, dict[Language, Template]]
Notices = Literal["came_by", "always", "never"]


@dataclass(frozen=True, slots=True)
class AccountKind:
    """Accounts of one provider on one channel.

    `settings` and `secrets` are their shapes; `normal` gives the account's name (a number, an id) as it is kept or raises
    Refusal('invalid_request'). `check` asks the provider with an opened account: facts to show; it raises SendError. `webhooks`
    are the addresses to enter at the provider, by name, made from the server's own. `complete` raises Refusal for parts that do
    not go together. `must_prove`: what comes for the account would be believed without a secret of its own, so whoever connects it
    has to show that the provider gives it to them: `check` has to succeed, and `owns` to find the account in its facts.
    """

    provider: str
    settings: type[Shape]
    secrets: type[Shape]
    normal: Callable[[str], str]
    check: Callable[[dict[str, Any]], Mapping[str, Any]]
    webhooks: Mapping[str, str] = field(default_factory=dict)
    verifies: bool = False  # the provider asks for a token of ours when a webhook is entered
    complete: Callable[[dict[str, Any]], None] = lambda account: None
    must_prove: Callable[[dict[str, Any]], bool] = lambda account: False
    owns: Callable[[dict[str, Any], Mapping[str, Any]], bool] = lambda account, facts: True


def phone_account(account: str) -> str:
    """A telephone number in E.164."""
    number = re.sub(r"[ ().-]", "", account)
    if not _E164.fullmatch(number):
        raise field_refusal("account", "not_a_phone")
    return number


def numeric_account(account: str) -> str:
    """Meta's id of a number or an account: digits."""
    if not _DIGITS.fullmatch(account):
        raise field_refusal("account", "wrong_format")
    return account
