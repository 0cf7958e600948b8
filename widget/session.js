// One guest's conversation with one restaurant: the session id, the messages and their states, kept over a reload.
// Called by element.js and delivery.js. Pure but for the storage, the clock and the ids it is given.
import { readReply } from "./replies.js";

const KEEP_MESSAGES = 100;
const FORGET_AFTER_MS = 24 * 60 * 60 * 1000;
const STATES = ["pending", "failed", "sent"];
const FORMAT = 1;

/** A UUID, also on pages without HTTPS, where crypto.randomUUID does not exist. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/**
 * Messages in order. The guest's: `{id, from: "guest", text, title, locale, state, problem}`, state pending, failed or sent.
 * The restaurant's: `{id, from: "restaurant", text, locale, quickReplies, card}`.
 */
export class Session {
  messages = [];
  isOpen = false;
  #key;
  #server;
  #storage;
  #now;

  constructor({ server, restaurant, storage, now = Date.now }) {
    this.#key = `saveit-chat ${server} ${restaurant}`;
    this.#server = server;
    this.#storage = storage;
    this.#now = now;
    this.id = newId();
    this.#restore(storage.read(this.#key));
  }

  /** Adds what the guest says. `title` is what they saw when it differs from what is sent (a quick reply). */
  say(text, { title = text, locale }) {
    const message = { id: newId(), from: "guest", text, title, locale, state: "pending", problem: null };
    this.messages.push(message);
    this.#save();
    return message;
  }

  /** Takes the replies to a guest's message; returns the new messages. */
  answer(message, replies) {
    Object.assign(message, { state: "sent", problem: null });
    const added = replies.map((reply, index) => ({
      id: `${message.id}/${index}`, from: "restaurant", locale: message.locale, ...reply,
    }));
    this.messages.push(...added);
    this.#save();
    return added;
  }

  fail(message, problem) {
    Object.assign(message, { state: "failed", problem });
    this.#save();
  }

  /** Why a pending message is not on its way just now; null when it is. Not stored: a reload tries again at once. */
  hold(message, problem) {
    message.problem = problem;
  }

  /** Puts every failed message that may be repeated back in the queue, under the id it had. */
  retry() {
    for (const message of this.messages) {
      if (message.state === "failed" && message.problem.retryable) Object.assign(message, { state: "pending", problem: null });
    }
    this.#save();
  }

  nextPending() {
    return this.messages.find((message) => message.state === "pending") ?? null;
  }

  pending() {
    return this.messages.filter((message) => message.state === "pending");
  }

  /** Whether a pending message waits because of that kind of problem. */
  isHeldBy(kind) {
    return this.pending().some((message) => message.problem?.kind === kind);
  }

  setOpen(isOpen) {
    this.isOpen = isOpen;
    this.#save();
  }

  #save() {
    this.messages = this.messages.slice(-KEEP_MESSAGES);
    const { id, messages, isOpen } = this;
    this.#storage.write(this.#key, { format: FORMAT, id, isOpen, messages, savedAt: this.#now() });
  }

  #restore(record) {
    const isFresh = record?.format === FORMAT && this.#now() - record.savedAt < FORGET_AFTER_MS;
    if (!isFresh || typeof record.id !== "string" || !Array.isArray(record.messages)) return;
    this.id = record.id;
    this.isOpen = record.isOpen === true;
    this.messages = record.messages.map((message) => this.#revive(message)).filter((message) => message !== null);
  }

  /** A stored message with its shape checked again: other scripts of the page can write to the same storage. */
  #revive(message) {
    if (typeof message?.id !== "string" || typeof message.text !== "string" || typeof message.locale !== "string") return null;
    const { id, from, locale } = message;
    if (from === "restaurant") return { id, from, locale, ...readReply(message, this.#server) };
    if (from !== "guest" || !STATES.includes(message.state) || typeof message.title !== "string") return null;
    const { text, title, state } = message;
    return { id, from, text, title, locale, state, problem: state === "failed" ? reviveProblem(message.problem) : null };
  }
}

function reviveProblem(problem) {
  const kinds = ["network", "timeout", "busy", "server", "refused", "unavailable"];
  const kind = kinds.includes(problem?.kind) ? problem.kind : "network";
  const text = typeof problem?.text === "string" ? problem.text : null;
  return { kind, text, retryable: problem?.retryable !== false };
}
