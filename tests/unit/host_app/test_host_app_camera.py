"""The camera: pictures, folders and videos as sources, the newest frame only, and back by itself when it was
lost.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from backend.checkin.images import qr_png
from host_app.core.lockout import Lockout
from host_app.devices.camera import Camera, CameraLostError, frames
from host_app.devices.scanner import Scanner
from host_app.devices.watch import Watch

FIRST, SECOND = "SI1" + "A" * 109, "SI1" + "B" * 109


def frame_of(text: str | None) -> NDArray[np.uint8]:
    frame = np.full((480, 640, 3), 120, np.uint8)
    if text is not None:
        code = np.asarray(Image.open(io.BytesIO(qr_png(text, pixels_per_module=6))).convert("RGB"))
        frame[60:330, 100:370] = code
    return frame


def save(path: Path, text: str | None) -> Path:
    unfinished = path.with_name("unfinished" + path.suffix)
    cv2.imwrite(str(unfinished), frame_of(text))
    unfinished.replace(path)
    return path


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "door.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20, (640, 480))
    for text in [None] * 5 + [FIRST] * 10 + [None] * 5 + [SECOND] * 10:
        writer.write(frame_of(text))
    writer.release()
    return path


@pytest.fixture
def opened() -> Iterator[Callable[[str], Camera]]:
    cameras: list[Camera] = []

    def open_camera(source: str) -> Camera:
        cameras.append(Camera(source))
        cameras[-1].start()
        return cameras[-1]

    yield open_camera
    for camera in cameras:
        camera.stop()


def eventually(happened: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.01)
    return happened()


def test_a_picture_is_shown_again_and_again(tmp_path: Path, opened: Callable[[str], Camera]) -> None:
    camera = opened(str(save(tmp_path / "code.png", FIRST)))
    first = camera.next_after(0, 5)
    assert first is not None
    second = camera.next_after(first.number, 5)

    assert second is not None
    assert second.number > first.number
    assert np.array_equal(second.frame, frame_of(FIRST))
    assert camera.state == "running"


def test_the_pictures_of_a_folder_come_one_after_the_other(tmp_path: Path) -> None:
    for name, text in (("a.png", FIRST), ("b.png", None)):
        save(tmp_path / name, text)
    waits: list[float] = []
    source = frames(str(tmp_path), waits.append)
    shown = [next(source) for _ in range(21)]

    assert [bool((frame == frame_of(FIRST)).all()) for frame in shown] == [True] * 10 + [False] * 10 + [True]
    assert sum(waits[:10]) == pytest.approx(1.0)


def test_a_film_plays_at_its_own_speed_and_starts_over(film: Path) -> None:
    waits: list[float] = []
    source = frames(str(film), waits.append)
    shown = [next(source) for _ in range(35)]

    assert waits[0] == pytest.approx(1 / 20)
    assert shown[0].shape == (480, 640, 3)
    assert np.abs(shown[31].astype(int) - shown[1].astype(int)).mean() < 3


@pytest.mark.parametrize("source", ["nowhere.png", "nowhere.mp4", "empty"])
def test_a_source_that_is_not_there_is_lost(source: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(CameraLostError):
        next(frames(str(tmp_path / source), lambda _: None))


def test_a_lost_camera_comes_back_by_itself(tmp_path: Path, opened: Callable[[str], Camera]) -> None:
    path = tmp_path / "code.png"
    camera = opened(str(path))
    assert eventually(lambda: camera.state == "lost")
    save(path, FIRST)

    assert eventually(lambda: camera.state == "running")


def test_who_waits_for_a_frame_is_freed_when_the_camera_stops(tmp_path: Path) -> None:
    camera = Camera(str(tmp_path / "nowhere.png"))
    camera.start()
    waiting = threading.Thread(target=camera.next_after, args=(0, 60))
    waiting.start()
    camera.stop()
    waiting.join(5)

    assert not waiting.is_alive()


def test_the_scanner_reports_each_code_of_a_film_as_it_comes_into_view(film: Path) -> None:
    seen: Queue[str] = Queue()
    watch = Watch(str(film), seen.put)
    watch.start()
    try:
        assert [seen.get(timeout=20), seen.get(timeout=20)] == [FIRST, SECOND]
    finally:
        watch.stop()


def test_the_scanner_goes_on_after_whatever_was_held_up(
    tmp_path: Path, opened: Callable[[str], Camera]
) -> None:
    seen: Queue[str] = Queue()
    path = save(tmp_path / "code.png", None)
    scanner = Scanner(opened(str(path)), seen.put, Lockout(seconds=0.2))
    scanner.start()
    try:
        for text in (FIRST, SECOND, FIRST):
            save(path, text)
            assert seen.get(timeout=20) == text
            save(path, None)
            time.sleep(0.5)  # longer than this lock-out: the code was away
        assert seen.empty()
    finally:
        scanner.stop()
