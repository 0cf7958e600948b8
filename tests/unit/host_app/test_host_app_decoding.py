"""Reading codes from frames: what is read, what is not, and that nothing at all makes the reader raise."""

from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
import pytest
import qrcode
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from PIL import Image

from backend.checkin.images import qr_png
from host_app.devices import decoding, engines
from host_app.devices.decoding import LiveReader, decode

CODE = (
    "SI1"
    + "AEDSM6ABSD2747AAPIAIAAAAAAAAAAAABAGIPL7T4AB5ABAAAAAAAAAAAVJVQ5GVANMS3V4AACERDGRCVMZ337BUCOGUBDDEIGZMMVRUWF2JPM"[
        :109
    ]
)
OTHER = CODE[:-1] + "Q"
Picture = NDArray[np.uint8]


def symbol(text: str = CODE, scale: int = 8) -> Picture:
    return np.asarray(Image.open(io.BytesIO(qr_png(text, pixels_per_module=scale))).convert("L"))


def in_view(*codes: Picture, paper: int = 120) -> Picture:
    """A 1280x720 BGR frame of a grey wall with the codes side by side."""
    frame = np.full((720, 1280, 3), paper, np.uint8)
    for place, code in enumerate(codes):
        left, top = 60 + place * 600, 150
        frame[top : top + code.shape[0], left : left + code.shape[1]] = code[:, :, None]
    return frame


def test_a_code_in_view_is_read() -> None:
    assert decode(in_view(symbol())) == [CODE]


def test_nothing_in_view_reads_as_nothing() -> None:
    assert decode(in_view()) == []


def test_two_codes_in_view_are_both_read_once() -> None:
    assert sorted(decode(in_view(symbol(), symbol(OTHER)))) == sorted([CODE, OTHER])


@pytest.mark.parametrize("angle", [0, 17, 45, 90, 200])
def test_a_turned_code_is_read(angle: int) -> None:
    turn = cv2.getRotationMatrix2D((240, 330), angle, 1.0)
    turned = cv2.warpAffine(in_view(symbol()), turn, (1280, 720), borderValue=(120, 120, 120))

    assert decode(turned) == [CODE]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda frame: cv2.GaussianBlur(frame, (0, 0), 2.0),
        lambda frame: cv2.convertScaleAbs(frame, alpha=0.25, beta=10),
        lambda frame: 255 - frame,
        lambda frame: cv2.resize(frame, None, fx=0.45, fy=0.45, interpolation=cv2.INTER_AREA),
        lambda frame: np.clip(
            frame.astype(int) + np.random.default_rng(1).normal(0, 30, frame.shape), 0, 255
        ).astype(np.uint8),
        lambda frame: cv2.warpPerspective(
            frame,
            cv2.getPerspectiveTransform(
                np.array([[0, 0], [1280, 0], [1280, 720], [0, 720]], np.float32),
                np.array([[0, 0], [1280, 90], [1280, 640], [0, 720]], np.float32),
            ),
            (1280, 720),
        ),
    ],
    ids=["blurred", "dark", "inverted", "far away", "noisy", "tilted"],
)
def test_a_code_in_poor_light_and_at_an_angle_is_read(spoil: Any) -> None:
    assert decode(spoil(in_view(symbol()))) == [CODE]


@pytest.mark.parametrize("shape", [(720, 1280), (720, 1280, 1), (720, 1280, 4)])
def test_grey_and_transparent_frames_are_read_too(shape: tuple[int, ...]) -> None:
    grey = in_view(symbol())[:, :, 0]
    frame = grey if len(shape) == 2 else np.repeat(grey[:, :, None], shape[2], axis=2)

    assert decode(frame) == [CODE]


def test_a_code_without_quiet_zone_at_the_very_edge_is_read() -> None:
    assert decode(symbol(scale=6)[24:-24, 24:-24]) == [CODE]


def test_a_huge_photograph_is_read() -> None:
    frame = np.full((3000, 4000, 3), 200, np.uint8)
    code = symbol(scale=20)
    frame[1000:1900, 1500:2400] = code[:, :, None]

    assert decode(frame) == [CODE]


@pytest.mark.parametrize(
    "frame",
    [
        None,
        "text",
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((1, 1), np.uint8),
        np.zeros((720, 1280, 2), np.uint8),
        np.zeros((720, 1280, 3), np.float32),
        np.zeros((2, 720, 1280, 3), np.uint8),
        np.zeros((5000, 12, 3), np.uint8),
    ],
    ids=["none", "text", "empty", "one pixel", "two channels", "floats", "film", "strip"],
)
def test_what_is_no_frame_reads_as_nothing(frame: Any) -> None:
    assert decode(frame) == []


@settings(max_examples=40)
@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 60), st.integers(1, 60), st.sampled_from([1, 3, 4]))))
def test_no_picture_makes_the_reader_raise(frame: Picture) -> None:
    assert isinstance(decode(frame), list)
    assert isinstance(LiveReader().read(frame), list)


def test_text_that_is_not_utf_8_does_not_stop_the_reader() -> None:
    plain = qrcode.QRCode(border=4, box_size=8)
    plain.add_data(bytes([0xE9, 0xFF, 0x00, 0x41] * 5), optimize=0)
    plain.make()
    picture = np.asarray(plain.make_image().get_image().convert("L"))

    for engine in (lambda grey: engines.zxing(grey).texts, engines.zbar):
        assert isinstance(engine(picture), list)
    assert len(decode(in_view(picture))) == 1


@pytest.mark.parametrize("missing", ["_zxing", "_zbar"])
def test_one_decoder_is_enough(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, missing, None)

    assert decode(in_view(symbol())) == [CODE]
    assert len(engines.available()) == 1


def test_without_any_decoder_nothing_is_read_and_the_diagnostics_know(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "_zxing", None)
    monkeypatch.setattr(engines, "_zbar", None)

    assert decode(in_view(symbol())) == []
    assert engines.available() == []


def test_the_live_reader_reads_a_clear_code_in_the_first_frame() -> None:
    assert LiveReader().read(in_view(symbol())) == [CODE]


def test_the_live_reader_gets_through_all_its_steps_on_a_hard_code_and_then_keeps_the_one_that_read() -> None:
    asked: list[str] = []

    def step(name: str, reads: bool) -> Any:
        def run(_: Any) -> list[str]:
            asked.append(name)
            return [CODE] if reads else []

        return run

    steps = (step("plain", False), step("a", False), step("b", True), step("c", False))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoding, "STEPS", steps)
        reader = LiveReader()
        reads = [reader.read(in_view()) for _ in range(4)]

    assert reads == [[], [CODE], [CODE], [CODE]]
    assert asked == ["plain", "a", "plain", "b", "plain", "b", "plain", "b"]
