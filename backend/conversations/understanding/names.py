"""Who the booking is for: names after words that announce one, names given when asked, signatures. Called by `compose`.

A name is taken as written; when it has no capitals at all, or only capitals, they are put right. "soy vegetariano" and "I'm
running late" are not names, nor are days, places in the restaurant or anything the other grammars know.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from backend.conversations.understanding.given_names import GIVEN_NAMES
from backend.conversations.understanding.items import follows
from backend.conversations.understanding.language import ENGLISH, SPANISH
from backend.conversations.understanding.lexicon import lexicon
from backend.conversations.understanding.patterns import Grammar, Match, longest
from backend.conversations.understanding.rulebook import load, words
from backend.conversations.understanding.sentence import Sentence

_RULES, _MACROS = load("names")


def _grammar(*strengths: str) -> Grammar:
    return Grammar([rule for rule in _RULES if rule[1][0] in strengths], _MACROS)


_CUES: Final = _grammar("strong", "weak", "capital", "beside")
_WISHES: Final = _grammar("asked")
_AFTER: Final = _grammar("after")
_SIGNED: Final = _grammar("signed")
_PARTICLES: Final = words("particles")
_SEPARATORS: Final = frozenset({",", ";", "/", ".", "\n", "|", ":", "?", "!", "-"})
# Particles a surname may begin with in lower case ("van der Berg", "de la Fuente").
_LEADING_PARTICLES: Final = words("leading_particles")
# What a name that closes a message stands after; a question or a call before it makes it whom one speaks to.
_CLOSING: Final = frozenset({",", ";", ".", "-", "\n", "?", "!"})
_TOWNS: Final = words("towns")
_THANKING: Final = frozenset({"gracias", "thanks", "thank", "muchas", "many"})
# With so many tokens read as values, a word alone at the end is taken for the name.
_MUCH_TAKEN: Final = 3
_LETTERS_SPELLED: Final = 3
_LONGEST_NAME: Final = 5
# A day and a surname: only a fuller name, or one announced by 'a nombre de', is a name.
_ALSO_DAYS: Final = frozenset({"reyes", "pascua", "pascual", "navidad"})
_SHORT_FORMS: Final = frozenset({"st", "sta", "sto", "ma", "fco", "jr"})
_TITLES: Final = frozenset(
    ["dr", "mr", "mrs", "ms", "miss", "sr", "sra", "don", "dona", "doctor", "doctora", "senor", "senora", "senorita", "srta",
     "dra", "prof", "profesor", "profesora", "professor", "sir", "lic", "ing", "licenciado", "ingeniero", "familia"]
)  # fmt: skip
_QUESTIONS: Final = frozenset({"que", "what", "which", "whose", "cual"})
# What else is called by a name ("el restaurante se llama ...").
_PLACES: Final = frozenset(
    [
        "restaurante",
        "restaurant",
        "sitio",
        "lugar",
        "local",
        "place",
        "bar",
        "cancion",
        "song",
        "perro",
        "dog",
        "pelicula",
        "movie",
    ]
)
_FILLERS: Final = words("name_fillers")
_SPELLING: Final = frozenset(
    {"spelled", "spelt", "letra", "letras", "deletreo", "escribe", "written", "letter"}
)
_NEVER: Final = words("never_names")


_CALENDAR: Final = words("calendar_words")
# After words that announce a name, only words of the calendar and of numbers cannot be one.
_FUNCTION: Final = (
    frozenset(_CALENDAR | set(lexicon("es").vocabulary - {"reyes"}) | set(lexicon("en").vocabulary))
    - GIVEN_NAMES
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name on tokens `start` to `end`; `sure` when words announced it."""

    value: str
    start: int
    end: int
    sure: bool


def announced_name(sentence: Sentence, taken: Collection[int], known: Collection[str]) -> Name | None:
    """The name that words announce ("a nombre de", "under"). Read before dates, so that 'Abril Reyes' stays a name."""
    best: Name | None = None
    for match in longest(_CUES.find(sentence)):
        name = _after_cue(sentence, match, taken, known)
        if name is not None and (
            best is None or (name.sure, name.end - name.start) > (best.sure, best.end - best.start)
        ):
            best = name
    return best or _before_here(sentence, taken, known)


def given_name(
    sentence: Sentence, taken: Collection[int], known: Collection[str], context: str | None, *, on_task: bool
) -> Name | None:
    """A name without words that announce it: the answer to the question, or a signature. Read after all other values.

    `on_task` says that the message asks for something to be done with a booking; a name that closes it is then the guest's.
    """
    if context == "name":
        return (
            _spelled(sentence)
            or _whole(sentence)
            or _wished(sentence, taken, known)
            or _bare(sentence, taken, known)
            or _after_comma(sentence, taken, known)
        )
    return (
        _signature(sentence, taken, known)
        or _alone_between_commas(sentence, taken, known)
        or _closing(sentence, taken, known, on_task=on_task)
    )


def _after_cue(
    sentence: Sentence, match: Match, taken: Collection[int], known: Collection[str]
) -> Name | None:
    strength, start = match.payload[0], match.end
    if not _QUESTIONS.isdisjoint(sentence.norms[max(0, match.start - 1) : match.start + 2]):
        return None
    if not _PLACES.isdisjoint(sentence.norms[max(0, match.start - 2) : match.start]):
        return None
    if start < len(sentence) and sentence.norms[start] in {'"', "'", "“", "«", ":", "-"}:
        start += 1
    start = _past_title(sentence, start)
    end = _name_end(sentence, start, taken, known if strength != "strong" else _FUNCTION)
    if end == start:
        return None
    first = sentence.tokens[start]
    if strength == "strong":
        return Name(_written(sentence, start, end), start, end, sure=True)
    if strength == "capital":
        if not first.capital or sentence.text.isupper() or (first.norm in _ALSO_DAYS and end == start + 1):
            return None
    elif strength == "beside":
        alone = end == len(sentence) or sentence.tokens[end].kind == "mark"
        if not (first.capital and first.norm in GIVEN_NAMES and alone):
            return None
    elif not (first.capital and not sentence.text.isupper()) and first.norm not in GIVEN_NAMES:
        return None
    return Name(_written(sentence, start, end), start, end, sure=strength != "capital")


def _past_title(sentence: Sentence, start: int) -> int:
    """Where the name begins after 'Dr', 'la señora', 'Mr.'; `start` when no title stands there."""
    at = start
    while at < len(sentence) and sentence.norms[at] in {"el", "la", "the", "los"}:
        at += 1
    if at >= len(sentence) or sentence.norms[at] not in _TITLES:
        return start
    at += 1
    return at + 1 if at < len(sentence) and sentence.norms[at] == "." else at


def _name_end(
    sentence: Sentence, start: int, taken: Collection[int], known: Collection[str], most: int = 5
) -> int:
    """Where the run of name words that begins at `start` ends; `start` itself when there is none."""
    end, words = start, 0
    at = start
    while at < len(sentence) and words < most:
        token = sentence.tokens[at]
        if at in taken:
            break
        if (
            token.kind == "mark"
            and token.text in {"-", "."}
            and token.glued
            and words
            and at + 1 < len(sentence)
        ):
            following = sentence.tokens[at + 1]
            short = len(sentence.tokens[at - 1].text) == 1 or sentence.norms[at - 1] in _SHORT_FORMS
            initial = token.text == "." and short
            if (token.text == "-" and following.glued and following.kind == "word") or initial:
                at += 1
                continue
            break
        if token.kind != "word":
            break
        leads = token.capital or (
            token.norm in _LEADING_PARTICLES
            and (token.norm != "de" or follows(sentence, at + 1, {"la", "las", "los"}))
        )
        if token.norm in _PARTICLES and (words or leads) and _name_follows(sentence, at + 1, taken, known):
            at += 1
            continue
        if not _is_name_word(sentence, at, known, first=words == 0):
            break
        at += 1
        words += 1
        end = at
    return end


def _name_follows(sentence: Sentence, at: int, taken: Collection[int], known: Collection[str]) -> bool:
    if at >= len(sentence) or at in taken or sentence.tokens[at].kind != "word":
        return False
    if sentence.norms[at] in _PARTICLES:
        return _name_follows(sentence, at + 1, taken, known)
    return _is_name_word(sentence, at, known, first=False) and (
        sentence.tokens[at].capital or sentence.norms[at] not in SPANISH | ENGLISH
    )


def _is_name_word(sentence: Sentence, at: int, known: Collection[str], *, first: bool) -> bool:
    token = sentence.tokens[at]
    norm = token.norm
    if norm in GIVEN_NAMES and (token.capital or norm not in known):
        return True
    if norm in _NEVER or len(norm) > 25 or norm in SPANISH or norm in ENGLISH:
        return False
    if token.capital and not sentence.text.isupper():
        return norm not in known or (not first and norm not in _CALENDAR)
    return norm not in known and "'" not in norm[-3:]


def _before_here(sentence: Sentence, taken: Collection[int], known: Collection[str]) -> Name | None:
    """'Marta here', 'Lucía García al habla'."""
    for match in _AFTER.find(sentence):
        start = match.start
        while (
            start > 0
            and match.start - start < 3
            and _is_name_word(sentence, start - 1, known, first=True)
            and start - 1 not in taken
        ):
            start -= 1
        first = sentence.tokens[start]
        begins = (
            start == 0
            or sentence.tokens[start - 1].kind != "word"
            or sentence.norms[start - 1] in {"hi", "hola", "hello", "hey", "the"}
        )
        if start < match.start and begins and (first.capital or first.norm in GIVEN_NAMES):
            return Name(_written(sentence, start, match.start), start, match.start, sure=True)
    return None


def _signature(sentence: Sentence, taken: Collection[int], known: Collection[str]) -> Name | None:
    """A name alone after thanks or regards at the end of the message."""
    for match in _SIGNED.find(sentence):
        end = _name_end(sentence, match.end, taken, known, most=3)
        rest = [token for token in sentence.tokens[end:] if token.kind == "word" or token.kind == "figure"]
        if end > match.end and not rest and sentence.tokens[match.end].capital and match.start > 0:
            return Name(_written(sentence, match.end, end), match.end, end, sure=False)
    return None


def _alone_between_commas(sentence: Sentence, taken: Collection[int], known: Collection[str]) -> Name | None:
    """'mañana, 20:30, Ana Torres, 600111222': a stretch between marks that is nothing but a name, beside other values."""
    starts = [at for at in range(len(sentence)) if at == 0 or _begins_part(sentence, at, _SEPARATORS)]
    for start in starts:
        end = _name_end(sentence, start, taken, known, most=4)
        closed = end < len(sentence) and (sentence.norms[end] in _SEPARATORS or end in taken)
        last = end == len(sentence)
        if end == start or not (closed or last):
            continue
        words = [token for token in sentence.tokens[start:end] if token.kind == "word"]
        capitals = all(token.capital for token in words if token.norm not in _PARTICLES)
        is_full = len(words) >= 2 and capitals and not sentence.text.isupper()
        known_first = words[0].norm in GIVEN_NAMES and (capitals or len(words) >= 2)
        signed = last and start > 0 and capitals and not sentence.text.isupper() and len(taken) >= _MUCH_TAKEN
        if (taken and (is_full or known_first)) or signed or (last and start > 0 and is_full and known_first):
            return Name(_written(sentence, start, end), start, end, sure=False)
    return None


def _closing(
    sentence: Sentence, taken: Collection[int], known: Collection[str], *, on_task: bool
) -> Name | None:
    """'cancela la del viernes, Giménez', 'fri 7pm for 4 Blenkinsop': unknown capitals that end a message of small letters."""
    if sentence.text.isupper() or (sentence.norms and sentence.norms[0] in _THANKING):
        return None
    for start in range(1, len(sentence)):
        apart = _begins_part(sentence, start, _CLOSING) and (on_task or len(taken) >= _MUCH_TAKEN)
        beside = start - 1 in taken and len(taken) >= _MUCH_TAKEN
        if not (apart or beside) or start in taken:
            continue
        end = _name_end(sentence, start, taken, known, most=4)
        marks_left = all(token.kind in {"mark", "emoji"} for token in sentence.tokens[end:])
        if end == start or not marks_left or "?" in sentence.norms[end:]:
            continue
        if _all_capital(sentence, start, end) and _has_small_words(sentence, start, taken):
            return Name(_written(sentence, start, end), start, end, sure=False)
    return None


def _begins_part(sentence: Sentence, at: int, marks: Collection[str]) -> bool:
    """Whether one of these marks stands before token `at`; a hyphen inside a name is none."""
    mark, first = sentence.tokens[at - 1], sentence.tokens[at]
    return mark.norm in marks and not (mark.text == "-" and mark.glued and first.glued)


def _all_capital(sentence: Sentence, start: int, end: int) -> bool:
    words = [token for token in sentence.tokens[start:end] if token.kind == "word"]
    named = [token for token in words if token.norm not in _PARTICLES]
    return bool(named) and all(token.capital for token in named) and words[0].norm not in _TOWNS


def _has_small_words(sentence: Sentence, stop: int, taken: Collection[int]) -> bool:
    """Whether the guest writes ordinary words small, so that a capital says something."""
    before = [token for token in sentence.tokens[1:stop] if token.kind == "word"]
    large = sum(token.capital for at, token in enumerate(sentence.tokens[1:stop], 1) if at not in taken)
    return not before or large <= len(before) // 3


def _spelled(sentence: Sentence) -> Name | None:
    """'G-A-R-C-I-A', 'it's S M Y T H': letters one by one, where no name was written before them."""
    for start, token in enumerate(sentence.tokens):
        if len(token.text) != 1 or token.kind != "word":
            if token.kind == "word" and token.norm not in _FILLERS | SPANISH | ENGLISH | _SPELLING:
                return None
            continue
        letters, end = [token.text], start + 1
        for at in range(start + 1, len(sentence)):
            other = sentence.tokens[at]
            if other.text in {"-", ".", ","}:
                continue
            if other.kind != "word" or len(other.text) != 1:
                break
            letters, end = [*letters, other.text], at + 1
        if len(letters) >= _LETTERS_SPELLED:
            return Name("".join(letters).lower().capitalize(), start, end, sure=True)
    return None


def _whole(sentence: Sentence) -> Name | None:
    """'Rosa Nuevo', 'Sam Good': a first name and capitals are all the answer, whatever else its words may mean."""
    words = sentence.tokens
    if not 1 < len(words) <= _LONGEST_NAME or sentence.text.isupper() or words[0].norm not in GIVEN_NAMES:
        return None
    if any(not (token.kind == "word" and (token.capital or token.norm in _PARTICLES)) for token in words):
        return None
    if words[-1].norm in _PARTICLES | _CALENDAR | _NEVER:
        return None
    return Name(_written(sentence, 0, len(words)), 0, len(words), sure=False)


def _wished(sentence: Sentence, taken: Collection[int], known: Collection[str]) -> Name | None:
    """'poneme Florencia', 'make it Rutherford': what to write down, said to whoever asked for the name."""
    for match in longest(_WISHES.find(sentence)):
        start = _past_title(sentence, match.end)
        end = _name_end(sentence, start, taken, known)
        if end > start and (sentence.tokens[start].capital or sentence.norms[start] in GIVEN_NAMES):
            return Name(_written(sentence, start, end), start, end, sure=False)
    return None


def _after_comma(sentence: Sentence, taken: Collection[int], known: Collection[str]) -> Name | None:
    """'a la de mi marido, Óscar Benítez', 'in my own name: Jo Pryce': whose name it is, and then the name."""
    for start in range(1, len(sentence)):
        if not _begins_part(sentence, start, _SEPARATORS):
            continue
        begin = _past_title(sentence, start)
        end = _name_end(sentence, begin, taken, known)
        named = end > begin and (sentence.tokens[begin].capital or sentence.norms[begin] in GIVEN_NAMES)
        if named and (end == len(sentence) or sentence.tokens[end].kind in {"mark", "emoji"}):
            return Name(_written(sentence, begin, end), begin, end, sure=False)
    return None


def _bare(sentence: Sentence, taken: Collection[int], known: Collection[str]) -> Name | None:
    """The answer to 'what name?': the name words after the polite fillers, when little else is said."""
    start = 0
    while (
        start < len(sentence)
        and not _begins_surname(sentence, start)
        and (sentence.norms[start] in _FILLERS or sentence.tokens[start].kind in {"mark", "emoji"})
    ):
        start += 1
    if start == len(sentence) or start in taken:
        return None
    end = _name_end(sentence, start, taken, known)
    if end == start:
        return None
    rest = [
        at
        for at in range(end, len(sentence))
        if sentence.tokens[at].kind == "word" and at not in taken and sentence.norms[at] not in _FILLERS
    ]
    stops = end < len(sentence) and sentence.tokens[end].kind != "word"
    if rest and not stops and not sentence.tokens[start].capital and sentence.norms[start] not in GIVEN_NAMES:
        return None
    return Name(_written(sentence, start, end), start, end, sure=False)


def _begins_surname(sentence: Sentence, at: int) -> bool:
    """'de la Fuente', 'van der Berg': particles that belong to the name, told by a capital at their end."""
    end = at
    while end < len(sentence) and sentence.norms[end] in _PARTICLES:
        end += 1
    return (
        end - at >= (1 if sentence.norms[at] in {"van", "von", "del"} or sentence.tokens[at].capital else 2)
        and end < len(sentence)
        and sentence.tokens[end].capital
    )


def _written(sentence: Sentence, start: int, end: int) -> str:
    """The name as written, capitals put right when it has none or only them."""
    raw = sentence.words(start, end).removesuffix("'s").removesuffix("’s")
    shouted = raw.isupper() and (len(raw) > 3 or sentence.norms[start] in GIVEN_NAMES)
    if raw != raw.lower() and not shouted:
        return raw
    words = [
        word if word in _PARTICLES and at else _capitalised(word)
        for at, word in enumerate(raw.lower().split())
    ]
    return " ".join(words)


def _capitalised(word: str) -> str:
    for mark in ("-", "'", "’"):
        if mark in word:
            return mark.join(piece[:1].upper() + piece[1:] for piece in word.split(mark))
    return word[:1].upper() + word[1:]
