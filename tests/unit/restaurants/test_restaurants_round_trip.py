"""Whatever a restaurant sets up comes back as it was: domain to JSON to domain, and JSON to domain to
JSON."""

from __future__ import annotations

import json
from datetime import date, time
from decimal import Decimal
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.restaurants import domain
from backend.restaurants.schemas import ConfigDocument, to_document, to_domain

LINES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=40)
BILINGUAL = st.builds(domain.Bilingual, LINES, st.one_of(st.just(""), LINES))
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
DATES = st.dates(date(2026, 1, 1), date(2030, 12, 31))
AMOUNTS = st.one_of(st.none(), st.decimals(0, 9999, places=2, allow_nan=False, allow_infinity=False))
QUARTERS = st.integers(0, 400).map(lambda quarters: quarters / 4)
KEYS = ["sala", "terraza", "barra-2"]


@st.composite
def floors(draw) -> tuple[tuple[domain.Table, ...], tuple[domain.Combination, ...]]:
    numbers = draw(st.lists(st.integers(1, 99), min_size=1, max_size=6, unique=True))
    tables = tuple(
        domain.Table(
            id=draw(st.uuids(version=4)),
            number=str(number),
            min_party=draw(st.integers(1, 3)),
            max_party=draw(st.integers(3, 12)),
            area=draw(st.sampled_from(KEYS)),
            shape=draw(st.sampled_from(["round", "square", "rectangle", "bar"])),
            x=draw(st.integers(0, 2000)),
            y=draw(st.integers(0, 2000)),
            width=draw(st.integers(40, 300)),
            height=draw(st.integers(40, 300)),
            rotation=draw(st.integers(0, 359)),
            priority=draw(st.integers(0, 100)),
            bookable=draw(st.sampled_from(["online", "in_house", "walk_in"])),
        )
        for number in numbers
    )
    neighbours = [
        domain.combination(one.id, other.id)
        for place, one in enumerate(tables)
        for other in tables[place + 1 :]
        if one.area == other.area and draw(st.booleans())
    ]
    return tables, tuple(neighbours)


PROFILES = st.builds(
    domain.Profile,
    name=LINES,
    slug=st.from_regex(r"[a-z0-9]{2,12}(-[a-z0-9]{1,8})?", fullmatch=True),
    timezone=st.sampled_from(["Europe/Madrid", "America/Santiago", "Atlantic/Canary"]),
    locale=st.sampled_from(["es-ES", "es-MX", "es-419", "en-GB"]),
    currency=st.sampled_from(["EUR", "USD", "CLP", "MXN"]),
    address=st.one_of(st.just(""), LINES),
    phone=st.sampled_from(["", "+34 910 000 000"]),
    email=st.sampled_from(["", "hola@casa.example"]),
    website=st.sampled_from(["", "https://casa.example/menu?x=1"]),
    description=st.one_of(st.none(), BILINGUAL),
    primary_colour=st.sampled_from(["#1E6B52", "#FFFFFF"]),
    formality=st.sampled_from(["tu", "usted"]),
    parking=st.one_of(st.none(), BILINGUAL),
    pets=st.one_of(st.none(), BILINGUAL),
    menu=st.one_of(st.none(), BILINGUAL),
    wording=st.dictionaries(st.sampled_from(["hello", "talk.bye"]), BILINGUAL).map(
        lambda texts: tuple(sorted(texts.items(), key=lambda pair: pair[0]))
    ),
    faq=st.builds(domain.Faq, **{topic: st.one_of(st.none(), BILINGUAL) for topic in domain.FAQ_TOPICS}),
)
DAY_HOURS = st.one_of(
    st.builds(domain.DayHours, TIMES, TIMES),
    st.just(domain.DayHours(closed=True)),
    st.builds(domain.DayHours, TIMES, TIMES, st.just(True)),
)
SPECIALS = st.one_of(
    st.builds(domain.SpecialDate, DATES, st.just("closed")),
    st.builds(domain.SpecialDate, DATES, st.just("special_hours"), st.none(), st.tuples(TIMES, TIMES)),
    st.builds(
        domain.SpecialDate,
        DATES,
        st.just("high_demand"),
        st.one_of(st.none(), st.decimals("0.5", 5, places=2, allow_nan=False, allow_infinity=False)),
    ),
)
SLOT_TIMES = st.sets(TIMES, min_size=1, max_size=5).map(lambda times: tuple(sorted(times)))
CUSTOMS = st.one_of(
    st.builds(domain.CustomSlots, SLOT_TIMES, st.integers(0, 6), st.none()),
    st.builds(domain.CustomSlots, SLOT_TIMES, st.none(), DATES),
)


@st.composite
def rule_sets(draw, tables: tuple[domain.Table, ...]) -> domain.Rules:
    shift_ids = draw(st.lists(st.sampled_from(["lunch", "dinner", "late"]), unique=True))
    grace = draw(st.integers(0, 60))
    low = draw(st.integers(1, 4))
    return domain.Rules(
        business_hours=tuple(draw(st.lists(DAY_HOURS, min_size=7, max_size=7))),
        reservation_window=domain.ReservationWindow(
            draw(st.integers(0, 96).map(lambda quarters: quarters / 4)),
            draw(st.integers(0, 730)),
            draw(st.booleans()),
        ),
        cancellation_policy=domain.CancellationPolicy(
            draw(QUARTERS), draw(st.booleans()), draw(AMOUNTS), draw(st.integers(0, 5))
        ),
        capacity=domain.Capacity(
            tuple(sorted((each.number, draw(st.integers(1, 12))) for each in tables if draw(st.booleans()))),
            draw(QUARTERS),
            draw(st.integers(5, 240)),
        ),
        time_slots=domain.TimeSlots(
            draw(st.sampled_from([5, 15, 45, 120])),
            draw(st.integers(0, 60)),
            tuple(draw(st.lists(CUSTOMS, max_size=4, unique_by=lambda each: (each.weekday, each.date)))),
        ),
        requirements=draw(
            st.builds(
                domain.Requirements, st.booleans(), AMOUNTS, st.booleans(), st.booleans(), st.booleans()
            )
        ),
        special_dates=tuple(draw(st.lists(SPECIALS, max_size=4, unique_by=lambda each: each.date))),
        shifts=tuple(
            domain.Shift(
                key,
                draw(BILINGUAL),
                draw(st.frozensets(st.integers(0, 6), min_size=1)),
                draw(TIMES),
                draw(TIMES),
            )
            for key in shift_ids
        ),
        turn_times=tuple(
            domain.TurnTime(size, size, draw(st.integers(5, 300)), draw(st.sampled_from([None, *shift_ids])))
            for size in draw(st.lists(st.integers(1, 12), unique=True, max_size=4))
        ),
        pacing=draw(
            st.builds(
                domain.Pacing,
                st.sampled_from([5, 15, 60]),
                st.one_of(st.none(), st.integers(1, 50)),
                st.one_of(st.none(), st.integers(1, 9)),
            )
        ),
        party_size=domain.PartySize(low, draw(st.integers(low, 40))),
        door=draw(st.builds(domain.Door, st.integers(0, 120), st.integers(0, 120))),
        late_grace_minutes=grace,
        no_show_after_minutes=draw(st.integers(max(grace, 1), 240)),
        max_tables_combined=draw(st.integers(1, 8)),
        hold_minutes=draw(st.integers(1, 60)),
    )


@st.composite
def configs(draw) -> domain.RestaurantConfig:
    tables, combinations = draw(floors())
    return domain.RestaurantConfig(
        restaurant_id=draw(st.uuids()),
        version=draw(st.integers(1, 9999)),
        profile=draw(PROFILES),
        areas=tuple(domain.Area(key, draw(BILINGUAL)) for key in KEYS),
        tables=tables,
        combinations=combinations,
        rules=draw(rule_sets(tables)),
    )


@settings(max_examples=80, deadline=None)
@given(configs())
def test_a_configuration_comes_back_from_json_as_it_was(config):
    text = json.dumps(to_document(config))
    document = ConfigDocument.model_validate_json(text)
    assert to_domain(document, config.restaurant_id, config.version) == config


@settings(max_examples=40, deadline=None)
@given(configs())
def test_a_stored_document_comes_back_from_the_database_as_it_was(config):
    stored = json.loads(json.dumps(to_document(config)))  # as jsonb gives it: Python values, not text
    again = to_domain(ConfigDocument.model_validate(stored), config.restaurant_id, config.version)
    assert to_document(again) == stored


def test_nothing_is_rounded_on_the_way():
    amounts = [Decimal("0.01"), Decimal("19.90"), Decimal("1234567.89")]
    for amount in amounts:
        config = domain.RestaurantConfig(
            UUID(int=1),
            1,
            domain.Profile("C", "cc", "Europe/Madrid", "es-ES", "EUR"),
            (domain.Area("sala", domain.Bilingual("Sala")),),
            (domain.Table(UUID(int=2), "1", 1, 4, "sala"),),
            (),
            domain.Rules(
                business_hours=(domain.DayHours(closed=True),) * 7,
                cancellation_policy=domain.CancellationPolicy(penalty_amount=amount),
            ),
        )
        text = json.dumps(to_document(config))
        again = to_domain(ConfigDocument.model_validate_json(text), UUID(int=1), 1)
        assert again.rules.cancellation_policy.penalty_amount == amount
