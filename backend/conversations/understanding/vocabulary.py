"""The closed word classes of both languages: numbers, days, months, parts of day, units, holidays, and how people shorten them.

Data only, in folded form (lower case, no accents). Called by `lexicon`, which chooses what is valid in a Spanish or an English
message: a word that means one thing in one language and another in the other is listed under `ONLY_IN`.
"""

from __future__ import annotations

from typing import Final

# --- numbers ---------------------------------------------------------------------------------------------------------

UNITS_ES: Final = {
    "cero": 0, "un": 1, "una": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8,
    "nueve": 9,
}  # fmt: skip
TEENS_ES: Final = {
    "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16, "diecisiete": 17,
    "dieciocho": 18, "diecinueve": 19, "veinte": 20, "veintiun": 21, "veintiuno": 21, "veintiuna": 21, "veintidos": 22,
    "veintitres": 23, "veinticuatro": 24, "veinticinco": 25, "veintiseis": 26, "veintisiete": 27, "veintiocho": 28,
    "veintinueve": 29,
}  # fmt: skip
TENS_ES: Final = {
    "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90,
}  # fmt: skip
HUNDREDS_ES: Final = {
    "cien": 100, "ciento": 100, "doscientos": 200, "doscientas": 200, "trescientos": 300, "trescientas": 300,
    "cuatrocientos": 400, "cuatrocientas": 400, "quinientas": 500, "seiscientas": 600, "setecientas": 700, "ochocientas": 800,
    "novecientas": 900, "quinientos": 500, "seiscientos": 600, "setecientos": 700, "ochocientos": 800, "novecientos": 900,
}  # fmt: skip
UNITS_EN: Final = {
    "zero": 0, "oh": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
TEENS_EN: Final = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS_EN: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
ORDINALS_ES: Final = {
    "primero": 1, "primer": 1, "primera": 1, "segundo": 2, "segunda": 2, "tercero": 3, "tercer": 3, "tercera": 3,
    "cuarto": 4, "cuarta": 4, "quinto": 5, "quinta": 5,
}  # fmt: skip
ORDINALS_EN: Final = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
ORDINAL_ENDINGS: Final = frozenset(
    {"st", "nd", "rd", "th", "o", "ro", "er", "do", "to", "a", "ra", "da", "mo", "vo", "no"}
)

# --- days ------------------------------------------------------------------------------------------------------------

WEEKDAYS_ES: Final = {
    "lunes": 0, "martes": 1, "miercoles": 2, "jueves": 3, "viernes": 4, "sabado": 5, "domingo": 6, "lun": 0, "mie": 2,
    "mier": 2, "mierc": 2, "jue": 3, "juev": 3, "vie": 4, "vier": 4, "sab": 5, "dom": 6,
}  # fmt: skip
WEEKDAYS_EN: Final = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6, "mon": 0, "tue": 1,
    "tues": 1, "weds": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4,
}  # fmt: skip
# Short forms that are ordinary words too; they count only beside another word of the calendar ("sat 14", "on sun at 8").
WEEKDAYS_WEAK: Final = {"mar": 1, "mi": 2, "wed": 2, "sat": 5, "sun": 6}
PLURAL_WEEKDAYS: Final = frozenset(
    {
        "sabados",
        "domingos",
        "mondays",
        "tuesdays",
        "wednesdays",
        "thursdays",
        "fridays",
        "saturdays",
        "sundays",
    }
)
MONTHS_ES: Final = {
    "enero": 1, "febrero": 2, "marzo": 3, "abril": 4, "mayo": 5, "junio": 6, "julio": 7, "agosto": 8, "septiembre": 9,
    "setiembre": 9, "octubre": 10, "noviembre": 11, "diciembre": 12, "ene": 1, "feb": 2, "mzo": 3, "abr": 4, "ago": 8,
    "sep": 9, "sept": 9, "set": 9, "oct": 10, "nov": 11, "dic": 12, "jun": 6, "jul": 7, "may": 5, "mar": 3,
}  # fmt: skip
MONTHS_EN: Final = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
    "october": 10, "november": 11, "december": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8,
    "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip

UNITS_OF_TIME: Final = {
    "minuto": "minute", "minutos": "minute", "min": "minute", "mins": "minute", "minute": "minute", "minutes": "minute",
    "minutito": "minute", "minutitos": "minute", "hora": "hour", "horas": "hour", "horita": "hour", "horitas": "hour",
    "hour": "hour", "hours": "hour", "hrs": "hour", "hr": "hour", "dia": "day", "dias": "day", "day": "day", "days": "day",
    "semana": "week", "semanas": "week", "week": "week", "weeks": "week", "wk": "week", "wks": "week", "mes": "month",
    "meses": "month", "month": "month", "months": "month", "quincena": "fortnight", "fortnight": "fortnight",
    "ano": "year", "anos": "year", "year": "year", "years": "year",
}  # fmt: skip

# Parts of the day; the hour rules in `times` give each its meaning.
DAYPARTS: Final = {
    "tarde": "afternoon", "tardes": "afternoon", "tardecita": "afternoon", "noche": "night", "noches": "night",
    "nochecita": "night", "madrugada": "early", "mediodia": "midday", "morning": "morning", "mornin": "morning",
    "afternoon": "afternoon", "aft": "afternoon", "arvo": "afternoon", "evening": "night", "eve": "night", "evenin": "night",
    "night": "night", "nite": "night", "midday": "midday",
}  # fmt: skip
MEALS: Final = {
    "desayuno": "morning", "desayunar": "morning", "breakfast": "morning", "brunch": "morning", "almuerzo": "midday",
    "almorzar": "midday", "comida": "midday", "lunch": "midday", "lunchtime": "midday", "merienda": "afternoon",
    "merendar": "afternoon", "cena": "night", "cenar": "night", "cenita": "night", "dinner": "night", "supper": "night",
    "comer": "midday", "dinnertime": "night",
}  # fmt: skip

# --- holidays: folded name, then a key that `calendar.holiday` can compute ---------------------------------------------

HOLIDAYS: Final = {
    "nochebuena": "12-24", "noche buena": "12-24", "navidad": "12-25", "dia de navidad": "12-25",
    "nochevieja": "12-31", "noche vieja": "12-31", "fin de ano": "12-31", "ano nuevo": "01-01",
    "dia de ano nuevo": "01-01", "ano viejo": "12-31", "reyes": "01-06", "dia de reyes": "01-06",
    "noche de reyes": "01-05", "san valentin": "02-14", "dia de los enamorados": "02-14", "halloween": "10-31",
    "todos los santos": "11-01", "dia de todos los santos": "11-01", "dia de muertos": "11-02",
    "dia de los muertos": "11-02", "dia de la constitucion": "12-06", "la inmaculada": "12-08",
    "noche de san juan": "06-23", "san juan": "06-24", "sant jordi": "04-23", "dia del padre": "fathers",
    "dia de la madre": "mothers", "dia de las madres": "mothers", "jueves santo": "easter-3",
    "viernes santo": "easter-2", "domingo de ramos": "easter-7", "domingo de resurreccion": "easter+0",
    "domingo de pascua": "easter+0", "lunes de pascua": "easter+1", "dia de la hispanidad": "10-12",
    "dia del pilar": "10-12", "dia del trabajo": "05-01", "dia del trabajador": "05-01",
    "christmas eve": "12-24", "xmas eve": "12-24", "christmas": "12-25", "christmas day": "12-25", "xmas": "12-25",
    "xmas day": "12-25", "boxing day": "12-26", "new year's eve": "12-31", "new years eve": "12-31",
    "new year eve": "12-31", "nye": "12-31", "new year's": "01-01", "new year's day": "01-01", "new years day": "01-01",
    "new year": "01-01", "new years": "01-01", "valentine's day": "02-14", "valentines day": "02-14",
    "valentine's": "02-14", "valentines": "02-14", "valentine day": "02-14", "st patrick's day": "03-17",
    "st patricks day": "03-17", "saint patrick's day": "03-17", "july fourth": "07-04",
    "halloween night": "10-31", "bonfire night": "11-05", "thanksgiving": "thanksgiving",
    "thanksgiving day": "thanksgiving", "black friday": "thanksgiving+1", "easter": "easter+0",
    "easter sunday": "easter+0", "easter day": "easter+0", "good friday": "easter-2", "easter monday": "easter+1",
    "palm sunday": "easter-7", "mother's day": "mothers", "mothers day": "mothers", "father's day": "fathers",
    "fathers day": "fathers", "labor day": "labor", "labour day": "labor", "memorial day": "memorial",
    "accion de gracias": "thanksgiving", "dia de accion de gracias": "thanksgiving", "cyber monday": "thanksgiving+4",
    "martin luther king day": "mlk", "mlk day": "mlk", "presidents day": "presidents", "presidents' day": "presidents",
    "president's day": "presidents", "columbus day": "columbus", "juneteenth": "06-19", "guy fawkes": "11-05",
    "guy fawkes night": "11-05", "burns night": "01-25", "mardi gras": "easter-47", "pancake day": "easter-47",
    "shrove tuesday": "easter-47", "maundy thursday": "easter-3", "holy saturday": "easter-1", "easter saturday": "easter-1",
    "st george's day": "04-23", "st andrew's day": "11-30", "st david's day": "03-01", "canada day": "07-01",
    "epiphany": "01-06", "three kings day": "01-06", "groundhog day": "02-02", "women's day": "03-08",
    "new year's eve night": "12-31", "last day of the year": "12-31", "ultimo dia del ano": "12-31",
    "ultima noche del ano": "12-31", "vispera de navidad": "12-24", "vispera de ano nuevo": "12-31",
    "vispera de reyes": "01-05", "miercoles de ceniza": "easter-46", "sabado santo": "easter-1",
    "sabado de gloria": "easter-1", "domingo de gloria": "easter+0", "santos inocentes": "12-28",
    "dia de los inocentes": "12-28", "dia de la mujer": "03-08", "dia del amor": "02-14", "dia del amor y la amistad": "02-14",
    "dia de la independencia": "independence", "independence day": "independence", "fiestas patrias": "independence",
    "dia de la virgen": "12-08", "dia de guadalupe": "12-12", "dia de la virgen de guadalupe": "12-12", "san isidro": "05-15",
    "dia de andalucia": "02-28", "dia de san jose": "03-19", "noche de halloween": "10-31", "la diada": "09-11",
    "fourth of july": "07-04", "4th of july": "07-04", "primero de ano": "01-01",
    "veterans day": "11-11", "cinco de mayo": "05-05", "ash wednesday": "easter-46", "april fools": "04-01",
}  # fmt: skip

# --- how people shorten and mistype on purpose -------------------------------------------------------------------------

ALIASES: Final = {
    "bout": "about", "ls": "las", "aboot": "about", "quatro": "cuatro", "qatro": "cuatro", "cuartro": "cuatro",
    "cuatros": "cuatro", "cuatr": "cuatro", "zinco": "cinco", "cinko": "cinco", "sincos": "cinco", "seix": "seis",
    "seiz": "seis", "ceis": "seis", "siet": "siete", "ciete": "siete", "ziete": "siete", "hocho": "ocho", "otxo": "ocho",
    "nueb": "nueve", "doss": "dos", "trez": "tres",
    "onse": "once", "doze": "doce", "trese": "trece", "kince": "quince", "quinze": "quince",
    "beinte": "veinte", "vainte": "veinte", "fuor": "four", "foru": "four", "forr": "four", "fourr": "four", "thre": "three",
    "threee": "three", "fiv": "five", "fivve": "five", "sixx": "six", "siz": "six",
    "sevn": "seven", "sevne": "seven", "sevem": "seven", "eigth": "eight", "eigt": "eight", "eght": "eight", "nien": "nine",
    "ninne": "nine", "tenn": "ten", "twlve": "twelve", "twelv": "twelve", "elevn": "eleven", "tweny": "twenty",
    "xa": "para", "pa": "para", "q": "que", "k": "que", "ke": "que", "xq": "porque", "pq": "porque", "porfi": "porfa",
    "xfa": "porfa", "xfavor": "porfa", "porfis": "porfa", "plis": "porfa", "tb": "tambien", "tmb": "tambien",
    "maniana": "manana", "pasadomanana": "pasado-manana", "finday": "finde", "rsva": "reserva",
    "kuatro": "cuatro", "sinco": "cinco",
    "nuebe": "nueve", "onze": "once", "dies": "diez", "medio dia": "mediodia", "grax": "gracias",
    "wena": "hola", "ola": "hola", "wenas": "buenas", "buenass": "buenas",
    "tmrw": "tomorrow", "tmr": "tomorrow", "tmw": "tomorrow", "tomoz": "tomorrow", "tomo": "tomorrow", "tmrrw": "tomorrow",
    "tomorow": "tomorrow", "tommorow": "tomorrow", "tommorrow": "tomorrow", "tomorrows": "tomorrow",
    "tomorrow's": "tomorrow", "tonite": "tonight", "tonights": "tonight", "tonight's": "tonight", "2day": "today",
    "todays": "today", "today's": "today", "2moro": "tomorrow", "2morro": "tomorrow", "2morrow": "tomorrow",
    "2mrw": "tomorrow", "2nite": "tonight", "2night": "tonight", "ppl": "people", "peeps": "people", "peops": "people",
    "pls": "please", "plz": "please", "plss": "please", "thx": "thanks", "tks": "thanks", "thnx": "thanks", "thanx": "thanks",
    "ty": "thanks", "u": "you", "ur": "your", "r": "are", "wanna": "want", "gonna": "going", "gotta": "must", "lemme": "let",
    "resv": "reservation", "resy": "reservation", "rezzie": "reservation", "wknd": "weekend", "weekend's": "weekend",
    "wensday": "wednesday", "wendsday": "wednesday", "wenesday": "wednesday", "wednsday": "wednesday", "oclock": "o'clock",
    "o'clk": "o'clock", "wanted": "want", "im": "i'm", "ive": "i've", "id": "i'd", "cant": "can't",
    "dont": "don't", "wont": "won't", "doesnt": "doesn't", "didnt": "didn't", "its": "it's", "thats": "that's",
    "theres": "there's", "whats": "what's", "lets": "let's", "youre": "you're", "isnt": "isn't", "couldnt": "couldn't",
    "arent": "aren't", "shouldnt": "shouldn't", "wouldnt": "wouldn't", "havent": "haven't", "cancell": "cancel",
    "resturant": "restaurant", "restauraunt": "restaurant",
    "bday": "birthday", "b'day": "birthday", "cumple": "cumpleanos",
    "cumpleano": "cumpleanos", "tlf": "telefono", "tfno": "telefono", "tfn": "telefono", "tlfno": "telefono",
    "tel": "telefono", "tlfn": "telefono", "cel": "celular", "wsp": "whatsapp", "wpp": "whatsapp", "wasap": "whatsapp",
}  # fmt: skip

# Words whose calendar or number meaning holds in one language only, because the other has an everyday word spelt alike.
ONLY_IN: Final = {
    "once": "es", "un": "es", "dom": "es", "set": "es", "sab": "es", "vie": "es", "son": "es", "lun": "es", "mie": "es",
    "oh": "en", "ten": "en", "sat": "en", "sun": "en", "eve": "en", "aft": "en", "wed": "en", "comer": "es", "comida": "es",
    "mon": "en", "fri": "en", "tue": "en", "ola": "es", "pa": "es", "ty": "en", "ur": "en", "r": "en", "im": "en", "id": "en",
    "its": "en", "k": "es", "tomo": "en", "dies": "es", "dose": "es", "reyes": "es", "cel": "es", "tel": "es",
    "ago": "es", "dic": "es", "march": "en", "one": "en", "mi": "es",
}  # fmt: skip
