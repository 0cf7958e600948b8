"""HTML of a mail program as text, without the letter it answers and without the program's own marks. Called by `bodies`.

Programs mark what they quote by classes and ids; those are taken out before the text is laid out. lxml reads any HTML, Inscriptis
lays it out; both are bounded by the size of what they get.
"""

from __future__ import annotations

from typing import Final

from inscriptis import get_text
from inscriptis.model.config import ParserConfig
from lxml import etree, html

_WITHOUT: Final = ("script", "style", "head", "template", "noscript", "svg", "object", "iframe")
# Gmail, Yahoo, Apple, Thunderbird, Proton, Zimbra, Outlook's signature on phones.
_QUOTING: Final = (
    "//blockquote[@type='cite']",
    "//*[contains(concat(' ', @class, ' '), ' gmail_quote ')]",
    "//*[contains(concat(' ', @class, ' '), ' gmail_quote_container ')]",
    "//*[contains(concat(' ', @class, ' '), ' gmail_signature ')]",
    "//*[contains(@class, 'yahoo_quoted')]",
    "//*[contains(@class, 'moz-cite-prefix')]",
    "//*[contains(@class, 'moz-signature')]",
    "//*[contains(@class, 'protonmail_quote')]",
    "//*[contains(@class, 'protonmail_signature_block')]",
    "//*[@id='Signature' or @id='signature' or @id='ms-outlook-mobile-signature']",
)
# Outlook writes the answered letter beside its mark, not inside it: everything from there on.
_FROM_HERE_ON: Final = (
    "//*[@id='appendonsend']",
    "//*[@id='divRplyFwdMsg']",
    "//*[@id='mail-editor-reference-message-container']",
    "//div[contains(@style, 'border-top:solid #E1E1E1') or contains(@style, 'border-top:solid #B5C4DF')]",
)
_CONFIG: Final = ParserConfig(display_images=False, display_links=False)
_DEEPEST: Final = 200
_MOST_ELEMENTS: Final = (
    8_000  # a long letter of a verbose program has a tenth; laying out takes time for each
)


def text_of_html(source: str) -> str:
    """The text; '' when there is none or it is no HTML at all."""
    tree = _tree(source)
    if tree is None:
        return ""
    whole = _laid_out(tree)
    for path in _FROM_HERE_ON:
        for mark in _found(tree, path):
            _drop_rest(mark)
    for path in _QUOTING:
        for quoted in _found(tree, path):
            quoted.drop_tree()
    own = _laid_out(tree)
    return own if own.strip() else whole


def _tree(source: str) -> html.HtmlElement | None:
    try:
        # Bytes, for a text may say another encoding of itself than it has.
        parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        tree = html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    for each in list(tree.iter(*_WITHOUT)):
        each.drop_tree()
    for each in _found(tree, "//*[contains(translate(@style, ' ', ''), 'display:none')]"):
        each.drop_tree()
    depth, elements = _measured(tree)
    return tree if depth <= _DEEPEST and elements <= _MOST_ELEMENTS else _flat(tree)


def _flat(tree: html.HtmlElement) -> html.HtmlElement:
    """Only the text of what is nested deeper than any program nests, or is larger: laying it out would need a stack as deep, or
    seconds."""
    plain = html.Element("p")
    plain.text = " ".join(" ".join(tree.itertext()).split())
    return plain


def _measured(tree: html.HtmlElement) -> tuple[int, int]:
    """How deep it is nested, and of how many elements it is made."""
    deepest, elements, waiting = 0, 0, [(tree, 1)]
    while waiting:
        each, depth = waiting.pop()
        deepest, elements = max(deepest, depth), elements + 1
        waiting += [(child, depth + 1) for child in each]
    return deepest, elements


def _found(tree: html.HtmlElement, path: str) -> list[html.HtmlElement]:
    return [each for each in tree.xpath(path) if each.getparent() is not None]


def _drop_rest(mark: html.HtmlElement) -> None:
    """The mark and all that follows it, at every level above."""
    each: html.HtmlElement | None = mark
    while each is not None and each.tag != "body":
        parent = each.getparent()
        for later in list(each.itersiblings()):
            later.getparent().remove(later)
        each.tail = None
        each = parent
    if mark.getparent() is not None:
        mark.getparent().remove(mark)


def _laid_out(tree: html.HtmlElement) -> str:
    source = html.tostring(tree, encoding="unicode")
    return str(get_text(source, _CONFIG)) if source.strip() else ""
