"""What the screens show: words, icons and colour roles for every state and every verdict, in both languages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args
from uuid import UUID

import pytest
from party_builders import EIGHT, FRIDAY, MADRID, a_party, an_evening

from backend.checkin import Arrival, Reason, Verdict
from host_app.core.arrivals import STAGES, Stage, rows
from host_app.core.connection import Connection
from host_app.core.records import Answer, Party
from host_app.ui import icons, showing
from host_app.wording import LANGUAGES, Words

ES, EN = Words("es", MADRID), Words("en", MADRID)
TWO_HERE = (Arrival(at=EIGHT + timedelta(minutes=4), device="Entrada", count=2),)


def line(party: Party, minutes: int = 0, words: Words = ES) -> dict[str, Any]:
    (row,) = rows(an_evening(party), EIGHT + timedelta(minutes=minutes))
    return showing.party_line(row, words)


def test_a_line_says_time_name_people_table_and_area() -> None:
    shown = line(a_party("Lucía García"))

    assert (shown["time"], shown["name"], shown["details"]) == (
        "20:00",
        "Lucía García",
        "4 personas · Mesa 12 · Sala",
    )
    assert (shown["role"], shown["icon"], shown["word"]) == ("info", "schedule", "Esperada")
    assert line(a_party("Lucía García"), words=EN)["details"] == "4 people · Table 12 · Dining room"


def test_a_walk_in_without_name_and_table_is_shown_too() -> None:
    shown = line(a_party("", tables=(), area=None))

    assert (shown["name"], shown["details"]) == ("Sin nombre", "4 personas · Sin mesa")


def test_a_late_party_says_how_late_and_a_partly_arrived_one_how_many() -> None:
    late = line(a_party("Lucía"), minutes=25)
    partly = line(a_party("Lucía", status="checked_in", arrived_count=2, party_size=6))

    assert (late["role"], late["word"]) == ("attention", "Retraso +25 min")
    assert (partly["role"], partly["word"]) == ("accent", "Ha llegado · 2 de 6")


def test_what_must_not_be_overlooked_is_marked() -> None:
    party = a_party("Lucía", allergies="marisco", tags=("VIP",), occasion="Cumpleaños", notes="Trona")

    assert line(party)["marks"] == ["allergy", "star", "cake", "edit_note"]


def test_the_list_has_a_heading_with_totals_before_each_stage() -> None:
    listed = rows(an_evening(a_party("A"), a_party("B", status="seated", party_size=1)), EIGHT)

    assert [
        (each.get("title"), each.get("total"), each.get("name")) for each in showing.list_lines(listed, ES)
    ] == [
        ("Esperadas", "1 · 4 personas", None),
        (None, None, "A"),
        ("Sentadas", "1 · 1 persona", None),
        (None, None, "B"),
    ]


def test_the_filters_count_what_they_would_show_and_leave_empty_ones_out() -> None:
    listed = rows(an_evening(a_party("A"), a_party("B", status="seated")), EIGHT)

    assert [(chip["stage"], chip["count"]) for chip in showing.stage_chips(listed, EN)] == [
        ("", 2),
        ("expected", 1),
        ("seated", 1),
    ]


def test_the_card_tells_allergies_before_the_phone_and_who_is_here() -> None:
    (row,) = rows(
        an_evening(
            a_party(
                "Lucía",
                allergies="marisco",
                channel="whatsapp",
                visits=0,
                status="checked_in",
                arrived_count=2,
                arrivals=TWO_HERE,
            )
        ),
        EIGHT,
    )
    card = showing.card(row, ES)
    sentences = [sentence for _, sentence, _ in card["facts"]]

    assert sentences.index("Alergias: marisco") < sentences.index("Teléfono: +34 600 111 222")
    assert {"Primera visita", "Reservó por WhatsApp", "Código 7K2M9Q"} <= set(sentences)
    assert card["arrivals"] == ["20:04: 2 de 4, Entrada"]
    assert (card["can_arrive"], card["arrive_word"]) == (True, "Actualizar llegada")


@pytest.mark.parametrize(
    ("status", "arrived", "can"),
    [("confirmed", 0, True), ("checked_in", 4, False), ("checked_in", 2, True), ("cancelled", 0, False)],
)
def test_only_who_is_still_missing_can_be_marked_as_arrived(status: str, arrived: int, can: bool) -> None:
    (row,) = rows(an_evening(a_party("Lucía", status=status, arrived_count=arrived)), EIGHT)

    assert showing.card(row, ES)["can_arrive"] is can


# verdicts


def answered(reason: Reason, party: Party | None = None, **said: Any) -> dict[str, Any]:
    result = {"ok": "ok", "already_checked_in": "already"}.get(reason, "refused")
    return showing.verdict(Answer(result=result, reason=reason, party=party, **said), ES)  # type: ignore[arg-type]


def test_a_welcome_is_green_with_name_people_table_and_allergies() -> None:
    shown = answered("ok", a_party("Lucía", allergies="marisco"))

    assert (shown["role"], shown["icon"], shown["title"]) == ("good", "check_circle", "Adelante")
    assert (shown["name"], shown["next"]) == ("Lucía", "4 personas · Mesa 12")
    assert shown["alert"] == "Alergias: marisco"


def test_already_here_is_information_with_when_where_and_how_many() -> None:
    shown = answered("already_checked_in", a_party("Lucía", party_size=6), previous_arrivals=TWO_HERE)

    assert (shown["role"], shown["next"]) == ("info", "2 de 6, a las 20:04, Entrada.")


def test_a_question_for_staff_is_amber_and_stays_longer_than_a_no() -> None:
    question = answered("too_early", a_party("Lucía"), override=True)
    no = answered("cancelled", a_party("Lucía"))

    assert (question["role"], question["next"], no["role"]) == (
        "attention",
        "Su hora es a las 20:00.",
        "refusal",
    )
    assert question["seconds"] > no["seconds"]


def test_another_day_is_named_where_the_booking_is_known() -> None:
    shown = answered("wrong_day", a_party("Lucía", service_date=FRIDAY), override=True)

    assert shown["next"] == "Reservó para el viernes 18 de diciembre, a las 20:00."


def test_what_the_device_decided_alone_says_so() -> None:
    assert answered("ok", a_party("Lucía"), source="device")["source"] == "Comprobado sin conexión"
    assert answered("ok", a_party("Lucía"), source="server")["source"] == ""


def test_a_problem_that_is_no_verdict_still_has_words() -> None:
    answer = Answer(result="refused", reason="table_conflict")

    assert showing.verdict(answer, ES)["title"] == "No se pudo comprobar (table_conflict)"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", get_args(Reason))
@pytest.mark.parametrize("party", [None, a_party("Lucía")], ids=["unknown", "known"])
def test_every_verdict_has_a_title_a_next_step_a_colour_and_an_icon(
    language: str, reason: Reason, party: Party | None
) -> None:
    verdict = Verdict(
        result={"ok": "ok", "already_checked_in": "already"}.get(reason, "refused"),  # type: ignore[arg-type]
        reason=reason,
        reservation_id=UUID(int=1),
    )
    arrivals = TWO_HERE if reason == "already_checked_in" else ()
    shown = showing.verdict(
        Answer(result=verdict.result, reason=reason, party=party, previous_arrivals=arrivals),
        Words(language, MADRID),
    )
    assert shown["title"]
    assert shown["next"]
    assert shown["role"] in {"good", "info", "attention", "refusal"}
    assert icons.glyph(shown["icon"])


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("words", [ES, EN], ids=["es", "en"])
def test_every_stage_has_an_icon_of_the_font_a_word_and_a_heading(stage: Stage, words: Words) -> None:
    assert icons.glyph(showing.STAGE_ICON[stage])
    assert words.say(f"stage.{stage}")
    assert words.say(f"group.{stage}")


# header


def test_the_header_tells_the_state_of_the_line() -> None:
    away = Connection().reached(EIGHT).missed(EIGHT + timedelta(minutes=12))

    assert showing.header_signal(away, ES).word == "Sin conexión"
    assert showing.missing(away, ES) == "Sin conexión desde las 20:12. Todo se guarda aquí y se enviará solo."
    assert showing.header_signal(Connection().reached(EIGHT).with_waiting(3), EN).word == "Sending (3)"
    assert showing.missing(Connection().reached(EIGHT), ES) == ""
