# ruff: noqa: E501 - letters have the lines they have
"""Letters as mail programs write them, made up by us: a guest's words, and around them what each program adds.

`SAMPLES` are (name, whole text, what the guest wrote). Used by the tests and by the comparison in docs/decisions/014-mail.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_QUOTED_ES = """¡Hola, Lucía!

Tengo mesa para 4 el viernes 27 de noviembre a las 20:00 en la terraza. ¿La confirmo?

Casa Lola
Calle Mayor 12, 28013 Madrid · 91 123 45 67"""
_QUOTED_EN = """Hello Lucy,

I have a table for 4 on Friday 27 November at 8:00 pm on the terrace. Shall I book it?

Casa Lola
12 High Street · +44 20 7946 0123"""


def _marked(text: str, mark: str = "> ") -> str:
    return "\n".join(f"{mark}{line}".rstrip() for line in text.split("\n"))


def _under(head: str, quoted: str, *, marked: bool = True) -> Callable[[str], str]:
    body = _marked(quoted) if marked else quoted
    return lambda words: f"{words}\n\n{head}\n\n{body}\n"


def _end(end: str) -> Callable[[str], str]:
    return lambda words: f"{words}\n\n{end}\n"


def _below(head: str, quoted: str) -> Callable[[str], str]:
    return lambda words: f"{head}\n{_marked(quoted)}\n\n{words}\n"


_OUTLOOK_ES = """De: Casa Lola <reservas@casalola.example>
Enviado el: martes, 24 de noviembre de 2026 10:12
Para: Lucía Gómez <lucia@correo.example>
Asunto: RE: Reserva"""
_OUTLOOK_EN = """From: Casa Lola <bookings@casalola.example>
Sent: 24 November 2026 10:12
To: Lucy Smith <lucy@mail.example>
Subject: RE: Booking"""
_RULE = "_" * 32

SPANISH: dict[str, Callable[[str], str]] = {
    "gmail web": _under(
        "El mar, 24 nov 2026 a las 10:12, Casa Lola (<reservas@casalola.example>) escribió:", _QUOTED_ES
    ),
    "gmail broken over lines": _under(
        "El mar, 24 nov 2026 a las 10:12, Casa Lola del Barrio de las Letras\n(<reservas@casalola.example>) escribió:",
        _QUOTED_ES,
    ),
    "gmail android": _under(
        "El mar., 24 de nov. de 2026 10:12 a. m., Casa Lola <reservas@casalola.example>\nescribió:",
        _QUOTED_ES,
    ),
    "gmail once": _under("2026-11-24 10:12 GMT+01:00 Casa Lola <reservas@casalola.example>:", _QUOTED_ES),
    "gmail mexico": _under(
        "El mar, 24 nov 2026 a la(s) 10:12 a.m., Casa Lola (reservas@casalola.example) escribió:", _QUOTED_ES
    ),
    "iphone": lambda words: (
        f"{words}\n\nEnviado desde mi iPhone\n\n> El 24 nov 2026, a las 10:12, Casa Lola <reservas@casalola.example> escribió:\n> \n{_marked(_QUOTED_ES)}\n"
    ),
    "apple mail": _under(
        "> El 24 nov 2026, a las 10:12, Casa Lola <reservas@casalola.example> escribió:", _QUOTED_ES
    ),
    "thunderbird": _under("El 24/11/26 a las 10:12, Casa Lola escribió:", _QUOTED_ES),
    "outlook windows": lambda words: f"{words}\n\n\n{_OUTLOOK_ES}\n\n{_QUOTED_ES}\n",
    "outlook web": lambda words: (
        f"{words}\n\n{_RULE}\n{_OUTLOOK_ES.replace('Enviado el', 'Enviado')}\n\n{_QUOTED_ES}\n"
    ),
    "outlook phone": lambda words: (
        f"{words}\n\nObtener Outlook para iOS<https://aka.ms/o0ukef>\n{_RULE}\n{_OUTLOOK_ES.replace('Enviado el', 'Enviado')}\n\n{_QUOTED_ES}\n"
    ),
    "hotmail once": lambda words: f"{words}\n\n-----Mensaje original-----\n{_OUTLOOK_ES}\n\n{_QUOTED_ES}\n",
    "yahoo": _under(
        "    En martes, 24 de noviembre de 2026, 10:12:00 CET, Casa Lola <reservas@casalola.example> escribió:",
        _QUOTED_ES,
        marked=False,
    ),
    "yahoo phone": lambda words: (
        f"{words}\n\nEnviado desde Yahoo Mail para Android\n\n  El mar., 24 nov. 2026 a las 10:12, Casa Lola<reservas@casalola.example> escribió:   {_QUOTED_ES}\n"
    ),
    "samsung": lambda words: (
        f"{words}\n\n\nEnviado desde mi Galaxy\n\n\n-------- Mensaje original --------\nDe: Casa Lola <reservas@casalola.example>\nFecha: 24/11/26 10:12 (GMT+01:00)\nA: lucia@correo.example\nAsunto: Re: Reserva\n\n{_QUOTED_ES}\n"
    ),
    "proton": lambda words: (
        f"{words}\n\nEnviado con Correo electrónico seguro de Proton Mail.\n\nEl martes, 24 de noviembre de 2026 a las 10:12, Casa Lola <reservas@casalola.example> escribió:\n\n{_marked(_QUOTED_ES)}\n"
    ),
    "k9": _under(
        "El 24 de noviembre de 2026 10:12:00 CET, Casa Lola <reservas@casalola.example> escribió:",
        _QUOTED_ES,
        marked=True,
    ),
    "answer below": _below("El 24/11/26 a las 10:12, Casa Lola escribió:", _QUOTED_ES),
    "signature with dashes": _end("-- \nLucía Gómez\nTel. 600 111 222\nCalle Luna 20, 3º B"),
    "closing and name": _end(
        "Un saludo,\nLucía Gómez\nDirectora de Ventas | Ejemplo S.L.\nTel: 91 765 43 21 · Móvil: 600 111 222"
    ),
    "thanks and name": _end("Muchas gracias y un saludo\n\nLucía"),
    "legal notice": _end(
        "AVISO LEGAL: Este mensaje y sus anexos van dirigidos exclusivamente a su destinatario y pueden contener 4 cosas\nconfidenciales. Si lo ha recibido por error a las 20:00, bórrelo."
    ),
    "data protection": _end(
        "En cumplimiento del Reglamento (UE) 2016/679 le informamos de que sus datos son tratados por Ejemplo S.L., Calle Luna 20."
    ),
    "environment": _end("Antes de imprimir este correo piensa si es necesario: 1 árbol da 8 resmas."),
    "avast": _end("Libre de virus.www.avast.com"),
    "image in signature": _end("Atentamente,\nLucía Gómez\n[image: logo.png]"),
}
ENGLISH: dict[str, Callable[[str], str]] = {
    "gmail web": _under(
        "On Tue, 24 Nov 2026 at 10:12, Casa Lola <bookings@casalola.example> wrote:", _QUOTED_EN
    ),
    "gmail us": _under(
        "On Tue, Nov 24, 2026 at 10:12 AM Casa Lola <bookings@casalola.example>\nwrote:", _QUOTED_EN
    ),
    "iphone": lambda words: (
        f"{words}\n\nSent from my iPhone\n\n> On 24 Nov 2026, at 10:12, Casa Lola <bookings@casalola.example> wrote:\n> \n{_marked(_QUOTED_EN)}\n"
    ),
    "apple mail": _under(
        "> On 24 Nov 2026, at 10:12, Casa Lola <bookings@casalola.example> wrote:", _QUOTED_EN
    ),
    "thunderbird": _under("On 24/11/2026 10:12, Casa Lola wrote:", _QUOTED_EN),
    "outlook windows": lambda words: f"{words}\n\n\n{_OUTLOOK_EN}\n\n{_QUOTED_EN}\n",
    "outlook web": lambda words: f"{words}\n\n{_RULE}\n{_OUTLOOK_EN}\n\n{_QUOTED_EN}\n",
    "outlook phone": lambda words: (
        f"{words}\n\nGet Outlook for Android<https://aka.ms/AAb9ysg>\n{_RULE}\n{_OUTLOOK_EN}\n\n{_QUOTED_EN}\n"
    ),
    "outlook once": lambda words: f"{words}\n\n-----Original Message-----\n{_OUTLOOK_EN}\n\n{_QUOTED_EN}\n",
    "outlook bold": lambda words: (
        f"{words}\n\n*From:* Casa Lola <bookings@casalola.example>\n*Sent:* Tuesday, November 24, 2026 10:12 AM\n*To:* lucy@mail.example\n*Subject:* Re: Booking\n\n{_QUOTED_EN}\n"
    ),
    "yahoo": _under(
        "    On Tuesday, 24 November 2026 at 10:12:00 GMT, Casa Lola <bookings@casalola.example> wrote:",
        _QUOTED_EN,
        marked=False,
    ),
    "samsung": lambda words: (
        f"{words}\n\nSent from my Galaxy\n\n-------- Original message --------\nFrom: Casa Lola <bookings@casalola.example>\nDate: 24/11/2026 10:12 (GMT+00:00)\nTo: lucy@mail.example\nSubject: Re: Booking\n\n{_QUOTED_EN}\n"
    ),
    "proton": lambda words: (
        f"{words}\n\nSent with Proton Mail secure email.\n\nOn Tuesday, November 24th, 2026 at 10:12 AM, Casa Lola <bookings@casalola.example> wrote:\n\n{_marked(_QUOTED_EN)}\n"
    ),
    "answer below": _below("On 24/11/2026 10:12, Casa Lola wrote:", _QUOTED_EN),
    "signature with dashes": _end("-- \nLucy Smith\nHead of Sales\n+44 20 7946 0000"),
    "closing and name": _end(
        "Kind regards,\n\nLucy Smith\nHead of Sales, Example Ltd\n20 Moon Street, London W1"
    ),
    "thanks": _end("Thanks!"),
    "legal notice": _end(
        "This email and any attachments are confidential and intended solely for the 4 people to whom it is addressed at 20:00."
    ),
}
OTHERS: dict[str, Callable[[str], str]] = {
    "german gmail": _under(
        "Am Di., 24. Nov. 2026 um 10:12 Uhr schrieb Casa Lola <bookings@casalola.example>:", _QUOTED_EN
    ),
    "german outlook": lambda words: (
        f"{words}\n\nVon: Casa Lola <bookings@casalola.example>\nGesendet: Dienstag, 24. November 2026 10:12\nAn: lucy@mail.example\nBetreff: AW: Booking\n\n{_QUOTED_EN}\n"
    ),
    "french gmail": _under(
        "Le mar. 24 nov. 2026 à 10:12, Casa Lola <bookings@casalola.example> a écrit :", _QUOTED_EN
    ),
    "italian gmail": _under(
        "Il giorno mar 24 nov 2026 alle ore 10:12 Casa Lola <bookings@casalola.example> ha scritto:",
        _QUOTED_EN,
    ),
    "catalan gmail": _under(
        "El dt., 24 de nov. 2026, 10:12, Casa Lola <bookings@casalola.example> va escriure:", _QUOTED_EN
    ),
}
REPLIES_ES = (
    "Sí, perfecto. A nombre de Lucía Gómez.",
    "Mejor a las nueve, por favor.\n\nY somos uno más: seremos cinco. ¿Admitís perros?",
)
REPLIES_EN = (
    "Yes please, under Lucy Smith.",
    "Could we make it 9 pm instead?\n\nThere will be five of us, and my daughter can't eat nuts.",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One letter."""

    name: str
    text: str
    words: str


def _samples() -> list[Sample]:
    made = []
    for language, programs, replies in (
        ("es", SPANISH, REPLIES_ES),
        ("en", ENGLISH, REPLIES_EN),
        ("xx", OTHERS, REPLIES_EN[:1]),
    ):
        for name, around in programs.items():
            made += [
                Sample(f"{language} {name} {number}", around(words), words)
                for number, words in enumerate(replies, 1)
            ]
    return made


SAMPLES = _samples()
