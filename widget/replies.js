// Reads what the server (or the stored history) says into plain, bounded records, and drops whatever has another shape.
// Called by protocol.js and session.js; after it, the view may trust types and addresses. Shapes are in README.md.
import { webAddress } from "./dom.js";

const MOST = { replies: 20, quickReplies: 12, options: 30, lines: 12 };
const LONGEST_TEXT = 8000;
const CARD_EVENTS = ["booked", "changed", "cancelled"];

/** The records of an answer `{replies: […]}`, or null when it is not one. `server` resolves addresses that begin with "/". */
export function readReplies(answer, server) {
  if (!Array.isArray(answer?.replies)) return null;
  return answer.replies
    .slice(0, MOST.replies)
    .map((reply) => readReply(reply, server))
    .filter((reply) => reply.text || reply.card);
}

/** One reply: `{text, quickReplies: [{title, value}], options: [{title, value, note}], card}`, with card null when there is none. */
export function readReply(reply, server) {
  return {
    text: text(reply?.text),
    quickReplies: list(reply?.quickReplies, MOST.quickReplies, readChoice),
    options: list(reply?.list ?? reply?.options, MOST.options, readChoice),
    card: readCard(reply?.card, server),
  };
}

function readChoice(choice) {
  const title = text(choice?.title);
  return title ? { title, value: text(choice.value) || title, note: text(choice.description ?? choice.note) } : null;
}

/** A card of the shape in README.md; null when it is none. */
export function readCard(card, server) {
  if (!card || typeof card !== "object") return null;
  return {
    title: text(card.title),
    code: text(card.code),
    lines: list(card.lines, MOST.lines, (line) => text(line) || null),
    imageUrl: webAddress(card.imageUrl, server),
    manageUrl: webAddress(card.manageUrl, server),
    calendarUrl: webAddress(card.calendarUrl, server),
    mapUrl: webAddress(card.mapUrl, server),
    event: CARD_EVENTS.includes(card.event) ? card.event : null,
    reservation: readReservation(card.reservation),
  };
}

function readReservation(reservation) {
  if (!reservation || typeof reservation !== "object") return null;
  const { id, code, date, time, partySize } = reservation;
  return {
    id: text(id),
    code: text(code),
    date: text(date),
    time: text(time),
    partySize: Number.isInteger(partySize) ? partySize : null,
  };
}

function text(value) {
  return typeof value === "string" ? value.slice(0, LONGEST_TEXT).trim() : "";
}

function list(values, most, read) {
  return Array.isArray(values) ? values.slice(0, most).map(read).filter((value) => value !== null) : [];
}
