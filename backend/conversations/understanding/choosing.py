"""Which of the found values the guest means: overlaps, corrections, ranges, and numbers that only the question explains.

Called by `compose` after the slot grammars. Items that share a token compete by weight; of two values for one slot the guest's
words decide ("no, a las nueve", "instead of 4", "de las 8 a las 9").
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Final

from backend.conversations.understanding import calendar
from backend.conversations.understanding.hours import readings_of
from backend.conversations.understanding.items import Item, Slot, ends_with, phrases, starts_with
from backend.conversations.understanding.rulebook import words
from backend.conversations.understanding.sentence import Sentence

_LEADING: Final = words("before_value")


_REJECTING: Final = phrases(
    "en vez de", "en lugar de", "instead of", "rather than", "y no", "not", "and not", "ya no", "no longer", "no somos",
    "no seremos", "we're not", "are not", "mas que", "que no sea",
)  # fmt: skip
_EXCEPTING: Final = phrases(
    "any day but", "any time but", "anything but", "any day except", "any day bar", "every day but", "except", "except for",
    "cualquier dia menos", "cualquiera menos", "todos los dias menos", "cuando sea menos", "cualquier dia salvo", "salvo",
    "excepto", "cualquier dia excepto",
)  # fmt: skip
_WORKING: Final = frozenset(
    {"trabajo", "trabajamos", "curro", "work", "working", "works", "clase", "class", "shift"}
)
_REJECTED_AFTER: Final = phrases(
    "no ,", "no puedo", "no podemos", "no me", "no nos", "doesn't", "won't", "is no good", "no sino", "no va", "isn't",
    "no mejor", "ya no", "no longer", "no .", "no que",
)  # fmt: skip
_CORRECTING: Final = words("correcting")
# Before a 'no' that takes the value before it back: 'para siete, bueno no, para ocho'.
_HESITATING: Final = frozenset(
    [
        "well",
        "bueno",
        "perdon",
        "sorry",
        "wait",
        "espera",
        "uy",
        "ay",
        "ah",
        "oh",
        "digo",
        "oops",
        "actually",
        "mejor",
        "pues",
    ]
)
# 'para ocho pero uno es bebé': some of those already counted.
_SOME_OF_THEM: Final = phrases(
    "es",
    "son",
    "is",
    "are",
    "viene",
    "va",
    "tiene",
    "trae",
    "comes",
    "needs",
    "has",
    "de ellos",
    "de ellas",
    "of them",
    "of us",
)
_LONGEST_TAKING_BACK: Final = 4
_TELEGRAM: Final = 6
_FEW_PEOPLE: Final = 20
_FEWEST_APART: Final = 2
_MOST_APART: Final = 6
_EITHER: Final = frozenset(["o", "or", "u"])
_OF: Final = frozenset({"de", "del", "from", "for", "on", "at", "of", "tengo", "tenemos"})
_LINKS: Final = _OF | {"el", "la", "las", "los", "que", "this"}
_ABOUT: Final = frozenset({"about", "around", "sobre", "como"})
_BOOKING: Final = frozenset(
    ["reserva", "reservacion", "mesa", "booking", "reservation", "table", "cena", "dinner"]
)


def without_overlaps(items: Iterable[Item], blocked: Collection[int]) -> list[Item]:
    """Items that share no token with each other or with `blocked`, heavier first; in order of appearance."""
    kept: list[Item] = []
    taken: set[int] = set(blocked)
    for item in sorted(items, key=lambda each: (-each.weight, each.start, each.start - each.end)):
        cells = range(item.start, item.end)
        if item.weight > 0 and taken.isdisjoint(cells):
            taken.update(cells)
            kept.append(item)
    return sorted(kept, key=lambda each: each.start)


def settle(
    sentence: Sentence, items: Sequence[Item], slot: Slot, *, changing: bool
) -> tuple[Item | None, Item | None]:
    """The wanted item of a slot and the one that describes the booking as it is."""
    named = [item for item in items if item.slot == slot and item.readings and item.kind != "delta"]
    if slot == "date":
        named = [item for item in named if not _is_excepted(sentence, item)]
    if not named:
        return None, None
    if changing and len(named) == 1 and "second" in named[0].extra:
        return replace(named[0], readings=named[0].extra["second"]), named[0]
    rejected = [item for item in named if _is_rejected(sentence, item)]
    wanted = [item for item in named if item not in rejected]
    wanted = [item for item in wanted if item.kind == "total"] or wanted
    if not wanted:
        return (None, None) if len(named) > 1 else (named[0], None)
    if slot == "date":
        wanted = _without_idle_today(sentence, wanted)
    if slot == "time":
        wanted = _without_hours_of_work(sentence, _without_noon_word(wanted))
    source = rejected[-1] if rejected else None
    if len(wanted) == 1:
        only = wanted[0]
        return (
            (None, only)
            if changing and not rejected and _describes_booking(sentence, only)
            else (only, source)
        )
    first, last = wanted[0], wanted[-1]
    if first.value == last.value:
        return first, source
    if changing:
        return last, source or first
    return (last, source or first) if _is_corrected(sentence, first, last) else (first, source)


def _is_excepted(sentence: Sentence, item: Item) -> bool:
    """'any day but Monday', 'cualquier día menos el lunes': the one that is not wanted."""
    at = item.start
    while at > 0 and sentence.norms[at - 1] in _LEADING:
        at -= 1
    return ends_with(sentence.norms, at, _EXCEPTING) > 0


def _without_hours_of_work(sentence: Sentence, items: list[Item]) -> list[Item]:
    """'I work from 9 to 5 so 8pm': the hours of work only say why."""
    free = [
        item
        for item in items
        if "second" not in item.extra
        or _WORKING.isdisjoint(sentence.norms[max(0, item.start - 3) : item.end + 1])
    ]
    return free or items


def _is_rejected(sentence: Sentence, item: Item) -> bool:
    norms = sentence.norms
    at = item.start
    while at > 0 and norms[at - 1] in _LEADING and not ends_with(norms, at, _REJECTING):
        at -= 1
    if ends_with(norms, at, _REJECTING):
        return True
    if at > 0 and norms[at - 1] == "no":
        return at < 2 or norms[at - 2] not in _HESITATING
    return starts_with([*norms, ","], item.end, _REJECTED_AFTER) > 0


def _describes_booking(sentence: Sentence, item: Item) -> bool:
    """'mi reserva del viernes', 'my Friday booking', 'my table at 8'; not 'mi reserva a las 22:00', which is where it should go."""
    norms = sentence.norms
    if item.end < len(norms) and norms[item.end] in _BOOKING:
        return True
    linked = norms[item.start] == "del"
    back = item.start - 1
    while back >= 0 and norms[back] in _LINKS:
        linked = linked or norms[back] in _OF
        back -= 1
    return linked and back >= 0 and norms[back] in _BOOKING


def _without_idle_today(sentence: Sentence, items: list[Item]) -> list[Item]:
    """Drops 'hoy' where it only says when the guest writes ('hoy llamo para reservar el viernes')."""
    named = [item for item in items if "weekend" not in item.kind]
    items = named or items
    others = [item for item in items if item.kind != "today"]
    if not others or len(others) == len(items):
        return items
    first = items[0]
    joined = any(norm in _EITHER for norm in sentence.norms[first.end : others[0].start])
    return items if joined or first.kind != "today" else others


def _without_noon_word(items: list[Item]) -> list[Item]:
    """'mediodía' is only a part of the day when an hour is named too."""
    exact = [item for item in items if item.kind not in {"noon", "midnight"}]
    return exact or items


def _is_corrected(sentence: Sentence, first: Item, last: Item) -> bool:
    between = sentence.norms[first.end : last.start]
    if any(norm in _EITHER for norm in between) and len(between) <= 3:
        return False
    tail = sentence.norms[last.end : last.end + 4]
    return any(norm in _CORRECTING for norm in between) or any(
        norm in {"instead", "mejor", "better"} for norm in tail
    )


_INSTEAD: Final = phrases(
    "instead of", "rather than", "en vez de", "en lugar de", "but not", "y no", "and not"
)
_COMMA: Final = phrases(",", ", it's", ", somos", ", es")
_NOT: Final = phrases("not", ", not", ", no", "y no", "and not")
_COUNTED: Final = frozenset({"de", "from"})
_BUT: Final = phrases("but", ", but", "sino", ", sino", ", but rather")


def swapped_numbers(sentence: Sentence, taken: Collection[int]) -> Item | None:
    """'let's do 9 instead of 8', 'not 9 but 10': two bare numbers, one taking the other's place."""
    numbers = [
        (classes["num"][0], at, classes["num"][1])
        for at, classes in enumerate(sentence.classes)
        if "num" in classes and at not in taken
    ]
    for first, second in pairwise(numbers):
        between = tuple(sentence.norms[first[2] : second[1]])
        if between in _INSTEAD:
            return _swapped(first, second)
        if between in _COMMA and first[1] > 0 and sentence.norms[first[1] - 1] in {"no", "not"}:
            return _swapped(second, first)
        if between in _NOT and (first[1] == 0 or sentence.norms[first[1] - 1] not in _COUNTED):
            return _swapped(first, second)
        if between in _BUT and first[1] > 0 and sentence.norms[first[1] - 1] in {"no", "not", "longer"}:
            return _swapped(second, first)
    return None


def _swapped(wanted: tuple[int, int, int], old: tuple[int, int, int]) -> Item | None:
    """Hours of the evening when both could be, else people."""
    value, start, end = wanted
    if all(6 <= number <= 11 for number in (value, old[0])):
        return Item("time", start, end, readings_of(value, 0, None, attached=False), kind="swapped")
    return Item("party", start, end, (value,), kind="swapped") if 0 < value <= 100 else None


# --- numbers that stand alone ----------------------------------------------------------------------------------------------


def loose_number(sentence: Sentence, taken: Collection[int]) -> tuple[int, int, int] | None:
    """The only number no item claimed, as (value, start, end); None when there is none or more than one."""
    found: list[tuple[int, int, int]] = []
    at = 0
    while at < len(sentence):
        number = sentence.classes[at].get("num")
        if number is not None and at not in taken and sentence.norms[at] not in {"un", "una"}:
            found.append((number[0], at, number[1]))
            at = number[1]
        else:
            at += 1
    return found[0] if len(found) == 1 else None


def amended(sentence: Sentence, items: Sequence[Item], taken: Collection[int]) -> Item | None:
    """'para 4, no, 5', 'at 8, sorry, 9': a bare number after a word that takes back takes the slot of the value before it."""
    for at, classes in enumerate(sentence.classes):
        number = classes.get("num")
        if number is None or at in taken or sentence.norms[at] in {"un", "una", "one"}:
            continue
        if starts_with(sentence.norms, number[1], _SOME_OF_THEM):
            continue
        before = [
            item for item in items if item.slot in {"party", "time"} and item.readings and item.end <= at
        ]
        gap = sentence.norms[before[-1].end : at] if before else []
        if not gap or len(gap) > _LONGEST_TAKING_BACK or _CORRECTING.isdisjoint(gap):
            continue
        value, end = number
        people = before[-1].slot == "party" or (value > 12 and any(item.slot == "party" for item in before))
        if ends_with(sentence.norms, at, _REJECTING):
            continue
        if people and 0 < value <= 100:
            return Item("party", at, end, (value,), kind="amended")
        if not people and 1 <= value <= 23:
            return Item("time", at, end, readings_of(value, 0, None, attached=False), kind="amended")
    return None


def set_apart(sentence: Sentence, items: Sequence[Item], taken: Collection[int]) -> Item | None:
    """'viernes 22:15, dos, Ana': a number alone between marks, in a message that names a time but no people."""
    slots = {item.slot for item in items if item.readings}
    if "party" in slots or slots.isdisjoint({"time", "date"}):
        return None
    for at, classes in enumerate(sentence.classes):
        value, end = classes.get("num", (0, at))
        apart = _is_mark(sentence, at - 1) and _is_mark(sentence, end)
        timed = "time" in slots or len(sentence) > _TELEGRAM or _after_part_of_day(sentence, at, value)
        if value and at not in taken and apart and timed and value <= _FEW_PEOPLE:
            return Item("party", at, end, (value,), kind="set_apart")
    return None


def _after_part_of_day(sentence: Sentence, at: int, value: int) -> bool:
    """'viernes por la noche, 6', 'saturday lunch, 4': when it is was said, and nobody dines at that hour."""
    return (
        any({"daypart", "meal"} & classes.keys() for classes in sentence.classes[:at])
        and _FEWEST_APART <= value <= _MOST_APART
    )


def _is_mark(sentence: Sentence, at: int) -> bool:
    return not 0 <= at < len(sentence) or sentence.tokens[at].kind in {"mark", "emoji"}


def answer_item(
    sentence: Sentence, context: str, number: tuple[int, int, int], today: date, part: str | None
) -> Item | None:
    """A bare number read as the answer to the question that was asked."""
    value, start, end = number
    if context == "party_size" and 0 < value <= 500:
        return Item("party", start, end, (value,), kind="answer")
    if context == "time":
        return _answer_time(sentence, number, part)
    if context == "date" and 1 <= value <= 31:
        day = calendar.next_day_of_month(today, value)
        return Item("date", start, end, (day,), kind="answer") if day else None
    return None


def _answer_time(sentence: Sentence, number: tuple[int, int, int], part: str | None) -> Item | None:
    value, start, end = number
    figures = sentence.classes[start].get("figures")
    hour, minute = figures[0] if figures is not None else (value, 0)
    if (
        not 0 <= hour <= 24
        or minute > 59
        or (hour == 0 and minute == 0 and value == 0 and len(sentence.tokens[start].text) < 2)
    ):
        return None
    return Item("time", start, end, readings_of(hour, minute, part, attached=False), kind="answer")


def telegraphic(
    sentence: Sentence, number: tuple[int, int, int], items: Sequence[Item], part: str | None, words_left: int
) -> Item | None:
    """'4 mañana 21:00', 'hoy 20': a number in a message of bare values takes the one slot it can fill."""
    value, start, end = number
    if sentence.norms[start] in {"one", "uno"}:
        return None
    slots = {item.slot for item in items if item.readings}
    earlier = [item for item in items if item.slot == "time" and item.end <= start]
    if (
        earlier
        and "party" not in slots
        and value <= 24
        and any(norm in _CORRECTING for norm in sentence.norms[earlier[-1].end : start])
    ):
        return Item("time", start, end, readings_of(value, 0, part, attached=False), kind="telegraphic")
    beside_day = any(item.slot == "date" and start in {item.end, item.end + 1} for item in items)
    about = start > 0 and sentence.norms[start - 1] in _ABOUT and (start <= 2 or end == len(sentence))
    is_hour = 13 <= value <= 23 or 7 <= value <= 11 or ("party" in slots and 1 <= value <= 12)
    if is_hour and "time" not in slots and (beside_day or about) and words_left == 0:
        return Item("time", start, end, readings_of(value, 0, part, attached=False), kind="telegraphic")
    opens = start == 0 and "date" in slots and sentence.norms[end : end + 1] in (["for"], ["para"])
    if "party" not in slots and ("time" in slots or opens) and 1 <= value <= 20 and words_left == 0:
        return Item("party", start, end, (value,), kind="telegraphic")
    return None
