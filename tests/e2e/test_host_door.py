"""An evening at the door with everything real: server, window, camera, touches, keys; with the network and
without it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import qrcode
from host_house import House, house
from host_window import LANDSCAPE, PORTRAIT, HostWindow, Seen, host_window
from servers import wait_until

from backend.checkin.images import qr_png

pytestmark = pytest.mark.slow

BOTH_SHAPES = pytest.mark.parametrize(
    ("size", "language"), [(PORTRAIT, "es"), (LANDSCAPE, "en")], ids=["portrait-es", "landscape-en"]
)
WORDS = {
    "es": {
        "ok": "Adelante",
        "arrived": "Ha llegado",
        "offline": "Sin conexión",
        "by_device": "Comprobado sin conexión",
    },
    "en": {"ok": "Welcome", "arrived": "Arrived", "offline": "Offline", "by_device": "Checked offline"},
}


@pytest.fixture(scope="module")
def restaurant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house") / "console.log") as one:
        yield one


@pytest.fixture
def window(size: tuple[int, int], language: str, tmp_path: Path) -> Iterator[HostWindow]:
    with host_window(tmp_path / "window", size, language) as one:
        yield one


def at_work(window: HostWindow, restaurant: House) -> HostWindow:
    """The app enrolled from the command line, its list on the screen."""
    window.start("--server", restaurant.url, "--enrol", restaurant.enrolment()["code"])
    list_is_there(window)
    return window


def list_is_there(window: HostWindow) -> None:
    """With a camera named on its command line, the app opens on the scanner; from there to the list."""
    window.until(lambda seen: seen["screen"] == "scan" and seen["connection"] != "connecting", "the scanner")
    window.go("arrivals")
    window.until(lambda seen: seen["lines"], "the list")


def word_of(seen: Seen, name: str) -> str | None:
    """The state that the list shows for a party; None when it is not in the list."""
    return next((line["word"] for line in seen["lines"] if line.get("name") == name), None)


def looking(window: HostWindow) -> None:
    window.go("scan")
    window.until(lambda seen: seen["camera"] == "running", "the camera's picture")


def any_qr(text: str) -> bytes:
    picture = io.BytesIO()
    qrcode.make(text).save(picture)
    return picture.getvalue()


@BOTH_SHAPES
def test_a_device_is_enrolled_by_keyboard_and_shows_the_evening(
    window: HostWindow, restaurant: House
) -> None:
    booked = restaurant.book("Teclado Primero")
    window.start()
    window.until(lambda seen: seen["screen"] == "enrol" and "code" in seen["targets"], "the enrol screen")
    window.keep_picture(f"enrol-{window.language}")
    window.tap("server")
    window.type(restaurant.url)
    window.until(lambda seen: seen["fields"]["server"] == restaurant.url, "the address to be typed")
    window.press("Tab")
    window.until(lambda seen: seen["focus"] == ["code"], "the next field to be ready")
    code = restaurant.enrolment()["code"]
    window.type(code)
    window.until(lambda seen: seen["fields"]["code"] == code, "the code to be typed")
    window.press("Return")
    list_is_there(window)

    seen = window.until(lambda seen: word_of(seen, "Teclado Primero"), "the booking in the list")
    assert seen["header"]["restaurant"] == "Casa Lucero"
    assert booked["reservation"]["status"] == "confirmed"


@pytest.mark.parametrize(("size", "language"), [(PORTRAIT, "es")])
def test_a_device_is_enrolled_by_the_managers_qr(window: HostWindow, restaurant: House) -> None:
    window.start()
    window.tap("look")
    window.hold_up(restaurant.enrolment_picture(restaurant.enrolment()))
    window.until(lambda seen: "QR leído" in seen["message"], "the QR to be read")
    window.tap("connect")

    list_is_there(window)


@BOTH_SHAPES
def test_a_guest_is_scanned_sees_the_verdict_go_and_stands_in_the_list(
    window: HostWindow, restaurant: House
) -> None:
    at_work(window, restaurant)
    name = f"Lucía {window.language}"
    booked = restaurant.book(name, notes="Mesa tranquila")
    window.until(lambda seen: word_of(seen, name), "the new booking to appear by itself")
    window.keep_picture(f"arrivals-{window.language}")
    looking(window)
    window.keep_picture(f"scan-{window.language}")

    verdict = window.scan(restaurant.picture(booked))
    window.keep_picture(f"verdict-ok-{window.language}")
    assert (verdict["title"], verdict["name"]) == (WORDS[window.language]["ok"], name)
    assert restaurant.reservation(booked)["status"] == "checked_in"
    window.until(lambda seen: seen["verdict"] is None, "the verdict to go by itself")

    window.go("arrivals")
    window.until(
        lambda seen: word_of(seen, name) == WORDS[window.language]["arrived"], "the arrival in the list"
    )
    window.keep_picture(f"arrived-{window.language}")


@pytest.mark.parametrize(("size", "language"), [(PORTRAIT, "es")])
def test_the_verdict_fills_the_whole_screen_with_its_colour(window: HostWindow, restaurant: House) -> None:
    at_work(window, restaurant)
    looking(window)
    window.scan(any_qr("https://example.com/menu"))

    def corners_are_red() -> bool:
        pixels = window.pixels()
        corners = np.array([pixels[20, 5], pixels[20, -5], pixels[-5, 5], pixels[-5, -5]], dtype=int)
        return bool((np.abs(corners - (0xA8, 0x26, 0x1D)) <= 3).all())

    wait_until(corners_are_red, "red to the corners")


@pytest.mark.parametrize(("size", "language"), [(PORTRAIT, "es")])
def test_the_scanner_goes_on_after_every_kind_of_bad_code(window: HostWindow, restaurant: House) -> None:
    at_work(window, restaurant)
    first, second = restaurant.book("Buena Una"), restaurant.book("Buena Dos")
    forged = first["qr"]["code"][:-5] + "ABCDA"
    looking(window)

    reasons = [
        window.scan(picture)["reason"]
        for picture in (
            any_qr("https://example.com/menu"),
            restaurant.picture(first),
            qr_png(forged),
            restaurant.picture(second),
            any_qr("ÿþ \x00 no text"),
            restaurant.picture(first),
        )
    ]
    assert reasons == ["malformed", "ok", "bad_signature", "ok", "malformed", "already_checked_in"]


@pytest.mark.parametrize(("size", "language"), [(LANDSCAPE, "en")])
def test_staff_let_in_a_party_that_came_too_early_and_say_why(window: HostWindow, restaurant: House) -> None:
    booked = restaurant.book("Pronta Ruiz", minutes=45)
    at_work(window, restaurant)
    looking(window)
    verdict = window.scan(restaurant.picture(booked))
    assert (verdict["reason"], verdict["override"]) == ("too_early", True)

    window.tap("verdict.override")
    window.until(lambda seen: seen["verdict"] and seen["verdict"]["asking"], "the question why")
    window.keep_picture("override-en")
    window.tap("verdict.override")
    window.until(lambda seen: seen["verdict"] and seen["verdict"]["reason"] == "ok", "the party let in")

    assert restaurant.reservation(booked)["status"] == "checked_in"
    assert "Their table is ready" in restaurant.trail(booked)


@BOTH_SHAPES
def test_an_arrival_without_the_network_survives_a_killed_app_and_reaches_the_server_with_its_time(
    window: HostWindow, restaurant: House
) -> None:
    at_work(window, restaurant)
    name = f"Sin Red {window.language}"
    booked = restaurant.book(name)
    picture = restaurant.picture(booked)
    window.until(lambda seen: word_of(seen, name), "the booking in the list")
    words = WORDS[window.language]
    with restaurant.away():
        looking(window)
        verdict = window.scan(picture)
        window.keep_picture(f"verdict-offline-{window.language}")
        assert (verdict["title"], verdict["source"]) == (words["ok"], words["by_device"])
        window.until(lambda seen: seen["verdict"] is None, "the verdict to go")
        window.go("arrivals")
        window.until(lambda seen: word_of(seen, name) == words["arrived"], "the arrival in the list")
        window.until(lambda seen: seen["header"]["signal"] == words["offline"], "the header to say so")
        window.keep_picture(f"offline-{window.language}")
        window.kill()
        window.start()
        list_is_there(window)
        window.until(lambda seen: word_of(seen, name) == words["arrived"], "the arrival found again")
    window.until(lambda seen: seen["connection"] == "online", "the connection to be back")
    wait_until(lambda: restaurant.reservation(booked)["status"] == "checked_in", "the server to know", 60)
    assert restaurant.reservation(booked)["arrivedCount"] == 2


@pytest.mark.parametrize(("size", "language"), [(LANDSCAPE, "es")])
def test_language_and_look_change_at_once_and_stay(window: HostWindow, restaurant: House) -> None:
    at_work(window, restaurant)
    window.go("settings")
    window.tap("english")
    window.until(lambda seen: seen["header"]["signal"] == "Online", "English")
    window.tap("dark")
    wait_until(lambda: int(window.pixels()[-3, -3].max()) < 60, "the dark ground")
    window.keep_picture("settings-dark-en")
