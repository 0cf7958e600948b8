"""Promises of the state machine, whatever the guest says in whatever order; and the state as it is stored."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from fake_house import STARTS, Talk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.conversations import runner
from backend.conversations.dialogue import actions, events
from backend.conversations.dialogue.state import DialogueState, Step
from backend.conversations.ports import Sender
from backend.platform.refusals import Refusal

MESSAGES = (
    "hola", "quiero reservar", "para 4", "somos 2", "mañana", "el viernes", "el lunes", "a las 9", "21:00", "18:00",
    "por la noche", "Lucía García", "600111222", "lucia@example.com", "sí", "no", "cancelar", "quiero cancelar mi reserva",
    "cambiar mi reserva", "a las 22:00", "otra hora", "otro día", "ver mi reserva", "K7M2Q2", "hablar con una persona",
    "volver al asistente", "asdf", "gracias", "¿admitís perros?", "¿qué horario tenéis?", "¿abrís el lunes?",
    "mesa para 2 mañana a las 21:00 a nombre de Ana, 600111222", "mesa para 15 el sábado", "la primera", "vale",
    "hay mesa para 4 el jueves a las 21:00?", "seremos dos más", "apúntame en la lista de espera", "el finde",
    "somos alérgicos al marisco", "la del viernes", "olvídalo", "mejor a las 20:30", "cambiar algo", "yes",
    "table for two tonight", "llegamos tarde", "más tarde?", "otro número de personas", "en la terraza",
    "llegamos 20 minutos tarde", "llegaremos a las 21:10", "sí, confirmo", "allí estaremos", "no podremos ir", "BAJA", "ALTA",
    "borrad mis datos", "Sí, borrar", "Lista de espera", "quítame de la lista de espera", "¿hay wifi?", "mi hija es celíaca",
    "mesa para 4 el jueves a las 21:00", "mesa para 8 el jueves", "¿tenéis terraza?",
)  # fmt: skip
REFUSALS = (
    "guest_blocked", "lock_timeout", "phone_verification_required", "slot_unavailable", "closed",
    "unavailable", "too_far", "deposit_required", "party_too_small",
)  # fmt: skip
DONE = {"booked": events.Booked, "booked_pending": events.Booked, "changed": events.BookingChanged}
DONE |= {
    "late_kept": events.LateNoted,
    "late_not_kept": events.LateNoted,
    "attended": events.Attended,
    "noted_in": events.NoteAdded,
    "waiting": events.OnWaitlist,
    "waiting_first": events.OnWaitlist,
    "wait_left": events.LeftWaitlist,
    "stopped": events.WishKept,
    "started": events.WishKept,
    "erased_soon": events.ErasurePlanned,
    "held": events.SlotHeld,
}
DONE |= dict.fromkeys(("cancelled", "cancelled_late", "cancelled_penalty"), events.BookingCancelled)
HELD_STEPS = {Step.ASK_NAME, Step.ASK_CONTACT, Step.CONFIRM}

turns = st.lists(
    st.tuples(
        st.sampled_from(MESSAGES),
        st.sampled_from((None, None, None, None, None, *REFUSALS)),
        st.sampled_from((0, 0, 0, 1, 6, 50)),
    ),
    min_size=1,
    max_size=14,
)


SENDERS = {
    "web": Sender(),
    "whatsapp": Sender(phone="+34600111222", name="✨Reina✨"),
    "email": Sender(email="marta@example.com", name="Marta Ruiz"),
}


class Watch:
    """Stands between runner and machine and holds every move against the promises."""

    def __init__(self, advance):
        self._advance = advance
        self.read_back = None
        self.told = set()

    def __call__(self, state, event, facts, now):
        outcome = self._advance(state, event, facts, now)
        self.facts = facts
        self.promises(state, event, outcome)
        for said in outcome.says:
            if said.key == "confirm":
                self.read_back = said.values["slot"]
            if said.key == "confirm_ask_consent":
                assert outcome.state.draft.id not in self.told
                self.told.add(outcome.state.draft.id)
        return outcome

    def promises(self, state, event, outcome):
        action = outcome.action
        if not self.facts.holds:
            assert not isinstance(action, actions.HoldSlot)
            assert not {said.key for said in outcome.says} & {"held", "hold_for", "hold_left", "hold_over"}
        for said in outcome.says:
            assert said.key not in DONE or isinstance(event, DONE[said.key])
        if isinstance(action, actions.Book):
            assert state.step is Step.CONFIRM
            assert event.read.intent == "confirm"
            assert replace(action.draft, area=action.area).slot == self.read_back
            assert action.draft.has_contact
            assert state.consented or action.draft.id in self.told
        if isinstance(action, actions.JoinWaitlist):
            assert state.step is Step.CONFIRM_WAIT
            assert event.read.intent == "confirm"
            assert action.draft.has_contact
        if isinstance(action, actions.EraseGuest):
            assert state.step is Step.CONFIRM_ERASURE
            assert event.is_known
        if isinstance(action, actions.CancelBooking):
            assert state.step is Step.CONFIRM_CANCEL
        if isinstance(action, actions.ChangeBooking):
            assert state.step is Step.CONFIRM_CHANGE
        if state.step is Step.WITH_STAFF and isinstance(event, events.Heard):
            assert action is None or isinstance(action, (actions.TakeBack, actions.KeepWish))
        if outcome.state.step in HELD_STEPS and action is None and isinstance(event, events.SlotHeld):
            assert outcome.state.hold.ask == outcome.state.draft.slot


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(turns=turns, channel=st.sampled_from(sorted(SENDERS)))
def test_nothing_is_done_without_being_asked_or_said_without_being_done(turns, channel):
    talk = Talk(channel=channel)
    sender = SENDERS[channel]
    talk.house.fill(date(2026, 11, 25), time(21))
    for at in STARTS:
        talk.house.fill(date(2026, 11, 26), at)
    genuine = runner.advance
    runner.advance = Watch(genuine)
    try:
        for text, refusal, minutes in turns:
            if refusal is not None:
                talk.house.next_refusals.append(Refusal(refusal))
            talk.clock.forward(minutes=minutes)
            if minutes == 50:
                talk.house.tell()
            talk.hear(text, sender=sender)
    finally:
        runner.advance = genuine
    assert len(talk.house.bookings) == len(set(talk.house.keys.values()))


def test_a_slot_that_could_not_be_held_is_held_and_read_back_before_it_is_booked():
    talk = Talk()
    talk.house.next_refusals.append(Refusal("unavailable"))
    talk.hear("mesa para 2 mañana a las 21:00 a nombre de Ana, 600111222")

    (reply,) = talk.hear("vale")

    assert not talk.house.bookings
    assert "¿La confirmo?" in reply["text"]
    talk.hear("sí")
    assert len(talk.house.bookings) == 1


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(turns=turns)
def test_the_state_survives_being_stored(turns):
    talk = Talk()
    for text, _, _ in turns:
        talk.hear(text)
        stored = talk.state
        assert DialogueState.from_json(json.loads(json.dumps(stored))).to_json() == stored


def test_a_fresh_state_is_stored_as_nothing():
    assert DialogueState().to_json() == {}


@pytest.mark.parametrize(
    "broken",
    [{"step": "nowhere"}, {"hold": {"id": "x"}}, {"draft": {"date": "soon"}}, {"unknown": 1}, {"offers": 3}],
)
def test_a_broken_stored_state_is_told_apart(broken):
    with pytest.raises((ValueError, TypeError, KeyError)):
        DialogueState.from_json(broken)


DRAWING = Path(__file__).parents[3] / "docs" / "decisions" / "010-understanding.md"


def test_every_step_is_in_the_drawing_and_no_other():
    drawn = re.search(r"```mermaid\n(.*?)```", DRAWING.read_text(encoding="utf-8"), re.DOTALL)
    named = set(re.findall(r"\b[a-z]+(?:_[a-z]+)*\b", drawn.group(1)))
    composite = {"making", "existing", "before"}

    assert {str(step) for step in Step} <= named
    arrows = re.findall(r"^\s*(\w+|\[\*\]) --> (\w+)", drawn.group(1), re.MULTILINE)
    ends = {end for arrow in arrows for end in arrow} - {"[*]"} - composite
    assert ends <= {str(step) for step in Step}


@pytest.mark.parametrize(
    "lines",
    [
        ("Quiero reservar para 4 personas mañana a las 20:00", "Lucía García, 600 111 222", "sí"),
        ("a table for 4 tomorrow at 8pm please", "Lucy Green, 07700 900222", "yes"),
    ],
)
def test_a_plain_booking_takes_three_messages_each_way(lines):
    talk = Talk()

    answers = [talk.hear(line) for line in lines]

    assert [len(each) for each in answers] == [1, 1, 1]
    assert answers[-1][0]["card"]["event"] == "booked"


def test_who_says_it_all_and_is_known_books_with_two_messages():
    talk = Talk(channel="whatsapp")
    sender = Sender(phone="+34600111222")

    talk.hear("mesa para 2 mañana a las 21:30, Marta Ruiz", sender=sender)

    assert talk.hear("sí", sender=sender)[0]["card"]["event"] == "booked"


@pytest.mark.parametrize("channel", ["whatsapp", "email"])
def test_who_is_shown_with_a_name_books_with_two_messages_saying_none(channel):
    talk = Talk(channel=channel)
    sender = Sender(phone="+34600111222", email="marta@example.com", name="Marta Ruiz")

    (asked,) = talk.hear("mesa para 2 mañana a las 21:30", sender=sender)

    assert "a nombre de Marta Ruiz" in asked["text"]
    assert talk.hear("sí", sender=sender)[0]["card"]["event"] == "booked"


def test_by_mail_the_yes_books_what_is_still_free_days_later():
    talk = Talk(channel="email")
    sender = Sender(email="marta@example.com", name="Marta Ruiz")
    talk.hear("mesa para 2 el domingo a las 21:00", sender=sender)
    assert not talk.house.holds

    talk.clock.forward(days=2)

    assert talk.hear("sí", sender=sender)[0]["card"]["event"] == "booked"


def test_by_mail_a_table_that_went_is_not_booked_at_the_yes():
    talk = Talk(channel="email")
    sender = Sender(email="marta@example.com", name="Marta Ruiz")
    talk.hear("mesa para 2 el domingo a las 21:00", sender=sender)
    talk.house.fill(date(2026, 11, 29), time(21))

    (reply,) = talk.hear("sí", sender=sender)

    assert not talk.house.bookings
    assert len(reply["quickReplies"]) == 3
