#!/usr/bin/env python3
"""Writes `infra/cloudformation/lex.yaml`, the bot of Amazon Lex V2, from the catalogue of intents. Typed after it changed.

`--check` writes nothing and exits 1 when the committed file is another. Needs nothing but Python 3.11.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from backend.conversations.engines.catalogue import INTENTS, SLOTS, IntentEntry  # noqa: E402 -- only now is it found
from backend.conversations.engines.samples import ENGLISH, PROMPTS, SPANISH, WORDS, Samples  # noqa: E402

TEMPLATE = ROOT / "infra" / "cloudformation" / "lex.yaml"
LOCALES = {"es": ("SpanishLocale", SPANISH), "en": ("EnglishLocale", ENGLISH)}
HEAD = """\
# The bot of Amazon Lex V2 that reads messages the built-in parser is unsure of (decision 012). Nested by a parent stack, or alone.
# Made by scripts/lex_template.py from backend/conversations/engines/catalogue.py and samples.py: change those, not this.
"""


def template() -> dict[str, Any]:
    """The whole template. A version never changes, so a new bot gets a version of a new name, and the alias moves to it."""
    bot = _bot()
    digest = hashlib.sha256(json.dumps(bot, sort_keys=True).encode()).hexdigest()[:12]
    version = f"Version{digest}"
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "SaveIt: second reader of guests' messages, Amazon Lex V2, Spanish and English",
        "Parameters": _parameters(),
        "Resources": {
            "BotRole": _role(),
            "Bot": bot,
            version: _version(),
            "BotAlias": _alias(version),
            "CallerPolicy": _caller_policy(),
        },
        "Outputs": _outputs(),
    }


def _parameters() -> dict[str, Any]:
    return {
        "BotName": {
            "Type": "String",
            "Default": "saveit-reader",
            "AllowedPattern": "[0-9a-zA-Z][0-9a-zA-Z_-]{0,99}",
            "Description": "Name of the bot, one in the account and region",
        },
        "AliasName": {
            "Type": "String",
            "Default": "live",
            "Description": "Name of the alias that SaveIt asks",
        },
        "SpanishLocale": {
            "Type": "String",
            "Default": "es_ES",
            "AllowedValues": ["es_ES", "es_419", "es_US"],
            "Description": "Which Spanish the bot understands: of Spain, of Latin America, of the United States",
        },
        "EnglishLocale": {
            "Type": "String",
            "Default": "en_US",
            "AllowedValues": ["en_US", "en_GB", "en_AU"],
            "Description": "Which English the bot understands",
        },
        "ConfidenceThreshold": {
            "Type": "Number",
            "Default": 0.4,
            "MinValue": 0,
            "MaxValue": 1,
            "Description": "Below this score Lex answers with its fallback",
        },
    }


def _role() -> dict[str, Any]:
    """The role Lex takes. It may do nothing: the bot has no voice, no function and no conversation log."""
    bots = {"Fn::Sub": "arn:${AWS::Partition}:lex:${AWS::Region}:${AWS::AccountId}:bot/*"}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "Description": "Taken by the Lex bot that reads SaveIt messages; no permission is needed",
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lexv2.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                        "Condition": {
                            "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
                            "ArnLike": {"aws:SourceArn": bots},
                        },
                    }
                ],
            },
        },
    }


def _bot() -> dict[str, Any]:
    return {
        "Type": "AWS::Lex::Bot",
        "Properties": {
            "Name": {"Ref": "BotName"},
            "Description": "Reads one message at a time; remembers nothing",
            "RoleArn": {"Fn::GetAtt": ["BotRole", "Arn"]},
            "DataPrivacy": {"ChildDirected": False},
            "IdleSessionTTLInSeconds": 60,
            "AutoBuildBotLocales": True,
            "BotLocales": [
                _locale(language, parameter, samples) for language, (parameter, samples) in LOCALES.items()
            ],
        },
    }


def _locale(language: str, parameter: str, samples: Samples) -> dict[str, Any]:
    return {
        "LocaleId": {"Ref": parameter},
        "NluConfidenceThreshold": {"Ref": "ConfidenceThreshold"},
        "SlotTypes": [_slot_type(name, values) for name, values in WORDS[language].items()],
        "Intents": [_intent(entry, samples, PROMPTS[language]) for entry in INTENTS],
    }


def _slot_type(name: str, values: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    return {
        "Name": name,
        "ValueSelectionSetting": {"ResolutionStrategy": "TOP_RESOLUTION"},
        "SlotTypeValues": [
            {"SampleValue": {"Value": value}, "Synonyms": [{"Value": word} for word in words]}
            for value, words in values.items()
        ],
    }


def _intent(entry: IntentEntry, samples: Samples, prompts: Mapping[str, str]) -> dict[str, Any]:
    if entry.name == "other":
        return {
            "Name": entry.lex,
            "Description": "What fits nothing else",
            "ParentIntentSignature": "AMAZON.FallbackIntent",
        }
    utterances = samples[entry.name]
    used = [slot for slot in SLOTS if any(f"{{{slot.lex}}}" in each for each in utterances)]
    intent: dict[str, Any] = {
        "Name": entry.lex,
        "Description": f"The guest {entry.meaning}"[:200],
        "SampleUtterances": [{"Utterance": each} for each in utterances],
    }
    if used:
        intent["SlotPriorities"] = [
            {"Priority": number, "SlotName": slot.lex} for number, slot in enumerate(used, 1)
        ]
        intent["Slots"] = [_slot(slot.lex, slot.lex_type, prompts[slot.lex]) for slot in used]
    return intent


def _slot(name: str, kind: str, prompt: str) -> dict[str, Any]:
    message = {"Message": {"PlainTextMessage": {"Value": prompt}}}
    return {
        "Name": name,
        "SlotTypeName": kind,
        "ValueElicitationSetting": {
            "SlotConstraint": "Optional",
            "PromptSpecification": {"MaxRetries": 1, "MessageGroupsList": [message]},
        },
    }


def _version() -> dict[str, Any]:
    return {
        "Type": "AWS::Lex::BotVersion",
        "Properties": {
            "BotId": {"Ref": "Bot"},
            "BotVersionLocaleSpecification": [
                {
                    "LocaleId": {"Ref": parameter},
                    "BotVersionLocaleDetails": {"SourceBotVersion": "DRAFT"},
                }
                for parameter, _ in LOCALES.values()
            ],
        },
    }


def _alias(version: str) -> dict[str, Any]:
    return {
        "Type": "AWS::Lex::BotAlias",
        "Properties": {
            "BotId": {"Ref": "Bot"},
            "BotAliasName": {"Ref": "AliasName"},
            "BotVersion": {"Fn::GetAtt": [version, "BotVersion"]},
            "BotAliasLocaleSettings": [
                {"LocaleId": {"Ref": parameter}, "BotAliasLocaleSetting": {"Enabled": True}}
                for parameter, _ in LOCALES.values()
            ],
            "SentimentAnalysisSettings": {"DetectSentiment": False},
        },
    }


def _caller_policy() -> dict[str, Any]:
    """For the role SaveIt's own tasks run under: this one call on this one alias."""
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "Description": "Lets SaveIt put messages to its Lex bot",
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "lex:RecognizeText",
                        "Resource": {"Fn::GetAtt": ["BotAlias", "Arn"]},
                    }
                ],
            },
        },
    }


def _outputs() -> dict[str, Any]:
    locales = {"Fn::Join": [",", [{"Ref": parameter} for parameter, _ in LOCALES.values()]]}
    return {
        "BotId": {"Description": "SAVEIT_LEX_BOT_ID", "Value": {"Ref": "Bot"}},
        "BotAliasId": {
            "Description": "SAVEIT_LEX_ALIAS_ID",
            "Value": {"Fn::GetAtt": ["BotAlias", "BotAliasId"]},
        },
        "Locales": {"Description": "SAVEIT_LEX_LOCALES", "Value": locales},
        "Region": {"Description": "SAVEIT_LEX_REGION", "Value": {"Ref": "AWS::Region"}},
        "CallerPolicyArn": {
            "Description": "Policy for the role SaveIt's tasks run under",
            "Value": {"Ref": "CallerPolicy"},
        },
    }


def written(value: Mapping[str, Any]) -> str:
    """The template as YAML in block style; texts are quoted as JSON writes them, which YAML reads alike."""
    return HEAD + "\n".join(_lines(value, "")) + "\n"


def _lines(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _entry(f"{indent}{key}:", part, f"{indent}  ")
    else:
        for part in value:
            first, *rest = list(_lines(part, f"{indent}  ")) if _is_block(part) else [json.dumps(part)]
            yield f"{indent}- {first.strip()}"
            yield from rest


def _entry(key: str, part: Any, indent: str) -> Iterator[str]:
    if _is_block(part):
        yield key
        yield from _lines(part, indent)
    else:
        yield f"{key} {json.dumps(part, ensure_ascii=False)}"


def _is_block(value: Any) -> bool:
    return isinstance(value, Mapping | list)


def main(argv: list[str]) -> int:
    """Writes or checks the file."""
    text = written(template())
    if "--check" in argv:
        same = TEMPLATE.exists() and TEMPLATE.read_text(encoding="utf-8") == text
        print("as the catalogue says" if same else f"{TEMPLATE.name} is not what the catalogue says")
        return 0 if same else 1
    TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
    TEMPLATE.write_text(text, encoding="utf-8")
    print(f"written: {TEMPLATE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
