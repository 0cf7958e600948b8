"""What the guest wants: the cues of the rule files, weighed against each other, the slots and the question asked.

Called by `compose`. Longer cues hide the shorter ones inside them ("no puedo ir" is a cancellation, not a no).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

from backend.conversations.understanding.classifier import classify
from backend.conversations.understanding.patterns import Grammar, Match, longest
from backend.conversations.understanding.records import Intent
from backend.conversations.understanding.rulebook import load, words
from backend.conversations.understanding.sentence import Sentence

_FILES: Final = (
    "common",
    "reserve",
    "bookings",
    "status",
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
# Below this confidence the trained classifier is asked; a second engine may be asked below the dialogue's own threshold.
UNSURE: Final = 0.8
# The same where the intent follows only from values or from the word 'booking', and no words name it.
UNNAMED: Final = 1.0
PLAINLY: Final = 2.4
_PLAIN: Final = {"greet": 1.5, "confirm": 1.9, "deny": 1.9}
_OPINION: Final = 3.0
_ALL_BUT_CERTAIN: Final = 0.9
# A task named so plainly that the values beside it only say of which booking.
_PLAIN_TASK: Final = 3.0
_WEAK_CUES: Final = 0.5
_BARELY: Final = 0.4
_AGREED: Final = 0.85
_OVERRULED: Final = 0.55
_LEAST_SHARE: Final = 0.15
TASKS: Final = frozenset({"reserve", "change", "cancel", "status", "availability", "waitlist", "human"})
_PLACE_WORDS: Final = words("place")
_OTHER_BOOKINGS: Final = words("other_bookings")
_TABLES: Final = words("place") - {"people", "personas", "guests"}
_OPENERS: Final = words("openers")
# A greeting that goes on with one of these is a question ("qué tal está la comida").
_BE: Final = frozenset({"esta", "estan", "es", "son", "is", "are", "si", "a"})
_ASKING: Final = frozenset(
    {"is", "are", "was", "were", "did", "does", "has", "have", "am", "esta", "es", "son", "fue"}
)
_ASKING_OWN: Final = frozenset(
    ["what", "when", "is", "has", "did", "do", "can", "que", "cuando", "donde", "como"]
)
# Words that turn a yes into a no ("no me va bien", "that's not fine").
_NEGATING: Final = frozenset({"no", "not", "tampoco", "nunca", "never", "isn't", "don't", "doesn't"})
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
    only_name: bool = False


def is_task(cue: Match) -> bool:
    """Whether a cue speaks of something to be done with a booking, or of coming late to it."""
    late = len(cue.payload) > 2 and cue.payload[2] == "late"
    return late or cue.payload[0] in TASKS | {"mine", "book_noun"}


def cues_of(sentence: Sentence) -> list[Match]:
    """The cues in the message that no longer cue hides."""
    return longest(GRAMMAR.find(sentence))


def decide(sentence: Sentence, cues: Sequence[Match], evidence: Evidence) -> Decision:
    """The intent of a message."""
    scores: dict[str, float] = {}
    topics: dict[str, str] = {}
    for cue in cues:
        name, topic = cue.payload[0], cue.payload[2] if len(cue.payload) > 2 else None
        if name == "confirm" and cue.start > 0 and sentence.norms[cue.start - 1] in _NEGATING:
            name = "deny"
        if name == "suggest":  # 'pongamos el 10' changes a booking, or answers the question
            name = "reserve" if evidence.context and evidence.answered else "change"
        weight = _in_place(sentence, cue, name, float(cue.payload[1]))
        name = {"person": "human", "command": "talk"}.get(
            name, name.removesuffix("_end").removesuffix("_whole")
        )
        _add(scores, name, weight)
        if topic and weight > 0 and (name not in topics or topic in _URGENT):
            topics[name] = topic
    elsewhere = not scores.keys().isdisjoint({"offtopic", "shift"})
    named = {_public(name) for name, score in scores.items() if score >= _PLAIN.get(name, PLAINLY)}
    _combine(sentence, scores, evidence)
    covered = frozenset(at for cue in cues for at in range(cue.start, cue.end))
    if not scores:
        return _only_opinion(sentence, covered)
    decision = _pick(dict(scores), topics, covered)
    sure = decision.confidence >= (UNSURE if decision.intent in named else UNNAMED)
    if sure or elsewhere or (evidence.context and evidence.answered):
        return decision
    return _weighed(decision, _pick(_with_second_opinion(sentence, scores), topics, covered), scores)


def _weighed(own: Decision, second: Decision, scores: Mapping[str, float]) -> Decision:
    """The decision after the second opinion, no surer than two opinions allow: on weak cues or against the grammar, unsure."""
    limit = _AGREED if own.intent == second.intent else _OVERRULED
    weak = max(scores.values()) < _WEAK_CUES
    return replace(second, confidence=min(second.confidence, _BARELY if weak else limit))


def _only_opinion(sentence: Sentence, covered: frozenset[int]) -> Decision:
    """A message without one known cue is small talk, unless the classifier is all but certain; never sure either way."""
    intent, share = classify(sentence.text, sentence.lexicon.language)[0]
    if intent == "other" or share < _ALL_BUT_CERTAIN:
        return Decision("other", 0.3, (), None, covered)
    return Decision(_public(intent), 0.4, (), None, covered)


def _with_second_opinion(sentence: Sentence, scores: Mapping[str, float]) -> dict[str, float]:
    """The scores with what the trained classifier thinks added; its `other` goes to the talk or question already heard."""
    heard = dict(scores)
    for intent, share in classify(sentence.text, sentence.lexicon.language):
        name = (
            max(("talk", "question"), key=lambda each: heard.get(each, 0.0)) if intent == "other" else intent
        )
        if share >= _LEAST_SHARE:
            heard[name] = heard.get(name, 0.0) + _OPINION * share
    return heard


def _add(scores: dict[str, float], name: str, weight: float) -> None:
    if weight <= 0:
        return
    old = scores.get(name, 0.0)
    scores[name] = max(old, weight) + 0.3 * min(old, weight)


def _in_place(sentence: Sentence, cue: Match, name: str, weight: float) -> float:
    """The weight of a cue where it stands: yes, no and hello count at the start or in a short message."""
    if name == "command" or name.endswith("_whole"):
        return weight if _is_whole(sentence, cue) else 0.0
    if name.endswith("_end"):
        return (
            weight if cue.end == len(sentence) or sentence.tokens[cue.end].kind in {"mark", "emoji"} else 0.0
        )
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
    place = names_place(sentence)
    if mine:
        _existing(sentence, scores, mine)
    elif noun:
        _add(scores, "reserve", noun)
    if scores.get("human", 0) >= 4 and "talk" in scores:
        scores["talk"] *= 0.7
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
        if place and not _elsewhere(sentence):
            off *= 0.35
        else:
            for name in ("reserve", "availability", "status", "change"):
                if name in scores:
                    scores[name] *= 0.45
            scores["cancel"] = scores.get("cancel", 0.0) * 0.6
        _add(scores, "talk", off)
    if "question" in scores and (
        evidence.values >= 2 or (evidence.context and evidence.answered and "?" not in sentence.text)
    ):
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
    asks = "?" in sentence.text or sentence.norms[0] in _ASKING_OWN
    _add(scores, "status", mine + (1.0 if asks else 0.4))
    if "reserve" in scores:
        scores["reserve"] *= 0.7


def _from_slots(scores: dict[str, float], evidence: Evidence) -> None:
    if evidence.has_delta:
        _add(scores, "change", 2.2)
    if not evidence.values:
        return
    if evidence.only_name and not evidence.context and scores.keys() == {"greet"}:
        return
    base = 0.9 + 0.4 * min(evidence.values, 4)
    if evidence.context and evidence.answered:
        base += 0.8
    elif evidence.strange_words > 3 and not scores.keys() & TASKS:
        base -= 0.5
    others = max((scores.get(name, 0.0) for name in TASKS - {"reserve"}), default=0.0)
    _add(scores, "reserve", min(base, 1.0) if others >= _PLAIN_TASK else base)
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


def _elsewhere(sentence: Sentence) -> bool:
    """Whether what is booked is a flight, a room or a car, however many people it is for."""
    norms = set(sentence.norms)
    return not norms.isdisjoint(_OTHER_BOOKINGS) and norms.isdisjoint(_TABLES)


def names_place(sentence: Sentence) -> bool:
    """Whether a word of restaurants stands in the message."""
    return not _PLACE_WORDS.isdisjoint(sentence.norms)


def strange_words(sentence: Sentence, covered: Collection[int], ordinary: Collection[str]) -> int:
    """How many words nothing accounts for."""
    return sum(
        1
        for at, token in enumerate(sentence.tokens)
        if token.kind == "word" and at not in covered and token.norm not in ordinary
    )
