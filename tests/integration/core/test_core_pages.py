"""Pages, files and documents of the running application: what a browser gets."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from stage import Stage

import backend.app


def path_of(booked: dict[str, Any]) -> str:
    return "/g/" + booked["manageUrl"].rsplit("/", 1)[1]


def test_a_guest_sees_the_booking_its_code_and_its_calendar_without_signing_in(stage: Stage) -> None:
    booked = stage.booked()
    page = stage.client.get(path_of(booked), headers={"Accept-Language": "es"})

    assert page.status_code == 200
    assert "jueves 17 de diciembre" in page.get_data(as_text=True)
    image = stage.client.get(path_of(booked) + "/qr.png")
    assert (image.status_code, image.mimetype) == (200, "image/png")
    drawing = stage.client.get(path_of(booked) + "/qr.svg")
    assert (drawing.status_code, drawing.mimetype) == (200, "image/svg+xml")
    calendar = stage.client.get(path_of(booked) + "/calendar.ics")
    assert b"DTSTART:20261217T190000Z" in calendar.data


def test_a_forged_link_shows_nothing(stage: Stage) -> None:
    path = path_of(stage.booked())
    spoiled = path[:-1] + ("A" if path[-1] != "A" else "B")

    assert stage.client.get(spoiled).status_code == 404


def test_a_link_whose_time_is_over_says_so(stage: Stage) -> None:
    path = path_of(stage.booked())
    stage.clock.at += timedelta(days=60)

    assert stage.client.get(path).status_code == 410


def test_the_restaurants_page_has_its_chat_and_a_form(stage: Stage) -> None:
    slug = stage.services.restaurants.config(stage.restaurant_id).profile.slug
    page = stage.client.get(f"/r/{slug}").get_data(as_text=True)

    assert f'restaurant="{slug}"' in page
    assert 'api-key="pk_' in page
    assert "<form" in page


def test_the_widgets_files_are_served_for_every_site(stage: Stage) -> None:
    entry = stage.client.get("/widget/v1/saveit-chat.js")

    assert (entry.status_code, entry.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert entry.mimetype == "text/javascript"
    assert stage.client.get("/widget/v1/../../backend/settings.py").status_code == 404


def test_the_api_describes_itself_and_its_version_is_the_projects(stage: Stage) -> None:
    document = stage.client.get("/openapi.json").get_json()
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert document["openapi"].startswith("3.1")
    assert document["info"]["version"] == project["version"] == backend.app.VERSION
    assert "/api/v1/reservations" in document["paths"]
    assert stage.client.get("/docs").status_code == 200


def test_what_was_written_to_a_guest_can_be_read_by_staff_and_goes_with_an_erasure(stage: Stage) -> None:
    booked = stage.booked(guest={"name": "Ana", "email": "ana@example.com"})
    stage.work()
    path = f"/reservations/{booked['reservation']['id']}/messages"
    messages = stage.call("GET", path, stage.staff["host"]).get_json()["messages"]
    assert [(each["kind"], each["state"]) for each in messages] == [("confirmation", "sent")]
    assert len(stage.mails()) == 1

    stage.call("POST", f"/guests/{booked['reservation']['guestId']}/erase", stage.staff["owner"])
    stage.work()

    assert stage.mails() == []


def test_a_restaurant_may_use_its_own_words_unless_they_cannot_work(stage: Stage) -> None:
    path = "/message-templates/confirmation/es/subject"
    manager = stage.staff["manager"]
    refused = stage.call("PUT", path, manager, json={"body": "{{ guest.__class__ }}"})
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "body")
    assert stage.call("PUT", path, manager, json={"body": "Mesa lista"}).status_code == 204
    assert stage.call("PUT", path, stage.staff["host"], json={"body": "x"}).status_code == 403

    stage.booked(guest={"name": "Ana", "email": "ana@example.com"})
    stage.work()

    assert stage.mails()[0]["subject"] == "Mesa lista"
    assert stage.call("DELETE", path, manager).status_code == 204
    assert stage.call("GET", "/message-templates", manager).get_json() == {"templates": []}


def test_the_seeds_sentence_becomes_a_booking_in_the_chat(stage: Stage) -> None:
    said = ["Quiero reservar para 4 personas mañana a las 20:00", "Lucía García", "600 111 222", "sí"]
    replies: list[dict[str, Any]] = []
    for number, text in enumerate(said):
        message = {"sessionId": "s1", "messageId": f"m{number}", "text": text, "locale": "es"}
        path = f"/chat/{stage.restaurant_id}/messages"
        answer = stage.call("POST", path, stage.publishable, json=message)
        again = stage.call("POST", path, stage.publishable, json=message)
        assert answer.get_json() == again.get_json()
        replies = answer.get_json()["replies"]

    assert "jueves 17 de diciembre a las 20:00" in replies[-1]["text"]
    assert replies[-1]["card"]["kind"] == "booking"
    page = stage.call(
        "GET", f"/reservations?restaurantId={stage.restaurant_id}", stage.staff["host"]
    ).get_json()
    assert [(each["partySize"], each["time"], each["channel"]) for each in page["reservations"]] == [
        (4, "20:00", "web")
    ]
