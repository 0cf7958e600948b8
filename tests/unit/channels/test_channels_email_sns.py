"""SNS's word: good, forged, stale, of another topic, with a certificate from elsewhere."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from sns_stand_in import (
    CERTIFICATE_URL,
    NOW,
    SUBSCRIBE_URL,
    TOPIC,
    StandInAws,
    certificate,
    confirmation,
    new_key,
    notification,
    received,
    signed,
)

from backend.conversations.channels.email.door import Arrival
from backend.conversations.channels.email.ses import Failure, NotUnderstoodError, Stored, told_in
from backend.conversations.channels.email.sns import (
    NotFromSnsError,
    SnsVerifier,
    Unreachable,
    string_to_sign,
)

KEY, OTHER_KEY = new_key(), new_key()


def _verifier(pem: bytes | None = None, topics: tuple[str, ...] = (TOPIC,)) -> tuple[SnsVerifier, StandInAws]:
    aws = StandInAws({CERTIFICATE_URL: certificate(KEY) if pem is None else pem})
    return SnsVerifier(aws, topics, timedelta(seconds=3900)), aws


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("subject", ["Amazon SES Email Receipt Notification", None])
def test_a_signed_message_is_taken(version: str, subject: str | None) -> None:
    verifier, _ = _verifier()
    told = signed(notification("¡Hola!\nlínea", SignatureVersion=version, Subject=subject), KEY)
    assert verifier.verify(told, NOW).text == "¡Hola!\nlínea"


def test_a_signed_confirmation_carries_its_address() -> None:
    verifier, _ = _verifier()
    assert verifier.verify(signed(confirmation(), KEY), NOW).subscribe_url == SUBSCRIBE_URL


def test_the_text_that_is_signed_is_the_one_of_amazon_s_documentation() -> None:
    # The example of "Verifying the signatures of Amazon SNS messages": names in the order of their bytes, a line each.
    told = {
        "Type": "Notification",
        "MessageId": "4d4dc071-ddbf-465d-bba8-08f81c89da64",
        "TopicArn": "arn:aws:sns:us-east-2:123456789012:s4-MySNSTopic-1G1WEFCOXTC0P",
        "Subject": "My subject",
        "Message": "Test message",
        "Timestamp": "2019-01-31T04:37:04.321Z",
        "SignatureVersion": "1",
    }
    assert string_to_sign(told, "Notification") == (
        b"Message\nTest message\nMessageId\n4d4dc071-ddbf-465d-bba8-08f81c89da64\nSubject\nMy subject\n"
        b"Timestamp\n2019-01-31T04:37:04.321Z\nTopicArn\narn:aws:sns:us-east-2:123456789012:s4-MySNSTopic-1G1WEFCOXTC0P\n"
        b"Type\nNotification\n"
    )


def test_a_certificate_is_fetched_once() -> None:
    verifier, aws = _verifier()
    for text in ("a", "b"):
        verifier.verify(signed(notification(text), KEY), NOW)
    assert aws.asked == [CERTIFICATE_URL]


@pytest.mark.parametrize("name", ["Message", "MessageId", "Subject", "Timestamp"])
def test_a_signed_field_that_was_changed_is_forged(name: str) -> None:
    verifier, _ = _verifier()
    told = {**signed(notification(), KEY), name: "2026-12-16T09:00:01.000Z"}
    with pytest.raises(NotFromSnsError):
        verifier.verify(told, NOW)


def test_half_a_character_in_a_signed_field_is_forged_and_no_error() -> None:
    verifier, _ = _verifier()
    told = {**signed(notification("hola"), KEY), "Message": "hola\ud83d"}
    with pytest.raises(NotFromSnsError):
        verifier.verify(told, NOW)


def test_a_message_signed_by_somebody_else_is_forged() -> None:
    verifier, _ = _verifier()
    with pytest.raises(NotFromSnsError, match="does not hold"):
        verifier.verify(signed(notification(), OTHER_KEY), NOW)


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0123.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-0123.pem",
        "https://user@sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0123.pem",
        "https://sns.eu-west-1.amazonaws.com/../SimpleNotificationService-0123.pem",
        "https://sns.eu-west-1.amazonaws.com/other.pem",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem?x=1",
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123.pem",
        "https://sns-eu-west-1.s3.amazonaws.com/SimpleNotificationService-0123.pem",
        "https://s3.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem",
        "https://[::1]/SimpleNotificationService-0123.pem",
        "https://[",
        "",
    ],
)
def test_a_certificate_from_elsewhere_is_not_even_fetched(url: str) -> None:
    verifier, aws = _verifier()
    aws.certificates[url] = certificate(KEY)
    with pytest.raises(NotFromSnsError):
        verifier.verify(signed(notification(SigningCertURL=url), KEY), NOW)
    assert aws.asked == []


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----",
        certificate(KEY, "evil.example"),
        certificate(KEY, "sns.amazonaws.com.evil.example"),
        certificate(KEY, begins=NOW - timedelta(days=900)),
        certificate(KEY, begins=NOW + timedelta(days=1)),
    ],
    ids=["empty", "broken", "another name", "a longer name", "expired", "not yet"],
)
def test_a_certificate_that_is_not_sns_s_of_today_proves_nothing(pem: bytes) -> None:
    verifier, _ = _verifier(pem)
    with pytest.raises(NotFromSnsError):
        verifier.verify(signed(notification(), KEY), NOW)


def test_a_topic_that_is_not_allowed_is_refused_although_it_is_signed() -> None:
    verifier, _ = _verifier(topics=("arn:aws:sns:eu-west-1:123456789012:other",))
    with pytest.raises(NotFromSnsError, match="topic"):
        verifier.verify(signed(notification(), KEY), NOW)


@pytest.mark.parametrize("moved", [timedelta(seconds=3901), timedelta(minutes=-6)])
def test_a_message_of_another_time_is_stale(moved: timedelta) -> None:
    verifier, _ = _verifier()
    with pytest.raises(NotFromSnsError, match="replay"):
        verifier.verify(signed(notification(), KEY), NOW + moved)


def test_what_sns_repeats_within_its_hour_is_taken() -> None:
    verifier, _ = _verifier()
    assert verifier.verify(signed(notification(), KEY), NOW + timedelta(minutes=60)).text == "hola"


def test_a_confirmation_that_leads_elsewhere_is_refused() -> None:
    verifier, _ = _verifier()
    told = confirmation()
    told["SubscribeURL"] = "https://sns.eu-west-1.amazonaws.com.evil.example/?Action=ConfirmSubscription"
    with pytest.raises(NotFromSnsError, match="elsewhere"):
        verifier.verify(signed(told, KEY), NOW)


@pytest.mark.parametrize(
    "changes", [{"SignatureVersion": "3"}, {"Type": "Other"}, {"Timestamp": "yesterday"}, {"Message": 7}]
)
def test_a_message_of_no_known_form_is_refused(changes: dict[str, Any]) -> None:
    verifier, _ = _verifier()
    told = {**signed(notification(), KEY), **changes}
    with pytest.raises(NotFromSnsError):
        verifier.verify(told, NOW)


def test_a_signature_that_is_no_base64_is_refused() -> None:
    verifier, _ = _verifier()
    with pytest.raises(NotFromSnsError, match="base64"):
        verifier.verify({**notification(), "Signature": "ñ"}, NOW)


def test_a_certificate_that_cannot_be_fetched_now_lets_sns_repeat() -> None:
    verifier, aws = _verifier()
    aws.away = True
    with pytest.raises(Unreachable):
        verifier.verify(signed(notification(), KEY), NOW)


def test_a_key_of_another_kind_is_refused() -> None:
    key: Any = ec.generate_private_key(ec.SECP256R1())
    verifier, _ = _verifier(certificate(key))
    with pytest.raises(NotFromSnsError, match="kind of key"):
        verifier.verify(signed(notification(), KEY), NOW)


@given(
    st.dictionaries(
        st.sampled_from([*notification(), "Signature", "Token", "SubscribeURL"]),
        st.none()
        | st.text(max_size=60)
        | st.integers()
        | st.just(TOPIC)
        | st.just("Notification")
        | st.just(CERTIFICATE_URL),
    )
)
def test_any_object_is_refused_without_an_error(told: dict[str, Any]) -> None:
    verifier, _ = _verifier()
    with pytest.raises((NotFromSnsError, Unreachable)):
        verifier.verify(told, NOW)


# What SES tells


def _told(text: str) -> Arrival | Stored | Failure | None:
    return told_in(text, NOW, {"mails"})


def test_a_letter_inside_the_notification_is_taken_as_it_came() -> None:
    found = _told(received(b"From: a@b.es\r\n\r\nhola"))
    assert found == Arrival(b"From: a@b.es\r\n\r\nhola", NOW, ("reservas@casalola.example",), proven=True)


def test_a_letter_in_base64_is_opened() -> None:
    found = _told(received("mañana".encode("latin-1"), encoding="BASE64"))
    assert isinstance(found, Arrival)
    assert found.raw == "mañana".encode("latin-1")


@pytest.mark.parametrize("verdict", ["FAIL", "GRAY", "PROCESSING_FAILED"])
def test_only_dmarc_that_passed_proves_the_author(verdict: str) -> None:
    found = _told(received(b"x", dmarc=verdict))
    assert isinstance(found, Arrival)
    assert found.proven is False


def test_what_ses_calls_spam_is_marked() -> None:
    found = _told(received(b"x", spam="FAIL"))
    assert isinstance(found, Arrival)
    assert found.spam


def test_a_letter_in_s3_is_named_by_its_place() -> None:
    found = _told(received(None, type="S3", bucketName="mails", objectKey="in/o3vr"))
    assert isinstance(found, Stored)
    assert (found.bucket, found.key) == ("mails", "in/o3vr")


@pytest.mark.parametrize(
    "action",
    [
        {"type": "S3", "bucketName": "other", "objectKey": "k"},
        {"type": "S3", "bucketName": "mails", "objectKey": ""},
        {"type": "S3", "bucketName": "mails"},
        {"type": "Lambda"},
    ],
)
def test_a_letter_that_is_nowhere_of_ours_is_not_looked_for(action: dict[str, str]) -> None:
    with pytest.raises(NotUnderstoodError):
        _told(received(None, **action))


def _event(kind: str, **about: Any) -> str:
    return json.dumps(
        {
            "eventType": kind,
            "mail": {"messageId": "0102-ses", "source": "Casa <reservas@casalola.example>"},
            kind.lower(): about,
        }
    )


def test_a_final_bounce_names_our_letter() -> None:
    found = _told(_event("Bounce", bounceType="Permanent", bounceSubType="NoEmail"))
    assert found == Failure("0102-ses", ("reservas@casalola.example",), "Bounce NoEmail")


def test_a_complaint_is_a_failure_too() -> None:
    found = _told(_event("Complaint", complaintFeedbackType="abuse"))
    assert found == Failure("0102-ses", ("reservas@casalola.example",), "Complaint abuse")


@pytest.mark.parametrize(
    "text",
    [
        _event("Bounce", bounceType="Transient"),
        _event("Delivery"),
        "Successfully validated SNS topic",
        "[]",
        "{}",
        "[" * 5000,
    ],
)
def test_what_needs_no_answer_is_nothing(text: str) -> None:
    assert _told(text) is None
