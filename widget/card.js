// The booking card: the QR code on white, the code in letters, what was booked, and the ways on. Called by log.js.
import { element, outsideLink } from "./dom.js";

/** `card` is a record of replies.js. */
export function cardNode(card, words) {
  const heading = card.title ? element("h3", { class: "card-title" }, card.title) : null;
  const parts = [heading, picture(card, words), code(card, words), lines(card), actions(card, words)];
  return element("div", { class: "card", part: "card" }, ...parts.filter((part) => part !== null));
}

function picture(card, words) {
  if (!card.imageUrl) return null;
  const image = element("img", { src: card.imageUrl, width: "244", height: "244", decoding: "async", referrerpolicy: "no-referrer" });
  words.put(image, "card.qr", { code: card.code }, "alt");
  const frame = element("div", { class: "qr", part: "qr" }, image);
  image.addEventListener("error", () => frame.replaceChildren(words.put(element("p"), "card.qr.missing", { code: card.code })));
  return frame;
}

function code(card, words) {
  if (!card.code) return null;
  return element("p", { class: "code" }, words.put(element("span", { class: "quiet" }), "card.code"), " ", element("strong", {}, card.code));
}

function lines(card) {
  if (card.lines.length === 0) return null;
  return element("ul", { class: "lines", role: "list" }, ...card.lines.map((line) => element("li", {}, line)));
}

function actions(card, words) {
  const links = [];
  if (card.manageUrl) links.push(action(card.manageUrl, "card.manage", "action first", words));
  if (card.calendarUrl) links.push(action(card.calendarUrl, "card.calendar", "action", words));
  return links.length > 0 ? element("div", { class: "actions" }, ...links) : null;
}

function action(url, key, name, words) {
  const note = element("span", { class: "unseen" }, " (", words.put(element("span"), "new-tab"), ")");
  return outsideLink(url, { class: name, part: "action" }, words.put(element("span"), key), note);
}
