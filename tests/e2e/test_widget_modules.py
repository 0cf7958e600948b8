"""The widget's modules one by one, imported into a real browser, with their time, network and storage played by the test."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page
from widget_stand_in import ChatStandIn, HostPage

pytestmark = pytest.mark.slow

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
SEND = """async ({ url, plan, online }) => {
  const { ChatProtocol } = await import(url);
  const seen = { bodies: [], pauses: [], said: [], warnings: [] };
  const tools = {
    fetch: async (address, options) => {
      seen.bodies.push(options.body);
      const { fail, status, body, headers } = plan.shift();
      if (fail) throw new TypeError("Failed to fetch");
      return new Response(body, { status, headers });
    },
    pause: async (milliseconds) => { seen.pauses.push(milliseconds) },
    random: () => 0.5,
    now: () => NOW_MS,
    isOnline: () => online.length > 1 ? online.shift() : online[0],
    warn: (text) => seen.warnings.push(text),
  };
  const protocol = new ChatProtocol({ server: "https://s.example", restaurant: "casa", apiKey: "pk" }, tools);
  const message = { sessionId: "s", messageId: "m", text: "hola", locale: "es" };
  seen.outcome = await protocol.send(message, { onPause: (pause) => seen.said.push(pause) });
  return seen;
}""".replace("NOW_MS", str(int(NOW.timestamp() * 1000)))
RESTORE = """async ({ url, stored, now, blocked }) => {
  const { Session } = await import(`${url}/session.js`);
  const { TabStorage } = await import(`${url}/storage.js`);
  sessionStorage.clear();
  const key = "saveit-chat https://s.example casa";
  if (stored !== null) sessionStorage.setItem(key, stored);
  const session = new Session({
    server: "https://s.example", restaurant: "casa", storage: new TabStorage(), now: () => now,
  });
  return { id: session.id, messages: session.messages, isOpen: session.isOpen };
}"""
OK = {"status": 200, "body": '{"replies": [{"text": "hola"}]}'}


def failing(status: int, **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"status": status, "body": '{"detail": "No puede ser."}', "headers": named}


@pytest.fixture
def modules(page: Page, host: HostPage, chat: ChatStandIn) -> str:
    """The address of the modules' folder, with a page open that may import them."""
    host.pages["/"] = ("<!doctype html><title>modules</title>", {})
    page.goto(f"{host.origin}/")
    return f"{chat.origin}/widget/v1"


@pytest.fixture
def send(page: Page, modules: str) -> Callable[..., dict[str, Any]]:
    def run(*plan: dict[str, Any], online: tuple[bool, ...] = (True,)) -> dict[str, Any]:
        options = {"url": f"{modules}/protocol.js", "plan": list(plan), "online": list(online)}
        seen: dict[str, Any] = page.evaluate(SEND, options)
        return seen

    return run


@pytest.fixture
def restore(page: Page, modules: str) -> Callable[..., dict[str, Any]]:
    def run(stored: str | None, now: float = 1_000_000.0) -> dict[str, Any]:
        session: dict[str, Any] = page.evaluate(RESTORE, {"url": modules, "stored": stored, "now": now})
        return session

    return run


def test_tries_wait_longer_each_time_and_end_after_four(send: Callable[..., dict[str, Any]]) -> None:
    seen = send(*[{"fail": True}] * 4)

    assert seen["pauses"] == [600, 1200, 2400]
    assert len(set(seen["bodies"])) == 1
    assert len(seen["bodies"]) == 4
    assert seen["outcome"] == {"problem": {"kind": "network", "text": None, "retryable": True}}


@pytest.mark.parametrize("status", [408, 409, 425, 500, 502, 503, 504])
def test_passing_troubles_are_tried_again(send: Callable[..., dict[str, Any]], status: int) -> None:
    seen = send(failing(status), OK)

    assert seen["outcome"]["replies"][0]["text"] == "hola"
    assert seen["said"] == [{"kind": "server", "seconds": 1}, None]


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("7", 7000),
        (" 7 ", 7000),
        ("0", 0),
        (format_datetime(NOW.replace(second=9), usegmt=True), 9000),
        (format_datetime(NOW.replace(year=2025), usegmt=True), 0),
        ("soon", 600),
    ],
)
def test_a_server_that_names_a_time_is_given_it(
    send: Callable[..., dict[str, Any]], header: str, pause: float
) -> None:
    seen = send(failing(429, Retry_After=header), OK)

    assert seen["pauses"] == [pause]


def test_a_wait_of_more_than_half_a_minute_is_not_waited(send: Callable[..., dict[str, Any]]) -> None:
    seen = send(failing(429, Retry_After="31"))

    assert seen["pauses"] == []
    assert seen["outcome"]["problem"]["kind"] == "busy"


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_a_refusal_is_final_and_keeps_the_servers_words(
    send: Callable[..., dict[str, Any]], status: int
) -> None:
    seen = send(failing(status))

    assert seen["outcome"] == {"problem": {"kind": "refused", "text": "No puede ser.", "retryable": False}}


@pytest.mark.parametrize("status", [401, 403, 404, 405])
def test_a_wrongly_set_up_page_is_final_and_told_to_its_author(
    send: Callable[..., dict[str, Any]], status: int
) -> None:
    seen = send(failing(status))

    assert seen["outcome"] == {"problem": {"kind": "unavailable", "text": None, "retryable": False}}
    assert str(status) in seen["warnings"][0]


def test_a_failure_without_a_network_is_not_repeated_before_there_is_one(
    send: Callable[..., dict[str, Any]],
) -> None:
    seen = send({"fail": True}, online=(False,))

    assert len(seen["bodies"]) == 1
    assert seen["outcome"]["problem"]["kind"] == "offline"


def test_a_browser_that_wrongly_believes_to_be_offline_is_answered(
    send: Callable[..., dict[str, Any]],
) -> None:
    assert send(OK, online=(False,))["outcome"]["replies"][0]["text"] == "hola"


def test_a_network_that_goes_between_tries_is_noticed(send: Callable[..., dict[str, Any]]) -> None:
    seen = send({"fail": True}, {"fail": True}, online=(True, False))

    assert len(seen["bodies"]) == 2
    assert seen["outcome"]["problem"]["kind"] == "offline"


@pytest.mark.parametrize("body", ["", "<html>", "null", "[]", '{"replies": 7}', '{"reply": []}'])
def test_an_answer_that_is_none_counts_as_a_failure(send: Callable[..., dict[str, Any]], body: str) -> None:
    seen = send(*[{"status": 200, "body": body}] * 4)

    assert seen["outcome"]["problem"]["kind"] == "server"


@pytest.mark.parametrize(
    "stored",
    [
        None,
        "",
        "nonsense",
        "null",
        "7",
        '{"format": 2, "id": "a", "messages": [], "savedAt": 1000000}',
        '{"format": 1, "id": 7, "messages": [], "savedAt": 1000000}',
        '{"format": 1, "id": "a", "messages": {}, "savedAt": 1000000}',
        '{"format": 1, "id": "a", "messages": []}',
    ],
)
def test_a_stored_record_of_another_shape_starts_a_new_conversation(
    restore: Callable[..., dict[str, Any]], stored: str | None
) -> None:
    session = restore(stored)

    assert session["messages"] == []
    assert len(session["id"]) == 36


@pytest.mark.parametrize(("hours", "restored"), [(23.9, True), (24.1, False)])
def test_a_conversation_is_kept_for_a_day(
    restore: Callable[..., dict[str, Any]], hours: float, restored: bool
) -> None:
    stored = '{"format": 1, "id": "the-old-one", "messages": [], "savedAt": 1000000}'

    session = restore(stored, now=1_000_000 + hours * 3_600_000)

    assert (session["id"] == "the-old-one") is restored


def test_new_ids_are_random_uuids(page: Page, modules: str) -> None:
    ids = page.evaluate(f"import('{modules}/ids.js').then((m) => [...Array(200)].map(() => m.newId()))")

    uuid4 = r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
    assert len(set(ids)) == 200
    assert [one for one in ids if not re.match(uuid4, one)] == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
ADDRESS = st.sampled_from(
    ["/qr.png", "https://a.example/x", "javascript:1", "data:,x", "//b.example/y", "ht tp:", "blob:x"]
)
REPLY = st.fixed_dictionaries(
    {},
    optional={
        "text": JSON,
        "quickReplies": JSON | st.lists(st.fixed_dictionaries({"title": JSON, "value": JSON}), max_size=3),
        "card": JSON
        | st.fixed_dictionaries(
            {},
            optional={
                "title": JSON,
                "code": JSON,
                "lines": JSON,
                "imageUrl": ADDRESS | JSON,
                "manageUrl": ADDRESS | JSON,
                "calendarUrl": ADDRESS | JSON,
                "event": JSON | st.just("booked"),
                "reservation": JSON | st.fixed_dictionaries({"id": JSON, "partySize": JSON}),
            },
        ),
    },
)
PIECES = [
    "https://",
    "HTTP://",
    "a.example",
    "/x?y=1&z",
    " ",
    ".",
    ")",
    "<",
    '"',
    "javascript:",
    "me@",
    "¡",
    "🙂",
    "\n",
]
QUICK = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(answer=st.fixed_dictionaries({"replies": st.lists(REPLY | JSON, max_size=4)}))
def test_any_answer_is_read_into_records_the_view_can_trust(
    page: Page, modules: str, answer: dict[str, Any]
) -> None:
    read = page.evaluate(
        "async ([url, answer]) => (await import(url)).readReplies(answer, 'https://s.example')",
        [f"{modules}/replies.js", answer],
    )

    for reply in read:
        assert isinstance(reply["text"], str)
        assert all(set(map(type, quick.values())) == {str} for quick in reply["quickReplies"])
        card = reply["card"]
        urls = [card["imageUrl"], card["manageUrl"], card["calendarUrl"]] if card else []
        assert all(url is None or url.startswith(("https://", "http://")) for url in urls)


@QUICK
@given(text=st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_text_with_links_reads_exactly_as_it_was_written(page: Page, modules: str, text: str) -> None:
    shown, links = page.evaluate(
        """async ([url, text]) => {
          const box = document.createElement("div");
          box.append(...(await import(url)).textWithLinks(text));
          return [box.textContent, [...box.querySelectorAll("*")].map((node) => [node.localName, node.protocol])];
        }""",
        [f"{modules}/dom.js", text],
    )

    assert shown == text
    assert all(link in (["a", "http:"], ["a", "https:"]) for link in links)
