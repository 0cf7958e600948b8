"""The intent classifier: its file belongs to the corpus beside its training, its inference is bounded, its answers are sound."""

from __future__ import annotations

import math
import runpy
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from utterance_tables import TABLES, rows

from backend.conversations.understanding import Intent, classifier
from backend.conversations.understanding.classifier import classify, described, models
from backend.conversations.understanding.classifier.features import BUCKETS, LONGEST_MESSAGE, features

TRAINING = Path(__file__).parents[3] / "scripts" / "intents"
INTENTS = set(get_args(Intent))
ALONE_AT_LEAST = {"es": 0.84, "en": 0.80}
LARGEST_FILE = 500_000


@pytest.fixture(scope="module")
def corpus():
    return runpy.run_path(str(TRAINING / "corpus.py"))


def test_the_shipped_weights_were_trained_on_the_corpus_as_it_is(corpus):
    assert described(classifier.WEIGHTS.read_bytes())["corpus"] == corpus["digest"]()


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_corpus_is_large_and_shows_every_intent_many_times(corpus, language):
    messages = corpus["messages"](language)
    counted = {intent: sum(1 for message in messages if message.intent == intent) for intent in INTENTS}
    assert {message.intent for message in messages} == INTENTS
    assert len(messages) >= 1500
    assert min(counted.values()) >= 100


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_sentences_of_the_corpus_are_not_those_of_the_examination(corpus, language):
    written = {tuple(features(message.text, language)) for message in corpus["messages"](language)}
    longer = [row for number in (1, 2) for row in rows(f"{language}_exam{number}") if len(row.text) > 30]
    assert [row.text for row in longer if tuple(features(row.text, language)) in written] == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_alone_it_reads_the_intent_of_most_examined_messages(language):
    judged = [row for number in (1, 2) for row in rows(f"{language}_exam{number}") if row.expected["intent"]]
    right = sum(classify(row.text, language)[0][0] in row.expected["intent"] for row in judged)
    assert right / len(judged) >= ALONE_AT_LEAST[language]


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_surer_it_says_it_is_the_more_often_it_is_right(language):
    judged = [row for name in TABLES if name[:2] == language for row in rows(name) if row.expected["intent"]]
    answers = [(classify(row.text, language)[0], row.expected["intent"]) for row in judged]
    sure = [intent in accepted for (intent, share), accepted in answers if share >= 0.9]
    unsure = [intent in accepted for (intent, share), accepted in answers if share < 0.5]
    assert sum(sure) / len(sure) >= 0.9 > 0.75 > sum(unsure) / len(unsure)


@given(st.text(max_size=80), st.sampled_from(["es", "en"]))
def test_any_text_gets_every_intent_once_with_shares_that_add_up_likeliest_first(text, language):
    shares = classify(text, language)
    assert {intent for intent, _ in shares} == INTENTS
    assert math.isclose(sum(share for _, share in shares), 1.0, rel_tol=1e-9)
    assert [share for _, share in shares] == sorted((share for _, share in shares), reverse=True)


def test_half_a_character_is_read_like_any_other():
    assert classify("una mesa \ud83d", "es")[0][0] == "reserve"


@given(st.text(max_size=2000))
def test_the_work_on_a_message_is_bounded_however_long_it_is(text):
    found = features(text, "es")
    assert len(found) <= 20 * LONGEST_MESSAGE
    assert all(0 <= bucket < BUCKETS for bucket in found)


def test_the_file_is_small_enough_to_ship_and_holds_a_byte_a_weight():
    assert classifier.WEIGHTS.stat().st_size < LARGEST_FILE
    assert {len(row) for model in models().values() for row in model.rows} == {BUCKETS}


def test_a_file_of_another_format_is_refused():
    with pytest.raises(ValueError, match="format 99"):
        described(b'{"format": 99}\n')


def test_a_language_it_was_not_trained_for_is_refused():
    with pytest.raises(KeyError):
        classify("bonjour", "fr")


@pytest.mark.parametrize(
    ("plain", "dressed"),
    [("quiero una mesa mañana", "QUIERO UNA MESA MANANA"), ("i dont want it", "I don’t want it")],
)
def test_capitals_accents_and_apostrophes_change_nothing(plain, dressed):
    assert features(plain, "en") == features(dressed, "en")
