"""The words a message may use about one booking:

What fills the placeholders of our sentences and of a restaurant's own.

Pure. Called by composing. Every value is a plain string; what a booking does not have is an empty one.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from backend.notifications.domain.facts import BookingFacts
from backend.notifications.voice import Voice
from backend.platform import wording

_LONGEST_NAME = 40
# A name that reads like an address would make our mail someone's advertisement: then we greet without it.
_LIKE_AN_ADDRESS = re.compile(r"[/@:]|\w\.\w{2,}|www\.", re.IGNORECASE)


def words(facts: BookingFacts, voice: Voice) -> dict[str, str]:
    """The placeholders by name.

    `count` 4 · `people` 4 personas · `date` viernes 18 de diciembre · `time` 20:00 · `at` a las 20:00 ·
    `moment` viernes 18 de diciembre a las 20:00 · `on` el viernes … · `day` hoy, mañana, el viernes … ·
    `name`, `restaurant`, `area`, `code`, `phone`, `address`, `manage` · `until` the end of free cancellation
    · `penalty` what comes after it · `requirements` what is still to settle.
    """
    there = wording.local(facts.starts_at, facts.restaurant.timezone)
    moment = moment_of(facts, voice)
    return {
        "name": greeting_name(facts.guest_first_name),
        "restaurant": facts.restaurant.name,
        "count": str(facts.party_size),
        "people": voice.people(facts.party_size),
        "date": voice.day(there.date(), today_of(facts)),
        "time": voice.clock(there),
        "at": voice.at(there),
        "moment": moment,
        "on": voice.say("message.on", moment=moment),
        "day": _day(facts, there, voice),
        "area": facts.area_name or "",
        "code": facts.code,
        "phone": facts.restaurant.phone or "",
        "address": facts.restaurant.address,
        "manage": facts.links.manage,
        "until": _until(facts, voice),
        "penalty": _penalty(facts, voice),
        "requirements": _requirements(facts, voice),
    }


def today_of(facts: BookingFacts) -> date:
    """The restaurant's calendar day on which the text is written."""
    return wording.local(facts.written_at, facts.restaurant.timezone).date()


def moment_of(facts: BookingFacts, voice: Voice) -> str:
    """Weekday, date and time of the table; after midnight also whose night it is."""
    zone = facts.restaurant.timezone
    moment = voice.moment(facts.starts_at, zone, today_of(facts))
    night = voice.night(facts.starts_at, zone, facts.service_date)
    return voice.say("message.night.aside", moment=moment, night=night) if night else moment


def greeting_name(name: str | None) -> str:
    """The name to greet with, on one line; empty when there is none or it does not look like a name."""
    name = " ".join((name or "").split())
    return "" if len(name) > _LONGEST_NAME or _LIKE_AN_ADDRESS.search(name) else name


def _day(facts: BookingFacts, there: datetime, voice: Voice) -> str:
    after_midnight = there.date() != facts.service_date
    near = {0: "tonight", 1: "tomorrow_night"} if after_midnight else {0: "today", 1: "tomorrow"}
    ahead = (facts.service_date - today_of(facts)).days
    if ahead in near:
        return voice.say(f"message.{near[ahead]}")
    return voice.say("message.day", date=voice.day(there.date(), today_of(facts)))


def _until(facts: BookingFacts, voice: Voice) -> str:
    if facts.policy.free_until is None:
        return ""
    return voice.moment(facts.policy.free_until, facts.restaurant.timezone, today_of(facts))


def _penalty(facts: BookingFacts, voice: Voice) -> str:
    amount = facts.penalty_charged if facts.penalty_charged is not None else facts.policy.penalty
    return voice.money(amount, facts.restaurant.currency) if amount else ""


def _requirements(facts: BookingFacts, voice: Voice) -> str:
    names = []
    for requirement in facts.requirements:
        if requirement != "deposit":
            names.append(voice.say(f"message.requirement.{requirement}"))
        elif facts.deposit:
            amount = voice.money(facts.deposit, facts.restaurant.currency)
            names.append(voice.say("message.requirement.deposit", amount=amount))
        else:
            names.append(voice.say("message.requirement.deposit.plain"))
    return wording.listed(names, voice.locale)
