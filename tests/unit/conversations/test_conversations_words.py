"""The catalogue of the dialogue: both languages whole, nothing that offends; and the parser as a bare command."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fake_house import FACTS

from backend.conversations.dialogue.render import locale_for

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "backend" / "conversations"
TEXTS = {
    language: json.loads((FOLDER / "texts" / f"{language}.json").read_text(encoding="utf-8"))
    for language in ("es", "en")
}
SAID = re.compile(r"""Say\(\s*f?["']([a-z_.]+)["']|chat\.([a-z_.]+)["']|Quick\(["']([a-z_0-9]+)["']""")


def keys_in_code():
    for path in FOLDER.rglob("*.py"):
        for said, text, quick in SAID.findall(path.read_text(encoding="utf-8")):
            if said and not said.endswith("."):
                yield f"chat.{said}"
            elif text and not text.endswith("."):
                yield f"chat.{text}"
            elif quick:
                yield f"chat.quick.{quick}"


def test_every_sentence_the_code_names_is_in_both_catalogues():
    missing = {key for key in keys_in_code() for texts in TEXTS.values() if key not in texts}

    assert missing == set()


def test_both_languages_have_the_same_sentences_and_placeholders():
    plain = {key: text for key, text in TEXTS["es"].items() if not key.endswith(".usted")}

    assert plain.keys() == TEXTS["en"].keys()
    for key, text in TEXTS["es"].items():
        other = TEXTS["en"][key.removesuffix(".usted")]
        allowed = set(re.findall(r"{(\w+)}", other)) | {"at", "At", "time", "day", "date", "where"}
        assert set(re.findall(r"{(\w+)}", text)) <= allowed, key


def test_a_formal_sentence_stands_beside_a_plain_one():
    assert all(key.removesuffix(".usted") in TEXTS["es"] for key in TEXTS["es"])


def test_every_informal_sentence_has_its_formal_form():
    informal = re.compile(
        r"\b(te|tu|tus|ti|tienes|dime|enseña|aceptas|prefieres|eliges|entenderte|avisarte|quieras)\b",
        re.IGNORECASE,
    )
    plain = {key: text for key, text in TEXTS["es"].items() if not key.endswith(".usted")}

    assert [
        key for key, text in plain.items() if informal.search(text) and f"{key}.usted" not in TEXTS["es"]
    ] == []
    assert [
        key for key, text in TEXTS["es"].items() if key.endswith(".usted") and informal.search(text)
    ] == []


@pytest.mark.parametrize("word", ["coger", "coge ", "lamentablemente", "vosotros", "checa", "!!", "click"])
def test_words_that_offend_or_bore_are_absent(word):
    assert [key for texts in TEXTS.values() for key, text in texts.items() if word in text.lower()] == []


def test_english_has_no_exclamation_marks():
    assert [key for key, text in TEXTS["en"].items() if "!" in text] == []


@pytest.mark.parametrize(
    ("language", "asked", "expected"),
    [
        ("es", "es-MX", "es-MX"),
        ("en", "es-MX", "en-GB"),
        ("es", "en-US", "es-ES"),
        ("en", "en-US", "en-US"),
        ("en", None, "en-GB"),
    ],
)
def test_the_locale_is_the_guests_own_when_it_is_in_their_language(language, asked, expected):
    assert locale_for(language, asked, FACTS) == expected


def run_understand(*lines):
    requests = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    command = [sys.executable, "-I", "-S", str(ROOT / "scripts" / "understand")]
    done = subprocess.run(command, input=requests, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_the_parser_command_needs_nothing_but_python():
    status, [answer] = run_understand(
        {
            "id": "a1",
            "text": "Quiero reservar para 4 personas mañana a las 20:00 a nombre de Lucía",
            "now": "2026-11-24T12:00:00",
            "tz": "Europe/Madrid",
        }
    )

    assert status == 0
    assert answer.pop("confidence") > 0.5
    assert answer == {
        "id": "a1",
        "intent": "reserve",
        "date": "2026-11-25",
        "time": "20:00",
        "party_size": 4,
        "name": "Lucía",
    }


def test_the_parser_command_keeps_the_order_and_goes_on_after_a_bad_line():
    good = {"text": "para dos", "now": "2026-11-24T12:00", "tz": "Europe/Madrid"}

    status, answers = run_understand(
        {**good, "id": 1}, "not json", {**good, "id": 3, "now": "soon"}, {**good, "id": 4}
    )

    assert status == 1
    assert [each["id"] for each in answers] == [1, None, 3, 4]
    assert ["error" in each for each in answers] == [False, True, True, False]


def test_the_parser_command_takes_the_question_that_was_asked():
    _, [answer] = run_understand(
        {
            "id": 1,
            "text": "8",
            "now": "2026-11-24T12:00",
            "tz": "Europe/London",
            "lang": "en",
            "context": "party_size",
        }
    )

    assert (answer["party_size"], answer["time"]) == (8, None)
