"""Every main path of the dialogue, word for word, in both languages. `SAVEIT_WRITE_GOLDEN=1` writes the files anew, to be read."""

from __future__ import annotations

import os

import pytest
from transcripts import FOLDER, played

SCRIPTS = sorted(FOLDER.glob("*.txt"))
PATHS = {
    "plain_booking",
    "all_in_one_message",
    "one_slot_at_a_time",
    "corrections",
    "full_with_alternative",
    "closed_day",
    "too_large",
    "change",
    "change_area",
    "by_the_way",
    "after_booking",
    "cancel",
    "status",
    "questions_in_the_middle",
    "hand_off_and_back",
    "nonsense",
    "two_languages",
    "replayed_message",
    "last_table",
    "refusals",
    "waitlist",
    "running_late",
    "reminder",
    "allergies",
    "stop_and_start",
    "erasure",
    "questions",
    "hold_runs_out",
    "hand_off_after_hours",
    "proven_phone",
    "plain_by_mail",
    "taken_by_mail",
    "shown_name",
    "late_supposed",
    "waitlist_told",
}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_the_conversation_goes_word_for_word_as_written(path):
    script = path.read_text(encoding="utf-8")
    transcript = played(script)
    if os.environ.get("SAVEIT_WRITE_GOLDEN"):
        path.write_text(transcript, encoding="utf-8")
        pytest.skip("written anew: read it before it is committed")
    assert transcript == script


def test_every_main_path_has_a_transcript_in_both_languages():
    written = {path.stem for path in SCRIPTS}
    assert {f"{language}_{name}" for language in ("es", "en") for name in PATHS} <= written
