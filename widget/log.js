// The conversation as the guest sees it: greeting, messages, their states, quick replies, and the sign that an answer is coming.
// Called by view.js. Adds and changes only what differs, so that a screen reader hears each message once.
import { cardNode } from "./card.js";
import { button, element, textWithLinks, unseen } from "./dom.js";
import * as texts from "./texts.js";
import { fill, say } from "./words.js";

const GREETING = "greeting";

export class Log {
  node;
  #name;
  #onQuickReply;
  #onRetry;
  #list;
  #typing;
  #nodes = new Map();
  #notes = new Map();
  #quickReplies = null;

  /** `onQuickReply({title, value}, event)`; `onRetry(event)`. `name` is the restaurant's, or "". */
  constructor({ name, onQuickReply, onRetry }) {
    this.#name = name;
    this.#onQuickReply = onQuickReply;
    this.#onRetry = onRetry;
    this.#list = element("div", { class: "list" }, this.#greeting());
    this.#typing = element("div", { class: "typing", "aria-hidden": "true", hidden: true }, ...[1, 2, 3].map(() => element("span", { class: "dot" })));
    this.node = element("div", {
      class: "scroll", part: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", tabindex: "0", "aria-label": texts.log,
    }, this.#list, this.#typing);
  }

  /** Shows the messages of session.js and, while an answer is on its way, the moving dots. */
  render(messages, isTyping) {
    this.#removeMissing(messages);
    const added = messages.filter((message) => !this.#nodes.has(message.id));
    this.#showQuickReplies(messages);
    for (const message of added) this.#add(message);
    for (const message of messages) if (message.from === "guest") this.#showNote(message);
    const quick = this.#quickReplies?.node;
    if (quick && quick !== this.#list.lastElementChild) this.#list.append(quick); // a node that moves loses the focus that it has
    if (added.length > 0 || this.#typing.hidden === isTyping) {
      this.#typing.hidden = !isTyping;
      this.reveal();
    }
  }

  /** Scrolls to the newest, but never past the guest's own last message: a long answer is read from its start. */
  reveal() {
    const own = [...this.#list.querySelectorAll(".guest")].at(-1);
    const newest = this.node.scrollHeight - this.node.clientHeight;
    this.node.scrollTop = own ? Math.min(newest, own.offsetTop - 12) : newest;
  }

  #greeting() {
    const name = this.#name;
    const text = fill(texts.greeting, { of: name ? fill(texts.greetingOf, { name }) : "" });
    return this.#message("house", {}, name || texts.house, element("p", { class: "bubble", text }));
  }

  /** One message; `sender` (a pair, or the restaurant's name) is read out before it. */
  #message(side, attributes, sender, ...children) {
    const who = unseen(null, typeof sender === "string" ? sender : element("span", { text: sender }), ": ");
    const part = `message message-${side === "guest" ? "guest" : "restaurant"}`;
    return element("div", { class: `message ${side}`, part, ...attributes }, who, ...children);
  }

  #add({ id, from, isStaff, title, text, card, locale }) {
    const side = from === "guest" ? "guest" : "house";
    const sender = from === "guest" ? texts.guest : isStaff ? texts.staff : this.#name || texts.house;
    const node = this.#message(side, { lang: locale }, sender,
      isStaff && element("p", { class: "quiet", "aria-hidden": "true", text: texts.staff }),
      from === "guest" && element("p", { class: "bubble" }, title),
      from !== "guest" && text && element("p", { class: "bubble" }, ...textWithLinks(text)),
      card && cardNode(card));
    this.#nodes.set(id, node);
    this.#list.append(node);
  }

  /** Below the guest's message, why it is not with the restaurant yet and what can be done. */
  #showNote({ id, state, problem }) {
    const key = problem ? JSON.stringify([state, problem]) : "";
    if ((this.#notes.get(id) ?? "") === key) return;
    this.#notes.set(id, key);
    const node = this.#nodes.get(id);
    node.querySelector(".note")?.remove();
    if (problem) node.append(state === "failed" ? this.#failure(problem) : waiting(problem));
  }

  #failure({ kind, text, retryable }) {
    const reason = text ? element("span", {}, text) : element("span", { text: texts.failed[kind] });
    return element("div", { class: "note failed", part: "failure" }, reason, retryable && button({ class: "retry", text: texts.retry, onclick: this.#onRetry }));
  }

  /** Only the newest message's quick replies count; before the first message, the greeting's. */
  #showQuickReplies(messages) {
    const last = messages.at(-1);
    const owner = last ? last.id : GREETING;
    if (this.#quickReplies?.owner === owner) return;
    this.#quickReplies?.node.remove();
    const { quickReplies = [], options = [] } = last ?? { quickReplies: texts.starts };
    const choices = [...quickReplies.map((each) => this.#choice(each, "chip", "quick-reply")), ...options.map((each) => this.#choice(each, "option", "list-item"))];
    const node = element("div", { class: options.length ? "quick rows" : "quick", part: "quick-replies", role: "group", "aria-label": texts.quick }, ...choices);
    this.#quickReplies = choices.length > 0 ? { owner, node } : null;
  }

  /** A short answer to tap, or a row of a list with a line below its title; both texts may be pairs. */
  #choice({ title, value, note }, name, part) {
    const now = (text) => (Array.isArray(text) ? say(text) : text);
    // The second click of a double click may land on the next question's answers: it is not an answer to them.
    const pick = (event) => event.detail < 2 && this.#onQuickReply({ title: now(title), value: now(value) }, event);
    const isOurs = Array.isArray(title);
    return button({ class: name, part, text: isOurs && title, onclick: pick }, !isOurs && title, note && element("span", { class: "quiet" }, note));
  }

  #removeMissing(messages) {
    const present = new Set(messages.map((message) => message.id));
    for (const [id, node] of this.#nodes) {
      if (present.has(id)) continue;
      node.remove();
      this.#nodes.delete(id);
      this.#notes.delete(id);
    }
  }
}

function waiting({ kind, seconds }) {
  return element("p", { class: "note", text: fill(texts.waiting[kind] ?? texts.waiting.again, { count: Math.max(seconds, 2) }) });
}
