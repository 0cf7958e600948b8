// The booking card: the QR code on white, the code in letters, what was booked, and the ways on. Called by log.js and the form.
import { element, namedLink } from "./dom.js";
import { cardCalendar, cardCode, cardManage, cardMap, cardQr, cardQrMissing } from "./texts.js";
import { fill } from "./words.js";

/** `card` is a record of replies.js. */
export function cardNode(card) {
  const links = [[card.manageUrl, cardManage], [card.calendarUrl, cardCalendar], [card.mapUrl, cardMap]].filter(([url]) => url);
  return element("div", { class: "card" },
    card.title && element("h3", { class: "card-title" }, card.title),
    card.imageUrl && picture(card),
    card.code && element("p", { class: "code" }, element("span", { class: "quiet", text: cardCode }), " ", element("strong", {}, card.code)),
    card.lines.length > 0 && element("ul", { class: "lines", role: "list" }, ...card.lines.map((line) => element("li", {}, line))),
    links.length > 0 && element("div", { class: "actions" }, ...links.map(([url, text]) => namedLink(url, "action", text))),
  );
}

function picture({ imageUrl, code }) {
  const image = element("img", {
    src: imageUrl, width: "244", height: "244", decoding: "async", referrerpolicy: "no-referrer", alt: fill(cardQr, { code }),
    onerror: () => frame.replaceChildren(element("p", { text: fill(cardQrMissing, { code }) })),
  });
  const frame = element("div", { class: "qr" }, image);
  return frame;
}
