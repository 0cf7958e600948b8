"""What guests say around a booking, on the real house: what is written, what the staff sees of it, what is gone afterwards."""

from __future__ import annotations

from itertools import count
from typing import Any
from uuid import UUID

from stage import TOMORROW, Stage

from backend.conversations.ports import Sender

PHONE = "+34600111222"
KNOWN = Sender(phone=PHONE)
NUMBERS = count()


def say(stage: Stage, *texts: str, sender: Sender = KNOWN, channel: str = "whatsapp") -> str:
    """Says one after another; the text of the last reply, empty when the assistant is silent."""
    replies: list[Any] = []
    for text in texts:
        replies = stage.services.conversations.receive(
            stage.restaurant_id,
            f"thread-{sender.phone or sender.email or 'web'}",
            f"m{next(NUMBERS)}",
            text,
            "es-ES",
            channel,
            sender,
        )
    return " ".join(each.text for each in replies)


def booked(stage: Stage, hour: str = "21:00") -> dict[str, Any]:
    """A booking made by the known guest in words, an hour and a half ago: the conversation about it is over."""
    assert "¡Listo" in say(stage, f"mesa para 2 mañana a las {hour}, Lucía García", "sí")
    stage.later(hours=1.5)
    return seen(stage)


def seen(stage: Stage) -> dict[str, Any]:
    """The only booking of tomorrow as the host sees it."""
    path = f"/reservations?restaurantId={stage.restaurant_id}&date={TOMORROW.isoformat()}"
    (only,) = stage.call("GET", path, stage.staff["host"]).get_json()["reservations"]
    return only


def test_a_delay_told_in_words_is_on_the_hosts_screen(stage: Stage) -> None:
    booked(stage)
    stage.at("2026-12-17 20:50")

    told = say(stage, "llegamos 10 minutos tarde")

    assert "a las 21:10, y la mesa se guarda hasta las 21:15" in told
    assert seen(stage)["eta"] == "2026-12-17T21:10:00+01:00"


def test_more_than_the_grace_is_not_promised(stage: Stage) -> None:
    stage.set_rules(lateGraceMinutes=5)
    booked(stage)

    told = say(stage, "llegamos 20 minutos tarde")

    assert "solo se guarda hasta las 21:05" in told
    assert seen(stage)["eta"] == "2026-12-17T21:20:00+01:00"


def test_a_yes_to_a_reminder_confirms_and_a_no_cancels_after_the_policy_was_told(stage: Stage) -> None:
    booked(stage)
    stage.at("2026-12-16 21:30")

    assert "Gracias por confirmar, Lucía" in say(stage, "sí, confirmo")
    assert seen(stage)["guestConfirmedAt"] is not None

    assert "¿Cancelo la mesa" in say(stage, "al final no podremos ir")
    assert seen(stage)["status"] == "confirmed"
    say(stage, "sí")
    assert seen(stage)["status"] == "cancelled"


def test_an_allergy_told_by_the_guest_is_kept_with_them_and_with_the_booking(stage: Stage) -> None:
    booked(stage)

    told = say(stage, "mi hijo es alérgico a los frutos secos")

    assert "el equipo lo verá" in told
    assert "alérgico a los frutos secos" in seen(stage)["notes"]
    assert "alérgico a los frutos secos" in seen(stage)["guest"]["allergies"]


def test_an_allergy_told_while_booking_is_kept_with_the_guest_too(stage: Stage) -> None:
    told = say(stage, "mesa para 2 mañana a las 21:00, Lucía García, soy celíaca")
    assert "«soy celíaca»" in told
    say(stage, "sí")

    assert (seen(stage)["notes"], seen(stage)["guest"]["allergies"]) == ("soy celíaca", "soy celíaca")


def test_who_only_has_the_code_writes_to_the_booking_and_not_to_the_guest(stage: Stage) -> None:
    booking = booked(stage)
    stranger = Sender()

    say(stage, "soy alérgica al marisco", booking["code"], sender=stranger, channel="web")

    assert "marisco" in seen(stage)["notes"]
    assert seen(stage)["guest"]["allergies"] is None


def test_a_claimed_address_opens_nothing(stage: Stage) -> None:
    stage.booked(time="21:00", partySize=2, guest={"name": "Lucía García", "email": "lucia@example.com"})
    claimed = Sender(email="lucia@example.com", proven=False)

    told = say(stage, "llegamos 10 minutos tarde", sender=claimed, channel="email")

    assert "no encuentro ninguna reserva" in told
    assert seen(stage)["eta"] is None


def test_the_area_that_is_read_back_is_the_area_that_is_booked(stage: Stage) -> None:
    read_back = say(stage, "mesa para 4 mañana a las 20:00, Lucía García")
    say(stage, "sí")

    area = {"sala": "Sala", "terraza": "Terraza"}[seen(stage)["area"]]
    assert f"zona {area}" in read_back


def test_a_full_hour_leads_to_the_waiting_list_and_a_cancellation_to_the_staffs_screen(
    stage: Stage,
) -> None:
    taken = [
        stage.booked(partySize=6, guest={"name": "Otra", "phone": f"60000000{number}"}) for number in range(2)
    ]

    say(stage, "mesa para 6 mañana a las 20:00", "apúntame en la lista de espera")
    assert "Lista de espera para 6" in say(stage, "Lucía García")
    assert "No es una reserva todavía" in say(stage, "sí")
    stage.work()

    stage.call("DELETE", f"/reservations/{taken[0]['reservation']['id']}", stage.staff["host"])
    stage.work()

    assert [event.type for _, event in stage.live.published].count("waitlist.offered") == 1
    assert "ya no estás" in say(stage, "quítame de la lista de espera")
    path = f"/waitlist?restaurantId={stage.restaurant_id}"
    assert stage.call("GET", path, stage.staff["host"]).get_json()["entries"] == []


def test_stop_is_kept_with_the_thread_and_the_guest_and_start_takes_it_back(stage: Stage) -> None:
    guest = UUID(booked(stage)["guest"]["id"])

    assert "ya no te enviaremos recordatorios" in say(stage, "BAJA")
    assert say(stage, "no me escribáis más") == ""
    exported = stage.services.guests.export(stage.restaurant_id, guest, "owner:test")
    assert [(each["purpose"], each["given"]) for each in exported["consents"]][-1] == ("messages", False)
    with stage.services.database.tenant(stage.restaurant_id) as tx:
        assert tx.value("SELECT count(*) FROM conversations WHERE stopped_at IS NOT NULL") == 1

    say(stage, "ALTA")
    with stage.services.database.tenant(stage.restaurant_id) as tx:
        assert tx.value("SELECT count(*) FROM conversations WHERE stopped_at IS NOT NULL") == 0
    exported = stage.services.guests.export(stage.restaurant_id, guest, "owner:test")
    assert [(each["purpose"], each["given"]) for each in exported["consents"]][-1] == ("messages", True)


def test_an_erasure_asked_for_and_confirmed_leaves_nothing_a_moment_later(stage: Stage) -> None:
    booked(stage)

    assert "¿Lo borro todo?" in say(stage, "borrad mis datos")
    assert "tus datos estarán borrados" in say(stage, "sí")
    stage.work()
    assert seen(stage)["guest"]["name"] == "Lucía García"

    stage.later(minutes=3)
    stage.work()

    with stage.services.database.tenant(stage.restaurant_id) as tx:
        assert tx.value("SELECT count(*) FROM conversations") == 0
        assert tx.value("SELECT count(*) FROM conversation_turns") == 0
    kept = seen(stage)
    assert (kept["guest"]["name"], kept["guest"]["phone"], kept["notes"]) == (None, None, None)


def test_an_erasure_that_is_not_confirmed_changes_nothing(stage: Stage) -> None:
    booked(stage)
    say(stage, "borrad mis datos", "no")

    stage.later(minutes=3)
    stage.work()

    assert seen(stage)["guest"]["phone"] == PHONE


def change_profile(stage: Stage, name: str, key: str, value: dict[str, str]) -> Any:
    """The owner writes one text of the profile; the answer."""
    path = f"/restaurants/{stage.restaurant_id}/config"
    current = stage.call("GET", path, stage.staff["owner"]).get_json()
    current["profile"][name][key] = value
    headers = {"If-Match": str(current["version"])}
    return stage.call("PUT", path, stage.staff["owner"], json=current, headers=headers)


def test_questions_are_answered_from_the_profile_that_the_owner_wrote(stage: Stage) -> None:
    assert "Eso no lo sé" in say(stage, "¿se puede pagar con tarjeta?")

    changed = change_profile(stage, "faq", "payment", {"es": "Aquí solo en efectivo.", "en": "Cash only."})

    assert changed.status_code == 200, changed.get_data(as_text=True)
    assert "Aquí solo en efectivo." in say(stage, "¿se puede pagar con tarjeta?")


def test_the_owner_gives_the_assistant_words_that_keep_what_a_guest_must_know(stage: Stage) -> None:
    refused = change_profile(stage, "wording", "held", {"es": "Tengo mesa, venga."})
    assert refused.status_code == 422
    assert [each["field"] for each in refused.get_json()["errors"]] == ["profile.wording.held.es"]

    changed = change_profile(stage, "wording", "talk.bye", {"es": "¡Que aproveche!"})

    assert changed.status_code == 200, changed.get_data(as_text=True)
    assert say(stage, "adiós") == "¡Que aproveche!"


def test_who_wants_no_messages_gets_no_reminder_and_still_hears_of_a_cancellation(stage: Stage) -> None:
    stage.booked(time="21:00", partySize=2, guest={"name": "Lucía García", "email": "lucia@example.com"})
    stage.work()
    assert len(stage.mails()) == 1
    say(stage, "BAJA", sender=Sender(email="lucia@example.com"), channel="email")

    stage.at("2026-12-17 19:00")
    stage.work()
    assert len(stage.mails()) == 1

    stage.call("DELETE", f"/reservations/{seen(stage)['id']}", stage.staff["host"])
    stage.work()
    assert len(stage.mails()) == 2


def test_who_has_confirmed_is_not_reminded_again(stage: Stage) -> None:
    stage.booked(time="21:00", partySize=2, guest={"name": "Lucía García", "email": "lucia@example.com"})
    stage.work()
    stage.at("2026-12-16 21:30")
    stage.work()
    reminded = len(stage.mails())
    assert reminded == 2

    say(stage, "sí, confirmo", sender=Sender(email="lucia@example.com"), channel="email")
    stage.work()
    stage.at("2026-12-17 19:00")
    stage.work()

    assert len(stage.mails()) == reminded
