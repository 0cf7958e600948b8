"""Holds the sentences together: every language says the same things, and every code that can reach a person has words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import pytest
from source_tree import ROOT, argument_strings, catalogue, modules, name, placeholders, strings, tree

from backend.checkin import OVERRIDABLE, Reason
from backend.platform.http.problems import _CODES as FIELD_CODES_OF_PYDANTIC
from backend.platform.refusals import STATUS
from backend.platform.texts import LANGUAGES
from backend.platform.texts import catalogue as joined
from backend.reservations.domain.requirements import _CODES as REQUIREMENT_CODES

CATALOGUES = sorted(
    path for folder in ("backend", "host_app") for path in (ROOT / folder).rglob("texts/es.json")
)
# Where a refusal's code is written, and at which argument.
REFUSING = {"Refusal": 0, "Refused": 0}
FIELD_REFUSING = {"field_refusal": 1, "FieldError": 1, "wrong": 0, "_problem": 1}
# A decision says these; the use cases turn them into the refusal of a field.
WORDS_FOR_FIELDS = {"unknown_area", "unknown_table"}
# Said on the live feed, which carries codes and no sentences.
ON_THE_FEED = {"too_many"}

# The contract's codes, as its readers rely on them.
CONTRACT_REFUSALS = (
    "too_soon", "too_far", "same_day_not_allowed", "closed", "outside_hours", "not_a_slot", "special_date_closed",
    "party_too_small", "party_too_large", "slot_unavailable", "pacing_limit", "guest_blocked",
    "phone_verification_required", "deposit_required", "identification_required", "privacy_not_accepted", "lock_timeout",
    "version_conflict", "invalid_transition",
)  # fmt: skip
CONTRACT_REASONS = (
    "ok", "already_checked_in", "too_early", "too_late", "wrong_day", "wrong_restaurant", "cancelled", "no_show",
    "completed", "pending", "bad_signature", "expired_code", "malformed", "unknown_key", "unknown_reservation",
)  # fmt: skip


def raised() -> set[str]:
    """Every code of a refusal in the server's code."""
    found = {code for path in modules("backend") for code in argument_strings(path, REFUSING.get)}
    mapped = _values(ROOT / "backend/platform/http/mount.py", "_HTTP_CODES")
    return found | set(REQUIREMENT_CODES.values()) | mapped


def field_codes() -> set[str]:
    """Every code of a wrong field in the server's code."""
    found = {code for path in modules("backend") for code in argument_strings(path, FIELD_REFUSING.get)}
    return found | set(FIELD_CODES_OF_PYDANTIC.values()) | {"invalid"}


def _values(path: Path, variable: str) -> set[str]:
    """The texts among the values of a dictionary in that module."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == variable:
            assert isinstance(node.value, ast.Dict)
            return {text for value in node.value.values for text in strings(value)}
    raise AssertionError(f"{name(path)} has no {variable}")


def test_the_scan_finds_codes() -> None:
    """So that an empty scan cannot make the tests below pass."""
    assert {"slot_unavailable", "not_found", "deposit_required", "closed"} <= raised()
    assert {"not_a_phone", "required", "overlaps", "unknown_timezone", "unknown_field"} <= field_codes()


@pytest.mark.parametrize("spanish", CATALOGUES, ids=name)
def test_both_languages_say_the_same_things(spanish: Path) -> None:
    english = catalogue(spanish.with_name("en.json"))

    # A formal variant exists only where Spanish needs one, a plural only where a language has one.
    assert {_plain(key) for key in catalogue(spanish)} == {_plain(key) for key in english}


def _plain(key: str) -> str:
    return key.removesuffix(".usted")


@pytest.mark.parametrize("spanish", CATALOGUES, ids=name)
def test_both_languages_fill_in_the_same_words(spanish: Path) -> None:
    english = catalogue(spanish.with_name("en.json"))
    both = [(key, sentence, english[key]) for key, sentence in catalogue(spanish).items() if key in english]

    assert [key for key, here, there in both if _facts(here) != _facts(there)] == []


def _facts(sentence: str) -> set[str]:
    """What a sentence is filled with. Some facts come in two forms: "20:00" and "a las 20:00", "tomorrow" and the day in full."""
    return {_FORMS.get(each, each) for each in placeholders(sentence)}


_FORMS = {"date": "day", "at": "time", "At": "time"}


@pytest.mark.parametrize("spanish", CATALOGUES, ids=name)
def test_the_formal_sentence_fills_in_the_same_words(spanish: Path) -> None:
    said = catalogue(spanish)
    formal = {key: said[key] for key in said if key.endswith(".usted")}

    assert [
        key for key, each in formal.items() if placeholders(each) != placeholders(said[_plain(key)])
    ] == []


@pytest.mark.parametrize("path", [*CATALOGUES, *(each.with_name("en.json") for each in CATALOGUES)], ids=name)
def test_no_sentence_is_empty(path: Path) -> None:
    assert [key for key, each in catalogue(path).items() if not each.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_a_sentence(language: str) -> None:
    said = joined(language)

    assert (
        sorted(code for code in raised() - WORDS_FOR_FIELDS - ON_THE_FEED if f"refusal.{code}" not in said)
        == []
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_wrong_field_has_a_sentence(language: str) -> None:
    said = joined(language)

    assert sorted(code for code in field_codes() if f"field.{code}" not in said) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_with_a_status_of_its_own_has_a_title(language: str) -> None:
    said = joined(language)

    assert sorted(code for code in STATUS if f"refusal.title.{code}" not in said) == []


def test_no_refusal_is_described_that_nothing_raises() -> None:
    described = {
        key.removeprefix("refusal.title.").removeprefix("refusal.")
        for key in joined("es")
        if key.startswith("refusal.")
    }
    # "too_soon.past" is another sentence of too_soon, "rule" the title of all rules.
    described -= {"too_soon.past", "rule"}

    assert sorted((described | set(STATUS)) - raised()) == []


def test_the_verdicts_are_those_of_the_contract() -> None:
    assert set(get_args(Reason)) == set(CONTRACT_REASONS)
    assert set(OVERRIDABLE) < set(CONTRACT_REASONS)


def test_the_refusals_of_the_contract_can_be_raised() -> None:
    assert set(CONTRACT_REFUSALS) <= raised()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_host_app_has_words_for_every_verdict(language: str) -> None:
    said = catalogue(ROOT / f"host_app/texts/{language}.json")

    assert [reason for reason in CONTRACT_REASONS if f"verdict.{reason}" not in said] == []


def asserted(folders: Iterable[str]) -> set[str]:
    """The texts that tests of these folders expect: in assertions, in `raises(match=…)` and in the tables they run through."""
    found: set[str] = set()
    for path in modules(*folders):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Assert) or (
                isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("parametrize", "raises"))
            ):
                found |= {
                    each.value
                    for each in ast.walk(node)
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }
    return found


def test_every_refusal_of_the_contract_is_produced_by_a_test() -> None:
    produced = asserted(["tests/unit/availability", "tests/unit/reservations", "tests/integration"])

    assert [code for code in CONTRACT_REFUSALS if code not in produced] == []


def test_every_verdict_is_produced_by_a_test() -> None:
    produced = asserted(["tests/unit/checkin"])

    assert [reason for reason in CONTRACT_REASONS if reason not in produced] == []


@pytest.mark.parametrize("home", ["backend", "host_app"])
def test_every_sentence_is_said_somewhere(home: str) -> None:
    """Its key stands in the code, or begins as the code begins keys that it completes at run time."""
    sources = [path for path in (ROOT / home).rglob("*") if path.suffix in {".py", ".kv", ".html", ".txt"}]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    heads = tuple(
        head for head in _heads(home) | set(re.findall(r'"([a-z_.]+\.)" ?\+', code)) if head.endswith(".")
    )
    keys = {
        key.removesuffix(".usted").removesuffix(".one")
        for path in CATALOGUES
        if home in path.parts
        for key in catalogue(path)
    }

    assert sorted(key for key in keys if key not in code and not key.startswith(heads)) == []


def _heads(home: str) -> set[str]:
    """What stands before the first value in an f-string, and what another text is added to."""
    found = set()
    for path in modules(home):
        for node in ast.walk(tree(path)):
            first = (
                node.values[0]
                if isinstance(node, ast.JoinedStr)
                else node.left
                if isinstance(node, ast.BinOp)
                else None
            )
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
    return found
