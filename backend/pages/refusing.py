"""Refusals of the use cases as sentences on a page. Pure; called by the page views and routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time

from backend.notifications import Voice
from backend.pages.records import Alternative, DayOptions
from backend.platform.http.problems import sentence
from backend.platform.refusals import Refusal
from backend.platform.texts import has, say

# Where a use case's field is typed on the page.
_FIELDS = {
    "partySize": "party",
    "date": "date",
    "time": "time",
    "area": "area",
    "guest.name": "name",
    "guest.email": "email",
    "guest.phone": "phone",
    "notes": "notes",
    "privacyAccepted": "privacy",
}
_BY_CODE = {
    "privacy_not_accepted": "privacy",
    "phone_verification_required": "phone",
}


def refusal_sentence(refusal: Refusal, voice: Voice) -> str:
    """Why not, in the reader's language."""
    if refusal.code == "version_conflict":
        return voice.say("page.problem.version")
    key = f"refusal.{refusal.code}"
    return sentence(
        key if has(key, voice.locale) else "refusal.invalid_request", voice.locale, refusal.params
    )


def field_problems(refusal: Refusal, voice: Voice) -> dict[str, str]:
    """The sentence beside each field of the page that the refusal is about; empty when it is about none."""
    found = {
        _FIELDS[each.field]: _field_sentence(each.code, each.params, voice)
        for each in refusal.fields
        if each.field in _FIELDS
    }
    if refusal.code in _BY_CODE:
        found[_BY_CODE[refusal.code]] = refusal_sentence(refusal, voice)
    return found


def reason_sentence(options: DayOptions, voice: Voice) -> str:
    """Why a day has no free time. A sentence with numbers that are not known becomes the general one."""
    key = f"refusal.{options.reason}"
    if options.reason is None or not has(key, voice.locale):
        return voice.say("page.times.none")
    if "{" in say(key, voice.locale) and not options.params:
        return voice.say("page.times.none")
    return sentence(key, voice.locale, options.params)


def alternatives_of(refusal: Refusal) -> list[Alternative]:
    """The refusal's `{date, time, area?}` as records; dates and times may be values or ISO texts."""
    return [_alternative(each) for each in refusal.alternatives]


def shown_first(problems: Mapping[str, str], order: Sequence[str]) -> list[tuple[str, str]]:
    """Field and sentence of what is wrong, in the order of the page."""
    return [(name, problems[name]) for name in order if problems.get(name)]


def _field_sentence(code: str, params: Mapping[str, object], voice: Voice) -> str:
    key = f"field.{code}"
    return sentence(key if has(key, voice.locale) else "field.invalid", voice.locale, params)


def _alternative(each: Mapping[str, object]) -> Alternative:
    day, at, area = each["date"], each["time"], each.get("area")
    return Alternative(
        day=day if isinstance(day, date) else date.fromisoformat(str(day)),
        time=at if isinstance(at, time) else time.fromisoformat(str(at)),
        area=str(area) if area else None,
    )
