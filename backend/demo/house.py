"""Casa Lucero: the demonstration restaurant's profile, floor and rules as a configuration document. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

SLUG, ZONE = "casa-lucero", "Europe/Madrid"

# number, min, max, area, shape, x, y, width, height, rotation, priority: centimetres on the floor plan
_TABLES: tuple[tuple[str, int, int, str, str, int, int, int, int, int, int], ...] = (
    # sala: two along the window, four-tops in the middle, a round for six, the long table at the back
    ("1", 1, 2, "sala", "square", 60, 60, 75, 75, 0, 20),
    ("2", 1, 2, "sala", "square", 200, 60, 75, 75, 0, 20),
    ("3", 1, 2, "sala", "square", 340, 60, 75, 75, 0, 15),
    ("4", 2, 4, "sala", "square", 60, 230, 95, 95, 0, 10),
    ("5", 2, 4, "sala", "square", 220, 230, 95, 95, 0, 10),
    ("6", 2, 4, "sala", "square", 380, 230, 95, 95, 0, 10),
    ("7", 2, 4, "sala", "rectangle", 560, 60, 130, 80, 0, 12),
    ("8", 3, 6, "sala", "round", 580, 240, 140, 140, 0, 10),
    ("9", 4, 6, "sala", "rectangle", 60, 420, 180, 90, 0, 8),
    ("10", 5, 8, "sala", "rectangle", 330, 420, 240, 95, 0, 8),
    # terraza: under the pergola, turned a little towards the square
    ("T1", 1, 2, "terraza", "round", 860, 60, 70, 70, 0, 18),
    ("T2", 1, 2, "terraza", "round", 990, 60, 70, 70, 0, 18),
    ("T3", 1, 2, "terraza", "round", 1120, 60, 70, 70, 0, 18),
    ("T4", 2, 4, "terraza", "square", 860, 200, 85, 85, 45, 12),
    ("T5", 2, 4, "terraza", "square", 1010, 200, 85, 85, 45, 12),
    ("T6", 2, 4, "terraza", "square", 1160, 200, 85, 85, 45, 12),
    ("T7", 2, 4, "terraza", "square", 860, 360, 85, 85, 0, 10),
    ("T8", 4, 6, "terraza", "rectangle", 1020, 360, 180, 85, 0, 8),
    # barra: high tables; the last stools are for whoever walks in
    ("B1", 1, 2, "barra", "bar", 860, 540, 60, 60, 0, 5),
    ("B2", 1, 2, "barra", "bar", 960, 540, 60, 60, 0, 5),
    ("B3", 1, 2, "barra", "bar", 1060, 540, 60, 60, 0, 5),
    ("B4", 1, 3, "barra", "bar", 1160, 540, 90, 60, 0, 5),
)
_SIDE_BY_SIDE = (("4", "5"), ("5", "6"), ("1", "2"), ("T4", "T5"), ("T5", "T6"), ("T7", "T8"), ("9", "10"))
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def table_id(number: str) -> str:
    """A table's identifier, the same at every first start, so that a floor plan drawn for the demonstration fits the next one."""
    return str(uuid5(NAMESPACE_URL, f"saveit:demo:{number}"))


def house_document(now: datetime) -> dict[str, Any]:
    """The configuration as of an instant: its special dates lie ahead, never on the next four days."""
    today = now.astimezone(ZoneInfo(ZONE)).date()
    return {
        "profile": _profile(),
        "areas": [
            {"id": "sala", "name": {"es": "Sala", "en": "Dining room"}},
            {"id": "terraza", "name": {"es": "Terraza", "en": "Terrace"}},
            {"id": "barra", "name": {"es": "Barra", "en": "Bar"}},
        ],
        "tables": [_table(*row) for row in _TABLES],
        "combinations": [[table_id(one), table_id(other)] for one, other in _SIDE_BY_SIDE],
        "rules": _rules(today),
    }


def _profile() -> dict[str, Any]:
    return {
        "name": "Casa Lucero",
        "slug": SLUG,
        "timezone": ZONE,
        "locale": "es-ES",
        "currency": "EUR",
        "address": "Plaza de la Paja 7, 28005 Madrid",
        "phone": "+34910000142",
        "email": "hola@casalucero.example",
        "website": "https://casalucero.example",
        "description": {
            "es": "Cocina de mercado junto a la plaza: brasas, verduras de temporada y vinos de por aquí.",
            "en": "Market cooking beside the square: embers, seasonal vegetables and wines from nearby.",
        },
        "formality": "tu",
        "parking": {
            "es": "Hay un aparcamiento público en Plaza Mayor, a seis minutos a pie.",
            "en": "There is a public car park at Plaza Mayor, six minutes on foot.",
        },
        "pets": {
            "es": "Tu perro es bienvenido en la terraza.",
            "en": "Your dog is welcome on the terrace.",
        },
        "menu": {
            "es": "Carta de temporada con opciones vegetarianas y sin gluten; entre semana, menú del día a mediodía.",
            "en": "A seasonal menu with vegetarian and gluten-free dishes; a set lunch on weekdays.",
        },
        "faq": _faq(),
    }


def _faq() -> dict[str, dict[str, str]]:
    """What Casa Lucero answers to what guests ask, but for the wifi: that the assistant must ask the team."""
    return {
        "kids": {
            "es": "Los niños son bienvenidos: hay tronas y medias raciones.",
            "en": "Children are welcome: there are high chairs and half portions.",
        },
        "terrace": {
            "es": "Sí, hay terraza en la plaza, cubierta y con calor en invierno.",
            "en": "Yes, there is a terrace on the square, covered and heated in winter.",
        },
        "payment": {
            "es": "Se puede pagar con tarjeta, con el móvil o en efectivo.",
            "en": "You can pay by card, by phone or in cash.",
        },
        "accessibility": {
            "es": "La entrada y un aseo están adaptados; la sala está a pie de calle.",
            "en": "The entrance and one restroom are step-free; the dining room is at street level.",
        },
        "dressCode": {
            "es": "No hay código de vestimenta: ven con lo que te sientas bien.",
            "en": "There is no dress code: come as you feel comfortable.",
        },
        "groups": {
            "es": "Por el chat reservamos hasta 12 personas; para grupos mayores, el equipo prepara un menú.",
            "en": "We take up to 12 people by chat; for larger groups the team puts a menu together.",
        },
        "prices": {
            "es": "El menú del día cuesta 19 €; a la carta se suele gastar entre 30 y 40 € por persona.",
            "en": "The weekday set lunch is €19; à la carte, people usually spend €30 to €40 each.",
        },
        "events": {
            "es": "Para cumpleaños y celebraciones podemos preparar tarta y un rincón de la sala.",
            "en": "For birthdays and celebrations we can prepare a cake and a corner of the dining room.",
        },
        "transport": {
            "es": "Las paradas de metro más cercanas son La Latina y Ópera, a cinco minutos.",
            "en": "The nearest metro stops are La Latina and Ópera, five minutes away.",
        },
        "allergens": {
            "es": "La carta indica los alérgenos de cada plato y hay opciones sin gluten y sin lactosa.",
            "en": "The menu marks each dish's allergens, and there are gluten-free and lactose-free options.",
        },
    }


def _table(
    number: str,
    smallest: int,
    largest: int,
    area: str,
    shape: str,
    x: int,
    y: int,
    width: int,
    height: int,
    rotation: int,
    priority: int,
) -> dict[str, Any]:
    return {
        "id": table_id(number),
        "number": number,
        "minParty": smallest,
        "maxParty": largest,
        "area": area,
        "shape": shape,
        "x": x,
        "y": y,
        "width": width,
        "height": height,
        "rotation": rotation,
        "priority": priority,
        "bookable": "walk_in" if number == "B4" else "online",
    }


def _rules(today: date) -> dict[str, Any]:
    everyday = {"open": "13:00", "close": "00:30", "closed": False}
    return {
        "reservationWindow": {"minHoursAdvance": 2, "maxDaysAdvance": 60, "allowSameDay": True},
        "cancellationPolicy": {
            "freeCancellationHours": 24,
            "noShowPenalty": True,
            "penaltyAmount": 15,
            "blockedReservationsAfterNoShow": 2,
        },
        "capacity": {
            "maxPartySizePerTable": {"B4": 2},
            "overbookingPercent": 0,
            "minimumTableTurnoverMinutes": 90,
        },
        "timeSlots": {"slotDuration": 15, "turnoverTime": 15},
        "businessHours": dict.fromkeys(_WEEKDAYS, everyday),
        "requirements": {
            "requiresDeposit": False,
            "requiresPhoneVerification": False,
            "requiresCreditCard": False,
            "requiresIdentification": False,
        },
        "specialDates": _special_dates(today),
        "shifts": [
            {
                "id": "comida",
                "name": {"es": "Comida", "en": "Lunch"},
                "days": list(_WEEKDAYS),
                "start": "13:00",
                "end": "15:30",
            },
            {
                "id": "cena",
                "name": {"es": "Cena", "en": "Dinner"},
                "days": list(_WEEKDAYS),
                "start": "20:00",
                "end": "23:00",
            },
        ],
        "turnTimes": [
            {"minParty": 1, "maxParty": 2, "minutes": 90},
            {"minParty": 3, "maxParty": 4, "minutes": 105},
            {"minParty": 5, "maxParty": 8, "minutes": 120},
            {"minParty": 9, "maxParty": 16, "minutes": 150},
        ],
        "pacing": {"windowMinutes": 15, "maxCovers": 60, "maxParties": 22},
        "partySize": {"min": 1, "max": 12},
        "door": {"earlyMinutes": 15, "lateMinutes": 15},
        "lateGraceMinutes": 15,
        "noShowAfterMinutes": 30,
        "maxTablesCombined": 3,
        "holdMinutes": 5,
    }


def _special_dates(today: date) -> list[dict[str, Any]]:
    return [
        {
            "date": _coming(today, 12, 24).isoformat(),
            "type": "special_hours",
            "customHours": {"open": "13:00", "close": "17:00"},
        },
        {"date": _coming(today, 12, 25).isoformat(), "type": "closed"},
        {"date": _coming(today, 12, 31).isoformat(), "type": "high_demand", "multiplier": 2},
    ]


def _coming(today: date, month: int, day: int) -> date:
    """The next such day that is not within the next four days, which people try first."""
    this_year = date(today.year, month, day)
    return this_year if this_year > today + timedelta(days=4) else date(today.year + 1, month, day)
