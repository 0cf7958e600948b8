"""Servers that a restaurant may name where many houses share one."""

from __future__ import annotations

import pytest

from backend.conversations.channels.email.hosts import is_public


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "::1",
        "10.0.0.7",
        "192.168.1.1",
        "169.254.169.254",
        "fe80::1",
        "::ffff:10.0.0.7",
        "0.0.0.0",  # noqa: S104 - looked up, not bound
        "",
        "x" * 300,
        "no-such-name.invalid",
    ],
)
def test_a_name_that_leads_into_a_network_of_ours_or_nowhere_is_not_public(host: str) -> None:
    assert not is_public(host)


@pytest.mark.parametrize("host", ["9.9.9.9", "2620:fe::fe", "::ffff:9.9.9.9"])
def test_an_address_of_the_open_internet_is_public(host: str) -> None:
    assert is_public(host)
