"""The door for letters: what becomes of each, in which thread it is, what is known of its author."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from letters import GUEST, HOUSE, PROOF, bounce, letter
from mail_stand_ins import NOW, RESTAURANT, THREADS, Hall, hall

from backend.conversations.channels.email.door import Arrival, Outcome
from backend.conversations.channels.records import Inbound
from backend.platform.refusals import Refusal

BOOKING = UUID("019b0000-0000-7000-8000-0000000000bb")


def _take(at: Hall, raw: bytes, **more: object) -> Outcome:
    return at.door.take(replace(Arrival(raw, NOW), **more), NOW)  # type: ignore[arg-type]


def _taken(raw: bytes, at: Hall | None = None) -> Inbound:
    at = at or hall()
    assert _take(at, raw) is Outcome.TAKEN
    return at.taken[-1]


def test_a_guest_s_letter_is_written_down_with_the_way_back() -> None:
    taken = _taken(letter())
    assert (taken.address, taken.text, taken.name) == (GUEST, "Mesa para 4 mañana a las 20:00", "Lucía Gómez")
    assert (taken.thread["messageId"], taken.thread["subject"], taken.thread["to"]) == (
        "uno@correo.example",
        "Reserva",
        HOUSE,
    )


def test_nothing_that_is_kept_beside_the_letter_holds_an_address() -> None:
    taken = _taken(letter(message_id=f"<{GUEST}>"))
    assert not any("correo" in each or "lucia" in each for each in (taken.session_id, taken.message_id))


def test_a_letter_that_comes_twice_is_taken_once() -> None:
    at = hall()
    assert [_take(at, letter()), _take(at, letter())] == [Outcome.TAKEN, Outcome.REPEATED]


def test_another_guest_s_letter_with_the_same_id_is_taken_too() -> None:
    at = hall()
    assert [_take(at, letter()), _take(at, letter(sender="b@otro.example"))] == [Outcome.TAKEN, Outcome.TAKEN]


@pytest.mark.parametrize(
    ("said", "proven"), [(PROOF, True), ("mx.evil.example; dmarc=pass header.from=correo.example", False)]
)
def test_an_author_is_proven_by_a_trusted_server_alone(said: str, proven: bool) -> None:
    sender = _taken(letter(Authentication_Results=said)).sender
    assert (sender.email, sender.proven) == (GUEST, proven)


def test_who_wants_the_answer_elsewhere_is_not_proven_there() -> None:
    sender = _taken(letter(Authentication_Results=PROOF, Reply_To="otra@otro.example")).sender
    assert (sender.email, sender.proven) == ("otra@otro.example", False)


def test_a_carrier_s_own_finding_goes_before_the_letter_s_fields() -> None:
    at = hall()
    _take(at, letter(Authentication_Results=PROOF), proven=False)
    assert not at.taken[0].sender.proven


def test_a_letter_for_nobody_here_is_not_taken() -> None:
    assert _take(hall(), letter(to="otros@example.org")) is Outcome.UNKNOWN


def test_the_envelope_says_for_whom_a_blind_copy_is() -> None:
    assert _take(hall(), letter(to="otros@example.org"), recipients=(HOUSE,)) is Outcome.TAKEN


def test_a_letter_larger_than_we_read_is_not_read() -> None:
    assert _take(hall(largest=20_000), letter("a" * 30_000)) is Outcome.TOO_LARGE


def test_bytes_that_are_no_letter_are_put_aside() -> None:
    assert _take(hall(), b"") is Outcome.UNREADABLE


def test_what_the_carrier_calls_spam_is_not_answered() -> None:
    assert _take(hall(), letter(), spam=True) is Outcome.SPAM


def test_one_address_is_answered_so_often_an_hour() -> None:
    at = hall(per_hour=3)
    outcomes = [_take(at, letter(message_id=f"<{number}@x>")) for number in range(4)]
    assert outcomes == [Outcome.TAKEN] * 3 + [Outcome.TOO_MANY]


def test_another_address_is_answered_meanwhile() -> None:
    at = hall(per_hour=1)
    _take(at, letter())
    assert _take(at, letter(sender="b@otro.example")) is Outcome.TAKEN


def test_a_house_is_not_flooded_by_many_addresses() -> None:
    at = hall(house_per_hour=5)
    at.store.house_wrote = 5
    assert _take(at, letter()) is Outcome.TOO_MANY


def test_a_letter_of_ours_that_comes_back_is_known() -> None:
    ours = THREADS.our_id("m1", "s.t", "casalola.example")
    assert _take(hall(), letter(message_id=f"<{ours}>")) is Outcome.OURS


@pytest.mark.parametrize("sender", [HOUSE, "avisos@saveit.example"])
def test_a_letter_from_our_own_address_is_ours(sender: str) -> None:
    assert _take(hall(), letter(sender=sender)) is Outcome.OURS


def test_a_bounce_marks_our_letter_as_failed() -> None:
    at = hall()
    at.feedback.known = {"x.y@casalola.example"}
    assert _take(at, bounce("x.y@casalola.example")) is Outcome.BOUNCE
    assert at.feedback.reports == [("x.y@casalola.example", "failed", "5.1.1")]


def test_a_bounce_of_a_letter_that_ses_named_is_found_by_its_short_name() -> None:
    at = hall()
    _take(at, bounce("0102abc@eu-west-1.amazonses.com"))
    assert [each[0] for each in at.feedback.reports] == ["0102abc@eu-west-1.amazonses.com", "0102abc"]


def test_a_delay_marks_nothing() -> None:
    at = hall()
    _take(at, bounce("x.y@casalola.example", status="4.4.1", action="delayed"))
    assert at.feedback.reports == []


def test_nothing_is_lost_while_the_database_is_away() -> None:
    at = hall()
    at.intake.away = True
    with pytest.raises(Refusal):
        _take(at, letter())


# Threads


def test_an_answer_to_the_first_letter_s_thread_is_in_its_conversation() -> None:
    at = hall()
    first = _taken(letter(), at)
    ours = THREADS.our_id("m1", first.session_id, "casalola.example")
    again = _taken(
        letter(
            "Sí", message_id="<dos@x>", References=f"<uno@correo.example> <{ours}>", In_Reply_To=f"<{ours}>"
        ),
        at,
    )
    assert again.session_id == first.session_id


def test_a_program_that_names_only_what_it_answers_is_in_the_conversation_too() -> None:
    at = hall()
    first = _taken(letter(), at)
    ours = THREADS.our_id("m1", first.session_id, "casalola.example")
    assert (
        _taken(letter("Sí", message_id="<dos@x>", In_Reply_To=f"<{ours}>"), at).session_id == first.session_id
    )


def test_an_answer_that_a_provider_renamed_is_found_by_the_provider_s_name() -> None:
    at = hall()
    first = _taken(letter(), at)
    at.store.answered = {"0102@eu-west-1.amazonses.com": first.session_id}
    again = _taken(letter("Sí", message_id="<dos@x>", In_Reply_To="<0102@eu-west-1.amazonses.com>"), at)
    assert again.session_id == first.session_id


def test_somebody_else_in_the_same_thread_has_another_conversation() -> None:
    at = hall()
    first = _taken(letter(), at)
    ours = THREADS.our_id("m1", first.session_id, "casalola.example")
    other = _taken(
        letter(
            "Cancela",
            sender="b@otro.example",
            message_id="<dos@x>",
            References=f"<uno@correo.example> <{ours}>",
        ),
        at,
    )
    assert other.session_id != first.session_id


def test_a_new_letter_begins_a_new_conversation() -> None:
    at = hall()
    first, second = _taken(letter(), at), _taken(letter(message_id="<dos@x>"), at)
    assert first.session_id != second.session_id


def test_a_seal_that_nobody_here_made_joins_no_conversation() -> None:
    at = hall()
    first = _taken(letter(), at)
    forged = f"m1.{first.session_id}.{'0' * 24}@casalola.example"
    assert _taken(letter(message_id="<dos@x>", In_Reply_To=f"<{forged}>"), at).session_id != first.session_id


def test_answers_to_any_message_about_a_booking_are_one_conversation() -> None:
    at = hall()
    at.store.bookings = {"confirmacion@x": BOOKING, "recordatorio@x": BOOKING}
    sessions = {
        _taken(letter("Llego tarde", message_id=f"<{number}@x>", In_Reply_To=f"<{about}>"), at).session_id
        for number, about in enumerate(at.store.bookings)
    }
    assert len(sessions) == 1


def test_the_same_letter_has_another_session_at_another_restaurant() -> None:
    from backend.conversations.channels.email.reading import read

    found = read(letter())
    assert found is not None
    other = UUID(int=5)
    assert THREADS.session(RESTAURANT, found, GUEST) != THREADS.session(other, found, GUEST)


def test_letters_out_of_order_are_in_one_conversation() -> None:
    at = hall()
    later = _taken(letter("¿Y a las nueve?", message_id="<dos@x>", References="<uno@correo.example>"), at)
    first = _taken(letter(), at)
    assert later.session_id == first.session_id


def test_a_long_thread_keeps_its_beginning() -> None:
    at = hall()
    chain = " ".join(f"<{number}@x>" for number in range(80))
    taken = _taken(letter(message_id="<last@x>", References=chain), at)
    assert taken.thread["references"].split()[0] == "0@x"
    assert taken.thread["references"].split()[-1] == "last@x"
