"""Whether a matched time really is one, by what stands around it. Called by `times`, one check per strength of the rule files.

'at 8' is an hour, 'for 8' people; '20.30' may be money; '8-10' may count people; 'ten to eight' is 7:50, 'from 5 to 7' is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from backend.conversations.understanding.items import (
    counts_other,
    counts_people,
    follows,
    phrases,
    precedes,
    starts_with,
)
from backend.conversations.understanding.patterns import Match
from backend.conversations.understanding.rulebook import words
from backend.conversations.understanding.sentence import Sentence

# Words before a bare hour that ask for one ("at 8", "tipo 9"). Those that also introduce people ("para", "for") are not here.
LEADS: Final = words("hour_leads")
# Words that make a three- or four-figure group an hour ("a las 2130", "at 830").
_FIGURE_LEADS: Final = LEADS | {"las", "la", "for", "hora", "time"}
_SOME_OF: Final = frozenset({"ninguna", "cualquiera", "alguna", "una", "ambas", "otra"})
_ARTICLE_LEADS: Final = frozenset(
    ["a", "para", "sobre", "hacia", "de", "desde", "hasta", "son", "mejor", "o", "y", "tipo", "por"]
)
_DURATION_LEADS: Final = frozenset(
    ["en", "in", "for", "durante", "por", "de", "within", "unas", "about", "hace"]
)
# Words that make "to 9" an hour ("push it back to 9").
_MOVED: Final = frozenset(
    [
        "move",
        "push",
        "bring",
        "reschedule",
        "back",
        "forward",
        "earlier",
        "later",
        "time",
        "postpone",
        "delay",
    ]
)
_DAY_WORDS: Final = frozenset({"hoy", "manana", "today", "tomorrow", "tonight", "noche", ","})
# Hours that go with a part of the day named just before them ("tomorrow evening 7", "viernes noche 10").
_HOURS_OF: Final = {
    "night": range(6, 13),
    "afternoon": range(1, 9),
    "morning": range(6, 13),
    "midday": range(12, 16),
    "early": range(1, 7),
}
# Parts of the day that go with an hour of the twelve only: "el jueves 23 por la tarde" names a day.
_OF_TWELVE: Final = frozenset({"afternoon", "night", "morning", "midday", "early", "tonight"})
_ROUND_MINUTES: Final = frozenset({5, 10, 20, 25})
_PAIR_MINUTES: Final = frozenset({0, 10, 15, 20, 30, 40, 45, 50})
_COMPARED: Final = frozenset({"earlier", "later", "sooner", "before", "after", "temprano", "tarde"})
# Words after a bare hour that speak of a time ("would 9 be possible", "9 works").
_TIME_TALK: Final = phrases(
    "be possible", "be better", "be fine", "be ok", "be okay", "be good", "be available", "would be", "would work",
    "would suit", "works", "would do", "is better", "is fine", "is good", "is perfect", "is too late",
    "is too early", "suits", "is ok", "is okay", "or later", "or earlier", "sounds good", "if possible",
)  # fmt: skip
# Words before a number that then counts people.
_COUNTING: Final = frozenset({"para", "somos", "seremos", "de", "for", "vamos", "iremos", "mesa", "table"})
_GROUPS: Final = frozenset(
    {"mesa", "grupo", "reserva", "familia", "equipo", "mesas", "reservacion", "fiesta"}
)
_COUNTABLE: Final = frozenset(
    {"article", "led", "suffixed", "pair", "two_suffixed", "range", "two", "or_clock"}
)


@dataclass(frozen=True, slots=True)
class Suffix:
    """What was said after an hour: the part of the day, whether it is clearly an hour, and where it ends."""

    part: str | None
    sure: bool
    end: int


def plausible(sentence: Sentence, match: Match, suffix: Suffix) -> bool:
    """Whether the words around the match let it be a time."""
    strength, end = match.payload[1], suffix.end
    counted = counts_people(sentence, end) or counts_other(sentence, end) or follows(sentence, end, {"%"})
    if counted and strength in _COUNTABLE and not (suffix.sure and strength not in {"range", "two"}):
        return False
    check = _CHECKS.get(strength)
    return check(sentence, match, suffix) if check is not None else True


def _suffixed(sentence: Sentence, match: Match, suffix: Suffix) -> bool:
    """'8 pm', '20h', 'nueve en punto'; not 'en 2 h', 'for 2 hrs', which are lengths of time."""
    mark = match.end < len(sentence) and sentence.norms[match.end] in {"h", "hs", "hrs", "hr"}
    apart = mark and not sentence.tokens[match.end].glued
    short = match.captures.get("h", 24) < 12
    if match.captures.get("h", 0) > 12 and suffix.part in _OF_TWELVE and not mark:
        return False
    if (
        suffix.part in _OF_TWELVE
        and precedes(sentence, match.start, {"para"})
        and _loosely_tied(sentence, match)
    ):
        return False
    is_length = mark and short and (apart or precedes(sentence, match.start, _DURATION_LEADS))
    return suffix.sure and not is_length


def _loosely_tied(sentence: Sentence, match: Match) -> bool:
    """'para dos al mediodía', 'para 4 por la noche' count people; 'para ocho de la noche' names the hour."""
    return match.end < len(sentence) and sentence.norms[match.end] in {"al", "a", "por", "en", "esta"}


def _article(sentence: Sentence, match: Match, suffix: Suffix) -> bool:
    """'las 8' is an hour; 'la 1' and 'la una' too; 'las dos amigas', 'la 4', 'ninguna de las dos' are not."""
    hour, start = int(match.captures["h"]), match.start
    if sentence.norms[start] == "la":
        return hour in {1, 13} or suffix.sure
    if "m" in match.captures:
        return suffix.sure or match.captures["m"] % 5 == 0
    if start > 1 and precedes(sentence, start, {"de"}) and sentence.norms[start - 2] in _SOME_OF:
        return False
    return hour > 2 or suffix.sure or start == 0 or precedes(sentence, start, _ARTICLE_LEADS)


def _led(sentence: Sentence, match: Match, suffix: Suffix) -> bool:
    start, norms, hour = match.start, sentence.norms, int(match.captures["h"])
    if match.payload[0] == "half":
        return hour <= 12
    if hour > 12 and not suffix.sure and precedes(sentence, start, {"roughly", "approximately", "approx"}):
        return False
    if precedes(sentence, start, {"about", "like", "maybe", "for", "como"}):
        return start > 1 and norms[start - 2] in LEADS
    if precedes(sentence, start, {"de"}):
        return norms[max(0, start - 3) : start] == ["a", "eso", "de"]
    if precedes(sentence, start, {"than"}):
        return start > 1 and norms[start - 2] in _COMPARED
    if precedes(sentence, start, {"to"}):
        return hour >= 5 and not _MOVED.isdisjoint(norms[max(0, start - 6) : start - 1])
    if (
        5 <= hour <= 11
        and starts_with(norms, suffix.end, _TIME_TALK)
        and not precedes(sentence, start, _COUNTING)
    ):
        return True
    if (
        6 <= hour <= 11
        and precedes(sentence, start, {"do", "have"})
        and follows(sentence, suffix.end, {"instead"})
    ):
        return True
    alone = suffix.end == len(sentence) or sentence.tokens[suffix.end].kind != "word"
    if 6 <= hour <= 11 and alone and precedes(sentence, start, {"prefer"}):
        return True
    return precedes(sentence, start, LEADS) or _after_part(sentence, match)


def _after_part(sentence: Sentence, match: Match) -> bool:
    """'tomorrow evening 7', 'tonight 8': the part of the day asks for the hour that follows it."""
    if match.start == 0:
        return False
    classes = sentence.classes[match.start - 1]
    part = "night" if sentence.norms[match.start - 1] == "tonight" else classes.get("daypart", ("",))[0]
    return match.captures["h"] in _HOURS_OF.get(part, ())


def _pair(sentence: Sentence, match: Match, suffix: Suffix) -> bool:
    """'seven thirty', 'ocho treinta', '4 25 pm': an hour and its minutes side by side."""
    hour, minute = match.captures["h"], match.captures["m"]
    first, last = sentence.tokens[match.start], sentence.tokens[match.end - 1]
    if hour > 24 or (minute < 10 and last.kind != "figure"):
        return False
    if suffix.sure or precedes(sentence, match.start, LEADS | {"las", "la"}):
        return True
    return first.kind == "word" and last.kind == "word" and minute in _PAIR_MINUTES and minute >= 15


def _and(sentence: Sentence, match: Match, suffix: Suffix) -> bool:
    """'nueve y veinte': in words and to the five minutes it is an hour; 'cuatro y dos' may be people."""
    if suffix.sure:
        return True
    in_words = all(token.kind == "word" for token in sentence.tokens[match.start : match.end])
    counted = counts_people(sentence, match.end) or precedes(sentence, match.start, _COUNTING)
    if match.captures["h"] > 12 and match.captures["m"] % 5 == 0 and sentence.lexicon.language == "es":
        of_days = follows(sentence, match.end, {"de"}) or precedes(
            sentence, match.start, {"el", "dia", "los"}
        )
        return not counted and not of_days  # 'mañana, 21 y 15'
    return in_words and match.captures["h"] <= 12 and match.captures["m"] % 5 == 0 and not counted


def _spelled(sentence: Sentence, match: Match, suffix: Suffix) -> bool:
    """'seven o five'; in Spanish the 'o' is 'or'."""
    return sentence.lexicon.language == "en" and match.captures["m"] < 10 and suffix.sure


def _before(sentence: Sentence, match: Match, suffix: Suffix) -> bool:
    """'diez para las nueve' is 8:50 in Latin America; 'mesa para diez para las nueve' is not."""
    start = match.start
    if match.captures["m"] not in _ROUND_MINUTES or match.captures["h"] > 12:
        return False
    if precedes(sentence, start, {"a", "al", "las"}):
        return True
    clear = start == 0 or sentence.tokens[start - 1].kind != "word" or _after_day(sentence, start)
    return clear and sentence.tokens[start].kind == "word"


def _round(sentence: Sentence, match: Match, suffix: Suffix) -> bool:
    """'ten to eight' is 7:50; 'from 5 to 7' and '10 to 12 people' are not."""
    minute, hour = match.captures["m"], match.captures["h"]
    in_words = sentence.tokens[match.start].kind == "word"
    if hour > 12 or counts_people(sentence, suffix.end) or minute not in _ROUND_MINUTES:
        return False
    if precedes(sentence, match.start, {"from", "between", "open", "for"}):
        return False
    return in_words or (sentence.norms[match.start + 1] != "of" and minute >= 10 and minute > hour)


def _clock(sentence: Sentence, match: Match, suffix: Suffix) -> bool:
    """'20:00', '20h30' always; '20.30' unless it is money, a date or a decimal."""
    _, minute, separator = match.captures["c"]
    if separator in ":h":
        return True
    if counts_other(sentence, suffix.end) or precedes(sentence, match.start, {"€", "$", "£"}):
        return False
    round_minute = bool(minute % 5 == 0)
    if separator != ".":
        return round_minute
    dated = precedes(sentence, match.start, {"el", "dia"})
    return suffix.sure or (not dated and (round_minute or precedes(sentence, match.start, _FIGURE_LEADS)))


def _figures(sentence: Sentence, match: Match, suffix: Suffix) -> bool:
    """'2130', 'at 830': only where an hour is expected; a bare 2027 may be a year."""
    hour, minute = match.captures["c"]
    if suffix.sure:
        return True
    if counts_people(sentence, match.end) or counts_other(sentence, match.end):
        return False
    if precedes(sentence, match.start, _FIGURE_LEADS):
        return True
    if len(sentence.tokens[match.start].text) != 4 or minute % 5:
        return False
    may_be_year = hour == 20 and minute in {25, 30}
    alone = len(sentence) == 1 and hour >= 8 and not may_be_year
    return alone or _after_day(sentence, match.start)


def _after_day(sentence: Sentence, at: int) -> bool:
    """Whether a word of the calendar stands just before."""
    return at > 0 and ("weekday" in sentence.classes[at - 1] or sentence.norms[at - 1] in _DAY_WORDS)


def _range(sentence: Sentence, match: Match, suffix: Suffix) -> bool:
    """'8-8:30', 'at 8-9', '8-9pm'; a bare '8-10' may be anything."""
    if suffix.sure or any(mark in sentence.tokens[match.start].text for mark in ":.'"):
        return True
    return precedes(sentence, match.start, LEADS | {"de", "las", "entre", "between"})


def _two(sentence: Sentence, match: Match, suffix: Suffix) -> bool:
    """'entre las 8 y las 9', 'between 7 and 8'."""
    said = sentence.norms[match.start : match.end]
    if precedes(sentence, match.start, {"number", "numero", "numeros", "numbers", "digit", "integer"}):
        return False
    if suffix.sure or "las" in said or "la" in said or said[0] in {"between", "from", "entre"}:
        return True
    hours = match.captures["h"] >= 6 and match.captures.get("h2", 0) > match.captures["h"]
    return said[0] == "de" and hours and not precedes(sentence, match.start, _GROUPS)


def _two_suffixed(sentence: Sentence, match: Match, suffix: Suffix) -> bool:
    """'7 or 8 pm', 'at 7 or 8'; 'ten to eight' is another rule's."""
    in_words = sentence.tokens[match.start].kind == "word"
    if sentence.norms[match.start + 1] == "to" and in_words and match.captures["h"] in _ROUND_MINUTES:
        return False
    return suffix.sure or precedes(sentence, match.start, LEADS)


_CHECKS: Final[dict[str, Callable[[Sentence, Match, Suffix], bool]]] = {
    "suffixed": _suffixed,
    "and": _and,
    "spelled": _spelled,
    "before": _before,
    "article": _article,
    "led": _led,
    "pair": _pair,
    "round": _round,
    "clock": _clock,
    "figures": _figures,
    "range": _range,
    "two": _two,
    "two_suffixed": _two_suffixed,
}
