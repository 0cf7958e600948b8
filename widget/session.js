// One guest's conversation with one restaurant: the session id, the messages and their states, kept over a reload.
// Called by conversation.js, delivery.js and live.js. Pure but for the storage, the clock and the ids it is given.
import { newId } from "./ids.js";
import { readReply } from "./replies.js";
import { failed } from "./texts.js";

const KEEP_MESSAGES = 100;
const FORGET_AFTER_MS = 24 * 60 * 60 * 1000;
const STATES = ["pending", "failed", "sent"];
const FORMAT = 1;

/**
 * Messages in order. The guest's: `{id, from: "guest", text, title, locale, state, problem}`, state pending, failed or sent.
 * The restaurant's: `{id, from: "restaurant", isStaff, text, locale, quickReplies, options, card}`; isStaff when a person wrote it.
 */
export class Session {
  id = newId();
  messages = [];
  isOpen = false;
  view = ""; // "chat" or "form", once the guest has chosen
  handler = "bot"; // or "staff": who answers
  cursor = ""; // how far the server's own record of the thread has been read
  #key;
  #server;
  #storage;
  #now;

  constructor({ server, restaurant, storage, now = Date.now }) {
    this.#key = `saveit-chat ${server} ${restaurant}`;
    this.#server = server;
    this.#storage = storage;
    this.#now = now;
    this.#restore(storage.read(this.#key));
  }

  /** Changes what is kept beside the messages: isOpen, view, handler, cursor. */
  update(changes) {
    Object.assign(this, changes);
    this.#add();
  }

  /** Adds what the guest says. `title` is what they saw when it differs from what is sent (a quick reply). */
  say(text, { title = text, locale }) {
    const message = { id: newId(), from: "guest", text, title, locale, state: "pending", problem: null };
    this.#add(message);
    return message;
  }

  /** Takes the replies to a guest's message; returns the new messages. */
  answer(message, replies) {
    Object.assign(message, { state: "sent", problem: null });
    return this.take(replies.map((reply, index) => ({ id: `${message.id}/${index}`, locale: message.locale, ...reply })));
  }

  /**
   * Takes what the restaurant said, and returns what is new. A reply to a message has that message's id, so what this page has shown
   * already, or is about to be answered, is not shown twice. Records of the thread have an `author`: guest, assistant or staff.
   */
  take(messages) {
    const known = new Map(this.messages.map((message) => [message.id, message]));
    const added = messages.filter(({ id }) => !known.has(id) && known.get(id.split("/")[0])?.state !== "pending");
    const whole = added.map(({ author, ...message }) => (author === "guest"
      ? { ...message, from: "guest", title: message.text, state: "sent", problem: null }
      : { ...message, from: "restaurant", isStaff: author === "staff" }));
    this.#add(...whole);
    return whole.filter(({ from }) => from === "restaurant");
  }

  /** A card that did not come by chat (the form's), kept with the conversation. */
  note(card, locale) {
    return this.take([{ id: newId(), text: "", locale, quickReplies: [], options: [], card }])[0];
  }

  fail(message, problem) {
    Object.assign(message, { state: "failed", problem });
    this.#add();
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
    this.#add();
  }

  nextPending() {
    return this.pending()[0] ?? null;
  }

  pending() {
    return this.messages.filter(({ state }) => state === "pending");
  }

  /** Whether a pending message waits because of that kind of problem. */
  isHeldBy(kind) {
    return this.pending().some(({ problem }) => problem?.kind === kind);
  }

  /** Whether the restaurant has heard anything. */
  get hasBegun() {
    return this.messages.some(({ state }) => state === "sent");
  }

  #add(...messages) {
    this.messages = [...this.messages, ...messages].slice(-KEEP_MESSAGES);
    this.#storage.write(this.#key, { ...this, format: FORMAT, savedAt: this.#now() });
  }

  #restore(record) {
    const isFresh = record?.format === FORMAT && this.#now() - record.savedAt < FORGET_AFTER_MS;
    if (!isFresh || typeof record.id !== "string" || !Array.isArray(record.messages)) return;
    for (const name of ["id", "isOpen", "view", "handler", "cursor"]) if (typeof record[name] === typeof this[name]) this[name] = record[name];
    this.messages = record.messages.map((message) => this.#revive(message)).filter((message) => message !== null);
  }

  /** A stored message with its shape checked again: other scripts of the page can write to the same storage. */
  #revive(message) {
    const { id, from, text, title, locale, state, isStaff, problem } = message ?? {};
    if ([id, text, locale].some((value) => typeof value !== "string")) return null;
    if (from === "restaurant") return { id, from, isStaff: isStaff === true, locale, ...readReply(message, this.#server) };
    if (from !== "guest" || !STATES.includes(state) || typeof title !== "string") return null;
    return { id, from, text, title, locale, state, problem: state === "failed" ? reviveProblem(problem) : null };
  }
}

function reviveProblem(problem) {
  const kind = Object.hasOwn(failed, problem?.kind) ? problem.kind : "network";
  return { kind, text: typeof problem?.text === "string" ? problem.text : null, retryable: problem?.retryable !== false };
}
