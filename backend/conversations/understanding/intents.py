"""What the guest wants: the cues of the rule files, weighed against each other, the slots and the question asked.

Called by `compose`. Longer cues hide the shorter ones inside them ("no puedo ir" is a cancellation, not a no).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, cast

from backend.conversations.understanding.patterns import Grammar, Match, longest
from backend.conversations.understanding.records import Intent
from backend.conversations.understanding.rulebook import load, words
from backend.conversations.understanding.sentence import Sentence

_FILES: Final = (
    "common",
    "reserve",
    "bookings",
    "free",
    "people",
    "answers",
    "smalltalk",
    "questions",
    "offtopic",
)
GRAMMAR: Final = Grammar.merged(*map(load, _FILES))
# What must not be lost in a message that also says something else.
_URGENT: Final = ("erasure", "stop", "start", "late")
TASKS: Final = frozenset({"reserve", "change", "cancel", "status", "availability", "waitlist", "human"})
_PLACE_WORDS: Final = words("place")
_OPENERS: Final = words("openers")
# A greeting that goes on with one of these is a question ("qué tal está la comida").
_BE: Final = frozenset({"esta", "estan", "es", "son", "is", "are", "si", "a"})
_ASKING: Final = frozenset(
    {"is", "are", "was", "were", "did", "does", "has", "have", "am", "esta", "es", "son", "fue"}
)
_IF: Final = words("if_follows")


@dataclass(frozen=True, slots=True)
class Decision:
    """The intent with its confidence, further intents, and the topic of a question or remark."""

    intent: Intent
    confidence: float
    also: tuple[Intent, ...]
    topic: str | None
    covered: frozenset[int]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What else is known when intents are weighed."""

    values: int
    has_delta: bool
    context: str | None
    answered: bool
    strange_words: int
    has_code: bool


def cues_of(sentence: Sentence) -> list[Match]:
    """The cues in the message that no longer cue hides."""
    return longest(GRAMMAR.find(sentence))


def decide(sentence: Sentence, cues: Sequence[Match], evidence: Evidence) -> Decision:
    """The intent of a message."""
    scores: dict[str, float] = {}
    topics: dict[str, str] = {}
    for cue in cues:
        name, topic = cue.payload[0], cue.payload[2] if len(cue.payload) > 2 else None
        weight = _in_place(sentence, cue, name, float(cue.payload[1]))
        name = {"person": "human", "command": "talk"}.get(name, name.removesuffix("_end"))
        _add(scores, name, weight)
        if topic and weight > 0 and (name not in topics or topic in _URGENT):
            topics[name] = topic
    _combine(sentence, scores, evidence)
    return _pick(scores, topics, frozenset(at for cue in cues for at in range(cue.start, cue.end)))


def _add(scores: dict[str, float], name: str, weight: float) -> None:
    if weight <= 0:
        return
    old = scores.get(name, 0.0)
    scores[name] = max(old, weight) + 0.3 * min(old, weight)


def _in_place(sentence: Sentence, cue: Match, name: str, weight: float) -> float:
    """The weight of a cue where it stands: yes, no and hello count at the start or in a short message."""
    if name == "command":
        return weight if _is_whole(sentence, cue) else 0.0
    if name.endswith("_end"):
        return weight if cue.end == len(sentence) or sentence.tokens[cue.end].kind != "word" else 0.0
    if name == "person":
        return (
            weight
            if cue.start == 0
            or sentence.norms[cue.start - 1] not in {"para", "for", "de", "of", "solo", "only", "just"}
            else 0.0
        )
    if name not in {"confirm", "deny", "greet", "talk"}:
        return weight
    words = sum(1 for token in sentence.tokens if token.kind == "word")
    opening = all(norm in _OPENERS for norm in sentence.norms[: cue.start])
    short = words <= 4
    single = cue.end - cue.start == 1
    if name == "greet":
        asks_more = cue.end < len(sentence) and sentence.norms[cue.end] in _BE
        return weight if (opening or short) and not asks_more else 0.0
    if name == "confirm" and _asks(sentence):
        weight *= 0.4
    if name == "deny" and single:
        return _weight_of_no(sentence, cue, weight, opening, words)
    if (
        name == "confirm"
        and cue.end < len(sentence)
        and sentence.norms[cue.end] == "?"
        and sentence.tokens[cue.start].norm not in {"si", "yes"}
    ):
        return weight * 0.5
    if name == "confirm" and single:
        return _weight_of_yes(sentence, cue, weight, opening, short)
    if name in {"confirm", "deny"} and not opening and words > 8:
        return weight * 0.8
    return weight


def _is_whole(sentence: Sentence, cue: Match) -> bool:
    """Whether the message is nothing but this word and marks."""
    return all(
        token.kind in {"mark", "emoji"} or cue.start <= at < cue.end
        for at, token in enumerate(sentence.tokens)
    )


def _asks(sentence: Sentence) -> bool:
    """Whether the message is a question by its form: 'is it confirmed?', '¿está bien?'."""
    return sentence.norms[0] in _ASKING and sentence.norms[-1] == "?"


def _weight_of_no(sentence: Sentence, cue: Match, weight: float, opening: bool, words: int) -> float:
    following = sentence.tokens[cue.end] if cue.end < len(sentence) else None
    ends = (
        following is None
        or following.kind != "word"
        or following.norm
        in {
            "gracias",
            "thanks",
            "thank",
            "mejor",
            "no",
            "sorry",
            "perdon",
            "lo",
            "i",
            "we",
            "please",
            "that",
            "it",
            "es",
            "quiero",
            "era",
            "esa",
            "eso",
        }
    )
    if opening:
        return weight if ends else 1.0 if words > 3 else weight
    return weight * 0.5 if ends and words <= 6 else 0.3


def _weight_of_yes(sentence: Sentence, cue: Match, weight: float, opening: bool, short: bool) -> float:
    token = sentence.tokens[cue.start]
    following = sentence.tokens[cue.end] if cue.end < len(sentence) else None
    if token.norm == "si" and token.text.lower() == "si" and following is not None and following.norm in _IF:
        return 0.2
    if (
        token.norm in {"right", "va", "desde", "k", "ya", "super", "seguro", "cool", "sale"}
        and following is not None
        and following.kind == "word"
    ):
        return 0.3
    if opening:
        return weight
    before = sentence.tokens[cue.start - 1]
    return weight * 0.9 if short or (before.kind != "word" and following is None) else 0.2


def _combine(sentence: Sentence, scores: dict[str, float], evidence: Evidence) -> None:
    """Lets the cues speak to each other and adds what slots and context say."""
    mine, noun = scores.pop("mine", 0.0), scores.pop("book_noun", 0.0)
    off, shift = scores.pop("offtopic", 0.0), scores.pop("shift", 0.0)
    place = bool(_PLACE_WORDS & set(sentence.norms))
    if mine:
        _existing(sentence, scores, mine)
    elif noun:
        _add(scores, "reserve", noun)
    if shift and not scores.keys() & TASKS:
        _add(scores, "deny", 1.6)
    for name, least in (("change", 1.3), ("cancel", 2.0)):
        if scores.get(name, 0) >= least and "status" in scores:
            scores["status"] *= 0.5
            scores[name] += 0.8
    _from_slots(scores, evidence)
    if evidence.has_code and not scores.keys() & (TASKS - {"reserve"}):
        _add(scores, "status", 2.0)
    if off:
        if place:
            off *= 0.35
        else:
            for name in ("reserve", "availability", "status", "change"):
                if name in scores:
                    scores[name] *= 0.45
            scores["cancel"] = scores.get("cancel", 0.0) * 0.6
        _add(scores, "talk", off)
    if "question" in scores and evidence.values >= 2:
        scores["question"] *= 0.5
    if "question" in scores and "reserve" in scores and "?" not in sentence.text:
        scores["question"] *= 0.75


def _existing(sentence: Sentence, scores: dict[str, float], mine: float) -> None:
    """A booking of one's own is named: what is done with it decides; alone it is a question about it."""
    if scores.get("cancel", 0) > 1 or scores.get("change", 0) > 1:
        for name in ("cancel", "change"):
            if name in scores:
                scores[name] += 0.6
        scores.pop("reserve", None)
        return
    asks = "?" in sentence.text or sentence.norms[0] in {
        "what",
        "when",
        "is",
        "has",
        "did",
        "do",
        "can",
        "que",
        "cuando",
        "donde",
        "como",
    }
    _add(scores, "status", mine + (1.0 if asks else 0.4))
    if "reserve" in scores:
        scores["reserve"] *= 0.7


def _from_slots(scores: dict[str, float], evidence: Evidence) -> None:
    if evidence.has_delta:
        _add(scores, "change", 2.2)
    if not evidence.values:
        return
    base = 0.9 + 0.4 * min(evidence.values, 4)
    if evidence.context and evidence.answered:
        base += 0.8
    elif evidence.strange_words > 3 and not scores.keys() & TASKS:
        base -= 0.5
    _add(scores, "reserve", base)
    for name in ("change", "availability"):
        if scores.get(name, 0) >= 1.3:
            scores[name] += 0.5


def _pick(scores: dict[str, float], topics: dict[str, str], covered: frozenset[int]) -> Decision:
    tasks = {name: score for name, score in scores.items() if name in TASKS}
    if tasks and max(tasks.values()) >= 2.4:
        for name in ("confirm", "deny", "greet"):
            if name in scores:
                scores[name] *= 0.7
    if scores.get("deny", 0) >= 2 and topics.get("talk") == "unsure":
        scores["talk"] *= 0.6
    if "deny" in scores and "confirm" in scores and scores["deny"] >= 2:
        scores["confirm"] *= 0.7
    if not scores or max(scores.values()) < 0.5:
        return Decision("other", 0.3, (), None, covered)
    ranked = sorted(scores.items(), key=lambda pair: -pair[1])
    best, top = ranked[0]
    if best == "greet" and len(ranked) > 1 and ranked[1][1] >= 1.1:
        best, top = ranked[1]
    second = max((score for name, score in ranked if name != best), default=0.0)
    confidence = round(min(0.99, max(0.05, (top - 0.55 * second) / (top + 0.45))), 2)
    also = tuple(
        _public(name)
        for name, score in ranked
        if name != best and score >= 1.4 and _public(name) != _public(best)
    )
    return Decision(_public(best), confidence, tuple(dict.fromkeys(also)), _topic(topics, best), covered)


def _topic(topics: dict[str, str], best: str) -> str | None:
    """The subject told: what must not be lost first, then that of the intent itself, then any."""
    urgent = next((topic for topic in topics.values() if topic in _URGENT), None)
    return urgent or topics.get(best) or next(iter(topics.values()), None)


def _public(name: str) -> Intent:
    return cast(Intent, name) if name in TASKS | {"confirm", "deny", "greet"} else "other"


def strange_words(sentence: Sentence, covered: Collection[int], ordinary: Collection[str]) -> int:
    """How many words nothing accounts for."""
    return sum(
        1
        for at, token in enumerate(sentence.tokens)
        if token.kind == "word" and at not in covered and token.norm not in ordinary
    )
