"""The Lex bot's template: it is what the catalogue says, AWS's own schema takes it, and what no schema knows holds too."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from backend.conversations.engines.catalogue import AREAS, BY_LEX_NAME, BY_LEX_SLOT, OCCASIONS

ROOT = Path(__file__).resolve().parents[3]
TEMPLATE = ROOT / "infra" / "cloudformation" / "lex.yaml"
GENERATOR = ROOT / "scripts" / "lex_template.py"
LINT = [
    sys.executable,
    "-c",
    "from cfnlint.runner import main; main()",
    "--non-zero-exit-code",
    "informational",
]
PARSED: dict[str, Any] = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))
RESOURCES: dict[str, Any] = PARSED["Resources"]
BOT = RESOURCES["Bot"]["Properties"]
LOCALES = BOT["BotLocales"]
IDS = [each["LocaleId"]["Ref"] for each in LOCALES]


def lint(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*LINT, str(path)], capture_output=True, text=True, check=False, timeout=120)


def utterances(locale: dict[str, Any]) -> list[str]:
    return [each["Utterance"] for intent in locale["Intents"] for each in intent.get("SampleUtterances", ())]


def test_the_committed_template_is_what_the_catalogue_says():
    done = subprocess.run(
        [sys.executable, str(GENERATOR), "--check"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


def test_the_check_sees_a_template_that_was_changed_by_hand(tmp_path):
    changed = TEMPLATE.read_text(encoding="utf-8").replace("quiero reservar", "quiero volar", 1)
    generator = GENERATOR.read_text(encoding="utf-8")
    (tmp_path / "lex.yaml").write_text(changed, encoding="utf-8")
    moved = generator.replace(
        "ROOT = Path(__file__).resolve().parent.parent", f"ROOT = Path({str(ROOT)!r})"
    ).replace('ROOT / "infra" / "cloudformation" / "lex.yaml"', f"Path({str(tmp_path / 'lex.yaml')!r})")
    (tmp_path / "generator.py").write_text(moved, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(tmp_path / "generator.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout.strip()) == (1, "lex.yaml is not what the catalogue says")


def test_cfn_lint_finds_nothing():
    done = lint(TEMPLATE)

    assert (done.returncode, done.stdout) == (0, "")


def test_cfn_lint_would_find_a_misspelt_property(tmp_path):
    wrong = tmp_path / "lex.yaml"
    wrong.write_text(
        TEMPLATE.read_text(encoding="utf-8").replace("DataPrivacy:", "DataPrivacies:"), encoding="utf-8"
    )

    assert "DataPrivacies" in lint(wrong).stdout


@pytest.mark.parametrize("locale", LOCALES, ids=IDS)
def test_every_locale_has_every_intent_of_the_catalogue(locale):
    assert {intent["Name"] for intent in locale["Intents"]} == set(BY_LEX_NAME)


@pytest.mark.parametrize("locale", LOCALES, ids=IDS)
def test_the_fallback_is_amazons_own_and_learns_from_nothing(locale):
    [fallback] = [intent for intent in locale["Intents"] if intent["Name"] == "FallbackIntent"]

    assert fallback["ParentIntentSignature"] == "AMAZON.FallbackIntent"
    assert "SampleUtterances" not in fallback


@pytest.mark.parametrize("locale", LOCALES, ids=IDS)
def test_no_utterance_teaches_two_intents(locale):
    said = [each.casefold() for each in utterances(locale)]

    assert sorted(each for each in set(said) if said.count(each) > 1) == []


@pytest.mark.parametrize("locale", LOCALES, ids=IDS)
def test_utterances_are_of_letters_and_slots_alone(locale):
    """Lex refuses most marks."""
    allowed = re.compile(r"(?:[^\W\d_]|[ ']|\{[A-Za-z]+\})+")

    assert [each for each in utterances(locale) if not allowed.fullmatch(each)] == []


@pytest.mark.parametrize("locale", LOCALES, ids=IDS)
def test_every_slot_that_is_spoken_of_is_there_once_with_its_priority_and_is_optional(locale):
    for intent in locale["Intents"]:
        spoken = {
            name
            for each in intent.get("SampleUtterances", ())
            for name in re.findall(r"\{(\w+)\}", each["Utterance"])
        }
        slots = intent.get("Slots", [])
        assert {slot["Name"] for slot in slots} == spoken
        assert {each["SlotName"] for each in intent.get("SlotPriorities", ())} == spoken
        assert {slot["ValueElicitationSetting"]["SlotConstraint"] for slot in slots} <= {"Optional"}


@pytest.mark.parametrize("locale", LOCALES, ids=IDS)
def test_every_intent_has_enough_to_learn_from(locale):
    """AWS asks for ten or more."""
    thin = [
        intent["Name"]
        for intent in locale["Intents"]
        if "ParentIntentSignature" not in intent and len(intent["SampleUtterances"]) < 10
    ]

    assert thin == []


@pytest.mark.parametrize("locale", LOCALES, ids=IDS)
def test_own_slot_types_have_the_values_saveit_knows(locale):
    types = {
        each["Name"]: [value["SampleValue"]["Value"] for value in each["SlotTypeValues"]]
        for each in locale["SlotTypes"]
    }

    assert types == {"Area": list(AREAS), "Occasion": list(OCCASIONS)}


@pytest.mark.parametrize("locale", LOCALES, ids=IDS)
def test_no_word_names_two_values_of_a_type(locale):
    for kind in locale["SlotTypes"]:
        words = [word["Value"].casefold() for value in kind["SlotTypeValues"] for word in value["Synonyms"]]
        assert len(words) == len(set(words))


def test_the_slots_the_dialogue_may_ask_lex_for_are_in_the_intent_it_names():
    reserve = next(intent for intent in LOCALES[0]["Intents"] if intent["Name"] == "Reserve")

    assert {slot["Name"] for slot in reserve["Slots"]} == set(BY_LEX_SLOT)


def test_the_bots_role_may_do_nothing_and_is_lexs_alone():
    role = RESOURCES["BotRole"]["Properties"]
    [statement] = role["AssumeRolePolicyDocument"]["Statement"]

    assert {"Policies", "ManagedPolicyArns"} & role.keys() == set()
    assert statement["Principal"] == {"Service": "lexv2.amazonaws.com"}
    assert statement["Condition"].keys() == {"StringEquals", "ArnLike"}


def test_who_calls_the_bot_may_put_messages_to_this_alias_and_no_more():
    [statement] = RESOURCES["CallerPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    assert (statement["Action"], statement["Resource"]) == (
        "lex:RecognizeText",
        {"Fn::GetAtt": ["BotAlias", "Arn"]},
    )


def test_another_bot_is_another_version_and_the_alias_moves_to_it():
    [version] = [name for name, each in RESOURCES.items() if each["Type"] == "AWS::Lex::BotVersion"]
    alias = RESOURCES["BotAlias"]["Properties"]

    assert re.fullmatch(r"Version[0-9a-f]{12}", version)
    assert alias["BotVersion"] == {"Fn::GetAtt": [version, "BotVersion"]}


def test_nothing_of_what_guests_write_is_kept_by_aws():
    text = json.dumps(PARSED)

    assert "ConversationLogSettings" not in text
    assert RESOURCES["BotAlias"]["Properties"]["SentimentAnalysisSettings"] == {"DetectSentiment": False}


def test_a_parent_stack_learns_every_setting_from_the_outputs():
    told = {each["Description"] for each in PARSED["Outputs"].values()}

    assert {"SAVEIT_LEX_BOT_ID", "SAVEIT_LEX_ALIAS_ID", "SAVEIT_LEX_LOCALES", "SAVEIT_LEX_REGION"} <= told
