"""Names of threads and letters: found again, made by nobody else."""

from __future__ import annotations

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st
from letters import GUEST, letter
from mail_stand_ins import RESTAURANT, THREADS

from backend.conversations.channels.email.reading import Letter, read
from backend.conversations.channels.email.threads import Threads


def _answering(*references: str) -> Letter:
    found = read(letter(References=" ".join(f"<{each}>" for each in references)))
    assert found is not None
    return found


@given(st.uuids(), st.text(max_size=60), st.from_regex(r"[a-z]{1,20}\.example", fullmatch=True))
def test_our_letters_lead_back_to_their_conversation(restaurant: UUID, message: str, domain: str) -> None:
    first = read(letter())
    assert first is not None
    session = THREADS.session(restaurant, first, GUEST)
    ours = THREADS.our_id(message, session, domain)
    assert THREADS.session(restaurant, _answering("otra@x", ours), GUEST) == session


@given(st.text(max_size=120))
def test_no_name_that_others_make_is_ours(text: str) -> None:
    assert not THREADS.is_ours(text)


def test_another_server_s_key_makes_other_names() -> None:
    ours = Threads(b"x" * 32).our_id("m", "s.t", "casa.example")
    assert not THREADS.is_ours(ours)


def test_a_letter_s_name_fits_into_a_line_of_mail() -> None:
    first = read(letter())
    assert first is not None
    ours = THREADS.our_id(str(uuid4()), THREADS.session(RESTAURANT, first, GUEST), "a" * 63 + ".example")
    assert len(f"Message-ID: <{ours}>") < 250
