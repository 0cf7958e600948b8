"""What mail programs and people write around a message, in Spanish, English and what tourists' programs say. Pure data.

Called by `quotes`, `signatures` and `automatic`. Every repetition is bounded: these are tried on what anybody sends.
"""

from __future__ import annotations

import re
from typing import Final


def _any(before: str, *alternatives: str, after: str = "") -> re.Pattern[str]:
    return re.compile(f"{before}(?:{'|'.join(alternatives)}){after}", re.IGNORECASE)


# How a quotation begins ------------------------------------------------------------------------------------

_SAYS: Final = (
    "escribi[óo]",
    "escribe",
    "escribieron",
    "wrote",
    "writes",
    "escreveu",
    "va escriure",
    "ha scritto",
    "a écrit",
    "schrieb.{0,80}",
    "schreef.{0,80}",
)
_DATED: Final = r"(?:El|En|A|Con|On|At|Em|Le|Il|Am|Op|El dia)\b.{0,300}\d.{0,300}"
_ADDRESSED: Final = r".{0,100}[<\[(][^<>\s]{1,100}@[^<>\s]{1,100}[>\])].{0,100}"
# "El mar, 24 nov 2026 a las 10:12, Casa Lola (<reservas@...>) escribió:", the lines it was broken over joined.
WROTE: Final = _any(rf"(?:{_DATED}|{_ADDRESSED})\b", *_SAYS, after=r"(?:[ ,].{0,120})?\s?[:：]")
# An honest one names an address or an hour; a guest's own sentence that happens to end so seldom does.
WROTE_CERTAIN: Final = re.compile(r"@|\d{1,2}[:.]\d\d")
WROTE_LAST: Final = re.compile(r"[:：]\W{0,3}$")
# Yahoo's program for phones begins the quotation on the same line.
WROTE_ON: Final = _any(
    r"(?:El|En|On)\b.{0,300}<[^<>\s]{1,100}@[^<>\s]{1,100}>\s?",
    "escribi[óo]",
    "wrote",
    after=r":\s+\S.{0,20000}",
)
WROTE_FORMERLY: Final = re.compile(r"\d{4}[-/]\d\d?[-/]\d\d?\b.{0,120}<[^<>\s]{1,100}@[^<>\s]{1,100}>\s?:")
SEPARATOR: Final = _any(
    r"[\s*]*[-_—=]{2,}\s*",
    r"(?:Inicio del )?Mensaje (?:original|reenviado)",
    "Original (?:message|appointment)",
    "Forwarded (?:message|by.{0,60})",
    "Reply message",
    "Message (?:transféré|d'origine)",
    "Mensagem original",
    "Missatge original",
    "Ursprüngliche Nachricht",
    "Messaggio originale",
    after=r"\b.{0,40}[-_—=]{2,}[\s*]*",
)
BEGIN: Final = _any(
    "",
    "Inicio del mensaje reenviado",
    "Begin forwarded message",
    "Mensaje original",
    "Original message",
    after=r"\s*:\s*",
)
HEAD_FIRST: Final = _any(r"\W{0,3}", "De", "From", "Von", "Da", "Remitente", after=r"\s*:\W{0,3}\S.{0,200}")
HEAD_MORE: Final = _any(
    r"\W{0,3}",
    *("Enviado(?: el)?", "Enviada(?: el)?", "Fecha", "Para", "Asunto", "Responder a"),
    *("Sent", "Date", "To", "Cc", "Subject", "Reply-To"),
    *("Gesendet", "An", "Betreff", "Inviato", "A", "Oggetto", "Envoyé", "À", "Objet"),
    after=r"\s*:.{0,300}",
)
RULE: Final = re.compile(r"\s*[_—–-]{12,}\s*")

# How a letter ends -----------------------------------------------------------------------------------------

_PROGRAMS: Final = (
    *("Outlook", "Correo", "Yahoo", "Gmail", "Proton", "Samsung", "Mail", "Windows", "AOL"),
    *("Spark", "Thunderbird", "iPhone", "Android", "Huawei", "Xiaomi"),
)
DEVICE: Final = _any(
    r"\W{0,3}",
    rf"Enviado (?:desde|con|a través de|mediante|por) (?:mi|el|la|un|una|{'|'.join(_PROGRAMS)})\b",
    rf"Sent (?:from|with|via) (?:my|a mobile|the all new|BlueMail|{'|'.join(_PROGRAMS)})\b",
    r"(?:Get|Download|Obtener|Obtén|Descargar?|Consigue) (?:Outlook|BlueMail)\b",
    "Enviado do meu",
    "Enviat des d",
    "Envoyé (?:de|depuis) mon",
    "Gesendet (?:von|mit) (?:meinem|Outlook|der)",
    "Inviato da",
    "Verzonden vanaf",
    after=".{0,120}",
)
FURNITURE: Final = _any(
    r"\W{0,3}",
    r"\[(?:image|imagen|cid)\s?:[^\]]{0,200}\]",
    r"(?:Libre|Sin) de virus\b.{0,80}",
    r"Virus-free\b.{0,80}",
    r".{0,40}www\.(?:avast|avg)\.com.{0,60}",
    r"<?https?://(?:aka\.ms|www\.avast|www\.avg)\S{0,200}>?",
    after=r"\W{0,3}",
)
CLOSING: Final = _any(
    "",
    r"(?:muchas |mil )?gracias(?: de antemano| por (?:todo|tu tiempo|su tiempo|adelantado))?(?: y (?:un )?saludos?)?",
    r"(?:un |recib[ea]n? un |muchos )?(?:cordial(?:es)? |afectuos[oa]s? )?saludos?(?: cordial(?:es)?| afectuosos?)?",
    *("un abrazo", "abrazos", "besos", "atentamente", "cordialmente", "atte", "slds", "hasta pronto"),
    "(?:quedo )?a la espera (?:de|su|tu).{0,40}",
    r"(?:many |kind |best |warm )?(?:thanks|regards|wishes)(?: in advance| and (?:best |kind )?regards)?",
    "thank you(?: very much| in advance)?",
    *(
        "all the best",
        "best",
        "cheers",
        "sincerely",
        "yours(?: sincerely| faithfully| truly)?",
        "see you(?: soon)?",
    ),
    after=r"\s*[.,;:!¡…-]{0,3}",
)
POSTSCRIPT: Final = re.compile(r"\W{0,2}P\.? ?[DS]\b.{0,1000}", re.IGNORECASE)
NOTICE: Final = _any(
    r"\W{0,4}",
    "aviso (?:legal|de confidencialidad)",
    r"confidencialidad\b",
    r"este (?:mensaje|correo|e-?mail)\b.{0,80}\b(?:confidencial|dirigid|destinatari|anexos|adjuntos)",
    "la informaci[óo]n (?:contenida|incluida)",
    "antes de imprimir",
    "protecci[óo]n de datos",
    r"(?:de conformidad|en cumplimiento) .{0,60}\b(?:RGPD|LOPD|Reglamento|Ley)",
    "le informamos (?:de )?que sus datos",
    r"this (?:e-?mail|message)\b.{0,80}\b(?:confidential|intended|privileged)",
    "confidentiality notice",
    r"disclaimer\b",
    "the information (?:contained|in this)",
    "please consider the environment",
    r"caution\s*: (?:this|external)",
)
SIGNATURE_RULE: Final = re.compile(r"\s*(?:[_—–=*]{5,}|-{3,})\s*")

# What machines write ---------------------------------------------------------------------------------------

NOBODY: Final = _any(
    r"(?:.{0,64}[-_.+])?",
    "no[-_.]?reply",
    "do[-_.]?not[-_.]?reply",
    "no[-_.]?responder",
    "no[-_.]?contestar?",
    "mailer[-_.]?daemon",
    *("postmaster", "bounces?", "daemon", "root", "abuse", "notifications?", "notificaciones"),
    *("newsletter", "listserv", "majordomo"),
    after="(?:[-_.+].{0,64})?",
)
ABSENT: Final = _any(
    "",
    r"(?:automatic reply|auto(?:-| |matic )?(?:reply|response|responder))\b",
    r"auto ?:",
    r"out of (?:the )?office\b",
    "respuesta autom[áa]tica",
    "resposta automàtica",
    "fuera de (?:la )?oficina",
    "estoy de vacaciones",
    "automatische antwort",
    "réponse automatique",
    "risposta automatica",
    "abwesenheit",
)
UNDELIVERED: Final = _any(
    "",
    "undeliver(?:ed|able)",
    "delivery (?:status notification|has failed|failure)",
    "mail delivery (?:failed|system)",
    "returned mail",
    "failure notice",
    "no se (?:puede|ha podido) entregar",
    "correo no entregado",
    "error al entregar",
)
