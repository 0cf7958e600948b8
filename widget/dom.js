// Builds DOM nodes from data without ever parsing markup: text becomes text nodes, addresses are checked first.
// Called by the view and its parts; the only place that creates elements.
import { newTab } from "./texts.js";
import { put } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const WEB_ADDRESS = /https?:\/\/[^\s<>"'\x60]+/gi;
const TRAILING_PUNCTUATION = /[.,;:!?¡¿)\]}»”’]+$/;

/**
 * An element with attributes and children (nodes or plain strings). Null, undefined and false leave out an attribute or a child;
 * a function becomes a listener ("onclick"), a pair of texts.js a sentence that follows the language ("text": the content). The
 * class is the part too, unless another one is given.
 */
export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), { part: attributes.class, ...attributes }, children);
}

/** A button; it never submits anything. */
export function button(attributes, ...children) {
  return element("button", { type: "button", ...attributes }, ...children);
}

/** Said to screen readers only. */
export const unseen = (text, ...children) => element("span", { class: "unseen", part: null, text }, ...children);

/** A decorative drawing of stroked paths in a 24 by 24 box, hidden from assistive technology. */
export function icon(...paths) {
  const strokes = paths.map((d) => filled(document.createElementNS(SVG, "path"), { d }, []));
  return filled(document.createElementNS(SVG, "svg"), { viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" }, strokes);
}

/** A link that leaves the page without handing over the opener or the address it came from. */
export function outsideLink(url, attributes, ...children) {
  return element("a", { href: url, target: "_blank", rel: "noopener noreferrer", ...attributes }, ...children);
}

/** The same with one sentence, and the hint that it opens elsewhere. */
export function namedLink(url, name, text) {
  return outsideLink(url, { class: name }, element("span", { text }), unseen(newTab));
}

/** Text as nodes: web addresses in it become links, all else stays text. */
export function textWithLinks(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(WEB_ADDRESS)) {
    const address = match[0].replace(TRAILING_PUNCTUATION, "");
    const url = webAddress(address);
    if (!url) continue;
    nodes.push(text.slice(from, match.index), outsideLink(url, {}, address));
    from = match.index + address.length;
  }
  nodes.push(text.slice(from));
  return nodes;
}

/** The absolute http(s) address, resolved against `base` when given; null for other schemes, hidden user names and nonsense. */
export function webAddress(value, base) {
  const url = typeof value === "string" ? parsed(value, base) : null;
  if (!url || url.username || url.password) return null;
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
}

function parsed(value, base) {
  try {
    return new URL(value, base);
  } catch {
    return null; // not an address: URL has no quieter way to say so in every browser we support
  }
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (Array.isArray(value)) put(node, value, name);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child));
  return node;
}
