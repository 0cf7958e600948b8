"""Which reader the settings make, what they refuse, and what a second reader costs who has none."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from provider_stand_ins import Raw, Understood, stand_in
from pydantic import ValidationError

from backend.__main__ import main
from backend.conversations.engines.chain import ReaderChain
from backend.conversations.engines.configured import reader
from backend.conversations.engines.port import BuiltInReader
from backend.platform.redis import Redis
from backend.platform.telemetry import Telemetry
from backend.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
NOWHERE = Redis("redis://127.0.0.1:1/0")
LEX = {"lex_bot_id": "ABCDEFGHIJ", "lex_alias_id": "TSTALIASID", "lex_region": "eu-west-1"}


def made(**given: Any) -> Any:
    return reader(Settings(**given), NOWHERE, Telemetry(), lambda: datetime(2026, 11, 24, tzinfo=UTC))


def test_without_settings_the_built_in_parser_reads_alone():
    assert type(made()) is BuiltInReader


def test_engines_are_asked_in_the_order_of_the_setting():
    chain = made(readers="builtin, openai,lex ,anthropic", openai_api_key="k", anthropic_api_key="k", **LEX)

    assert isinstance(chain, ReaderChain)
    assert [each.engine.name for each in chain._engines] == ["openai", "lex", "anthropic"]


@pytest.mark.parametrize(
    "given",
    [
        {"readers": ""},
        {"readers": "anthropic"},
        {"readers": "lex,builtin"},
        {"readers": "builtin,gemini"},
        {"readers": "builtin,builtin"},
        {"readers": "builtin,lex,lex", **LEX},
        {"readers": "builtin,anthropic"},
        {"readers": "builtin,openai", "openai_api_key": "k", "openai_model": ""},
        {"readers": "builtin,lex", "lex_bot_id": "ABCDEFGHIJ", "lex_alias_id": "TSTALIASID"},
        {"readers_threshold": 1.5},
        {"readers_per_day": 0},
    ],
)
def test_a_setting_that_cannot_work_is_refused_at_the_start(given):
    with pytest.raises(ValidationError):
        Settings(**given)


def test_what_is_lacking_is_named():
    with pytest.raises(ValidationError, match="SAVEIT_LEX_BOT_ID and SAVEIT_LEX_ALIAS_ID"):
        Settings(readers="builtin,lex", lex_region="eu-west-1")


def test_keys_are_not_in_what_settings_print():
    shown = repr(Settings(anthropic_api_key="sk-ant-1", openai_api_key="sk-2"))

    assert "sk-" not in shown


def test_who_uses_no_engine_loads_no_sdk():
    code = (
        "import sys; import backend.conversations.engines.configured as c; from backend.settings import Settings;"
        "from backend.platform.redis import Redis; from backend.platform.telemetry import Telemetry;"
        "c.reader(Settings(), Redis('redis://127.0.0.1:1/0'), Telemetry(), None);"
        "print([m for m in ('anthropic', 'openai', 'boto3', 'botocore', 'httpx2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout.strip() == "[]"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command with a provider that tells so, and gives its status and what it printed."""

    def run(told: Understood | Raw) -> tuple[int, list[dict[str, Any]]]:
        with stand_in() as provider:
            provider.tells(told)
            monkeypatch.setenv("SAVEIT_READERS", "builtin,openai")
            monkeypatch.setenv("SAVEIT_OPENAI_API_KEY", "sk-test")
            monkeypatch.setenv("SAVEIT_OPENAI_BASE_URL", f"{provider.url}/v1")
            status = main(["try-readers", "Wir sind zu viert, 600111222", "--language", "es"])
        return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def test_an_operator_sees_what_each_reader_makes_of_a_message(lines):
    status, (_, second) = lines(
        Understood("reserve", (("party_size", "4", "zu viert"), ("time", "20:00", "acht")))
    )

    assert status == 0
    assert (second["reader"], second["intent"], second["partySize"]) == ("openai", "reserve", 4)
    assert second["valuesDropped"] == 1
    assert second["sent"] == "Wir sind zu viert, [PHONE_1]"


def test_an_operator_sees_why_a_reader_gives_no_answer(lines):
    status, (_, second) = lines(Raw(b"{}", 401))

    assert (status, second["outcome"]) == (1, "rejected: 401")


def test_a_zone_that_is_none_is_refused_with_a_word(capsys):
    with pytest.raises(SystemExit):
        main(["try-readers", "hola", "--tz", "Mars/Olympus"])

    assert "no such zone" in capsys.readouterr().err
