"""The code in the QR: its exact format, its keys, its signature, and what becomes of a code that was tampered
with.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from backend.checkin import (
    DayKeys,
    Malformed,
    MasterKeys,
    QrPayload,
    day_key,
    issue,
    json_signature,
    parse,
    restaurant_key,
    seed_payload,
    verify,
)

MASTER = bytes(range(32))
RESTAURANT = UUID("0190f5fe-7c00-7a00-8000-0000000000aa")
RESERVATION = UUID("0190f5fe-7c00-7a00-8000-000000000001")
FRIDAY = date(2026, 12, 18)
ISSUED = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
EXPIRES = datetime(2026, 12, 18, 23, 0, tzinfo=UTC)
NONCE = bytes.fromhex("0011223344556677")
DAY_KEY = day_key(restaurant_key(MASTER, RESTAURANT), FRIDAY)
CODE = issue(
    day_key=DAY_KEY,
    key_id=7,
    service_date=FRIDAY,
    reservation_id=RESERVATION,
    restaurant_id=RESTAURANT,
    issued_at=ISSUED,
    expires_at=EXPIRES,
    nonce=NONCE,
)


def hkdf(secret: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=b"", info=info).derive(secret)


def payload_of(code: str) -> QrPayload:
    payload = parse(code)
    assert isinstance(payload, QrPayload)
    return payload


def test_keys_are_those_an_independent_hkdf_derives() -> None:
    by_restaurant = hkdf(MASTER, b"saveit/qr/restaurant/" + RESTAURANT.bytes)
    by_day = hkdf(by_restaurant, b"saveit/qr/day/2026-12-18")

    assert restaurant_key(MASTER, RESTAURANT) == by_restaurant
    assert day_key(by_restaurant, FRIDAY) == by_day


def test_the_code_is_the_contracts_layout_byte_for_byte() -> None:
    days = (FRIDAY - date(2000, 1, 1)).days
    signed = struct.pack(">BBH", 1, 7, days) + RESERVATION.bytes + RESTAURANT.bytes
    signed += struct.pack(">II", int(ISSUED.timestamp()), int(EXPIRES.timestamp())) + NONCE
    blob = signed + hmac.new(DAY_KEY, signed, hashlib.sha256).digest()[:16]

    assert len(blob) == 68
    assert "SI1" + base64.b32encode(blob).decode().rstrip("=") == CODE


def test_a_known_code_stays_the_same_for_ever() -> None:
    """Frozen: tablets in the field and codes already sent depend on it."""
    assert CODE == (
        "SI1AEDSM6ABSD2747AAPIAIAAAAAAAAAAABAGIPL7T4AB5ABAAAAAAAAAAAVJVQ5GVANMS3V4AACERDGRCVMZ337BUCOGUBDDEIGZMMVRUWF2JPM"
    )


def test_a_code_is_112_characters_of_the_qr_alphanumeric_set() -> None:
    assert len(CODE) == 112
    assert set(CODE) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def test_an_issued_code_reads_back_and_verifies_under_its_own_day_key_only() -> None:
    payload = payload_of(CODE)

    assert (payload.key_id, payload.service_date) == (7, FRIDAY)
    assert (payload.reservation_id, payload.restaurant_id) == (RESERVATION, RESTAURANT)
    assert (payload.issued_at, payload.expires_at, payload.nonce) == (ISSUED, EXPIRES, NONCE)
    assert verify(payload, DAY_KEY)
    assert not verify(payload, day_key(restaurant_key(MASTER, RESTAURANT), FRIDAY + timedelta(days=1)))
    assert not verify(payload, day_key(restaurant_key(MASTER, RESERVATION), FRIDAY))
    assert not verify(payload, day_key(restaurant_key(MASTER[::-1], RESTAURANT), FRIDAY))


def test_every_single_flipped_bit_is_refused_or_no_longer_verifies() -> None:
    blob = base64.b32decode(CODE[3:] + "===")
    for position in range(len(blob) * 8):
        tampered = bytearray(blob)
        tampered[position // 8] ^= 0x80 >> position % 8
        payload = parse("SI1" + base64.b32encode(bytes(tampered)).decode().rstrip("="))
        assert isinstance(payload, Malformed) or not verify(payload, DAY_KEY), f"bit {position}"


def test_every_other_character_at_every_place_is_refused_or_no_longer_verifies() -> None:
    for place in range(3, len(CODE)):
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567":
            if letter != CODE[place]:
                payload = parse(CODE[:place] + letter + CODE[place + 1 :])
                assert isinstance(payload, Malformed) or not verify(payload, DAY_KEY), (place, letter)


def test_every_truncation_is_malformed() -> None:
    assert all(isinstance(parse(CODE[:length]), Malformed) for length in range(len(CODE)))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "prefix"),
        ("https://example.com/menu", "prefix"),
        ("https://example.com/" + CODE, "prefix"),
        ("SI2" + CODE[3:], "prefix"),
        (CODE + "A", "length"),
        (CODE[:-1], "length"),
        (CODE * 5, "length"),
        (CODE[:50] + "0" + CODE[51:], "alphabet"),
        (CODE[:50] + "=" + CODE[51:], "alphabet"),
        (CODE[:-1] + "ſ", "alphabet"),
        ("ѕI1" + CODE[3:], "alphabet"),
        ("SI1" + base64.b32encode(b"\x02" + bytes(67)).decode().rstrip("="), "version"),
    ],
)
def test_a_text_that_is_not_a_code_is_malformed_and_says_why(text: str, why: str) -> None:
    assert parse(text) == Malformed(why)


def test_the_spare_bit_of_the_last_character_cannot_give_a_code_a_second_spelling() -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    twin = CODE[:-1] + alphabet[alphabet.index(CODE[-1]) ^ 1]

    assert parse(twin) == Malformed("alphabet")


@pytest.mark.parametrize(
    "spelling", [CODE.lower(), f"  {CODE}\r\n", f"{CODE[:40]}\n {CODE[40:80]}\n{CODE[80:]}", CODE.swapcase()]
)
def test_case_and_white_space_of_a_pasted_code_are_forgiven(spelling: str) -> None:
    assert parse(spelling) == parse(CODE)


def test_the_seed_signature_covers_the_five_fields_in_order_without_spaces() -> None:
    text = (
        f'{{"reservationId":"{RESERVATION}","restaurantId":"{RESTAURANT}","timestamp":{int(ISSUED.timestamp())},'
        f'"expiresAt":{int(EXPIRES.timestamp())},"nonce":"0011223344556677"}}'
    )
    expected = hmac.new(DAY_KEY, text.encode(), hashlib.sha256).hexdigest()
    payload = payload_of(CODE)

    assert json_signature(payload, DAY_KEY) == expected
    assert json.dumps(seed_payload(payload, DAY_KEY), separators=(",", ":")) == (
        text[:-1] + f',"signature":"{expected}"}}'
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": b"short"},
        {"day_key": b"short"},
        {"key_id": 256},
        {"key_id": -1},
        {"service_date": date(1999, 12, 31)},
        {"service_date": date(2200, 1, 1)},
        {"issued_at": datetime(2026, 12, 1, 10, 0)},  # noqa: DTZ001 - naive on purpose
        {"expires_at": datetime(2107, 1, 1, tzinfo=UTC)},
    ],
)
def test_what_the_format_cannot_hold_is_refused_when_issuing(wrong: dict[str, object]) -> None:
    fields: dict[str, object] = {
        "day_key": DAY_KEY,
        "key_id": 7,
        "service_date": FRIDAY,
        "reservation_id": RESERVATION,
        "restaurant_id": RESTAURANT,
        "issued_at": ISSUED,
        "expires_at": EXPIRES,
        "nonce": NONCE,
    }
    with pytest.raises(ValueError, match=r"nonce|key|fit|aware"):
        issue(**(fields | wrong))  # type: ignore[arg-type]


def test_a_master_secret_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="master secret"):
        restaurant_key(b"hunter2", RESTAURANT)


instants = st.datetimes(datetime(1970, 1, 2), datetime(2105, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(
    key=st.binary(min_size=32, max_size=32),
    key_id=st.integers(0, 255),
    service_date=st.dates(date(2000, 1, 1), date(2179, 6, 6)),
    reservation_id=st.uuids(),
    restaurant_id=st.uuids(),
    issued_at=instants,
    expires_at=instants,
    nonce=st.binary(min_size=8, max_size=8),
)
def test_whatever_is_issued_reads_back_whole_and_verifies(
    key: bytes,
    key_id: int,
    service_date: date,
    reservation_id: UUID,
    restaurant_id: UUID,
    issued_at: datetime,
    expires_at: datetime,
    nonce: bytes,
) -> None:
    code = issue(
        day_key=key,
        key_id=key_id,
        service_date=service_date,
        reservation_id=reservation_id,
        restaurant_id=restaurant_id,
        issued_at=issued_at,
        expires_at=expires_at,
        nonce=nonce,
    )
    payload = payload_of(code)

    assert verify(payload, key)
    assert replace(payload, signature=b"") == QrPayload(
        key_id=key_id,
        service_date=service_date,
        reservation_id=reservation_id,
        restaurant_id=restaurant_id,
        issued_at=issued_at.replace(microsecond=0),
        expires_at=expires_at.replace(microsecond=0),
        nonce=nonce,
        signature=b"",
    )


@given(st.text(max_size=600))
def test_no_text_at_all_makes_the_reader_raise_or_verify(text: str) -> None:
    payload = parse(text)
    assert isinstance(payload, Malformed) or not verify(payload, DAY_KEY)


def test_the_server_finds_any_day_key_of_a_key_id_it_has() -> None:
    keys = MasterKeys({3: MASTER[::-1], 7: MASTER}, current=7)

    assert keys.find(payload_of(CODE)) == DAY_KEY
    assert keys.find(replace(payload_of(CODE), key_id=8)) == "unknown_key"


def test_a_device_tells_a_day_it_has_no_keys_for_from_a_key_id_it_does_not_know() -> None:
    keys = DayKeys({(FRIDAY, 7): DAY_KEY})

    assert keys.find(payload_of(CODE)) == DAY_KEY
    assert keys.find(replace(payload_of(CODE), key_id=8)) == "unknown_key"
    assert keys.find(replace(payload_of(CODE), service_date=FRIDAY + timedelta(days=3))) == "wrong_day"


def test_key_rings_do_not_print_their_secrets() -> None:
    assert MASTER.hex() not in repr(MasterKeys({7: MASTER}, current=7))
    assert repr(DAY_KEY) not in repr(DayKeys({(FRIDAY, 7): DAY_KEY}))
