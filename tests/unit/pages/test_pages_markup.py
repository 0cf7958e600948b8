"""Every page, in both languages: well formed, labelled, and without anything a strict policy would block."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from page_fakes import FRIDAY, TOKEN, FakePages, StoppedClock, at, facts, house

from backend.notifications import MessageKind, render, sample_facts
from backend.pages import Landing, landing_blueprint, mailbox_blueprint
from backend.pages.records import GuestBooking
from backend.platform.refusals import Refusal
from backend.platform.senders import MailboxFolderSender, Outgoing

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}
SVG_LEAVES = {"path", "rect", "circle"}
ID = "00000000-0000-0000-0000-000000000001"
STATES = ("pending", "confirmed", "checked_in", "seated", "completed", "cancelled", "no_show", "expired")


@dataclass
class Outline(HTMLParser):
    """What a page is made of."""

    open: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    ids: Counter[str] = field(default_factory=Counter)
    headings: list[int] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    controls: list[dict[str, str | None]] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    language: str | None = None

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if len(named) != len(attrs):
            self.wrong.append(f"{tag} has an attribute twice")
        self._policy(tag, named)
        self._names(tag, named)
        if tag not in VOID and tag not in SVG_LEAVES:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in SVG_LEAVES:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")

    def _policy(self, tag: str, named: dict[str, str | None]) -> None:
        if "style" in named or tag == "style" or any(name.startswith("on") for name in named):
            self.wrong.append(f"{tag} has inline style or script")
        if tag == "script" and not named.get("src"):
            self.wrong.append("inline script")
        if tag == "img" and named.get("alt") is None:
            self.wrong.append("img without alt")
        if tag == "iframe" and not (named.get("title") and named.get("sandbox")):
            self.wrong.append("iframe without title or sandbox")

    def _names(self, tag: str, named: dict[str, str | None]) -> None:
        if identity := named.get("id"):
            self.ids[identity] += 1
        if tag == "html":
            self.language = named.get("lang")
        if tag in ("h1", "h2", "h3"):
            self.headings.append(int(tag[1]))
        if tag == "label" and named.get("for"):
            self.labels.add(named["for"] or "")
        if tag in ("input", "select", "textarea") and named.get("type") not in ("hidden", "radio"):
            self.controls.append(named)
        for name in ("aria-describedby", "aria-labelledby", "form"):
            if named.get(name):
                self.references.append(named[name] or "")


def pages() -> dict[str, str]:
    """Every page by a name: state, form, refusal and error."""
    found: dict[str, str] = {}
    for state in STATES:
        free = state in ("pending", "confirmed")
        one = facts(status=state, notes="Trona", requirements=("deposit",) if state == "pending" else ())
        _walk(found, state, FakePages(GuestBooking(one, "es", free, free)), [f"/g/{TOKEN}?done=booked"])
    _walk(
        found,
        "plain",
        FakePages(),
        [
            f"/g/{TOKEN}/change",
            f"/g/{TOKEN}/cancel",
            "/g/none",
            "/g/g_old",
            "/r/la-marea",
            "/r/la-marea/book",
            "/r/la-marea/book?date=2026-12-18&party=2",
            "/r/la-marea/book?date=x&party=99",
            "/r/la-marea/privacy",
            "/privacy",
        ],
    )
    _walk(
        found, "full", FakePages(full=(FRIDAY,)), [f"/g/{TOKEN}/change", "/r/la-marea/book?date=2026-12-18"]
    )
    late = facts(written_at=at(FRIDAY, 12), penalty_charged=Decimal(25))
    _walk(found, "late", FakePages(GuestBooking(late, "es", True, True)), [f"/g/{TOKEN}/cancel"])
    _posts(found)
    return found


def _walk(found: dict[str, str], name: str, fake: FakePages, paths: list[str]) -> None:
    client = house(fake).test_client()
    for language in ("es", "en"):
        for path in paths:
            found[f"{name} {path} {language}"] = client.get(path, headers={"Accept-Language": language}).text


def _posts(found: dict[str, str]) -> None:
    offer = [{"date": "2026-12-19", "time": "20:00"}]
    refused = FakePages(refuse=Refusal("slot_unavailable", params={"partySize": 4}, alternatives=offer))
    client = house(refused).test_client()
    for language in ("es", "en"):
        spoken = {"Accept-Language": language}
        for path in (f"/g/{TOKEN}/change", f"/g/{TOKEN}/cancel", "/r/la-marea/book"):
            found[f"stale {path} {language}"] = client.post(path, headers=spoken, data={"time": "20:30"}).text
        hidden = _hidden(client.get("/r/la-marea/book?date=2026-12-18").text)
        found[f"missing {language}"] = client.post("/r/la-marea/book", headers=spoken, data=hidden).text
        hidden = _hidden(client.get(f"/g/{TOKEN}/change").text) | {"time": "20:30"}
        found[f"refused {language}"] = client.post(f"/g/{TOKEN}/change", headers=spoken, data=hidden).text


def _hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def mailbox_pages(folder: Path) -> dict[str, str]:
    rendered = render(MessageKind.CONFIRMATION, sample_facts(MessageKind.CONFIRMATION)[0], "es")
    MailboxFolderSender(folder, StoppedClock()).send(
        Outgoing(
            UUID(ID), "la-marea", "email", {"email": "l@example.com"}, rendered, "La Marea", "r@example.com"
        )
    )
    app = house(FakePages())
    app.register_blueprint(mailbox_blueprint(folder))
    landing = Landing("La Marea", "/r/la-marea", "/g/1", "/mailbox/", "/docs", "/readyz", "scripts/host")
    app.register_blueprint(landing_blueprint(lambda: landing))
    client = app.test_client()
    paths = ["/", "/mailbox/", *(f"/mailbox/la-marea/{ID}?as={face}" for face in ("mail", "text", "short"))]
    return {
        f"{path} {language}": client.get(path, headers={"Accept-Language": language}).text
        for path in paths
        for language in ("es", "en")
    }


@pytest.fixture(scope="module")
def every_page(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return pages() | mailbox_pages(tmp_path_factory.mktemp("mailbox"))


@pytest.fixture(scope="module")
def outlines(every_page: dict[str, str]) -> dict[str, Outline]:
    read = {}
    for name, page in every_page.items():
        read[name] = Outline()
        read[name].feed(page)
        read[name].close()
    return read


def test_there_is_something_to_look_at(every_page: dict[str, str]) -> None:
    assert len(every_page) > 50


def test_every_page_is_well_formed_and_has_nothing_inline(outlines: dict[str, Outline]) -> None:
    assert {name: each.wrong + each.open for name, each in outlines.items() if each.wrong or each.open} == {}


def test_every_page_says_its_language(outlines: dict[str, Outline]) -> None:
    assert {name: each.language for name, each in outlines.items() if each.language != name[-2:]} == {}


def test_every_page_has_one_first_heading_and_skips_no_level(outlines: dict[str, Outline]) -> None:
    for name, each in outlines.items():
        assert each.headings[0] == 1, name
        assert each.headings.count(1) == 1, name
        assert all(later - sooner <= 1 for sooner, later in pairwise(each.headings)), name


def test_every_field_has_a_label(outlines: dict[str, Outline]) -> None:
    for name, each in outlines.items():
        assert [control for control in each.controls if control.get("id") not in each.labels] == [], name


def test_no_name_is_used_twice_and_every_reference_leads_somewhere(outlines: dict[str, Outline]) -> None:
    for name, each in outlines.items():
        assert [identity for identity, count in each.ids.items() if count > 1] == [], name
        assert [reference for reference in each.references if reference not in each.ids] == [], name


def test_no_template_or_text_leaves_a_trace_of_itself(every_page: dict[str, str]) -> None:
    traces = re.compile(r"\{[{%]|\{\w+\}|>None<|=\"None\"|Undefined|>(?:page|message)\.\w")
    assert {name: found[0] for name, page in every_page.items() if (found := traces.search(page))} == {}
