"""Replies as the dialogue gives them, for the renderers' tests."""

from __future__ import annotations

from backend.conversations.dialogue.render import Card, ListItem, QuickReply, Reply

CARD = Card(
    title="Casa Prueba · K7M2QX",
    image_url="https://book.example/g/abc/qr.png",
    code="K7M2QX",
    manage_url="https://book.example/g/abc",
    calendar_url="https://book.example/g/abc/calendar.ics",
    lines=("Viernes 18 de diciembre, 20:00", "4 personas", "Terraza"),
)
HOURS = tuple(f"{hour}:{minute}" for hour in range(13, 23) for minute in ("00", "30"))

EXAMPLES = {
    "text": Reply("Tengo mesa para 2 el jueves 17 de diciembre a las 20:00. ¿A qué nombre?"),
    "two_answers": Reply("¿Confirmo?", (QuickReply("Sí, confirmar", "sí"), QuickReply("No", "no"))),
    "long_title": Reply(
        "¿Cuál?", (QuickReply("Miércoles 16 de diciembre, 20:30", "miércoles 16 a las 20:30"),)
    ),
    "many_answers": Reply("¿A qué hora?", tuple(QuickReply(each, f"a las {each}") for each in HOURS[:14])),
    "list": Reply(
        "¿Cuál de tus reservas?",
        options=(
            ListItem("Viernes 18 de diciembre", "K7M2QX", "20:00 · 4 personas · K7M2QX"),
            ListItem("Sábado 19 de diciembre", "P3R8TZ", "21:30 · 2 personas · P3R8TZ"),
        ),
    ),
    "card": Reply("¡Listo, Lucía! Mesa para 4 el viernes 18 de diciembre a las 20:00.", card=CARD),
    "card_with_answers": Reply(
        "¡Listo! ¿Algo más?",
        (QuickReply("Cómo llegar", "cómo llego"), QuickReply("Cancelar", "cancelar")),
        CARD,
    ),
    "card_with_list": Reply("Esta y otra más.", card=CARD, options=(ListItem("Otra", "P3R8TZ", ""),)),
    "long_text": Reply("\n\n".join(f"Párrafo {n}. " + "La cocina abre a las 13:00. " * 12 for n in range(6))),
}
