// What the form and the resumed chat ask of the server, each answer checked for its shape. Called by form/booking.js and live.js.
// Every method resolves to `{data}` or to `{problem, details, alternatives}`: http.js, and what is free instead of what was refused.
import { webAddress } from "./dom.js";
import { Caller } from "./http.js";
import { readCard, readReply } from "./replies.js";

const AUTHORS = ["guest", "assistant", "staff"];
const isText = (...values) => values.every((value) => typeof value === "string");
const isDate = (...values) => values.every((value) => /^\d{4}-\d\d-\d\d$/.test(value));
const isTime = (value) => /^\d\d:\d\d$/.test(value);

export class House {
  #server;
  #restaurant;
  #caller;

  constructor({ server, restaurant, apiKey }, tools = undefined) {
    this.#server = server;
    this.#restaurant = encodeURIComponent(restaurant);
    this.#caller = new Caller({ server, apiKey }, tools);
  }

  /** The restaurant's profile as the API has it, its addresses safe. */
  profile(locale) {
    return this.#ask(locale, `restaurants/${this.#restaurant}/profile`, (data) => (
      isText(data.restaurantId, data.name) && isDate(data.today, data.firstDate, data.lastDate) && data.largestParty >= data.smallestParty
        && data.areas.every(({ id, name }) => isText(id, name)) && { ...data, mapUrl: this.#safe(data.mapUrl), privacyUrl: this.#safe(data.privacyUrl) }));
  }

  /** A month's days ("2026-12"): a map of date to `{available, reason}`. */
  month({ restaurantId, partySize, area }, month, locale) {
    const read = ({ days }) => new Map(days.filter(({ date }) => isDate(date)).map((day) => [day.date, day]));
    return this.#ask(locale, `availability/${restaurantId}/calendar?${query({ month, partySize, area })}`, read);
  }

  /** A day's slots: `[{time, startsAt, available, reason}]`. */
  day({ restaurantId, date, partySize, area }, locale) {
    const read = ({ slots }) => slots.filter(({ time, startsAt }) => isTime(time) && isText(startsAt));
    return this.#ask(locale, `availability/${restaurantId}?${query({ date, partySize, area })}`, read);
  }

  /** What is free near a slot that is not: `[{date, time, area}]`. */
  nearby(slot, locale) {
    return this.#ask(locale, "availability/check", readAlternatives, { method: "POST", body: slot });
  }

  /** Keeps a slot: `{holdId, expiresIn}` in seconds. `insteadOf` is a hold of this guest that ends with it. */
  hold(slot, insteadOf, locale) {
    const read = (data) => isText(data.holdId) && data.expiresIn > 0 && data;
    return this.#ask(locale, "availability/holds", read, { method: "POST", body: { ...slot, insteadOf } });
  }

  /** Gives a hold back; also while the page goes away. One that is over already is no trouble. */
  release(id, locale) {
    this.#ask(locale, `availability/holds/${encodeURIComponent(id)}`, () => true, { method: "DELETE", keepalive: true }, 1);
  }

  /** Books, once a `key` however often it is sent: the booking's card, and its status. */
  book(body, key, locale) {
    const read = ({ reservation, qr, manageUrl }) => {
      const { code, status } = reservation;
      const card = { code, imageUrl: qr.imageUrl, manageUrl, calendarUrl: `${manageUrl}/calendar.ics`, event: "booked", reservation };
      return isText(code, manageUrl) && { ...readCard(card, this.#server), isPending: status === "pending" };
    };
    return this.#ask(locale, "reservations", read, { method: "POST", body, headers: { "Idempotency-Key": key } });
  }

  /** What was said in a session after the message `after`, oldest first: `{handler, messages, cursor}`. */
  history(session, after, locale) {
    const read = ({ handler, messages, nextCursor }) => ({ handler, cursor: nextCursor, messages: messages.map((each) => this.readMessage(each, locale)).filter((each) => each) });
    return this.#ask(locale, `chat/${this.#restaurant}/messages?${query({ after, limit: 100 })}`, read, { headers: { "X-SaveIt-Session": session } }, 1);
  }

  /** A message of the thread as session.js takes it, or null. */
  readMessage(message, locale) {
    const { id, author } = message ?? {};
    return isText(id) && AUTHORS.includes(author) ? { id, author, locale, ...readReply(message, this.#server) } : null;
  }

  #safe(address) {
    return webAddress(address, this.#server);
  }

  async #ask(locale, path, read, more = {}, tries = undefined) {
    const outcome = await this.#caller.call({ locale, path: `/api/v1/${path}`, ...more }, { read: (data) => checked(read, data), tries });
    return { ...outcome, alternatives: checked(readAlternatives, outcome.details) ?? [] };
  }
}

/** The alternatives of an answer or of a problem document. */
function readAlternatives({ alternatives }) {
  return alternatives.filter(({ date, time }) => isDate(date) && isTime(time));
}

/** Null for an answer of another shape, whatever it lacks. */
function checked(read, data) {
  try {
    return read(data) || null;
  } catch (error) {
    if (error instanceof TypeError) return null; // it lacks what every answer has
    throw error;
  }
}

function query(values) {
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value));
}
